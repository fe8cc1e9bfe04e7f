"""What the logs show of how the credentials may have been taken: leads, not conclusions."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from gdkit import tables
from gdkit.analysis.known_instance import instance_of_events
from gdkit.analysis.metadata_options import option_changes
from gdkit.analysis.reached import KnownInstance, LeadKind, call_of
from gdkit.analysis.request_text import fields_of, mentions
from gdkit.analysis.ways_in import CONTEXT, WAYS_IN
from gdkit.identifiers import normal_address
from gdkit.own_calls import made_by_gdkit

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    import pandas as pd

    from gdkit.analysis.reached import Told
    from gdkit.model import LeakedSession

_PLACES = ("public", "private")
"""Kinds of address that can be the same for two calls; "AWS Internal" and a service's name are nobody's."""

_WHOSE = {
    "workload": "made by the instance's own software, with the leaked session's credentials",
    "unknown": "made with the leaked session's own credentials; by whom is not proven",
}
"""What is said of a call that the leaked session itself made, by its party."""


@dataclass(frozen=True, slots=True)
class Lead:
    """One event that may show how the credentials were taken.

    Attributes:
        event_id: the event.
        event_at: when; None where the record does not hold it.
        statement: who did what, from where, in words; "same address" means just that.
        kind: what kind of way it is.
        direct: the call names the instance, or something known to be its; False where it only may have reached it.
        succeeded: the call did not fail.
        before_first_use: it was made before the first call that is proven to be the thief's; None where a time is not
            known, or no call is proven to be the thief's.
        same_address: it came from an address that a call of the thief came from too.
    """

    event_id: str
    event_at: datetime | None
    statement: str
    kind: LeadKind
    direct: bool
    succeeded: bool
    before_first_use: bool | None
    same_address: bool

    @property
    def strong(self) -> bool:
        """Whether it could have given the credentials for the first use: a way in, reached, succeeded, in time."""
        return self.direct and self.succeeded and self.before_first_use is True and self.kind not in CONTEXT


def initial_access_leads(
    events: pd.DataFrame,
    session: LeakedSession,
    session_events: pd.DataFrame,
    *,
    tags: Mapping[str, str] | None = None,
    security_group_ids: Iterable[str] = (),
) -> tuple[Lead, ...]:
    """List the calls that could have given this instance's credentials away, up to the thief's last use of them.

    The thief's own calls with the stolen credentials are no leads: by then the credentials were taken. Calls by which
    somebody stopped or started the instance are leads only around a change of its user data.

    Args:
        events: ``tables.EVENTS``, the whole trail.
        session: the leaked session; without an instance id there is nothing to look for.
        session_events: ``tables.SESSION_EVENTS``.
        tags: the instance's tags as AWS lists them; None where nobody asked. A command for a tag then may have
            reached it.
        security_group_ids: its security groups, beside those that its launch shows.

    Returns:
        Leads by time, those without a time last. An empty result means: none seen in what was searched.
    """
    if session.instance_id is None:
        return ()
    known = instance_of_events(
        events, session.instance_id, session_events, tags=tags, security_group_ids=frozenset(security_group_ids),
        options=option_changes(events, session.instance_id),
    )  # fmt: skip
    use = _Use.of(session_events)
    leads = []
    for row in tables.rows_of(_candidates(events, known, session, use)):
        call = call_of(
            row, fields_of(row["request_parameters"]), fields_of(row["response_elements"]), known.instance_id
        )
        way = WAYS_IN[(row["event_source"], row["event_name"])]
        told = way.judge(call, known)
        if told is not None:
            leads.append(_lead(row, told, use, told.kind or way.kind))
    return tuple(sorted(_without_idle_power(leads), key=_order))


@dataclass(frozen=True, slots=True)
class _Use:
    """The thief's use of the credentials, and whose the session's other calls are.

    Attributes:
        first: the first call proven to be the thief's; None where none is, or none has a time.
        event_ids: the thief's calls.
        others: party of every other call with the session's credentials, by event id.
    """

    first: datetime | None
    last: datetime | None
    event_ids: frozenset[str]
    addresses: frozenset[str]
    others: Mapping[str, str]

    @classmethod
    def of(cls, session_events: pd.DataFrame) -> _Use:
        by_thief = session_events["party"] == "thief"
        thief, others = session_events[by_thief], session_events[~by_thief & session_events["event_id"].notna()]
        times = thief["event_at"].dropna()
        places = thief.loc[thief["address_kind"].isin(_PLACES), "source_address"].drop_duplicates()
        return cls(
            first=tables.plain(times.min()) if len(times) else None,
            last=tables.plain(times.max()) if len(times) else None,
            event_ids=frozenset(thief["event_id"].dropna()),
            addresses=frozenset(places.map(normal_address, na_action="ignore").dropna()),
            others=dict(zip(others["event_id"], others["party"], strict=True)),
        )


def _candidates(events: pd.DataFrame, known: KnownInstance, session: LeakedSession, use: _Use) -> pd.DataFrame:
    """Give the calls of the kinds that count, in time, that name the instance or may concern it unnamed."""
    way = events["event_source"].fillna("") + " " + events["event_name"].fillna("")
    rows = events[way.isin([" ".join(name) for name in WAYS_IN])].drop_duplicates("event_id")
    rows = rows[rows["event_id"].notna() & ~rows["event_id"].isin(use.event_ids)]
    if use.last is not None:
        rows = rows[rows["event_at"].isna() | (rows["event_at"] <= use.last)]
    everywhere = {name for (_, name), way_in in WAYS_IN.items() if way_in.everywhere}
    near = rows["event_name"].isin(everywhere)
    if session.account_id is not None:
        near &= rows["account_id"].isna() | (rows["account_id"] == session.account_id)
    if known.region is not None:
        near &= rows["region"].isna() | (rows["region"] == known.region)
    rows = rows[near | mentions(rows, known.instance_id)]
    own = rows["user_agent"].map(made_by_gdkit).astype(bool) & ~rows["event_id"].isin(set(use.others))
    if use.first is not None:  # nobody answers a theft before it is seen: an earlier call only claims to be gdkit's
        own &= ~(rows["event_at"] < use.first)
    return rows[~own]


def _lead(row: dict[str, Any], told: Told, use: _Use, kind: LeadKind) -> Lead:
    same = row["address_kind"] in _PLACES and normal_address(row["source_address"]) in use.addresses
    at = row["event_at"]
    before = at < use.first if at is not None and use.first is not None else None
    return Lead(
        event_id=row["event_id"],
        event_at=at,
        statement=_statement(row, told, use, before=before, same=same),
        kind=kind,
        direct=told.direct,
        succeeded=row["error_code"] is None,
        before_first_use=before,
        same_address=same,
    )


def _statement(row: dict[str, Any], told: Told, use: _Use, *, before: bool | None, same: bool) -> str:
    done = WAYS_IN[(row["event_source"], row["event_name"])].done
    if not told.direct:
        done = f"called {row['event_name']}, which may have concerned the instance,"
    place = row["source_address"] or "an address not recorded"
    if same:
        place += " (same address as the thief's calls)"
    parts = [f"{_who(row)} {done} from {place}{_when(row, use, before)}", told.detail]
    parts.append(_WHOSE.get(use.others.get(row["event_id"], ""), ""))
    parts.append(f"the call failed with {row['error_code']}" if row["error_code"] else "")
    return "; ".join(part for part in parts if part)


def _who(row: dict[str, Any]) -> str:
    who = row["identity_arn"] or row["principal_id"] or row["user_name"] or row["invoked_by"] or "somebody"
    return f"{who} with key {row['access_key_id']}" if row["access_key_id"] else str(who)


def _when(row: dict[str, Any], use: _Use, before: bool | None) -> str:
    if row["event_at"] is None:
        return ", at a time that the record does not hold"
    if before is None:
        return ""
    if before:
        return ", before the thief's first call"
    return (
        ", after the thief's first call" if row["event_at"] > use.first else ", at the time of the thief's first call"
    )


def _without_idle_power(leads: list[Lead]) -> list[Lead]:
    """Keep of the stops and starts only the last stop before, and the first start after, each change of user data."""
    timed = [(lead, lead.event_at) for lead in leads if lead.event_at is not None]
    changes = [at for lead, at in timed if lead.kind == "user_data" and lead.succeeded]
    stops = sorted((at, lead.event_id) for lead, at in timed if lead.kind == "stop")
    starts = sorted((at, lead.event_id) for lead, at in timed if lead.kind == "start")
    kept: set[str] = set()
    for at in changes:
        before, after = bisect_right(stops, at, key=itemgetter(0)), bisect_left(starts, at, key=itemgetter(0))
        kept.update(event_id for _, event_id in (*stops[before - 1 : before], *starts[after : after + 1]))
    return [lead for lead in leads if lead.kind not in ("stop", "start") or lead.event_id in kept]


def _order(lead: Lead) -> tuple[bool, float, str]:
    return (lead.event_at is None, lead.event_at.timestamp() if lead.event_at else 0.0, lead.event_id)
