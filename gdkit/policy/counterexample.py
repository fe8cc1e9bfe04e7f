"""A request that speaks against a change, in words and as it can be decided again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Literal, TypeAlias

from gdkit.model import utc_text
from gdkit.policy.questions import ACTION, RESOURCE
from gdkit.policy.request import Request

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gdkit.policy.search import Assignment
    from gdkit.policy.sessions import RoleSession

Kind: TypeAlias = Literal["over", "shut", "under", "loosened", "lost", "kept", "left"]
"""What a request shows. ``over``: one who is not meant is blocked; ``shut``: what is meant to stay open is blocked;
``under``: one who is meant is still allowed; ``loosened``: what was not allowed is; ``lost``, ``kept`` and ``left``
(open on purpose) only say what becomes of a session."""

_WORDS: dict[Kind, str] = {
    "over": "The change also blocks {name}: {action} {where}.",
    "shut": "The change also blocks what is meant to stay open to {name}: {action} {where}.",
    "under": "The change still allows {action} to {name}, {where}.",
    "loosened": "The change newly allows {action} to {name}, {where}.",
    "lost": "The change blocks {name}: {action} {where}.",
    "kept": "The change leaves {action} to {name}, {where}.",
    "left": "The change leaves {action} open to {name}, {where}.",
}
_ISSUED = "aws:tokenissuetime"
_USER_ID = "aws:userid"


@dataclass(frozen=True, slots=True)
class Counterexample:
    """A request that shows what a change does to a session.

    Attributes:
        kind: what it shows.
        session: whose request it is.
        request: the request, for ``decide`` before and after, or for AWS's policy simulation.
        sentence: the same in words: session, action, resource, time of issue, and what else of it matters. Texts of
            the policies stand in it: they are quoted and cut, but not escaped for any markup.
    """

    kind: Kind
    session: RoleSession
    request: Request
    sentence: str


def counterexample(kind: Kind, session: RoleSession, assignment: Assignment) -> Counterexample:
    """Make a counterexample.

    Args:
        kind: what it shows.
        session: whose request it is.
        assignment: what the request has on each side that matters.
    """
    given = dict(assignment)
    action, resource = str(given.pop(ACTION, None) or "gdkit:Any"), str(given.pop(RESOURCE, None) or "*")
    context: dict[str, str | tuple[str, ...]] = {**_some_issue(session), **session.context()}
    context |= {key: value for key, value in given.items() if value is not None}
    request = Request(action, resource, context)
    where = f"on resource {_short(resource)}, {_issued(session, request, given)}{_circumstances(session, given)}"
    words = _WORDS[kind].format(name=_short(session.name), action=_short(action), where=where)
    return Counterexample(kind, session, request, words)


def _some_issue(session: RoleSession) -> dict[str, str]:
    """Give a time of issue within the session's limits, for where the policies ask for none."""
    before = session.issued_before
    at = session.issued_from or (before - timedelta(seconds=1) if before else None)
    return {_ISSUED: utc_text(at) or ""} if at else {}


def _issued(session: RoleSession, request: Request, given: Mapping[str, object]) -> str:
    if session.issued_at is None and _ISSUED not in given:
        return "whenever the credential was issued"
    return f"with a credential issued at {_short(str(request.values(_ISSUED)))}"


def _circumstances(session: RoleSession, given: Mapping[str, str | tuple[str, ...] | None]) -> str:
    """Name the condition keys that matter, apart from the session's own."""
    own = set(session.context()) - ({_USER_ID} if session.any_name else set())
    told = [(key, value) for key, value in sorted(given.items()) if key not in own | {_ISSUED}]
    there = [f"{_short(key)} is {_value(value)}" for key, value in told if value is not None]
    return f", where {' and '.join(there)}" if there else ""


def _value(value: str | tuple[str, ...]) -> str:
    return repr(value)[:80] if isinstance(value, str) else " and ".join(repr(each)[:80] for each in value)


def _short(text: str) -> str:
    """Keep text from policies printable and short."""
    plain = "".join(sign if sign.isprintable() else "?" for sign in text)
    return plain if len(plain) <= 120 else f"{plain[:117]}..."
