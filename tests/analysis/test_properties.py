"""What must hold of attribution whatever the incident: order, copies, sources, strangers, and evidence taken away."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace
from functools import cache
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from gdkit.analysis.rules import CONTRADICTIONS, PARTY
from gdkit.trail import load_trail
from tests.analysis.records import (
    INSTANCE,
    OTHER_ACCOUNT,
    THIEF,
    THIEF_CLIENT,
    identity,
    judged,
    judged_events,
    record,
    subject,
)
from tests.analysis.test_attribution import CASES, TRAPS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from gdkit.model import Subject

    Change = Callable[[dict[str, Any]], dict[str, Any]]
    Judged = Callable[[str], dict[str, tuple[str, str]]]

INCIDENTS: dict[str, tuple[list[dict[str, Any]], Subject | None]] = {
    **{name: (records, about) for name, (records, about, _) in CASES.items()},
    **TRAPS,
}
"""Every incident that the rules are tested on."""

STRANGERS = [
    record(3, THIEF, THIEF_CLIENT, who={"type": "IAMUser", "userName": "kim", "principalId": "AIDAEXAMPLE"}),
    record(50, "192.0.2.200", "console", who=identity("ASIASTRANGER00000001", name="deploy", role="ops",
                                                      role_id="AROASTRANGER00000001")),
    record(60, "cloudformation.amazonaws.com", None, who={"type": "AWSService", "invokedBy": "cloudformation"}),
    record(70, THIEF, THIEF_CLIENT, who=identity("ASIASTRANGER00000002", name="ci", account=OTHER_ACCOUNT,
                                                 role="ci", role_id="AROASTRANGER00000002")),
]  # fmt: skip


@pytest.fixture(scope="module")
def as_told(tmp_path_factory: pytest.TempPathFactory) -> Judged:
    """Give how an incident is judged as it stands, each judged once in a process: most tests compare with it."""
    folder = tmp_path_factory.mktemp("incidents")
    return cache(lambda name: judged(folder, *INCIDENTS[name]))


def open_calls(found: dict[str, tuple[str, str]]) -> set[str]:
    """Give the calls that are unknown for want of proof, not because two signs speak against each other."""
    return {one for one, (party, rule) in found.items() if party == "unknown" and rule not in CONTRADICTIONS}


def turned(open_before: set[str], after: dict[str, tuple[str, str]]) -> set[str]:
    """Give the calls that were open and are somebody's now."""
    return {one for one in open_before & set(after) if after[one][0] != "unknown"}


@pytest.mark.parametrize("name", INCIDENTS)
def test_order_copies_and_strangers(name: str, tmp_path: Path, as_told: Judged) -> None:
    """Another order, events delivered twice, and other principals' events at any address change nothing."""
    records, about = INCIDENTS[name]
    mixed = [*records, *records[::2], *STRANGERS]
    Random(name).shuffle(mixed)  # noqa: S311 - an order, not a secret
    assert judged(tmp_path, mixed, about) == as_told(name)


@pytest.mark.parametrize("name", CASES)
def test_sources(name: str, tmp_path: Path, as_told: Judged) -> None:
    """The same events from a trail's files, from JSON lines and from the event history's rows are judged the same."""
    records, about = INCIDENTS[name]
    (tmp_path / "trail").mkdir()
    (tmp_path / "trail" / "a.json.gz").write_bytes(gzip.compress(json.dumps({"Records": records}).encode()))
    lines, rows = tmp_path / "lines.jsonl", tmp_path / "rows.jsonl"
    lines.write_text("\n".join(json.dumps(one) for one in records), encoding="utf-8")
    rows.write_text("\n".join(json.dumps(_history_row(one)) for one in records), encoding="utf-8")
    wanted = as_told(name)
    for source in (tmp_path / "trail", lines, rows):
        events = load_trail(source).events
        assert judged_events(events, about or subject()) == wanted, source.name


def _history_row(one: dict[str, Any]) -> dict[str, Any]:
    return {"EventId": one["eventID"], "EventName": one["eventName"], "EventTime": one["eventTime"],
            "Username": one["userIdentity"].get("userName") or INSTANCE, "Resources": [],
            "CloudTrailEvent": json.dumps(one)}  # fmt: skip


def _without(field: str) -> Change:
    def change(one: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in one.items() if name != field}

    return change


def _without_delivery(one: dict[str, Any]) -> dict[str, Any]:
    who = json.loads(json.dumps(one["userIdentity"]))
    who.get("sessionContext", {}).pop("ec2RoleDelivery", None)
    return {**one, "userIdentity": who}


BLANKS: dict[str, Change] = {
    "address": _without("sourceIPAddress"),
    "client": _without("userAgent"),
    "endpoint": lambda one: _without("vpcEndpointAccountId")(_without("vpcEndpointId")(one)),
    "delivery": _without_delivery,
    "time": _without("eventTime"),
}
"""Evidence that an event itself holds."""


@pytest.mark.parametrize("name", INCIDENTS)
def test_less_evidence(name: str, tmp_path: Path, as_told: Judged) -> None:
    """A call that nothing proves stays unknown when it shows less, and without the proven calls beside it."""
    records, about = INCIDENTS[name]
    before = as_told(name)
    still_open = open_calls(before)
    if not still_open:
        return
    for blank, change in BLANKS.items():
        poorer = [change(one) if one["eventID"] in still_open else one for one in records]
        assert turned(still_open, judged(tmp_path, poorer, about)) == set(), blank
    for party in ("thief", "workload"):
        fewer = [one for one in records if before.get(one["eventID"], ("",))[0] != party]
        if len(fewer) < len(records):
            assert turned(still_open, judged(tmp_path, fewer, about)) == set(), party


@pytest.mark.parametrize("name", INCIDENTS)
def test_finding_is_what_accuses(name: str, tmp_path: Path, as_told: Judged) -> None:
    """Without the finding, no call that was unknown becomes the thief's."""
    records, about = INCIDENTS[name]
    known = about or subject()
    silent = replace(known, finding=None, reported_addresses=(), remote_account_ids=())
    before, after = as_told(name), judged(tmp_path, records, silent)
    assert [one for one in after if after[one][0] == "thief" and before.get(one, ("",))[0] == "unknown"] == []


def test_incidents_hold_something_to_lose(as_told: Judged) -> None:
    """The properties are not empty: many incidents hold an open call, and many a decided one."""
    found = [as_told(name) for name in INCIDENTS]
    assert sum(bool(open_calls(one)) for one in found) > 15
    assert sum(bool({party for party, _ in one.values()} & {"thief", "workload"}) for one in found) > 20


def test_contradictions_are_rules() -> None:
    """Every contradiction is a rule, and each of them leaves the call unknown."""
    assert {PARTY[name] for name in CONTRADICTIONS} == {"unknown"}
