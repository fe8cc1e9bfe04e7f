"""Which events belong to the leaked session, from whatever the investigation starts with."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gdkit.analysis.subject import subject_of_finding, subject_of_text
from gdkit.errors import FindingError, UsageError
from gdkit.findings import load_findings
from gdkit.model import Subject
from tests.analysis.records import (
    ACCOUNT,
    APP_CLIENT,
    INSTANCE,
    KEY,
    KEY_2,
    NAT,
    PRINCIPAL,
    THIEF,
    THIEF_CLIENT,
    assume_role,
    identity,
    record,
    scope_of,
    subject,
)
from tests.real.data import finding_document

if TYPE_CHECKING:
    from pathlib import Path

OTHER_ROLE = identity(KEY_2, role="older-role", role_id="AROAEXAMPLEOLDERROLE1")


def test_rotated_keys_are_found(tmp_path: Path) -> None:
    """Calls with another key of the same principal belong to the session."""
    scope = scope_of(tmp_path, [record(5, THIEF, THIEF_CLIENT), record(6, NAT, APP_CLIENT, who=identity(KEY_2))])
    assert set(scope.keys["access_key_id"]) == {KEY, KEY_2}
    assert len(scope.events) == 2


def test_another_role_of_the_instance_is_another_session(tmp_path: Path) -> None:
    """A role that the instance had before is no part of the leaked session."""
    scope = scope_of(tmp_path, [record(5, THIEF, THIEF_CLIENT), record(6, NAT, APP_CLIENT, who=OTHER_ROLE)])
    assert set(scope.events["access_key_id"]) == {KEY}


def test_session_of_the_same_name_of_another_role(tmp_path: Path) -> None:
    """An answer that names another role's id issued none of the session's keys, whatever the role's name is."""
    asked = {"roleArn": f"arn:aws:iam::{ACCOUNT}:role/app-role", "roleSessionName": INSTANCE}
    answer = {"credentials": {"accessKeyId": "ASIAEXAMPLEOFANOTHER"},
              "assumedRoleUser": {"assumedRoleId": f"AROAEXAMPLEREMADE001:{INSTANCE}"}}  # fmt: skip
    issue = record(6, NAT, APP_CLIENT, who=OTHER_ROLE, eventName="AssumeRole", requestParameters=asked,
                   responseElements=answer)  # fmt: skip
    scope = scope_of(tmp_path, [record(5, THIEF, THIEF_CLIENT), issue])
    assert set(scope.keys["access_key_id"]) == {KEY}


def test_instance_with_two_roles_must_be_told_apart(tmp_path: Path) -> None:
    """An instance id that fits two roles is refused, and the answer names both principals."""
    records = [record(5, THIEF, THIEF_CLIENT), record(6, NAT, APP_CLIENT, who=OTHER_ROLE)]
    with pytest.raises(UsageError, match="AROAEXAMPLEOLDERROLE1:i-0123456789abcdef0"):
        scope_of(tmp_path, records, Subject(instance_id=INSTANCE))


@pytest.mark.parametrize("text", [INSTANCE, PRINCIPAL, KEY])
def test_identifiers_in_place_of_a_finding(text: str, tmp_path: Path) -> None:
    """An instance id, a principal id and a key each lead to the same session."""
    scope = scope_of(tmp_path, [record(5, NAT, APP_CLIENT)], subject_of_text(text))
    assert (scope.session.principal_id, scope.session.role_name, len(scope.events)) == (PRINCIPAL, "app-role", 1)


def test_key_of_a_user_is_followed(tmp_path: Path) -> None:
    """A finding with a user's key and no session name leads to the calls with that key."""
    user = {
        "type": "IAMUser",
        "principalId": "AIDAEXAMPLE",
        "accountId": ACCOUNT,
        "accessKeyId": "AKIAEXAMPLE000000001",
    }
    document = finding_document(role_id="AIDAEXAMPLE", role="kim", instance="x", key="AKIAEXAMPLE000000001",
                                address=THIEF, account=ACCOUNT)  # fmt: skip
    document["resource"]["accessKeyDetails"] |= {"principalId": "AIDAEXAMPLE", "userType": "IAMUser"}
    scope = scope_of(tmp_path, [record(5, THIEF, "x", who=user)], subject_of_finding(load_findings(document)[0]))
    assert scope.count("thief") == 1


def test_rows_without_principal(tmp_path: Path) -> None:
    """Rows of a console export belong by their key, or by the session name where they name no role."""
    text = (
        "User name,AWS access key,Event time,Event source,Event name,AWS region,Source IP address,User agent,"
        "Error code,Resources,Request ID,Event ID,Read-only,Event type,Recipient Account Id,Event category\n"
        f"{INSTANCE},{KEY},2026-11-01T07:05:00Z,s3.amazonaws.com,ListBuckets,us-east-1,{THIEF},cli,,,,e-1,true,"
        f"AwsApiCall,{ACCOUNT},Management\n"
        f"{INSTANCE},{KEY_2},2026-11-01T07:06:00Z,s3.amazonaws.com,ListBuckets,us-east-1,{NAT},app,,,,e-2,true,"
        f"AwsApiCall,{ACCOUNT},Management\n"
    )
    (tmp_path / "history.csv").write_text(text, encoding="utf-8")
    from gdkit.analysis.scope import scope_session
    from gdkit.trail import load_trail

    scope = scope_session(load_trail(tmp_path / "history.csv").events, subject())
    assert dict(zip(scope.events["event_id"], scope.events["party"], strict=True)) == {"e-1": "thief", "e-2": "unknown"}


def test_finding_without_key_and_principal_is_refused() -> None:
    """A finding that names neither key nor principal cannot start a case; the answer says what can."""
    document = finding_document(role_id="A", role="r", instance=INSTANCE, key="", address=THIEF, account=ACCOUNT)
    document["resource"] = {"resourceType": "AccessKey", "instanceDetails": {"instanceId": INSTANCE}}
    with pytest.raises(FindingError, match=f"gdkit investigate {INSTANCE}"):
        subject_of_finding(load_findings(document)[0])


def test_instance_identity_role_is_refused() -> None:
    """The instance identity role is no subject: no policy can deny it."""
    with pytest.raises(UsageError, match="instance identity role"):
        subject_of_text(f"{ACCOUNT}:aws:ec2-instance:{INSTANCE}")


@pytest.mark.parametrize("text", ["kim", "AIDAEXAMPLE0001:x", "arn:aws:iam::111122223333:role/x", ""])
def test_other_text_is_no_identifier(text: str) -> None:
    """Text that is no identifier of a session is left to be a file's name."""
    assert subject_of_text(text) is None


def test_two_records_of_one_call_count_once(tmp_path: Path) -> None:
    """The other account's record of an AssumeRole is no second call; alone, it is the call."""
    own = assume_role(5, THIEF, THIEF_CLIENT, sharedEventID="shared-1")
    caller = {"type": "AWSAccount", "principalId": PRINCIPAL, "accountId": ACCOUNT}
    other = {**own, "eventID": "other-half", "userIdentity": caller, "recipientAccountId": "444455556666"}
    assert list(scope_of(tmp_path, [own, other]).events["event_id"]) == [own["eventID"]]
    assert list(scope_of(tmp_path, [other]).events["event_id"]) == ["other-half"]
