"""The ledger's rows for log files: what they hold, what they are named for, and what they cannot tell."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from gdkit.trail import load_trail
from tests.trail import samples

if TYPE_CHECKING:
    from pathlib import Path

    from gdkit.ledger_row import LedgerRow
    from gdkit.model import Coverage

ACCOUNT = samples.ACCOUNT
FIRST, LAST = datetime(2026, 11, 1, 3, 5, tzinfo=UTC), datetime(2026, 11, 2, 4, 10, tzinfo=UTC)


def bucket_file(folder: Path, region: str, stamp: str, records: list[dict[str, Any]] | None) -> Path:
    """Write a log file under its name in a trail's bucket; cut off where no records are given."""
    day = f"{stamp[:4]}/{stamp[4:6]}/{stamp[6:8]}"
    name = f"{ACCOUNT}_CloudTrail_{region}_{stamp}Z_AbCd.json"
    path = folder / "AWSLogs" / ACCOUNT / "CloudTrail" / region / day / name
    text = '{"Records":[{"eventID": ' if records is None else samples.compact({"Records": records})
    samples.write(path, text)
    return path


def rows(coverage: Coverage, state: str) -> list[LedgerRow]:
    """Give the ledger's rows of one state."""
    return [row for row in coverage.places if row.state == state]


def test_records_name_places(tmp_path: Path) -> None:
    """Each account, region and kind that records name is a row with its span; the records of all rows add up."""
    bare = {name: value for name, value in samples.event(2).items() if name != "eventCategory"}
    records = [samples.event(0), samples.event(1, awsRegion="eu-west-3"), bare, bare]
    samples.write(tmp_path / "a.json", samples.compact({"Records": records}))
    coverage = load_trail(tmp_path).coverage
    told = [(row.region, row.event_category, row.records) for row in rows(coverage, "searched")]
    home = samples.event(0)["awsRegion"]
    assert sorted(told, key=str) == sorted([("eu-west-3", "Management", 1), (home, "Management", 1), (home, None, 2)],
                                           key=str)  # fmt: skip
    (searched,) = coverage.searched
    assert sum(row.records or 0 for row in rows(coverage, "searched")) == searched.records == 4
    assert searched.uncategorized_records == 2
    assert (searched.events, searched.duplicates) == (3, 1)
    assert searched.first_event_at == min(row.start_at for row in rows(coverage, "searched") if row.start_at)


def test_files_of_a_quiet_region(tmp_path: Path) -> None:
    """A region of which there are files and no event was searched, for the time that the files are named for."""
    bucket_file(tmp_path, "eu-west-1", "20261101T0305", [samples.event(0)])
    bucket_file(tmp_path, "eu-west-3", "20261101T0305", [])
    bucket_file(tmp_path, "eu-west-3", "20261102T0410", [])
    quiet = [row for row in load_trail(tmp_path).coverage.places if row.region == "eu-west-3"]
    (row,) = quiet
    assert (row.state, row.account_id, row.records) == ("searched", ACCOUNT, 0)
    assert (row.start_at, row.end_at) == (FIRST, LAST)
    assert row.detail.startswith("2 files named for it, with no event of it")


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    """A region whose only file is broken was not searched; of one with a good file too, the broken ones are counted."""
    bucket_file(tmp_path, "eu-west-1", "20261101T0305", [samples.event(0, awsRegion="eu-west-1")])
    bucket_file(tmp_path, "eu-west-1", "20261102T0410", None)
    bucket_file(tmp_path, "eu-west-3", "20261102T0410", None)
    coverage = load_trail(tmp_path).coverage
    assert {row.region for row in rows(coverage, "searched")} == {"eu-west-1"}
    assert [(row.region, row.detail, row.records) for row in rows(coverage, "unread")] == [
        ("eu-west-1", "1 of 2 files named for it not read whole", None),
        ("eu-west-3", "1 of 1 file named for it not read whole", None),
    ]


@pytest.mark.parametrize(
    "name", ["999999999999_CloudTrail_eu-west-3_20269999T9999Z_x.json", "CloudTrail-eu-west-3.json"]
)
def test_odd_names(name: str, tmp_path: Path) -> None:
    """A time that is none is left out, and a name of another kind promises no region."""
    samples.write(tmp_path / name, '{"Records":[]}')
    samples.write(tmp_path / "a.json", samples.records_text(1))
    found = [row for row in load_trail(tmp_path).coverage.places if row.region == "eu-west-3"]
    assert [(row.start_at, row.end_at, row.records) for row in found] == ([(None, None, 0)] if "9999T" in name else [])


def test_other_regions_are_not_claimed(tmp_path: Path) -> None:
    """A region of which there is no file and no record is in no row, and the last row of the source says so."""
    samples.write(tmp_path / "a.json", samples.records_text(1))
    places = load_trail(tmp_path).coverage.places
    assert not any(row.region == "eu-west-3" for row in places)
    assert (places[-1].state, places[-1].region) == ("not searched", None)
    assert "no row of this source names" in places[-1].detail


def test_data_events_by_account(tmp_path: Path) -> None:
    """An account without a data event has a row that says so, one with some has none; old records count by name."""
    old = {name: value for name, value in samples.event(1).items() if name != "eventCategory"}
    other = "222233334444"
    records = [{**old, "eventName": "GetObject"}, samples.event(2, recipientAccountId=other)]
    samples.write(tmp_path / "a.json", samples.compact({"Records": records}))
    coverage = load_trail(tmp_path).coverage
    assert [(row.account_id, row.records) for row in rows(coverage, "no data events")] == [(other, 0)]
    (gap,) = [gap for gap in coverage.not_searched if gap.kind == "no data events"]
    assert gap.what == f"data events of {other}"
    assert gap.reason.endswith(f"unlike those of {ACCOUNT}")


def test_data_events_of_nobody(tmp_path: Path) -> None:
    """Without any data event all of them are one gap; with those of every account there is none."""
    samples.write(tmp_path / "a.json", samples.records_text(1))
    (gap,) = load_trail(tmp_path).coverage.not_searched
    assert (gap.what, gap.kind) == ("data events", "no data events")
    samples.write(tmp_path / "b.json", samples.compact({"Records": [samples.event(7, eventCategory="Data")]}))
    assert load_trail(tmp_path).coverage.not_searched == ()


def test_hidden_addresses(tmp_path: Path) -> None:
    """Records whose address is written over are counted in a row of their own, beside that of what was searched."""
    records = [samples.event(0), samples.event(1, sourceIPAddress="REDACTED_SOURCE_IP")]
    samples.write(tmp_path / "a.json", samples.compact({"Records": records}))
    coverage = load_trail(tmp_path).coverage
    assert [row.records for row in rows(coverage, "redacted")] == [1]
    assert [row.records for row in rows(coverage, "searched")] == [2]


@pytest.mark.parametrize(
    ("name", "is_gap"),
    [("old.zip", True), ("lake.parquet", True), ("a.json.bak", True), ("README.md", False), (".hidden.zip", False)],
)
def test_what_is_passed_over(name: str, is_gap: bool, tmp_path: Path) -> None:
    """A file that may hold events in a form that is not read is a gap; one that is no log is noise, and apart."""
    samples.write(tmp_path / "a.json", samples.records_text(1))
    samples.write(tmp_path / name, "x")
    coverage = load_trail(tmp_path).coverage
    gaps = [gap for gap in coverage.not_searched if name in gap.what]
    noise = [gap for gap in coverage.passed_over if name in gap.what]
    assert (len(gaps), len(noise)) == ((1, 0) if is_gap else (0, 1))
    assert all(gap.failed and gap.kind == "unread" for gap in gaps)


def test_each_source_has_its_own_rows(tmp_path: Path) -> None:
    """Of two sources each row names the one that it stands for."""
    one, two = tmp_path / "one.json", tmp_path / "two.json"
    samples.write(one, samples.records_text(1))
    samples.write(two, samples.compact({"Records": [samples.event(5, awsRegion="eu-west-3")]}))
    found = {(row.source, row.region) for row in rows(load_trail([one, two]).coverage, "searched")}
    assert found == {(str(one), samples.event(0)["awsRegion"]), (str(two), "eu-west-3")}
