"""Judges each instance-role session: proven, likely or only possibly used off its instance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from gdkit import tables
from gdkit.analysis.attribution import attribute
from gdkit.analysis.clients import clients_of
from gdkit.analysis.hunt.sessions import InstanceSession, find_sessions
from gdkit.analysis.hunt.signs import (
    Sign,
    console_sessions,
    controlled_from_there,
    second_places,
    strange_networks,
    unlike_an_instance,
)
from gdkit.analysis.places import places_of
from gdkit.analysis.rules import MEANING
from gdkit.model import Subject

if TYPE_CHECKING:
    from datetime import datetime

    import pandas as pd

    from gdkit.model import LeakedSession

Level = Literal["proven", "likely", "possible"]
LEVELS: tuple[Level, ...] = ("proven", "likely", "possible")

SIGNS_FOR_LIKELY = 2
"""Further signs at a second place that make an off-instance use likely; with fewer it is only possible."""


@dataclass(frozen=True, slots=True)
class Suspect:
    """A session that was, or may have been, used off its instance.

    Attributes:
        level: ``proven`` where a rule of attribution holds, ``likely`` where several signs meet, else ``possible``.
        reasons: why, in words, strongest first.
        off_instance_event_ids: the calls that the reasons rest on.
        addresses: where these came from.
        clients: user agents of these.
        events: calls of the session in all.
        first_at: first of the off-instance calls.
        last_at: last of them.
    """

    level: Level
    session: LeakedSession
    identity_role: bool
    reasons: tuple[Sign, ...]
    off_instance_event_ids: tuple[str, ...]
    access_key_ids: tuple[str, ...]
    addresses: tuple[str, ...]
    clients: tuple[str, ...]
    events: int
    first_at: datetime | None
    last_at: datetime | None


@dataclass(frozen=True, slots=True)
class Hunt:
    """What a hunt found, and in how much.

    Attributes:
        suspects: proven and likely ones, the strongest first.
        possible: sessions with a lead too weak to raise an alarm.
        sessions: instance-role sessions that were judged.
        instances: instances that they belong to.
        session_events: calls of these sessions.
    """

    suspects: tuple[Suspect, ...]
    possible: tuple[Suspect, ...]
    sessions: int
    instances: int
    session_events: int


def hunt_sessions(events: pd.DataFrame) -> Hunt:
    """Judge every instance-role session in the events.

    Args:
        events: ``tables.EVENTS``; the more of an account's events, the better its ways out are known.
    """
    sessions = find_sessions(events)
    judged = sorted((suspect for about in sessions.doubtful if (suspect := _judge(about))), key=_rank)
    return Hunt(
        suspects=tuple(one for one in judged if one.level != "possible"),
        possible=tuple(one for one in judged if one.level == "possible"),
        sessions=sessions.number,
        instances=sessions.instances,
        session_events=sessions.calls,
    )


def _judge(about: InstanceSession) -> Suspect | None:
    subject = Subject(principal_id=about.session.principal_id, instance_id=about.session.instance_id)
    own = about.events[about.used]
    attributed = attribute(about.events, about.used, about.session, subject)
    calls = _placed(own).join(attributed)
    proven = _proven(calls)
    rest = calls[calls["party"] != "thief"]
    strange = (
        *unlike_an_instance(rest),
        *controlled_from_there(rest, _placed(about.controls), _shared(about)),
        *console_sessions(rest),
    )
    networks = strange_networks(about, rest)
    seconds = second_places(about, rest)
    by_place = [Sign("second_place", f"from {one.place} with other software, while the instance went on elsewhere",
                     tuple(one.calls.index)) for one in seconds]  # fmt: skip
    more = [sign for one in seconds for sign in one.signs]
    reasons = (*proven, *strange, *networks, *by_place, *more)
    if not reasons:
        return None
    level: Level = "possible"
    if (
        strange
        or (networks and not _several_clients_at_one_place(rest))
        or any(len(one.signs) >= SIGNS_FOR_LIKELY for one in seconds)
    ):
        level = "likely"
    return _suspect(about, calls, "proven" if proven else level, reasons)


def _shared(about: InstanceSession) -> set[str]:
    """Give the addresses from which other instances call."""
    return set(places_of(about.events.loc[~about.used, "source_address"]).dropna())


def _several_clients_at_one_place(calls: pd.DataFrame) -> bool:
    """Tell whether all of a session is several pieces of software at one address: it may well be its way out."""
    return calls["place"].nunique() == 1 and calls["client"].nunique() > 1


def _placed(events: pd.DataFrame) -> pd.DataFrame:
    return events.assign(place=places_of(events["source_address"]), client=clients_of(events["user_agent"]))


def _proven(calls: pd.DataFrame) -> tuple[Sign, ...]:
    thief = calls[calls["party"] == "thief"]
    return tuple(Sign(str(rule), MEANING[str(rule)], tuple(rows)) for rule, rows in
                 sorted(thief.groupby("rule").groups.items()))  # fmt: skip


def _suspect(about: InstanceSession, calls: pd.DataFrame, level: Level, reasons: tuple[Sign, ...]) -> Suspect:
    rows = sorted({label for sign in reasons for label in sign.calls})
    off = calls.loc[rows]
    times = off["event_at"].dropna()
    return Suspect(
        level=level,
        session=about.session,
        identity_role=about.identity_role,
        reasons=reasons,
        off_instance_event_ids=_distinct(off["event_id"]),
        access_key_ids=_distinct(off["access_key_id"]),
        addresses=_distinct(off["source_address"]),
        clients=_distinct(off["user_agent"]),
        events=len(calls),
        first_at=tables.plain(times.min()) if len(times) else None,
        last_at=tables.plain(times.max()) if len(times) else None,
    )


def _distinct(column: pd.Series) -> tuple[str, ...]:
    return tuple(sorted(column.dropna().unique()))


def _rank(suspect: Suspect) -> tuple[int, int, int, str, str]:
    """Order by level, then by the number of reasons and calls; then by name, so that the order is always the same."""
    return (
        LEVELS.index(suspect.level),
        -len(suspect.reasons),
        -len(suspect.off_instance_event_ids),
        suspect.session.session_name or "",
        suspect.session.principal_id or "",
    )
