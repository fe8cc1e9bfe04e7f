"""Every place that the session's credentials were used from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gdkit import tables
from gdkit.analysis.keys import PARTIES
from gdkit.identifiers import normal_address

if TYPE_CHECKING:
    import pandas as pd

    from gdkit.model import Finding

MOST_CLIENTS = 10
"""User agents listed for one address; the events table holds them all."""


def address_table(events: pd.DataFrame, finding: Finding | None) -> pd.DataFrame:
    """Give one row an address, the finding's own address even where no event shows it.

    Args:
        events: ``tables.SESSION_EVENTS``.
        finding: names the remote address; None where there is no finding.

    Returns:
        ``tables.ADDRESSES``, most calls of the thief first, then of unknown ones.
    """
    reported = normal_address(finding.remote.address) if finding else None
    address = events["source_address"].map(normal_address, na_action="ignore").fillna("(none)")
    rows = [_row(str(text), seen, text == reported) for text, seen in events.groupby(address)]
    if reported and reported not in set(address):
        rows.append({"source_address": reported, "address_kind": "public", "in_finding": True, **_counts(events[:0])})
    rows.sort(key=lambda row: (-row["thief_events"], -row["unknown_events"], -row["events"], row["source_address"]))
    return tables.frame_of_rows(tables.ADDRESSES, rows)


def _row(address: str, seen: pd.DataFrame, in_finding: bool) -> dict[str, Any]:
    return {
        "source_address": address,
        "address_kind": seen["address_kind"].iloc[0],
        "in_finding": in_finding,
        **_counts(seen),
        "first_seen_at": tables.plain(seen["event_at"].min()),
        "last_seen_at": tables.plain(seen["event_at"].max()),
        "access_key_ids": "\n".join(sorted(seen["access_key_id"].dropna().unique())) or None,
        "user_agents": "\n".join(seen["user_agent"].dropna().value_counts().index[:MOST_CLIENTS]) or None,
    }


def _counts(seen: pd.DataFrame) -> dict[str, int]:
    counts = seen["party"].value_counts()
    return {"events": len(seen), **{f"{party}_events": int(counts.get(party, 0)) for party in PARTIES}}
