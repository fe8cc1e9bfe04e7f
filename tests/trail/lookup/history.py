"""A made-up event history that answers LookupEvents as AWS does, behind real boto3 clients and no network."""

from __future__ import annotations

import hashlib
import io
import json
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import boto3
from botocore.awsrequest import AWSResponse
from botocore.config import Config

from tests.trail import samples

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

ACCOUNT = samples.ACCOUNT
INSTANCE = samples.INSTANCE
KEY = samples.KEY
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
START = NOW - timedelta(hours=10)

Answer = tuple[int, dict[str, Any] | bytes]


def row(number: int, at: datetime, *, name: str = INSTANCE, key: str = KEY, **changes: Any) -> dict[str, Any]:
    """Give one event of the history, as LookupEvents writes it on the wire."""
    record = samples.event(
        number,
        eventTime=at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        eventID=f"{key}-{number:08d}",
        userIdentity=samples.identity(accessKeyId=key, principalId=f"{samples.ROLE_ID}:{name}"),
        **changes,
    )
    return {
        "EventId": record["eventID"],
        "EventName": record["eventName"],
        "ReadOnly": "true",
        "EventTime": at.timestamp(),
        "EventSource": record["eventSource"],
        "Username": name,
        "AccessKeyId": key,
        "Resources": [],
        "CloudTrailEvent": samples.compact(record),
    }


def rows(count: int, *, every_s: float = 60, until: datetime = NOW, **changes: Any) -> list[dict[str, Any]]:
    """Give several events, the newest a minute before the end."""
    first = until - timedelta(minutes=1)
    return [
        row(number, (first - timedelta(seconds=number * every_s)).replace(microsecond=0), **changes)
        for number in range(count)
    ]


def assume_role(number: int, at: datetime, *, new_key: str, account: str = ACCOUNT, **changes: Any) -> dict[str, Any]:
    """Give the event of a call that issued a key."""
    return row(
        number,
        at,
        eventName="AssumeRole",
        eventSource="sts.amazonaws.com",
        requestParameters={"roleArn": f"arn:aws:iam::{account}:role/next", "roleSessionName": "s"},
        responseElements={"credentials": {"accessKeyId": new_key, "expiration": "Nov 20, 2026, 1:00:00 PM"}},
        **changes,
    )


class Limit:
    """AWS's limit: a store that fills with two a second and holds two."""

    def __init__(self, rate_per_s: float = 2.0, most: float = 2.0) -> None:
        self.rate_per_s, self.most, self.level = rate_per_s, most, most
        self._at = time.monotonic()
        self._lock = threading.Lock()

    def take(self) -> bool:
        """Take one; False where there is none."""
        with self._lock:
            now = time.monotonic()
            self.level = min(self.most, self.level + (now - self._at) * self.rate_per_s)
            self._at = now
            if self.level < 1:
                return False
            self.level -= 1
            return True


@dataclass
class History:
    """The event history of one account and region.

    Attributes:
        events: rows; given out newest first.
        fault: asked before each answer with the request's number and body; gives an answer in place of the real one.
        latency_s: how long an answer takes.
        limit: the limit of requests; None for none.
        asked: the bodies of all requests, in order.
    """

    events: list[dict[str, Any]] = field(default_factory=list)
    fault: Callable[[int, dict[str, Any]], Answer | None] | None = None
    latency_s: float = 0.0
    limit: Limit | None = None
    asked: list[dict[str, Any]] = field(default_factory=list)
    throttled: int = 0
    times: list[float] = field(default_factory=list)
    _lock: Any = field(default_factory=threading.Lock)

    def answer(self, body: dict[str, Any]) -> Answer:
        """Answer one request."""
        with self._lock:
            self.asked.append(body)
            number = len(self.asked)
            self.times.append(time.monotonic())
        if self.limit and not self.limit.take():
            with self._lock:
                self.throttled += 1
            return error("ThrottlingException")
        if self.latency_s:
            time.sleep(self.latency_s)
        made = self.fault(number, body) if self.fault else None
        return made or self._page(body)

    def _page(self, body: dict[str, Any]) -> Answer:
        plain = {name: value for name, value in body.items() if name != "NextToken"}
        mark = hashlib.sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest()[:12]
        at = 0
        if "NextToken" in body:
            of, _, offset = body["NextToken"].partition(":")
            if of != mark:
                return error("InvalidNextTokenException")
            at = int(offset)
        (asked,) = body["LookupAttributes"]
        found = [
            one
            for one in sorted(self.events, key=lambda one: (-one["EventTime"], one["EventId"]))
            if one[asked["AttributeKey"]] == asked["AttributeValue"]
            and body["StartTime"] <= one["EventTime"] <= body["EndTime"]
        ]
        page: dict[str, Any] = {"Events": found[at : at + body["MaxResults"]]}
        if at + body["MaxResults"] < len(found):
            page["NextToken"] = f"{mark}:{at + body['MaxResults']}"
        return 200, page


def error(code: str, status: int = 400) -> Answer:
    """Give an answer that refuses."""
    return status, {"__type": code, "message": "injected, token FwoGZXIvYXdz" + "SECRET" * 9}


class _Body(io.BytesIO):
    def stream(self, **_: Any) -> Any:
        yield self.read()


class World:
    """Accounts and regions with a history each; ``client`` is what a look-up takes.

    Attributes:
        made: how often a client was made, by account and region.
    """

    def __init__(self, histories: dict[tuple[str, str], History]) -> None:
        self.histories = histories
        self.made: Counter[tuple[str, str]] = Counter()
        self.attempts = 1
        self._session = boto3.Session("AKIAEXAMPLE", "not-a-secret")

    def client(self, account_id: str, region: str) -> Any:
        """Give a boto3 client whose requests the history answers."""
        self.made[account_id, region] += 1
        retries: Any = {"mode": "standard", "total_max_attempts": self.attempts}
        client = self._session.client("cloudtrail", region_name=region, config=Config(retries=retries))
        history = self.histories[account_id, region]

        def send(request: Any, **_: Any) -> AWSResponse:
            status, content = history.answer(json.loads(request.body))
            data = content if isinstance(content, bytes) else json.dumps(content).encode()
            return AWSResponse(request.url, status, {"x-amzn-RequestId": "r"}, _Body(data))

        client.meta.events.register_last("before-send.cloudtrail.LookupEvents", send)
        return client

    @property
    def requests(self) -> int:
        """Requests to all histories."""
        return sum(len(history.asked) for history in self.histories.values())


def one_region(events: Iterable[dict[str, Any]], **settings: Any) -> World:
    """Give a world of one account with one region."""
    return World({(ACCOUNT, "us-east-1"): History(list(events), **settings)})
