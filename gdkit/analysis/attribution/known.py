"""What is known of addresses before a single call is judged."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import pandas as pd

from gdkit.analysis.attribution.lifetime import away, lifecycle_calls
from gdkit.analysis.clients import like_an_agent, made_by_aws_service, presigned
from gdkit.analysis.providers import AMAZON, provider_of
from gdkit.analysis.ways_out import (
    FEWEST_AGENT_CALLS,
    agent_calls,
    is_habit,
    neighbours_agent_calls,
    neighbours_clients,
    neighbours_places,
    ways_out,
)
from gdkit.identifiers import normal_address

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gdkit.model import LeakedSession, Subject

LONG_BEFORE = timedelta(hours=1)
"""How much earlier than GuardDuty's first seen use a long-standing use of the address must have begun."""

AGENT_INTERVALS = timedelta(minutes=30)
"""Time within which an instance's agent is sure to have called, where the finding does not say since when."""

CREDENTIAL_LASTS = timedelta(hours=6)
"""About as long as a credential of an instance lives; habits over a longer time outlive the credential.

Source: EC2 User Guide, "Retrieve security credentials"; the length itself is what many have measured.
"""


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of addresses before a single call is judged; addresses are in their normal spelling.

    Attributes:
        reported: boolean per call: from an address that a finding names, or through a remote account's endpoint.
        own: addresses that the finding, or AWS, lists for the instance.
        egress: addresses by which its network leaves, as its routes prove; other hosts leave by them too.
        egress_clients: clients seen at these before the reported use, the session's and other instances'.
        ways_out: addresses that its agents prove.
        moved: reported addresses at which its agents went on when all its software had ended at the earlier one, both
            Amazon's, with a start of the instance in between or both in one region of AWS's published ranges.
        perhaps_moved: the same, without start and region, or where the two addresses are not both Amazon's.
        habits: place (or account of a foreign endpoint) and client that went together before the reported use, over
            several keys and longer than a credential lives.
        earlier_clients: clients seen at other places before the reported use.
        baseline: the one place of the session, over several keys, before the reported use; empty where there is none.
        baseline_clients: clients that were there over several keys and longer than a credential lives.
        neighbours: addresses from which other instances' agents call.
        shared_places: addresses from which other instances make any call.
        fleet_clients: clients that other instances use from these addresses.
        shared: the instance's agents seem to leave by the reported address or account.
        long_standing: the reported address or account looks like the session's habit.
        neighbours_first: other instances' agents used the reported address before the reported use.
        away: boolean per call: the instance was not there to make it.
    """

    account_id: str | None
    remote_accounts: frozenset[str]
    reported: pd.Series
    own: frozenset[str]
    egress: frozenset[str]
    egress_clients: frozenset[str]
    ways_out: frozenset[str]
    moved: frozenset[str]
    perhaps_moved: frozenset[str]
    habits: frozenset[tuple[str, str]]
    earlier_clients: frozenset[str]
    baseline: frozenset[str]
    baseline_clients: frozenset[str]
    neighbours: frozenset[str]
    shared_places: frozenset[str]
    fleet_clients: frozenset[str]
    shared: bool
    long_standing: bool
    neighbours_first: bool
    away: pd.Series


def what_is_known(
    events: pd.DataFrame, used: pd.Series, calls: pd.DataFrame, session: LeakedSession, subject: Subject
) -> Known:
    """Gather what the finding, AWS and the agents' calls say of addresses.

    Args:
        events: ``tables.EVENTS``, the whole trail.
        used: boolean per event: the calls made with the session's credentials.
        calls: those events, with ``place``, their normal address, and ``client``.
        session: the leaked session.
        subject: what the investigation starts from.
    """
    addresses = _normal(subject.reported_addresses)
    remote_accounts = frozenset(subject.remote_account_ids) - {session.account_id or ""}
    reported = _is_reported(calls, addresses, remote_accounts) & ~made_by_aws_service(calls)
    agents, neighbours = agent_calls(events, used, session), neighbours_agent_calls(events, session)
    there = _is_reported(agents, addresses, remote_accounts)
    elsewhere = agents[~there & ~foreign(agents, session.account_id)]
    thefts = calls[reported & ~presigned(calls) & ~calls.index.isin(agents.index)]["event_at"].dropna()
    since = _reported_since(subject, thefts)
    instance = subject.finding.instance if subject.finding else None
    listed = (*instance.private_addresses, *instance.public_addresses) if instance else ()
    before = neighbours[neighbours["place"].isin(addresses)]
    egress = _normal(subject.own_egress)
    shared_places = neighbours_places(events, session) - addresses
    moved = _moved_to(calls, agents, addresses)
    first_use = _first_use(subject, thefts)
    earlier = calls[calls["event_at"] < first_use] if first_use is not None else calls[:0]
    own = _normal((*listed, *subject.own_addresses))
    return Known(
        account_id=session.account_id,
        remote_accounts=remote_accounts,
        reported=reported,
        own=own,
        egress=egress - own,
        egress_clients=_habitual(calls[calls["place"].isin(egress)], subject)
        | neighbours_clients(events, session, egress),
        ways_out=ways_out(elsewhere, None if thefts.empty else thefts.min()),
        moved=_surely_moved(events, calls, moved, subject),
        perhaps_moved=moved,
        habits=_habits(calls, subject),
        earlier_clients=_clients(earlier[~earlier["place"].isin(addresses)]),
        baseline=_baseline(earlier, addresses, session.account_id),
        baseline_clients=frozenset(client for _, client in _lasting(earlier)),
        neighbours=frozenset(neighbours["place"]) - addresses,
        shared_places=shared_places,
        fleet_clients=neighbours_clients(events, session, shared_places),
        shared=is_habit(agents[there])
        and len(elsewhere) < FEWEST_AGENT_CALLS
        and bool(agents[there]["event_at"].min() < since),
        long_standing=_is_long_standing(calls, reported, subject, one_key_will_do=not _at_home_elsewhere(elsewhere)),
        neighbours_first=is_habit(before) and bool(before["event_at"].min() < since),
        away=_away(events, calls, agents, session),
    )


def _surely_moved(events: pd.DataFrame, calls: pd.DataFrame, moved: frozenset[str], subject: Subject) -> frozenset[str]:
    return frozenset(
        place
        for place in moved
        if _all_amazons(calls, place) and (_restarted(events, calls, place) or _one_region(calls, place, subject))
    )


def foreign(calls: pd.DataFrame, account_id: str | None) -> pd.Series:
    """Tell for each call whether it came through another account's endpoint."""
    owner = calls["vpc_endpoint_account_id"]
    return owner.notna() & (owner != account_id) & (account_id is not None)


def _away(events: pd.DataFrame, calls: pd.DataFrame, agents: pd.DataFrame, session: LeakedSession) -> pd.Series:
    lifecycle = lifecycle_calls(events)
    own = lifecycle[lifecycle["instance"] == (session.instance_id or "").lower()]
    return away(calls, own, agents)


def _normal(addresses: Iterable[str]) -> frozenset[str]:
    return frozenset(filter(None, map(normal_address, addresses)))


def _clients(calls: pd.DataFrame) -> frozenset[str]:
    return frozenset(calls["client"].dropna())


def _habitual(calls: pd.DataFrame, subject: Subject) -> frozenset[str]:
    """Give the clients seen before GuardDuty's first sight; where none is known, those seen over several keys."""
    first_seen_at = subject.finding.first_seen_at if subject.finding else None
    if first_seen_at is not None:
        return _clients(calls[calls["event_at"] < first_seen_at])
    keys = calls.groupby("client")["access_key_id"].nunique()
    return frozenset(keys[keys > 1].index)


def _is_reported(calls: pd.DataFrame, addresses: frozenset[str], remote_accounts: frozenset[str]) -> pd.Series:
    return calls["place"].isin(addresses) | calls["vpc_endpoint_account_id"].isin(remote_accounts)


def _reported_since(subject: Subject, thefts: pd.Series) -> pd.Timestamp:
    """Give the instant that a habit must be older than: GuardDuty's first sight, else soon after the first use."""
    first_seen_at = subject.finding.first_seen_at if subject.finding else None
    if first_seen_at is not None:
        return pd.Timestamp(first_seen_at)
    return pd.Timestamp.max.tz_localize("UTC") if thefts.empty else thefts.min() + AGENT_INTERVALS


def _first_use(subject: Subject, thefts: pd.Series) -> pd.Timestamp | None:
    """Give the first use that was reported: the earlier of what GuardDuty says and the events show."""
    first_seen_at = subject.finding.first_seen_at if subject.finding else None
    known = [*([pd.Timestamp(first_seen_at)] if first_seen_at else []), *([] if thefts.empty else [thefts.min()])]
    return min(known, default=None)


def _placed(calls: pd.DataFrame) -> pd.DataFrame:
    """Give the calls that came from a public address and not from a service or by a presigned URL."""
    return calls[(calls["address_kind"] == "public") & ~made_by_aws_service(calls) & ~presigned(calls)]


def _is_long_standing(calls: pd.DataFrame, reported: pd.Series, subject: Subject, *, one_key_will_do: bool) -> bool:
    """Tell whether all software but the agents used the reported address since long before GuardDuty saw it.

    Where the agents show another public way out, it takes several keys too: a thief can be at work for an hour before
    he is seen.
    """
    agents_aside = ~made_by_aws_service(calls) & ~presigned(calls) & ~like_an_agent(calls)
    placed = calls[agents_aside & (reported | (calls["address_kind"] == "public"))]
    first_seen_at = subject.finding.first_seen_at if subject.finding else None
    if placed.empty or first_seen_at is None or not reported[placed.index].all():
        return False
    enough = one_key_will_do or placed["access_key_id"].nunique() > 1
    return enough and bool(placed["event_at"].min() < first_seen_at - LONG_BEFORE)


def _at_home_elsewhere(agents: pd.DataFrame) -> bool:
    """Tell whether agents call from a public address that is not the reported one."""
    return bool(agents["address_kind"].eq("public").any())


def _baseline(earlier: pd.DataFrame, reported: frozenset[str], account_id: str | None) -> frozenset[str]:
    """Give the only public place of the session before the reported use, where it was one for longer than any key."""
    placed = _placed(earlier)
    placed = placed[~foreign(placed, account_id)]
    places = frozenset(placed["place"].dropna())
    if len(places) != 1 or places & reported or placed["access_key_id"].nunique() < 2:
        return frozenset()
    return places if placed["event_at"].max() - placed["event_at"].min() >= CREDENTIAL_LASTS else frozenset()


def _moved_to(calls: pd.DataFrame, agents: pd.DataFrame, reported: frozenset[str]) -> frozenset[str]:
    """Give the reported addresses that the instance seems to have moved to.

    Its agents went on there, and every call from any other public address had ended before: an instance that was
    stopped and started gets another public address, and a network can be given another way out.

    Source: EC2 User Guide, "Amazon EC2 instance IP addressing".
    """
    placed = _placed(calls)
    found = set()
    for place in reported:
        here, others = placed[placed["place"] == place], placed[placed["place"] != place]
        agents_there = agents[agents["place"] == place]
        agents_before = agents[agents["place"].isin(set(others["place"]))]
        if not (is_habit(agents_there) and is_habit(agents_before)) or here["event_at"].isna().any():
            continue
        if others["event_at"].max() < here["event_at"].min():
            found.add(place)
    return frozenset(found)


def _restarted(events: pd.DataFrame, calls: pd.DataFrame, place: str) -> bool:
    """Tell whether the instance was started between the last call from elsewhere and the first from this address."""
    placed = _placed(calls)
    here, others = placed[placed["place"] == place], placed[placed["place"] != place]
    lifecycle = lifecycle_calls(events)
    names = {str(name).lower() for name in calls["session_name"].dropna().unique()}
    begun = lifecycle[(lifecycle["event_name"] == "StartInstances") & lifecycle["instance"].isin(names)]["event_at"]
    return bool(((begun >= others["event_at"].max()) & (begun <= here["event_at"].min())).any())


def _all_amazons(calls: pd.DataFrame, place: str) -> bool:
    """Tell whether an address and every other public one of the session are Amazon's."""
    return {provider_of(str(one)) for one in {place, *_placed(calls)["place"]}} == {AMAZON}


def _one_region(calls: pd.DataFrame, place: str, subject: Subject) -> bool:
    """Tell whether AWS's published ranges have an address and every other public one of the session in one region."""
    regions = dict(subject.aws_regions)
    found = {regions.get(str(one)) for one in {place, *_placed(calls)["place"]}}
    return len(found) == 1 and found.isdisjoint({None, "GLOBAL"})


def _habits(calls: pd.DataFrame, subject: Subject) -> frozenset[tuple[str, str]]:
    """Give the pairs of place and client that went together for longer than a credential lives, before the report."""
    first_seen_at = subject.finding.first_seen_at if subject.finding else None
    return _lasting(calls if first_seen_at is None else calls[calls["event_at"] < first_seen_at])


def _lasting(calls: pd.DataFrame) -> frozenset[tuple[str, str]]:
    """Give the pairs of place and client that went together over several keys and longer than a credential lives."""
    pairs = calls.groupby(["spot", "client"])
    times, keys = pairs["event_at"], pairs["access_key_id"].nunique()
    long = keys.index[(keys > 1) & (times.max() - times.min() >= CREDENTIAL_LASTS)]
    return frozenset((str(spot), str(client)) for spot, client in long)
