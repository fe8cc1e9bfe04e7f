"""Give the instance another profile, or none: the host gets no more credentials of the leaked role."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from gdkit.errors import ResponseError
from gdkit.response.credential import profiles
from gdkit.response.credential.agent import HOST_MANAGEMENT
from gdkit.response.credential.holders import listed
from gdkit.response.credential.profiles import lookup, profile_of, profile_role, role_in
from gdkit.response.step import Action, Check, Explanation, Need, Option, ResultOf, SideEffect, State, Step, Target

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gdkit.aws import ReadOnlyAws

_PROFILE = re.compile(r"(?:arn:[a-z-]+:iam::(\d{12}):instance-profile/(?:[!-~]*/)?)?([\w+=,.@-]{1,128})", re.ASCII)
"""A profile's name or ARN. Source: IAM API Reference, CreateInstanceProfile."""

_INSTANCE = "arn:{partition}:ec2:{region}:{account_id}:instance/{instance_id}"
_FOUND = "IamInstanceProfileAssociations.0.AssociationId"


def read(aws: ReadOnlyAws, target: Target) -> State:
    """Give the name of the instance's profile.

    Raises:
        ResponseError: the case names no instance.
        AwsError: it could not be read.
    """
    if not target.instance_id:
        raise ResponseError("the case names no instance", where="step instance-profile")
    return {"profile": profile_of(aws, target)}


def want(target: Target, now: State) -> State:
    """Give the state with the profile that was told, or with none.

    Raises:
        ResponseError: what was told is no profile of the account.
    """
    told = target.options["profile"]
    if not told:
        return {"profile": None}
    match = _PROFILE.fullmatch(told)
    if match is None or match[1] not in (None, target.account_id):
        raise ResponseError(f"{told[:80]!r} is no instance profile of account {target.account_id}",
                            where="option profile", action="give its name or its ARN")  # fmt: skip
    return {"profile": match[2]}


def change(target: Target, now: State, wanted: State) -> Sequence[Action]:
    """Give the calls: the association is looked up when it is replaced, for each one has an id of its own."""
    if now == wanted:
        return ()
    host, profile = str(target.instance_id), {"Name": wanted["profile"]}
    if now["profile"] is None:
        asked = {"InstanceId": host, "IamInstanceProfile": profile}
        return (Action("ec2", "AssociateIamInstanceProfile", asked, f"Give {host} the profile {wanted['profile']}"),)
    find = Action("ec2", "DescribeIamInstanceProfileAssociations", lookup(host),
                  f"Look up the association of {host} with its profile", results=(_FOUND,))  # fmt: skip
    which = {"AssociationId": ResultOf(0, _FOUND)}
    if wanted["profile"] is None:
        does = f"Take the profile {now['profile']} off {host}"
        return (find, Action("ec2", "DisassociateIamInstanceProfile", which, does))
    does = f"Give {host} the profile {wanted['profile']} in place of {now['profile']}"
    return (find, Action("ec2", "ReplaceIamInstanceProfileAssociation", {**which, "IamInstanceProfile": profile}, does))


def effects(aws: ReadOnlyAws, target: Target, now: State, wanted: State) -> Sequence[SideEffect]:
    """Say what the instance loses, and what goes on."""
    host, hit = profiles.called(aws, target), (str(target.instance_id),)
    instead = f"those of the profile {wanted['profile']}" if wanted["profile"] else "none"
    return (
        SideEffect(f"{host} gets no more credentials by its profile {now['profile']}; it gets {instead}", hit),
        SideEffect("Credentials that were issued already, the stolen ones too, work until they end, hours later; "
                   "deny-session stops those", hit),
        SideEffect(f"The Systems Manager agent on {host} works only with what the other profile's role allows; "
                   f"{HOST_MANAGEMENT}", hit),
    )  # fmt: skip


def prove(aws: ReadOnlyAws, target: Target, now: State, wanted: State) -> Sequence[Check]:
    """Look at the other profile: its role must not be the leaked one, and should be allowed nothing.

    Raises:
        ResponseError: there is no such profile, or its role is the leaked one.
        AwsError: something could not be read.
    """
    if now == wanted:
        return ()
    present = role_in(aws, target.account_id, now["profile"]) if now["profile"] else None
    leaked = present is not None and target.role_id in (None, present[1])
    checks = [Check("the instance's profile holds the leaked role", leaked,
                    f"{now['profile']} holds {present[0]} ({present[1]})" if present else "it holds none")]  # fmt: skip
    if wanted["profile"] is None:
        agent = "no: the instance has no profile then"
        return (
            *checks,
            Check("the Systems Manager agent goes on by the profile", False, f"{agent}; {HOST_MANAGEMENT}"),
        )
    return (*checks, *_other_profile(aws, target, wanted["profile"]))


def _other_profile(aws: ReadOnlyAws, target: Target, profile: str) -> Sequence[Check]:
    other = role_in(aws, target.account_id, profile)
    if other is None:
        return (Check("the other profile can be given", None, f"{profile} holds no role; AWS may refuse it"),)
    if other[1] == target.role_id or other[0] == target.role_name:
        raise ResponseError(f"the profile {profile} holds the leaked role {other[0]} itself", where="option profile",
                            action="name a profile whose role allows nothing, or leave the option empty")  # fmt: skip
    role = profile_role(aws, target.account_id, *other)
    names = sorted(role.policies)
    agent = role.lets_the_agent_work()
    return (
        Check("the other profile's role is allowed nothing", not names,
              f"{role.name} has policies, by which whoever is on the host can act: {listed(names)}" if names else
              f"{role.name} has no policy"),
        Check("the Systems Manager agent goes on by the profile", agent,
              f"{role.name} {'allows' if agent else 'does not allow'} what it needs; {HOST_MANAGEMENT}"
              if agent is not None else f"a policy of {role.name} could not be read"),
    )  # fmt: skip


_PASS = {"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}}

STEP = Step(
    name="instance-profile",
    title="Give the instance another profile, or none",
    phase="containment",
    explanation=Explanation(
        what="Replaces the instance's profile by another one, or takes it off. EC2 then hands out that profile's "
             "credentials, or none.",
        why="A thief who is still on the host gets no more credentials of the leaked role.",
        breaks="What the instance's software does with the role, as soon as its credentials end or are asked for anew. "
               f"The Systems Manager agent, unless the other role allows it; {HOST_MANAGEMENT}.",
        leaves_open="Credentials that were issued already: they live on for hours, wherever they are. Apply "
                    "deny-session first, and take its Deny off last.",
        undo="Gives the instance its profile back. The responder must be allowed iam:PassRole on the leaked role for "
             "it, and on the other profile's role for going there.",
        source="EC2 API Reference, ReplaceIamInstanceProfileAssociation, AssociateIamInstanceProfile, "
               "DisassociateIamInstanceProfile; Systems Manager User Guide, Default Host Management Configuration",
    ),
    needs=(
        *profiles.READS,
        Need("ec2:DescribeIamInstanceProfileAssociations", writes=True),
        Need("ec2:ReplaceIamInstanceProfileAssociation", _INSTANCE, writes=True),
        Need("ec2:DisassociateIamInstanceProfile", _INSTANCE, writes=True),
        Need("ec2:AssociateIamInstanceProfile", _INSTANCE, writes=True),
        Need("iam:PassRole", "arn:{partition}:iam::{account_id}:role/{role_name}", writes=True, condition=_PASS),
        Need("iam:PassRole", "arn:{partition}:iam::{account_id}:role/{quarantine-role}", writes=True, condition=_PASS),
    ),
    options=(Option("profile", "Name or ARN of the profile that it gets; empty takes its profile off."),),
    read=read,
    want=want,
    change=change,
    effects=effects,
    prove=prove,
    settles_s=60.0,
)  # fmt: skip
"""The step."""
