"""How far something long is: in words, as a share, and in plain lines on stderr now and then."""

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

_LEAST_SHARE = 0.02
"""Share of the work from which on the time that is left can be told."""


def progress_tellers() -> Tellers:
    """Give what tells of a look-up and of files being read; what is over soon prints nothing."""
    begun = time.monotonic()
    return Tellers(lookup=_now_and_then(lookup_line),
                   files=_now_and_then(lambda progress: files_line(progress, time.monotonic() - begun)))  # fmt: skip


def lookup_line(progress: LookupProgress) -> str:
    """Say how far a look-up is, and how long it still takes where that can be told."""
    throttled = f", {progress.throttled} throttled" if progress.throttled else ""
    done = progress.queries - progress.queries_open
    return (
        f"event history: {done:,} of {progress.queries:,} questions answered, {progress.pages:,} pages, "
        f"{progress.rows:,} events, {progress.requests:,} requests{throttled}{_left(progress.seconds_left)}"
    )


def files_line(progress: Progress, elapsed_s: float = 0.0) -> str:
    """Say how much of the log files was read, and how long the rest takes where that can be told.

    Args:
        progress: how far it is.
        elapsed_s: seconds since it began; 0 where they are not known.
    """
    counted = f"{progress.files_done:,} of {progress.files:,} {progress.what}"
    if not progress.bytes:  # as long as it is not known what they hold
        return counted
    return (
        f"{counted}, {progress.bytes_done / 1e6:,.0f} of {progress.bytes / 1e6:,.0f} MB, {progress.records:,} records"
        f"{_left(progress.seconds_left or seconds_left(progress, elapsed_s))}"
    )


def seconds_left(progress: Progress, elapsed_s: float) -> float | None:
    """Estimate how long the rest of the files takes; None while there is no ground for it."""
    share = files_share(progress)
    return elapsed_s * (1 - share) / share if elapsed_s and share >= _LEAST_SHARE else None


def files_share(progress: Progress) -> float:
    """Give which share of the files' bytes was read, 0 to 1."""
    return progress.bytes_done / progress.bytes if progress.bytes else 0.0


def lookup_share(progress: LookupProgress) -> float:
    """Give which share of the questions asked so far is answered, 0 to 1; keys found on the way add questions."""
    return 1 - progress.queries_open / progress.queries if progress.queries else 0.0


def _left(seconds: float | None) -> str:
    return "" if seconds is None else f", about {seconds:.0f} s left"


def _now_and_then(line: Callable[[Any], str]) -> Callable[[Any], None]:
    last: float | None = None

    def tell(progress: Any) -> None:
        nonlocal last
        now = time.monotonic()
        if last is not None and now - last >= EVERY_S:
            print(line(progress), file=sys.stderr)
        last = now if last is None or now - last >= EVERY_S else last

    return tell
