"""ATT&CK techniques of the thief's calls."""

from __future__ import annotations

import json
import re

import pytest

from gdkit.analysis.impact import ATTACK_VERSION
from gdkit.analysis.impact.access import service_actions
from gdkit.analysis.impact.names import action_names, operation
from gdkit.analysis.impact.technique_table import TECHNIQUES
from gdkit.analysis.impact.techniques import techniques_of
from tests.analysis.impact.made import call, impact, rows_of
from tests.real.data import real


@pytest.mark.parametrize(
    ("called", "ids"),
    [
        ("iam:CreateUser", ["T1136.003"]),
        ("iam:CreateAccessKey", ["T1098.001"]),
        ("iam:AttachUserPolicy", ["T1098.003"]),
        ("cloudtrail:StopLogging", ["T1685.002"]),
        ("guardduty:DeleteDetector", ["T1685"]),
        ("ec2:AuthorizeSecurityGroupIngress", ["T1686.001"]),
        ("secretsmanager:GetSecretValue", ["T1555.006"]),
        ("s3:GetObject", ["T1530"]),
        ("bedrock:InvokeModelWithResponseStream", ["T1496.004"]),
        ("kms:ScheduleKeyDeletion", ["T1485", "T1490"]),
        ("s3:GetObjectTagging", []),
        ("xiam:CreateUser", []),
        ("iam:CreateUserX", []),
        (":", []),
    ],
)
def test_techniques_of(called: str, ids: list[str]) -> None:
    """A call serves the techniques whose patterns fit its whole name, several where it can, none by a part of it."""
    assert [technique.id for technique in techniques_of(called)] == ids


def test_ids_are_of_the_version() -> None:
    """Ids are well formed and each stands once; what version 19 revoked is not among them."""
    ids = [technique.id for technique in TECHNIQUES]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"T1\d{3}(\.\d{3})?", one) for one in ids)
    assert not [one for one in ids if one.startswith(("T1562", "T1656", "T1672", "T1070"))]
    assert ATTACK_VERSION.split(".")[0] == "19"


def test_sub_techniques_are_named_with_their_parent() -> None:
    """A sub-technique reads as ATT&CK prints it, parent first; one parent has one name; a technique stands alone."""
    parents: dict[str, set[str]] = {}
    for technique in TECHNIQUES:
        parent, separator, own = technique.name.partition(": ")
        assert bool(separator) == ("." in technique.id), technique.id
        assert separator == "" or own, technique.id
        parents.setdefault(technique.id.partition(".")[0], set()).add(parent)
    assert [names for names in parents.values() if len(names) > 1] == []


@pytest.mark.parametrize(
    ("one", "name"),
    [
        ("T1087.004", "Account Discovery: Cloud Account"),
        ("T1136.003", "Create Account: Cloud Account"),
        ("T1078.004", "Valid Accounts: Cloud Accounts"),
        ("T1555.006", "Credentials from Password Stores: Cloud Secrets Management Stores"),
        ("T1685.002", "Disable or Modify Tools: Disable or Modify Cloud Log"),
        ("T1686.001", "Disable or Modify System Firewall: Cloud Firewall"),
        ("T1552", "Unsecured Credentials"),
    ],
)
def test_names(one: str, name: str) -> None:
    """Names are those of the version, those that version 19 renumbered too."""
    assert [technique.name for technique in TECHNIQUES if technique.id == one] == [name]


def test_every_pattern_fits_a_call() -> None:
    """No pattern is misspelled: each fits an action of the reference, or a call that has another name there."""
    other = {"s3:PutBucketLifecycle*", "s3:ListObjects*", "bedrock:Converse*", "dynamodb:TransactGetItems",
             "dynamodb:ExecuteStatement", "sso:GetRoleCredentials"}  # fmt: skip
    for technique in TECHNIQUES:
        for pattern in technique.calls.split():
            prefix, _, name = pattern.partition(":")
            if pattern in other or prefix == "signin":
                continue
            known = service_actions(prefix)
            fits = re.compile(re.escape(name).replace(r"\*", ".*"))
            spelled = any(fits.fullmatch(action) for action, _ in known.values())
            assert spelled or any(one.lower() in known for one in action_names(prefix, name)), pattern


def test_table() -> None:
    """What succeeded is told from what did not; only the thief's calls count; rows stand by id."""
    found = impact(
        call("s3:GetObject"), call("s3:GetObject", error_code="AccessDenied"), call("s3:GetObject", party="unknown"),
        call("s3:GetObject", party="workload"), call("iam:CreateUser"), call("s3:CopyObject", event_id=None),
    )  # fmt: skip
    first, second = rows_of(found.techniques)
    assert (first["id"], second["id"]) == ("T1136.003", "T1530")
    assert second["name"] == "Data from Cloud Storage"
    assert second["attack_version"] == ATTACK_VERSION
    assert (second["calls"], second["succeeded"], second["not_succeeded"]) == (3, 2, 1)
    assert (second["event_ids"], second["other_event_ids"]) == ("e0", "e1")
    assert second["event_names"] == "CopyObject\nGetObject"
    assert second["first_at"].minute == 0
    assert second["last_at"].minute == 5


def test_calls_of_known_attacks_are_covered() -> None:
    """Of the calls that incidents used, at least eight of ten serve a technique of the table."""
    listed = json.loads(real("traildiscover/events.json").read_text(encoding="utf-8"))
    seen = [event for event in listed if event["incidents"]]
    covered = [event for event in seen if techniques_of(operation(event["eventSource"], event["eventName"]))]
    assert len(covered) >= 0.8 * len(seen)
