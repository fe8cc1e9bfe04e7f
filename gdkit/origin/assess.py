"""Judges every place that a session's credentials were used from: evidence, benign causes, and a proposed verdict."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from gdkit import tables
from gdkit.analysis.places import places_of
from gdkit.identifiers import address_kind, normal_address
from gdkit.origin.about import About
from gdkit.origin.causes import cause_tests
from gdkit.origin.evidence_account import account_evidence
from gdkit.origin.evidence_network import network_evidence
from gdkit.origin.evidence_ownership import ownership_evidence
from gdkit.origin.log_evidence import NOWHERE, places_to_judge
from gdkit.origin.model import Assessment, Evidence
from gdkit.origin.settle import what_would_settle
from gdkit.origin.weigh import propose, weighed

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pandas as pd

    from gdkit.model import LeakedSession, Subject, VerdictValue
    from gdkit.origin.about import Sources
    from gdkit.origin.model import CauseTest, Weighed

_OURS = ("instances_own", "team_network", "own_resource", "route_proven", "known_vendor")
_HOLDERS = (*_OURS, "own_organisation", "stranger_account", "tor", "hides_itself", "other_provider", "place", "amazons")
_STRANGENESS = "other_provider"


@dataclass(frozen=True, slots=True)
class Seen:
    """What the logs show of a session's places, as a case keeps it.

    Attributes:
        session: the leaked session.
        events: ``tables.SESSION_EVENTS``.
        addresses: ``tables.ADDRESSES``.
        evidence: ``tables.ADDRESS_EVIDENCE``.
    """

    session: LeakedSession
    events: pd.DataFrame
    addresses: pd.DataFrame
    evidence: pd.DataFrame


@dataclass(frozen=True, slots=True)
class Origin:
    """Who holds the places that the credentials were used from.

    Attributes:
        assessments: one a place, those that findings name first, then those with most calls of the thief.
        proposed: the proposed verdict on the alert: on the places that the findings name; where they name none, on
            those that the thief's calls came from.
        why: why, one sentence.
        deciding: the rows, three at most, that decided.
    """

    assessments: tuple[Assessment, ...]
    proposed: VerdictValue
    why: str
    deciding: tuple[Weighed, ...]


def assess_places(seen: Seen, subject: Subject, sources: Sources) -> Origin:
    """Judge every place that a session's credentials were used from.

    Args:
        seen: what the logs show of them.
        subject: what the investigation starts from.
        sources: what else they are held against.
    """
    own = seen.events[seen.events["hop"] == 0]
    where = places_of(own["source_address"]).fillna(NOWHERE)

    def about(address: str) -> About:
        rows = tables.rows_of(seen.evidence[seen.evidence["address"] == address].drop(columns="address"))
        return About(
            address=address,
            kind=address_kind(None if address == NOWHERE else address),
            subject=subject,
            session=seen.session,
            calls=own[where == address],
            seen=tuple(Evidence(**row) for row in rows),
            sources=sources,
        )

    assessed = tuple(_assess(about(address)) for address in places_to_judge(seen.addresses, subject))
    return _of_alert(assessed, _asked(assessed, seen.addresses, subject))


def _assess(about: About) -> Assessment:
    """Put the evidence on one place together, test the benign causes, and weigh."""
    found = (*ownership_evidence(about), *account_evidence(about), *network_evidence(about), *about.seen)
    team = about.sources.team
    rows = weighed(_without_strangeness(found), dict(team.weights) if team is not None else None)
    causes, proposal = cause_tests(about, rows), propose(rows)
    return Assessment(
        address=about.address,
        kind=about.kind,
        holder=_holder(rows),
        country=_told(about, "country"),
        asn=_told(about, "asn"),
        evidence=rows,
        causes=causes,
        proposed=proposal.value,
        why=proposal.why,
        deciding=proposal.deciding,
        settle=what_would_settle(about, causes) if proposal.value != "benign" else _to_confirm(causes),
    )


def _to_confirm(causes: Iterable[CauseTest]) -> tuple[str, ...]:
    """Say whom to ask before a benign proposal is followed."""
    return tuple(dict.fromkeys(test.settle for test in causes if test.outcome == "passed" and test.settle))


def _without_strangeness(found: Iterable[Evidence]) -> tuple[Evidence, ...]:
    """Let a foreign provider's range count only where nothing shows the address as ours."""
    rows = tuple(found)
    ours = any(row.rule in _OURS for row in rows)
    return tuple(replace(row, rule="place") if ours and row.rule == _STRANGENESS else row for row in rows)


def _of_alert(assessed: tuple[Assessment, ...], asked: Sequence[Assessment]) -> Origin:
    """Put the places together: one malicious place makes the alert malicious; all must be benign for a benign one."""
    for value in ("malicious", "undetermined", "benign"):
        first = next((one for one in asked if one.proposed == value), None)
        if first is not None:
            return Origin(assessed, first.proposed, f"{first.address}: {first.why}", first.deciding)
    return Origin(assessed, "undetermined", "No finding names a place, and no call is proven to be a thief's.", ())


def _asked(assessed: Sequence[Assessment], addresses: pd.DataFrame, subject: Subject) -> list[Assessment]:
    """Give the places that the alert is about."""
    reported = {normal_address(one) for one in subject.reported_addresses}
    if not reported and subject.remote_account_ids:
        reported = {NOWHERE}
    thief = set(addresses.loc[addresses["thief_events"] > 0, "source_address"])
    return [one for one in assessed if one.address in reported] or [one for one in assessed if one.address in thief]


def _holder(rows: Sequence[Weighed]) -> str | None:
    """Name the holder by the best source that there is: the instance, the team's file, AWS, then published lists."""
    found = {row.evidence.rule: row.evidence.holder for row in reversed(rows) if row.evidence.holder}
    return next((found[rule] for rule in _HOLDERS if rule in found), None)


def _told(about: About, name: str) -> str | None:
    """Give the country or the asn as the finding, else a MaxMind file, tells it."""
    finding = about.subject.finding
    if finding is not None and finding.remote.address == about.address and getattr(finding.remote, name):
        return str(getattr(finding.remote, name))
    found = about.sources.mmdb.find(about.address) if about.sources.mmdb is not None else ()
    return next((str(getattr(one, name)) for one in found if getattr(one, name)), None)
