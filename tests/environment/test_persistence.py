"""Whether things still exist: what is asked, how often, and what each answer and each failure comes to."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from gdkit import tables
from gdkit.environment import persistence
from gdkit.environment.persistence import check_existence
from tests.aws.fakes import ACCOUNT, MEMBER, FakeAws, Refusal, reader

if TYPE_CHECKING:
    from tests.aws.fakes import Answer, Called

NOW = datetime(2026, 11, 3, 9, 0, tzinfo=UTC)
AT = datetime(2026, 11, 1, tzinfo=UTC)
KEY, OTHER_KEY = "AKIAEXAMPLE000000001", "AKIAEXAMPLE000000002"
USER: dict[str, Any] = {
    "User": {"Path": "/", "UserName": "eve", "UserId": "AIDA1234567890123456", "CreateDate": AT,
             "Arn": f"arn:aws:iam::{ACCOUNT}:user/eve"},
}  # fmt: skip
KEYS: dict[str, Any] = {
    "AccessKeyMetadata": [{"UserName": "eve", "AccessKeyId": KEY, "Status": "Inactive", "CreateDate": AT}],
}


def row(kind: str, name: str | None, parent: str | None = None, **changes: Any) -> dict[str, Any]:
    """Give one row of the persistence table."""
    return {"kind": kind, "id": name, "parent_id": parent, "account_id": ACCOUNT, "region": "eu-west-1",
            "party": "thief", "event_id": "e", "event_at": AT, "event_name": "Create", **changes}  # fmt: skip


def checked(
    monkeypatch: pytest.MonkeyPatch, rows: list[dict[str, Any]], answers: dict[tuple[str, str], Answer], **access: Any
) -> tuple[FakeAws, list[dict[str, Any]]]:
    """Check rows against made-up answers, and give the calls and the rows."""
    fake, aws = reader(monkeypatch, answers, **access)
    frame = check_existence(aws, tables.frame_of_rows(tables.PERSISTENCE, rows), now=NOW)
    assert list(frame.columns) == list(tables.PERSISTENCE.names)
    fake.calls = [call for call in fake.calls if call.service != "sts"]
    known = frame["still_exists"].notna()
    assert frame["unchecked"].isna().equals(known), "why it is not known is said where, and only where, it is not"
    return fake, list(tables.rows_of(frame))


def test_there_and_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is answered exists, a key with its state; what is not listed, or not found, does not."""

    def user(call: Called) -> dict[str, Any] | Refusal:
        return USER if call.parameters["UserName"] == "eve" else Refusal("NoSuchEntity", "The user cannot be found")

    rows = [
        row("user", "eve"),
        row("user", "mallory"),
        row("access_key", KEY, "eve"),
        row("access_key", "AKIAX", "eve"),
    ]
    _, found = checked(monkeypatch, rows, {("iam", "GetUser"): user, ("iam", "ListAccessKeys"): KEYS})
    assert [(one["still_exists"], one["check"]) for one in found] == [
        (True, "iam GetUser answered with it."), (False, "iam GetUser answered NoSuchEntity."),
        (True, "iam ListAccessKeys answered: Inactive."), (False, "iam ListAccessKeys does not list it."),
    ]  # fmt: skip
    assert {one["checked_at"] for one in found} == {NOW}
    assert [one["event_id"] for one in found] == ["e"] * 4, "the other columns stay as they were"


def test_each_thing_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """One call answers for all rows of a thing, for all things of a list, and for one of no region wherever it was."""
    rows = [row("user", "eve"), row("user", "eve", region="us-east-1"), row("access_key", KEY, "eve"),
            row("access_key", OTHER_KEY, "eve")]  # fmt: skip
    fake, found = checked(monkeypatch, rows, {("iam", "GetUser"): USER, ("iam", "ListAccessKeys"): KEYS})
    assert sorted(call.operation for call in fake.calls) == ["GetUser", "ListAccessKeys"]
    assert [one["still_exists"] for one in found] == [True, True, True, False]


def test_regions(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is in a region is asked for there, each region by itself."""

    def instances(call: Called) -> dict[str, Any]:
        state = {"eu-west-1": "running", "us-east-1": "terminated"}[call.region]
        return {"Reservations": [{"Instances": [{"InstanceId": "i-1", "State": {"Name": state}}]}]}

    rows = [row("instance", "i-1"), row("instance", "i-1", region="us-east-1")]
    fake, found = checked(monkeypatch, rows, {("ec2", "DescribeInstances"): instances})
    assert [one["still_exists"] for one in found] == [True, False]
    assert [one["check"] for one in found] == ["ec2 DescribeInstances answered: running.",
                                               "ec2 DescribeInstances answered: terminated."]  # fmt: skip
    assert all(call.parameters == {"InstanceIds": ["i-1"]} for call in fake.calls)


@pytest.mark.parametrize("code", ["InvalidInstanceID.NotFound", "Client.InvalidInstanceID.NotFound"])
def test_gone_by_ec2s_codes(monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    """EC2 names what is not found by what it is; each such code means gone."""
    _, (found,) = checked(monkeypatch, [row("instance", "i-1")], {("ec2", "DescribeInstances"): Refusal(code)})
    assert found["still_exists"] is False


@pytest.mark.parametrize(("refusal", "words"), [
    (Refusal("AccessDenied"), "iam GetUser failed: no permission for iam:GetUser."),
    (Refusal("ServiceFailure", "broken"), "iam GetUser failed: AWS refused it (ServiceFailure): broken."),
    (Refusal("ValidationError", "bad name"), "iam GetUser failed: AWS refused it (ValidationError): bad name."),
])  # fmt: skip
def test_failures_are_not_gone(monkeypatch: pytest.MonkeyPatch, refusal: Refusal, words: str) -> None:
    """A refusal or another failure leaves open whether the thing exists, and says why; nothing is raised."""
    _, (found,) = checked(monkeypatch, [row("user", "eve")], {("iam", "GetUser"): refusal})
    assert (found["still_exists"], found["check"], found["checked_at"]) == (None, words, NOW)
    assert found["unchecked"] == ("refused" if refusal.code == "AccessDenied" else "the call failed")


@pytest.mark.parametrize(("kind", "operation"), [("lambda_function", "GetFunctionConfiguration"),
                                                 ("event_source_mapping", "GetEventSourceMapping")])  # fmt: skip
def test_cut_off(monkeypatch: pytest.MonkeyPatch, kind: str, operation: str) -> None:
    """An answer that was cut off, which botocore reads as an empty one, does not count as the thing."""
    _, (found,) = checked(monkeypatch, [row(kind, "f" * 36)], {("lambda", operation): {}})
    assert found["still_exists"] is None
    assert "was cut off" in found["check"]


def test_lists_that_were_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """A list that is missing in the answer does not count as an empty one."""
    _, (found,) = checked(monkeypatch, [row("kms_grant", "g", "k")], {("kms", "ListGrants"): {}})
    assert found["still_exists"] is None


def test_all_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """A thing on the second page of a list is found."""

    def keys(call: Called) -> dict[str, Any]:
        if "Marker" not in call.parameters:
            return {"AccessKeyMetadata": [], "IsTruncated": True, "Marker": "m"}
        return {**KEYS, "IsTruncated": False}

    fake, (found,) = checked(monkeypatch, [row("access_key", KEY, "eve")], {("iam", "ListAccessKeys"): keys})
    assert (found["still_exists"], len(fake.calls)) == (True, 2)


def test_another_account(monkeypatch: pytest.MonkeyPatch) -> None:
    """A thing of another account is asked for there; with no way in, that is said and nothing is asked."""
    rows = [row("user", "eve", account_id=MEMBER)]
    fake, (found,) = checked(monkeypatch, rows, {("iam", "GetUser"): USER}, member_role="reader")
    assert ([call.account_id for call in fake.calls], found["still_exists"]) == ([MEMBER], True)
    fake, (found,) = checked(monkeypatch, rows, {})
    assert fake.calls == []
    assert found["check"].startswith("Not asked: it is another account than gdkit's own")
    assert found["unchecked"] == "no account in reach"
    assert (found["still_exists"], found["checked_at"]) == (None, None)


@pytest.mark.parametrize(("one", "why"), [
    (row("apigateway_key", "k"), "hands out a secret"),
    (row("sqs_permission", "p", "q"), "gdkit has no call for it"),
    (row("something new", "n"), "gdkit has no call for it"),
    (row("user", None), "does not name all that the call takes"),
    (row("access_key", KEY), "does not name all that the call takes"),
    (row("user", "eve", account_id=None), "does not name its account"),
    (row("instance", "i-1", region=None), "does not name its region"),
    (row("instance", "i-1", region="eu-west-1.evil.example/"), "is no AWS region"),
    (row("user", "eve", account_id="12"), "is no account id"),
    (row("bucket_policy", "b", "arn:aws:s3::111122223333:accesspoint/x.mrap"), "is no bucket's name"),
])  # fmt: skip
def test_not_asked(monkeypatch: pytest.MonkeyPatch, one: dict[str, Any], why: str) -> None:
    """What cannot be asked for is said to be not asked, with the reason, and no call is made."""
    fake, (found,) = checked(monkeypatch, [one], {}, member_role="reader")
    assert fake.calls == []
    assert found["check"].startswith("Not asked: ")
    assert why in found["check"]
    not_checkable = why in ("hands out a secret", "gdkit has no call for it")
    assert found["unchecked"] == ("kind not checkable" if not_checkable else "not named well enough in the event")
    assert (found["still_exists"], found["checked_at"]) == (None, None)


def test_names_that_the_api_does_not_take(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that botocore refuses to send leaves the question open."""
    fake, (found,) = checked(monkeypatch, [row("policy", "no-arn")], {})
    assert (fake.calls, found["still_exists"]) == ([], None)
    assert found["check"].startswith("iam GetPolicy failed: the call failed (ParamValidationError)")


def test_devices_of_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """A device that the event gives to no user is looked for among all virtual ones, else among the user's."""
    serial = f"arn:aws:iam::{ACCOUNT}:mfa/eve"
    virtual = {"VirtualMFADevices": [{"SerialNumber": serial}]}
    answers: dict[tuple[str, str], Answer] = {("iam", "ListVirtualMFADevices"): virtual,
                                              ("iam", "ListMFADevices"): {"MFADevices": []}}  # fmt: skip
    fake, found = checked(monkeypatch, [row("mfa_device", serial), row("mfa_device", serial, "eve")], answers)
    assert [one["still_exists"] for one in found] == [True, False]
    assert {call.operation for call in fake.calls} == {"ListVirtualMFADevices", "ListMFADevices"}


def test_membership(monkeypatch: pytest.MonkeyPatch) -> None:
    """A membership is looked for in the user's groups by the group's name."""
    group = {"Path": "/", "GroupName": "admins", "GroupId": "AGPA1234567890123456", "CreateDate": AT,
             "Arn": f"arn:aws:iam::{ACCOUNT}:group/admins"}  # fmt: skip
    rows = [row("group_membership", "eve", "admins"), row("group_membership", "eve", "others")]
    fake, found = checked(monkeypatch, rows, {("iam", "ListGroupsForUser"): {"Groups": [group]}})
    assert [one["still_exists"] for one in found] == [True, False]
    assert fake.calls[0].parameters == {"UserName": "eve"}


def test_shares(monkeypatch: pytest.MonkeyPatch) -> None:
    """A snapshot's share is looked for by account, and by group where it is with everybody."""
    shares = {"SnapshotId": "snap-1", "CreateVolumePermissions": [{"UserId": MEMBER}, {"Group": "all"}]}
    rows = [row("snapshot_sharing", name, "snap-1") for name in (MEMBER, "all", "999900001111")]
    fake, found = checked(monkeypatch, rows, {("ec2", "DescribeSnapshotAttribute"): shares})
    assert [one["still_exists"] for one in found] == [True, True, False]
    assert len(fake.calls) == 1


def test_targets_of_an_unknown_bus(monkeypatch: pytest.MonkeyPatch) -> None:
    """A rule that is not on the default bus may be on another, so that it is not found does not mean gone."""
    gone = {("events", "ListTargetsByRule"): Refusal("ResourceNotFoundException", "Rule r does not exist")}
    _, (found,) = checked(monkeypatch, [row("events_target", "1", "r")], dict(gone))
    assert found["still_exists"] is None


def test_trust_policy(monkeypatch: pytest.MonkeyPatch) -> None:
    """That a role is there does not tell that a change of its trust still holds."""
    role = {"Path": "/", "RoleName": "r", "RoleId": "AROA1234567890123456", "CreateDate": AT,
            "Arn": f"arn:aws:iam::{ACCOUNT}:role/r"}  # fmt: skip
    _, found = checked(
        monkeypatch, [row("trust_policy", "r", "r"), row("role", "r")], {("iam", "GetRole"): {"Role": role}}
    )
    assert [one["still_exists"] for one in found] == [None, True]
    assert "must be read in its trust policy" in found[0]["check"]
    assert found[0]["unchecked"] == "AWS's answer does not settle it"


def test_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of one kind only so many are asked for, the first ones, and it hides no other kind; the rest says so."""
    monkeypatch.setattr(persistence, "MOST_PER_KIND", 3)

    def instances(call: Called) -> dict[str, Any]:
        return {"Reservations": [{"Instances": [{"InstanceId": call.parameters["InstanceIds"][0]}]}]}

    rows = [row("instance", f"i-{number}") for number in range(5)] + [row("user", "eve"), row("instance", "i-0")]
    answers: dict[tuple[str, str], Answer] = {("ec2", "DescribeInstances"): instances, ("iam", "GetUser"): USER}
    fake, found = checked(monkeypatch, rows, answers)
    assert [one["still_exists"] for one in found] == [True, True, True, None, None, True, True]
    assert found[3]["check"].startswith("Not asked: more than 3 calls of this kind")
    assert found[3]["unchecked"] == "too many to ask"
    assert len(fake.calls) == 4


def test_progress(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever waits is told how many calls are done, one by one."""
    _, aws = reader(monkeypatch, {("iam", "GetUser"): USER})
    told: list[tuple[int, int]] = []
    rows = [row("user", f"u{number}") for number in range(20)]
    frame = tables.frame_of_rows(tables.PERSISTENCE, rows)
    check_existence(aws, frame, now=NOW, on_progress=lambda done, calls: told.append((done, calls)))
    assert told == [(number, 20) for number in range(1, 21)]


def test_no_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing made means nothing asked, and an empty table of the same columns."""
    fake, found = checked(monkeypatch, [], {})
    assert (fake.calls, found) == ([], [])


def test_no_secret_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of an answer only the state is kept: a function's environment, or a stack's parameters, reach no cell."""
    function = {"FunctionName": "f", "Environment": {"Variables": {"PASSWORD": "hunter2"}}}
    stack = {"StackName": "s", "CreationTime": AT, "StackStatus": "CREATE_COMPLETE",
             "Parameters": [{"ParameterKey": "p", "ParameterValue": "hunter2"}]}  # fmt: skip
    answers: dict[tuple[str, str], Answer] = {("lambda", "GetFunctionConfiguration"): function,
                                              ("cloudformation", "DescribeStacks"): {"Stacks": [stack]}}  # fmt: skip
    _, found = checked(monkeypatch, [row("lambda_function", "f"), row("cloudformation_stack", "s")], answers)
    assert [one["still_exists"] for one in found] == [True, True]
    assert "hunter2" not in str(found)


@pytest.mark.parametrize(("role_id", "exists"), [("AROA1234567890123456", True), ("AROAOTHER00000000001", False)])
def test_role_behind_a_session(monkeypatch: pytest.MonkeyPatch, role_id: str, exists: bool) -> None:
    """A session's role is the one with its id: another role of the same name is not it."""
    role = {"Path": "/", "RoleName": "r", "RoleId": "AROA1234567890123456", "CreateDate": AT,
            "Arn": f"arn:aws:iam::{ACCOUNT}:role/r"}  # fmt: skip
    answers: dict[tuple[str, str], Answer] = {("iam", "GetRole"): {"Role": role}}
    fake, (found,) = checked(monkeypatch, [row("role_session", role_id, "r")], answers)
    assert found["still_exists"] is exists
    assert fake.calls[0].parameters == {"RoleName": "r"}


@pytest.mark.parametrize(("state", "status"), [("Inactive", "Inactive"), ("Active", "Active")])
def test_status(monkeypatch: pytest.MonkeyPatch, state: str, status: str) -> None:
    """A key that is there says whether it is switched off; what has no status says nothing."""
    key = {"UserName": "eve", "AccessKeyId": KEY, "Status": state, "CreateDate": AT}
    answers: dict[tuple[str, str], Answer] = {
        ("iam", "ListAccessKeys"): {"AccessKeyMetadata": [key]}, ("iam", "GetUser"): USER,
    }  # fmt: skip
    _, found = checked(monkeypatch, [row("access_key", KEY, "eve"), row("user", "eve")], answers)
    assert [(one["still_exists"], one["status"]) for one in found] == [(True, status), (True, None)]
