"""What a look-up of the event history gives: facts of each question, and the gaps in words."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gdkit.model import NotSearched, utc_text
from gdkit.trail.lookup.plan import ISSUE_MARGIN, KEPT_FOR, LATE_BY

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime
    from pathlib import Path

    from gdkit.ledger_row import GapKind, LedgerRow
    from gdkit.trail.lookup.failures import Failure
    from gdkit.trail.lookup.plan import FoundKey, LookupPlan, Query, Site, Window
    from gdkit.trail.lookup.question import Question
    from gdkit.trail.lookup.store import Spent

NAMELESS = "records that tell neither the session's name nor a key as their caller's"
"""What the event history cannot be asked for."""

_MOST_NAMES = 5


@dataclass(frozen=True, slots=True)
class QueryFacts:
    """What became of one question.

    Attributes:
        window: the span asked about.
        pages: pages on the disk.
        rows: events in them, those that another question found too among them.
        missing: spans that were not answered, newest first; empty for a whole answer.
        reason: why they are missing; empty where none is.
        gap: the sort of gap that they are.
    """

    query: Query
    window: Window
    pages: int
    rows: int
    missing: tuple[tuple[datetime, datetime], ...] = ()
    reason: str = ""
    gap: GapKind = "not searched"


@dataclass(frozen=True, slots=True)
class LookupResult:
    """A look-up of the event history, as far as it came.

    Attributes:
        folder: where the pages are; ``load_history`` reads them.
        window: the span asked about, of the first questions.
        queries: every question.
        keys: the keys that were found on the way.
        not_searched: what was not looked at, and why.
        warnings: what the reader must know beside it.
        spent: requests, throttled ones and seconds, over all runs of this sweep that came to an end.
        cancelled: whether it was stopped from outside.
        places: the ledger's rows: each account, region and span, and what came of it.
    """

    folder: Path
    window: Window
    queries: tuple[QueryFacts, ...]
    keys: tuple[FoundKey, ...]
    not_searched: tuple[NotSearched, ...]
    warnings: tuple[str, ...]
    spent: Spent
    cancelled: bool = False
    places: tuple[LedgerRow, ...] = ()

    @property
    def complete(self) -> bool:
        """Whether every question was answered in full."""
        return not any(facts.missing for facts in self.queries)

    @property
    def rows(self) -> int:
        """Rows received; the same event may stand in several."""
        return sum(facts.rows for facts in self.queries)

    @property
    def pages(self) -> int:
        """Pages on the disk."""
        return sum(facts.pages for facts in self.queries)

    @property
    def sites(self) -> tuple[Site, ...]:
        """The accounts and regions that gave at least one page."""
        return tuple(sorted({facts.query.site for facts in self.queries if facts.pages}))

    @property
    def summary(self) -> str:
        """One line: what was asked, and what it cost."""
        sites = _count(len(self.sites), "account and region", "accounts and regions")
        spent = self.spent
        return (
            f"CloudTrail event history (LookupEvents) of {sites}, {span(self.window.start_at, self.window.end_at)}: "
            f"{spent.requests} requests ({spent.throttled} throttled), {self.pages} pages, {self.rows} rows, "
            f"{spent.seconds:.0f} s"
        )


def facts_of(question: Question, closed: Failure | None, *, cancelled: bool) -> QueryFacts:
    """Say what became of a question once no work on it is left."""
    chains = question.chains.values()
    missing = tuple((gap.down_to, gap.from_at) for gap in question.gaps())
    failure = question.failed or closed
    reason = ""
    if missing:
        reason = failure.reason if failure else "the look-up was stopped; run it again to go on" if cancelled else ""
        if failure and failure.permission:
            reason = f"the permission {failure.permission} is missing: {reason}"
    return QueryFacts(
        query=question.query,
        window=question.wanted,
        pages=sum(chain.pages for chain in chains),
        rows=sum(chain.events for chain in chains),
        missing=missing,
        reason=reason,
        gap=failure.gap if failure else "not searched",
    )


def gaps_in_words(plan: LookupPlan, facts: Iterable[QueryFacts], keys: Iterable[FoundKey]) -> Iterator[NotSearched]:
    """Name everything that was not looked at: spans, regions, accounts, and what the event history never holds."""
    yield from _unanswered(facts)
    yield from _out_of_reach(plan, keys)
    if plan.start_at - ISSUE_MARGIN < plan.asked_at - KEPT_FOR:
        yield NotSearched(
            f"events before {utc_text(plan.window.start_at)}",
            "the event history keeps 90 days; a trail's log files may hold older ones",
            kind="over 90 days",
        )
    regions = plan.regions[plan.account_id]
    if not any(region.startswith(("us-gov-", "cn-")) or region == "us-east-1" for region in regions):
        yield NotSearched(
            f"account {plan.account_id}, region us-east-1",
            "it was not among the regions given, and calls to IAM and other global services are recorded there",
        )
    yield NotSearched(
        "data events",
        "the event history holds management events only, so S3 object reads and the like would not be seen",
        kind="no data events",
    )
    yield NotSearched(
        NAMELESS,
        "the event history was asked by these; the call by which AWS gives an instance its key, and another account's "
        "own record of a role that was assumed in it, tell neither",
    )


def warnings_of(window: Window, asked_at: datetime, facts: Iterable[QueryFacts]) -> Iterator[str]:
    """Give what limits the conclusions beside the gaps."""
    if window.end_at > asked_at - LATE_BY:
        yield (
            f"Events of the last 15 minutes before {utc_text(window.end_at)} may not have been delivered yet; "
            f"refresh after {utc_text(window.end_at + LATE_BY)}."
        )
    if not any(one.rows for one in facts):
        yield (
            "The event history gave no event, which proves nothing: the account or region may be another one, the "
            "calls may be data events, older than 90 days, or not delivered yet, or the name may be no session's."
        )


def span(start_at: datetime, end_at: datetime) -> str:
    """Write a span of time."""
    return f"{utc_text(start_at)} to {utc_text(end_at)}"


def _unanswered(facts: Iterable[QueryFacts]) -> Iterator[NotSearched]:
    """Tell a region that answered nothing in one line, any other gap by its question and span."""
    by_site: dict[Site, list[QueryFacts]] = defaultdict(list)
    for one in facts:
        by_site[one.query.site].append(one)
    for site, here in sorted(by_site.items()):
        place = f"account {site.account_id}, region {site.region}"
        reasons = {one.reason for one in here}
        if len(reasons) == 1 and all(one.missing and not one.pages for one in here):
            yield NotSearched(place, here[0].reason, failed=True, kind=here[0].gap)
            continue
        for one in here:
            for down_to, from_at in one.missing:
                asked = f"events with {one.query.attribute} {one.query.value}"
                yield NotSearched(f"{place}: {asked}, {span(down_to, from_at)}", one.reason, failed=True, kind=one.gap)


def _out_of_reach(plan: LookupPlan, keys: Iterable[FoundKey]) -> Iterator[NotSearched]:
    by_account: dict[str | None, list[str]] = defaultdict(list)
    for key in keys:
        if not plan.regions.get(key.account_id or ""):
            by_account[key.account_id].append(key.access_key_id)
    for account_id, names in by_account.items():
        more = ", …" if len(names) > _MOST_NAMES else ""
        listed = f"{', '.join(names[:_MOST_NAMES])}{more}"
        where = f"account {account_id}" if account_id else "an unknown account"
        yield NotSearched(
            f"{where}: calls with {_count(len(names), 'key', 'keys')} of that account ({listed})",
            "the account is not among those in reach" if account_id else "the records do not tell the account",
            failed=True,
        )


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"
