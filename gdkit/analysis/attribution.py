"""Who made each call of the leaked session: the thief, the instance's own workload, or unknown.

The rules stand in ``rules.RULES`` in the order in which they are asked; the first that holds decides. What no rule
proves stays unknown: a guess shown as a fact would cost more than an open question. A call that a thief makes on the
instance itself, or from behind the same way out, cannot be told from the workload's by any log.

Nothing here depends on the order of events, on duplicates or on the source they came from.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from gdkit.analysis.clients import is_sdk, like_an_agent, made_by_aws_service, operating_system, presigned
from gdkit.analysis.rules import MEANING, PARTY, RULES
from gdkit.analysis.ways_out import (
    FEWEST_AGENT_CALLS,
    agent_calls,
    is_habit,
    neighbours_agent_calls,
    neighbours_clients,
    ways_out,
)
from gdkit.identifiers import normal_address

if TYPE_CHECKING:
    from gdkit.model import LeakedSession, Subject

LONG_BEFORE = timedelta(hours=1)
"""How much earlier than GuardDuty's first seen use a long-standing use of the address must have begun."""

AGENT_INTERVALS = timedelta(minutes=30)
"""Time within which an instance's agent is sure to have called, where the finding does not say since when."""

SHORTEST_CLIENT = 15
"""A shorter user agent ("curl/8.1", "aws-cli/2.1") is too common to be anybody's mark."""


def attribute(events: pd.DataFrame, used: pd.Series, session: LeakedSession, subject: Subject) -> pd.DataFrame:
    """Say of each event of the session who made it.

    Args:
        events: ``tables.EVENTS``, the whole trail: other instances' agents show other hosts' addresses.
        used: boolean per event: the calls made with the session's credentials.
        session: the leaked session.
        subject: what the investigation starts from; without a finding no address is known to be the thief's.

    Returns:
        Columns ``party``, ``rule`` and ``evidence``, indexed as the session's events are.
    """
    calls = events[used].assign(
        place=events.loc[used, "source_address"].map(normal_address, na_action="ignore").astype("str")
    )
    known = _known(events, used, calls, session, subject)
    proven = _decide(calls, _address_rules(calls, known))
    rule = _decide(calls, _address_rules(calls, known) | _comparison_rules(calls, known, proven))
    evidence = _evidence(calls, rule, subject.access_key_id if subject.finding else None)
    return pd.DataFrame({"party": rule.map(PARTY), "rule": rule, "evidence": evidence}, index=calls.index).astype("str")


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known of addresses before a single call is judged; addresses are in their normal spelling.

    Attributes:
        reported: boolean per call: from an address that a finding names, or through a remote account's endpoint.
        own: addresses that the finding lists for the instance.
        ways_out: addresses that its agents prove.
        neighbours: addresses from which other instances' agents call.
        fleet_clients: clients that other instances use from these addresses.
        shared: the instance's agents seem to leave by the reported address or account.
        long_standing: the reported address or account looks like the session's habit.
        neighbours_first: other instances' agents used the reported address before the reported use.
    """

    account_id: str | None
    remote_accounts: frozenset[str]
    reported: pd.Series
    own: frozenset[str]
    ways_out: frozenset[str]
    neighbours: frozenset[str]
    fleet_clients: frozenset[str]
    shared: bool
    long_standing: bool
    neighbours_first: bool


def _known(
    events: pd.DataFrame, used: pd.Series, calls: pd.DataFrame, session: LeakedSession, subject: Subject
) -> _Known:
    addresses = frozenset(filter(None, map(normal_address, subject.reported_addresses)))
    remote_accounts = frozenset(subject.remote_account_ids) - {session.account_id or ""}
    reported = _is_reported(calls, addresses, remote_accounts) & ~made_by_aws_service(calls)
    agents, neighbours = agent_calls(events, used, session), neighbours_agent_calls(events, session)
    there = _is_reported(agents, addresses, remote_accounts)
    elsewhere = agents[~there & ~_foreign(agents, session.account_id)]
    thefts = calls[reported & ~presigned(calls) & ~calls.index.isin(agents.index)]["event_at"].dropna()
    since = _reported_since(subject, thefts)
    instance = subject.finding.instance if subject.finding else None
    listed = (*instance.private_addresses, *instance.public_addresses) if instance else ()
    before = neighbours[neighbours["place"].isin(addresses)]
    shared_places = frozenset(neighbours["place"]) - addresses
    return _Known(
        account_id=session.account_id,
        remote_accounts=remote_accounts,
        reported=reported,
        own=frozenset(filter(None, map(normal_address, (*listed, *subject.own_addresses)))),
        ways_out=ways_out(elsewhere, None if thefts.empty else thefts.min()),
        neighbours=shared_places,
        fleet_clients=neighbours_clients(events, session, shared_places),
        shared=is_habit(agents[there])
        and len(elsewhere) < FEWEST_AGENT_CALLS
        and bool(agents[there]["event_at"].min() < since),
        long_standing=_is_long_standing(calls, reported, subject),
        neighbours_first=is_habit(before) and bool(before["event_at"].min() < since),
    )


def _is_reported(calls: pd.DataFrame, addresses: frozenset[str], remote_accounts: frozenset[str]) -> pd.Series:
    return calls["place"].isin(addresses) | calls["vpc_endpoint_account_id"].isin(remote_accounts)


def _foreign(calls: pd.DataFrame, account_id: str | None) -> pd.Series:
    """Tell for each call whether it came through another account's endpoint."""
    owner = calls["vpc_endpoint_account_id"]
    return owner.notna() & (owner != account_id) & (account_id is not None)


def _reported_since(subject: Subject, thefts: pd.Series) -> pd.Timestamp:
    """Give the instant that a habit must be older than: GuardDuty's first sight, else soon after the first use."""
    first_seen_at = subject.finding.first_seen_at if subject.finding else None
    if first_seen_at is not None:
        return pd.Timestamp(first_seen_at)
    return pd.Timestamp.max.tz_localize("UTC") if thefts.empty else thefts.min() + AGENT_INTERVALS


def _is_long_standing(calls: pd.DataFrame, reported: pd.Series, subject: Subject) -> bool:
    """Tell whether all software but the agents used the reported address, over several keys, since long before."""
    agents_aside = ~made_by_aws_service(calls) & ~presigned(calls) & ~like_an_agent(calls)
    placed = calls[agents_aside & (reported | (calls["address_kind"] == "public"))]
    first_seen_at = subject.finding.first_seen_at if subject.finding else None
    if placed.empty or first_seen_at is None or not reported[placed.index].all():
        return False
    return placed["access_key_id"].nunique() > 1 and bool(placed["event_at"].min() < first_seen_at - LONG_BEFORE)


def _decide(calls: pd.DataFrame, masks: dict[str, pd.Series]) -> pd.Series:
    asked = [rule.name for rule in RULES if rule.name in masks]
    chosen = np.select([masks[name].to_numpy(dtype=bool) for name in asked], asked, default="undecided")
    return pd.Series(chosen, index=calls.index, dtype="str")


def _address_rules(calls: pd.DataFrame, known: _Known) -> dict[str, pd.Series]:
    """Ask what an address or an endpoint proves by itself."""
    place, owner, agent = calls["place"], calls["vpc_endpoint_account_id"], like_an_agent(calls)
    familiar = ~place.isin(known.neighbours) | agent | calls["user_agent"].isin(known.fleet_clients)
    private, own_endpoint = calls["address_kind"] == "private", owner == known.account_id
    held = (
        ~private | own_endpoint | (owner.isna() & (not known.remote_accounts))
    )  # anybody can choose a private address
    return {
        "presigned": presigned(calls),
        "aws_service": made_by_aws_service(calls),
        "own_and_reported": known.reported & (place.isin(known.own) | (private & own_endpoint)),
        "shared_way_out": known.reported & known.shared,
        "long_standing": known.reported & known.long_standing,
        "neighbours_at_reported_address": known.reported & known.neighbours_first,
        "agent_at_reported_address": known.reported & agent,
        "remote_account": owner.isin(known.remote_accounts),
        "foreign_endpoint": _foreign(calls, known.account_id),
        "reported_address": known.reported,
        "own_address": place.isin(known.own) & held,
        "way_out": place.isin(known.ways_out) & held & familiar,
        "agent_like": agent,
        "neighbours_address": place.isin(known.neighbours),
        "private_address": private,
    }


def _comparison_rules(calls: pd.DataFrame, known: _Known, proven: pd.Series) -> dict[str, pd.Series]:
    """Compare each call with those that an address alone already proved."""
    party = proven.map(PARTY)
    thief, workload = calls[party == "thief"], calls[(party == "workload") & ~like_an_agent(calls)]
    key, client, place = calls["access_key_id"], calls["user_agent"], calls["place"]
    clients, keys = set(thief["user_agent"].dropna()), set(thief["access_key_id"].dropna())
    earlier = (party != "thief") & ~(calls["event_at"] >= thief["event_at"].min())  # a call without a time counts too
    at_home = place.isin(known.own | known.ways_out)
    unplaced = (calls["address_kind"] == "public") & ~place.isin(known.neighbours) & ~known.reported & ~at_home
    marks = clients - set(client[at_home | earlier].dropna())
    distinct = client.isin(marks) & (client.str.len() >= SHORTEST_CLIENT) & ~place.isin(set(place[earlier]))
    return {
        "thief_client_at_own_address": at_home & client.isin(clients - set(client[at_home & earlier].dropna())),
        "thief_client": unplaced & distinct & key.isin(keys) & (not workload.empty),
        "other_system": unplaced & _on_another_system(client, workload["user_agent"]),
    }


def _on_another_system(clients: pd.Series, workload: pd.Series) -> pd.Series:
    """Tell for each client whether it is an AWS SDK on a system that none of the workload's clients runs on."""
    systems = set(workload.map(operating_system, na_action="ignore").dropna())
    judged = {
        client: is_sdk(client) and operating_system(client) not in {None, *systems}
        for client in clients.dropna().unique()
    }
    return clients.map(judged, na_action="ignore").eq(True) & bool(systems)


def _evidence(calls: pd.DataFrame, rule: pd.Series, finding_key: str | None) -> pd.Series:
    """Write what each decision rests on, once for each distinct set of facts."""
    facts = calls[["source_address", "access_key_id", "user_agent", "ec2_role_delivery"]].astype("object")
    facts = facts.where(facts.notna(), None).assign(rule=rule)
    written: dict[tuple[Any, ...], str] = {}
    for row in facts.itertuples(index=False, name=None):
        if row not in written:
            written[row] = _sentence(row, finding_key)
    return pd.Series([written[row] for row in facts.itertuples(index=False, name=None)], index=calls.index, dtype="str")


def _sentence(facts: tuple[Any, ...], finding_key: str | None) -> str:
    address, key, client, delivery, rule = facts
    same = "" if finding_key is None else (" (the finding's key)" if key == finding_key else " (not the finding's key)")
    version = {"1.0": "IMDSv1", "2.0": "IMDSv2"}.get(delivery or "", "a version not recorded")
    return (
        f"{MEANING[rule]}. Address {_short(address)}; key {_short(key)}{same}; client {_short(client)}; "
        f"credential delivered by {version}"
    )


def _short(text: str | None, most: int = 120) -> str:
    if text is None:
        return "none"
    return text if len(text) <= most else f"{text[:most]}… ({len(text)} characters)"
