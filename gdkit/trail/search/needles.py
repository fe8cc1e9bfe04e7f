"""Identifiers as bytes to be searched for, and the files that can hold them."""

from __future__ import annotations

import json
import re
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from gdkit.trail.delivery import EARLY, REDELIVERY, SOON

if TYPE_CHECKING:
    from gdkit.trail.items import Found
    from gdkit.trail.ledger_places import NamedPlace

_WRAPPED = ("LookupEvents row", "CSV", "CSV of LookupEvents rows")
"""Forms whose record says more than its raw text."""

_PLAIN = re.compile(r'^"?[\w+=,.@:/-]+|[\w+=,.@:/-]+', re.ASCII)
_ESCAPED = r"\\u00(?:2[bcdef]|3[0-9ad]|4[0-9a-f]|5[0-9af]|6[1-9a-f]|7[0-9a])"
ESCAPED = re.compile(_ESCAPED.encode(), re.IGNORECASE)
"""A character of an identifier, written as an escape, so that no search for its letters finds it.

CloudTrail itself writes no letter so; it does write ``&``, ``<``, ``>`` and ``=``.
"""
ESCAPED_TEXT = re.compile(_ESCAPED, re.IGNORECASE)


class Span(NamedTuple):
    """From when to when a file's events may have been delivered."""

    first_at: datetime
    last_at: datetime


Days: TypeAlias = tuple[bytes, ...]
"""Days of calls, one of which a text must name; none where any text will do."""

Sought: TypeAlias = Mapping[Days, Sequence[bytes]]
"""What to search a file for: identifiers as they stand in it, by the days that it must name before they are."""


class Needle(NamedTuple):
    """One identifier, and the time of the calls that can name it; None where that has no end.

    Attributes:
        text: the identifier, or a part of it that it cannot be written without.
        late: how far a file's stamp may lie behind ``until``.
        name: the whole identifier.
    """

    text: str
    since: datetime | None = None
    until: datetime | None = None
    late: timedelta = REDELIVERY
    name: str = ""

    def by_the_hour(self) -> Needle:
        """Give it with the hours around its times: thousands of identifiers have few such times."""
        since, until = (at and at.replace(minute=0, second=0, microsecond=0) for at in (self.since, self.until))
        try:
            return self._replace(since=since, until=until and until + timedelta(hours=1))
        except OverflowError:
            return self._replace(since=since, until=None)

    def days(self, span: Span | None) -> Days:
        """Give the days of its calls where a file was delivered long after them; nothing for any other file."""
        if span is None or self.since is None or self.until is None or span.first_at <= self.until + SOON:
            return ()
        return _days(self.since.date(), self.until.date())

    def fits(self, span: Span | None) -> bool:
        """Tell whether a file that was delivered in that span can name it; one without a stamp can."""
        if span is None:
            return True
        begun = self.since is None or span.last_at >= self.since - EARLY
        return begun and (self.until is None or span.first_at <= self.until + self.late)


@lru_cache(maxsize=1 << 10)
def _days(first: date, last: date) -> Days:
    return tuple(f"{first + timedelta(days=day)}".encode() for day in range((last - first).days + 1))


class ByTime:
    """Identifiers by the times of the calls that can name them: a session can have thousands, and few such times.

    Args:
        needles: the identifiers; it may grow at its end.
    """

    def __init__(self, needles: Sequence[Needle]) -> None:
        self._needles = needles
        self._taken = 0
        self._groups: dict[Needle, tuple[list[int], list[bytes]]] = {}

    def sought_in(self, span: Span | None, first: int = 0) -> dict[Days, list[bytes]]:
        """Choose the identifiers that a file can hold which was delivered in that span.

        Args:
            span: of the file.
            first: number of the first identifier that is asked about.
        """
        for number in range(self._taken, len(self._needles)):
            needle = self._needles[number]
            numbers, texts = self._groups.setdefault(needle.by_the_hour()._replace(text="", name=""), ([], []))
            numbers.append(number)
            texts.append(needle.text.encode())
        self._taken = len(self._needles)
        chosen: dict[Days, list[bytes]] = {}
        for one, (numbers, texts) in self._groups.items():
            if numbers[-1] >= first and one.fits(span):
                chosen.setdefault(one.days(span), []).extend(texts[bisect_left(numbers, first) :])
        return chosen


def searchable(text: str) -> str:
    """Give the longest part of an identifier that JSON writes as it is, but for escapes that ``ESCAPED`` finds.

    >>> searchable("AROAEXAMPLEID4:i-0123456789abcdef0"), searchable('AROAEXAMPLEID4:odd "name"')
    ('AROAEXAMPLEID4:i-0123456789abcdef0', 'AROAEXAMPLEID4:odd')
    """
    return max(_PLAIN.findall(text), key=len, default='"')


def span_of(place: NamedPlace | None) -> Span | None:
    """Give the hour in which a file was delivered, by its name; None for a file that CloudTrail did not name.

    A folder tells the day of what CloudTrail put there, not what others did.
    """
    return None if place is None or place.at is None or place.whole_day else _hour(place.at.date(), place.at.hour)


@lru_cache(maxsize=1 << 14)
def _hour(day: date, hour: int) -> Span:
    """Give one value for the very many files of one hour."""
    begin = datetime(day.year, day.month, day.day, hour, tzinfo=UTC)
    return Span(begin, begin + timedelta(hours=1))


def names_any(item: Found, texts: Sequence[str]) -> bool:
    """Tell whether a record that was read may name one of the identifiers."""
    raw = item.raw
    if any(text in raw for text in texts) or ESCAPED_TEXT.search(raw):
        return True
    if item.form not in _WRAPPED:
        return False
    written = json.dumps(item.record, ensure_ascii=False, default=str)
    return any(text in written for text in texts)


def in_order(places: Sequence[NamedPlace | None]) -> list[int]:
    """Give the numbers of files by the time of their delivery, those whose name does not tell it last.

    A credential's issue is then mostly seen before the files that can hold its use.
    """
    never = datetime.max.replace(tzinfo=UTC)
    stamps = [place.at if place and place.at and not place.whole_day else never for place in places]
    return sorted(range(len(stamps)), key=stamps.__getitem__)
