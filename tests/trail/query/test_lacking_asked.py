"""Tables that lack days, in a simulated Athena: what is found, what is named, and what the ledger's rows claim."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from gdkit.trail.query import run
from tests.simulator.athena.tables import DATABASE, make_bucket, open_athena, put_log
from tests.simulator.small_world import ACCOUNT, OTHER, REGION, SmallWorld, small_world
from tests.trail.query.test_own_tables import (
    BUCKET,
    BY_DAY,
    DAYS,
    NINTH,
    OWN,
    ROOT,
    TENTH,
    asked,
    failures,
    logged,
    names,
    table,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from gdkit.trail.fetched import Fetched

MIDNIGHT = datetime(2026, 11, 10, tzinfo=UTC)
SINCE, UNTIL = NINTH - timedelta(hours=2), TENTH + timedelta(hours=6)
PLACE = f"s3://{BUCKET}/AWSLogs"
NUMBERS = dict.fromkeys(("year", "month", "day"), "string")


@pytest.fixture(scope="module")
def own() -> Iterator[SmallWorld]:
    """Run a small world with log files of two days."""
    with small_world() as running, pytest.MonkeyPatch.context() as patch:
        patch.setattr(run, "_FIRST_PAUSE_S", 0.0)
        open_athena(running)
        make_bucket(running, BUCKET)
        put_log(running, BUCKET, DAYS[0], [logged("ListBuckets", NINTH), logged("ListUsers", NINTH)])
        put_log(running, BUCKET, DAYS[1], [logged("AssumeRole", TENTH)])
        yield running


def spans(fetched: Fetched, account: str = ACCOUNT) -> list[tuple[object, ...]]:
    """Give state, span and number of records of an account's rows."""
    return [(row.state, row.start_at, row.end_at, row.records) for row in fetched.places if row.account_id == account]


def test_projection_that_ended(own: SmallWorld, tmp_path: Path) -> None:
    """After the last day of a range nothing is searched: a gap names the days, and no row claims them."""
    settings = BY_DAY | {"projection.timestamp.range": "2026/10/01,2026/11/09",
                         "storage.location.template": f"{ROOT}/{REGION}/${{timestamp}}"}  # fmt: skip
    fetched = asked(own, table(own, "ended", f"{ROOT}/{REGION}", {"timestamp": "string"}, **settings), tmp_path)
    assert names(tmp_path) == ["ListBuckets", "ListUsers"]
    assert failures(fetched) == [f"log files in {DATABASE}.ended of 2026-11-10"]
    soon = MIDNIGHT - timedelta(minutes=15)
    assert spans(fetched) == [("searched", SINCE, soon, 2), ("not searched", soon, UNTIL, None)]


def test_years_that_ended(own: SmallWorld, tmp_path: Path) -> None:
    """A range of years that ended leaves no place to read: nothing is measured, and nothing is claimed."""
    settings = {f"projection.{name}.{what}": value for name, span in
                {"year": "2020,2025", "month": "1,12", "day": "1,31"}.items()
                for what, value in (("type", "integer"), ("range", span), ("digits", "2"))}  # fmt: skip
    template = f"{ROOT}/{REGION}/${{year}}/${{month}}/${{day}}"
    source = table(own, "years", ROOT, NUMBERS, **{"projection.enabled": "true", **settings,
                                                   "storage.location.template": template})  # fmt: skip
    fetched = asked(own, source, tmp_path)
    assert (fetched.records, fetched.cost.objects) == (0, 0)
    assert failures(fetched) == [f"log files in {DATABASE}.years of 2026-11-09 to 2026-11-10"]
    assert spans(fetched) == [("not searched", SINCE, UNTIL, None)]
    assert any("no object was found there" in warning for warning in fetched.warnings)


def test_account_that_lacks_a_day(own: SmallWorld, tmp_path: Path) -> None:
    """A listed day that one account lacks is told of it, though the other account has it."""
    listed = [(account, day, f"{PLACE}/{account}/CloudTrail/{REGION}/{day}/")
              for account in (ACCOUNT, OTHER) for day in DAYS if (account, day) != (ACCOUNT, DAYS[0])]  # fmt: skip
    fetched = asked(own, table(own, "half", PLACE, {"account": "string", "day": "string"}, listed=listed), tmp_path)
    assert names(tmp_path) == ["AssumeRole"]
    assert failures(fetched) == [f"log files of account {ACCOUNT} in {DATABASE}.half of 2026-11-09"]
    assert spans(fetched) == [("not searched", SINCE, MIDNIGHT, None), ("searched", MIDNIGHT, UNTIL, None)]
    assert spans(fetched, OTHER) == [("searched", SINCE, UNTIL, None)]


def test_region_that_lacks_a_day(own: SmallWorld, tmp_path: Path) -> None:
    """A listed day that one region lacks is a note, and nothing to act on."""
    listed = [(region, day, f"{ROOT}/{region}/{day}/") for region, days in ((REGION, DAYS), ("us-east-1", DAYS[1:]))
              for day in days]  # fmt: skip
    fetched = asked(own, table(own, "regions", ROOT, {"region": "string", "day": "string"}, listed=listed), tmp_path)
    assert names(tmp_path) == OWN
    assert failures(fetched) == []
    notes = [gap.what for gap in fetched.not_searched if "no partition" in gap.reason]
    assert notes == [f"log files in {DATABASE}.regions of 2026-11-09 in us-east-1 of {ACCOUNT}"]


def test_range_that_moves(own: SmallWorld, tmp_path: Path) -> None:
    """A range of the last days before now is asked as Athena reads it, and what lies before them is named."""
    at = datetime.now(UTC)
    settings = BY_DAY | {"projection.timestamp.range": "NOW-2DAYS,NOW",
                         "storage.location.template": f"{ROOT}/{REGION}/${{timestamp}}"}  # fmt: skip
    source = table(own, "moving", f"{ROOT}/{REGION}", {"timestamp": "string"}, **settings)
    fetched = asked(own, source, tmp_path, since=at - timedelta(days=5), until=at)
    days = [(at - timedelta(days=number)).date() for number in (5, 3)]
    assert failures(fetched) == [f"log files in {DATABASE}.moving of {days[0]} to {days[1]}"]
