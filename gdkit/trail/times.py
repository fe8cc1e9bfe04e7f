"""Times as CloudTrail and its exports write them, to aware UTC; a time that could mean two things is no time."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

_WORDS = re.compile(
    r"([A-Z][a-z]{2})[a-z]* (\d{1,2}), (\d{4}),? (\d{1,2}):(\d\d)(?::(\d\d))?"
    r"(?:[\s\u202f]([AP]M))?(?:[\s\u202f]\(?UTC(?:([+-])(\d\d):?(\d\d))?\)?)?"
)
_MONTHS = {
    "Jan": 1, "Feb": 2, "Mar": 3, "Apr": 4, "May": 5, "Jun": 6,
    "Jul": 7, "Aug": 8, "Sep": 9, "Oct": 10, "Nov": 11, "Dec": 12,
}  # fmt: skip
_EARLIEST_EPOCH_S = 946_684_800  # 2000-01-01, before AWS
_LATEST_EPOCH_S = 4_102_444_800  # 2100-01-01


def parse_time(value: object) -> datetime | None:
    """Read a time: ISO 8601, CloudTrail's ``Jul 10, 2023, 6:30:22 PM``, or seconds or milliseconds since 1970.

    A time without an offset is UTC, which is what CloudTrail writes. ``10/07/2023`` is not read: it is two days.

    >>> parse_time("2026-11-01T03:04:05Z")
    datetime.datetime(2026, 11, 1, 3, 4, 5, tzinfo=datetime.timezone.utc)
    >>> parse_time("Jul 10, 2023, 6:30:22 PM")
    datetime.datetime(2023, 7, 10, 18, 30, 22, tzinfo=datetime.timezone.utc)
    >>> parse_time("10/07/2023 18:30") is None, parse_time("2023/07/10 18:30") is None
    (True, False)

    Source: CloudTrail User Guide, "CloudTrail record contents", eventTime; ``expiration`` as in logged AssumeRole
    calls, where newer writers put U+202F before PM.
    """
    if isinstance(value, str):
        text = value.strip()
        if text[4:5] == "/":  # year first can be read in one way only
            text = text.replace("/", "-", 2)
        if text[4:5] != "-":
            return _in_words(text) if text[:1].isalpha() else _since_1970(text)
        try:
            at = datetime.fromisoformat(text)
            return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
        except (ValueError, OverflowError):
            return None
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _since_1970(value)
    return None


def _since_1970(value: str | float) -> datetime | None:
    try:
        seconds = float(value)
    except (ValueError, OverflowError):
        return None
    if seconds > _LATEST_EPOCH_S:
        seconds /= 1000
    if not _EARLIEST_EPOCH_S <= seconds <= _LATEST_EPOCH_S:
        return None
    return datetime.fromtimestamp(seconds, UTC)


def _in_words(text: str) -> datetime | None:
    match = _WORDS.fullmatch(text)
    if match is None or match[1] not in _MONTHS:
        return None
    hour = int(match[4])
    if match[7]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if match[7] == "PM" else 0)
    offset = timedelta(hours=int(match[9] or 0), minutes=int(match[10] or 0))
    try:
        zone = timezone(-offset if match[8] == "-" else offset)
        day = (int(match[3]), _MONTHS[match[1]], int(match[2]))
        return datetime(*day, hour, int(match[5]), int(match[6] or 0), tzinfo=zone).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
