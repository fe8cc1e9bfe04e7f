"""Tables: every cell is text, numbers stay numbers, and no row is lost silently."""

from __future__ import annotations

from datetime import UTC, datetime

import pandas as pd
import pytest

from gdkit import tables
from gdkit.ui.page_library import page_library
from gdkit.ui.tables import interactive_table
from tests.report.markup import Page

HOSTILE = ("</script><script>alert(1)</script>", '<img src=x onerror="alert(1)">', "<!--", "NAME ARGUMENTS", "]]>")


def _frame(values: list[object]) -> pd.DataFrame:
    return pd.DataFrame({"value": pd.Series(values, dtype="object")})


def _cells(frame: pd.DataFrame) -> list[list[object]]:
    ((_, rows),) = Page(interactive_table(frame, "Calls")).tables()
    return rows


@pytest.mark.parametrize("value", HOSTILE)
def test_hostile_cell(value: str) -> None:
    """A cell cannot end the script that carries it, and is text in the rows that stand there without it."""
    page = Page(interactive_table(_frame([value]), "Calls"))
    plain = Page(interactive_table(_frame(["plain"]), "Calls"))
    assert [tag for tag, _ in page.tags] == [tag for tag, _ in plain.tags]
    assert page.tables() == [(["value"], [[value]])]
    assert value in page.words


@pytest.mark.parametrize("value", HOSTILE)
def test_hostile_column_and_caption(value: str) -> None:
    """A column's name and the caption are text as well."""
    page = Page(interactive_table(pd.DataFrame({value: ["x"]}), value))
    ((head, _),) = page.tables()
    assert head == [value]
    assert page.text.count(value) == 2
    assert "img" not in {tag for tag, _ in page.tags}


def test_values() -> None:
    """Numbers stay numbers, a missing value is none, a time is UTC text, lines stay lines, truth is a word."""
    at = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)
    values = [7, 1.5, 0, None, float("nan"), pd.NA, pd.NaT, at, "a\nb<", True]
    expected = [7, 1.5, 0, None, None, None, None, "2026-11-02 08:00:00Z", "a\nb<", "True"]
    assert [row[0] for row in _cells(_frame(values))] == expected


def test_numbers_are_told() -> None:
    """A column of numbers, some of them missing, is told as such, so that 9 stands before 100; one of words is not."""
    frame = tables.frame_of_rows(tables.EVIDENCE, [{"file": "x", "bytes": 100}, {"file": "y", "bytes": 9}, {}])
    page = Page(interactive_table(frame, "Evidence"))
    assert [row[tables.EVIDENCE.names.index("bytes")] for row in page.tables()[0][1]] == [100, 9, None]
    for name, numeric in (("bytes", "true"), ("file", "false")):
        assert f'{{"title": "{name}", "numeric": {numeric}}}' in page.scripts[0]


def test_long_cell() -> None:
    """A very long cell is cut and says how long it was."""
    (((cell,),)) = _cells(_frame(["x" * 200_000]))
    assert str(cell).endswith("… (200,000 characters)")
    assert len(str(cell)) < 600


def test_all_rows() -> None:
    """All rows are in the page, and it says how many they are."""
    page = Page(interactive_table(_frame(list(range(1234))), "Calls"))
    assert "Calls: 1,234 rows" in page.text
    assert [row[0] for row in page.tables()[0][1]] == list(range(1234))


def test_too_many_rows() -> None:
    """Of a very long table the page holds the first rows, and says of how many and where the rest is."""
    page = Page(interactive_table(_frame(list(range(100_000))), "Calls"))
    assert "Calls: the first 2,000 of 100,000 rows; all of them are in the case's evidence folder" in page.text
    assert len(page.tables()[0][1]) == 2_000
    assert '"total": 100000' in page.scripts[0]


def test_empty() -> None:
    """An empty table has its columns and says that it has no rows."""
    page = Page(interactive_table(tables.frame(tables.KEYS, {}), "Keys"))
    ((head, rows),) = page.tables()
    assert "Keys: 0 rows" in page.text
    assert head == list(tables.KEYS.names)
    assert rows == []


def test_same_bytes() -> None:
    """The same table is the same bytes each time, so that reports of one case can be compared."""
    assert interactive_table(_frame([1, "x"]), "Calls") == interactive_table(_frame([1, "x"]), "Calls")
    page_library.cache_clear()
    before = page_library()
    page_library.cache_clear()
    assert page_library() == before


def test_library() -> None:
    """What a page needs is one style and one script that holds the table library whole; nothing is left to put in."""
    page = Page(page_library())
    assert [tag for tag, _ in page.tags] == ["style", "script"]
    style, script = page.unpacked()
    assert "table.dataTable" in style
    assert len(script) > 100_000
    assert "PUT_" not in page.scripts[0]
    assert len(page_library()) < 400_000
