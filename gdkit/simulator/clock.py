"""The simulator's own time: it stands still and is set while a scenario is staged, and runs afterwards."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime, timedelta


class Clock:
    """A clock that can be set.

    Args:
        at: where it starts, aware; None for the machine's time.
        running: whether it goes on by itself from there.
    """

    def __init__(self, at: datetime | None = None, *, running: bool = True) -> None:
        self._lock = threading.Lock()
        self._at = (at or datetime.now(UTC)).astimezone(UTC)
        self._since = time.monotonic()
        self._running = running

    def now(self) -> datetime:
        """Give the simulated instant, in UTC."""
        with self._lock:
            passed_s = time.monotonic() - self._since if self._running else 0.0
            return self._at + timedelta(seconds=passed_s)

    def set(self, at: datetime, *, running: bool = False) -> None:
        """Set the clock; it stands still there unless told to run."""
        with self._lock:
            self._at = at.astimezone(UTC)
            self._since = time.monotonic()
            self._running = running
