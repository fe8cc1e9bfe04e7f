"""A table's frame has the declared columns and types, empty or full."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from gdkit import tables

TABLES = [value for value in vars(tables).values() if isinstance(value, tables.Table)]


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_empty_table(table: tables.Table) -> None:
    """An empty frame has all columns, in order, with their types."""
    made = tables.frame(table, {})
    assert tuple(made.columns) == table.names
    assert {name: str(dtype) for name, dtype in made.dtypes.items()} == tables.dtypes(table)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_declarations(table: tables.Table) -> None:
    """No column is declared twice, and each says what it means and where it comes from."""
    assert len(set(table.names)) == len(table.names)
    assert all(column.meaning.endswith(".") and column.source for column in table.columns)


def test_missing_stays_missing() -> None:
    """What a row leaves out is missing, not empty and not zero, whatever the type."""
    at = datetime(2026, 11, 1, tzinfo=UTC)
    made = tables.frame_of_rows(tables.EVENTS, [{"event_id": "a", "event_at": at, "read_only": True}, {"bytes_out": 3}])
    first, second = tables.rows_of(made)
    assert (first["event_id"], first["event_at"], first["read_only"], first["bytes_out"]) == ("a", at, True, None)
    assert (second["event_id"], second["event_at"], second["read_only"], second["bytes_out"]) == (None, None, None, 3)


def test_unknown_column_is_refused() -> None:
    """A column that the table does not declare is an error, not a silent extra."""
    with pytest.raises(KeyError, match="no column colour"):
        tables.frame(tables.EVENTS, {"colour": ["red"]})
