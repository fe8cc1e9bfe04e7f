"""Deny every session of the role whose credential was issued before an instant, as the console's revoking does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gdkit.response.credential import holders, second_opinion
from gdkit.response.credential import proof as proofs
from gdkit.response.credential.effects import fleet_effect
from gdkit.response.credential.holders import holders_of
from gdkit.response.credential.inline import REVOKED, SETTLES_S, deny_statement, not_ours, policy_calls, policy_of
from gdkit.response.credential.role import READS, WRITES, inline_policy, refuse_no_space, role_of_case
from gdkit.response.credential.session_policy import read_sessions
from gdkit.response.credential.told import NOW, instant
from gdkit.response.step import Check, Explanation, Option, SideEffect, State, Step, Target

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from gdkit.aws import ReadOnlyAws
    from gdkit.response.credential.holders import Holders
    from gdkit.response.credential.role import Role
    from gdkit.response.step import Action

CONSOLE = "AWSRevokeOlderSessions"
"""The policy that the console's button makes. Source: IAM User Guide, as in the explanation."""

_SID = "GdkitRevokeOlderSessions"


def document_of(issued_before: str | None) -> dict[str, Any] | None:
    """Write the policy; None where nothing is revoked.

    Source: IAM User Guide, "Revoke IAM role temporary security credentials": DateLessThan on aws:TokenIssueTime.
    """
    if issued_before is None:
        return None
    return policy_of([deny_statement(_SID, condition={"DateLessThan": {"aws:TokenIssueTime": issued_before}})])


def read(aws: ReadOnlyAws, target: Target) -> State:
    """Give the instant before which gdkit's policy on the role denies credentials.

    Raises:
        ResponseError: the role is not the case's or cannot be edited, or somebody else wrote the policy.
        AwsError: it could not be read.
    """
    role = role_of_case(aws, target)
    document = inline_policy(aws, role, REVOKED)
    if document is None:
        return {"issued_before": None}
    found = _instant_in(document)
    if found is None or document_of(found) != document:
        raise not_ours(role.arn, REVOKED)
    return {"issued_before": found}


def want(target: Target, now: State) -> State:
    """Give the instant that was told, or the one that is in force where that is later: nothing revoked comes back.

    Raises:
        ResponseError: what was told is no instant.
    """
    told = instant(target, "before")
    return {"issued_before": max(filter(None, (told, now["issued_before"])), default=None)}


def change(target: Target, now: State, wanted: State) -> Sequence[Action]:
    """Give the call that puts the policy or takes it away."""
    if now == wanted:
        return ()
    document = document_of(wanted["issued_before"])
    does = (f"Take the policy {REVOKED} off the role {target.role_name}" if document is None else
            f"Put the policy {REVOKED} on the role {target.role_name}: it denies every credential issued before "
            f"{wanted['issued_before']}")  # fmt: skip
    return policy_calls(str(target.role_name), REVOKED, document, does)


def effects(aws: ReadOnlyAws, target: Target, now: State, wanted: State) -> Sequence[SideEffect]:
    """Say who loses access until when."""
    role = role_of_case(aws, target)
    return (
        fleet_effect(
            holders_of(aws, target, role),
            f"Each loses all access to AWS until it has a credential issued after {wanted['issued_before']}: the "
            "metadata service offers one shortly before the old one ends, hours later; a stop and start, or another "
            "association of the profile, gives one at once. So do all other sessions of the role, such as those of "
            "people or services that assume it; they have to assume it again",
        ),
        SideEffect(
            f"A credential that is issued after {wanted['issued_before']} is not denied, so one that a thief on "
            "a host fetches while this plan is read goes on working: deny-session of that host first, or apply "
            "it soon"
        ),
    )


def prove(aws: ReadOnlyAws, target: Target, now: State, wanted: State) -> Sequence[Check]:
    """Show what it blocks, that it fits, and whether a thief on the host fetches a new credential.

    Raises:
        ResponseError: the policy does not fit on the role.
        AwsError: something could not be read.
    """
    role, document = role_of_case(aws, target), document_of(wanted["issued_before"])
    if document is None or now == wanted:
        return ()
    figures = refuse_no_space(aws, role, REVOKED, document)
    found = holders_of(aws, target, role)
    sessions = proofs.fleet_sessions(role, found, wanted["issued_before"])
    proof = proofs.prove(sessions, document_of(now["issued_before"]), document)
    return (
        *proofs.proof_checks(proof),
        second_opinion.second_opinion(aws, role, proof, REVOKED, document),
        _new_credential(aws, target, role, found),
        *found.gaps(),
        Check("the policy fits on the role", True, figures),
    )


def _new_credential(aws: ReadOnlyAws, target: Target, role: Role, found: Holders) -> Check:
    """Say whether a thief who is still on the host gets a credential that works."""
    what = "a thief on the host cannot fetch a credential that works"
    denied = read_sessions(aws, role)["sessions"].get(f"{role.id}:{target.session_name}")
    if denied is not None and denied["issued_before"] is None:
        return Check(
            what, True, f"deny-session denies {found.called(str(target.session_name))}, later ones too", stops=True
        )
    if target.instance_id and target.instance_id not in {one.id for one in found.all}:
        gone = None if found.not_looked else True
        return Check(what, gone, f"{target.instance_id} has the role no more", stops=True)
    return Check(
        what, False,
        f"{found.called(str(target.instance_id or target.session_name))} still has the role: whoever is on it fetches "
        "a new credential from the metadata service, and goes on. Apply deny-session first, or swap the instance's "
        "profile (instance-profile)",
        stops=True,
    )  # fmt: skip


def _instant_in(document: Mapping[str, Any]) -> str | None:
    try:
        found = document["Statement"][0]["Condition"]["DateLessThan"]["aws:TokenIssueTime"]
    except (KeyError, IndexError, TypeError):
        return None
    return found if isinstance(found, str) else None


STEP = Step(
    name="revoke-sessions",
    title="Deny every session of the role that was issued before an instant",
    phase="containment",
    explanation=Explanation(
        what=f"Puts the inline policy {REVOKED} on the role: an explicit Deny of everything for credentials whose "
             f"aws:TokenIssueTime is before the instant. The console's own policy {CONSOLE} is left as it is.",
        why="It stops stolen credentials of every instance of the role at once: for when several leaked, or nobody "
            "knows which.",
        breaks="Every instance of the role, and everybody else who assumed it, until each has a new credential.",
        leaves_open="A thief who is still on a host fetches a new credential, and it works: deny the session by "
                    "aws:userid (deny-session) or swap the profile (instance-profile) first. Sessions of other roles "
                    "that were taken from this one go on.",
        undo="Takes the policy away, or brings back the earlier instant. Credentials that have not ended yet work "
             "again, stolen ones too.",
        source="IAM User Guide, Revoke IAM role temporary security credentials; EC2 User Guide, Retrieve security "
               "credentials from instance metadata",
    ),
    needs=(*READS, *holders.READS, *second_opinion.READS, *WRITES),
    options=(Option("before", "The instant in UTC, such as 2026-11-02T08:00:00Z; now is the instant of the preview.",
                    NOW),),
    read=read,
    want=want,
    change=change,
    effects=effects,
    prove=prove,
    settles_s=SETTLES_S,
)  # fmt: skip
"""The step."""
