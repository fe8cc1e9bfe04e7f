"""Days of a question that a table has no partition of: its projection leaves them out, or the catalogue lists none.

A file's day is that of its delivery, so that what a day lacks are its events, and the last ones of the day before.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from gdkit.model import NotSearched
from gdkit.trail.lookup.plan import LATE_BY
from gdkit.trail.query.held import days_listed
from gdkit.trail.query.partitions import holds_at, slot_length
from gdkit.trail.query.places import LeftOut, some
from gdkit.trail.query.ranges import slots

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from gdkit.trail.fetched.question import Question
    from gdkit.trail.query.held import Held
    from gdkit.trail.query.partitions import Partition
    from gdkit.trail.query.table import TableShape

_MOST = 5
_BY_SETTINGS = ("the table's settings leave these days out of its partitions by projection; widen their ranges, or "
                "read the log files in S3")  # fmt: skip
_BY_CATALOGUE = ("the catalogue lists no partition of these days; where log files were delivered then, add their "
                 "partitions to the table, or read the log files in S3")  # fmt: skip
_BY_REGION = ("the catalogue lists no partition of these days there; a region without events has no folder of the day, "
              "but where log files were delivered then, add their partitions to the table")  # fmt: skip


class Run(NamedTuple):
    """Days, or hours, one after the other, of which there is no partition."""

    start_at: datetime
    end_at: datetime

    def __str__(self) -> str:
        """Name the first day and the last one."""
        first, last = self._days
        return f"{first}" if first == last else f"{first} to {last}"

    @property
    def days(self) -> int:
        """How many days it touches."""
        first, last = self._days
        return (last - first).days + 1

    @property
    def _days(self) -> tuple[date, date]:
        return self.start_at.date(), (self.end_at - timedelta(microseconds=1)).date()


@dataclass(frozen=True, slots=True)
class Lacking:
    """Days of one question's span that a table has no partition of.

    Attributes:
        table: its name.
        until: the end of what is asked.
        by_account: those that no region of an account has, for each account that is asked about; one empty text stands
            for all where the table does not tell accounts, or its settings alone bound the days.
        by_region: those that a region lacks, and another one of its account has.
        reason: why there is none.
    """

    table: str
    until: datetime
    by_account: Mapping[str, tuple[Run, ...]]
    by_region: Mapping[tuple[str, str], tuple[Run, ...]] = field(default_factory=dict)
    reason: str = _BY_SETTINGS

    def left_out(self, account_id: str | None) -> Iterator[LeftOut]:
        """Give the spans of an account's events that are in no partition; many of them as one that holds them all."""
        runs = self.by_account.get(account_id or "", ()) or self.by_account.get("", ())
        why = f"the table has no partition of {_days(runs)}"
        for run in runs if len(runs) <= _MOST else (Run(runs[0].start_at, runs[-1].end_at),):
            yield LeftOut(run.start_at - LATE_BY, run.end_at, why)

    def gaps(self) -> Iterator[NotSearched]:
        """Name what is lacking: the days of an account are to be acted on, a region may have had no events."""
        alike: dict[tuple[Run, ...], list[str]] = {}
        for account, runs in self.by_account.items():
            if runs:
                alike.setdefault(runs, []).append(account)
        for runs, accounts in list(alike.items())[:_MOST]:
            whose = "" if len(accounts) == len(self.by_account) else f" of account {some(accounts)}"
            yield NotSearched(f"log files{whose} in {self.table} of {_days(runs)}", self._why(runs), failed=True)
        rest = [account for accounts in list(alike.values())[_MOST:] for account in accounts]
        if rest:
            yield NotSearched(f"log files of account {some(rest)} in {self.table} of other days, which the ledger "
                              "names", self.reason, failed=True)  # fmt: skip
        there = [f"{_days(runs)} in {region or 'a region'}{f' of {account}' if account else ''}"
                 for (account, region), runs in self.by_region.items() if runs]  # fmt: skip
        if there:
            yield NotSearched(f"log files in {self.table} of {some(there, '; ')}", _BY_REGION)

    def _why(self, runs: Sequence[Run]) -> str:
        last = runs[-1]
        if last.start_at < self.until:
            return self.reason
        return f"{self.reason}; the last events of the span may have been delivered on {last}"


def lacking_of(
    table: TableShape, partitions: Sequence[Partition], held: Held, question: Question, *, now: datetime
) -> Lacking:
    """Find the days of a question's span that a table of log files has no partition of; days to come count as none.

    Args:
        table: the table.
        partitions: its partition columns.
        held: the accounts and regions that it is of.
        question: what is asked.
        now: the present.
    """
    name, length = f"{table.database}.{table.name}", slot_length(partitions)
    end_at = min(question.until + LATE_BY, now)
    asked = [at for at in slots(question.since, end_at, length) if at < end_at]
    if table.listed is None:
        outside = [at for at in asked if not all(holds_at(one, at) for one in partitions)]
        return Lacking(name, question.until, {"": _runs(outside, length)})
    listed = days_listed(table, partitions, held)
    accounts = [
        one for one in held.accounts or ("",) if one in question.account_ids or not (one and question.account_ids)
    ]
    found: dict[str, tuple[Run, ...]] = {}
    by_region: dict[tuple[str, str], tuple[Run, ...]] = {}
    for account in accounts:
        regions = {region: days for (whose, region), days in listed.items() if whose == account}
        days = set().union(*regions.values())
        found[account] = _runs((at for at in asked if at.date() not in days), length)
        for region, own in sorted(regions.items()):
            if region in question.regions or not (region and question.regions):
                by_region[account, region] = _runs((at for at in asked if at.date() in days - own), length)
    return Lacking(name, question.until, found, by_region, _BY_CATALOGUE)


def _runs(begins: Iterable[datetime], length: timedelta) -> tuple[Run, ...]:
    """Put days, or hours, that follow each other together."""
    found: list[Run] = []
    for at in begins:
        if found and found[-1].end_at == at:
            found[-1] = Run(found[-1].start_at, at + length)
        else:
            found.append(Run(at, at + length))
    return tuple(found)


def _days(runs: Sequence[Run]) -> str:
    more = sum(run.days for run in runs[_MOST:])
    return ", ".join(map(str, runs[:_MOST])) + (f" and {more:,} more days" if more else "")
