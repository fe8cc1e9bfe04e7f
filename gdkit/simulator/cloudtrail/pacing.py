"""How many requests a simulated service takes: a token bucket on the machine's own time, and its counts."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True)
class Served:
    """What became of the requests of one account and region."""

    answered: int = 0
    throttled: int = 0


class RequestRate:
    """A limit on requests, kept apart for each account and region.

    It runs on real time, not on the simulator's clock: what is limited is the client, which runs in real time.

    Args:
        per_s: requests each second; None for no limit.
        burst: requests that are taken at once after a pause.
        monotonic: gives real seconds.

    Raises:
        ValueError: a rate or burst of nothing.
    """

    def __init__(self, per_s: float | None, *, burst: int = 2, monotonic: Callable[[], float] = time.monotonic) -> None:
        if burst < 1 or (per_s is not None and per_s <= 0):
            raise ValueError(f"a rate of {per_s} and a burst of {burst} let nothing through")
        self._per_s, self._burst, self._monotonic = per_s, burst, monotonic
        self._lock = threading.Lock()
        self._left: dict[tuple[str, str], tuple[float, float]] = {}
        self._served: dict[tuple[str, str], Served] = {}

    def take(self, account_id: str, region: str) -> bool:
        """Count one request, and say whether it may be answered."""
        key = account_id, region
        with self._lock:
            allowed = self._per_s is None or self._take_token(key, self._per_s)
            served = self._served.get(key, Served())
            self._served[key] = (
                replace(served, answered=served.answered + 1)
                if allowed
                else replace(served, throttled=served.throttled + 1)
            )
        return allowed

    def served(self) -> dict[tuple[str, str], Served]:
        """Give the counts so far by account id and region."""
        with self._lock:
            return dict(self._served)

    def _take_token(self, key: tuple[str, str], per_s: float) -> bool:
        now = self._monotonic()
        tokens, since = self._left.get(key, (float(self._burst), now))
        tokens = min(float(self._burst), tokens + (now - since) * per_s)
        allowed = tokens >= 1
        self._left[key] = (tokens - 1 if allowed else tokens, now)
        return allowed
