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
from gdkit.analysis.ways_out import FEWEST_AGENT_CALLS, agent_calls, neighbours_addresses, ways_out
from gdkit.identifiers import normal_address

if TYPE_CHECKING:
    from gdkit.model import LeakedSession, Subject

LONG_BEFORE = timedelta(hours=1)
"""How much earlier than GuardDuty's first seen use a long-standing use of the address must have begun."""

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
        own: those that the finding lists for the instance.
        ways_out: those that its agents prove.
        neighbours: those from which other instances' agents call.
        shared: the instance's agents seem to leave by the reported address.
        long_standing: the reported address looks like the instance's habit.
    """

    account_id: str | None
    remote_accounts: frozenset[str]
    reported: frozenset[str]
    own: frozenset[str]
    ways_out: frozenset[str]
    neighbours: frozenset[str]
    shared: bool
    long_standing: bool


def _known(
    events: pd.DataFrame, used: pd.Series, calls: pd.DataFrame, session: LeakedSession, subject: Subject
) -> _Known:
    reported = frozenset(filter(None, map(normal_address, subject.reported_addresses)))
    instance = subject.finding.instance if subject.finding else None
    listed = (*instance.private_addresses, *instance.public_addresses) if instance else ()
    agents = agent_calls(events, used, session)
    there = agents["place"].isin(reported)
    thefts = calls.loc[calls["place"].isin(reported) & ~made_by_aws_service(calls), "event_at"]
    others = thefts[~thefts.index.isin(agents.index)]
    return _Known(
        account_id=session.account_id,
        remote_accounts=frozenset(subject.remote_account_ids) - {session.account_id or ""},
        reported=reported,
        own=frozenset(filter(None, map(normal_address, listed))),
        ways_out=ways_out(agents[~there], None if thefts.empty else thefts.min()),
        neighbours=neighbours_addresses(events, session) - reported,
        shared=_agents_were_first(agents[there], agents[~there], others),
        long_standing=_is_long_standing(calls, reported, subject),
    )


def _agents_were_first(there: pd.DataFrame, elsewhere: pd.DataFrame, others: pd.Series) -> bool:
    """Tell whether the instance's agents seem to leave by the reported address: first there, and nowhere else."""
    if len(there) < FEWEST_AGENT_CALLS or not elsewhere.empty:
        return False
    return others.empty or bool(there["event_at"].min() < others.min())


def _is_long_standing(calls: pd.DataFrame, reported: frozenset[str], subject: Subject) -> bool:
    """Tell whether the reported address is all that was ever seen, over several keys, since long before the report."""
    placed = calls[~made_by_aws_service(calls) & ~presigned(calls)]
    first_seen_at = subject.finding.first_seen_at if subject.finding else None
    if placed.empty or first_seen_at is None or not placed["place"].isin(reported).all():
        return False
    return placed["access_key_id"].nunique() > 1 and bool(placed["event_at"].min() < first_seen_at - LONG_BEFORE)


def _decide(calls: pd.DataFrame, masks: dict[str, pd.Series]) -> pd.Series:
    asked = [rule.name for rule in RULES if rule.name in masks]
    chosen = np.select([masks[name].to_numpy(dtype=bool) for name in asked], asked, default="undecided")
    return pd.Series(chosen, index=calls.index, dtype="str")


def _address_rules(calls: pd.DataFrame, known: _Known) -> dict[str, pd.Series]:
    """Ask what an address or an endpoint proves by itself."""
    place, owner, agent = calls["place"], calls["vpc_endpoint_account_id"], like_an_agent(calls)
    reported, own, private = place.isin(known.reported), place.isin(known.own), calls["address_kind"] == "private"
    remote = owner.isin(known.remote_accounts)
    foreign = owner.notna() & (owner != known.account_id) & (known.account_id is not None)
    return {
        "presigned": presigned(calls),
        "aws_service": made_by_aws_service(calls),
        "own_address_at_remote_endpoint": remote & own & private,
        "remote_account": remote,
        "foreign_endpoint": foreign,
        "own_and_reported": reported & own,
        "shared_way_out": reported & known.shared,
        "long_standing": reported & known.long_standing,
        "agent_at_reported_address": reported & agent,
        "reported_address": reported,
        "own_address": own,
        "way_out": place.isin(known.ways_out),
        "agent_like": agent,
        "neighbours_address": place.isin(known.neighbours),
        "private_address": private,
    }


def _comparison_rules(calls: pd.DataFrame, known: _Known, proven: pd.Series) -> dict[str, pd.Series]:
    """Compare each call with those that an address alone already proved."""
    party = proven.map(PARTY)
    thief, workload = calls[party == "thief"], calls[party == "workload"]
    key, client, place = calls["access_key_id"], calls["user_agent"], calls["place"]
    clients, keys = set(thief["user_agent"].dropna()), set(thief["access_key_id"].dropna())
    own_time = (calls["event_at"] < thief["event_at"].min()) | ~key.isin(keys)  # before the theft, or on another key
    at_home = place.isin(known.own | known.ways_out)
    unplaced = (calls["address_kind"] == "public") & ~place.isin(known.neighbours | known.reported) & ~at_home
    marks = clients - set(client[at_home | ~key.isin(keys)].dropna())
    distinct = client.isin(marks) & (client.str.len() >= SHORTEST_CLIENT) & ~place.isin(set(place[~key.isin(keys)]))
    return {
        "thief_client_at_own_address": at_home & client.isin(clients - set(client[at_home & own_time].dropna())),
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
