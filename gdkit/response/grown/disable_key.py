"""Switch off an access key that the thief made or switched on, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gdkit.aws import need, rows
from gdkit.errors import AwsCall, AwsError
from gdkit.response.credential.inline import SETTLES_S
from gdkit.response.credential.told import plain
from gdkit.response.grown.place import ACCOUNT, account_of, action, asked, client_of, gone, identity_needs, told
from gdkit.response.step import Action, Check, Explanation, Need, Option, SideEffect, State, Step, Target

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gdkit.aws import ReadOnlyAws

NAME = "disable-key"


def read(aws: ReadOnlyAws, target: Target) -> State:
    """Give whether the key is active.

    Raises:
        ResponseError: the user or the key is not there.
        AwsError: it could not be read.
    """
    user, key = told(target, "user"), told(target, "key")
    keys = rows(client_of(aws, target, "iam"), "ListAccessKeys", "AccessKeyMetadata", {"UserName": user},
                account_id=account_of(target))  # fmt: skip
    try:
        found = {row["AccessKeyId"]: row["Status"] for row in keys}
    except AwsError as error:
        if error.code != "NoSuchEntity":
            raise
        raise gone(f"the user {user}", NAME, "DeleteUser") from error
    if key not in found:
        raise gone(f"the key {key} of the user {user}", NAME, "DeleteAccessKey")
    return {"Status": str(found[key])}


def want(target: Target, now: State) -> State:
    """Give it switched off."""
    return {"Status": "Inactive"}


def change(target: Target, now: State, wanted: State) -> Sequence[Action]:
    """Give the call that sets the key's status."""
    if now == wanted:
        return ()
    user, key, status = told(target, "user"), told(target, "key"), wanted["Status"]
    does = f"Set the access key {key} of the user {user} to {status}"
    return (action(target, "iam", "UpdateAccessKey", {"UserName": user, "AccessKeyId": key, "Status": status}, does),)


def effects(aws: ReadOnlyAws, target: Target, now: State, wanted: State) -> Sequence[SideEffect]:
    """Say whom it hits."""
    if now == wanted:
        return ()
    user, key = told(target, "user"), told(target, "key")
    return (SideEffect(f"Every call that is signed with {key} of the user {user} is refused, whoever makes it: the "
                       "thief, and software that was given the key", (user, key)),)  # fmt: skip


def prove(aws: ReadOnlyAws, target: Target, now: State, wanted: State) -> Sequence[Check]:
    """Tell what the key was last used for; not when, which changes by itself."""
    answer = asked(aws, target, "iam", "GetAccessKeyLastUsed", {"AccessKeyId": told(target, "key")})
    last = need(answer, "AccessKeyLastUsed", AwsCall("iam", "GetAccessKeyLastUsed", account_of(target)))
    used = last.get("LastUsedDate") is not None
    found = (f"last used for {plain(last.get('ServiceName'))} in {plain(last.get('Region'))}" if used
             else "IAM knows of no use")  # fmt: skip
    return (Check("nobody but the thief uses the key", None, f"{found}; see its calls in CloudTrail by AccessKeyId"),)


STEP = Step(
    name=NAME,
    title="Switch off an access key of a user",
    phase="containment",
    explanation=Explanation(
        what="Sets an access key of a user to Inactive. Nothing is deleted.",
        why="A key that a thief made works until somebody ends it, with or without the leaked session.",
        breaks="Whatever else signs with the same key, such as a script that was given it.",
        leaves_open="Sessions begun with the key (GetSessionToken, GetFederationToken) go on until they end, up to 36 "
        "hours; the user's other keys and its password work; roles taken with the key live on. deny-user stops all "
        "but the roles.",
        undo="Sets the key to what it was.",
        source="IAM API Reference, UpdateAccessKey, GetAccessKeyLastUsed; IAM User Guide, Disabling permissions for "
        "temporary security credentials",
    ),
    needs=(
        *identity_needs("user", "user", "iam:ListAccessKeys"),
        Need("iam:GetAccessKeyLastUsed"),
        *identity_needs("user", "user", "iam:UpdateAccessKey", writes=True),
    ),
    options=(Option("user", "Name of the user that the key belongs to.", required=True),
             Option("key", "Id of the access key, AKIA….", required=True), ACCOUNT),
    read=read,
    want=want,
    change=change,
    effects=effects,
    prove=prove,
    settles_s=SETTLES_S,
)  # fmt: skip
"""The step."""
