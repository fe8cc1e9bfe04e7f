"""The access keys of the leaked session and of what was chained from it, each with what was seen of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from gdkit import tables
from gdkit.analysis.lineage.rules import CHAINED_AWS_SERVICE
from gdkit.model import SessionKey

if TYPE_CHECKING:
    from gdkit.analysis.lineage import Lineage

PARTIES = ("thief", "workload", "unknown")


def key_table(access_key_ids: tuple[str, ...], lineage: Lineage) -> pd.DataFrame:
    """Give one row a key: issued and expiring when, delivered how, and whose calls it signed.

    Args:
        access_key_ids: the leaked session's own keys, those never seen in use among them.
        lineage: the session's calls and the chained ones.

    A key with which a service forwarded what a chained session asked of it is no key of the session's.

    Returns:
        ``tables.KEYS``, the leaked session's keys first, then by hop and first use.
    """
    events = lineage.events
    by_key = events.groupby("access_key_id")
    chained = lineage.hops.loc[(lineage.hops["hop"] > 0) & lineage.hops["to_key"].notna(), "to_key"]
    used = events.loc[(events["hop"] == 0) | (events["rule"] != CHAINED_AWS_SERVICE), "access_key_id"].dropna()
    names = list(dict.fromkeys([*access_key_ids, *sorted(used.unique()), *chained]))
    issues = lineage.hops[lineage.hops["to_key"].notna()].drop_duplicates("to_key").set_index("to_key")
    counts = pd.crosstab(events["access_key_id"], events["party"]).reindex(columns=PARTIES, fill_value=0)
    table = pd.DataFrame(index=pd.Index(names, dtype="str")).assign(
        hop=_hop(names, access_key_ids, by_key["hop"].min(), issues["hop"]),
        issued_at=issues["event_at"],
        expires_at=issues["expires_at"],
        ec2_role_delivery=by_key["ec2_role_delivery"].agg(lambda seen: " and ".join(sorted(seen.dropna().unique()))),
        first_seen_at=by_key["event_at"].min(),
        last_seen_at=by_key["event_at"].max(),
        events=by_key.size(),
        **{f"{party}_events": counts[party] for party in PARTIES},
    )
    table["issued_at"] = table["issued_at"].fillna(by_key["credential_issued_at"].min())
    table["ec2_role_delivery"] = table["ec2_role_delivery"].where(table["ec2_role_delivery"] != "")
    count_columns = ["events", *(f"{party}_events" for party in PARTIES)]
    table[count_columns] = table[count_columns].fillna(0)
    table = table.sort_values(["hop", "first_seen_at", "issued_at"], na_position="last", kind="stable")
    named = table.rename_axis("access_key_id").reset_index()[list(tables.KEYS.names)]
    return tables.typed(named, tables.dtypes(tables.KEYS))


def session_keys(table: pd.DataFrame) -> tuple[SessionKey, ...]:
    """Give the leaked session's own keys as values."""
    own = table[table["hop"] == 0].drop(columns="hop")
    return tuple(SessionKey(**row) for row in tables.rows_of(own))


def _hop(names: list[str], own: tuple[str, ...], used: pd.Series, issued: pd.Series) -> list[int]:
    return [0 if name in own else int(used.get(name, issued.get(name, 0))) for name in names]
