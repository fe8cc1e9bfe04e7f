"""The rows that are kept: one for each event, whichever order and source its copies came from."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, NamedTuple

from gdkit.columns import EVENTS

_WHO_AND_WHERE = [EVENTS.names.index(name) for name in ("source_address", "region", "account_id", "principal_id",
                                                        "access_key_id")]  # fmt: skip
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
    """Collects events; of copies of one event the fullest is kept, of equals the one whose text sorts first.

    Copies have the same event id, time and name. A copy that lacks time or name (a damaged export) joins a full one.
    Records that share an id and differ in time or name are no copies: all are kept, and told of. An event without an
    id is a copy only of one with the same text.

    Attributes:
        contradicted: ids of events whose copies say different things of who called from where, or of where it was
            recorded, each with the first place of one.
    """

    def __init__(self) -> None:
        self._rows: dict[tuple[Any, ...], Kept] = {}
        self._partial: list[tuple[Any, ...]] = []
        self.contradicted: dict[str, tuple[str, int]] = {}

    def add(self, row: Kept) -> None:
        """Take in one event."""
        key = row.values[:3] if row.values[0] is not None else (None, row.raw)
        other = self._rows.get(key)
        if other is None:
            self._rows[key] = row
            if key[0] is not None and None in key:
                self._partial.append(key)
            return
        if row.raw != other.raw and row.values[0] is not None and _contradict(row.values, other.values):
            places = self.contradicted.get(row.values[0], row.place), row.place, other.place
            self.contradicted[row.values[0]] = min(places)
        if _rank(row) < _rank(other):
            self._rows[key] = row

    def so_far(self) -> list[Kept]:
        """Give the events as they are kept until now, in no order."""
        return list(self._rows.values())

    def in_order(self) -> list[Kept]:
        """Give the events by time, then id; those without a time come last."""
        self._join_partial()
        return sorted(self._rows.values(), key=_order)

    def differing(self) -> dict[str, tuple[str, int]]:
        """Give the ids that stand on records of differing time or name, each with the first place of one."""
        places: dict[str, list[tuple[str, int]]] = {}
        for key, row in self._rows.items():
            if key[0] is not None:
                places.setdefault(key[0], []).append(row.place)
        return {event_id: min(found) for event_id, found in places.items() if len(found) > 1}

    def _join_partial(self) -> None:
        """Drop each copy that lacks time or name where a fuller one of the same event is there."""
        if not self._partial:
            return
        of_id: dict[Any, list[tuple[Any, ...]]] = {}
        for key in self._rows:
            of_id.setdefault(key[0], []).append(key)
        for key in self._partial:
            if any(_is_fuller(other, key) for other in of_id[key[0]]):
                del self._rows[key]
        self._partial = []


def _contradict(one: tuple[Any, ...], other: tuple[Any, ...]) -> bool:
    """Tell whether copies of one event say different things of who called from where, and of where it was recorded."""
    pairs = ((one[at], other[at]) for at in _WHO_AND_WHERE)
    return any(a is not None and b is not None and a != b for a, b in pairs)


def _rank(row: Kept) -> tuple[int, str, tuple[str, int]]:
    return row.values.count(None), row.raw, row.place


def _is_fuller(one: tuple[Any, ...], other: tuple[Any, ...]) -> bool:
    """Whether one key says all that the other does, and more."""
    return one != other and all(b is None or a == b for a, b in zip(one, other, strict=True))


def _order(row: Kept) -> tuple[bool, datetime, bool, str, str]:
    event_id, event_at = row.values[0], row.values[1]
    return event_at is None, event_at or _FIRST, event_id is None, event_id or "", "" if event_id else row.raw
