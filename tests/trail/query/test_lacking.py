"""Days that a table has no partition of: what is named, and what the ledger does not claim."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from gdkit.trail.query.held import held_by
from gdkit.trail.query.lacking import Lacking, lacking_of
from gdkit.trail.query.listed import ListedPartition
from gdkit.trail.query.partitions import partitions_of
from gdkit.trail.query.places import LeftOut
from tests.trail.query.tables import ACCOUNT, OTHER, UNTIL, aws_table, question, trail_table
from tests.trail.query.test_partitions import DAY

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gdkit.trail.query.table import TableShape

NOW = UNTIL + timedelta(days=30)
SOON = timedelta(minutes=15)
REGION = "eu-west-1"
DAYS = ("2026-11-01", "2026-11-02", "2026-11-03")


def lacking(table: TableShape, *, now: datetime = NOW, **changes: Any) -> Lacking:
    """Give what a table lacks of the question about 1 to 3 November."""
    partitions = partitions_of(table)
    return lacking_of(table, partitions, held_by(table, partitions), question(**changes), now=now)


def told(found: Lacking) -> list[tuple[str, bool]]:
    """Give what is named, and whether it is to be acted on."""
    return [(gap.what, gap.failed) for gap in found.gaps()]


def by_day(**settings: str) -> TableShape:
    """Give a table of one column of days, with settings of its projection changed."""
    return aws_table(
        ("timestamp", "string"),
        parameters=DAY | {f"projection.timestamp.{name}": value for name, value in settings.items()},
    )


def by_numbers(**settings: str) -> TableShape:
    """Give a table by year, month and day as integers, with settings of its projection changed."""
    ranges = {"year": "2020,2030", "month": "1,12", "day": "1,31"}
    parameters = {f"projection.{name}.{what}": value for name, span in ranges.items()
                  for what, value in (("type", "integer"), ("range", span), ("digits", "2"))}  # fmt: skip
    changes = {f"projection.{name.replace('_', '.')}": value for name, value in settings.items()}
    return aws_table(*((name, "string") for name in ranges),
                     parameters={"projection.enabled": "true", **parameters, **changes})  # fmt: skip


def listing(days: Iterable[tuple[str, str, str]]) -> TableShape:
    """Give a table that lists partitions: the account, the region and the day of each."""
    table = aws_table(*((name, "string") for name in ("account", "region", "day")))
    return replace(table, listed=tuple(ListedPartition(one, f"s3://b/{'/'.join(one)}/") for one in days))


@pytest.mark.parametrize(("table", "named"), [
    (by_day(), ""),
    (by_day(range="2020/01/01,2026/11/02"), "2026-11-03"),
    (by_day(range="2026/11/02,NOW"), "2026-11-01"),
    (by_day(range="2026/11/02,2026/11/02"), "2026-11-01, 2026-11-03"),
    (by_day(range="2020/01/01,2020/12/31"), "2026-11-01 to 2026-11-03"),
    (by_day(range="2026/11/01,NOW", interval="2", **{"interval.unit": "DAYS"}), "2026-11-02"),
    (by_day(format="yyyy/MM/dd/HH", range="2020/01/01/00,2026/11/02/23"), "2026-11-03"),
    (by_day(range="whenever"), ""),
    (by_numbers(), ""),
    (by_numbers(year_range="2020,2025"), "2026-11-01 to 2026-11-03"),
    (by_numbers(day_range="1,2"), "2026-11-03"),
    (by_numbers(year_type="enum", year_values="2024,2025"), "2026-11-01 to 2026-11-03"),
    (by_numbers(day_type="enum", day_values="01,02,3"), ""),
    (by_numbers(month_type="enum", month_values="9,10"), "2026-11-01 to 2026-11-03"),
])  # fmt: skip
def test_days_outside_of_the_settings(table: TableShape, named: str) -> None:
    """Days that a projection leaves out are named, at either end or between, whatever its type; they are a gap."""
    assert told(lacking(table)) == ([(f"log files in logs.trail of {named}", True)] if named else [])


def test_range_that_moves_with_the_present() -> None:
    """A range that begins or ends so long before now is read as of now."""
    table = by_day(range="NOW-30DAYS,NOW-1MONTHS")
    at = datetime.now(UTC)
    first, last = ((at - timedelta(days=days)) for days in (36, 25))
    (gap,) = lacking(table, since=first, until=last, now=at).gaps()
    assert gap.what.startswith(f"log files in logs.trail of {first.date()} to ")


def test_spans_that_the_ledger_does_not_claim() -> None:
    """A day that is left out takes its events with it, and those of the last minutes before it."""
    found = lacking(trail_table(**{"projection.day.range": "2026/11/02,2026/11/02"}))
    second = datetime(2026, 11, 2, tzinfo=UTC)
    why = "the table has no partition of 2026-11-01, 2026-11-03"
    expected = [LeftOut(second - timedelta(days=1) - SOON, second, why),
                LeftOut(second + timedelta(days=1) - SOON, second + timedelta(days=2), why)]  # fmt: skip
    assert list(found.left_out(ACCOUNT)) == list(found.left_out(None)) == expected


def test_last_minutes_of_the_span() -> None:
    """Where the span ends with the last day, its last events may have been delivered on the next, which is said."""
    table = by_day(range="2020/01/01,2026/11/02")
    (gap,) = lacking(table, until=datetime(2026, 11, 3, tzinfo=UTC)).gaps()
    assert gap.what == "log files in logs.trail of 2026-11-03"
    assert gap.reason.endswith("the last events of the span may have been delivered on 2026-11-03")
    assert told(lacking(table, until=datetime(2026, 11, 3, tzinfo=UTC) - SOON)) == []


def test_days_to_come() -> None:
    """Days after the present lack nothing, by settings or by a list."""
    now = datetime(2026, 11, 2, 12, tzinfo=UTC)
    assert told(lacking(by_day(range="2020/01/01,2026/11/02"), now=now)) == []
    assert told(lacking(listing((ACCOUNT, REGION, day) for day in DAYS[:2]), now=now)) == []


def test_account_without_a_day() -> None:
    """A day that one account lacks is named with it, though another account has the day; its spans alone are lost."""
    table = listing([*((OTHER, REGION, day) for day in DAYS), *((ACCOUNT, REGION, day) for day in DAYS[::2])])
    found = lacking(table)
    assert told(found) == [(f"log files of account {ACCOUNT} in logs.trail of 2026-11-02", True)]
    assert [one.end_at for one in found.left_out(ACCOUNT)] == [datetime(2026, 11, 3, tzinfo=UTC)]
    assert list(found.left_out(OTHER)) == []
    assert told(lacking(table, account_ids=(OTHER,))) == [], "the account is not asked about"


def test_day_that_all_lack() -> None:
    """A day that no account has is named once, and is to be acted on, too; so are those of a table that lists none."""
    table = listing((account, REGION, day) for account in (ACCOUNT, OTHER) for day in DAYS[1:])
    assert told(lacking(table)) == [("log files in logs.trail of 2026-11-01", True)]
    empty = replace(aws_table(*((name, "string") for name in ("year", "month", "day"))), listed=())
    assert told(lacking(empty)) == [("log files in logs.trail of 2026-11-01 to 2026-11-03", True)]


def test_region_without_a_day() -> None:
    """A day that a region lacks and another one of the account has is a note: it may have had no events."""
    table = listing([*((ACCOUNT, REGION, day) for day in DAYS), (ACCOUNT, "us-east-1", DAYS[0])])
    found = lacking(table)
    assert told(found) == [(f"log files in logs.trail of 2026-11-02 to 2026-11-03 in us-east-1 of {ACCOUNT}", False)]
    assert list(found.left_out(ACCOUNT)) == []
    assert told(lacking(table, regions=(REGION,))) == [], "the region is not asked about"
    assert [failed for _, failed in told(lacking(table, regions=("us-east-1",)))] == [False]


def test_short_texts() -> None:
    """Many days, accounts or regions are named in part, with how many more there are, and in the ledger as one span."""
    accounts = [f"{number:012}" for number in range(40)]
    odd = [f"2026-10-{day:02}" for day in range(1, 31, 2)]
    table = listing((account, REGION, day) for number, account in enumerate(accounts) for day in odd[number % 8 :])
    since, until = datetime(2026, 10, 1, tzinfo=UTC), datetime(2026, 10, 30, 12, tzinfo=UTC)
    found = lacking(table, since=since, until=until)
    gaps = list(found.gaps())
    assert len(gaps) == 6
    assert all(len(gap.what) < 300 for gap in gaps)
    assert gaps[0].what.endswith("2026-10-02, 2026-10-04, 2026-10-06, 2026-10-08, 2026-10-10 and 10 more days")
    assert gaps[-1].what.endswith("and 10 more in logs.trail of other days, which the ledger names")
    (span,) = found.left_out(accounts[0])
    assert (span.start_at, span.end_at) == (since + timedelta(days=1) - SOON, since + timedelta(days=30))
