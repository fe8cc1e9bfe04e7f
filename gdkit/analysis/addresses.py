"""Every place that the session's credentials were used from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from gdkit import tables
from gdkit.analysis.keys import PARTIES
from gdkit.analysis.places import places_of
from gdkit.identifiers import address_kind, normal_address

if TYPE_CHECKING:
    from collections.abc import Sequence

NO_ADDRESS = "(none)"
"""Stands for calls whose record names no address."""

MOST_CLIENTS = 10
"""User agents listed for one address; the events table holds them all."""


def address_table(events: pd.DataFrame, reported_addresses: Sequence[str]) -> pd.DataFrame:
    """Give one row an address, those that findings name even where no event shows them.

    Args:
        events: ``tables.SESSION_EVENTS``.
        reported_addresses: the remote addresses that findings name; none where there is no finding.

    Returns:
        ``tables.ADDRESSES``, most calls of the thief first, then of unknown ones.
    """
    reported = [text for text in map(normal_address, reported_addresses) if text]
    place = places_of(events["source_address"]).fillna(NO_ADDRESS)
    seen = events[["address_kind", "event_at", "party", "access_key_id", "user_agent"]].assign(source_address=place)
    by_place = seen.groupby("source_address")
    table = pd.DataFrame(
        {
            "address_kind": by_place["address_kind"].first(),
            "events": by_place.size(),
            "first_seen_at": by_place["event_at"].min(),
            "last_seen_at": by_place["event_at"].max(),
            "access_key_ids": _lines(seen, "access_key_id"),
            "user_agents": _lines(seen, "user_agent", most=MOST_CLIENTS),
        }
    )
    counts = pd.crosstab(seen["source_address"], seen["party"]).reindex(columns=PARTIES, fill_value=0)
    table = table.join(counts.add_suffix("_events"))
    for unseen in set(reported) - set(table.index):
        table.loc[unseen, "address_kind"] = address_kind(unseen)
    numbers = ["events", *(f"{party}_events" for party in PARTIES)]
    table[numbers] = table[numbers].fillna(0)
    table = table.rename_axis("source_address").reset_index()
    table["in_finding"] = table["source_address"].isin(reported)
    order = ["thief_events", "unknown_events", "events", "source_address"]
    table = table.sort_values(order, ascending=[False, False, False, True], ignore_index=True)
    return tables.typed(table[list(tables.ADDRESSES.names)], tables.dtypes(tables.ADDRESSES))


def _lines(seen: pd.DataFrame, name: str, most: int | None = None) -> pd.Series:
    """Give for each address the values of a column, the commonest first, one a line."""
    counts = seen.groupby(["source_address", name]).size().rename("calls").reset_index()
    counts = counts.sort_values(["calls", name], ascending=[False, True])
    if most is not None:
        counts = counts.groupby("source_address").head(most)
    return counts.groupby("source_address")[name].agg("\n".join)
