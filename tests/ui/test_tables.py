"""Tables: every cell is text, numbers stay numbers, and no row is lost silently."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pandas as pd
import pytest

from gdkit import tables
from gdkit.ui.tables import interactive_table, table_library
from tests.report.markup import Page

HOSTILE = ("</script><script>alert(1)</script>", '<img src=x onerror="alert(1)">', "<!--", "NAME ARGUMENTS", "]]>")


def _frame(values: list[object]) -> pd.DataFrame:
    return pd.DataFrame({"value": pd.Series(values, dtype="object")})


def _cells(frame: pd.DataFrame) -> list[list[object]]:
    ((_, rows),) = Page(interactive_table(frame, "Calls")).tables()
    return rows


@pytest.mark.parametrize("value", HOSTILE)
def test_hostile_cell(value: str) -> None:
    """A cell cannot end the script that carries it, and is escaped inside it, for the library takes it as HTML."""
    page = Page(interactive_table(_frame([value]), "Calls"))
    plain = Page(interactive_table(_frame(["plain"]), "Calls"))
    assert [tag for tag, _ in page.tags] == [tag for tag, _ in plain.tags]
    ((_, ((cell,),)),) = page.tables()
    inside = Page(str(cell))
    assert (inside.tags, inside.text) == ([], value)


@pytest.mark.parametrize("value", HOSTILE)
def test_hostile_column_and_caption(value: str) -> None:
    """A column's name and the caption are text as well."""
    page = Page(interactive_table(pd.DataFrame({value: ["x"]}), value))
    ((head, _),) = page.tables()
    assert [tag for tag, _ in Page(head).tags] == ["table", "thead", "tr", "th"]
    assert Page(head).text == value
    assert page.text.count(value) == 2
    assert "img" not in {tag for tag, _ in page.tags}


def test_values() -> None:
    """Numbers stay numbers, a missing value is a dash, a time is UTC text, lines stay lines, truth is a word."""
    at = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)
    values = [7, 1.5, 0, None, float("nan"), pd.NA, pd.NaT, at, "a\nb<", True]
    expected = [7, 1.5, 0, "—", "—", "—", "—", "2026-11-02 08:00:00Z", "a<br>b&lt;", "True"]
    assert [row[0] for row in _cells(_frame(values))] == expected


def test_integer_columns() -> None:
    """Integers of a declared table are numbers in the page, so that they sort as numbers."""
    frame = tables.frame_of_rows(tables.EVIDENCE, [{"file": "x", "bytes": 12}, {"file": "y"}])
    rows = _cells(frame)
    at = tables.EVIDENCE.names.index("bytes")
    assert [row[at] for row in rows] == [12, "—"]


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


def test_without_scripts() -> None:
    """Where no script runs, the first rows stand in a plain table that says of how many."""
    markup = interactive_table(_frame([f"cell {number}" for number in range(60)]), "Calls")
    page = Page(markup.partition("<noscript>")[2].partition("</noscript>")[0])
    assert "50 of 60 rows" in page.text
    assert "cell 49" in page.text
    assert "cell 50" not in page.text
    assert "noscript" in {tag for tag, _ in Page(markup).tags}


def test_wide_without_scripts() -> None:
    """Where more columns stand than a page is wide, each value of the plain table has its name beside it."""
    wide = pd.DataFrame({f"column {number}": ["x"] for number in range(11)})
    page = Page(interactive_table(wide, "Calls").partition("<noscript>")[2].partition("</noscript>")[0])
    assert ("table", {"class": "gd-table gd-records"}) in page.tags
    assert page.words[-2:] == ["column 10", " x"]


def test_empty() -> None:
    """An empty table has its columns and says that it has no rows."""
    page = Page(interactive_table(tables.frame(tables.KEYS, {}), "Keys"))
    ((head, rows),) = page.tables()
    assert "Keys: 0 rows" in page.text
    assert Page(head).words == list(tables.KEYS.names)
    assert rows == []


def _names(frame: pd.DataFrame, caption: str) -> tuple[str, str]:
    """Give the name that a table carries, and the one that its script looks for."""
    page = Page(interactive_table(frame, caption))
    ((_, named),) = [(tag, named) for tag, named in page.tags if "data-gd" in named]
    return named["data-gd"], str(page.scripts[-1].partition('data-gd="')[2].partition('"')[0])


def test_same_table_same_markup() -> None:
    """The same table gives the same markup each time; another one, or another caption, has another name."""
    assert interactive_table(_frame([1]), "Calls") == interactive_table(_frame([1]), "Calls")
    names = [_names(_frame([1]), "Calls"), _names(_frame([2]), "Calls"), _names(_frame([1]), "Keys")]
    assert len(set(names)) == 3
    assert all(carried == sought for carried, sought in names)


def test_no_ids() -> None:
    """Tables have no id, so that two equal ones in a page are no fault of it; the script draws each that is not yet."""
    page = Page(interactive_table(_frame([1]), "Calls") * 2)
    assert not [named for _, named in page.tags if "id" in named]
    assert "querySelectorAll" in page.scripts[-1]


def test_library() -> None:
    """The table library is one script that holds everything; it is loaded once a page."""
    page = Page(table_library())
    assert [(tag, named) for tag, named in page.tags] == [("script", {})]
    sizes = sorted(len(text) for text in page.unpacked())
    assert len(sizes) == 2
    assert sizes[1] > 100_000
    assert "if (!window.gdkitTables)" in page.scripts[0]
    assert json.dumps(page.scripts[0]).isascii()
