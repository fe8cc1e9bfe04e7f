"""What is to be looked up: whose events, where, and in which window of time."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Literal
from urllib.parse import quote

from gdkit.errors import UsageError
from gdkit.identifiers import is_account_id

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

KEPT_FOR = timedelta(days=90)
"""How long the event history keeps an event. Source: CloudTrail API Reference, LookupEvents."""

LATE_BY = timedelta(minutes=15)
"""How late an event may come into the event history.

Source: CloudTrail User Guide, "How CloudTrail works": "typically within an average of about 5 minutes", with no
guarantee; 15 minutes is what AWS named before.
"""

ISSUE_MARGIN = timedelta(minutes=5)
"""How long before a credential's issue its first call may be dated: clocks of two services."""

Attribute = Literal["Username", "AccessKeyId", "EventName"]
_REGION = re.compile(r"[a-z]{2,}(?:-[a-z0-9]+)+")
_LONGEST_NAME = 100


@dataclass(frozen=True, slots=True)
class Window:
    """A span of time in whole seconds, both ends in it, as LookupEvents takes it."""

    start_at: datetime
    end_at: datetime


@dataclass(frozen=True, slots=True, order=True)
class Site:
    """One account's event history in one region; AWS's limit of requests holds for each."""

    account_id: str
    region: str


@dataclass(frozen=True, slots=True, order=True)
class Query:
    """One question to one site: all events that carry this user name, this access key or this name of a call.

    Attributes:
        attribute: ``Username`` is the session's name for a role session, which for an instance is the instance id.
    """

    site: Site
    attribute: Attribute
    value: str

    @property
    def folder(self) -> str:
        """Name of the query's folder below the site's: safe for any value."""
        name = f"{self.attribute}-{quote(self.value, safe='')}"
        if len(name) <= _LONGEST_NAME:
            return name
        return f"{self.attribute}-sha256-{hashlib.sha256(self.value.encode()).hexdigest()}"


@dataclass(frozen=True, slots=True)
class FoundKey:
    """An access key of the session, or one that its calls or those of a chained session issued.

    Attributes:
        account_id: the account whose history holds the calls made with it; None where it cannot be told.
        issued_at: when it was issued; None where it cannot be told.
    """

    access_key_id: str
    account_id: str | None
    issued_at: datetime | None


@dataclass(frozen=True, slots=True)
class NamedCaller:
    """Whose calls are asked for by name: a session that signed in to the console, or a user that was made."""

    account_id: str
    name: str


@dataclass(frozen=True, slots=True)
class LookupPlan:
    """A leaked session and where its events are to be looked up.

    Attributes:
        account_id: the session's own account.
        session_names: names of the session, mostly one instance id; role names find nothing.
        access_key_ids: keys of the session that are known.
        regions: the regions in reach, by account; the session's own account among them.
        start_at: the beginning, mostly when the first of the leaked credentials was issued.
        asked_at: the present, which is also the window's end: it may be a simulated clock's.
        until: the end, where it is not the present.
        event_names: calls that anybody may have made, to be found by their name, such as those that open a way in.
        event_regions: where these are looked for, in the session's own account.

    Source: CloudTrail User Guide, "Viewing CloudTrail events": a role session's user name is its session name.
    """

    account_id: str
    session_names: tuple[str, ...]
    access_key_ids: tuple[str, ...]
    regions: Mapping[str, tuple[str, ...]]
    start_at: datetime
    asked_at: datetime
    event_names: tuple[str, ...] = ()
    event_regions: tuple[str, ...] = ()
    until: datetime | None = None

    @property
    def window(self) -> Window:
        """What of the plan's time the event history can hold, in whole seconds, a margin before the start included."""
        oldest_at = self.asked_at - KEPT_FOR
        start_at = max(self.start_at - ISSUE_MARGIN, oldest_at)
        end_at = min(self.until or self.asked_at, self.asked_at)
        return Window(whole_second(start_at), whole_second(end_at + timedelta(microseconds=999_999)))

    def check(self) -> None:
        """Refuse a plan that cannot be carried out.

        Raises:
            UsageError: no name and no key, no region, a name that is none, or times without a zone or out of order.
        """
        if not self.session_names and not self.access_key_ids:
            raise UsageError("neither a session name nor an access key was given to look up")
        if not self.regions.get(self.account_id):
            raise UsageError("no region of the session's own account was given", where=self.account_id)
        for account_id, regions in self.regions.items():
            if not is_account_id(account_id):
                raise UsageError(f"{account_id!r:.40} is no account id: it has twelve digits")
            for region in regions:
                if not _REGION.fullmatch(region):
                    raise UsageError(f"{region!r:.40} is no name of a region")
        if self.start_at.tzinfo is None or self.asked_at.tzinfo is None:
            raise UsageError("a time without a zone was given", action="give aware times, in UTC")
        if self.start_at >= min(self.until or self.asked_at, self.asked_at):
            raise UsageError("the window ends before it begins",
                             action="give a start that lies before its end and the present")  # fmt: skip
        if self.window.start_at >= self.window.end_at:
            raise UsageError(f"the event history is kept for {KEPT_FOR.days} days, and the window ends before them",
                             action="read the trail's log files: --trail s3://BUCKET/PREFIX, or a copy")  # fmt: skip


def whole_second(at: datetime) -> datetime:
    """Give the second that an instant lies in, in UTC.

    >>> whole_second(datetime(2026, 11, 1, 3, 4, 5, 6, tzinfo=UTC))
    datetime.datetime(2026, 11, 1, 3, 4, 5, tzinfo=datetime.timezone.utc)
    """
    return at.astimezone(UTC).replace(microsecond=0)


def first_queries(plan: LookupPlan) -> list[Query]:
    """Give the questions that the plan itself holds, in every region of the session's account."""
    sites = [Site(plan.account_id, region) for region in dict.fromkeys(plan.regions[plan.account_id])]
    return [query for site in sites for query in _of_site(plan, site)]


def _of_site(plan: LookupPlan, site: Site) -> Iterator[Query]:
    for name in dict.fromkeys(plan.session_names):
        yield Query(site, "Username", name)
    for key in dict.fromkeys(plan.access_key_ids):
        yield Query(site, "AccessKeyId", key)
    for event_name in dict.fromkeys(plan.event_names) if site.region in plan.event_regions else ():
        yield Query(site, "EventName", event_name)


def further_queries(
    plan: LookupPlan, keys: Iterable[FoundKey], callers: Iterable[NamedCaller], window: Window
) -> list[tuple[Query, Window]]:
    """Give the questions for what was found on the way; none for accounts out of reach.

    A key is asked for from its issue on. A console session has keys that nothing issued that was seen, so it is asked
    for by its name.
    """
    asked: list[tuple[str | None, Attribute, str, Window]] = [
        (key.account_id, "AccessKeyId", key.access_key_id, _since_issue(window, key.issued_at)) for key in keys
    ]
    asked += [(one.account_id, "Username", one.name, window) for one in callers]
    return [
        (Query(Site(str(account_id), region), attribute, value), span)
        for account_id, attribute, value, span in asked
        for region in dict.fromkeys(plan.regions.get(account_id or "", ()))
    ]


def _since_issue(window: Window, issued_at: datetime | None) -> Window:
    if issued_at is None or issued_at > window.end_at:
        return window
    return Window(max(window.start_at, whole_second(issued_at - ISSUE_MARGIN)), window.end_at)
