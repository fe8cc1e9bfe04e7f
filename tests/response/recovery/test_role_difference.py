"""What differs on a role since a theft: what calls prove, what IAM shows, and what nobody can say."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from gdkit.response.credential.inline import SESSIONS
from gdkit.response.credential.trust import PAUSE
from gdkit.response.recovery.role_changes import ABSENT, THERE, UNKNOWN, acts_on_role
from gdkit.response.recovery.role_difference import AskedRole, RoleDifference, role_difference
from gdkit.response.recovery.role_now import RoleNow
from tests.response.recovery.made import BEGAN, HOME, OTHER, ROLE, ROLE_ARN, ROLE_ID, event, on_role

READ = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}]}
ALL = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
TRUST = {"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}]}  # fmt: skip
OPENED = {**TRUST, "Statement": [*TRUST["Statement"], {"Effect": "Allow", "Principal": {"AWS": OTHER},
                                                       "Action": "sts:AssumeRole"}]}  # fmt: skip
DENY = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*"}]}
ADMIN = "arn:aws:iam::aws:policy/AdministratorAccess"
OWN_POLICY = f"arn:aws:iam::{HOME}:policy/shop"
NOW_ROLE = RoleNow(ROLE_ID, ROLE_ARN, TRUST, None, {"shop": READ}, {})
ASKED = AskedRole(ROLE, ROLE_ID, HOME, BEGAN, frozenset({"thief-1", "thief-2"}))
BEFORE, AFTER, LATER = BEGAN - timedelta(days=3), BEGAN + timedelta(hours=2), BEGAN + timedelta(hours=5)


def change(name: str, *, at: Any = AFTER, event_id: str = "thief-1", **asked: Any) -> dict[str, Any]:
    """Give a row of a change, the thief's unless another id is given."""
    return on_role(name, asked=asked, event_at=at, event_id=event_id)


def put(policy: dict[str, Any], name: str = "shop", **fields: Any) -> dict[str, Any]:
    """Give a row of an inline policy that was written."""
    return change("PutRolePolicy", policyName=name, policy=policy, **fields)


def differs(role: RoleNow | None, *rows: dict[str, Any], asked: AskedRole = ASKED, gaps: Any = ()) -> RoleDifference:
    """Compare."""
    return role_difference(role, rows, asked, gaps)


@pytest.mark.parametrize(
    ("inline", "rows", "compared"),
    [
        (READ, [put(READ, at=BEFORE, event_id="ada-1"), put(ALL)], "as before"),
        (ALL, [put(READ, at=BEFORE, event_id="ada-1"), put(ALL)], "differs"),
        (None, [put(READ, at=BEFORE, event_id="ada-1"), change("DeleteRolePolicy", policyName="shop")], "differs"),
        (None, [change("DeleteRolePolicy", at=BEFORE, event_id="a", policyName="shop"), put(ALL)], "as before"),
        (ALL, [put(ALL)], "differs"),
        (READ, [put(ALL)], "unknown"),
        (None, [put(ALL)], "unknown"),
        (ALL, [put(ALL, event_id="ada-2")], "unknown"),
        (READ, [put(ALL), put(READ, at=LATER, event_id="ada-3")], "unknown"),
        (None, [change("DeleteRolePolicy", policyName="shop")], "differs"),
        (READ, [change("DeleteRolePolicy", policyName="shop")], "unknown"),
    ],
)
def test_inline_policies(inline: dict[str, Any] | None, rows: list[dict[str, Any]], compared: str) -> None:
    """An inline policy is judged by what earlier calls wrote; without such it differs only as the thief left it."""
    role = replace(NOW_ROLE, inline={} if inline is None else {"shop": inline})
    (one,) = differs(role, *rows).changes
    assert (one.thing, one.compared) == ("inline policy shop", compared)


@pytest.mark.parametrize(
    ("attached", "rows", "compared"),
    [
        ({ADMIN: None}, [change("AttachRolePolicy", policyArn=ADMIN)], "differs"),
        ({}, [change("AttachRolePolicy", policyArn=ADMIN)], "as before"),
        ({}, [change("AttachRolePolicy", policyArn=ADMIN), change("DetachRolePolicy", at=LATER, event_id="g",
                                                                  policyArn=ADMIN)], "as before"),
        ({}, [change("DetachRolePolicy", policyArn=ADMIN)], "differs"),
        ({ADMIN: None}, [change("DetachRolePolicy", policyArn=ADMIN)], "as before"),
        ({ADMIN: None}, [change("AttachRolePolicy", at=BEFORE, event_id="a", policyArn=ADMIN),
                         change("DetachRolePolicy", policyArn=ADMIN)], "as before"),
    ],
)  # fmt: skip
def test_attached_policies(attached: dict[str, Any], rows: list[dict[str, Any]], compared: str) -> None:
    """Attaching proves that it was not attached before, detaching that it was."""
    (one,) = differs(replace(NOW_ROLE, attached=attached), *rows).changes
    assert (one.thing, one.compared) == (f"attached policy {ADMIN}", compared)


@pytest.mark.parametrize(
    ("trust", "rows", "compared"),
    [
        (OPENED, [change("UpdateAssumeRolePolicy", policy=OPENED)], "differs"),
        (TRUST, [change("UpdateAssumeRolePolicy", policy=OPENED)], "unknown"),
        (TRUST, [change("UpdateAssumeRolePolicy", at=BEFORE, event_id="a", policy=TRUST),
                 change("UpdateAssumeRolePolicy", policy=OPENED)], "as before"),
        ({**TRUST, "Statement": [dict(PAUSE), *TRUST["Statement"]]},
         [change("UpdateAssumeRolePolicy", at=BEFORE, event_id="a", policy=TRUST),
          change("UpdateAssumeRolePolicy", policy=OPENED)], "as before"),
    ],
)  # fmt: skip
def test_the_trust_policy(trust: dict[str, Any], rows: list[dict[str, Any]], compared: str) -> None:
    """The trust policy is compared without gdkit's own pause in it."""
    (one,) = differs(replace(NOW_ROLE, trust=trust), *rows).changes
    assert (one.thing, one.compared) == ("trust policy", compared)


@pytest.mark.parametrize(
    ("boundary", "rows", "compared"),
    [
        (None, [change("DeleteRolePermissionsBoundary")], "differs"),
        (ADMIN, [change("PutRolePermissionsBoundary", permissionsBoundary=ADMIN)], "differs"),
        (OWN_POLICY, [change("PutRolePermissionsBoundary", permissionsBoundary=ADMIN)], "unknown"),
        (OWN_POLICY, [change("PutRolePermissionsBoundary", at=BEFORE, event_id="a", permissionsBoundary=OWN_POLICY),
                      change("DeleteRolePermissionsBoundary")], "as before"),
    ],
)  # fmt: skip
def test_the_boundary(boundary: str | None, rows: list[dict[str, Any]], compared: str) -> None:
    """A boundary that is gone or another one differs, where calls tell what it was."""
    (one,) = differs(replace(NOW_ROLE, boundary=boundary), *rows).changes
    assert (one.thing, one.compared) == ("permissions boundary", compared)


def test_a_version_of_an_attached_policy() -> None:
    """A new version of a policy of the account that is attached to the role is a change of the role."""
    made = event("CreatePolicyVersion", "iam.amazonaws.com", event_at=AFTER, event_id="thief-2",
                 request_parameters=json.dumps({"policyArn": OWN_POLICY, "setAsDefault": True}),
                 response_elements=json.dumps({"policyVersion": {"versionId": "v4"}}))  # fmt: skip
    set_back = event("SetDefaultPolicyVersion", "iam.amazonaws.com", event_at=BEFORE, event_id="ada",
                     request_parameters=json.dumps({"policyArn": OWN_POLICY, "versionId": "v3"}))  # fmt: skip
    role = replace(NOW_ROLE, attached={OWN_POLICY: "v4"})
    assert [one.compared for one in differs(role, made).changes] == ["differs"]
    assert [one.compared for one in differs(role, made, set_back).changes] == ["differs"]
    assert [one.compared for one in differs(replace(role, attached={OWN_POLICY: "v3"}), made, set_back).changes] == [
        "as before"
    ]
    assert differs(NOW_ROLE, made).changes == ()


def test_nothing_changed() -> None:
    """A role that nobody changed since is as before; calls before the theft are no changes."""
    found = differs(NOW_ROLE, put(READ, at=BEFORE))
    assert found.changes == () and found.as_before is True


@pytest.mark.parametrize(
    "row",
    [
        {**put(ALL), "error_code": "AccessDenied"},
        {**put(ALL), "account_id": OTHER},
        {**put(ALL), "event_at": None},
        {**put(ALL), "event_source": "s3.amazonaws.com"},
        {**put(ALL), "request_parameters": json.dumps({"roleName": "other", "policyName": "x"})},
        {**put(ALL), "request_parameters": None},
        change("GetRole"),
        change("TagRole"),
    ],
)
def test_what_is_no_change(row: dict[str, Any]) -> None:
    """Calls that failed, that are about another role, or that change no permission are none."""
    assert acts_on_role([row], ROLE, HOME) == ()


def test_copies_count_once_and_times_decide() -> None:
    """A copy of an event is one call, and calls are in the order of their times whatever the order of the rows."""
    first, second = put(READ, at=BEFORE, event_id="a"), put(ALL)
    acts = acts_on_role([second, first, dict(second)], ROLE, HOME)
    assert [act.event_id for act in acts] == ["a", "thief-1"]


def test_states_that_calls_leave() -> None:
    """What is cut off in the log is an unknown state, not an empty one."""
    cut = {
        **put(ALL),
        "request_parameters": json.dumps({"roleName": ROLE, "policyName": "p", "policyDocument": "{..."}),
    }
    (act,) = acts_on_role([cut], ROLE, HOME)
    assert act.leaves == UNKNOWN
    (attach,) = acts_on_role([change("AttachRolePolicy", policyArn=ADMIN)], ROLE, HOME)
    assert (attach.leaves, attach.needs) == (THERE, ABSENT)


def test_a_role_that_was_not_read() -> None:
    """Without the role every change is unknown, and so is the whole."""
    found = differs(None, put(ALL))
    assert [one.compared for one in found.changes] == ["unknown"]
    assert found.as_before is None and "not read" in found.unknown[0]


def test_gaps_keep_the_answer_open() -> None:
    """Where something is not covered, a role without a change is not called as before; a difference still is one."""
    assert differs(NOW_ROLE, gaps=["nobody looked"]).as_before is None
    role = replace(NOW_ROLE, inline={"shop": ALL})
    assert differs(role, put(ALL), gaps=["nobody looked"]).as_before is False


def test_a_role_that_was_made_again() -> None:
    """A role with another unique id is another role."""
    found = differs(replace(NOW_ROLE, id="AROAEXAMPLEROLEID0002"))
    assert found.as_before is False and found.changes[0].thing == "the role itself"
    assert differs(NOW_ROLE, asked=replace(ASKED, id=None)).as_before is True


def test_gdkits_own_policies_are_told_apart() -> None:
    """The Deny of gdkit is no difference and is named as gdkit's own; its calls are no changes."""
    role = replace(NOW_ROLE, inline={"shop": READ, SESSIONS: DENY},
                   trust={**TRUST, "Statement": [dict(PAUSE), *TRUST["Statement"]]})  # fmt: skip
    written = {**put(DENY, name=SESSIONS), "user_agent": "gdkit/0.1.0", "event_id": "g"}
    found = differs(role, written)
    assert found.as_before is True and found.changes == ()
    assert found.own == (f"inline policy {SESSIONS}", "statement GdkitPauseTrust of the trust policy")


def test_a_policy_that_only_has_gdkits_name() -> None:
    """A policy of gdkit's name that allows something is somebody else's, and differs."""
    found = differs(replace(NOW_ROLE, inline={SESSIONS: ALL}))
    assert found.as_before is False and found.own == ()


@pytest.mark.parametrize(
    ("fields", "writes", "changes"),
    [
        ({"event_id": "g", "user_agent": "gdkit/0.1.0"}, 1, 0),
        ({"event_id": "g", "user_agent": "gdkit/0.1.0"}, 0, 1),
        ({"event_id": "thief-1", "user_agent": "gdkit/0.1.0"}, 1, 1),
        ({"event_id": "g", "user_agent": "Boto3/1.40"}, 1, 1),
    ],
)
def test_gdkits_own_writing_of_the_trust(fields: dict[str, Any], writes: int, changes: int) -> None:
    """Writings of the trust policy are gdkit's own only as often as the journal knows, and never the thief's."""
    row = {**change("UpdateAssumeRolePolicy", policy=OPENED), **fields}
    assert len(differs(NOW_ROLE, row, asked=replace(ASKED, own_trust_writes=writes)).changes) == changes


def test_names_from_logs_stay_on_one_line() -> None:
    """A name with signs that do not print, or of any length, is cut and on one line."""
    found = differs(NOW_ROLE, put(ALL, name="x\n\x1b[31m" + "y" * 500))
    assert all("\n" not in text and "\x1b" not in text and len(text) < 400 for text in (found.changes[0].thing,))
