"""A plan: shown, hashed, kept and read again without a change."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from gdkit.errors import ResponseError
from gdkit.response.plan import SHORT, Plan, differences, plan_document, read_plan
from gdkit.response.step import Action, Check, ResultOf, SideEffect, Target

AT = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)
TARGET = Target("case-1", "aws", "111122223333", "eu-west-1", AT, role_name="shop", options={"a": "1"})
ACTIONS = (
    Action("ec2", "CreateSecurityGroup", {"GroupName": "g", "VpcId": "vpc-1"}, "Make a group", results=("GroupId",)),
    Action("ec2", "CreateTags", {"Resources": [ResultOf(0, "GroupId")], "Tags": []}, "Tag it", region="us-east-1"),
)
PLAN = Plan("isolate", TARGET, {"group": None}, {"group": {"x": 1}}, ACTIONS, (SideEffect("hits i-1", ("i-1",)),),
            (Check("is it exact", True, "yes, seen at 08:00"),), collects=("a.json",))  # fmt: skip


def test_kept_and_read() -> None:
    """A plan that went through JSON is the same plan, with the same hash and the same places of earlier answers."""
    again = read_plan(json.loads(json.dumps(plan_document(PLAN))))
    assert again == PLAN
    assert again.hash == PLAN.hash


@pytest.mark.parametrize("change", [
    {"step": "other"},
    {"target": replace(TARGET, account_id="999999999999")},
    {"target": replace(TARGET, options={"a": "2"})},
    {"before": {"group": 1}},
    {"after": {"group": 1}},
    {"actions": ACTIONS[:1]},
    {"actions": (ACTIONS[0], replace(ACTIONS[1], parameters={"Resources": ["sg-1"], "Tags": []}))},
    {"effects": (SideEffect("hits i-1 and i-2", ("i-1", "i-2")),)},
    {"checks": (Check("is it exact", False, "no"),)},
    {"undoes": "0" * 64},
    {"left": ("something",)},
    {"collects": ()},
])  # fmt: skip
def test_hash_covers_what_is_reviewed(change: dict[str, object]) -> None:
    """Whatever a person reviews is in the hash: a plan that differs in it is another plan."""
    assert replace(PLAN, **change).hash != PLAN.hash


def test_hash_leaves_out_what_changes_by_itself() -> None:
    """The instant of the preview and the words of a check do not make another plan."""
    later = replace(PLAN, target=replace(TARGET, at=AT + timedelta(minutes=5)),
                    checks=(Check("is it exact", True, "yes, seen at 08:05"),))  # fmt: skip
    assert later.hash == PLAN.hash
    assert PLAN.short_hash == PLAN.hash[:SHORT]


def test_shown() -> None:
    """The diff shows the change alone, and the calls stand as they will be made, each with its place."""
    assert [line for line in PLAN.diff().splitlines() if line.startswith(("-  ", "+  "))] == [
        '-  "group": null', '+  "group": {', '+    "x": 1', "+  }"]  # fmt: skip
    calls = json.loads(PLAN.calls())
    assert [call["region"] for call in calls] == ["eu-west-1", "us-east-1"]
    assert calls[1]["parameters"]["Resources"] == [{"result of call": 0, "path": "GroupId"}]
    assert {call["account_id"] for call in calls} == {"111122223333"}


def test_differences() -> None:
    """Each place where two states differ is named by its path."""
    assert list(differences({"a": {"b": 1, "c": 2}}, {"a": {"b": 1, "c": 3, "d": 4}})) == [
        ("a / c", 2, 3), ("a / d", None, 4)]  # fmt: skip
    assert list(differences({"a": 1}, {"a": 1})) == []


def test_no_plan() -> None:
    """A damaged file is refused as such."""
    with pytest.raises(ResponseError, match="cannot be read"):
        read_plan({"step": "x"})
