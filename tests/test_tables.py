"""A table's frame has the declared columns and types, empty or full."""

from __future__ import annotations

from datetime import UTC, datetime

import pandas as pd
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


@pytest.mark.parametrize(("column", "dtype", "given", "wanted"), [
    ("event_at", "datetime64[us, UTC]", datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 11, 1, tzinfo=UTC)),
    ("read_only", "boolean", True, True),
    ("bytes_out", "Int64", 3, 3),
    ("event_name", "str", "", ""),
    ("any", "object", [1, None], [1, None]),
    ("share", "float64", 0.5, 0.5),
])  # fmt: skip
def test_rows_of_one_kind(column: str, dtype: str, given: object, wanted: object) -> None:
    """Also a frame of a single column gives plain values of Python's own types, and None for what is missing."""
    (full, empty) = tables.rows_of(pd.DataFrame({column: pd.Series([given, None], dtype=dtype)}))
    assert full == {column: wanted}
    assert type(full[column]) is type(wanted)
    assert empty == {column: None}


def test_rows_of_nothing() -> None:
    """A frame without rows has no rows, whatever its columns."""
    assert list(tables.rows_of(tables.frame(tables.EVENTS, {}))) == []


KINDS = {"from": "str", "at": "datetime64[us, UTC]", "hop": "int64"}


@pytest.mark.parametrize("rows", [[], [{"from": None, "at": datetime(2026, 11, 1, tzinfo=UTC), "hop": 1}]])
def test_frame_of_kinds(rows: list[dict[str, object]]) -> None:
    """A frame that is no declared table has the dtypes that are asked for, also without rows, and the rows' values."""
    made = tables.frame_of_kinds(KINDS, rows)
    assert {name: str(dtype) for name, dtype in made.dtypes.items()} == KINDS
    assert list(tables.rows_of(made)) == rows


def test_row_that_lacks_a_column_is_refused() -> None:
    """A row without a value for a column is an error, not a silent gap."""
    with pytest.raises(KeyError, match="hop"):
        tables.frame_of_kinds(KINDS, [{"from": "a", "at": None}])


def test_typed() -> None:
    """Every column has the dtype that is asked for, with its values and index; the frame given stays as it is."""
    given = pd.DataFrame({"from": ["a", None], "at": [None, None], "hop": [1.0, 2.0]}, index=[7, 3])
    made = tables.typed(given, KINDS)
    assert {name: str(dtype) for name, dtype in made.dtypes.items()} == KINDS
    assert list(tables.rows_of(made)) == [{"from": "a", "at": None, "hop": 1}, {"from": None, "at": None, "hop": 2}]
    assert list(made.index) == [7, 3]
    assert str(given["hop"].dtype) == "float64"
