"""Progress in words and as a share: what is done, and how long is left where that can be told."""

from __future__ import annotations

import pytest

from gdkit.progress import files_line, files_share, lookup_line, lookup_share, seconds_left
from gdkit.trail import Progress
from gdkit.trail.lookup import LookupProgress

MB = 1_000_000


def _looked(queries_open: int, queries: int, left: float | None = None, throttled: int = 0) -> LookupProgress:
    return LookupProgress(requests=12, throttled=throttled, pages=3, rows=1_200, queries_open=queries_open,
                          queries=queries, seconds_left=left)  # fmt: skip


def test_look_up() -> None:
    """A look-up says what is answered, what was fetched, whether it was slowed down, and about how long is left."""
    assert lookup_line(_looked(3, 10, 61.6, 2)) == (
        "event history: 7 of 10 questions answered, 3 pages, 1,200 events, 12 requests, 2 throttled, about 62 s left"
    )
    assert "left" not in lookup_line(_looked(3, 10))
    assert lookup_share(_looked(3, 10)) == 0.7
    assert lookup_share(_looked(0, 0)) == 0.0


def test_files() -> None:
    """Files say what was read, and how long the rest takes, by the time that the first part took."""
    progress = Progress(2, 8, 25 * MB, 100 * MB, 5_000)
    assert files_line(progress) == "2 of 8 files, 25 of 100 MB, 5,000 records"
    assert files_line(progress, 10.0) == "2 of 8 files, 25 of 100 MB, 5,000 records, about 30 s left"
    assert files_share(progress) == 0.25


@pytest.mark.parametrize(("done", "elapsed_s"), [(0, 10.0), (MB, 10.0), (50 * MB, 0.0)])
def test_no_ground_for_an_estimate(done: int, elapsed_s: float) -> None:
    """Where hardly anything was read yet, or no time is known, nothing is said of the time left."""
    assert seconds_left(Progress(0, 1, done, 100 * MB, 0), elapsed_s) is None


def test_nothing_to_read() -> None:
    """Files without a byte are no division by zero."""
    assert files_share(Progress(1, 1, 0, 0, 0)) == 0.0


def test_line_of_other_things_than_files() -> None:
    """What is counted is named; sizes are left out while they are not known; an own estimate counts more."""
    assert files_line(Progress(3, 17, 0, 0, 0, what="folders listed")) == "3 of 17 folders listed"
    objects = Progress(2, 8, 25 * MB, 100 * MB, 5000, seconds_left=7.0, what="objects")
    assert files_line(objects, 10.0) == "2 of 8 objects, 25 of 100 MB, 5,000 records, about 7 s left"
