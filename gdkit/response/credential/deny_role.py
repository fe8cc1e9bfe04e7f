"""Deny everything to the whole role: each of its instances, and whoever else assumes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gdkit.response.credential import holders, second_opinion
from gdkit.response.credential import proof as proofs
from gdkit.response.credential.agent import CUT
from gdkit.response.credential.effects import fleet_effect
from gdkit.response.credential.holders import holders_of, listed
from gdkit.response.credential.inline import ROLE, SETTLES_S, deny_statement, not_ours, policy_calls, policy_of
from gdkit.response.credential.role import READS, WRITES, inline_policy, refuse_no_space, role_of_case
from gdkit.response.credential.trust import trusted
from gdkit.response.step import Check, Explanation, SideEffect, State, Step, Target

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gdkit.aws import ReadOnlyAws
    from gdkit.response.step import Action

DOCUMENT = policy_of([deny_statement("GdkitDenyRole")])
"""What the policy says."""


def read(aws: ReadOnlyAws, target: Target) -> State:
    """Give whether gdkit's policy on the role denies it.

    Raises:
        ResponseError: the role is not the case's or cannot be edited, or somebody else wrote the policy.
        AwsError: it could not be read.
    """
    role = role_of_case(aws, target)
    document = inline_policy(aws, role, ROLE)
    if document not in (None, DOCUMENT):
        raise not_ours(role.arn, ROLE)
    return {"denied": document is not None}


def want(target: Target, now: State) -> State:
    """Give the state with the role denied."""
    return {"denied": True}


def change(target: Target, now: State, wanted: State) -> Sequence[Action]:
    """Give the call that puts the policy or takes it away."""
    if now == wanted:
        return ()
    does = (f"Put the policy {ROLE} on the role {target.role_name}: it denies everything" if wanted["denied"] else
            f"Take the policy {ROLE} off the role {target.role_name}")  # fmt: skip
    return policy_calls(str(target.role_name), ROLE, DOCUMENT if wanted["denied"] else None, does)


def effects(aws: ReadOnlyAws, target: Target, now: State, wanted: State) -> Sequence[SideEffect]:
    """Say who loses access."""
    role = role_of_case(aws, target)
    others = [one for one in trusted(role.trust) if one != "ec2.amazonaws.com"]
    found = [fleet_effect(holders_of(aws, target, role), f"Each loses all access to AWS until it is lifted. {CUT}")]
    if others:
        found.append(SideEffect(f"The role's trust policy lets others take it too, and they lose it as well: "
                                f"{listed(others)}", tuple(others)))  # fmt: skip
    return found


def prove(aws: ReadOnlyAws, target: Target, now: State, wanted: State) -> Sequence[Check]:
    """Show that it blocks every session of the role and no other, and that it fits.

    Raises:
        ResponseError: the policy does not fit on the role.
        AwsError: something could not be read.
    """
    if now == wanted:
        return ()
    role = role_of_case(aws, target)
    figures = refuse_no_space(aws, role, ROLE, DOCUMENT)
    found = holders_of(aws, target, role)
    proof = proofs.prove(proofs.fleet_sessions(role, found, None), None, DOCUMENT)
    return (
        *proofs.proof_checks(proof),
        second_opinion.second_opinion(aws, role, proof, ROLE, DOCUMENT),
        *found.gaps(),
        Check("the policy fits on the role", True, figures),
    )


STEP = Step(
    name="deny-role",
    title="Deny everything to the whole role",
    phase="containment",
    explanation=Explanation(
        what=f"Puts the inline policy {ROLE} on the role: an explicit Deny of everything, for every session of it. No "
             "other policy is touched.",
        why="It stops every credential of the role, stolen or not, present or future: for when the whole fleet is "
            "taken to be lost, or nobody knows which instance leaked.",
        breaks="Every instance of the role, and every service and person that assumes it, until it is lifted. Where "
               "one instance leaked, deny-session does the same without that.",
        leaves_open="Sessions that were taken from it by AssumeRole, and what the thief made or started. The instance "
                    "identity role, which no policy reaches.",
        undo="Takes the policy away.",
        source="IAM User Guide, Disabling permissions for temporary security credentials",
    ),
    needs=(*READS, *holders.READS, *second_opinion.READS, *WRITES),
    read=read,
    want=want,
    change=change,
    effects=effects,
    prove=prove,
    settles_s=SETTLES_S,
)  # fmt: skip
"""The step."""
