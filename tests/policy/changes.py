"""Random changes of a role's policies, and requests of its sessions to try them by; the same for the same seed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from gdkit.policy import Policy, Request, decide, parse_policy
from gdkit.policy.proof import Proof, prove_change
from gdkit.policy.sessions import RoleSession
from tests.policy.cases import ACTION_PATTERNS, CONTEXT, OWN, RESOURCES, ROLE, SESSION, Case, Maker, Principal

if TYPE_CHECKING:
    from random import Random

THIEF = RoleSession("the thief's", "AROAWEB", "i-0aaa", ROLE, OWN, meant=True)
SIBLING = RoleSession("a sibling's", "AROAWEB", "i-0bbb", ROLE, OWN)
OTHER_ROLE = RoleSession("another role's", "AROAOTHER", "i-0aaa", f"arn:aws:iam::{OWN}:role/other", OWN)
SESSIONS = (THIEF, SIBLING, OTHER_ROLE)

EVERY_REQUEST = ("aws:TokenIssueTime", "aws:SecureTransport")
"""Keys of ``CONTEXT`` that a role's session always has."""

DENY_SESSION = {"StringEquals": {"aws:userid": THIEF.user_id}}


@dataclass(frozen=True)
class Change:
    """A change; documents are still JSON objects."""

    before: list[Any]
    after: list[Any]
    boundary: Any
    left_open: tuple[str, ...]

    @cached_property
    def policies(self) -> tuple[list[Policy], list[Policy], Policy | None]:
        """Read the documents: before, after, boundary."""
        read = [[parse_policy(one, name=f"p{number}") for number, one in enumerate(documents)]
                for documents in (self.before, self.after)]  # fmt: skip
        return read[0], read[1], parse_policy(self.boundary, name="boundary") if self.boundary else None

    def proof(self) -> Proof:
        """Prove it."""
        before, after, boundary = self.policies
        return prove_change(before, after, SESSIONS, boundary=boundary, left_open=self.left_open)

    def allowed(self, request: Request) -> tuple[bool, bool]:
        """Decide a request before and after."""
        *sides, boundary = self.policies
        before, after = (decide(request, identity=one, boundary=boundary).decision == "Allow" for one in sides)
        return before, after

    def cases(self, request: Request) -> tuple[Case, Case]:
        """Give the request before and after as the oracle takes it."""
        case = Case(Principal("AWS", SESSION), request.action, request.resource, OWN, dict(request.context),
                    boundary=self.boundary)  # fmt: skip
        return replace(case, identity=self.before), replace(case, identity=self.after)


def change(random: Random) -> Change:
    """Make a change: mostly one more Deny, often of the session, sometimes another statement or one taken away."""
    maker = Maker(random)
    before = maker._identity()
    row = maker.statement("Deny" if random.random() < 0.85 else "Allow")
    if random.random() < 0.4:
        row["Condition"] = row.get("Condition", {}) | DENY_SESSION if random.random() < 0.5 else DENY_SESSION
    if random.random() < 0.4:
        row = {key: value for key, value in row.items() if "Resource" not in key and "Action" not in key}
        row |= {"Action": "*", "Resource": "*"} if random.random() < 0.7 else {"NotAction": "sqs:*", "Resource": "*"}
    after = [*before, {"Version": "2012-10-17", "Statement": [row]}]
    if before and random.random() < 0.1:
        before, after = after, before
    left_open = (random.choice(ACTION_PATTERNS),) if random.random() < 0.15 else ()
    return Change(before, after, maker._document(0.8) if random.random() < 0.15 else None, left_open)


def request_of(session: RoleSession, random: Random) -> Request:
    """Make a request that the session could make."""
    action = random.choice(list(RESOURCES))
    context = {key: random.choice(values) for key, values in CONTEXT.items()
               if key in EVERY_REQUEST or random.random() < 0.6}  # fmt: skip
    own = {key: value for key, value in context.items() if key.lower() not in session.context()}
    return Request(action, random.choice(RESOURCES[action]), own | session.context())
