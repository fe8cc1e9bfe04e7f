from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from gdkit.trail.lookup.failures import Failure
from gdkit.trail.lookup.gaps import Chain
from gdkit.trail.lookup.plan import FoundKey, Query, Site
from gdkit.trail.lookup.question import Flight, Question
from gdkit.trail.lookup.result import NAMELESS, LookupResult, QueryFacts, facts_of, gaps_in_words
from gdkit.trail.lookup.store import Spent
from tests.trail.lookup.history import ACCOUNT, KEY, NOW, START
from tests.trail.lookup.plans import plan

if TYPE_CHECKING:
    from pathlib import Path

QUERY = Query(Site(ACCOUNT, "us-east-1"), "AccessKeyId", KEY)
WINDOW = plan().window
DENIED = Failure("site", "no permission", "cloudtrail:LookupEvents")


def test_summary(tmp_path: Path) -> None:
    """The summary tells window, requests, refusals, pages, rows and time in one line."""
    facts = (QueryFacts(QUERY, WINDOW, 2, 70),)
    result = LookupResult(tmp_path, WINDOW, facts, (), (), (), Spent(3, 1, 12.4))
    assert result.complete
    assert result.summary == (
        "CloudTrail event history (LookupEvents) of 1 account and region, "
        "2026-11-20T01:55:00Z to 2026-11-20T12:00:00Z: 3 requests (1 throttled), 2 pages, 70 rows, 12 s"
    )


@pytest.mark.parametrize(
    ("failed", "closed", "cancelled", "reason"),
    [
        (None, DENIED, False, "the permission cloudtrail:LookupEvents is missing: no permission"),
        (Failure("query", "refused"), DENIED, True, "refused"),
        (None, None, True, "the look-up was stopped; run it again to go on"),
    ],
)
def test_reasons(failed: Failure | None, closed: Failure | None, cancelled: bool, reason: str) -> None:
    """What is missing has the question's own reason, else the region's, else that it was stopped."""
    facts = facts_of(Question(QUERY, WINDOW, failed=failed), closed, cancelled=cancelled)
    assert (facts.reason, facts.missing) == (reason, ((WINDOW.start_at, WINDOW.end_at),))


def test_a_whole_answer_has_no_reason() -> None:
    """A question that was answered in full before its region closed is whole."""
    whole = Chain(1, WINDOW, NOW, NOW, 1, 5, START, None)
    facts = facts_of(Question(QUERY, WINDOW, {1: whole}), DENIED, cancelled=True)
    assert (facts.missing, facts.reason, facts.rows) == ((), "", 5)


def test_many_keys_out_of_reach() -> None:
    """Keys of one account out of reach are told together, the first five by name; those of no account apart."""
    keys = [FoundKey(f"ASIA{number}", "999988887777", NOW) for number in range(7)]
    told = [gap.what for gap in gaps_in_words(plan(), [], [*keys, FoundKey("ASIAX", None, NOW)])]
    assert told == [
        "account 999988887777: calls with 7 keys of that account (ASIA0, ASIA1, ASIA2, ASIA3, ASIA4, …)",
        "an unknown account: calls with 1 key of that account (ASIAX)",
        "data events",
        NAMELESS,
    ]


@pytest.mark.parametrize(
    ("pages", "down", "expected"),
    [(0, 600, None), (2, 600, 10.0), (2, 360, 6.0 - 1.0), (2, 100, 0.0)],
)
def test_pages_left(pages: int, down: int, expected: float | None) -> None:
    """Pages to come are estimated from how densely the time so far was filled, and not at all before the first."""
    reached = NOW - timedelta(minutes=100) if pages else None
    chain = Chain(1, WINDOW, NOW, NOW, pages, pages * 50, reached, "t")
    left = Flight(Question(QUERY, WINDOW), chain, NOW - timedelta(minutes=down)).pages_left()
    assert left == (None if expected is None else pytest.approx(expected, abs=0.21))
