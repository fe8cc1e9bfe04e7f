"""Detach a managed policy that the thief attached to a user, role or group, and attach it again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gdkit.aws import rows
from gdkit.errors import AwsError
from gdkit.response.credential.inline import SETTLES_S
from gdkit.response.grown.place import ACCOUNT, account_of, action, client_of, gone, identity_needs, told
from gdkit.response.step import Action, Explanation, Need, Option, SideEffect, State, Step, Target

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gdkit.aws import ReadOnlyAws

NAME = "detach-policy"
KINDS = ("user", "role", "group")


def read(aws: ReadOnlyAws, target: Target) -> State:
    """Give whether the policy is attached.

    Raises:
        ResponseError: the user, role or group is not there.
        AwsError: it could not be read.
    """
    kind, name, arn = _told(target)
    found = rows(client_of(aws, target, "iam"), f"ListAttached{kind.title()}Policies", "AttachedPolicies",
                 {f"{kind.title()}Name": name}, account_id=account_of(target))  # fmt: skip
    try:
        return {"attached": any(row["PolicyArn"] == arn for row in found)}
    except AwsError as error:
        if error.code != "NoSuchEntity":
            raise
        raise gone(f"the {kind} {name}", NAME, f"Delete{kind.title()}") from error


def want(target: Target, now: State) -> State:
    """Give it detached."""
    return {"attached": False}


def change(target: Target, now: State, wanted: State) -> Sequence[Action]:
    """Give the call that attaches or detaches."""
    if now == wanted:
        return ()
    kind, name, arn = _told(target)
    verb, link = ("Attach", "to") if wanted["attached"] else ("Detach", "from")
    return (action(target, "iam", f"{verb}{kind.title()}Policy", {f"{kind.title()}Name": name, "PolicyArn": arn},
                   f"{verb} the policy {arn} {link} the {kind} {name}"),)  # fmt: skip


def effects(aws: ReadOnlyAws, target: Target, now: State, wanted: State) -> Sequence[SideEffect]:
    """Say who loses what the policy gives; of a group its members by name."""
    if now == wanted:
        return ()
    kind, name, arn = _told(target)
    if kind != "group":
        return (SideEffect(f"The {kind} {name} loses what {arn} allows, and what it denies is denied no more",
                           (name,)),)  # fmt: skip
    users = rows(client_of(aws, target, "iam"), "GetGroup", "Users", {"GroupName": name}, account_id=account_of(target))
    members = sorted(str(row["UserName"]) for row in users)
    return (SideEffect(f"The {len(members)} users of the group {name} lose what {arn} allows, and what it denies is "
                       f"denied no more: {', '.join(members) or 'none'}", (name, *members)),)  # fmt: skip


def _told(target: Target) -> tuple[str, str, str]:
    return target.options["kind"], told(target, "name"), told(target, "policy-arn")


STEP = Step(
    name=NAME,
    title="Detach a managed policy from a user, role or group",
    phase="eradication",
    explanation=Explanation(
        what="Detaches one managed policy. The policy itself stays.",
        why="What the thief attached gives power to an identity that was there before and goes on being used.",
        breaks="What the identity does by this policy, if others came to rely on it since.",
        leaves_open="Other policies of the identity, inline ones and those of its groups. If the policy denies "
        "something, that is denied no more: read it first.",
        undo="Attaches it again.",
        source="IAM API Reference, DetachUserPolicy, DetachRolePolicy, DetachGroupPolicy",
    ),
    needs=(
        *(one for kind in KINDS
          for one in identity_needs(kind, "name", f"iam:ListAttached{kind.title()}Policies")),
        *identity_needs("group", "name", "iam:GetGroup"),
        *(Need(one.action, one.resource, True, {"ArnEquals": {"iam:PolicyARN": "{policy-arn}"}})
          for kind in KINDS for verb in ("Detach", "Attach")
          for one in identity_needs(kind, "name", f"iam:{verb}{kind.title()}Policy")),
    ),
    options=(Option("kind", "What it is attached to.", choices=KINDS, required=True),
             Option("name", "Name of the user, role or group.", required=True),
             Option("policy-arn", "ARN of the managed policy.", required=True), ACCOUNT),
    read=read,
    want=want,
    change=change,
    effects=effects,
    settles_s=SETTLES_S,
)  # fmt: skip
"""The step."""
