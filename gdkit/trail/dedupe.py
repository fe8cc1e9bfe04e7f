"""The rows that are kept: one for each event, whichever order and source its copies came from."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, NamedTuple

_FIRST = datetime(1, 1, 1, tzinfo=UTC)


class Kept(NamedTuple):
    """One event that is kept.

    Attributes:
        values: the columns of ``record.row_of``.
        place: source file and line.
    """

    values: tuple[Any, ...]
    raw: str
    form: str
    place: tuple[str, int]
    source: int


class KeptEvents:
    """Collects events; of copies with one event id the fullest is kept, of equals the one whose text sorts first.

    An event without an id is a copy only of one with the same text.

    Attributes:
        differing: ids that stood on records of another name or time, and a place of one.
    """

    def __init__(self) -> None:
        self._rows: list[Kept] = []
        self._by_id: dict[str, int] = {}
        self._by_text: dict[str, int] = {}
        self.differing: dict[str, tuple[str, int]] = {}

    def add(self, row: Kept) -> None:
        """Take in one event."""
        event_id = row.values[0]
        known, key = (self._by_text, row.raw) if event_id is None else (self._by_id, event_id)
        number = known.setdefault(key, len(self._rows))
        if number == len(self._rows):
            self._rows.append(row)
            return
        other = self._rows[number]
        if event_id is not None and _differ(row.values, other.values):
            self.differing[event_id] = min(row.place, self.differing.get(event_id, row.place))
        if _rank(row) < _rank(other):
            self._rows[number] = row

    def __len__(self) -> int:
        return len(self._rows)

    def in_order(self) -> list[Kept]:
        """Give the events by time, then id; those without a time come last."""
        return sorted(self._rows, key=_order)


def _rank(row: Kept) -> tuple[int, str, tuple[str, int]]:
    return row.values.count(None), row.raw, row.place


def _differ(one: tuple[Any, ...], other: tuple[Any, ...]) -> bool:
    """Whether two records name another time or another operation; a missing one tells nothing."""
    return any(a is not None and b is not None and a != b for a, b in zip(one[1:3], other[1:3], strict=True))


def _order(row: Kept) -> tuple[bool, datetime, bool, str, str]:
    event_id, event_at = row.values[0], row.values[1]
    return event_at is None, event_at or _FIRST, event_id is None, event_id or "", "" if event_id else row.raw
