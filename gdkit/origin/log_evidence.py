"""Evidence on every place of a session that the logs alone give: its past, and what was done there."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gdkit import tables
from gdkit.analysis.places import places_of
from gdkit.analysis.ways_out import neighbours_agent_calls
from gdkit.identifiers import normal_address
from gdkit.origin.evidence_behaviour import behaviour_evidence
from gdkit.origin.evidence_history import history_evidence
from gdkit.origin.history import history_table, seen_table
from gdkit.origin.place import Place, SeenSign

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from typing import Any

    import pandas as pd

    from gdkit.analysis.scope import Scope
    from gdkit.model import Subject

NOWHERE = "(none)"
"""Stands for calls whose record names no address, and for a finding that names none."""


_SHOW_ANOTHER = frozenset({"another_machine", "unlike_an_instance", "second_place"})
_KEPT = ("rule", "statement", "source", "as_of")


class LogEvidence(NamedTuple):
    """What the logs say of each place: ``tables.ADDRESS_EVIDENCE``, ``ADDRESS_HISTORY`` and ``ADDRESS_SEEN``."""

    evidence: pd.DataFrame
    history: pd.DataFrame
    seen: pd.DataFrame


def log_evidence(
    events: pd.DataFrame, scope: Scope, subject: Subject, searched_from: datetime | None = None
) -> LogEvidence:
    """Give what the logs say of every place that a session was used from.

    Args:
        events: ``tables.EVENTS``, everything that was searched.
        scope: what the events show of the session.
        subject: what the investigation starts from.
        searched_from: where what was searched begins; with the first event if None.
    """
    reported_at, addresses = reported_at_of(scope.events, subject), places_to_judge(scope.addresses, subject)
    history = history_table(events, scope.session, addresses, reported_at)
    begins = searched_from or (tables.plain(events["event_at"].min()) if len(events) else None)
    rows = [row for place in _places(events, scope, history, addresses, (reported_at, begins)) for row in _rows(place)]
    seen = seen_table(events, scope.events, addresses)
    return LogEvidence(tables.frame_of_rows(tables.ADDRESS_EVIDENCE, rows), history, seen)


def places_to_judge(addresses: pd.DataFrame, subject: Subject) -> tuple[str, ...]:
    """Name the places: those of findings first, then in the order of the table of addresses.

    Args:
        addresses: ``tables.ADDRESSES``.
        subject: what the investigation starts from.
    """
    reported = [text for text in map(normal_address, subject.reported_addresses) if text]
    nowhere = [] if reported or not subject.remote_account_ids else [NOWHERE]
    return tuple(dict.fromkeys((*reported, *nowhere, *(str(one) for one in addresses["source_address"]))))


def reported_at_of(judged: pd.DataFrame, subject: Subject) -> datetime | None:
    """Say when the reported use began: GuardDuty's first sight, or the thief's first call where that is earlier.

    Args:
        judged: ``tables.SESSION_EVENTS``.
        subject: what the investigation starts from.
    """
    thief = judged.loc[judged["party"] == "thief", "event_at"].dropna()
    first = tables.plain(thief.min()) if len(thief) else None
    seen = subject.finding.first_seen_at if subject.finding is not None else None
    return min((one for one in (first, seen) if one is not None), default=None)


def _rows(place: Place) -> Iterator[dict[str, Any]]:
    """Give the evidence on one place; software that shows another machine is not counted a second time as new."""
    behaviour = tuple(behaviour_evidence(place))
    told = {one.rule for one in behaviour} & _SHOW_ANOTHER
    for one in (*history_evidence(place), *behaviour):
        if one.rule == "new_client" and told:
            continue
        yield {"address": place.address, **{name: getattr(one, name) for name in _KEPT}}


def _places(
    events: pd.DataFrame,
    scope: Scope,
    history: pd.DataFrame,
    addresses: tuple[str, ...],
    times: tuple[datetime | None, datetime | None],
) -> Iterator[Place]:
    own = scope.events[scope.events["hop"] == 0]
    where = places_of(own["source_address"]).fillna(NOWHERE)
    neighbours, signs = neighbours_agent_calls(events, scope.session), _signs(events, scope)
    reported_at, begins = times
    for address in addresses:
        yield Place(
            address=address,
            session=scope.session,
            calls=own[where == address],
            elsewhere=own[where != address],
            history=history[history["address"] == address],
            neighbours=neighbours,
            signs=signs,
            persistence=scope.impact.persistence,
            tamper=scope.impact.tamper,
            reported_at=reported_at,
            searched_from=begins,
        )


def _signs(events: pd.DataFrame, scope: Scope) -> tuple[SeenSign, ...]:
    """Give what a hunt that knows no finding sees in the leaked session."""
    of_session = [one for one in (*scope.hunted.suspects, *scope.hunted.possible)
                  if one.session.principal_id == scope.session.principal_id]  # fmt: skip
    return tuple(
        SeenSign(sign.name, sign.statement, frozenset(events.loc[list(sign.calls), "event_id"].dropna()))
        for suspect in of_session
        for sign in suspect.reasons
    )
