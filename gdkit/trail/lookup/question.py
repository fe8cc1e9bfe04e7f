"""A query under way: its runs of pages, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from gdkit.aws.translate import translating
from gdkit.errors import AwsCall, GdkitError
from gdkit.trail.lookup.failures import NO_EVENTS, SAME_TOKEN, Failure, failure_of
from gdkit.trail.lookup.gaps import Chain, Gap, gaps
from gdkit.trail.lookup.plan import LATE_BY, Query, Window
from gdkit.trail.lookup.store import Page

if TYPE_CHECKING:
    from datetime import datetime

PAGE_EVENTS = 50
"""Events in a full page. Source: CloudTrail API Reference, LookupEvents, MaxResults."""


@dataclass(slots=True, eq=False)
class Question:
    """One query and how far its answer is.

    Attributes:
        wanted: the window asked about.
        chains: its runs by number.
        open: runs under way or waiting.
        failed: why it is given up; None while it is not.
        lost_tokens: tokens that AWS did not take, one after the other.
    """

    query: Query
    wanted: Window
    chains: dict[int, Chain] = field(default_factory=dict)
    open: int = 0
    failed: Failure | None = None
    lost_tokens: int = 0

    def gaps(self) -> list[Gap]:
        """Give what is still to be asked for."""
        return gaps(self.chains.values(), self.wanted, late_by=LATE_BY)


@dataclass(slots=True, eq=False)
class Flight:
    """A run of pages under way.

    Attributes:
        chain: the run with the pages that are on the disk.
        down_to: where it may stop, because another run goes on from there.
        failures: requests for the next page that failed, one after the other.
        not_before_s: when to try again, on the monotonic clock.
        seen: tokens that it was given.
    """

    question: Question
    chain: Chain
    down_to: datetime
    failures: int = 0
    not_before_s: float = 0.0
    seen: set[str] = field(default_factory=set)

    @property
    def landed(self) -> bool:
        """Whether no further page is needed."""
        below = self.down_to > self.chain.window.start_at and self.chain.position_at <= self.down_to
        return self.chain.ended or (self.chain.pages > 0 and below)

    def pages_left(self) -> float | None:
        """Estimate the pages to come from how densely the time so far was filled; None where that is not known."""
        chain = self.chain
        done_s = (chain.window.end_at - chain.position_at).total_seconds()
        if chain.pages == 0 or done_s <= 0:
            return None
        return chain.pages * max(0.0, (chain.position_at - self.down_to).total_seconds()) / done_s


def fetch_page(client: Any, flight: Flight) -> Page | Failure:
    """Ask for the next page of a run.

    Args:
        client: a boto3 client of CloudTrail.
        flight: the run; every request of it asks for the same window, as its token demands.

    Source: CloudTrail API Reference, LookupEvents.
    """
    chain, query = flight.chain, flight.question.query
    request: dict[str, Any] = {
        "LookupAttributes": [{"AttributeKey": query.attribute, "AttributeValue": query.value}],
        "StartTime": chain.window.start_at,
        "EndTime": chain.window.end_at,
        "MaxResults": PAGE_EVENTS,
    }
    if chain.token is not None:
        request["NextToken"] = chain.token
    call = AwsCall("cloudtrail", "LookupEvents", query.site.account_id, query.site.region)
    try:
        with translating(call):
            answer = client.lookup_events(**request)
    except GdkitError as error:
        return failure_of(error)
    if "Events" not in answer:
        return NO_EVENTS
    token = answer.get("NextToken") or None
    if token is not None and (token == chain.token or token in flight.seen):
        return SAME_TOKEN
    return Page(tuple(answer["Events"]), token, answer.get("ResponseMetadata", {}).get("RequestId"))
