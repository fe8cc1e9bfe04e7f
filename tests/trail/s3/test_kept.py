"""What a fetch from a bucket leaves on disk, for the case and for other runs: each object its own, as it is in S3."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from gdkit.trail import load_trail
from gdkit.trail.fetched import Terms, Watch, with_fetched
from gdkit.trail.s3 import fetch_trail
from tests.trail.s3.memory import SOURCE, UNTIL, MemoryBucket, denied, key_of, question, theft
from tests.trail.s3.test_fetch import run, same, whole_keys
from tests.trail.search import calls

if TYPE_CHECKING:
    from pathlib import Path


def test_cache_is_for_other_runs(tmp_path: Path) -> None:
    """With a cache, a fetch for another case asks the bucket for nothing but the listing, and the estimate says so."""
    bucket = theft()
    first = run(bucket, tmp_path / "one", cache=str(tmp_path / "cache"))
    bucket.read.clear()
    second = run(bucket, tmp_path / "two", cache=str(tmp_path / "cache"), max_objects=0)
    assert bucket.read == []
    assert (first.cost.objects, second.cost.objects, second.cost.bytes) == (5, 0, 0)
    same(load_trail(tmp_path / "one").events, load_trail(tmp_path / "two").events)
    logs = load_trail(bucket.copied(tmp_path / "copied"))
    same(load_trail(tmp_path / "cache").events, logs.events)


def test_damaged_cache_is_told(tmp_path: Path) -> None:
    """A bit that fell over in the cache is no damage of the log file in S3: that is read again, and it is said."""
    bucket, cache = theft(), tmp_path / "cache"
    run(bucket, tmp_path / "one", cache=str(cache))
    flipped = next(cache.rglob("*T0310Z*.json.gz"))
    content = bytearray(flipped.read_bytes())
    content[30] ^= 1
    flipped.write_bytes(content)
    fetched = run(bucket, tmp_path / "two", cache=str(cache))
    assert (fetched.unread, fetched.cost.objects) == ((), 1)
    assert any("1 object in the folder of --cache" in warning for warning in fetched.warnings)
    same(load_trail(tmp_path / "two").events, load_trail(tmp_path / "one").events)
    assert not any("--cache" in warning for warning in run(bucket, tmp_path / "three", cache=str(cache)).warnings)


def test_everything_is_copied(tmp_path: Path) -> None:
    """A question that names nobody copies the log files as they are, and goes on where it was."""
    bucket = theft()
    everything = replace(question(), principal_ids=(), session_names=(), instance_id=None)
    bucket.refused[key_of("20261101T0320")] = denied()
    fetched = run(bucket, tmp_path, everything)
    assert (fetched.records, fetched.complete) == (4, False)
    bucket.refused.clear()
    bucket.read.clear()
    fetched = run(bucket, tmp_path, everything)
    assert (fetched.records, fetched.complete, bucket.read) == (5, True, [key_of("20261101T0320")])
    copied = load_trail(bucket.copied(tmp_path / "copied"))
    same(load_trail(tmp_path).events.iloc[:0], copied.events.iloc[:0])
    assert len(load_trail(run(bucket, tmp_path / "again", everything).folder).events) == len(copied.events)


def test_copies_are_of_what_is_in_the_bucket_now(tmp_path: Path) -> None:
    """An object that was overwritten by one of the same size is copied again; so is a copy that went astray."""
    everything = replace(question(), principal_ids=(), session_names=(), instance_id=None)
    bucket = theft()
    run(bucket, tmp_path, everything)
    lost, changed = key_of("20261101T0320"), key_of("20261101T0305")
    (tmp_path / lost).unlink()
    content = bytearray(bucket.objects_held[changed])
    content[4] ^= 1  # the time in the header of gzip
    bucket.objects_held[changed] = bytes(content)
    bucket.read.clear()
    later = replace(everything, until=UNTIL + timedelta(hours=1))
    found = fetch_trail(SOURCE, later, tmp_path, aws=bucket, terms=Terms(), watch=Watch())  # type: ignore[arg-type]
    assert (sorted(bucket.read), found.records) == ([changed, lost], 5)
    assert (tmp_path / changed).read_bytes() == content


def test_copies_are_not_taken_for_a_search(tmp_path: Path) -> None:
    """A search for a key in the folder of copies reads everything itself, and copies after it are whole again."""
    everything = replace(question(), principal_ids=(), session_names=(), instance_id=None)
    bucket = theft()
    run(bucket, tmp_path, everything)
    for asked, records in ((replace(everything, access_key_ids=(calls.HOP_KEYS[1],)), 2), (everything, 5)):
        bucket.read.clear()
        assert run(bucket, tmp_path, asked).records == records
        assert sorted(bucket.read) == sorted(whole_keys(bucket))
    same(load_trail(tmp_path).events, load_trail(run(bucket, tmp_path / "anew", everything).folder).events)


def test_hostile_keys(tmp_path: Path) -> None:
    """A key that would lead out of the folder is kept inside it."""
    bucket = theft()
    name = key_of("20261101T0341").rsplit("/", 1)[1]
    bucket.objects_held = {f"x/../../{name}": bucket.objects_held[key_of("20261101T0305")]}
    fetched = run(bucket, tmp_path / "case")
    assert fetched.records == 2
    assert [path for path in tmp_path.rglob("*") if path.is_file() and not path.is_relative_to(tmp_path / "case")] == []


@pytest.mark.parametrize("names", [("x.json", "x.json.gz"), (f"A{'x' * 130}.json.gz", f"B{'x' * 130}.json.gz")])
@pytest.mark.parametrize("by_name", [True, False])
def test_objects_of_like_names(tmp_path: Path, names: tuple[str, str], *, by_name: bool) -> None:
    """Objects whose names differ in their ending or beginning alone are kept, cached and copied side by side."""
    bucket = MemoryBucket()
    for number, name in enumerate(names):
        bucket.put(f"logs/{name}", [calls.call(number, 0)])
    asked = question() if by_name else replace(question(), principal_ids=(), session_names=(), instance_id=None)
    for folder in ("first", "second"):
        fetched = run(bucket, tmp_path / folder, asked, cache=str(tmp_path / "cache"))
        trail = with_fetched(load_trail(tmp_path / folder), [fetched])
        assert (fetched.records, len(trail.events)) == (2, 2)
        assert sorted(one[:30] for one in trail.events["source_file"]) == [f"s3://audit-logs/logs/{name}"[:30]
                                                                           for name in names]  # fmt: skip
    assert len(bucket.read) == 2
    assert len(load_trail(tmp_path / "cache").events) == 2
