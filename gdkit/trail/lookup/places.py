"""The ledger's rows of a look-up: each account, region and span that was asked for, and what came of it."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from gdkit.ledger_row import LedgerRow
from gdkit.trail.lookup.plan import ISSUE_MARGIN, KEPT_FOR, LATE_BY
from gdkit.trail.sources import LOOKUP

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from gdkit.trail.lookup.plan import FoundKey, LookupPlan, Site, Window
    from gdkit.trail.lookup.result import QueryFacts

_HOW = "LookupEvents"
_KIND = "Management"
_MOST_NAMES = 5


def places_asked(
    plan: LookupPlan, window: Window, facts: Iterable[QueryFacts], keys: Iterable[FoundKey]
) -> Iterator[LedgerRow]:
    """Give a row for each account, region and span that was asked for, and for what the event history cannot hold.

    Args:
        plan: what was to be looked up.
        window: the span of the first questions.
        facts: what became of each question.
        keys: the keys that were found on the way.

    Source: CloudTrail API Reference, LookupEvents: management events of the last 90 days, of one account and region.
    """
    listed = list(facts)
    yield from _answered(listed)
    yield from _unanswered(listed)
    for account_id in sorted({key.account_id for key in keys if key.account_id} - set(plan.regions)):
        yield LedgerRow(LOOKUP, "not searched", account_id, start_at=window.start_at, end_at=window.end_at, how=_HOW,
                        detail="keys of it were found, and the account is not among those in reach")  # fmt: skip
    for account_id in sorted(plan.regions):
        yield from _beyond(plan, window, account_id)


def _answered(facts: Iterable[QueryFacts]) -> Iterator[LedgerRow]:
    """Give a row for each site and answered span; questions about names of calls stand apart from the session's."""
    rows: dict[tuple[Site, datetime, datetime, bool], list[QueryFacts]] = defaultdict(list)
    for one in facts:
        if one.pages:
            for start_at, end_at in _spans(one):
                rows[one.query.site, start_at, end_at, one.query.attribute == "EventName"].append(one)
    for (site, start_at, end_at, _), answered in sorted(rows.items(), key=lambda row: row[0]):
        whole = all(len(_spans(one)) == 1 for one in answered)
        yield LedgerRow(LOOKUP, "searched", site.account_id, site.region, _KIND, start_at, end_at,
                        sum(one.rows for one in answered) if whole else None, _HOW, _asked(answered))  # fmt: skip


def _unanswered(facts: Iterable[QueryFacts]) -> Iterator[LedgerRow]:
    rows: dict[tuple[Site, datetime, datetime, str], list[QueryFacts]] = defaultdict(list)
    for one in facts:
        for start_at, end_at in one.missing:
            rows[one.query.site, start_at, end_at, one.reason].append(one)
    for (site, start_at, end_at, reason), missing in sorted(rows.items(), key=lambda row: row[0]):
        yield LedgerRow(LOOKUP, missing[0].gap, site.account_id, site.region, _KIND, start_at, end_at, None, _HOW,
                        f"{_asked(missing)}: {reason}" if reason else _asked(missing))  # fmt: skip


def _beyond(plan: LookupPlan, window: Window, account_id: str) -> Iterator[LedgerRow]:
    """Give what the event history does not hold: data events, older events, and those not delivered yet."""
    yield LedgerRow(LOOKUP, "no data events", account_id, None, "Data", window.start_at, window.end_at, None, _HOW,
                    "the event history holds management events only")  # fmt: skip
    if plan.start_at - ISSUE_MARGIN < plan.asked_at - KEPT_FOR:
        yield LedgerRow(LOOKUP, "over 90 days", account_id, None, None, plan.start_at, plan.window.start_at, None, _HOW,
                        "the event history keeps 90 days")  # fmt: skip
    if window.end_at > plan.asked_at - LATE_BY:
        yield LedgerRow(LOOKUP, "delayed", account_id, None, None, window.end_at - LATE_BY, window.end_at, None, _HOW,
                        "CloudTrail may not have delivered them yet")  # fmt: skip


def _spans(facts: QueryFacts) -> list[tuple[datetime, datetime]]:
    """Give the spans of a question that were answered: its window without what is missing."""
    found, at = [], facts.window.start_at
    for start_at, end_at in sorted(facts.missing):
        if start_at > at:
            found.append((at, start_at))
        at = max(at, end_at)
    if at < facts.window.end_at or not facts.missing:
        found.append((at, facts.window.end_at))
    return found


def _asked(facts: Iterable[QueryFacts]) -> str:
    """Say by what was asked."""
    names: dict[str, list[str]] = defaultdict(list)
    for one in facts:
        names[one.query.attribute].append(one.query.value)
    return "; ".join(f"by {attribute} {_some(sorted(set(values)))}" for attribute, values in sorted(names.items()))


def _some(names: list[str]) -> str:
    more = len(names) - _MOST_NAMES
    return ", ".join(names[:_MOST_NAMES]) + (f" and {more:,} more" if more > 0 else "")
