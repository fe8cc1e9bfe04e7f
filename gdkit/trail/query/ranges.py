"""Ranges of a table's projection: which days or numbers have a partition, where its settings bound them.

Source: Athena User Guide, "Supported types for partition projection".
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_NOW = re.compile(r"NOW\s*(?:([+-])\s*(\d+)\s*(YEAR|MONTH|WEEK|DAY|HOUR|MINUTE|SECOND)S?)?")
_COUNT = re.compile(r"\d{1,4}", re.ASCII)
_MONTHS = {"YEAR": 12, "MONTH": 1}
_STEPS = {"WEEKS": timedelta(weeks=1), "DAYS": timedelta(days=1), "HOURS": timedelta(hours=1)}


@dataclass(frozen=True, slots=True)
class DateRange:
    """Days, or hours, that a projection of dates has a partition of; each end None where it is not known.

    Attributes:
        first_at: the beginning of the first.
        last_at: the beginning of the last.
        step: from one to the next; None where it is not known, so that each counts as there.
    """

    first_at: datetime | None = None
    last_at: datetime | None = None
    step: timedelta | None = None

    def __contains__(self, at: datetime) -> bool:
        """Tell whether the day or the hour that begins then has a partition."""
        if (self.first_at and at < self.first_at) or (self.last_at and at > self.last_at):
            return False
        return not (self.first_at and self.step) or not (at - self.first_at) % self.step


def dates_of(span: str, written: str, step: tuple[str, str], now: datetime) -> DateRange:
    """Read the range of a projection of dates.

    Args:
        span: as in ``2026/01/01,NOW``.
        written: how a date is written, for ``strptime``.
        step: its interval and the unit of that, as they stand in the settings.
        now: the present.
    """
    first, _, last = span.partition(",")
    count, unit = step
    length = _STEPS.get(unit.upper(), timedelta()) * (int(count) if _COUNT.fullmatch(count) else 1)
    one = slot_of(written)
    ends = None if last.strip() == "NOW" else _end(last.strip(), written, now)  # days to come hold nothing anyway
    return DateRange(_end(first.strip(), written, now), ends,
                     length if length > one and not length % one else None)  # fmt: skip


def numbers_of(span: str, interval: str) -> range | None:
    """Read the range of a projection of integers; None where it is none.

    >>> numbers_of("1, 12", ""), numbers_of("2020,2026", "2"), numbers_of("", "")
    (range(1, 13), range(2020, 2027, 2), None)
    """
    try:
        first, last = map(int, span.split(","))
        return range(first, last + 1, int(interval or 1))
    except ValueError:
        return None


def slot_of(written: str) -> timedelta:
    """Give how long a date stands for: an hour where it is written with one, else a day."""
    return timedelta(hours=1) if "%H" in written else timedelta(days=1)


def slots(first_at: datetime, last_at: datetime, length: timedelta) -> Iterator[datetime]:
    """Give where each day, or hour, begins that a span of time touches, in UTC."""
    at = first_at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    at = at if length < timedelta(days=1) else at.replace(hour=0)
    while at <= last_at:
        yield at
        at += length


def _end(text: str, written: str, now: datetime) -> datetime | None:
    """Read an end of a range; None where it cannot be read, so that it bounds nothing."""
    moving = _NOW.fullmatch(text)
    try:
        if moving is not None:
            text = _moved(now.astimezone(UTC), *moving.groups()).strftime(written)
        return datetime.strptime(text, written).replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def _moved(now: datetime, sign: str | None, count: str | None, unit: str | None) -> datetime:
    """Give an instant so many units from now; the 31st of a shorter month is its last day."""
    if count is None or unit is None:
        return now
    number = int(f"{sign}{count}")
    if unit not in _MONTHS:
        return now + timedelta(**{f"{unit.lower()}s": number})
    year, month = divmod(now.year * 12 + now.month - 1 + number * _MONTHS[unit], 12)
    return now.replace(year=year, month=month + 1, day=min(now.day, calendar.monthrange(year, month + 1)[1]))
