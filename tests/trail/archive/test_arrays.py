"""Arrays are those that Arrow itself makes of the same values, made without pandas."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdkit.trail.archive.arrays import lists, numbers, texts, times
from gdkit.trail.archive.parts import SCHEMA, table_of

text = st.text(st.characters(exclude_categories=["Cs"]), max_size=9)


@given(st.lists(st.none() | text, max_size=20))
def test_texts(values: list[str | None]) -> None:
    """Texts of any letters, and missing ones, come out as they went in."""
    made = texts(values)
    made.validate(full=True)
    assert made.equals(pa.array(values, pa.string()))


@given(st.lists(st.lists(text, max_size=4), max_size=20))
def test_lists(values: list[list[str]]) -> None:
    """Lists of texts come out as they went in, empty ones too."""
    made = lists(values)
    made.validate(full=True)
    assert made.to_pylist() == values


@given(st.lists(st.none() | st.datetimes(timezones=st.just(UTC)), max_size=20))
def test_times(values: list[datetime | None]) -> None:
    """Instants of any year come out to the microsecond."""
    made = times(values)
    made.validate(full=True)
    assert made.cast(pa.int64()).to_pylist() == [
        None if value is None else (value - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
        for value in values
    ]


@given(st.lists(st.integers(-(2**63), 2**63 - 1), max_size=20))
def test_numbers(values: list[int]) -> None:
    """Whole numbers come out as they went in."""
    assert numbers(values).to_pylist() == values


@pytest.mark.parametrize("rows", [[], [tuple([None] * 7 + [[], 1, 2, "f", None, "r"])]])
def test_table(rows: list[tuple[Any, ...]]) -> None:
    """A table has the columns of a part, also where it has no row."""
    table = table_of(rows)
    assert table.schema == SCHEMA
    assert table.num_rows == len(rows)


def test_no_pandas() -> None:
    """The process that makes parts does not load pandas."""
    code = ("import sys; from gdkit.trail.archive.parts import table_of, in_order, orders_of; "
            "table = in_order(table_of([(None,) * 7 + (['a'], 1, 2, 'f', None, 'r')])); orders_of(table); "
            "print('pandas' in sys.modules)")  # fmt: skip
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603
    assert run.stdout.strip() == "False"
