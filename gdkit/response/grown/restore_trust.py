"""Take a principal that the thief let in out of a role's trust policy, and put the policy back as it was."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gdkit.errors import ResponseError
from gdkit.response.credential.inline import SETTLES_S
from gdkit.response.credential.told import plain
from gdkit.response.grown.place import ACCOUNT, account_of, action, gone, identity_needs, told
from gdkit.response.grown.trust import principals_in, trust_text, without_principal
from gdkit.response.step import Action, Check, Explanation, Option, SideEffect, State, Step, Target

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gdkit.aws import ReadOnlyAws

NAME = "restore-trust"


def read(aws: ReadOnlyAws, target: Target) -> State:
    """Give the trust policy's text, byte for byte.

    Raises:
        ResponseError: the role is not there.
        AwsError: it could not be read.
    """
    role = told(target, "role")
    text = trust_text(aws, account_of(target), role)
    if text is None:
        raise gone(f"the role {role}", NAME, "DeleteRole")
    return {"trust policy": text}


def want(target: Target, now: State) -> State:
    """Give the policy without the principal.

    Raises:
        ResponseError: nothing would be left of it.
    """
    return {"trust policy": without_principal(now["trust policy"], _principal(target))}


def change(target: Target, now: State, wanted: State) -> Sequence[Action]:
    """Give the call that writes the trust policy."""
    if now == wanted:
        return ()
    role, text = told(target, "role"), wanted["trust policy"]
    let_in = ", ".join(plain(name, 120) for name in principals_in(text)) or "nobody"
    return (action(target, "iam", "UpdateAssumeRolePolicy", {"RoleName": role, "PolicyDocument": text},
                   f"Let the role {role} be taken by {let_in}, under the policy's conditions"),)  # fmt: skip


def effects(aws: ReadOnlyAws, target: Target, now: State, wanted: State) -> Sequence[SideEffect]:
    """Say who cannot take the role any more."""
    if now == wanted:
        return ()
    role, principal = told(target, "role"), plain(_principal(target), 120)
    left = len(principals_in(wanted["trust policy"]))
    return (SideEffect(f"{principal} can take the role {role} no more; {left} principals still can", (role,)),)


def prove(aws: ReadOnlyAws, target: Target, now: State, wanted: State) -> Sequence[Check]:
    """Tell who is let in now."""
    named = principals_in(now["trust policy"])
    found = ", ".join(plain(name, 120) for name in named) or "nobody"
    return (Check("the principal is let in by the trust policy", now != wanted, f"it lets in {found}"),)


def _principal(target: Target) -> str:
    principal = target.options["principal"]
    if not principal.isprintable() or len(principal) > 2_048:
        raise ResponseError("this cannot be a principal", where="option principal",
                            action="give an ARN, an account id, a service, or *")  # fmt: skip
    return principal


STEP = Step(
    name=NAME,
    title="Take a principal out of a role's trust policy",
    phase="eradication",
    explanation=Explanation(
        what="Takes one principal out of the statements by which the trust policy lets it take the role; statements "
        "that let in nobody else go with it. Everything else in the policy stays.",
        why="A principal of the thief's in a trust policy is a way back in that no Deny on the leaked session reaches.",
        breaks="Whoever else takes the role as this principal: for an account id everybody of that account.",
        leaves_open="Sessions of the role that live already (deny-chained-session). Principals that are let in by "
        "another name, such as * or the whole account. If the thief made the whole role, use deny-made-role.",
        undo="Writes the text of the policy as it was, byte for byte. IAM refuses that if the principal was deleted "
        "meanwhile.",
        source="IAM API Reference, UpdateAssumeRolePolicy; IAM User Guide, AWS JSON policy elements: Principal",
    ),
    needs=(
        *identity_needs("role", "role", "iam:GetRole"),
        *identity_needs("role", "role", "iam:UpdateAssumeRolePolicy", writes=True),
    ),
    options=(Option("role", "Name of the role.", required=True),
             Option("principal", "Who is to be let in no more, as the policy writes it: an ARN, an account id, *.",
                    required=True), ACCOUNT),
    read=read,
    want=want,
    change=change,
    effects=effects,
    prove=prove,
    settles_s=SETTLES_S,
)  # fmt: skip
"""The step."""
