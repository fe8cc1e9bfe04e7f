"""What a query would scan, by a part of its places: every day, region and account counts for the estimate."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from gdkit.trail.query.ddl import TrailPlace, table_over
from gdkit.trail.query.estimate import MOST_LISTED, Bucket, Measured, places_of_trail
from gdkit.trail.query.partitions import partitions_of
from tests.trail.query.tables import question

if TYPE_CHECKING:
    from collections.abc import Callable

ACCOUNTS = tuple(f"{number:012d}" for number in range(1, 101))
REGIONS = tuple(f"eu-west-{number}" for number in range(1, 11))
_SINCE = datetime(2026, 11, 2, tzinfo=UTC)


def places(days: int) -> list[str]:
    """Give the places of an organisation's trail over so many days; a day is added before, and one behind."""
    table = table_over(TrailPlace("logs", "", "o-a1b2c3d4e5", ACCOUNTS, REGIONS, date(2026, 1, 1)), "logs", "trail")
    until = _SINCE + timedelta(days=days, hours=-1)
    found = places_of_trail(table, partitions_of(table), question(since=_SINCE, until=until))
    assert found is not None
    assert len(found) == 100 * 10 * (days + 2)
    return found


class MadeUpBucket(Bucket):
    """Holds a hundred megabytes in each place that a test likes."""

    def __init__(self, held: Callable[[str], bool]) -> None:
        super().__init__(None, "")
        self.listed: list[str] = []
        self._held = held

    def _one(self, place: str) -> Measured:
        self.listed.append(place)
        return Measured(1, 10**8, 1) if self._held(place) else Measured(0, 0, 1)


@pytest.mark.parametrize("days", [1, 3, 6, 7, 8, 18])
def test_no_day_region_or_account_is_left_out(days: int) -> None:
    """Whatever the number of days, what one day lacks or holds, one region or one account, shows in the estimate."""
    every = places(days)
    for part in (*{place[-10:] for place in every}, "/eu-west-7/", f"/{ACCOUNTS[41]}/"):
        for held in (lambda place, part=part: part in place, lambda place, part=part: part not in place):
            truth = 10**8 * sum(map(held, every))
            measured = MadeUpBucket(held).measure(every)
            assert measured is not None
            assert measured.bytes == pytest.approx(truth, rel=0.5)
            assert (measured.requests, measured.note) == (MOST_LISTED, "from a part of the objects")


def test_same_each_time() -> None:
    """The same places are listed each time, so that the same question has the same estimate."""
    one, other = (MadeUpBucket(lambda _: True) for _ in range(2))
    assert one.measure(places(6)) == other.measure(places(6))
    assert sorted(one.listed) == sorted(other.listed)
    assert len(set(one.listed)) == MOST_LISTED


def test_nothing_seen_in_a_part() -> None:
    """Where a part of the places was listed and nothing seen, the size is not known; where all were, it is nothing."""
    every = places(6)
    assert MadeUpBucket(lambda _: False).measure(every) is None
    assert MadeUpBucket(lambda _: False).measure(every[:MOST_LISTED]) == (0, 0, MOST_LISTED, "", None)
