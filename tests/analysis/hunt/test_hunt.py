"""Hunting without a finding: what raises an alarm, what is only a lead, and what must raise none."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import pytest

from gdkit.analysis.hunt import Hunt, hunt_document, hunt_sessions
from gdkit.model import Coverage
from tests.analysis.records import (
    ACCOUNT,
    AGENT_CLIENT,
    APP_CLIENT,
    INSTANCE,
    KEY,
    KEY_2,
    NAT,
    OTHER_ACCOUNT,
    PRINCIPAL,
    THIEF,
    THIEF_CLIENT,
    agent,
    events_of,
    identity,
    record,
)

if TYPE_CHECKING:
    from pathlib import Path

HOME, LINODE = "52.48.3.4", "45.33.32.156"
TOOL = "aws-cli/2.31 os/linux lang/python#3.13"
NEIGHBOUR = identity("ASIAEXAMPLENEIGHBOUR", name="i-0fedcba9876543210")
USER = {"type": "IAMUser", "principalId": "AIDAEXAMPLE", "arn": f"arn:aws:iam::{ACCOUNT}:user/kim",
        "accountId": ACCOUNT, "accessKeyId": "AKIAEXAMPLE000000001", "userName": "kim"}  # fmt: skip
AT_HOME = [
    agent(1, HOME),
    agent(70, HOME),
    agent(140, HOME),
    record(2, HOME, APP_CLIENT),
    record(150, HOME, APP_CLIENT),
]
COMMAND = record(5, THIEF, TOOL, name="SendCommand", service="ssm", who=USER,
                 requestParameters={"instanceIds": [INSTANCE], "documentName": "AWS-RunShellScript"})  # fmt: skip
IDENTITY = {**identity("ASIAEXAMPLEIDENTITY1"), "principalId": f"{ACCOUNT}:aws:ec2-instance:{INSTANCE}",
            "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/aws:ec2-instance/{INSTANCE}"}  # fmt: skip

ALARMS: dict[str, tuple[list[dict[str, Any]], str, set[str]]] = {
    "another system while the instance goes on at home": (
        [*AT_HOME, record(80, THIEF, THIEF_CLIENT)], "proven", {"other_system"}),
    "a terminated instance": (
        [record(90, NAT, APP_CLIENT), record(1, NAT, "console", name="TerminateInstances", who=USER,
                                             requestParameters={"instanceId": INSTANCE})], "proven", {"instance_gone"}),
    "a Mac, with nothing that says that the instance is one": (
        [record(5, THIEF, THIEF_CLIENT)], "likely", {"unlike_an_instance"}),
    "another provider's network": ([record(5, LINODE, TOOL)], "likely", {"strange_network"}),
    "the software that controlled the instance from outside": (
        [COMMAND, record(6, THIEF, TOOL)], "likely", {"controlled_from_there"}),
    "a second place that looks around, on a key that home has not": (
        [*AT_HOME, record(80, THIEF, TOOL, name="GetCallerIdentity", service="sts", who=identity(KEY_2))], "likely",
        {"second_place", "outside_aws", "looking_around", "held_key"}),
    "the console from the only place": (
        [record(80, HOME, TOOL, name="GetSigninToken", service="signin")], "likely", {"console"}),
    "the console": (
        [*AT_HOME, record(80, HOME, "python-requests/2.32", name="GetSigninToken", service="signin"),
         record(82, THIEF, "Mozilla/5.0", sessionCredentialFromConsole="true")], "likely",
        {"console", "second_place", "outside_aws"}),
    "a thief who changes his address": (
        [*AT_HOME, *(record(minute, address, TOOL, name="GetCallerIdentity", service="sts", who=identity(KEY_2))
                     for minute, address in ((80, THIEF), (90, "203.0.113.9"), (100, "203.0.113.10")))], "likely",
        {"second_place", "outside_aws", "looking_around", "held_key"}),
    "the instance identity role": (
        [record(5, LINODE, TOOL, who=IDENTITY, name="GetCallerIdentity", service="sts")], "likely",
        {"strange_network"}),
}  # fmt: skip
"""For each way in which it shows: records, how sure it is, and the reasons that must be named."""

SILENT: dict[str, list[dict[str, Any]]] = {
    "an instance at work": AT_HOME,
    "one place, whatever it is": [record(5, THIEF, TOOL), record(70, THIEF, TOOL, who=identity(KEY_2))],
    "an office network by which several instances leave": [
        record(5, LINODE, APP_CLIENT), agent(6, LINODE, who=NEIGHBOUR), agent(60, LINODE, who=NEIGHBOUR)],
    "the own agents behind another provider's proxy": [agent(1, LINODE), agent(30, LINODE), record(5, LINODE, TOOL)],
    "a Mac instance": [record(5, NAT, THIEF_CLIENT), agent(
        1, NAT, userAgent="aws-sdk-go/1.55 (go1.23; darwin; arm64) amazon-ssm-agent/3.3")],
    "a service's call for the session": [
        record(5, LINODE, APP_CLIENT, who={**identity(), "invokedBy": "eks.amazonaws.com"})],
    "calls inside AWS": [record(5, "AWS Internal", None), record(6, "s3.amazonaws.com", None)],
    "private addresses through endpoints": [record(5, "10.0.1.50", APP_CLIENT), record(6, "10.0.1.51", TOOL)],
    "a move to another address": [*AT_HOME, agent(200, "54.171.1.2"), agent(230, "54.171.1.2"),
                                  record(210, "54.171.1.2", APP_CLIENT)],
    "a new NAT address that the same software uses": [*AT_HOME, record(80, "54.171.1.2", APP_CLIENT)],
    "a shared way out that others use": [*AT_HOME, record(80, THIEF, TOOL), *(
        record(20 + number, THIEF, APP_CLIENT, who=identity(f"ASIAEXAMPLEOTHER{number:04d}", name=f"i-{number:017x}"))
        for number in range(2))],
    "an administrator's own session": [record(5, LINODE, TOOL, who=USER)],
    "a role session that carries no instance's name": [record(5, LINODE, TOOL, who=identity(name="deploy"))],
    "a visitor of a presigned URL": [record(5, LINODE, "Mozilla/5.0", additionalEventData={
        "AuthenticationMethod": "QueryString"})],
    "an operator at another address than the instance": [COMMAND, record(6, NAT, APP_CLIENT)],
    "an operator who uses other software": [COMMAND, record(6, THIEF, APP_CLIENT)],
    "a job that leaves by a second address for days": [
        *AT_HOME, record(80, THIEF, TOOL, name="GetCallerIdentity", service="sts", errorCode="AccessDenied"),
        record(500, THIEF, TOOL, who=identity(KEY_2)), record(600, HOME, APP_CLIENT)],
    "a second address of another family": [
        *AT_HOME, record(80, "2001:db8::9", TOOL, name="GetCallerIdentity", service="sts", who=identity(KEY_2))],
    "Terraform by another instance's proxy": [
        *AT_HOME, agent(5, "54.171.1.2", who=NEIGHBOUR), agent(90, "54.171.1.2", who=NEIGHBOUR),
        record(80, "54.171.1.2", "APN/1.0 HashiCorp/1.0 Terraform/1.9 aws-sdk-go-v2/1.3 os/linux",
               name="GetCallerIdentity", service="sts")],
    "a network with public addresses behind its own endpoint": [
        record(5, "45.33.32.156", TOOL, vpcEndpointId="vpce-01", vpcEndpointAccountId=ACCOUNT)],
    "an automation behind the same way out": [
        {**COMMAND, "sourceIPAddress": HOME, "userAgent": APP_CLIENT}, *AT_HOME],
    "a visitor of a presigned URL who has a Mac": [
        record(5, THIEF, THIEF_CLIENT, additionalEventData={"AuthenticationMethod": "QueryString"})],
    "a Mac that has one address for days": [record(5, THIEF, THIEF_CLIENT),
                                            record(500, THIEF, THIEF_CLIENT, who=identity(KEY_2))],
    "nothing at all": [record(5, THIEF, "console", who=USER)],
}  # fmt: skip
"""Logs in which nothing may raise an alarm."""


def hunt(folder: Path, records: list[dict[str, Any]]) -> Hunt:
    """Hunt in records, read as a trail is read."""
    return hunt_sessions(events_of(folder, records))


@pytest.mark.parametrize("case", ALARMS)
def test_alarm(case: str, tmp_path: Path) -> None:
    """The session is found, as sure as the evidence allows, with its reasons and its off-instance calls alone."""
    records, level, reasons = ALARMS[case]
    found = hunt(tmp_path, records).suspects
    assert [(one.level, one.session.session_name) for one in found] == [(level, INSTANCE)]
    assert {sign.name for sign in found[0].reasons} == reasons
    assert case.startswith("the console") or set(found[0].addresses).isdisjoint({HOME})
    assert found[0].off_instance_event_ids
    assert found[0].first_at is not None


@pytest.mark.parametrize("case", SILENT)
def test_no_alarm(case: str, tmp_path: Path) -> None:
    """What has an ordinary explanation raises no alarm."""
    assert hunt(tmp_path, SILENT[case]).suspects == ()


def test_weak_lead(tmp_path: Path) -> None:
    """A second place with new software and nothing else is a lead, not an alarm."""
    found = hunt(tmp_path, [*AT_HOME, record(80, "54.171.1.2", TOOL, name="GetObject", service="s3")])
    assert (found.suspects, len(found.possible)) == ((), 1)
    assert [sign.name for sign in found.possible[0].reasons] == ["second_place"]


def test_home_without_agents(tmp_path: Path) -> None:
    """Where no agent shows the way out, the one place that outlives a key is home."""
    habit = [record(0, HOME, APP_CLIENT), *(record(minute, HOME, APP_CLIENT, who=identity(KEY_2))
                                            for minute in (200, 400, 500))]  # fmt: skip
    tool = record(410, THIEF, TOOL, name="ListBuckets", service="s3", who=identity(KEY_2))
    found = hunt(tmp_path, [*habit, tool]).suspects
    assert [one.off_instance_event_ids for one in found] == [(tool["eventID"],)]
    assert hunt(tmp_path, [habit[0], habit[1], tool]).suspects == ()


def test_other_host_of_the_account(tmp_path: Path) -> None:
    """A credential used from one other instance's address, with software of its own, is found inside the account."""
    there = [agent(10, "54.171.1.2", who=NEIGHBOUR), agent(90, "54.171.1.2", who=NEIGHBOUR)]
    stolen = [record(80, "54.171.1.2", TOOL, name="GetCallerIdentity", service="sts")]
    found = hunt(tmp_path, [*AT_HOME, *there, *stolen]).suspects
    assert [(one.level, one.session.session_name) for one in found] == [("likely", INSTANCE)]
    assert "another_instance" in {sign.name for sign in found[0].reasons}


def test_rank(tmp_path: Path) -> None:
    """Proven sessions stand before likely ones, and the document numbers them."""
    other = record(7, LINODE, TOOL, who=NEIGHBOUR)
    hunted = hunt(tmp_path, [other, *AT_HOME, record(80, THIEF, THIEF_CLIENT)])
    document = hunt_document(hunted, Coverage())
    assert [(row["rank"], row["level"], row["instance_id"]) for row in document["sessions"]] == [
        (1, "proven", INSTANCE), (2, "likely", "i-0fedcba9876543210")]  # fmt: skip
    assert document["judged"] == {"instance_sessions": 2, "instances": 2, "session_events": 7}


def test_document(tmp_path: Path) -> None:
    """The document names who, from where, when and why, with the ids of the calls."""
    stolen = record(80, THIEF, THIEF_CLIENT)
    row = hunt_document(hunt(tmp_path, [*AT_HOME, stolen]), Coverage())["sessions"][0]
    assert row["principal_id"] == PRINCIPAL
    assert (row["access_key_ids"], row["addresses"], row["user_agents"]) == ([KEY], [THIEF], [THIEF_CLIENT])
    assert row["off_instance_event_ids"] == [stolen["eventID"]]
    assert (row["first_seen_at"], row["last_seen_at"]) == ("2026-11-01T08:20:00Z", "2026-11-01T08:20:00Z")
    assert (row["account_id"], row["identity_role"]) == (ACCOUNT, False)


def test_order_and_copies(tmp_path: Path) -> None:
    """Events in another order, and other principals' events among them, give the same answer."""
    records = [*AT_HOME, record(80, THIEF, TOOL, name="GetCallerIdentity", service="sts"), COMMAND]
    before = hunt_document(hunt(tmp_path, records), Coverage())
    strangers = [record(minute, THIEF, "console", who=USER) for minute in (3, 90)]
    strangers.append(record(50, "192.0.2.99", APP_CLIENT, who=identity("ASIASTRANGER00000001", name="batch",
                                                                       account=OTHER_ACCOUNT)))  # fmt: skip
    mixed = [*records, *strangers, records[0]]
    random.Random(3).shuffle(mixed)  # noqa: S311 - an order, not a secret
    assert hunt_document(hunt(tmp_path, mixed), Coverage()) == before


def test_rows_without_principal(tmp_path: Path) -> None:
    """Sessions of an export that holds no principal ids are told apart by role and name."""
    who = {"type": "AssumedRole", "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/app-role/{INSTANCE}", "accessKeyId": KEY}
    found = hunt(tmp_path, [record(5, LINODE, TOOL, who=who)])
    assert [(one.session.role_name, one.session.principal_id) for one in found.suspects] == [("app-role", None)]


def test_agent_client_alone(tmp_path: Path) -> None:
    """A client that poses as the agent makes nobody a suspect, and clears no other place."""
    records = [*AT_HOME, record(80, "54.171.1.2", AGENT_CLIENT, name="GetCallerIdentity", service="sts")]
    assert hunt(tmp_path, records).suspects == ()
