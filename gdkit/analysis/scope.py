"""The whole analysis of one leaked session, from the events table to what the notebooks show."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from gdkit.analysis.addresses import address_table
from gdkit.analysis.attribution import attribute
from gdkit.analysis.initial_access import Lead, initial_access_leads
from gdkit.analysis.keys import key_table, session_keys
from gdkit.analysis.lineage import trace_lineage
from gdkit.analysis.session import find_session

if TYPE_CHECKING:
    import pandas as pd

    from gdkit.model import LeakedSession, Subject


@dataclass(frozen=True, slots=True)
class Scope:
    """What the events show of the leaked session.

    Attributes:
        session: the session with its keys.
        events: ``tables.SESSION_EVENTS``: its calls and the chained ones, each with who made it.
        hops: ``tables.HOPS``: the events that issued its keys and the chained ones.
        keys: ``tables.KEYS``.
        addresses: ``tables.ADDRESSES``.
        leads: how the credentials may have been taken.
    """

    session: LeakedSession
    events: pd.DataFrame
    hops: pd.DataFrame
    keys: pd.DataFrame
    addresses: pd.DataFrame
    leads: tuple[Lead, ...]

    def count(self, party: str) -> int:
        """Give the number of calls of one party: thief, workload or unknown."""
        return int((self.events["party"] == party).sum())


def scope_session(events: pd.DataFrame, subject: Subject) -> Scope:
    """Analyse one leaked session.

    Args:
        events: ``tables.EVENTS``, everything that was searched: other principals' events show the network's ways out
            and how the credentials may have been taken.
        subject: what the investigation starts from.

    Raises:
        UsageError: the subject fits several sessions.
    """
    found = find_session(events, subject)
    attributed = attribute(events, found.used, found.session, subject)
    lineage = trace_lineage(events, found, attributed)
    keys = key_table(found.access_key_ids, lineage)
    session = replace(found.session, keys=session_keys(keys))
    return Scope(
        session=session,
        events=lineage.events,
        hops=lineage.hops,
        keys=keys,
        addresses=address_table(lineage.events, subject.reported_addresses),
        leads=initial_access_leads(events, session, lineage.events),
    )
