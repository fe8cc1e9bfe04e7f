"""Progress in plain lines on stderr, now and then, while something long goes on."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Any

from gdkit.gathering import Tellers

if TYPE_CHECKING:
    from collections.abc import Callable

    from gdkit.trail import Progress
    from gdkit.trail.lookup import LookupProgress

EVERY_S = 2.0
"""Seconds between two lines."""


def progress_tellers() -> Tellers:
    """Give what tells of a look-up and of files being read; what is over soon prints nothing."""
    return Tellers(lookup=_now_and_then(lookup_line), files=_now_and_then(files_line))


def lookup_line(progress: LookupProgress) -> str:
    """Say how far a look-up is, and how long it still takes where that can be told."""
    left = "" if progress.seconds_left is None else f", about {progress.seconds_left:.0f} s left"
    throttled = f", {progress.throttled} throttled" if progress.throttled else ""
    done = progress.queries - progress.queries_open
    return (
        f"event history: {done:,} of {progress.queries:,} questions answered, {progress.pages:,} pages, "
        f"{progress.rows:,} events, {progress.requests:,} requests{throttled}{left}"
    )


def files_line(progress: Progress) -> str:
    """Say how much of the log files was read."""
    return (
        f"{progress.files_done:,} of {progress.files:,} files, {progress.bytes_done / 1e6:,.0f} of "
        f"{progress.bytes / 1e6:,.0f} MB, {progress.records:,} records"
    )


def _now_and_then(line: Callable[[Any], str]) -> Callable[[Any], None]:
    last: float | None = None

    def tell(progress: Any) -> None:
        nonlocal last
        now = time.monotonic()
        if last is not None and now - last >= EVERY_S:
            print(line(progress), file=sys.stderr)
        last = now if last is None or now - last >= EVERY_S else last

    return tell
