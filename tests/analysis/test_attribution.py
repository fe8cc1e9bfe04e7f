"""Who made each call: every rule decides where it should, and leaves open what it cannot prove."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gdkit.analysis.clients import operating_system
from gdkit.analysis.rules import RULES
from gdkit.analysis.subject import subject_of_finding
from gdkit.findings import load_findings
from gdkit.model import Subject
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
    THIEF_2,
    THIEF_CLIENT,
    agent,
    assume_role,
    chained,
    decided,
    finding_at,
    identity,
    judged,
    record,
    scope_of,
    subject,
)

if TYPE_CHECKING:
    from pathlib import Path

SERVICE_CALL = {"who": {**identity(), "invokedBy": "eks.amazonaws.com"}}
FOREIGN = {"vpcEndpointId": "vpce-0f", "vpcEndpointAccountId": OTHER_ACCOUNT}
PRESIGNED = {"additionalEventData": {"AuthenticationMethod": "QueryString"}}
OLD = identity(delivery="1.0")
OLD_KEY = identity(KEY_2, delivery="1.0")
EIGHT = datetime(2026, 11, 1, 8, tzinfo=UTC)
INSIDE = subject(None, remote_account=OTHER_ACCOUNT)
NO_FINDING = Subject(principal_id=PRINCIPAL, instance_id=INSTANCE)
AGENTS = [agent(1), agent(6), agent(70)]
NEIGHBOUR = identity("ASIAEXAMPLENEIGHBOUR", name="i-0fedcba9876543210")
THEFT = record(8, THIEF, THIEF_CLIENT)
APP = record(4, NAT, APP_CLIENT)
OWN_ENDPOINT = {"vpcEndpointId": "vpce-01", "vpcEndpointAccountId": ACCOUNT}
IDENTITY_ROLE = {**identity("ASIAEXAMPLEIDENTITY1"), "principalId": f"{ACCOUNT}:aws:ec2-instance:{INSTANCE}",
                 "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/aws:ec2-instance/{INSTANCE}"}  # fmt: skip
CRON = "aws-cli/2.31.1 ua/2.1 os/linux#6.1 lang/python#3.13"
LATER = "2026-11-01T12:00:00Z"

LINUX_THIEF = "aws-cli/2.31 os/linux#6.1 lang/python#3.13"
KALI = "aws-cli/2.31 os/linux#6.12.38-kali-amd64 lang/python#3.13"
KERNEL = [record(2, NAT, APP_CLIENT), record(60, NAT, APP_CLIENT), *AGENTS]
EGRESS = replace(subject(), own_egress=(THIEF,))
EARLIER, AFTER = "52.48.3.4", "54.171.1.2"
GONE_ON = [agent(1, EARLIER), record(2, EARLIER, APP_CLIENT), agent(16, EARLIER), agent(30, AFTER), agent(45, AFTER)]
HABIT = [record(0, NAT, APP_CLIENT, who=identity(KEY_2)), record(400, NAT, APP_CLIENT)]

RENEWED = json.loads(json.dumps(identity(KEY_2)).replace("T06:00:00Z", "T08:30:00Z"))
OPERATOR = {"type": "IAMUser", "principalId": "AIDAEXAMPLE", "arn": f"arn:aws:iam::{ACCOUNT}:user/kim",
            "accountId": ACCOUNT, "accessKeyId": "AKIAEXAMPLE000000001", "userName": "kim"}  # fmt: skip


def ended(minute: int, name: str, **fields: Any) -> dict[str, Any]:
    """Give an operator's call that ends or begins the instance."""
    asked = {"requestParameters": {"instancesSet": {"items": [{"instanceId": INSTANCE}]}}}
    return record(minute, THIEF_2, "console", name=name, who=OPERATOR, **{**asked, **fields})


MOVE = [*GONE_ON, ended(20, "StartInstances")]

CASES: dict[str, tuple[list[dict[str, Any]], Subject | None, str]] = {
    "presigned": ([record(5, THIEF, "Mozilla/5.0 (Windows NT 10.0)", **PRESIGNED)], None, "unknown"),
    "aws_service": ([record(5, "45.33.32.156", APP_CLIENT, **SERVICE_CALL)], None, "unknown"),
    "forwarded": (
        [record(5, THIEF, "Go-http-client/1.1", name="GetCallerIdentity", service="sts"), *AGENTS], None, "unknown"),
    "instance_gone": ([record(90, NAT, APP_CLIENT), ended(10, "TerminateInstances"), APP], NO_FINDING, "thief"),
    "own_egress": ([record(50, THIEF, APP_CLIENT), record(3, THIEF, APP_CLIENT)],
                   replace(EGRESS, finding=replace(EGRESS.finding, first_seen_at=EIGHT)), "workload"),
    "moved": ([record(31, AFTER, APP_CLIENT), *MOVE], subject(AFTER), "workload"),
    "other_system": ([record(5, THIEF_2, THIEF_CLIENT), APP, *AGENTS], NO_FINDING, "thief"),
    "other_kernel": ([record(9, THIEF_2, KALI), *KERNEL], NO_FINDING, "thief"),
    "perhaps_moved": ([record(31, AFTER, APP_CLIENT), *GONE_ON], subject(AFTER), "unknown"),
    "new_client_at_egress": ([record(50, THIEF, APP_CLIENT)], EGRESS, "unknown"),
    "new_client_after_move": ([record(31, AFTER, "aws-cli/2.31"), *MOVE], subject(AFTER), "unknown"),
    "own_and_reported": ([record(5, THIEF, APP_CLIENT)], subject(public=THIEF), "unknown"),
    "shared_way_out": ([record(5, THIEF, APP_CLIENT), agent(6, THIEF), agent(21, THIEF)], None, "unknown"),
    "long_standing": (
        [record(5, THIEF, APP_CLIENT), record(100, THIEF, APP_CLIENT, who=identity(KEY_2))],
        subject(first_seen="2026-11-01T09:30:00Z"), "unknown"),
    "neighbours_at_reported_address": (
        [THEFT, agent(1, THIEF, who=NEIGHBOUR), agent(60, THIEF, who=NEIGHBOUR)], None, "unknown"),
    "agent_at_reported_address": ([agent(5, THIEF), *AGENTS], None, "unknown"),
    "remote_account": ([record(5, "10.9.9.9", APP_CLIENT, **FOREIGN)], INSIDE, "thief"),
    "foreign_endpoint": ([record(5, "10.0.0.4", APP_CLIENT, **FOREIGN)], subject(private="10.0.0.4"), "unknown"),
    "reported_address": ([record(5, THIEF, THIEF_CLIENT)], None, "thief"),
    "thief_client_at_own_address": (
        [record(9, NAT, LINUX_THIEF), *AGENTS, record(8, THIEF, LINUX_THIEF)], None, "unknown"),
    "thiefs_key_at_way_out": (
        [record(40, NAT, "rclone/1.69", who=OLD_KEY), record(30, THIEF, THIEF_CLIENT, who=OLD_KEY), *AGENTS], None,
        "unknown"),
    "other_machine_at_home": (
        [record(9, "10.0.0.4", THIEF_CLIENT), record(8, "10.0.0.4", AGENT_CLIENT, name="UpdateInstanceInformation",
                                                     service="ssm")], subject(private="10.0.0.4"), "unknown"),
    "own_address": ([record(5, "10.0.0.4", APP_CLIENT)], subject(private="10.0.0.4"), "workload"),
    "way_out": ([record(5, NAT, APP_CLIENT), *AGENTS], None, "workload"),
    "baseline": ([record(410, NAT, APP_CLIENT), *HABIT, record(420, THIEF, THIEF_CLIENT)], None, "workload"),
    "agent_like": ([agent(5)], None, "unknown"),
    "neighbours_address": ([record(5, NAT, APP_CLIENT), agent(6, who=NEIGHBOUR)], None, "unknown"),
    "private_address": ([record(5, "10.0.0.4", APP_CLIENT)], None, "unknown"),
    "thief_client": (
        [record(9, THIEF_2, LINUX_THIEF), record(8, THIEF, LINUX_THIEF), APP, *AGENTS], None, "thief"),
    "thiefs_key": (
        [record(40, THIEF_2, "rclone/1.69", who=OLD_KEY), record(30, THIEF, THIEF_CLIENT, who=OLD_KEY), APP, *AGENTS],
        None, "thief"),
    "undecided": ([record(5, THIEF_2, APP_CLIENT)], None, "unknown"),
}  # fmt: skip
"""For each rule: records, of which the first is the one it decides on; the subject; whose call it then is."""


def test_every_rule_has_a_case() -> None:
    """No rule stands without a test."""
    assert [rule.name for rule in RULES] == list(CASES)


@pytest.mark.parametrize("name", CASES)
def test_rule(name: str, tmp_path: Path) -> None:
    """The rule decides on the call that it was made for."""
    records, about, party = CASES[name]
    assert judged(tmp_path, records, about)[records[0]["eventID"]] == (party, name)


DOTNET = "aws-sdk-dotnet-coreclr/4.0.9 ua/2.1 os/linux#6.1.141.165 .NET_Core/8.0"
GENERIC = "aws-sdk-go-v2/1.32.6 ua/2.1 os/linux lang/go#1.23.3 md/GOOS#linux md/GOARCH#amd64"
AMAZON_LINUX = "Boto3/1.40 os/linux#6.1.141-165.249.amzn2023.x86_64 lang/python#3.11"
DAYS = [record(minute, THIEF, APP_CLIENT, who=identity(key)) for minute, key in ((0, KEY_2), (400, KEY))]

TRAPS: dict[str, tuple[list[dict[str, Any]], Subject | None]] = {
    "a client that any Linux has": (
        [record(9, THIEF_2, GENERIC), record(8, THIEF, GENERIC), APP, *AGENTS], None),
    "a new client at the baseline's place, before the theft is reported": (
        [record(410, NAT, LINUX_THIEF), *HABIT, record(420, THIEF, LINUX_THIEF)], None),
    "another SDK's spelling of the same kernel": (
        [record(9, THIEF_2, DOTNET), record(2, NAT, AMAZON_LINUX), record(60, NAT, AMAZON_LINUX), *AGENTS], NO_FINDING),
    "an application's own name that holds a system's": (
        [record(9, THIEF_2, "windows-report/1.2 aws-sdk-go/1.55 (go1.22; linux; amd64)"), *AGENTS], NO_FINDING),
    "a proxy that one client has used for days, while the others leave by another way": (
        [record(410, THIEF, APP_CLIENT), *DAYS, *AGENTS, record(3, NAT, "aws-sdk-java/2.1 os/linux#6.1")],
        subject(first_seen="2026-11-01T13:45:00Z")),
    "a sandbox that has called by a second address of Amazon's for days": (
        [record(410, AFTER, KALI), record(0, AFTER, KALI, who=identity(KEY_2)), record(500, NAT, APP_CLIENT), *KERNEL],
        NO_FINDING),
    "a way out that other instances use without agents": (
        [record(9, NAT, LINUX_THIEF), *AGENTS, record(7, NAT, APP_CLIENT, who=NEIGHBOUR)], NO_FINDING),
    "an agent's call by the thief's own client clears no address": (
        [record(9, THIEF_2, "rclone/1.69"), agent(8, THIEF_2, userAgent="aws-cli/2.31"), THEFT], None),
    "a name that only contains an agent's is no agent's": (
        [record(9, THIEF_2, "x"), record(7, THIEF_2, "aws-cli/2.1 my-amazon-ssm-agent-steal", service="ssm"),
         record(8, THIEF_2, "aws-cli/2.1 my-amazon-ssm-agent-steal", service="ssm")], NO_FINDING),
    "the only address ever seen, since long before the report, with one key": (
        [record(5, THIEF, APP_CLIENT)], subject(first_seen="2026-11-01T09:30:00Z")),
    "agents that began after the theft prove no way out": (
        [record(30, THIEF_2, APP_CLIENT), THEFT, agent(20, THIEF_2), agent(25, THIEF_2)], None),
    "agents at two places at once prove neither": (
        [record(9, THIEF_2, APP_CLIENT), agent(1), agent(20), agent(2, THIEF_2), agent(18, THIEF_2)], NO_FINDING),
    "another instance's elastic address is not this one's": (
        [record(9, THIEF_2, APP_CLIENT), agent(1, THIEF_2, who=NEIGHBOUR), agent(6, THIEF_2, who=NEIGHBOUR)],
        NO_FINDING),
    "old software on the host that leaves by another way is no thief": (
        [record(9, THIEF_2, "aws-sdk-java/1.11.3 Linux/5.10", who=OLD), agent(1, "10.0.1.5"), agent(20, "10.0.1.5")],
        NO_FINDING),
    "a visitor's browser is no other system": (
        [record(9, THIEF_2, "Mozilla/5.0 (Windows NT 10.0; Win64; x64)"), *AGENTS], NO_FINDING),
    "the same client as the thief's proves nothing where no workload was seen": (
        [record(9, NAT, THIEF_CLIENT), THEFT], None),
    "a client that stands at a way out too is nobody's mark": (
        [record(9, THIEF_2, APP_CLIENT), record(5, NAT, APP_CLIENT), record(10, THIEF, APP_CLIENT), *AGENTS], None),
    "a short client is nobody's mark": (
        [record(9, THIEF_2, "aws-cli/2.1"), record(8, THIEF, "aws-cli/2.1"), *AGENTS], None),
    "the identity role's keys can be stolen too": (
        [record(9, THIEF_2, "cli"), record(1, THIEF_2, "cli", who=IDENTITY_ROLE, name="GetCallerIdentity"),
         record(20, THIEF_2, "cli", who=IDENTITY_ROLE, name="GetCallerIdentity"), record(30, THIEF, "cli")], None),
    "agents forged outside while the real one calls inside": (
        [record(9, THIEF_2, "cli"), agent(1, "10.0.1.5", **OWN_ENDPOINT), agent(60, "10.0.1.5", **OWN_ENDPOINT),
         agent(7, THIEF_2), agent(25, THIEF_2), record(30, THIEF, "cli")], None),
    "egress through an office is no theft, whichever call the logs begin with": (
        [record(0, THIEF, APP_CLIENT), *(agent(minute, THIEF) for minute in range(1, 30, 5))],
        subject(first_seen=LATER)),
    "nor with a private endpoint for the agent": (
        [record(1, THIEF, APP_CLIENT), record(200, THIEF, APP_CLIENT, who=identity(KEY_2)),
         agent(2, "10.0.1.5", **OWN_ENDPOINT), agent(90, "10.0.1.5", **OWN_ENDPOINT)], subject(first_seen=LATER)),
    "a job that ran before the theft is not the thief's": (
        [record(5, THIEF_2, CRON), record(20, THIEF_2, CRON), record(8, THIEF, CRON), APP, *AGENTS], None),
    "a hub account with shared endpoints is no thief": (
        [record(6, "10.0.0.4", APP_CLIENT, **FOREIGN), agent(0, "10.0.0.4", **FOREIGN),
         agent(15, "10.0.0.4", **FOREIGN)], subject(None, remote_account=OTHER_ACCOUNT, first_seen=LATER)),
    "a private address can be chosen by a thief": (
        [record(5, "172.31.5.4", "cli", vpcEndpointId="vpce-1")],
        subject(None, private="172.31.5.4", remote_account=OTHER_ACCOUNT)),
    "the account's own endpoint is no remote place": (
        [record(5, "10.0.0.4", APP_CLIENT, **OWN_ENDPOINT)], subject("10.0.0.4")),
    "a name that an application gave itself is no system": (
        [record(9, THIEF_2, "Boto3/1.40 os/linux#6.1 app/darwin-etl"), APP, *AGENTS], NO_FINDING),
    "an SDK in a browser is no other system": (
        [record(9, THIEF_2, "aws-sdk-js/3.9 os/Windows#10 md/browser#Chrome"), APP, *AGENTS], NO_FINDING),
    "an agent at a foreign endpoint proves nothing": (
        [agent(9, "10.0.0.4", **FOREIGN), agent(4, "10.0.0.4", **FOREIGN)], subject(private="10.0.0.4")),
}  # fmt: skip
"""Calls, of which the first must stay unknown, whatever it looks like."""


@pytest.mark.parametrize("name", TRAPS)
def test_trap_stays_unknown(name: str, tmp_path: Path) -> None:
    """What looks like proof and is none leaves the call undecided."""
    records, about = TRAPS[name]
    assert judged(tmp_path, records, about)[records[0]["eventID"]][0] == "unknown"


def test_one_forged_agent_call_does_not_hide_the_theft(tmp_path: Path) -> None:
    """An agent's call at the reported address leaves the thief's other calls the thief's."""
    found = judged(tmp_path, [THEFT, agent(9, THIEF), agent(1, "10.0.1.5"), agent(6, "10.0.1.5")])
    assert found[THEFT["eventID"]] == ("thief", "reported_address")


def test_thief_rotates_address_and_key(tmp_path: Path) -> None:
    """Later calls of the thief with another key do not take the mark from the earlier ones."""
    moved = record(9, THIEF_2, LINUX_THIEF)
    later = record(80, THIEF_2, LINUX_THIEF, who=identity(KEY_2))
    found = judged(tmp_path, [record(8, THIEF, LINUX_THIEF), moved, later, APP, *AGENTS])
    assert found[moved["eventID"]] == ("thief", "thief_client")


def test_key_issued_by_the_thief_under_the_instances_name(tmp_path: Path) -> None:
    """A session that the thief names after the instance is chained from him, and never the workload's."""
    taken = {"roleArn": f"arn:aws:iam::{ACCOUNT}:role/app-role", "roleSessionName": INSTANCE}
    given = {"credentials": {"accessKeyId": KEY_2}, "assumedRoleUser": {"assumedRoleId": PRINCIPAL}}
    issue = assume_role(10, THIEF, THIEF_CLIENT, requestParameters=taken, responseElements=given)
    call = record(20, NAT, APP_CLIENT, who=identity(KEY_2))
    scope = scope_of(tmp_path, [issue, call, *AGENTS])
    assert decided(scope)[call["eventID"]] == ("thief", "chained_by_thief")
    assert KEY_2 not in {key.access_key_id for key in scope.session.keys}


def test_reported_key_that_the_session_itself_issued(tmp_path: Path) -> None:
    """The finding's own key is never lost, though a call of the session issued it under the instance's name."""
    taken = {"roleArn": f"arn:aws:iam::{ACCOUNT}:role/app-role", "roleSessionName": INSTANCE}
    given = {"credentials": {"accessKeyId": KEY}, "assumedRoleUser": {"assumedRoleId": PRINCIPAL}}
    issue = assume_role(2, THIEF_2, APP_CLIENT, who=identity(KEY_2), requestParameters=taken, responseElements=given)
    found = judged(tmp_path, [issue, THEFT])
    assert found[THEFT["eventID"]] == ("thief", "reported_address")


def test_siblings_add_their_addresses(tmp_path: Path) -> None:
    """Another finding of the same session names another address of the thief."""
    both = load_findings([finding_at(THIEF), finding_at(THIEF_2)])
    about = subject_of_finding(both[0], both)
    assert scope_of(tmp_path, [THEFT, record(9, THIEF_2, "x")], about).count("thief") == 2


def test_identity_role_shows_the_way_out(tmp_path: Path) -> None:
    """The instance identity role's calls show by which address the instance leaves."""
    app = record(5, NAT, APP_CLIENT)
    records = [app, agent(1, who=IDENTITY_ROLE), agent(19, who=IDENTITY_ROLE)]
    assert judged(tmp_path, records)[app["eventID"]] == ("workload", "way_out")


def test_two_populations_on_one_key_are_split(tmp_path: Path) -> None:
    """The thief and the workload use one key at the same minutes, and each call keeps its maker."""
    theirs = [record(minute, THIEF, THIEF_CLIENT, name="ListBuckets", service="s3") for minute in range(10, 20)]
    ours = [agent(minute) for minute in range(9, 20)]
    found = judged(tmp_path, [*theirs, *ours])
    assert {found[one["eventID"]][0] for one in theirs} == {"thief"}
    assert {found[one["eventID"]][0] for one in ours} == {"workload"}


def test_other_machine_behind_the_same_way_out(tmp_path: Path) -> None:
    """Another system behind the same way out is another host; what a virtual machine explains stays open."""
    mac, vm = record(9, NAT, THIEF_CLIENT), record(9, NAT, "aws-cli/2.31 os/linux#5.15.0-generic")
    found = judged(tmp_path, [mac, *KERNEL], NO_FINDING)
    assert found[mac["eventID"]] == ("thief", "other_system")
    found = judged(tmp_path, [vm, *KERNEL], NO_FINDING)
    assert found[vm["eventID"]] == ("unknown", "other_machine_at_home")
    kali = record(9, NAT, KALI)
    assert judged(tmp_path, [kali, *KERNEL], NO_FINDING)[kali["eventID"]] == ("thief", "other_kernel")


def test_new_kernel_after_a_restart(tmp_path: Path) -> None:
    """A kernel that comes when the old one has ended is a restart, not another machine."""
    later = record(90, THIEF_2, "Boto3/1.40 os/linux#6.2 lang/python#3.11")
    found = judged(tmp_path, [later, *KERNEL], NO_FINDING)
    assert found[later["eventID"]] == ("unknown", "undecided")


def test_linux_on_a_windows_host(tmp_path: Path) -> None:
    """A Windows instance can run Linux on itself, so that Linux behind its way out proves nothing."""
    windows = record(2, NAT, "Boto3/1.40 os/windows#10.0.20348 lang/python#3.11")
    linux = record(9, NAT, APP_CLIENT)
    own = [agent(1, userAgent="aws-sdk-go/1.55 (go1.23; windows; amd64) amazon-ssm-agent/3.3"),
           agent(20, userAgent="aws-sdk-go/1.55 (go1.23; windows; amd64) amazon-ssm-agent/3.3")]  # fmt: skip
    found = judged(tmp_path, [windows, linux, *own], NO_FINDING)
    assert found[linux["eventID"]] == ("unknown", "other_machine_at_home")


@pytest.mark.parametrize(
    "change",
    {
        "an hour has not passed": [ended(60, "TerminateInstances")],
        "the call was refused": [ended(1, "TerminateInstances", errorCode="Client.OperationNotPermitted")],
        "it was started again": [ended(1, "StopInstances"), ended(70, "StartInstances")],
        "its start is in no log": [ended(1, "StopInstances"), record(0, NAT, APP_CLIENT)],
        "a key was issued since": [
            ended(1, "StopInstances"),
            ended(150, "StartInstances"),
            record(101, NAT, APP_CLIENT, who=RENEWED),
        ],
        "its agents went on": [ended(1, "StopInstances"), agent(80), agent(90)],
        "it was another instance": [
            ended(1, "TerminateInstances", requestParameters={"instanceId": "i-0123456789abcdef1"})
        ],
    }.items(),
    ids=lambda change: change[0],
)
def test_instance_still_there(change: tuple[str, list[dict[str, Any]]], tmp_path: Path) -> None:
    """A call is no thief's where the instance may have been there to make it."""
    call = record(100, NAT, APP_CLIENT)
    assert judged(tmp_path, [call, *change[1]], NO_FINDING)[call["eventID"]][0] != "thief"


def test_failed_calls_are_use(tmp_path: Path) -> None:
    """A refused call of the thief counts as a call of the thief."""
    scope = scope_of(tmp_path, [record(5, THIEF, THIEF_CLIENT, errorCode="AccessDenied")])
    assert scope.count("thief") == 1


def test_address_alone_draws_in_nobody(tmp_path: Path) -> None:
    """An administrator at the thief's address is not in the session, and not the thief."""
    user = {"type": "IAMUser", "principalId": "AIDAEXAMPLE", "arn": f"arn:aws:iam::{ACCOUNT}:user/kim",
            "accountId": ACCOUNT, "accessKeyId": "AKIAEXAMPLE000000001", "userName": "kim"}  # fmt: skip
    scope = scope_of(tmp_path, [record(5, THIEF, THIEF_CLIENT), record(6, THIEF, "console", who=user)])
    assert list(scope.events["access_key_id"]) == [KEY]


def test_instance_identity_role_is_another_principal(tmp_path: Path) -> None:
    """Calls of the instance identity role share the session name and are not the leaked role's."""
    own = {**identity("ASIAEXAMPLEIDENTITY1"), "principalId": f"{ACCOUNT}:aws:ec2-instance:{INSTANCE}",
           "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/aws:ec2-instance/{INSTANCE}"}  # fmt: skip
    scope = scope_of(tmp_path, [record(5, THIEF, THIEF_CLIENT), record(6, NAT, AGENT_CLIENT, who=own)])
    assert list(scope.events["access_key_id"]) == [KEY]


@pytest.mark.parametrize(
    "change",
    [
        {"own": (record(3, NAT, APP_CLIENT), record(400, NAT, APP_CLIENT))},
        {"own": (record(100, NAT, APP_CLIENT, who=identity(KEY_2)), record(200, NAT, APP_CLIENT))},
        {"own": (*HABIT, record(3, THIEF_2, APP_CLIENT))},
    ],
    ids=["one key", "shorter than a credential lives", "two places"],
)
def test_no_baseline(change: dict[str, Any], tmp_path: Path) -> None:
    """A place is no baseline by one key, over a short time, or beside another place."""
    call = record(410, NAT, APP_CLIENT)
    found = judged(tmp_path, [call, *change["own"], record(420, THIEF, THIEF_CLIENT)])
    assert found[call["eventID"]] == ("unknown", "undecided")


@pytest.mark.parametrize("address", ["52.48.3.4", "192.0.2.77"], ids=["still used", "another provider"])
def test_no_move(address: str, tmp_path: Path) -> None:
    """An address is no move's while the earlier one is in use, or where one of them is not Amazon's."""
    before = [agent(1, address), record(2, address, APP_CLIENT), agent(16, address)]
    after = [agent(30, AFTER), agent(45, AFTER), *([record(50, address, APP_CLIENT)] if address == EARLIER else [])]
    call = record(31, AFTER, APP_CLIENT)
    found = judged(tmp_path, [*before, *after, call], subject(AFTER))
    assert found[call["eventID"]][0] != "workload"


def test_thief_at_work_before_he_is_seen(tmp_path: Path) -> None:
    """Where agents show another way out, one key at the reported address is the thief's, however early."""
    scope = scope_of(tmp_path, [record(5, THIEF, APP_CLIENT), *AGENTS], subject(first_seen="2026-11-01T09:30:00Z"))
    assert scope.count("thief") == 1


def test_ipv6_spellings_are_one_address(tmp_path: Path) -> None:
    """The finding's IPv6 address and the log's longer spelling of it are the same."""
    scope = scope_of(tmp_path, [record(5, "2001:0db8:0:0:0:0:0:7", THIEF_CLIENT)], subject("2001:db8::7"))
    assert scope.count("thief") == 1


def test_second_key_of_the_thief_is_not_guessed(tmp_path: Path) -> None:
    """The thief's client on a key that no proven call of the thief used stays undecided."""
    other = record(5, THIEF_2, THIEF_CLIENT, who=identity(KEY_2))
    found = judged(tmp_path, [other, record(6, THIEF, THIEF_CLIENT)])
    assert found[other["eventID"]] == ("unknown", "undecided")


def test_moved_instance_is_no_theft(tmp_path: Path) -> None:
    """A new public address with the same agent and client is no thief's without a finding."""
    before = [agent(1), record(2, NAT, APP_CLIENT), agent(16)]
    records = [*before, agent(30, THIEF_2), record(31, THIEF_2, APP_CLIENT), agent(45, THIEF_2)]
    scope = scope_of(tmp_path, records, NO_FINDING)
    assert set(scope.events["party"]) == {"workload"}


@pytest.mark.parametrize(
    ("regions", "verdict"),
    [
        (((EARLIER, "eu-west-1"), (AFTER, "eu-west-1")), ("workload", "moved")),
        (((EARLIER, "eu-west-1"), (AFTER, "us-east-1")), ("unknown", "perhaps_moved")),
        (((EARLIER, "eu-west-1"),), ("unknown", "perhaps_moved")),
        (((EARLIER, "GLOBAL"), (AFTER, "GLOBAL")), ("unknown", "perhaps_moved")),
    ],
)
def test_a_move_within_one_region(
    tmp_path: Path, regions: tuple[tuple[str, str], ...], verdict: tuple[str, str]
) -> None:
    """Where AWS's ranges have both addresses in one region, agent and client going on make a move, not a theft."""
    call = record(31, AFTER, APP_CLIENT)
    about = replace(subject(AFTER), aws_regions=regions)
    assert judged(tmp_path, [call, *GONE_ON], about)[call["eventID"]] == verdict


def test_evidence_names_the_facts(tmp_path: Path) -> None:
    """The evidence says address, key, client and metadata service version in words."""
    scope = scope_of(tmp_path, [record(5, THIEF, THIEF_CLIENT, who=OLD)])
    (evidence,) = scope.events["evidence"]
    assert all(part in evidence for part in (THIEF, f"{KEY} (the finding's key)", THIEF_CLIENT, "IMDSv1"))


def test_nothing_seen(tmp_path: Path) -> None:
    """A trail without the session gives empty tables and the finding's key, unseen."""
    other = identity(KEY_2, name="i-0fedcba9876543210", role="other", role_id="AROAEXAMPLEOTHER0001")
    scope = scope_of(tmp_path, [record(5, NAT, APP_CLIENT, who=other)])
    assert len(scope.events) == 0
    assert [(key.access_key_id, key.events) for key in scope.session.keys] == [(KEY, 0)]


@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_order_and_duplicates_do_not_matter(data: st.DataObject, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Events in any order, some of them delivered twice, give the same answer."""
    theft = [record(5, THIEF, THIEF_CLIENT), record(6, THIEF_2, THIEF_CLIENT), assume_role(8, THIEF, THIEF_CLIENT)]
    records = [*theft, agent(1), agent(9), record(7, NAT, APP_CLIENT), chained(10, THIEF_2, APP_CLIENT)]
    shuffled = data.draw(st.permutations(records)) + data.draw(st.lists(st.sampled_from(records), max_size=4))
    folder = tmp_path_factory.mktemp("trail")
    assert judged(folder, shuffled) == judged(folder, records)


@settings(max_examples=15, deadline=None)
@given(minutes=st.lists(st.integers(0, 300), max_size=5), address=st.sampled_from([THIEF, NAT, "10.0.0.4"]))
def test_unrelated_principals_change_nothing(
    minutes: list[int], address: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Events of a user at any address leave the answer as it is."""
    user = {"type": "IAMUser", "principalId": "AIDAEXAMPLE", "arn": f"arn:aws:iam::{ACCOUNT}:user/kim",
            "accountId": ACCOUNT, "accessKeyId": "AKIAEXAMPLE000000001", "userName": "kim"}  # fmt: skip
    records = [record(5, THIEF, THIEF_CLIENT), agent(1), record(7, NAT, APP_CLIENT)]
    others = [record(minute, address, THIEF_CLIENT, who=user) for minute in minutes]
    folder = tmp_path_factory.mktemp("trail")
    assert judged(folder, [*records, *others]) == judged(folder, records)


@pytest.mark.parametrize(
    ("client", "system"),
    [
        ("[aws-cli/1.18.136 Python/3.8.5 Darwin/19.5.0 botocore/1.17.59]", "macOS"),
        (THIEF_CLIENT, "macOS"),
        ("aws-cli/2.15 Python/3.11 Windows/10 exe/AMD64", "Windows"),
        (AGENT_CLIENT, "Linux"),
        ("console.amazonaws.com", None),
        (None, None),
    ],
)
def test_operating_system(client: str | None, system: str | None) -> None:
    """A user agent's operating system is named where it names one."""
    assert operating_system(client) == system


def test_shared_way_out(tmp_path: Path) -> None:
    """Where other instances leave by the same address, only a client that they use too is the workload's."""
    neighbours = [agent(6, who=NEIGHBOUR), record(7, NAT, APP_CLIENT, who=NEIGHBOUR)]
    known, strange = record(5, NAT, APP_CLIENT), record(9, NAT, LINUX_THIEF)
    found = judged(tmp_path, [known, strange, *AGENTS, *neighbours], NO_FINDING)
    assert found[known["eventID"]] == ("workload", "way_out")
    assert found[strange["eventID"]] == ("unknown", "neighbours_address")
