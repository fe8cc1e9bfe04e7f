"""What follows from a request that was not answered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from gdkit.errors import AwsError

if TYPE_CHECKING:
    from gdkit.errors import GdkitError
    from gdkit.ledger_row import GapKind

Kind = Literal["again", "token", "query", "site"]

_BAD_TOKEN = frozenset({"InvalidNextTokenException", "InvalidNextToken"})
_BAD_QUERY = frozenset({"InvalidLookupAttributesException", "InvalidTimeRangeException", "InvalidMaxResultsException"})
_MAY_PASS = frozenset({"throttled", "unreachable", "incomplete"})


@dataclass(frozen=True, slots=True)
class Failure:
    """What became of a request that gave no page.

    Attributes:
        kind: ``again``, it may work in a moment; ``token``, the run of pages is broken off there; ``query``, this
            question is not answered; ``site``, nothing is answered in this account and region.
        reason: one sentence without a period.
        permission: the IAM action that is missing; empty where none is.
        gap: the sort of gap that it leaves.
    """

    kind: Kind
    reason: str
    permission: str = ""
    gap: GapKind = "failed"


NO_EVENTS = Failure("again", "AWS's answer was cut off: it holds no list of events")
"""botocore reads a JSON answer that was cut off as one without members; it must not pass for an empty page."""

SAME_TOKEN = Failure("again", "AWS gave the token of a page that was there already, so the pages would go in a circle")


def failure_of(error: GdkitError) -> Failure:
    """Say what an error of a client, or of making one, means for what is still to be asked.

    Source: CloudTrail API Reference, LookupEvents, "Errors".
    """
    if not isinstance(error, AwsError):
        return Failure("site", _sentence(error))
    if error.code in _BAD_TOKEN:
        return Failure("token", _sentence(error))
    if error.code in _BAD_QUERY:
        return Failure("query", _sentence(error))
    kind: Kind = "again" if error.kind in _MAY_PASS else "site"
    return Failure(kind, _sentence(error), error.permission, gap_of(error))


def gap_of(error: AwsError) -> GapKind:
    """Say which sort of gap an error of AWS leaves in the coverage."""
    gaps: dict[str, GapKind] = {"throttled": "throttled", "denied": "denied"}
    return gaps.get(error.kind, "failed")


def _sentence(error: GdkitError) -> str:
    todo = f"; what to do: {error.action}" if error.action else ""
    return f"{error.problem.rstrip('.')}{todo}".rstrip(".")
