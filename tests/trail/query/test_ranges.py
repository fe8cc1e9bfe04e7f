"""Ranges of projections as the settings write them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from gdkit.trail.query.ranges import DateRange, dates_of, numbers_of

NOW = datetime(2026, 3, 31, 12, 34, 56, tzinfo=UTC)
DAY = "%Y/%m/%d"


@pytest.mark.parametrize(("text", "at"), [
    ("2026/01/01", datetime(2026, 1, 1, tzinfo=UTC)),
    ("NOW", datetime(2026, 3, 31, tzinfo=UTC)),
    ("NOW-90DAYS", datetime(2025, 12, 31, tzinfo=UTC)),
    ("NOW - 1 MONTH", datetime(2026, 2, 28, tzinfo=UTC)),
    ("NOW+1YEARS", datetime(2027, 3, 31, tzinfo=UTC)),
    ("NOW-14MONTHS", datetime(2025, 1, 31, tzinfo=UTC)),
    ("NOW+13HOURS", datetime(2026, 4, 1, tzinfo=UTC)),
    ("NOW-1FORTNIGHT", None),
    ("NOW-9999YEARS", None),
    ("NOW+99999999999DAYS", None),
    ("2026-01-01", None),
    ("", None),
])  # fmt: skip
def test_ends(text: str, at: datetime | None) -> None:
    """An end is a date or moves with the present; one that cannot be read bounds nothing, nor does an end now."""
    last_at = None if text == "NOW" else at
    assert dates_of(f"{text}, {text}", DAY, ("", ""), NOW) == DateRange(at, last_at)


@pytest.mark.parametrize(("written", "step", "length"), [
    (DAY, ("1", "DAYS"), None), (DAY, ("2", "days"), timedelta(days=2)), (DAY, ("1", "WEEKS"), timedelta(weeks=1)),
    (DAY, ("6", "HOURS"), None), (DAY, ("1", "MONTHS"), None), (f"{DAY}/%H", ("1", "HOURS"), None),
    (f"{DAY}/%H", ("6", "HOURS"), timedelta(hours=6)), (DAY, ("36", "HOURS"), None), (DAY, ("9" * 20, "DAYS"), None),
])  # fmt: skip
def test_steps(written: str, step: tuple[str, str], length: timedelta | None) -> None:
    """An interval leaves days out where it is longer than what a date stands for, and a multiple of it."""
    assert dates_of("NOW,NOW", written, step, NOW).step == length


@pytest.mark.parametrize("text", ["", "1", "one,two", "1,2,3"])
def test_no_range_of_numbers(text: str) -> None:
    """What is no range of numbers bounds nothing."""
    assert numbers_of(text, "") is None
    assert numbers_of("1,2", "0") is None
