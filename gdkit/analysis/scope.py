"""The whole analysis of one leaked session, from the events table to what the notebooks show."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from gdkit import tables
from gdkit.analysis.addresses import address_table
from gdkit.analysis.attribution import attribute
from gdkit.analysis.coverage import coverage_gaps, coverage_table
from gdkit.analysis.credential_clock import credential_clock
from gdkit.analysis.fleet import fleet_table
from gdkit.analysis.hunt import Hunt, hunt_sessions
from gdkit.analysis.impact import Capabilities, Impact, capabilities_of, impact_of
from gdkit.analysis.initial_access import Lead, initial_access_leads
from gdkit.analysis.keys import key_table, session_keys
from gdkit.analysis.lineage import trace_lineage
from gdkit.analysis.session import find_session
from gdkit.analysis.surroundings import Surroundings
from gdkit.analysis.theft_path import TheftPath, theft_path

if TYPE_CHECKING:
    import pandas as pd

    from gdkit.model import LeakedSession, NotSearched, Subject


@dataclass(frozen=True, slots=True)
class Scope:
    """What the events show of the leaked session.

    Attributes:
        session: the session with its keys.
        events: ``tables.SESSION_EVENTS``: its calls and the chained ones, each with who made it.
        hops: ``tables.HOPS``: the events that issued its keys and the chained ones.
        nodes: ``tables.LINEAGE_NODES``.
        edges: ``tables.LINEAGE_EDGES``.
        keys: ``tables.KEYS``.
        addresses: ``tables.ADDRESSES``.
        leads: how the credentials may have been taken.
        path: which way they were probably read.
        credentials: ``tables.CREDENTIALS``, as of ``at``.
        at: the instant that was judged by; None where AWS was not asked and no event has a time.
        impact: what the calls reached, changed and left behind.
        capabilities: what the role's policies allow; None where they were not read.
        fleet: ``tables.FLEET``.
        places: ``tables.COVERAGE``: what was searched, by account, region and kind.
        gaps: what of this theft was not searched.
        hunted: what a hunt that knows no finding sees in the same events.
    """

    session: LeakedSession
    events: pd.DataFrame
    hops: pd.DataFrame
    nodes: pd.DataFrame
    edges: pd.DataFrame
    keys: pd.DataFrame
    addresses: pd.DataFrame
    leads: tuple[Lead, ...]
    path: TheftPath
    credentials: pd.DataFrame
    at: datetime | None
    impact: Impact
    capabilities: Capabilities | None
    fleet: pd.DataFrame
    places: pd.DataFrame
    gaps: tuple[NotSearched, ...]
    hunted: Hunt

    def count(self, party: str) -> int:
        """Give the number of calls of one party: thief, workload or unknown."""
        return int((self.events["party"] == party).sum())


def scope_session(events: pd.DataFrame, subject: Subject, around: Surroundings | None = None) -> Scope:
    """Analyse one leaked session.

    Args:
        events: ``tables.EVENTS``, everything that was searched: other principals' events show the network's ways out
            and how the credentials may have been taken.
        subject: what the investigation starts from.
        around: what AWS says of the instance and its role, where it was asked.

    Raises:
        UsageError: the subject fits several sessions.
    """
    around = around or Surroundings()
    found = find_session(events, subject)
    attributed = attribute(events, found.used, found.session, subject)
    lineage = trace_lineage(events, found, attributed)
    keys = key_table(found.access_key_ids, lineage)
    session = replace(found.session, keys=session_keys(keys))
    calls, hops, at = lineage.events, lineage.hops, around.at or _last(events)
    leads = initial_access_leads(events, session, calls, tags=around.tags,
                                 security_group_ids=around.security_group_ids)  # fmt: skip
    hunted = hunt_sessions(events)
    return Scope(
        session=session,
        events=calls,
        hops=hops,
        nodes=lineage.nodes,
        edges=lineage.edges,
        keys=keys,
        addresses=address_table(calls, subject.reported_addresses),
        leads=leads,
        path=theft_path(events, session, calls, leads=leads, http_tokens_now=around.http_tokens,
                        tokenless_calls=around.tokenless_calls),
        credentials=credential_clock(events, session, calls, keys=keys, hops=hops, at=at),
        at=at,
        impact=impact_of(calls),
        capabilities=_capabilities(around),
        fleet=fleet_table(events, session, around.fleet, _suspicion(hunted, session, calls)),
        places=coverage_table(events, calls),
        gaps=coverage_gaps(events, calls, hops, session, subject),
        hunted=hunted,
    )  # fmt: skip


def _last(events: pd.DataFrame) -> datetime | None:
    """Give the time of the last event; None where none has a time."""
    last = tables.plain(events["event_at"].max()) if len(events) else None
    return last if isinstance(last, datetime) else None


def _capabilities(around: Surroundings) -> Capabilities | None:
    if around.policies is None:
        return None
    found = capabilities_of(around.policies, around.boundary)
    return replace(found, unread=(*found.unread, *around.unread_policies))


def _suspicion(hunted: Hunt, session: LeakedSession, calls: pd.DataFrame) -> dict[str, tuple[int, str]]:
    """Say which instances a hunt finds, and why; the leaked one's calls are this case's, where it proves any."""
    found = {
        str(one.session.instance_id): (
            len(one.off_instance_event_ids),
            f"{one.level}: " + "; ".join(dict.fromkeys(sign.statement for sign in one.reasons)),
        )
        for one in hunted.suspects
    }
    if session.instance_id:
        thief = int(((calls["party"] == "thief") & (calls["hop"] == 0)).sum())
        if thief:
            found[session.instance_id] = (thief, "the thief's calls of this case")
    return found
