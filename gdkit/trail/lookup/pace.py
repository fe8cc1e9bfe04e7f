"""The pace of requests to one account and region: the limit used to the full, shared with whoever else uses it."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

LIMIT_PER_S = 2.0
"""Requests that AWS answers in a second, an account and region, everybody's together.

Source: CloudTrail API Reference, LookupEvents: "limited to two per second, per account, per Region".
"""

_SLOWEST_PER_S = 0.1
_CUT = 0.85
"""What a throttled request leaves of the rate."""
_BACK_AFTER_S = 15.0
"""Seconds until the rate is again what it was when a request was throttled."""
_PAUSE_S = 1.0
"""How long nothing is sent after a refusal, so that the limit's store fills up again."""
_PROBE = 1e-5
"""How fast it grows beyond that: times the cube of the seconds since."""
_LATE_INTERVALS = 0.5
"""How late a request may be and still leave the slots after it where they were."""


class Pacer:
    """Gives out the instants at which requests may be sent, by several threads.

    Slots lie on a grid of ``1 / rate`` seconds, so that a late thread does not make the next one late. A throttled
    request cuts the rate, once for all requests that were under way; then it comes back along a cubic curve: fast at
    first, slowly where the throttling was met, and beyond it in careful steps up to the limit.

    Args:
        limit_per_s: the highest rate, requests a second.
        clock: seconds that only grow.

    Source: the curve is that of CUBIC, RFC 9438, section 4.2.
    """

    def __init__(self, *, limit_per_s: float = LIMIT_PER_S, clock: Callable[[], float] = time.monotonic) -> None:
        self._lock = threading.Lock()
        self._clock = clock
        self._limit_per_s = limit_per_s
        self._ceiling_per_s = limit_per_s
        self._cut_at: float | None = None
        self._next_at = clock()

    def reserve(self) -> float:
        """Take the next slot and give the seconds until it, 0 where it is now."""
        with self._lock:
            now = self._clock()
            interval_s = 1 / self._rate(now)
            slot = max(self._next_at, now - _LATE_INTERVALS * interval_s)
            self._next_at = slot + interval_s
            return max(0.0, slot - now)

    def throttled(self, sent_at: float) -> None:
        """Slow down after a request that was refused.

        Args:
            sent_at: when it was sent, on the pacer's clock; one sent before the last cut says nothing new.
        """
        with self._lock:
            if self._cut_at is not None and sent_at <= self._cut_at:
                return
            now = self._clock()
            self._ceiling_per_s = self._rate(now)
            self._cut_at = now
            self._next_at = max(self._next_at, now + max(_PAUSE_S, 1 / self._rate(now)))

    def rate_per_s(self) -> float:
        """Give the present rate, requests a second."""
        with self._lock:
            return self._rate(self._clock())

    def now(self) -> float:
        """Give the pacer's clock, in seconds."""
        return self._clock()

    def _rate(self, now: float) -> float:
        if self._cut_at is None:
            return self._limit_per_s
        since_s = now - self._cut_at - _BACK_AFTER_S
        lost = 1 - _CUT
        if since_s < 0:
            rate = self._ceiling_per_s * (1 + lost * (since_s / _BACK_AFTER_S) ** 3)
        else:
            rate = self._ceiling_per_s + _PROBE * since_s**3
        return min(self._limit_per_s, max(_SLOWEST_PER_S, rate))
