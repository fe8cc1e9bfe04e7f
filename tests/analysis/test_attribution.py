"""Who made each call: every rule decides where it should, and leaves open what it cannot prove."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gdkit.analysis.attribution import RULES
from gdkit.analysis.clients import operating_system
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
    identity,
    record,
    scope_of,
    subject,
)

if TYPE_CHECKING:
    from pathlib import Path

SERVICE_CALL = {"who": {**identity(), "invokedBy": "eks.amazonaws.com"}}
FOREIGN = {"vpcEndpointId": "vpce-0f", "vpcEndpointAccountId": OTHER_ACCOUNT}
OLD, NEW = identity(delivery="1.0"), identity(delivery="2.0")

CASES: dict[str, tuple[list[dict[str, Any]], Subject | None, str]] = {
    "reported_address": ([record(5, THIEF, THIEF_CLIENT)], None, "thief"),
    "own_address": ([record(5, "10.0.0.4", APP_CLIENT)], subject(private="10.0.0.4"), "workload"),
    "own_and_reported": ([record(5, THIEF, APP_CLIENT)], subject(public=THIEF), "unknown"),
    "host_agent": ([agent(5)], None, "workload"),
    "shared_way_out": ([record(5, THIEF, APP_CLIENT), agent(6, THIEF)], None, "unknown"),
    "agent_at_reported_address": ([agent(5, THIEF), agent(6)], None, "unknown"),
    "aws_service": ([record(5, "45.33.32.156", APP_CLIENT, **SERVICE_CALL)], None, "unknown"),
    "way_out": ([record(5, NAT, APP_CLIENT), agent(6)], None, "workload"),
    "thief_client_at_way_out": (
        [record(5, NAT, THIEF_CLIENT), agent(6), record(7, THIEF, THIEF_CLIENT)], None, "unknown"),
    "remote_account": (
        [record(5, "10.9.9.9", APP_CLIENT, **FOREIGN)], subject(None, remote_account=OTHER_ACCOUNT), "thief"),
    "foreign_endpoint": ([record(5, "10.9.9.9", APP_CLIENT, **FOREIGN)], None, "unknown"),
    "private_address": ([record(5, "10.0.0.4", APP_CLIENT)], None, "workload"),
    "other_private_address": ([record(5, "10.0.0.4", APP_CLIENT)], subject(private="10.0.0.5"), "unknown"),
    "thief_client": ([record(5, THIEF_2, THIEF_CLIENT), record(6, THIEF, THIEF_CLIENT)], None, "thief"),
    "different_host": (
        [record(5, THIEF_2, THIEF_CLIENT, who=OLD), agent(1, who=NEW), agent(9, who=NEW)],
        Subject(principal_id=PRINCIPAL, instance_id=INSTANCE), "thief"),
    "undecided": ([record(5, THIEF_2, APP_CLIENT)], None, "unknown"),
}  # fmt: skip
"""For each rule: records, of which the first is the one it decides on; the subject; whose call it then is."""


def test_every_rule_has_a_case() -> None:
    """No rule stands without a test."""
    assert {rule.name for rule in RULES} == set(CASES)


@pytest.mark.parametrize("name", CASES)
def test_rule(name: str, tmp_path: Path) -> None:
    """The rule decides on the call that it was made for."""
    records, about, party = CASES[name]
    assert decided(scope_of(tmp_path, records, about))[records[0]["eventID"]] == (party, name)


def test_two_populations_on_one_key_are_split(tmp_path: Path) -> None:
    """The thief and the workload use one key at the same minutes, and each call keeps its maker."""
    theirs = [record(minute, THIEF, THIEF_CLIENT, name="ListBuckets", service="s3") for minute in range(10, 20)]
    ours = [agent(minute) for minute in range(10, 20)]
    found = decided(scope_of(tmp_path, [*theirs, *ours]))
    assert {found[one["eventID"]][0] for one in theirs} == {"thief"}
    assert {found[one["eventID"]][0] for one in ours} == {"workload"}


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


def test_ipv6_spellings_are_one_address(tmp_path: Path) -> None:
    """The finding's IPv6 address and the log's longer spelling of it are the same."""
    scope = scope_of(tmp_path, [record(5, "2001:0db8:0:0:0:0:0:7", THIEF_CLIENT)], subject("2001:db8::7"))
    assert scope.count("thief") == 1


def test_forged_agent_does_not_clear_the_thief(tmp_path: Path) -> None:
    """While the real agent calls from elsewhere, an agent's user agent at the thief's address clears no other call."""
    theft = record(5, THIEF, THIEF_CLIENT)
    found = decided(scope_of(tmp_path, [theft, agent(6, THIEF), agent(7)]))
    assert found[theft["eventID"]] == ("thief", "reported_address")


def test_second_key_of_the_thief_is_not_guessed(tmp_path: Path) -> None:
    """The thief's client on a key that no proven call of the thief used stays undecided."""
    other = record(5, THIEF_2, THIEF_CLIENT, who=identity(KEY_2))
    found = decided(scope_of(tmp_path, [other, record(6, THIEF, THIEF_CLIENT)]))
    assert found[other["eventID"]] == ("unknown", "undecided")


def test_moved_instance_is_no_theft(tmp_path: Path) -> None:
    """A new public address with the same agent and client is no thief's without a finding."""
    records = [agent(1), record(2, NAT, APP_CLIENT), agent(30, THIEF_2), record(31, THIEF_2, APP_CLIENT)]
    scope = scope_of(tmp_path, records, Subject(principal_id=PRINCIPAL, instance_id=INSTANCE))
    assert set(scope.events["party"]) == {"workload"}


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
    assert decided(scope_of(folder, shuffled)) == decided(scope_of(folder, records))


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
    assert decided(scope_of(folder, [*records, *others])) == decided(scope_of(folder, records))


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
