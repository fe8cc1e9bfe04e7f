"""What a role's policies would have let the thief do."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdkit import tables
from gdkit.analysis.impact import Capabilities, capabilities_of
from gdkit.analysis.impact.access import service_actions
from gdkit.analysis.impact.capabilities import ESCALATIONS
from tests.analysis.impact.made import rows_of


def document(*statements: dict[str, Any]) -> dict[str, Any]:
    """Give a policy document of statements; each allows on every resource unless it says otherwise."""
    full = [{"Effect": "Allow", **({} if "NotResource" in one else {"Resource": "*"}), **one} for one in statements]
    return {"Version": "2012-10-17", "Statement": full}


def of(*statements: dict[str, Any], boundary: Any = None) -> list[dict[str, Any]]:
    """Give the rows for one policy of these statements."""
    return rows_of(capabilities_of([("p", document(*statements))], boundary).rows)


def test_a_row_for_each_pattern() -> None:
    """Each pattern tells its actions' levels, resources and conditions, and where it stands."""
    condition = {"StringEquals": {"aws:RequestedRegion": ["us-east-1", "us-east-2"]}}
    one, two = of({"Sid": "S", "Action": ["s3:GetObject", "s3:PutBucket*"], "Resource": ["arn:aws:s3:::b/*"],
                   "Condition": condition})  # fmt: skip
    assert (one["policy"], one["statement"], one["sid"], one["effect"], one["pattern"]) == (
        "p", 0, "S", "Allow", "s3:GetObject",
    )  # fmt: skip
    assert (one["actions"], one["access_levels"], one["escalations"]) == (1, "Read", None)
    assert (one["any_resource"], one["resources"]) == (False, "arn:aws:s3:::b/*")
    assert one["conditions"] == "StringEquals aws:RequestedRegion: us-east-1, us-east-2"
    assert two["access_levels"] == "Write\nTagging\nPermissions management"
    assert two["escalations"] == "s3:PutBucketPolicy"


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("iam:PassRole", "iam:PassRole"), ("IAM:passrole", "iam:PassRole"), ("sts:Assume*", "sts:AssumeRole"),
        ("ssm:SendCommand", "ssm:SendCommand"), ("lambda:UpdateFunctionCode", "lambda:UpdateFunctionCode"),
        ("iam:CreateUs?r", "iam:CreateUser"), ("s3:Get*", None), ("ghost:*", None), ("ec2:Describe*", None),
    ],
)  # fmt: skip
def test_escalations(pattern: str, expected: str | None) -> None:
    """Actions that lead to more power are named wherever a pattern holds them, in any case, and no others."""
    assert [row["escalations"] for row in of({"Action": pattern})] == [expected]


def test_everything() -> None:
    """A star allows every action of the reference, all escalations among them."""
    (row,) = of({"Action": "*"})
    assert row["actions"] > 20_000
    assert set(row["escalations"].split("\n")) == ESCALATIONS
    assert row["any_resource"] is True


def test_all_but() -> None:
    """NotAction and NotResource are told as what they leave out; the actions left out do not count."""
    (row,) = of({"NotAction": ["iam:*", "sts:*"], "NotResource": "arn:aws:s3:::b"})
    assert row["pattern"] == "all but iam:*, sts:*"
    assert not [one for one in row["escalations"].split("\n") if one.startswith(("iam:", "sts:"))]
    assert (row["any_resource"], row["resources"]) == (False, "all but\narn:aws:s3:::b")


def test_a_plain_deny_takes_away() -> None:
    """What a Deny without condition forbids everywhere is no escalation left; a conditional one takes nothing away."""
    deny = {"Effect": "Deny", "Action": "iam:Create*"}
    allow = {"Action": ["iam:CreateUser", "iam:PassRole"]}
    assert [row["escalations"] for row in of(allow, deny)] == [None, "iam:PassRole", None]
    for weak in (
        {"Condition": {"Bool": {"aws:MultiFactorAuthPresent": "false"}}},
        {"Resource": "arn:aws:iam::1:user/a"},
    ):
        assert of(allow, deny | weak)[0]["escalations"] == "iam:CreateUser"


@pytest.mark.parametrize(
    ("allowed", "share", "escalations"),
    [("lambda:*", "all", "lambda:UpdateFunctionCode"), ("s3:*", "none", None),
     ("lambda:UpdateFunctionCode", "part", "lambda:UpdateFunctionCode")],
)  # fmt: skip
def test_boundary(allowed: str, share: str, escalations: str | None) -> None:
    """A boundary says whether it lets the actions through; escalations that it stops are not named."""
    (row,) = of({"Action": "lambda:UpdateFunctionC*"}, {"Action": "lambda:UpdateFunctionC*"},
                boundary=document({"Action": allowed}))[:1]  # fmt: skip
    assert row["boundary"] == share
    assert (row["escalations"] or "").split("\n")[0] == (escalations or "")


def test_what_cannot_be_read_is_named() -> None:
    """A policy that cannot be read gives no rows, is named with the reason, and the others still count."""
    found = capabilities_of([("bad", "{"), ("good", json.dumps(document({"Action": "s3:GetObject"})))], {"Version": 3})
    assert [row["policy"] for row in rows_of(found.rows)] == ["good"]
    assert [("bad" in text, "boundary" in text) for text in found.unread] == [(True, False), (False, True)]
    assert rows_of(found.rows)[0]["boundary"] is None


def test_no_policies() -> None:
    """Without policies the table is empty, with its columns, and what was not considered is still told."""
    found = capabilities_of([])
    assert isinstance(found, Capabilities)
    assert tuple(found.rows.columns) == tables.CAPABILITIES.names
    assert any("service control policies" in line for line in found.not_considered)


def test_escalations_are_actions() -> None:
    """Each escalation is spelled as the reference spells the action."""
    for action in ESCALATIONS:
        prefix, _, name = action.partition(":")
        assert service_actions(prefix)[name.lower()][0] == name


@given(st.text(max_size=20), st.text(max_size=20))
def test_odd_patterns_break_nothing(action: str, resource: str) -> None:
    """Whatever stands for action and resource, it is read or named as unread."""
    found = capabilities_of([("p", {"Statement": {"Effect": "Allow", "Action": action, "Resource": resource}})])
    assert len(found.rows) + len(found.unread) == 1
