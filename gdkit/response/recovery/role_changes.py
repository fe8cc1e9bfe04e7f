"""What calls did to a role, thing by thing: a policy put, attached, taken away; the trust, the boundary, a version."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from gdkit.analysis.request_text import fields_of, member, text_member
from gdkit.response.credential.trust import plain_form

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import datetime

ABSENT: Final = "absent"
"""State of a thing that is not there."""

UNKNOWN: Final = "unknown"
"""State of a thing that no record tells."""

THERE: Final = "there"
"""State of a policy that is attached."""

_TRUST, _BOUNDARY = ("trust policy", ""), ("permissions boundary", "")
_INLINE, _ATTACHED, _VERSION = "inline policy", "attached policy", "version in force of"


@dataclass(frozen=True, slots=True)
class Act:
    """One call that changed the role, or what it may do.

    Attributes:
        thing: sort and name of what was changed.
        leaves: the state that it left.
        needs: the state that it proves to have been there before; None where it proves none.
    """

    event_id: str | None
    at: datetime
    name: str
    thing: tuple[str, str]
    leaves: Any
    needs: Any
    who: str
    user_agent: str


def acts_on_role(
    rows: Iterable[Mapping[str, Any]], role_name: str, account_id: str, policy_arns: Collection[str] = ()
) -> tuple[Act, ...]:
    """Give the calls that changed a role, oldest first; failed calls and copies are none.

    Args:
        rows: of ``tables.EVENTS``.
        role_name: the role.
        account_id: its account.
        policy_arns: policies that are attached to it; changes of their version count.

    Source: IAM API Reference, the operations named here; CloudTrail's request parameters follow their members.
    """
    found: dict[object, Act] = {}
    for number, row in enumerate(rows):
        if row["event_source"] != "iam.amazonaws.com" or row["error_code"] or row["event_at"] is None:
            continue
        if row["account_id"] not in (None, account_id):
            continue
        act = _act(row, role_name, policy_arns)
        if act is not None:
            found.setdefault(act.event_id or number, act)
    return tuple(sorted(found.values(), key=lambda act: (act.at, act.event_id or "")))


def _act(row: Mapping[str, Any], role_name: str, policy_arns: Collection[str]) -> Act | None:
    asked = fields_of(row["request_parameters"])
    if text_member(asked, "roleName") == role_name:
        read = _of_role(str(row["event_name"]), asked)
    elif text_member(asked, "policyArn") in policy_arns:
        read = _of_policy(str(row["event_name"]), asked, fields_of(row["response_elements"]))
    else:
        read = None
    if read is None:
        return None
    thing, leaves, needs = read
    who = str(row["identity_arn"] or row["principal_id"] or "somebody that the log does not name")
    return Act(row["event_id"], row["event_at"], str(row["event_name"]), thing, leaves, needs, who,
               str(row["user_agent"] or ""))  # fmt: skip


def _of_role(name: str, asked: Any) -> tuple[tuple[str, str], Any, Any] | None:
    """Give what a call on the role is about, what it leaves, and what it proves to have been before."""
    policy = (_INLINE, text_member(asked, "policyName") or "")
    attached = (_ATTACHED, text_member(asked, "policyArn") or "")
    known: dict[str, tuple[tuple[str, str], Any, Any]] = {
        "PutRolePolicy": (policy, _document(asked, "policyDocument"), None),
        "DeleteRolePolicy": (policy, ABSENT, UNKNOWN),
        "AttachRolePolicy": (attached, THERE, ABSENT),
        "DetachRolePolicy": (attached, ABSENT, THERE),
        "UpdateAssumeRolePolicy": (_TRUST, _document(asked, "policyDocument"), None),
        "PutRolePermissionsBoundary": (_BOUNDARY, text_member(asked, "permissionsBoundary") or UNKNOWN, None),
        "DeleteRolePermissionsBoundary": (_BOUNDARY, ABSENT, UNKNOWN),
    }
    return known.get(name)


def _of_policy(name: str, asked: Any, answer: Any) -> tuple[tuple[str, str], Any, Any] | None:
    thing = (_VERSION, text_member(asked, "policyArn") or "")
    if name == "SetDefaultPolicyVersion":
        return thing, text_member(asked, "versionId") or UNKNOWN, None
    if name == "CreatePolicyVersion" and str(member(asked, "setAsDefault")).lower() == "true":
        return thing, text_member(answer, "policyVersion", "versionId") or UNKNOWN, None
    return None


def _document(asked: Any, name: str) -> Any:
    """Give a policy that a call wrote, in one spelling; unknown where the log does not hold it whole."""
    try:
        found = json.loads(text_member(asked, name) or "")
    except (ValueError, RecursionError):
        return UNKNOWN
    return plain_form(found) if isinstance(found, Mapping) else UNKNOWN
