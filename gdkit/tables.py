"""The one way to make a DataFrame of a declared table, empty ones included, and to take its rows out again."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from gdkit.columns import *  # noqa: F403 - every declared table is named here too
from gdkit.columns import DTYPES, Column, Table
from gdkit.model import utc_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    import pandas as pd


def dtypes(table: Table) -> dict[str, str]:
    """Give the pandas dtype of each column of a table."""
    return {column.name: DTYPES[column.kind] for column in table.columns}


def frame(table: Table, columns: Mapping[str, Sequence[Any]]) -> pd.DataFrame:
    """Make a DataFrame of a table from its columns.

    Args:
        table: the declaration.
        columns: a sequence of values for each declared name, all of one length; a name left out is all
            missing. Times are aware datetimes, or None.

    Returns:
        A frame with exactly the declared columns, in order, each with its declared dtype.

    Raises:
        KeyError: a name that the table does not declare.
    """
    import pandas as pd  # noqa: PLC0415 - loaded on first use, so that importing gdkit stays light

    unknown = set(columns) - set(table.names)
    if unknown:
        raise KeyError(f"{table.name} has no column {', '.join(sorted(unknown))}")
    length = max((len(values) for values in columns.values()), default=0)
    made = {column.name: _values(pd, column, columns.get(column.name, [None] * length)) for column in table.columns}
    return pd.DataFrame(made, index=pd.RangeIndex(length))


def frame_of_rows(table: Table, rows: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """Make a DataFrame of a table from rows; a name that a row leaves out is missing there.

    Raises:
        KeyError: a name that the table does not declare.
    """
    listed = list(rows)
    names = {name for row in listed for name in row}
    return frame(table, {name: [row.get(name) for row in listed] for name in names})


def frame_of_kinds(kinds: Mapping[str, str], rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Make a DataFrame with these columns and dtypes from rows that each have a value, or None, for every column.

    Args:
        kinds: pandas dtype by column, for a frame that is no declared table.
        rows: the rows, times as aware datetimes.
    """
    import pandas as pd  # noqa: PLC0415 - loaded on first use, so that importing gdkit stays light

    array: Any = pd.array
    return pd.DataFrame({name: array([row[name] for row in rows], dtype=kind) for name, kind in kinds.items()})


def typed(frame: pd.DataFrame, kinds: Mapping[str, str]) -> pd.DataFrame:
    """Give a frame with these dtypes; a column that has its own already is left as it is, which costs nothing.

    Args:
        frame: any frame with these columns.
        kinds: pandas dtype by column.
    """
    given: Any = frame
    wrong = {name: given[name].astype(kind) for name, kind in kinds.items() if given[name].dtype != kind}
    return frame.assign(**wrong) if wrong else frame


def rows_of(frame: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """Give a frame's rows as plain values: missing is None, times are aware datetimes in UTC."""
    names = [str(name) for name in frame]
    for values in frame.to_numpy(dtype="object"):
        yield dict(zip(names, map(plain, values.tolist()), strict=True))


def plain(value: Any) -> Any:
    """Give one cell as a plain value: missing is None, a time is an aware datetime."""
    if value is None or isinstance(value, str):
        return value
    import pandas as pd  # noqa: PLC0415 - loaded on first use, so that importing gdkit stays light

    if value is pd.NaT or value is pd.NA or value != value:  # noqa: PLR0124 - NaN is not itself
        return None
    return value.to_pydatetime() if isinstance(value, pd.Timestamp) else value


def json_values(value: Any) -> Any:
    """Give a value as JSON knows it: times as ISO 8601 in UTC, tuples as lists."""
    if isinstance(value, datetime):
        return utc_text(value)
    if isinstance(value, dict):
        return {key: json_values(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [json_values(item) for item in value]
    return value


def _values(pd: Any, column: Column, values: Sequence[Any]) -> Any:
    if column.kind == "time":
        given = pd.Series(list(values), dtype="object")
        return pd.to_datetime(given, utc=True).astype(DTYPES[column.kind]).array
    return pd.array(list(values), dtype=DTYPES[column.kind])
