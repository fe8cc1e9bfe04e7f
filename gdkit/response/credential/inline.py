"""gdkit's own inline policies on a role: put there, changed, taken away; no other policy is touched."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gdkit.errors import ResponseError
from gdkit.response.credential.role import compact
from gdkit.response.step import Action

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

SESSIONS, REVOKED, ROLE = "gdkit-deny-sessions", "gdkit-revoke-sessions", "gdkit-deny-role"
"""Names of the policies. The console's AWSRevokeOlderSessions is none of them, and stays as it is."""

SETTLES_S = 60.0
"""For how long a change of IAM is waited for.

Source: IAM User Guide, "Changes that I make are not always immediately visible": no figure; seconds to a few minutes.
"""


def policy_calls(role_name: str, policy_name: str, document: Mapping[str, Any] | None, does: str, *,
                 account_id: str = "") -> Sequence[Action]:  # fmt: skip
    """Give the call that puts the document on the role, or that takes the policy away.

    Args:
        role_name: the role.
        policy_name: name of gdkit's policy.
        document: what it says; None to take it away.
        does: what the call does.
        account_id: the role's account; empty for the target's.
    """
    asked = {"RoleName": role_name, "PolicyName": policy_name}
    if document is None:
        return (Action("iam", "DeleteRolePolicy", asked, does, account_id=account_id),)
    whole = {**asked, "PolicyDocument": compact(document)}
    return (Action("iam", "PutRolePolicy", whole, does, account_id=account_id),)


def not_ours(role_arn: str, policy_name: str) -> ResponseError:
    """Give the error for a policy of gdkit's name that gdkit did not write."""
    return ResponseError(
        f"the role has a policy {policy_name}, but its content is not as this version of gdkit writes it: somebody "
        "made or changed it by hand, and gdkit overwrites nobody's work",
        where=f"role {role_arn}",
        action="read it in the console; copy it to a policy of another name, delete it, and preview again",
    )


def deny_statement(sid: str, *, condition: Mapping[str, Any] | None = None, but: Sequence[str] = ()) -> dict[str, Any]:
    """Write a Deny of everything.

    Args:
        sid: its name.
        condition: whom it is about; None for everybody.
        but: the actions that it leaves open.
    """
    what: dict[str, Any] = {"NotAction": list(but)} if but else {"Action": "*"}
    whom = {"Condition": dict(condition)} if condition else {}
    return {"Sid": sid, "Effect": "Deny", **what, "Resource": "*", **whom}


def policy_of(statements: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Write a policy of these statements."""
    return {"Version": "2012-10-17", "Statement": [dict(one) for one in statements]}
