"""Deny everything to a role that the thief made, by gdkit's own inline policy, and take it away again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gdkit.aws import rows
from gdkit.errors import ResponseError
from gdkit.response.credential.inline import SETTLES_S, deny_statement, not_ours, policy_calls, policy_of
from gdkit.response.credential.role import Role, compact, find_role, inline_policy, refuse_no_space
from gdkit.response.grown.place import ACCOUNT, account_of, client_of, identity_needs, told
from gdkit.response.step import Action, Check, Explanation, Option, SideEffect, State, Step, Target

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gdkit.aws import ReadOnlyAws

NAME = "deny-made-role"
POLICY = "gdkit-deny-made-role"
"""Name of gdkit's policy on the role."""

DENIED: Mapping[str, Any] = policy_of([deny_statement("GdkitDenyAll")])
"""What the policy says."""


def read(aws: ReadOnlyAws, target: Target) -> State:
    """Give the role's id, and the text of gdkit's policy on it; None where there is none.

    Raises:
        ResponseError: the role is not there, nobody can edit it, or it is the leaked one, which the thief did not make.
        AwsError: it could not be read.
    """
    role = _role(aws, target)
    if role.id == target.role_id:
        raise ResponseError(f"{role.name} is the leaked role, which every instance of it needs", where=f"step {NAME}",
                            action="deny-session stops the leaked session alone")  # fmt: skip
    document = inline_policy(aws, role, POLICY)
    return {"RoleId": role.id, POLICY: None if document is None else compact(document)}


def want(target: Target, now: State) -> State:
    """Give everything denied.

    Raises:
        ResponseError: somebody else's policy has gdkit's name.
    """
    if now[POLICY] not in (None, compact(DENIED)):
        raise not_ours(told(target, "role"), POLICY)
    return {**now, POLICY: compact(DENIED)}


def change(target: Target, now: State, wanted: State) -> Sequence[Action]:
    """Give the call that puts the policy on the role, or takes it away."""
    if now == wanted:
        return ()
    role, document = told(target, "role"), DENIED if wanted[POLICY] is not None else None
    does = (f"Deny everything to the role {role}" if document is not None
            else f"Take gdkit's Deny away from the role {role}")  # fmt: skip
    return policy_calls(role, POLICY, document, does, account_id=account_of(target))


def effects(aws: ReadOnlyAws, target: Target, now: State, wanted: State) -> Sequence[SideEffect]:
    """Say whom it hits: every session of the role, with the instance profiles that hand it out."""
    if now == wanted:
        return ()
    role = told(target, "role")
    profiles = sorted(str(row["InstanceProfileName"]) for row in rows(
        client_of(aws, target, "iam"), "ListInstanceProfilesForRole", "InstanceProfiles", {"RoleName": role},
        account_id=account_of(target)))  # fmt: skip
    through = f"{len(profiles)} instance profiles hand it out ({', '.join(profiles) or 'none'})"
    return (SideEffect(f"Every session of the role {role} is refused, now and later, whoever began it; {through}",
                       (role, *profiles)),)  # fmt: skip


def prove(aws: ReadOnlyAws, target: Target, now: State, wanted: State) -> Sequence[Check]:
    """See that the policy fits beside the role's other inline policies."""
    return (Check("the policy fits on the role", True, refuse_no_space(aws, _role(aws, target), POLICY, DENIED)),)


def _role(aws: ReadOnlyAws, target: Target) -> Role:
    return find_role(aws, account_of(target), told(target, "role"))


STEP = Step(
    name=NAME,
    title="Deny everything to a role that the thief made",
    phase="containment",
    explanation=Explanation(
        what=f"Puts the inline policy {POLICY}, which denies every action, on the role. The role and its other "
        "policies stay as evidence.",
        why="Stops every session of the role, those that live and those that somebody begins later, and with them "
        "whatever inline policies the thief put there.",
        breaks="Everything that uses the role. Use it only on a role that the thief made; gdkit refuses it on the "
        "leaked role.",
        leaves_open="Who may take the role can still take it, and then do nothing. What a resource's policy gives "
        "the session by name is denied too; what the session made before stays.",
        undo="Takes away this policy and no other, and only while it still is as gdkit wrote it.",
        source="IAM User Guide, Disabling permissions for temporary security credentials; IAM API Reference, "
        "PutRolePolicy",
    ),
    needs=(
        *identity_needs("role", "role", "iam:GetRole", "iam:GetRolePolicy", "iam:ListRolePolicies",
                        "iam:ListInstanceProfilesForRole"),
        *identity_needs("role", "role", "iam:PutRolePolicy", "iam:DeleteRolePolicy", writes=True),
    ),
    options=(Option("role", "Name of the role that the thief made.", required=True), ACCOUNT),
    read=read,
    want=want,
    change=change,
    effects=effects,
    prove=prove,
    settles_s=SETTLES_S,
)  # fmt: skip
"""The step."""
