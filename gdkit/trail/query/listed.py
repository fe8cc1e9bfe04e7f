"""Partitions that the catalogue lists one by one: how their values are written, and which of them a question reads."""

from __future__ import annotations

import re
from datetime import UTC, date, timedelta
from typing import TYPE_CHECKING, NamedTuple

from gdkit.trail.delivery import EARLY, LATE_DELIVERY

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gdkit.trail.fetched.question import Question

_DAY = re.compile(r"(\d{4})(?:([-/])(\d\d?)\2(\d\d?)|(\d\d)(\d\d))")


class ListedPartition(NamedTuple):
    """A partition as the catalogue lists it: the values of its columns, in their order, and where its objects lie."""

    values: tuple[str, ...]
    location: str


def day_of(text: str) -> date | None:
    """Read a whole day as people write it in a partition's value; None for any other text.

    >>> day_of("2026/11/9") == day_of("2026-11-09") == day_of("20261109") == date(2026, 11, 9)
    True
    """
    found = _DAY.fullmatch(text)
    if found is None:
        return None
    try:
        return date(int(found[1]), int(found[3] or found[5]), int(found[4] or found[6]))
    except ValueError:  # the 31st of a month that has none
        return None


def are_days(values: Iterable[str]) -> bool:
    """Tell whether there are values, and each is a whole day."""
    listed = list(values)
    return bool(listed) and all(day_of(value) for value in listed)


def days_read(question: Question) -> tuple[date, ...]:
    """Give the days of delivery that a question reads."""
    first, last = ((at.astimezone(UTC)).date() for at in (question.since - EARLY, question.until + LATE_DELIVERY))
    return tuple(first + timedelta(days=number) for number in range((last - first).days + 1))


def as_written(number: int, digits: int | None) -> tuple[str, ...]:
    """Give how a number may be written in a partition's value: with so many digits, or in any way people do.

    >>> as_written(9, 3), as_written(9, None), as_written(11, None)
    (('009',), ('9', '09'), ('11',))
    """
    forms = (str(number), str(number).zfill(2)) if digits is None else (str(number).zfill(digits),)
    return tuple(dict.fromkeys(forms))
