"""What a fetch is told, and what it gives back."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from gdkit.errors import CostError
from gdkit.model import utc_text
from gdkit.sizes import size_text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from gdkit.ledger_row import LedgerRow
    from gdkit.model import NotSearched, Unread
    from gdkit.trail.fetched.question import Question
    from gdkit.trail.load import Progress

MOST_OBJECTS = 200_000
"""So many objects are read without asking: some minutes, and eight cents of requests."""

MOST_BYTES = 20 * 10**9
"""So many bytes are read or scanned without asking: ten cents of Athena's price."""


_CENT = 0.01


@dataclass(frozen=True, slots=True)
class Cost:
    """What a fetch takes, or took.

    Attributes:
        objects: objects or files of the source that are read; 0 where it does not tell.
        requests: requests to AWS.
        bytes: bytes read, or scanned by AWS.
        seconds: time it took; 0 in an estimate.
        dollars: an estimate at list price; None where there is no ground for one.
        priced: at which prices of which region and date, and what is not in it; one sentence without a period.
    """

    objects: int = 0
    requests: int = 0
    bytes: int = 0
    seconds: float = 0.0
    dollars: float | None = None
    priced: str = ""

    def __str__(self) -> str:
        """Say it in one line, with what the price is of."""
        return f"{self.brief} ({self.priced})" if self.priced else self.brief

    @property
    def brief(self) -> str:
        """The same, without what the price is of."""
        parts = [f"{self.objects:,} object{'s'[: self.objects != 1]}"] if self.objects else []
        parts += [f"{self.requests:,} request{'s'[: self.requests != 1]}", size_text(self.bytes)]
        if self.seconds:
            parts.append(f"{self.seconds:,.0f} s")
        if self.dollars is not None:
            parts.append(f"about ${self.dollars:,.2f}" if self.dollars >= _CENT else "less than $0.01")
        return ", ".join(parts)


@dataclass(frozen=True, slots=True)
class Terms:
    """On what terms sources are fetched.

    Attributes:
        since: the first instant to ask about; None for a day before the finding's first use, or a week.
        until: the last one; None for the present.
        max_objects: so many objects are read without asking.
        max_bytes: so many bytes are read, or scanned by AWS, without asking.
        cache: folder in which objects are kept for other runs; empty for none.
        requester_pays: whether the reader agrees to pay for requests to buckets of others.
    """

    since: datetime | None = None
    until: datetime | None = None
    max_objects: int = MOST_OBJECTS
    max_bytes: int = MOST_BYTES
    cache: str = ""
    requester_pays: bool = False


@dataclass(frozen=True, slots=True)
class Watch:
    """Who looks on at a fetch.

    Attributes:
        on_progress: told now and then, in the caller's own thread.
        is_stopped: asked now and then; what was fetched is kept.
        allow: asked, with the estimate, whether a fetch above the limits may begin; None where nobody can be asked.
    """

    on_progress: Callable[[Progress], None] | None = None
    is_stopped: Callable[[], bool] = field(default=lambda: False)
    allow: Callable[[str, Cost], bool] | None = None

    def check(self, source: str, estimate: Cost, terms: Terms) -> None:
        """Let a fetch begin that is within the limits, or that a person allows.

        Raises:
            CostError: it is above them, and nobody allows it.
        """
        if estimate.objects <= terms.max_objects and estimate.bytes <= terms.max_bytes:
            return
        if self.allow is not None and self.allow(source, estimate):
            return
        raise CostError(
            f"it would take {estimate}, which is more than {terms.max_objects:,} objects or "
            f"{size_text(terms.max_bytes)}, so nothing was read",
            where=source,
            action="name fewer accounts, regions or days (--region, --since, --until, a longer prefix), or allow it: "
            f"--max-objects {estimate.objects} --max-bytes {estimate.bytes}",
        )


@dataclass(frozen=True, slots=True)
class Fetched:
    """What a source gave, as far as the fetch came.

    Attributes:
        folder: log files that the loader reads; it holds none where nothing could be asked at all.
        source: the source, as it was named.
        question: the question as it was answered, with the keys that were found on the way.
        records: records in the folder.
        cost: what it took, over all runs.
        not_searched: what was not looked at, and why.
        warnings: what the reader must know beside it.
        places: the ledger's rows: each account, region and span, and what came of it.
        passed_over: what was left alone because it can hold no call.
        unread: places in the source that could not be read.
        origin: what the names of the log files stand behind in the source, such as ``s3://BUCKET/``; empty where they
            have no place in it.
        stopped: whether it was stopped from outside, or the source could not be asked any more.
    """

    folder: Path
    source: str
    question: Question
    records: int
    cost: Cost
    not_searched: tuple[NotSearched, ...] = ()
    warnings: tuple[str, ...] = ()
    places: tuple[LedgerRow, ...] = ()
    passed_over: tuple[NotSearched, ...] = ()
    unread: tuple[Unread, ...] = ()
    origin: str = ""
    stopped: bool = False

    @property
    def complete(self) -> bool:
        """Whether all that was to be looked at was; what failed is tried again by the next run."""
        return not self.stopped and not any(gap.failed for gap in self.not_searched)


def terms_document(terms: Terms) -> dict[str, Any]:
    """Give terms as values that JSON can hold."""
    return {**asdict(terms), "since": utc_text(terms.since), "until": utc_text(terms.until)}


def terms_of(document: Mapping[str, Any] | None) -> Terms:
    """Give the terms that a document holds; the usual ones where there is none."""
    if not document:
        return Terms()
    times = {name: datetime.fromisoformat(document[name]) if document[name] else None for name in ("since", "until")}
    return Terms(**{**document, **times})


def cost_of(document: dict[str, Any]) -> Cost:
    """Read what a plan file says of the cost so far.

    Raises:
        TypeError: it is of another form.
    """
    return Cost(**document)
