"""Rows of a coverage ledger as values that JSON can hold, and back."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

from gdkit.ledger_row import LedgerRow
from gdkit.model import Coverage, NotSearched, Searched, Unread, utc_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_TIMES = frozenset({"first_event_at", "last_event_at", "start_at", "end_at"})
_Row = TypeVar("_Row")


def plain(row: Any) -> Any:
    """Give a row, or a whole ledger, as values that JSON can hold."""
    return _plain(asdict(row))


def coverage_of(document: Mapping[str, Any]) -> Coverage:
    """Give a ledger that was written by ``plain``."""
    return Coverage(
        rows_of(Searched, document["searched"]),
        rows_of(NotSearched, document["not_searched"]),
        rows_of(Unread, document["unread"]),
        tuple(document["warnings"]),
        rows_of(LedgerRow, document["places"]),
        rows_of(NotSearched, document["passed_over"]),
    )


def rows_of(kind: type[_Row], documents: Iterable[Mapping[str, Any]]) -> tuple[_Row, ...]:
    """Give rows of one kind that were written by ``plain``."""
    return tuple(kind(**{name: _value(name, value) for name, value in one.items()}) for one in documents)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return utc_text(value)
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items()}
    return [_plain(inner) for inner in value] if isinstance(value, list | tuple) else value


def _value(name: str, value: Any) -> Any:
    if name in _TIMES and value is not None:
        return datetime.fromisoformat(value)
    return tuple(value) if isinstance(value, list) else value
