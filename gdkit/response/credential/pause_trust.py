"""Let nobody take the role anew, EC2 among them: a Deny in front of its trust policy."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from gdkit.errors import ResponseError
from gdkit.policy import Principal, Request, parse_policy
from gdkit.policy.statements import denying
from gdkit.response.credential import holders
from gdkit.response.credential.effects import fleet_effect
from gdkit.response.credential.holders import holders_of, listed
from gdkit.response.credential.inline import SETTLES_S
from gdkit.response.credential.role import compact, role_of_case
from gdkit.response.credential.trust import SID, TAKING, paused, refuse_deleted, trust_text, trusted, without_pause
from gdkit.response.step import Action, Check, Explanation, Need, SideEffect, State, Step, Target, Undone

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gdkit.aws import ReadOnlyAws

LONGEST = 2_048
"""Characters of a trust policy, unless the account's quota was raised.

Source: IAM User Guide, "IAM and AWS STS quotas", Role trust policy length.
"""

_ROLE = "arn:{partition}:iam::{account_id}:role/{role_name}"


def read(aws: ReadOnlyAws, target: Target) -> State:
    """Give whether the role is paused, its trust policy without the pause, and its very text while it is not.

    Raises:
        ResponseError: the role is not the case's or cannot be edited, or its pause is not as gdkit writes it.
        AwsError: it could not be read.
    """
    role = role_of_case(aws, target)
    text = trust_text(aws, role.account_id, role.name)
    is_paused, trust = without_pause(_object(text, role.arn), role.arn)
    return {"paused": is_paused, "trust": trust, "text": None if is_paused else text}


def want(target: Target, now: State) -> State:
    """Give the state with the role paused.

    Raises:
        ResponseError: IAM would not take the policy back.
    """
    if now["paused"]:
        return now
    refuse_deleted(now["trust"], str(target.role_arn or target.role_name))
    return {"paused": True, "trust": now["trust"], "text": None}


def change(target: Target, now: State, wanted: State) -> Sequence[Action]:
    """Give the call that sets the trust policy."""
    if now == wanted:
        return ()
    if wanted["paused"]:
        document = compact(paused(json.loads(now["text"]) if now["text"] else wanted["trust"]))
        does = f"Put a Deny in front of the trust policy of {target.role_name}: nobody can take the role"
    else:
        document = wanted["text"]
        does = f"Bring back the trust policy of {target.role_name} without the pause"
    asked = {"RoleName": target.role_name, "PolicyDocument": document}
    return (Action("iam", "UpdateAssumeRolePolicy", asked, does),)


def effects(aws: ReadOnlyAws, target: Target, now: State, wanted: State) -> Sequence[SideEffect]:
    """Say who cannot take the role any more."""
    role = role_of_case(aws, target)
    who = trusted(now["trust"])
    return (
        fleet_effect(
            holders_of(aws, target, role),
            "Each goes on with the credential that it has, and gets no new one when that ends, hours later; instances "
            "that start now get none",
        ),
        SideEffect(f"Nobody can take the role any more: {listed(who)}", tuple(who)),
    )


def prove(aws: ReadOnlyAws, target: Target, now: State, wanted: State) -> Sequence[Check]:
    """Show that everybody who is trusted is stopped, and whether the policy fits."""
    if now == wanted:
        return ()
    document = paused(wanted["trust"])
    policy = parse_policy(document, name="trust policy", kind="resource")
    left = [who for who in trusted(wanted["trust"]) for action in TAKING
            if not denying([policy], Request(action, str(target.role_arn or "*"), {}, _principal(who)))]  # fmt: skip
    size = len(compact(document))
    found = holders_of(aws, target, role_of_case(aws, target))
    return (
        Check("nobody who is trusted can take the role", not left,
              f"{', '.join(left)} still can" if left else f"stopped: {listed(trusted(wanted['trust']))}"),
        Check("stolen credentials stop working", False,
              "they go on until they end: this step stops new ones only; deny-session stops those"),
        Check("the trust policy fits the account's quota", True if size <= LONGEST else None,
              f"{size:,} characters; AWS takes {LONGEST:,} unless the quota was raised"),
        *found.gaps(),
    )  # fmt: skip


def revert(target: Target, before: State, after: State, now: State) -> Undone:
    """Bring back the very text, if nobody changed the policy since; else take out the pause alone."""
    if not now["paused"]:
        return Undone(now, ("the pause was taken out by somebody else since",))
    if now["trust"] == before["trust"]:
        return Undone(before)
    state = {"paused": False, "trust": now["trust"], "text": compact(now["trust"])}
    return Undone(state, ("the trust policy was changed by somebody else since: that stays, the pause alone goes",))


def _object(text: str, where: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError as error:
        raise ResponseError("the trust policy cannot be read as JSON", where=f"role {where}") from error
    if not isinstance(found, dict):
        raise ResponseError("the trust policy is no JSON object", where=f"role {where}")
    return found


def _principal(name: str) -> Principal:
    if name.endswith((".amazonaws.com", ".amazonaws.com.cn")) and not name.startswith("arn:"):
        return Principal("Service", name)
    if ":saml-provider/" in name or ":oidc-provider/" in name or not name.startswith("arn:"):
        return Principal("Federated", name)
    return Principal("AWS", name)


STEP = Step(
    name="pause-trust",
    title="Let nobody take the role anew",
    phase="containment",
    explanation=Explanation(
        what=f"Puts a Deny for everybody, with the Sid {SID}, in front of the role's trust policy. The other "
             "statements stay as they are.",
        why="No new session of the role begins, by nobody: for when somebody takes it whom its trust policy should not "
            "let in.",
        breaks="Instances that start get no credential of the role, and running ones get none when theirs ends. "
               "Services and people who take the role are refused.",
        leaves_open="Every credential that was issued already, the stolen ones too, until it ends.",
        undo="Brings back the trust policy in its very bytes, if nobody changed it since; else it takes out the pause "
             "and leaves the rest as it is then.",
        source="IAM API Reference, UpdateAssumeRolePolicy; IAM User Guide, Troubleshoot IAM and Amazon EC2 "
               "(AssumeRoleUnauthorizedAccess)",
    ),
    needs=(
        Need("iam:GetRole", _ROLE),
        *holders.READS,
        Need("iam:UpdateAssumeRolePolicy", _ROLE, writes=True),
    ),
    read=read,
    want=want,
    change=change,
    effects=effects,
    prove=prove,
    revert=revert,
    settles_s=SETTLES_S,
)  # fmt: skip
"""The step."""
