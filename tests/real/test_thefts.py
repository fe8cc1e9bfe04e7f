"""Thefts that really happened, or were really staged: the right session, the right keys, the right calls."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from gdkit.analysis.scope import Scope, scope_session
from gdkit.analysis.subject import subject_of_finding, subject_of_text
from gdkit.findings import load_findings
from gdkit.trail import load_trail
from tests.real.data import finding_document, real

if TYPE_CHECKING:
    from pathlib import Path

NGINX_ROLE = "MordorNginxStack-BankingWAFRole-9S3E0UAE1MM0"


def scoped(document: dict[str, Any], trail: Path) -> Scope:
    """Analyse a theft from its finding and its logs."""
    return scope_session(load_trail(trail).events, subject_of_finding(load_findings(document)[0]))


@pytest.fixture(scope="module")
def ssrf_theft() -> Scope:
    """Give the theft by SSRF of 2020 with its S3 reads, all addresses masked to one."""
    document = finding_document(
        role_id="AROA5FLZVX4OAMSW6BCRH", role=NGINX_ROLE, instance="i-0317f6c6b66ae9c40",
        key="ASIA5FLZVX4OPVKKVBMX", address="1.2.3.4", account="123456789123",
    )  # fmt: skip
    return scoped(document, real("otrf"))


def test_ssrf_theft_session(ssrf_theft: Scope) -> None:
    """The session is the instance's, with its role, and no other principal is drawn in."""
    assert ssrf_theft.session.instance_id == "i-0317f6c6b66ae9c40"
    assert ssrf_theft.session.role_name == NGINX_ROLE
    assert set(ssrf_theft.events["principal_id"]) == {"AROA5FLZVX4OAMSW6BCRH:i-0317f6c6b66ae9c40"}


def test_ssrf_theft_keys(ssrf_theft: Scope) -> None:
    """Three keys were issued in one second; one of them is the thief's, and the other two were not seen in use."""
    keys = {key.access_key_id: key for key in ssrf_theft.session.keys}
    assert set(keys) == {"ASIA5FLZVX4OPVKKVBMX", "ASIA5FLZVX4OAET5K4P5", "ASIA5FLZVX4OO3RUSEX6"}
    assert {str(key.issued_at) for key in keys.values()} == {"2020-09-14 00:48:30+00:00"}
    assert str(keys["ASIA5FLZVX4OPVKKVBMX"].expires_at) == "2020-09-14 07:10:27+00:00"
    assert keys["ASIA5FLZVX4OPVKKVBMX"].ec2_role_delivery == "1.0"
    assert {name: key.thief_events for name, key in keys.items() if key.events} == {"ASIA5FLZVX4OPVKKVBMX": 11}


def test_ssrf_theft_calls(ssrf_theft: Scope) -> None:
    """The thief made exactly eleven calls, and the administrator at the same address made none of them."""
    thief = ssrf_theft.events[ssrf_theft.events["party"] == "thief"]
    assert Counter(thief["event_name"]) == {"ListBuckets": 2, "ListObjects": 7, "GetObject": 2}
    assert len(ssrf_theft.events) == 11
    assert not thief["identity_arn"].str.contains("pedro").any()


def test_ssrf_theft_without_finding() -> None:
    """Without a finding the same eleven calls are found by the instance id, and none is called a thief's on a guess."""
    subject = subject_of_text("i-0317f6c6b66ae9c40")
    assert subject is not None
    found = scope_session(load_trail(real("otrf")).events, subject)
    assert len(found.events) == 11
    assert found.session.principal_id == "AROA5FLZVX4OAMSW6BCRH:i-0317f6c6b66ae9c40"
    assert set(found.events["party"]) == {"unknown"}


def test_staged_theft() -> None:
    """The thief made two calls; before them a user's key at the same address sent the command that took the keys."""
    document = finding_document(
        role_id="AROALHCCSKSM395EGX3XN", role="stratus-red-team-ec2-steal-credentials-role",
        instance="i-786a3A8B5C0d92eF4", key="ASIAP5CT9NN8EYVU1FXV", address="18.236.253.47", account="017622104382",
    )  # fmt: skip
    found = scoped(document, real("stratus-red-team/aws.credential-access.ec2-steal-instance-credentials.json"))
    assert found.session.instance_id == "i-786a3A8B5C0d92eF4"
    assert [key.access_key_id for key in found.session.keys] == ["ASIAP5CT9NN8EYVU1FXV"]
    assert list(found.events["event_name"]) == ["GetCallerIdentity", "DescribeInstances"]
    assert set(found.events["party"]) == {"thief"}
    (lead,) = found.leads
    assert "AKIAAM80VXLJF8NPK4VC sent a command to the instance from 18.236.253.47 (same address" in lead.statement


LABELLED: list[tuple[str, str, str]] = [
    # label in the public rule, our party and rule. A label "no alert" agrees with workload and with unknown.
    ("alert", "thief", "reported_address"),
    ("no alert", "unknown", "private_address"),  # a private address alone: another host could use it too
    ("no alert", "unknown", "aws_service"),  # the record does not say who asked the service
    ("no alert", "unknown", "agent_like"),  # one agent's call proves nothing by itself, and accuses nobody
    ("no alert", "unknown", "aws_service"),
    ("no alert", "unknown", "aws_service"),
    ("no alert", "unknown", "agent_at_reported_address"),  # the agent's channel from outside: either could be true
    ("no alert", "unknown", "agent_like"),
    ("no alert", "", ""),  # another role's session: not in the leaked session at all
    ("alert", "thief", "reported_address"),
]
"""The ten labelled events in order, each with our answer and, where it is less than a plain yes or no, the reason."""


@pytest.mark.parametrize("number", range(len(LABELLED)))
def test_labelled_event(number: int, tmp_path: Path) -> None:
    """A labelled single event gets the party and the rule that its facts carry, given a finding at its address."""
    lines = real("panther-analysis-tests/imds-exfil-rule-tests.jsonl").read_text(encoding="utf-8").splitlines()
    case = json.loads(lines[number])
    label, party, rule = LABELLED[number]
    log = {"eventID": f"labelled-{number}", **case["log"]}
    trail = tmp_path / "event.json"
    trail.write_text(json.dumps(log), encoding="utf-8")
    document = finding_document(
        role_id="AROAEXAMPLE", role="MyAppRole", instance="i-0abcdef1234567890", key="ASIAIOSFODNN7EXAMPLE",
        address="52.42.146.205" if number == 9 else "45.33.32.156", account="123456789012",
    )  # fmt: skip
    events = scoped(document, trail).events
    assert case["expected"] is (label == "alert")
    assert ("thief" in set(events["party"])) is case["expected"]
    assert list(zip(events["party"], events["rule"], strict=True)) == ([(party, rule)] if party else [])
