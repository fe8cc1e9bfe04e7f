"""Deny everything to one session of the role, by ``aws:userid``: the leaked instance's, whatever its credential."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gdkit.response.credential import holders, second_opinion
from gdkit.response.credential import proof as proofs
from gdkit.response.credential.agent import AGENT, CUT, UPLOAD
from gdkit.response.credential.effects import session_effects, untouched
from gdkit.response.credential.holders import holders_of, listed
from gdkit.response.credential.inline import SESSIONS, SETTLES_S
from gdkit.response.credential.role import READS, WRITES, refuse_no_space, role_of_case
from gdkit.response.credential.session_policy import document_of, read_sessions, session_calls, with_sessions
from gdkit.response.credential.told import instant, session_name, session_names
from gdkit.response.step import Check, Explanation, Option, SideEffect, State, Step, Target

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gdkit.aws import ReadOnlyAws
    from gdkit.response.credential.holders import Holders
    from gdkit.response.step import Action


def user_ids(target: Target) -> list[str]:
    """Give the values of ``aws:userid`` that are denied: the leaked session's, and those of the others that were told.

    Raises:
        ResponseError: a name can be no session's, or the case knows none.
    """
    names = (session_name(target.session_name or "", "the case's session"),
             *session_names(target.options["also"], "option also"))  # fmt: skip
    return [f"{target.role_id}:{name}" for name in dict.fromkeys(names)]


def read(aws: ReadOnlyAws, target: Target) -> State:
    """Give the sessions that gdkit's policy on the role denies.

    Raises:
        ResponseError: the role is not the case's or cannot be edited, or somebody else wrote the policy.
        AwsError: it could not be read.
    """
    return read_sessions(aws, role_of_case(aws, target))


def want(target: Target, now: State) -> State:
    """Give the state with the session denied too.

    Raises:
        ResponseError: what was told cannot be.
    """
    return with_sessions(now, user_ids(target), instant(target, "issued-before"), target.options["leave-open"])


def change(target: Target, now: State, wanted: State) -> Sequence[Action]:
    """Give the call that puts the policy, or takes it away when nobody is left in it."""
    return session_calls(str(target.role_name), now, wanted)


def effects(aws: ReadOnlyAws, target: Target, now: State, wanted: State) -> Sequence[SideEffect]:
    """Say which instances lose what."""
    return tuple(session_effects(holders_of(aws, target, role_of_case(aws, target)), now, wanted))


def prove(aws: ReadOnlyAws, target: Target, now: State, wanted: State) -> Sequence[Check]:
    """Show that the Deny blocks the session and nobody else, and that it fits.

    Raises:
        ResponseError: the policy does not fit on the role.
        AwsError: something could not be read.
    """
    role, document = role_of_case(aws, target), document_of(wanted["sessions"])
    if document is None or now == wanted:
        return ()
    figures = refuse_no_space(aws, role, SESSIONS, document)
    found = holders_of(aws, target, role)
    sessions = proofs.denied_sessions(role, found, wanted["sessions"])
    left_open = AGENT if any(how["leave_open"] for how in wanted["sessions"].values()) else ()
    proof = proofs.prove(sessions, document_of(now["sessions"]), document, left_open)
    return (
        *proofs.proof_checks(proof),
        second_opinion.second_opinion(aws, role, proof, SESSIONS, document),
        untouched(found, wanted),
        *_unknown_names(found, target),
        *found.gaps(),
        Check("the policy fits on the role", True, figures),
    )


def _unknown_names(found: Holders, target: Target) -> Iterator[Check]:
    """Name the sessions that were told and that no live instance of the role has: a slip of the pen denies nobody."""
    told = session_names(target.options["also"], "option also")
    live = {one.id for one in found.all}
    unknown = [name for name in told if name not in live]
    if unknown:
        yield Check("every session that was told is of a live instance of the role", None,
                    f"no live instance of it is called {listed(unknown)}; a session of that name is denied all the "
                    "same, if there ever is one")  # fmt: skip


STEP = Step(
    name="deny-session",
    title="Deny everything to the leaked session, and to no other",
    phase="containment",
    explanation=Explanation(
        what=f"Puts the inline policy {SESSIONS} on the role: an explicit Deny of everything for aws:userid = role id "
             "and session name. Sessions of other cases that stand in it stay; no other policy is touched.",
        why="It stops every stolen key of this instance at once, and every key that a thief on the host would fetch "
            "next, for the session's name stays the instance id. Other instances of the role go on.",
        breaks=f"The instance's software loses AWS until the Deny is lifted. {CUT}; leave-open=ssm leaves the agent's "
               f"{len(AGENT)} calls open, for the thief as well. {UPLOAD}.",
        leaves_open="Sessions that were taken from it by AssumeRole (deny-chained-session), users, keys and roles that "
                    "the thief made, what he started, resources that grant by their own policy to others, and the "
                    "instance identity role, which no policy reaches. IAM takes seconds to minutes to take effect.",
        undo="Takes this session out of the policy, and the policy away when nobody is left in it. What others put in "
             "meanwhile stays.",
        source="IAM User Guide, Revoke IAM role temporary security credentials, and AWS global condition context keys "
               "(aws:userid, aws:TokenIssueTime); EC2 User Guide, IAM roles for Amazon EC2",
    ),
    needs=(*READS, *holders.READS, *second_opinion.READS, *WRITES),
    options=(
        Option("also", "Names of further sessions of the same role, such as instance ids, joined by commas."),
        Option("issued-before", "Deny only credentials issued before this instant in UTC, or now: for an instance that "
                                "was rebuilt, whose next credential must work."),
        Option("leave-open", "ssm leaves the calls of the Systems Manager agent open, to capture memory by it.", "",
               ("", "ssm")),
    ),
    read=read,
    want=want,
    change=change,
    effects=effects,
    prove=prove,
    settles_s=SETTLES_S,
)  # fmt: skip
"""The step."""
