"""The log files that can hold what is asked for, by the days of their delivery."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from gdkit.errors import AwsError, StoppedError
from gdkit.trail.fetched import Watch
from gdkit.trail.s3.listing import list_trail
from tests.trail import samples
from tests.trail.s3.memory import MemoryBucket, denied, key_of, question, theft

if TYPE_CHECKING:
    from gdkit.trail.load import Progress

A = samples.ACCOUNT


def days(bucket: MemoryBucket, **asked: object) -> list[str]:
    """Give the stamps of the objects that are listed for a question."""
    listing = list_trail(bucket, "", question(**asked), Watch())  # type: ignore[arg-type]
    return sorted(one.path.rpartition("/")[2].split("_")[3] for one in listing.objects)


def test_span_with_late_delivery() -> None:
    """Files are asked for from shortly before the span to a day after it, by the time in their names."""
    bucket = MemoryBucket()
    for at in ("20261030T2359", "20261031T2349", "20261031T2350", "20261101T0305", "20261102T1200", "20261102T1201"):
        bucket.put(key_of(at), [samples.event()])
    assert days(bucket) == ["20261031T2350Z", "20261101T0305Z", "20261102T1200Z"]


def test_days_of_a_long_span_are_listed_side_by_side() -> None:
    """Few folders are listed in parts of some days, none of which lies outside the span; nothing is listed twice."""
    bucket = MemoryBucket()
    stamps = [f"2026{month:02d}{day:02d}T0{hour}00" for month in (9, 10) for day in (1, 2, 15, 30) for hour in (1, 5)]
    for at in stamps:
        bucket.put(key_of(at), [samples.event()])
    since, until = datetime(2026, 9, 2, 3, tzinfo=UTC), datetime(2026, 10, 14, 3, tzinfo=UTC)
    found = days(bucket, since=since, until=until)
    assert found == [f"{at}Z" for at in stamps if "20260902T0250" <= at <= "20261015T0300"]
    begins = sorted(after for _, after in bucket.listed)
    assert len(begins) > 10
    assert begins[0].endswith("/2026/09/02")
    assert len(set(begins)) == len(begins)


def test_months_and_years_turn() -> None:
    """Days before and after a turn of the year are listed in order."""
    bucket = MemoryBucket()
    for at in ("20261231T2355", "20270101T0005"):
        bucket.put(key_of(at), [samples.event()])
    since = datetime(2026, 12, 31, 23, 50, tzinfo=UTC)
    assert len(days(bucket, since=since, until=since + timedelta(minutes=20))) == 2


def test_what_is_no_log_file_is_counted() -> None:
    """Digests, Insights events and other files are passed over, and counted; an empty log file is one to read.

    Files that may hold events, and are not named as log files are, are counted by themselves, but for empty ones.
    """
    bucket = theft()
    region = f"AWSLogs/{A}/CloudTrail/eu-west-1/2026/11/01/"
    for name in ("x_CloudTrail-Insight_y.json.gz", "readme.txt", "a.jpg", "inventory.csv.gz", "a.ndjson", "b.LOG",
                 f"{A}_CloudTrail_eu-west-1_20261101T0305Z_copy"):  # fmt: skip
        bucket.objects_held[region + name] = b"x"
    for name in ("empty.json.gz", "x_CloudTrail-Insight_z.json.gz", "empty/", "empty.log"):
        bucket.objects_held[region + name] = b""
    listing = list_trail(bucket, "", question(), Watch())  # type: ignore[arg-type]
    assert sum(one.others for one in listing.folders) == 6
    assert (listing.unlike, listing.folders[0].first_unlike) == (
        4,
        f"{region}{A}_CloudTrail_eu-west-1_20261101T0305Z_copy",
    )
    assert listing.layout.others == {"CloudTrail-Digest": 1}
    assert len(listing.objects) == 6


def test_names_tell_where_folders_do_not() -> None:
    """Copies that are laid out in another way are chosen by their names; what has no such name is read in any case."""
    bucket = MemoryBucket()
    for number, at in enumerate(("20261001T0000", "20261101T0305", "20261101T0305")):
        name = key_of(at, number, region=("eu-west-1", "eu-west-1", "us-east-1")[number]).rsplit("/", 1)[1]
        bucket.put(f"copies/{name}", [samples.event()])
    bucket.put("copies/export.json.gz", [samples.event()])
    bucket.objects_held["copies/CloudTrail-Digest/x.json.gz"] = b"x"
    listing = list_trail(bucket, "copies", question(regions=("eu-west-1",)), Watch())  # type: ignore[arg-type]
    assert [one.path.rpartition("/")[2][-13:] for one in listing.objects] == ["00001.json.gz", "xport.json.gz"]
    (folder,) = listing.folders
    assert (folder.outside, folder.others) == (2, 1)


def test_one_day_that_is_named() -> None:
    """A prefix of one day is listed as it is."""
    bucket = theft()
    listing = list_trail(bucket, f"AWSLogs/{A}/CloudTrail/eu-west-1/2026/11/01", question(), Watch())  # type: ignore[arg-type]
    assert bucket.listed == [(f"AWSLogs/{A}/CloudTrail/eu-west-1/2026/11/01/", "")]
    assert len(listing.objects) == 3


def test_folder_that_breaks_off() -> None:
    """A region that cannot be listed keeps its error, and the others are listed."""
    bucket = theft()
    bucket.refused[f"?AWSLogs/{A}/CloudTrail/eu-west-1/"] = denied("s3:ListBucket")
    listing = list_trail(bucket, "", question(), Watch())  # type: ignore[arg-type]
    broken = [one for one in listing.folders if one.error]
    assert [one.folder.region for one in broken] == ["eu-west-1"]
    assert len(listing.objects) == 2
    bucket.refused["?"] = denied("s3:ListBucket")
    with pytest.raises(AwsError, match="ListBucket"):
        list_trail(bucket, "", question(), Watch())  # type: ignore[arg-type]


def test_error_of_one_part_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder that is listed in parts is not whole where one of them failed, whichever part came last."""
    bucket = MemoryBucket()
    for day in range(1, 9):
        bucket.put(key_of(f"202610{day:02d}T0300"), [samples.event()])
    objects = bucket.objects

    def fail_once(prefix: str, after: str = "") -> Any:
        if after.endswith("2026/10/03"):
            raise denied("s3:ListBucket")
        return objects(prefix, after)

    monkeypatch.setattr(bucket, "objects", fail_once)
    since = datetime(2026, 10, 1, tzinfo=UTC)
    listing = list_trail(bucket, "", question(since=since, until=since + timedelta(days=7)), Watch())  # type: ignore[arg-type]
    (folder,) = listing.folders
    assert folder.error is not None
    assert len(listing.objects) >= 6


def test_another_bucket_altogether(monkeypatch: pytest.MonkeyPatch) -> None:
    """A bucket that is not laid out as CloudTrail does it is not listed without end."""
    monkeypatch.setattr("gdkit.trail.s3.listing._MOST_UNKNOWN", 4)
    bucket = MemoryBucket({f"photos/{number:03d}.json": b"x" for number in range(50)})
    listing = list_trail(bucket, "photos", question(), Watch())  # type: ignore[arg-type]
    (folder,) = listing.folders
    assert folder.error is not None
    assert "name a longer prefix" in folder.error.action
    assert len(listing.objects) < 10


def test_interrupted_listing(monkeypatch: pytest.MonkeyPatch) -> None:
    """A Ctrl-C while folders are listed begins no more of them."""
    bucket = MemoryBucket()
    for number in range(200):
        bucket.put(key_of("20261101T0305", account=f"{number:012d}"), [samples.event()])

    begun, objects = threading.Event(), bucket.objects

    def wait(prefix: str, after: str = "") -> Any:
        if len(bucket.listed) > 50:
            begun.wait(5)
        return objects(prefix, after)

    def interrupt(_progress: Progress) -> None:
        begun.set()
        raise KeyboardInterrupt

    monkeypatch.setattr(bucket, "objects", wait)
    with pytest.raises(KeyboardInterrupt):
        list_trail(bucket, "", question(), Watch(interrupt))  # type: ignore[arg-type]
    assert len(bucket.listed) < 200


def test_requests_and_progress() -> None:
    """Requests are counted, the way there among them, and progress is told with the bytes found at its end."""
    told: list[Progress] = []
    listing = list_trail(theft(), "", question(), Watch(told.append))  # type: ignore[arg-type]
    assert listing.requests == 1 + 1 + 2 + 2 + len(told)
    assert {one.what for one in told} == {"folders listed"}
    assert (told[-1].files_done, told[-1].bytes) == (told[-1].files, sum(one.size_bytes for one in listing.objects))


def test_stopped() -> None:
    """A listing that is stopped is an error that says so: nothing was read."""
    with pytest.raises(StoppedError, match="while the log files were listed"):
        list_trail(theft(), "", question(), Watch(is_stopped=lambda: True))  # type: ignore[arg-type]


def test_nothing_can_be_listed() -> None:
    """Where not one folder can be listed, that is an error, and no empty answer; where one can, it is a gap."""
    bucket = theft()
    asked = (f"AWSLogs/{A}/CloudTrail/eu-west-1/", f"AWSLogs/{A}/CloudTrail/us-east-1/")
    bucket.refused[f"?{asked[0]}"] = denied("s3:ListBucket")
    with pytest.raises(AwsError, match="s3:ListBucket"):
        list_trail(bucket, asked[0], question(), Watch())  # type: ignore[arg-type]
    listing = list_trail(bucket, f"AWSLogs/{A}/", question(), Watch())  # type: ignore[arg-type]
    assert [one.error is None for one in listing.folders] == [False, True]
