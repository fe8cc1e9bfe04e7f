"""CloudTrail's event history in the simulated account: LookupEvents, as slow and as narrow as AWS's."""

from __future__ import annotations

import base64
import hashlib
import json
import math
import threading
import time
from bisect import bisect_left, insort
from collections import deque
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeAlias

from gdkit.simulator.call import ApiError
from gdkit.simulator.cloudtrail.history_rows import HistoryEvent, history_event, is_management
from gdkit.simulator.cloudtrail.pacing import RequestRate, Served

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from gdkit.simulator.call import Call, Handlers, Result
    from gdkit.simulator.clock import Clock

KEPT = timedelta(days=90)
"""How far back the event history goes. Source: CloudTrail API Reference, LookupEvents."""

PAGE = 50
"""Most events of one answer, and how many it holds unless asked for fewer. Source: as above."""

REQUESTS_PER_S = 2.0
"""Requests that AWS answers each second, in an account and region. Source: as above."""

ATTRIBUTES = frozenset(
    {"EventId", "EventName", "ReadOnly", "Username", "ResourceType", "ResourceName", "EventSource", "AccessKeyId"}
)
"""What events can be looked up by, one at a time. Source: CloudTrail API Reference, ``LookupAttribute``."""

_MOST_REQUESTS = 100_000
_ALL = ("", "")
_Place: TypeAlias = tuple[int, int]
_Entry: TypeAlias = tuple[int, int, HistoryEvent]


@dataclass(frozen=True, slots=True)
class LookupRequest:
    """One look-up, as the request log keeps it.

    Attributes:
        attribute: key and value that were asked for; None for all events.
        token: the page that was asked for; None for the first.
        events: how many were answered.
        throttled: it was refused for coming too fast.
        error: code of the error that was answered, a throttling among them; None where events were.
        asked_s: real monotonic seconds.
    """

    account_id: str
    region: str
    attribute: tuple[str, str] | None
    start: datetime | None
    end: datetime | None
    max_results: int
    token: str | None
    events: int
    throttled: bool
    error: str | None
    asked_s: float


class EventHistory:
    """The management events of every account and region, as CloudTrail's event history gives them.

    Safe to use from many threads.

    Args:
        clock: the simulator's time: 90 days back from it is the end of memory.
        requests_per_s: rate of real time that is answered in one account and region; None for no limit.
        delay: an event can be seen this long after it happened. AWS: about 5 minutes on average, no promise.
        monotonic: gives real seconds.

    Source: CloudTrail API Reference, LookupEvents; CloudTrail User Guide, "Working with CloudTrail event history".
    """

    def __init__(
        self,
        clock: Clock,
        *,
        requests_per_s: float | None = REQUESTS_PER_S,
        delay: timedelta = timedelta(0),
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._clock, self._delay, self._monotonic = clock, delay, monotonic
        self._rate = RequestRate(requests_per_s, monotonic=monotonic)
        self._lock = threading.Lock()
        self._index: dict[tuple[str, str, tuple[str, str]], list[_Entry]] = {}
        self._requests: deque[LookupRequest] = deque(maxlen=_MOST_REQUESTS)
        self._count = 0

    @property
    def events(self) -> int:
        """How many events were taken in."""
        return self._count

    def add(self, record: Mapping[str, Any]) -> None:
        """Take in one finished record; one that is of no management event is passed over.

        Raises:
            KeyError: the record lacks a field that every record has.
            ValueError: its time cannot be read.
        """
        if not is_management(record):
            return
        event, account_id, region = history_event(record), record["recipientAccountId"], record["awsRegion"]
        with self._lock:
            self._count += 1
            entry = (event.at_s, self._count, event)
            for attribute in (_ALL, *event.attributes()):
                entries = self._index.setdefault((account_id, region, attribute), [])
                if not entries or entries[-1] < entry:
                    entries.append(entry)
                else:
                    insort(entries, entry)

    def handlers(self) -> Handlers:
        """Give the simulated operations."""
        return {("cloudtrail", "LookupEvents"): self._lookup}

    def served(self) -> dict[tuple[str, str], Served]:
        """Give how many requests were answered and throttled, by account id and region."""
        return self._rate.served()

    def requests(self) -> tuple[LookupRequest, ...]:
        """Give the request log, oldest first; of very many requests the last 100,000."""
        with self._lock:
            return tuple(self._requests)

    def _lookup(self, call: Call) -> Result:
        try:
            if not self._rate.take(call.account_id, call.region):
                raise ApiError("ThrottlingException", "Rate exceeded", 400)
            result = self._page(_query_of(call), call.parameters.get("NextToken"))
        except ApiError as error:
            self._log(call, 0, error.code)
            raise
        self._log(call, len(result["Events"]), None)
        return result

    def _page(self, query: _Query, token: str | None) -> Result:
        before = None if token is None else _place_in(token, query)
        if query.insights:
            return {"Events": []}
        now = self._clock.now()
        first_s = math.ceil(max(query.start, now - KEPT).timestamp())
        last_s = math.floor(min(query.end or now, now - self._delay).timestamp())
        with self._lock:
            entries = self._index.get((query.account_id, query.region, query.attribute), [])
            low = bisect_left(entries, (first_s,))
            high = bisect_left(entries, (last_s + 1,))
            if before is not None:
                high = min(high, bisect_left(entries, before))
            page = entries[max(low, high - query.size) : max(low, high)]
        result: Result = {"Events": [event.row() for _, _, event in reversed(page)]}
        if high - query.size > low:
            result["NextToken"] = _token(query, page[0][:2])
        return result

    def _log(self, call: Call, events: int, error: str | None) -> None:
        asked = call.parameters
        attributes = [(row.get("AttributeKey", ""), row.get("AttributeValue", "")) for row in _attributes(call)]
        request = LookupRequest(
            account_id=call.account_id,
            region=call.region,
            attribute=attributes[0] if attributes else None,
            start=asked.get("StartTime"),
            end=asked.get("EndTime"),
            max_results=asked.get("MaxResults", PAGE),
            token=asked.get("NextToken"),
            events=events,
            throttled=error == "ThrottlingException",
            error=error,
            asked_s=self._monotonic(),
        )
        with self._lock:
            self._requests.append(request)


@dataclass(frozen=True, slots=True)
class _Query:
    """What one look-up asks for, checked."""

    account_id: str
    region: str
    attribute: tuple[str, str]
    start: datetime
    end: datetime | None
    size: int
    insights: bool

    def mark(self) -> str:
        """Give a text that two pages of the same query share, and no others."""
        return hashlib.sha256(repr(self).encode()).hexdigest()


def _query_of(call: Call) -> _Query:
    """Check a call's parameters.

    Raises:
        ApiError: as LookupEvents refuses. Source: CloudTrail API Reference, LookupEvents, "Errors".
    """
    asked = call.parameters
    category, size = asked.get("EventCategory"), asked.get("MaxResults", PAGE)
    if category not in (None, "insight"):
        raise ApiError("InvalidEventCategoryException", f"Event category {category} is not valid.")
    if not 1 <= size <= PAGE:
        raise ApiError("InvalidMaxResultsException", f"MaxResults must be between 1 and {PAGE}.")
    start, end = asked.get("StartTime"), asked.get("EndTime")
    if start is not None and end is not None and start > end:
        raise ApiError("InvalidTimeRangeException", "The start time occurs after the end time.")
    beginning = datetime.fromtimestamp(0, UTC)
    return _Query(call.account_id, call.region, _attribute(call), start or beginning, end, size, category == "insight")


def _attributes(call: Call) -> list[Mapping[str, str]]:
    return list(call.parameters.get("LookupAttributes") or ())


def _attribute(call: Call) -> tuple[str, str]:
    rows = _attributes(call)
    if not rows:
        return _ALL
    key, value = rows[0].get("AttributeKey", ""), rows[0].get("AttributeValue", "")
    if len(rows) > 1:
        raise ApiError("InvalidLookupAttributesException", "You can specify only one lookup attribute.")
    if key not in ATTRIBUTES or not 1 <= len(value) <= 2000:
        raise ApiError("InvalidLookupAttributesException", "The lookup attribute is not valid.")
    return key, value


def _token(query: _Query, place: _Place) -> str:
    text = json.dumps([*place, query.mark()])
    return base64.urlsafe_b64encode(text.encode()).decode()


def _place_in(token: str, query: _Query) -> _Place:
    """Read where the page before ended; a token serves only the same parameters again.

    Source: CloudTrail API Reference, LookupEvents, ``NextToken``: "must be passed in with the same parameters".
    """
    try:
        at_s, number, mark = json.loads(base64.urlsafe_b64decode(token))
        place = int(at_s), int(number)
    except (ValueError, TypeError, OverflowError) as error:
        raise ApiError("InvalidNextTokenException", "Invalid token.") from error
    if mark != query.mark():
        raise ApiError("InvalidNextTokenException", "The token was given for a request with other parameters.")
    return place
