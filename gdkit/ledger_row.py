"""One row of the coverage ledger: what became of one source, account, region and span of time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from datetime import datetime

GapKind = Literal[
    "not searched",  # not asked: not named, not enabled, out of reach, or the work was stopped
    "throttled",  # AWS refused to answer so many questions
    "denied",  # a permission is missing
    "failed",  # no connection, credentials that are not good, or another failure
    "unread",  # a file, or lines of it, cannot be read
    "delayed",  # so young that CloudTrail may not have delivered it yet
    "no data events",  # reads of objects, invocations and the like are not in the source
    "over 90 days",  # older than the event history keeps
    "not enabled",  # a region that the account has off: nothing can be called there
    "redacted",  # the events are there, and what matters in them is hidden
    "surroundings",  # other findings, and what AWS says of instance and role: a fact may be missing, but no event
]
"""What sorts of gap there are. All but ``not enabled`` and ``surroundings`` can hide events, or whose they are."""

RowState = Literal["searched"] | GapKind


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """What became of one source, account, region and span; the columns of ``tables.COVERAGE_LEDGER``.

    Attributes:
        source: a source as it was given; ``lookup`` for the event history.
        state: ``searched``, or the sort of gap.
        account_id: None where the row holds for all accounts, or they are not told.
        region: None where the row holds for all regions, or they are not told.
        event_category: None where the row holds for all kinds, or records do not say theirs.
        start_at: the beginning of what was asked for; of log files, the first event that they hold.
        end_at: the end of it; of log files, the last event.
        records: records found there, copies among them; None where that is not known.
        how: by what it was looked at, such as ``LookupEvents``.
        detail: what else the reader must know, one sentence without a period.
    """

    source: str
    state: RowState
    account_id: str | None = None
    region: str | None = None
    event_category: str | None = None
    start_at: datetime | None = None
    end_at: datetime | None = None
    records: int | None = None
    how: str = ""
    detail: str = ""
