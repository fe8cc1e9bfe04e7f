"""The ledger's rows of questions put to a table: each place and span that was asked for, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import product
from typing import TYPE_CHECKING, NamedTuple

from gdkit.ledger_row import LedgerRow, RowState
from gdkit.model import NotSearched
from gdkit.trail.categories import DATA
from gdkit.trail.lookup.plan import LATE_BY

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    from gdkit.trail.fetched.question import Question
    from gdkit.trail.query.target import Target

    Lacks = Callable[[str | None, str | None], str]

_MOST_NAMES = 5
_MOST_PLACES = 300


class LeftOut(NamedTuple):
    """A span of an account's events that a table has no partition of, and why in a few words."""

    start_at: datetime
    end_at: datetime
    why: str


@dataclass(slots=True)
class Asked:
    """A question that was put to a table, and what came of it.

    Attributes:
        records: records that the answer holds, copies among them.
        failed: why it was not answered; empty where it was.
        state: ``searched``, or the sort of gap.
        led_to: accounts that credentials or a session's name lead to: an answer without a record of them shows nothing,
            where it is not known that the table holds them.
        note: what else the reader must know; one sentence without a period.
    """

    question: Question
    records: int = 0
    failed: str = ""
    state: RowState = "searched"
    led_to: tuple[str, ...] = ()
    note: str = ""


def places_asked(target: Target, asked: Iterable[Asked], lacks: Lacks) -> Iterator[LedgerRow]:
    """Give the rows of the questions that were put to a table.

    Args:
        target: the table.
        asked: the questions; the first of them reaches to the end of what is asked.
        lacks: says why an account's region is not in the table; empty where it is, or where that is not known.
    """
    source, how = target.text, target.engine.name
    listed = list(asked)
    for one in listed:
        for row in _rows(source, how, one, lacks):
            told = replace(row, event_category=target.category)
            yield from (
                _split(told, one.question, target.leaves_out(row.account_id)) if row.state == "searched" else (told,)
            )
    for one in listed[:1]:
        until = one.question.until
        if until > datetime.now(UTC) - LATE_BY:
            yield LedgerRow(source, "delayed", None, None, target.category, until - LATE_BY, until, None, how,
                            "CloudTrail may not have delivered them yet")  # fmt: skip


def doubted(question: Question, doubts: Callable[[str], str], seen: Collection[str]) -> dict[str, str]:
    """Give the regions that are asked for and of which nothing tells that the table holds them, each with why.

    Args:
        question: what is asked.
        doubts: says why nothing but a record would tell it; empty where something does.
        seen: regions of which there are records in the answers.
    """
    told = {region: doubts(region) for region in question.regions if region not in seen}
    return {region: why for region, why in told.items() if why}


def gaps_in_doubt(target: Target, doubts: Mapping[str, str]) -> Iterator[NotSearched]:
    """Name regions that nothing tells are in a table; one where nobody does anything may well have no data events."""
    quiet = target.category == DATA
    for region, why in doubts.items():
        yield NotSearched(f"region {region} in {target.text}", why, failed=not quiet,
                          kind="no data events" if quiet else "not searched")  # fmt: skip


def gap_in_words(asked: Asked) -> NotSearched:
    """Say what was not answered, and why."""
    kind = "not searched" if asked.state == "searched" else asked.state
    accounts = asked.question.account_ids
    within = f" in account {some(accounts)}" if accounts else ""
    return NotSearched(f"events {_by(asked.question)}{within}", asked.failed, failed=True, kind=kind)


def _rows(source: str, how: str, one: Asked, lacks: Lacks) -> Iterator[LedgerRow]:
    question, detail = one.question, _by(one.question) + (f": {one.failed}" if one.failed else "")
    detail = f"{detail}; {one.note}" if one.note else detail
    accounts: Sequence[str | None] = question.account_ids or (None,)
    regions: Sequence[str | None] = question.regions or (None,)
    if len(accounts) * len(regions) > _MOST_PLACES:
        regions, detail = (None,), f"{detail}; in {len(question.regions)} regions"
    records = one.records if len(accounts) * len(regions) == 1 and not one.failed else None
    for account_id, region in product(accounts, regions):
        why = "" if one.failed else lacks(account_id, region)
        yield LedgerRow(source, "not searched" if why else one.state, account_id, region, None, question.since,
                        question.until, None if why else records, how, why or detail)  # fmt: skip


def _split(row: LedgerRow, question: Question, left_out: Iterable[LeftOut]) -> Iterator[LedgerRow]:
    """Split a row where a span of its events is in no partition; its records are told where one span holds them all."""
    at, rows = question.since, list[LedgerRow]()
    for one in left_out:
        if at < one.end_at and one.start_at < question.until:
            begins, ends = max(at, one.start_at), min(one.end_at, question.until)
            rows += [replace(row, start_at=at, end_at=begins)] if at < begins else []
            rows.append(replace(row, state="not searched", start_at=begins, end_at=ends, records=None, detail=one.why))
            at = ends
    rows += [replace(row, start_at=at)] if at < question.until else []
    alone = sum(one.state == "searched" for one in rows) == 1
    yield from (one if alone else replace(one, records=None) for one in rows)


def _by(question: Question) -> str:
    """Say by what was asked."""
    instance = (question.instance_id,) if question.instance_id else ()
    named = (
        ("access key", question.access_key_ids),
        ("principal", question.principal_ids),
        ("session name", question.session_names),
        ("calls on", instance),
        ("address", question.addresses),
    )
    return "; ".join(f"by {what} {some(names)}" for what, names in named if names) or "all of them"


def some(names: Sequence[str], between: str = ", ") -> str:
    """Name the first few, and say how many more there are."""
    more = len(names) - _MOST_NAMES
    return between.join(names[:_MOST_NAMES]) + (f" and {more:,} more" if more > 0 else "")
