"""What grew from the session: chained keys to any depth, each link an event, and nobody drawn in by name alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.analysis.records import (
    APP_CLIENT,
    CHAINED,
    KEY,
    KEY_2,
    NAT,
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
)

if TYPE_CHECKING:
    from pathlib import Path

AGENTS = (agent(1), agent(15))
THIRD = "ASIAEXAMPLETHIRD0001"


def test_chained_calls_are_the_thiefs_wherever_they_come_from(tmp_path: Path) -> None:
    """A credential that the thief had issued is the thief's, from a new address and with a new client too."""
    call = chained(20, THIEF_2, APP_CLIENT)
    scope = scope_of(tmp_path, [assume_role(10, THIEF, THIEF_CLIENT), call])
    assert decided(scope)[call["eventID"]] == ("thief", "chained_by_thief")
    assert list(scope.events.loc[scope.events["hop"] == 1, "access_key_id"]) == [CHAINED]


def test_second_hop_is_followed(tmp_path: Path) -> None:
    """A role taken from the chained session is followed too."""
    hop = chained(20, THIEF_2, THIEF_CLIENT)
    second = {**assume_role(21, THIEF_2, THIEF_CLIENT, new_key=THIRD), "userIdentity": hop["userIdentity"]}
    scope = scope_of(
        tmp_path, [assume_role(10, THIEF, THIEF_CLIENT), second, chained(30, "192.0.2.99", "x", key=THIRD)]
    )
    assert dict(zip(scope.keys["access_key_id"], scope.keys["hop"], strict=True)) == {KEY: 0, CHAINED: 1, THIRD: 2}
    assert scope.count("thief") == 3


def test_circle_ends(tmp_path: Path) -> None:
    """Sessions that assume one another are followed once."""
    back = {**assume_role(21, THIEF, THIEF_CLIENT, new_key=CHAINED), "userIdentity": identity(CHAINED)}
    scope = scope_of(tmp_path, [assume_role(10, THIEF, THIEF_CLIENT), back])
    assert len(scope.events) == 2


def test_calls_of_the_workloads_chain_are_not_the_thiefs(tmp_path: Path) -> None:
    """A role that the workload takes and uses at its own address is the workload's."""
    call = chained(20, NAT, APP_CLIENT)
    found = decided(
        scope_of(tmp_path, [*AGENTS, assume_role(10, NAT, APP_CLIENT), call, record(5, THIEF, THIEF_CLIENT)])
    )
    assert found[call["eventID"]] == ("workload", "chained_at_workloads_address")


def test_workloads_chain_used_by_the_thief(tmp_path: Path) -> None:
    """The workload's chained credential, used from the thief's address, is the thief's use."""
    call = chained(20, THIEF, THIEF_CLIENT)
    found = decided(
        scope_of(tmp_path, [*AGENTS, assume_role(10, NAT, APP_CLIENT), call, record(5, THIEF, THIEF_CLIENT)])
    )
    assert found[call["eventID"]] == ("thief", "chained_at_thiefs_address")


def test_workloads_chain_elsewhere_stays_open(tmp_path: Path) -> None:
    """The workload's chained credential at an address nobody is proven to use is not decided."""
    call = chained(20, "192.0.2.77", APP_CLIENT)
    found = decided(scope_of(tmp_path, [*AGENTS, assume_role(10, NAT, APP_CLIENT), call]))
    assert found[call["eventID"]] == ("unknown", "chained_by_workload")


def test_failed_try_is_shown_and_leads_nowhere(tmp_path: Path) -> None:
    """An AssumeRole that was refused is a row among the hops, with its error and without a key."""
    refused = assume_role(10, THIEF, THIEF_CLIENT, responseElements=None, errorCode="AccessDenied")
    scope = scope_of(tmp_path, [refused])
    (row,) = scope.hops.to_dict("records")
    assert (row["error_code"], row["party"]) == ("AccessDenied", "thief")
    assert list(scope.keys["access_key_id"]) == [KEY]


def test_created_access_key_is_followed(tmp_path: Path) -> None:
    """A long-term key that the thief made for a user is followed to its use."""
    given = {"accessKey": {"accessKeyId": "AKIAEXAMPLE000000009", "userName": "backdoor"}}
    made = record(10, THIEF, THIEF_CLIENT, name="CreateAccessKey", service="iam", responseElements=given)
    user = {"type": "IAMUser", "principalId": "AIDAEXAMPLE", "accessKeyId": "AKIAEXAMPLE000000009", "accountId": "1"}
    use = record(20, "192.0.2.77", "x", who=user)
    assert decided(scope_of(tmp_path, [made, use]))[use["eventID"]] == ("thief", "chained_by_thief")


def test_keys_issued_to_the_session_are_known_unused(tmp_path: Path) -> None:
    """A key that EC2 had issued for the instance is a key of the session, used or not, with issue and expiry."""
    asked = {"roleArn": "arn:aws:iam::111122223333:role/path/app-role", "roleSessionName": PRINCIPAL.partition(":")[2]}
    given = {"credentials": {"accessKeyId": KEY_2, "expiration": "Nov 1, 2026, 1:00:00 PM"}}
    issue = record(0, "ec2.amazonaws.com", "ec2.amazonaws.com", name="AssumeRole", service="sts",
                   who={"type": "AWSService", "invokedBy": "ec2.amazonaws.com"},
                   requestParameters=asked, responseElements=given)  # fmt: skip
    scope = scope_of(tmp_path, [issue, record(5, THIEF, THIEF_CLIENT)])
    keys = {key.access_key_id: key for key in scope.session.keys}
    assert (keys[KEY_2].events, str(keys[KEY_2].expires_at)) == (0, "2026-11-01 13:00:00+00:00")
    assert len(scope.events) == 1
