"""Trails that deliver: they take records as they are made, and write log files and digests into buckets."""

from __future__ import annotations

import json
import threading
from collections import deque
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from gdkit.simulator.call import ApiError
from gdkit.simulator.cloudtrail.digests import SigningKeys
from gdkit.simulator.cloudtrail.history_rows import seconds_of
from gdkit.simulator.cloudtrail.log_stream import PutObject, Stream, StreamWriter, last_delivery, next_delivery
from gdkit.simulator.cloudtrail.trail_book import TrailBook

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from gdkit.simulator.call import Call, Handler, Handlers, Result
    from gdkit.simulator.cloudtrail.trails import Organization, Trail


class TrailDelivery:
    """The trails of every account, and what they write into buckets.

    Nothing is written by itself: ``deliver`` writes what is due, and so do StartLogging and UpdateTrail before they
    change anything. Safe to use from many threads; ``put_object`` is called while other calls wait, so it must not come
    back here through another thread.

    Args:
        put_object: writes one object. Where it raises ``ApiError``, the error is shown by GetTrailStatus and the same
            records are tried again with the next delivery, as AWS does.
        seed: makes the random-looking part of file names; the same seed and calls give the same names.
        organization_of: gives the organisation that an account is in; None where it is in none.
        regions: regions in which a multi-region trail delivers digests even where nothing happens, besides its home.
    """

    def __init__(
        self,
        put_object: PutObject,
        *,
        seed: int = 0,
        organization_of: Callable[[str], Organization | None] = lambda account_id: None,
        regions: Sequence[str] = (),
    ) -> None:
        self._book, self._keys, self._regions = TrailBook(organization_of), SigningKeys(), tuple(regions)
        self._writer = StreamWriter(put_object, seed, self._keys)
        self._lock = threading.RLock()
        self._inbox: deque[tuple[Mapping[str, Any], str]] = deque()
        self._streams: list[Stream] = []
        self._deleted: list[Trail] = []

    def handlers(self) -> Handlers:
        """Give the simulated operations."""
        own: dict[str, Handler] = {
            "UpdateTrail": self._update,
            "DeleteTrail": self._delete,
            "StartLogging": self._start,
            "StopLogging": self._stop,
            "GetTrailStatus": self._status,
            "ListPublicKeys": self._public_keys,
        }
        handlers = self._book.handlers() | {("cloudtrail", name): handler for name, handler in own.items()}
        return {key: self._in_turn(handler) for key, handler in handlers.items()}

    def observe(self, record: Mapping[str, Any]) -> None:
        """Take a finished record, of whatever category; it never waits for a delivery.

        A record is judged by the trails as they stand after the calls before it.
        """
        if self._book or self._deleted:
            self._inbox.append((record, json.dumps(record, separators=(",", ":"))))

    def deliver(self, until: datetime) -> None:
        """Write every log file and digest that is due by then; what was written before is not written again."""
        with self._lock:
            self._sort_inbox()
            for stream in self._streams:
                self._writer.write(stream, until)
            self._forget_deleted(until)

    def _forget_deleted(self, until: datetime) -> None:
        """Forget deleted trails that have no more to write, but not before the call that deleted them can be in."""
        busy = [one.trail for one in self._streams if not one.is_over]
        over = [
            trail
            for trail in self._deleted
            if trail not in busy and (trail.stopped_at is None or until >= next_delivery(trail.stopped_at))
        ]
        self._deleted = [trail for trail in self._deleted if trail not in over]
        self._streams = [one for one in self._streams if one.trail not in over]

    def _in_turn(self, handler: Handler) -> Handler:
        """Make an operation see the trails as the records before it left them, one operation at a time."""

        def handle(call: Call) -> Result:
            with self._lock:
                self._sort_inbox()
                return handler(call)

        return handle

    def _sort_inbox(self) -> None:
        while self._inbox:
            record, text = self._inbox.popleft()
            event_at = datetime.fromtimestamp(seconds_of(record["eventTime"]), UTC)
            for trail in (*self._book, *self._deleted):
                if trail.takes(record, event_at):
                    stream = self._stream(trail, record["recipientAccountId"], record["awsRegion"], event_at)
                    stream.waiting.append((event_at, text))

    def _stream(self, trail: Trail, account_id: str, region: str, at: datetime) -> Stream:
        """Give the stream of an account and region; a new one keeps the digest hours of those that the trail has."""
        mine = [one for one in self._streams if one.trail is trail]
        for one in mine:
            if (one.account_id, one.region) == (account_id, region):
                return one
        written_until = max([last_delivery(at), *(one.written_until for one in mine)])
        stream = Stream(trail, account_id, region, written_until)
        if mine:
            stream.digest_from, stream.chain_ends = mine[0].digest_from, mine[0].chain_ends
        self._streams.append(stream)
        return stream

    def _start(self, call: Call) -> Result:
        trail = self._book.find_to_change(call)
        self.deliver(call.at)
        if not trail.logging:
            trail.logging, trail.started_at = True, call.at
            self._open_chains(trail, call.at)
        return {}

    def _stop(self, call: Call) -> Result:
        self._end_logging(self._book.find_to_change(call), call.at)
        return {}

    def _delete(self, call: Call) -> Result:
        trail = self._book.find_to_change(call)
        self._end_logging(trail, call.at)
        self._book.remove(trail)
        self._deleted.append(trail)
        return {}

    def _update(self, call: Call) -> Result:
        validated = self._book.find_to_change(call).validation
        self.deliver(call.at)
        trail = self._book.update(call)
        if trail.validation and not validated:
            self._open_chains(trail, call.at)
        elif validated and not trail.validation:
            self._close_chains(trail, call.at)
        return trail.settings()

    def _end_logging(self, trail: Trail, at: datetime) -> None:
        if trail.logging:
            trail.logging, trail.stopped_at = False, at
            self._close_chains(trail, next_delivery(at))

    def _open_chains(self, trail: Trail, at: datetime) -> None:
        if not (trail.validation and trail.logging):
            return
        for region in (trail.home_region, *(self._regions if trail.multi_region else ())):
            self._stream(trail, trail.account_id, region, at)
        for stream in self._streams:
            if stream.trail is trail:
                stream.chain_ends = None
                stream.digest_from = stream.digest_from or at.replace(microsecond=0)

    def _close_chains(self, trail: Trail, ends: datetime) -> None:
        for stream in self._streams:
            if stream.trail is trail:
                stream.chain_ends = ends

    def _status(self, call: Call) -> Result:
        trail = self._book.find(call)
        shown = {
            "IsLogging": trail.logging,
            "LatestDeliveryError": trail.delivery_error or None,
            "LatestDeliveryTime": trail.delivered_at,
            "StartLoggingTime": trail.started_at,
            "StopLoggingTime": trail.stopped_at,
            "LatestDigestDeliveryTime": trail.digest_at,
            "LatestDigestDeliveryError": trail.digest_error or None,
        }
        return {name: value for name, value in shown.items() if value is not None}

    def _public_keys(self, call: Call) -> Result:
        start, end = (call.parameters.get(name) or call.at for name in ("StartTime", "EndTime"))
        if start > end:
            raise ApiError("InvalidTimeRangeException", "The start time occurs after the end time.")
        return {"PublicKeyList": self._keys.public_keys(call.region, start, min(end, call.at))}
