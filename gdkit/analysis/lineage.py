"""What grew from the leaked session: keys issued to it, and sessions begun through it, to any depth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from gdkit import tables
from gdkit.analysis.clients import made_by_aws_service
from gdkit.identifiers import normal_address

if TYPE_CHECKING:
    from gdkit.analysis.session import SessionEvents
    from gdkit.model import Party

CHAINED_BY: dict[str, tuple[Party, str, str]] = {
    "thief": ("thief", "chained_by_thief", "signed with a credential that a call of the thief issued"),
    "workload": ("unknown", "chained_by_workload", "signed with a credential that the workload had issued"),
    "unknown": ("unknown", "chained_by_unknown", "signed with a credential whose issue nobody is proven to have asked"),
}
"""Whose a call in a chained session is, by who asked for its credential: party, rule, meaning."""

CHAINED_AT_THIEFS_ADDRESS = "chained_at_thiefs_address"
CHAINED_AT_WORKLOADS_ADDRESS = "chained_at_workloads_address"
CHAINED_AWS_SERVICE = "chained_aws_service"

CHAINED_RULES: dict[str, tuple[Party, str]] = {
    CHAINED_AT_THIEFS_ADDRESS: ("thief", "in a chained session, from an address that only the thief called from"),
    CHAINED_AT_WORKLOADS_ADDRESS: ("workload", "in a session that the workload began, from the workload's own address"),
    CHAINED_AWS_SERVICE: ("unknown", "an AWS service made the call for a chained session"),
    **{rule: (party, meaning) for party, rule, meaning in CHAINED_BY.values()},
}
"""Every rule that can decide on a chained call: party and meaning."""


@dataclass(frozen=True, slots=True)
class Lineage:
    """The session's own calls and those chained from it, with who made each, and the events that link them.

    Attributes:
        events: ``tables.SESSION_EVENTS``; ``hop`` is 0 in the leaked session.
        hops: ``tables.HOPS``, by time.
    """

    events: pd.DataFrame
    hops: pd.DataFrame


def trace_lineage(events: pd.DataFrame, found: SessionEvents, attributed: pd.DataFrame) -> Lineage:
    """Follow every credential that the session's calls issued, and those that these issued, to any depth.

    A key is followed once, so that sessions which assume one another cannot run in a circle.

    Args:
        events: ``tables.EVENTS``, the whole trail.
        found: the leaked session.
        attributed: party, rule and evidence of its calls, from ``attribution.attribute``.

    Source: STS API Reference, AssumeRole, Credentials; IAM API Reference, CreateAccessKey.
    """
    own = events.loc[attributed.index].join(attributed).assign(hop=0)
    levels, hops = [own], [_issues(events[found.issued], hop=0)]
    followed = set(found.access_key_ids)
    while True:
        last = levels[-1]
        asked = last[last["event_name"].str.startswith("AssumeRole", na=False) | last["new_access_key_id"].notna()]
        hops.append(_issues(asked, hop=len(levels)))
        fresh = asked[asked["new_access_key_id"].notna() & ~asked["new_access_key_id"].isin(followed)]
        calls = events[events["access_key_id"].isin(set(fresh["new_access_key_id"]))]
        followed |= set(fresh["new_access_key_id"])
        if calls.empty:
            break
        levels.append(_chained(calls, fresh, own).assign(hop=len(levels)))
    return Lineage(_stack(tables.SESSION_EVENTS, levels), _stack(tables.HOPS, hops))


def _chained(calls: pd.DataFrame, issues: pd.DataFrame, own: pd.DataFrame) -> pd.DataFrame:
    """Say who made each call of the chained sessions of one hop."""
    asked_by = issues.sort_values(["event_at", "event_id"]).drop_duplicates("new_access_key_id")
    issuer = calls["access_key_id"].map(asked_by.set_index("new_access_key_id")["party"])
    issue = calls["access_key_id"].map(asked_by.set_index("new_access_key_id")["event_id"])
    rule = issuer.map({party: rule for party, (_, rule, _) in CHAINED_BY.items()})
    address = calls["source_address"].map(normal_address, na_action="ignore")
    at = {party: set(_addresses(own, party)) for party in ("thief", "workload", "unknown")}
    rule = rule.mask((issuer == "workload") & address.isin(at["workload"] - at["thief"]), CHAINED_AT_WORKLOADS_ADDRESS)
    only_thief = at["thief"] - at["workload"] - at["unknown"]
    rule = rule.mask((issuer != "thief") & address.isin(only_thief), CHAINED_AT_THIEFS_ADDRESS)
    rule = rule.mask(made_by_aws_service(calls), CHAINED_AWS_SERVICE)
    evidence = rule.map({name: meaning for name, (_, meaning) in CHAINED_RULES.items()}) + ". Issued by event " + issue
    return calls.assign(party=rule.map({name: party for name, (party, _) in CHAINED_RULES.items()}), rule=rule,
                        evidence=evidence.astype("str"))  # fmt: skip


def _addresses(own: pd.DataFrame, party: str) -> pd.Series:
    rows = own[(own["party"] == party) & own["address_kind"].isin(["public", "private"])]
    return rows["source_address"].map(normal_address, na_action="ignore").dropna()


def _issues(rows: pd.DataFrame, *, hop: int) -> pd.DataFrame:
    """Give the rows of ``tables.HOPS`` for events that issued a credential, or tried to."""
    made = pd.DataFrame(
        {
            "event_id": rows["event_id"],
            "event_at": rows["event_at"],
            "event_name": rows["event_name"],
            "hop": hop,
            "party": rows.get("party", None),
            "from_key": rows["access_key_id"],
            "to_key": rows["new_access_key_id"],
            "to_principal": rows["new_principal_id"].fillna(rows["requested_role_arn"]),
            "expires_at": rows["new_key_expires_at"],
            "account_id": rows["account_id"],
            "error_code": rows["error_code"],
        }
    )
    return made.drop_duplicates(["event_id", "to_key"])


def _stack(table: tables.Table, parts: list[pd.DataFrame]) -> pd.DataFrame:
    full = [part[list(table.names)].astype(tables.dtypes(table)) for part in parts if len(part)]
    if not full:
        return tables.frame(table, {})
    return pd.concat(full).sort_values(["event_at", "event_id"], kind="stable", ignore_index=True)
