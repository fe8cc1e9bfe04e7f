"""What a query answered, with its values as the API writes them."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple


class Answer(NamedTuple):
    """The answer of a query.

    Attributes:
        names: of its columns.
        rows: its rows, each value as Athena's API writes it; None for NULL.
        bytes: bytes that were scanned.
    """

    names: tuple[str, ...]
    rows: list[tuple[str | None, ...]]
    bytes: int


NOTHING = Answer((), [], 0)
"""Before a query is run, and of a statement that answers nothing."""


def written(value: Any) -> str | None:
    """Write a value as GetQueryResults does."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}.{value.microsecond // 1000:03d}"
    return str(value)
