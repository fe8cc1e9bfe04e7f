"""Every request of a client to LookupEvents, its retries too, made to keep the pace."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from gdkit.aws.failures import BY_CODE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gdkit.trail.lookup.halt import Halt
    from gdkit.trail.lookup.pace import Pacer

_SEND = "before-send.cloudtrail.LookupEvents"
_ANSWER = "needs-retry.cloudtrail.LookupEvents"
_NEWEST = 0.2
"""Weight of the newest answer in the mean of their times."""


class Meter:
    """Counts the requests to one account and region, and times their answers.

    Attributes:
        requests: sent, retries and refused ones among them.
        throttled: refused because they came too soon.
        answer_s: mean seconds from sending to answer, the newest counting most; None before the first.
    """

    def __init__(self) -> None:
        self.requests = 0
        self.throttled = 0
        self.answer_s: float | None = None
        self._lock = threading.Lock()

    def sent(self) -> None:
        """Count one request."""
        with self._lock:
            self.requests += 1

    def answered(self, took_s: float, *, throttled: bool) -> None:
        """Count one answer."""
        with self._lock:
            self.throttled += throttled
            mean = self.answer_s
            self.answer_s = took_s if mean is None else mean + _NEWEST * (took_s - mean)


@contextmanager
def paced(client: Any, pacer: Pacer, meter: Meter, halt: Halt) -> Iterator[None]:
    """Let every request that the client sends wait for its turn, as long as the block runs.

    The wait is hooked in where botocore sends, below its retries, so that a retry keeps the pace like a first request
    and is counted, whatever retry mode the client has. Mode ``adaptive`` slows down by itself after a refusal, so that
    the slower of the two then sets the pace; without refusals it does nothing.

    Args:
        client: a boto3 client of CloudTrail; it may be used by several threads.
        pacer: gives the turns.
        meter: counts.
        halt: ends the waiting; the request is then not sent.

    Source: botocore, ``endpoint.py``: ``before-send`` and ``needs-retry`` are emitted once an attempt.
    """
    sent = threading.local()

    def wait(**_: Any) -> None:
        halt.wait(pacer.reserve())
        halt.check()
        sent.at = pacer.now()
        meter.sent()

    def note(response: Any = None, **_: Any) -> None:
        at = getattr(sent, "at", None)
        if at is None:
            return
        sent.at = None
        code = response[1].get("Error", {}).get("Code") if response else None
        meaning = BY_CODE.get(str(code))
        throttled = meaning is not None and meaning.kind == "throttled"
        if throttled:
            pacer.throttled(at)
        meter.answered(pacer.now() - at, throttled=throttled)

    events, mark = client.meta.events, f"gdkit-pace-{id(meter)}"
    events.register(_SEND, wait, unique_id=mark)
    events.register_first(_ANSWER, note, unique_id=f"{mark}-answer")
    try:
        yield
    finally:
        events.unregister(_SEND, unique_id=mark)
        events.unregister(_ANSWER, unique_id=f"{mark}-answer")
