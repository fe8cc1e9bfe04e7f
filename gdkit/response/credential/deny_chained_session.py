"""Deny everything to a session of another role that was taken from the leaked one by AssumeRole."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from gdkit.errors import ResponseError
from gdkit.identifiers import is_account_id, is_role_id
from gdkit.response.credential import holders, second_opinion
from gdkit.response.credential import proof as proofs
from gdkit.response.credential.effects import fleet_effect, session_effects, untouched
from gdkit.response.credential.holders import holders_of
from gdkit.response.credential.inline import SESSIONS, SETTLES_S
from gdkit.response.credential.role import READS, WRITES, Role, find_role, refuse_no_space
from gdkit.response.credential.session_policy import EVERY, document_of, read_sessions, session_calls, with_sessions
from gdkit.response.credential.told import instant, session_name
from gdkit.response.step import Check, Explanation, Option, SideEffect, State, Step, Target

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gdkit.aws import ReadOnlyAws
    from gdkit.response.step import Action

_ROLE = re.compile(r"(?:[\w+=,.@-]{1,64}/)*([\w+=,.@-]{1,64})", re.ASCII)
"""A role's name, with its path before it. Source: IAM API Reference, CreateRole."""

_RESOURCE = "arn:{partition}:iam::*:role/{role}"
"""The account is that of whoever holds the policy: nobody is allowed anything on a role of another account by it."""


def role_of(aws: ReadOnlyAws, target: Target) -> Role:
    """Give the role of the chained session.

    Raises:
        ResponseError: there is none of this name and path, it is the leaked role itself, or another than was told.
        AwsError: it could not be read.
    """
    told, account_id = target.options["role"], _account(target)
    match = _ROLE.fullmatch(told)
    if match is None:
        raise ResponseError(f"{told[:80]!r} is no name of a role", where="option role",
                            action="give the name, with its path before it where it has one: team/deploy")  # fmt: skip
    role = find_role(aws, account_id, match[1])
    if role.arn.partition(":role/")[2] != told:
        raise ResponseError(f"the role has a path: its ARN is {role.arn}", where="option role",
                            action=f"give it with the path: {role.arn.partition(':role/')[2]}")  # fmt: skip
    if role.id == target.role_id:
        raise ResponseError("this is the leaked role itself", where="option role", action="use deny-session")
    head = _told_id(target)
    if head and head != role.id:
        raise ResponseError(f"the session is of a role with the id {head}, and {role.name} has the id {role.id} now: "
                            "the role was deleted and made again since", where="option session")  # fmt: skip
    return role


def read(aws: ReadOnlyAws, target: Target) -> State:
    """Give the sessions that gdkit's policy on the other role denies, and that role's id.

    Raises:
        ResponseError: the role cannot be edited, or somebody else wrote the policy.
        AwsError: it could not be read.
    """
    role = role_of(aws, target)
    return {"role_id": role.id, **read_sessions(aws, role)}


def want(target: Target, now: State) -> State:
    """Give the state with the session denied too, or every session of the role that began before an instant.

    Raises:
        ResponseError: what was told cannot be, or is not enough.
    """
    before, told = instant(target, "issued-before"), target.options["session"]
    if not told and before is None:
        raise ResponseError("neither a session nor an instant is told, so the whole role would be denied",
                            where="step deny-chained-session",
                            action="give session=NAME, or issued-before=now for all sessions until now")  # fmt: skip
    name = told.partition(":")[2] if _told_id(target) else told
    user_id = f"{now['role_id']}:{session_name(name, 'option session')}" if told else EVERY
    return {"role_id": now["role_id"], **with_sessions(now, [user_id], before, "")}


def change(target: Target, now: State, wanted: State) -> Sequence[Action]:
    """Give the call that puts the policy, or takes it away when nobody is left in it."""
    name = target.options["role"].rpartition("/")[2]
    return session_calls(name, now, wanted, account_id=_account(target))


def effects(aws: ReadOnlyAws, target: Target, now: State, wanted: State) -> Sequence[SideEffect]:
    """Say who loses what."""
    role = role_of(aws, target)
    found = holders_of(aws, target, role)
    every = wanted["sessions"].get(EVERY)
    if every is None or every == now["sessions"].get(EVERY):
        return tuple(session_effects(found, now, wanted))
    before = every["issued_before"]
    hit = SideEffect(f"Every session of the role {role.name} that began before {before} loses all access, of whomever",
                     (role.name,))  # fmt: skip
    again = f"Each loses all access to AWS until it has a credential issued after {before}"
    return (hit, *([fleet_effect(found, again)] if found.all else []))


def prove(aws: ReadOnlyAws, target: Target, now: State, wanted: State) -> Sequence[Check]:
    """Show that the Deny blocks the session and nobody else, and that it fits.

    Raises:
        ResponseError: the policy does not fit on the role.
        AwsError: something could not be read.
    """
    role, document = role_of(aws, target), document_of(wanted["sessions"])
    if document is None or now == wanted:
        return ()
    figures = refuse_no_space(aws, role, SESSIONS, document)
    found = holders_of(aws, target, role)
    every = wanted["sessions"].get(EVERY)
    sessions = (proofs.fleet_sessions(role, found, every["issued_before"]) if every else
                proofs.denied_sessions(role, found, wanted["sessions"]))  # fmt: skip
    proof = proofs.prove(sessions, document_of(now["sessions"]), document)
    told = True if _told_id(target) else None
    return (
        *proofs.proof_checks(proof),
        second_opinion.second_opinion(aws, role, proof, SESSIONS, document),
        Check("the role is the one that the session was of", told,
              f"its id is {role.id}" if told else f"only its name was told; its id is {role.id} now"),
        untouched(found, wanted),
        *found.gaps(),
        Check("the policy fits on the role", True, figures),
    )  # fmt: skip


def _account(target: Target) -> str:
    told = target.options["account"] or target.account_id
    if not is_account_id(told):
        raise ResponseError(f"{told[:40]!r} is no account", where="option account", action="give twelve digits")
    return told


def _told_id(target: Target) -> str | None:
    """Give the role's id, where the session was told with it."""
    head, colon, _ = target.options["session"].partition(":")
    return head if colon and is_role_id(head) else None


STEP = Step(
    name="deny-chained-session",
    title="Deny everything to a session that was taken from the leaked one",
    phase="containment",
    explanation=Explanation(
        what=f"Puts the inline policy {SESSIONS} on another role, which the thief took by AssumeRole: an explicit Deny "
             "of everything for that session's aws:userid, or for every session that began before an instant.",
        why="A Deny on the leaked role does not reach such a session; it goes on for an hour at most, and can take "
            "further roles.",
        breaks="That session. With issued-before alone: every session of that role that began before, of whomever.",
        leaves_open="Sessions that were taken from this one in turn: one application for each. A thief who may still "
                    "take the role begins a session of another name; deny-session on the leaked role stops that.",
        undo="Takes this session out of the policy, and the policy away when nobody is left in it.",
        source="IAM User Guide, Revoke IAM role temporary security credentials; Roles terms and concepts",
    ),
    needs=tuple(replace(one, resource=_RESOURCE) if one.action.startswith("iam:") else one
                for one in (*READS, *holders.READS, *second_opinion.READS, *WRITES)),
    options=(
        Option("role", "Name of the other role, with its path before it where it has one.", required=True),
        Option("session", "Name of the session, or better its principal id as the log has it: AROA…:name."),
        Option("account", "The other role's account; empty for the case's own."),
        Option("issued-before", "Deny only credentials issued before this instant in UTC, or now. Without a session: "
                                "every session of the role that began before."),
    ),
    read=read,
    want=want,
    change=change,
    effects=effects,
    prove=prove,
    settles_s=SETTLES_S,
)  # fmt: skip
"""The step."""
