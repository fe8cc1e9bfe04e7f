"""What is read of a fetch from a bucket: events of the time that was asked about, and what there is when it stops."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from gdkit.errors import StoppedError
from gdkit.trail.fetched import Fetched, Terms, Watch, fetch, fetch_and_read
from gdkit.trail.search import search_trail
from tests.trail import samples
from tests.trail.s3.memory import SOURCE, SUBJECT, UNTIL, MemoryBucket, key_of, question, theft
from tests.trail.search import calls

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from gdkit.trail import Trail
    from gdkit.trail.fetched import Question

NOBODY = replace(question(), principal_ids=(), session_names=(), instance_id=None)


def fetching(bucket: MemoryBucket, folder: Path, watch: Watch | None = None, **terms: Any) -> Callable[..., Fetched]:
    """Give what fetches from a bucket."""

    def fetch_one(_source: Any, asked: Question) -> Fetched:
        return fetch(SOURCE, asked, folder, aws=bucket, terms=Terms(**terms), watch=watch or Watch())  # type: ignore[arg-type]

    return fetch_one


def read(folders: list[Path]) -> Trail:
    """Read the session's events."""
    return search_trail(folders, SUBJECT)


def test_events_of_another_time_are_left_out(tmp_path: Path) -> None:
    """Log files hold events before and after the span: they are kept for a longer one, told of, and not given."""
    bucket = MemoryBucket()
    for number, at in enumerate(("2026-10-31T23:59:59Z", "2026-11-01T12:00:00Z", "2026-11-01T12:00:01Z")):
        bucket.put(key_of("20261101T1205", number), [calls.call(number, 0, eventTime=at)])
    trail, (fetched,) = fetch_and_read([SOURCE], question(), fetching(bucket, tmp_path / "case"), read)
    assert list(trail.events["event_at"].dt.strftime("%dT%X")) == ["01T12:00:00"]
    (number,) = trail.events["record_number"]
    assert "2026-11-01T12:00:00Z" in trail.records[number]
    assert (fetched.records, len(trail.records)) == (3, 1)
    said = "2 events of another time than was asked about (2026-11-01T00:00:00Z to 2026-11-01T12:00:00Z)"
    assert any(one.startswith(said) for one in trail.coverage.warnings)
    later = fetching(bucket, tmp_path / "case", until=UNTIL + timedelta(hours=1))
    wider, _ = fetch_and_read([SOURCE], question(until=UNTIL + timedelta(hours=1)), later, read)
    assert len(wider.events) == 2
    logs = samples.write(tmp_path / "a.json", samples.compact([calls.call(9, 0, eventTime="2026-10-01T00:00:00Z")]))
    beside, _ = fetch_and_read([SOURCE], question(), later, lambda folders: read([*folders, logs]))
    assert len(beside.events) == 4, "files are read whole, and nothing that they may hold too is left out"


@pytest.mark.parametrize("asked", [question(), NOBODY])
def test_stopped_before_anything_was_read(tmp_path: Path, asked: Question) -> None:
    """A fetch that is stopped after its listing, before an object was read, is an error that says how to go on."""
    stopped: list[str] = []

    def stop(source: str, _cost: Any) -> bool:
        stopped.append(source)
        return True

    watch = Watch(is_stopped=lambda: bool(stopped), allow=stop)
    with pytest.raises(StoppedError, match=r"stopped before anything was read.*--keep FOLDER"):
        fetch_and_read([SOURCE], asked, fetching(theft(), tmp_path, watch, max_objects=0), read)
    trail, _ = fetch_and_read([SOURCE], asked, fetching(theft(), tmp_path), read)
    assert len(trail.events) == 5


def test_empty_answer_counts_no_file(tmp_path: Path) -> None:
    """The file that tells that nothing was found is not counted as one that was searched."""
    bucket = MemoryBucket()
    bucket.put(key_of("20261101T0305"), [calls.call(1, -1)])
    trail, (fetched,) = fetch_and_read([SOURCE], question(), fetching(bucket, tmp_path), read)
    (row,) = trail.coverage.searched
    assert (row.files, row.bytes, row.source) == (0, 0, f"s3://audit-logs: {fetched.cost.brief}")
    assert fetched.cost.objects == 1


@pytest.mark.parametrize("name", ["copied/a.json", None])
def test_data_events_of_others(tmp_path: Path, name: str | None) -> None:
    """That an account logs no data events is not said where some were seen, also in objects that tell no account."""
    bucket = MemoryBucket()
    records = [calls.call(1, 0), calls.call(2, -1, eventName="GetObject", eventCategory="Data")]
    bucket.put(name or key_of("20261101T0305"), records)
    trail, _ = fetch_and_read([SOURCE], question(), fetching(bucket, tmp_path), read)
    assert len(trail.events) == 1
    assert not [gap for gap in trail.coverage.not_searched if "data events" in gap.what]
    assert not [row for row in trail.coverage.places if row.state == "no data events"]
