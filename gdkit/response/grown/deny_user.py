"""Deny everything to a user that the thief made or took over, by gdkit's own inline policy, and take it away again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from gdkit.aws import need, rows
from gdkit.errors import AwsCall, AwsError, ResponseError
from gdkit.response.credential.inline import SETTLES_S, deny_statement, policy_of
from gdkit.response.credential.role import compact
from gdkit.response.grown.place import ACCOUNT, account_of, action, asked, client_of, gone, identity_needs, told
from gdkit.response.step import Action, Check, Explanation, Option, SideEffect, State, Step, Target

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gdkit.aws import ReadOnlyAws

NAME = "deny-user"
POLICY = "gdkit-deny-user"
"""Name of gdkit's policy on the user."""

MOST_INLINE = 2_048
"""Characters that all inline policies of a user may have together, white space not counted.

Source: IAM User Guide, "IAM and AWS STS quotas".
"""

DENIED = compact(policy_of([deny_statement("GdkitDenyAll")]))
"""What the policy says."""


def read(aws: ReadOnlyAws, target: Target) -> State:
    """Give the text of gdkit's policy on the user; None where there is none.

    Raises:
        ResponseError: the user is not there.
        AwsError: it could not be read.
    """
    user = told(target, "user")
    try:
        asked(aws, target, "iam", "GetUser", {"UserName": user})
    except AwsError as error:
        if error.code != "NoSuchEntity":
            raise
        raise gone(f"the user {user}", NAME, "DeleteUser") from error
    return {POLICY: _document(aws, target, POLICY)}


def want(target: Target, now: State) -> State:
    """Give everything denied.

    Raises:
        ResponseError: somebody else's policy has gdkit's name.
    """
    if now[POLICY] not in (None, DENIED):
        raise ResponseError(f"the user has a policy {POLICY} that gdkit did not write, and gdkit overwrites nobody's "
                            "work", where=f"user {told(target, 'user')}",
                            action="read it; give it another name, and preview again")  # fmt: skip
    return {POLICY: DENIED}


def change(target: Target, now: State, wanted: State) -> Sequence[Action]:
    """Give the call that puts the policy on the user, or takes it away."""
    if now == wanted:
        return ()
    user, document = told(target, "user"), wanted[POLICY]
    asks = {"UserName": user, "PolicyName": POLICY}
    if document is None:
        return (action(target, "iam", "DeleteUserPolicy", asks, f"Take gdkit's Deny away from the user {user}"),)
    whole = {**asks, "PolicyDocument": document}
    return (action(target, "iam", "PutUserPolicy", whole, f"Deny everything to the user {user}"),)


def effects(aws: ReadOnlyAws, target: Target, now: State, wanted: State) -> Sequence[SideEffect]:
    """Say what of the user stops: keys, password and sessions, with their numbers."""
    if now == wanted:
        return ()
    user = told(target, "user")
    keys = [str(row["AccessKeyId"]) for row in _rows(aws, target, "ListAccessKeys", "AccessKeyMetadata")]
    password = "a console password" if _has_password(aws, target) else "no console password"
    return (SideEffect(f"Every call of the user {user} is refused: it has {len(keys)} access keys "
                       f"({', '.join(sorted(keys)) or 'none'}) and {password}; sessions that it began by "
                       "GetSessionToken or GetFederationToken are refused too", (user, *sorted(keys))),)  # fmt: skip


def prove(aws: ReadOnlyAws, target: Target, now: State, wanted: State) -> Sequence[Check]:
    """See that the policy fits beside the user's other inline policies."""
    names = [str(name) for name in _rows(aws, target, "ListUserPolicies", "PolicyNames")]
    others = sum(len(_document(aws, target, name) or "") for name in names if name != POLICY)
    own = len(DENIED)
    found = f"{own:,} characters beside {others:,} of the other inline policies, of {MOST_INLINE:,} in all"
    if own + others > MOST_INLINE:
        raise ResponseError(f"the policy does not fit on the user: {found}", where=f"user {told(target, 'user')}",
                            action="attach AWS's managed policy AWSDenyAll to the user by hand, and switch off its "
                            "keys with disable-key")  # fmt: skip
    return (Check("the policy fits on the user", True, found),)


def _document(aws: ReadOnlyAws, target: Target, policy: str) -> str | None:
    """Give the text of one inline policy, without white space between its parts."""
    try:
        answer = asked(aws, target, "iam", "GetUserPolicy", {"UserName": told(target, "user"), "PolicyName": policy})
    except AwsError as error:
        if error.code == "NoSuchEntity":
            return None
        raise
    found = need(answer, "PolicyDocument", AwsCall("iam", "GetUserPolicy", account_of(target)))
    return compact(found) if isinstance(found, Mapping) else str(found)


def _rows(aws: ReadOnlyAws, target: Target, operation: str, key: str) -> list[Any]:
    asks = {"UserName": told(target, "user")}
    return list(rows(client_of(aws, target, "iam"), operation, key, asks, account_id=account_of(target)))


def _has_password(aws: ReadOnlyAws, target: Target) -> bool:
    try:
        asked(aws, target, "iam", "GetLoginProfile", {"UserName": told(target, "user")})
    except AwsError as error:
        if error.code == "NoSuchEntity":
            return False
        raise
    return True


STEP = Step(
    name=NAME,
    title="Deny everything to a user",
    phase="containment",
    explanation=Explanation(
        what=f"Puts the inline policy {POLICY}, which denies every action, on the user. Nothing is deleted.",
        why="One policy stops the user's console login, all its keys, and the sessions that it began by "
        "GetSessionToken and GetFederationToken. DeleteLoginProfile would end the password alone, and nobody can put "
        "that password back.",
        breaks="Everything that the user does, also where the user is a colleague or a script whose key or password "
        "the thief changed.",
        leaves_open="Roles that the user took: their sessions have the role's permissions (deny-chained-session). "
        "The user can still sign in, and then do nothing.",
        undo="Takes away this policy and no other, and only while it still is as gdkit wrote it.",
        source="IAM User Guide, Disabling permissions for temporary security credentials; Policy evaluation logic; "
        "IAM API Reference, PutUserPolicy, DeleteLoginProfile",
    ),
    needs=(
        *identity_needs("user", "user", "iam:GetUser", "iam:GetUserPolicy", "iam:ListUserPolicies",
                        "iam:ListAccessKeys", "iam:GetLoginProfile"),
        *identity_needs("user", "user", "iam:PutUserPolicy", "iam:DeleteUserPolicy", writes=True),
    ),
    options=(Option("user", "Name of the user.", required=True), ACCOUNT),
    read=read,
    want=want,
    change=change,
    effects=effects,
    prove=prove,
    settles_s=SETTLES_S,
)  # fmt: skip
"""The step."""
