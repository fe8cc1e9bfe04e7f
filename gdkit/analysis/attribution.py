"""Who made each call of the leaked session: the thief, the instance's own workload, or unknown.

The rules stand in ``RULES`` in the order in which they are asked; the first that holds decides. Every rule names what
it rests on. What no rule proves stays unknown: a guess shown as a fact would cost more than an open question.

Nothing here depends on the order of events, on duplicates or on the source they came from.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from gdkit.analysis.clients import made_by_aws_service, made_by_host_agent, operating_system
from gdkit.identifiers import address_kind, normal_address

if TYPE_CHECKING:
    from gdkit.model import Finding, LeakedSession, Party


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of attribution: its name, whose call it says it is, and why."""

    name: str
    party: Party
    meaning: str


RULES: tuple[Rule, ...] = (
    Rule(
        "remote_account", "thief", "the call came through a VPC endpoint of the remote account that the finding names"
    ),
    Rule("own_and_reported", "unknown", "the finding's remote address is also one of the instance's own addresses"),
    Rule(
        "shared_way_out",
        "unknown",
        "the instance's own agents call from the finding's remote address and from no other public address, so the "
        "instance itself may leave by it",
    ),
    Rule(
        "agent_at_reported_address",
        "unknown",
        "an agent's kind of call from the finding's remote address, while the host's agents call from elsewhere",
    ),
    Rule("reported_address", "thief", "the call came from the finding's remote address"),
    Rule("own_address", "workload", "the call came from an address of the instance itself, as the finding lists them"),
    Rule("host_agent", "workload", "an agent of AWS on the instance made the call"),
    Rule(
        "aws_service",
        "unknown",
        "an AWS service made the call for the session; the record does not say who asked for it",
    ),
    Rule(
        "thief_client_at_way_out",
        "unknown",
        "the call came by the instance's way out, but with a client that only the thief was seen with",
    ),
    Rule("way_out", "workload", "the call came from an address by which the agents of this instance's account call"),
    Rule("foreign_endpoint", "unknown", "the call came through a VPC endpoint of another account"),
    Rule(
        "other_private_address",
        "unknown",
        "the call came from a private address that is not known to be the instance's: another host in the network "
        "may have made it",
    ),
    Rule("private_address", "workload", "the call came from the only private address that the session was used from"),
    Rule(
        "thief_client",
        "thief",
        "same key and same client as the thief's calls, a client that the workload was never seen with, from an "
        "address that is not known to be the instance's",
    ),
    Rule(
        "different_host",
        "thief",
        "from elsewhere while the instance worked at its own address, with a client it never used, and another "
        "operating system or metadata service version than its own",
    ),
    Rule("undecided", "unknown", "nothing in what was searched proves whose call this is"),
)

_PARTY = {rule.name: rule.party for rule in RULES}
_MEANING = {rule.name: rule.meaning for rule in RULES}


def attribute(events: pd.DataFrame, used: pd.Series, session: LeakedSession, finding: Finding | None) -> pd.DataFrame:
    """Say of each event of the session who made it.

    Args:
        events: ``tables.EVENTS``, the whole trail: other instances' agents show the network's ways out.
        used: boolean per event: the calls made with the session's credentials.
        session: the leaked session.
        finding: None for a theft that GuardDuty did not report; then no address is known to be the thief's.

    Returns:
        Columns ``party``, ``rule`` and ``evidence``, indexed as the session's events are.
    """
    calls = events[used]
    known = _known(events, calls, session, finding)
    rule = _first_rule(calls, known)
    return pd.DataFrame(
        {"party": rule.map(_PARTY), "rule": rule, "evidence": _evidence(calls, rule, finding)}, index=calls.index
    ).astype("str")


@dataclass(frozen=True, slots=True)
class _Known:
    """Addresses whose holder is known before a single call is judged, in their normal spelling."""

    reported: frozenset[str]
    own: frozenset[str]
    own_private: frozenset[str]
    ways_out: frozenset[str]
    remote_account_id: str | None
    account_id: str | None


def _known(events: pd.DataFrame, calls: pd.DataFrame, session: LeakedSession, finding: Finding | None) -> _Known:
    reported = frozenset(filter(None, [normal_address(finding.remote.address)] if finding else []))
    listed = (*finding.instance.private_addresses, *finding.instance.public_addresses) if finding else ()
    own = frozenset(filter(None, map(normal_address, listed)))
    agents = _agent_events(events, session)
    return _Known(
        reported=reported,
        own=own,
        own_private=frozenset(text for text in own if address_kind(text) == "private"),
        ways_out=frozenset(agents["source_address"].map(normal_address, na_action="ignore").dropna()) - reported,
        remote_account_id=finding.remote.account_id if finding else None,
        account_id=session.account_id,
    )


def _agent_events(events: pd.DataFrame, session: LeakedSession) -> pd.DataFrame:
    """Calls that show the ways out of the network: by the agents of this account's instances.

    Only public addresses: a private one belongs to one host and says nothing about another's.
    """
    on_instance = events["session_name"].str.match(r"i-[0-9a-fA-F]{8,17}$", na=False)
    same_account = events["identity_account_id"].isna() | (events["identity_account_id"] == session.account_id)
    public = events["address_kind"] == "public"
    return events[made_by_host_agent(events) & on_instance & same_account & public & ~made_by_aws_service(events)]


def _first_rule(calls: pd.DataFrame, known: _Known) -> pd.Series:
    """Ask the rules in two rounds: first what an address proves, then what follows from the calls so proven."""
    address = calls["source_address"].map(normal_address, na_action="ignore")
    proven = _decide(calls, _address_rules(calls, address, known))
    return _decide(calls, _address_rules(calls, address, known) | _comparison_rules(calls, address, known, proven))


def _decide(calls: pd.DataFrame, masks: dict[str, pd.Series]) -> pd.Series:
    asked = [rule.name for rule in RULES if rule.name in masks]
    chosen = np.select([masks[name].to_numpy(dtype=bool) for name in asked], asked, default="undecided")
    return pd.Series(chosen, index=calls.index, dtype="str")


def _address_rules(calls: pd.DataFrame, address: pd.Series, known: _Known) -> dict[str, pd.Series]:
    service, agent = made_by_aws_service(calls), made_by_host_agent(calls)
    reported = address.isin(known.reported) & ~service
    private = calls["address_kind"] == "private"
    private_seen = address[private].nunique()
    endpoint_owner = calls["vpc_endpoint_account_id"]
    agents_elsewhere = bool((agent & ~reported & ~service & ~private).any())
    off_host = private & ~address.isin(known.own_private) & bool(known.own_private)
    return {
        "remote_account": endpoint_owner.notna() & (endpoint_owner == known.remote_account_id) & ~service,
        "own_and_reported": reported & address.isin(known.own),
        "shared_way_out": reported & bool((reported & agent).any()) & (not agents_elsewhere),
        "agent_at_reported_address": reported & agent,
        "reported_address": reported,
        "own_address": address.isin(known.own),
        "host_agent": agent & ~off_host,
        "aws_service": service,
        "foreign_endpoint": endpoint_owner.notna() & (endpoint_owner != known.account_id),
        "other_private_address": off_host | (private & (private_seen > 1)),
        "private_address": private,
    }


def _comparison_rules(
    calls: pd.DataFrame, address: pd.Series, known: _Known, proven: pd.Series
) -> dict[str, pd.Series]:
    """Compare each call with those that an address alone already proved."""
    party = proven.map(_PARTY)
    thief, workload = calls[party == "thief"], calls[party == "workload"]
    client, key = calls["user_agent"], calls["access_key_id"]
    thief_only = client.isin(set(thief["user_agent"].dropna()) - set(workload["user_agent"].dropna()))
    public = calls["address_kind"] == "public"
    at_way_out = address.isin(known.ways_out)
    elsewhere = public & ~at_way_out & ~address.isin(known.own)
    other_keys = calls[~key.isin(set(thief["access_key_id"].dropna()))]
    habitual = address.isin(set(address[other_keys.index].dropna()))
    return {
        "thief_client_at_way_out": at_way_out & thief_only,
        "way_out": at_way_out,
        "thief_client": elsewhere & thief_only & ~habitual & key.isin(set(thief["access_key_id"].dropna())),
        "different_host": elsewhere & _unlike(calls, workload),
    }


def _unlike(calls: pd.DataFrame, workload: pd.DataFrame) -> pd.Series:
    """Tell for each call whether it was made while the workload worked, by software that cannot be the workload's.

    Three differences are asked for: the address (by the caller of this function), the client, and either the operating
    system or the metadata service version. The workload must be seen before and after the call.
    """
    if workload.empty:
        return pd.Series(False, index=calls.index)
    meanwhile = calls["event_at"].between(workload["event_at"].min(), workload["event_at"].max())
    new_client = calls["user_agent"].notna() & ~calls["user_agent"].isin(set(workload["user_agent"].dropna()))
    systems = set(workload["user_agent"].map(operating_system, na_action="ignore").dropna())
    system = calls["user_agent"].map(operating_system, na_action="ignore")
    other_system = system.notna() & ~system.isin(systems) & bool(systems)
    deliveries = set(workload["ec2_role_delivery"].dropna())
    delivery = calls["ec2_role_delivery"]
    older_delivery = (delivery == "1.0") & (deliveries == {"2.0"})
    return meanwhile & new_client & (other_system | older_delivery)


def _evidence(calls: pd.DataFrame, rule: pd.Series, finding: Finding | None) -> pd.Series:
    """Write what each decision rests on, once for each distinct set of facts."""
    facts = calls[["source_address", "access_key_id", "user_agent", "ec2_role_delivery"]].astype("object")
    facts = facts.where(facts.notna(), None).assign(rule=rule)
    finding_key = finding.access_key_id if finding else None
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
        f"{_MEANING[rule]}. Address {_short(address)}; key {_short(key)}{same}; client {_short(client)}; "
        f"credential delivered by {version}"
    )


def _short(text: str | None, most: int = 120) -> str:
    if text is None:
        return "none"
    return text if len(text) <= most else f"{text[:most]}… ({len(text)} characters)"
