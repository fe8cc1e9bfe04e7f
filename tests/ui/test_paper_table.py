"""Tables on paper: nothing is said twice, no word is broken that fits, and what is left out is named."""

from __future__ import annotations

import re

import pandas as pd
import pytest

from gdkit import tables
from gdkit.ui.paper_table import MOST_ROWS, PAGE_CHARACTERS, paper_table
from gdkit.ui.tables import interactive_table
from tests.report.markup import Page


def _shares(markup: str) -> list[float]:
    return [float(share) for share in re.findall(r'<col style="width:([0-9.]+)%">', markup)]


def test_first_rows() -> None:
    """Where no script runs, the first rows stand in a plain table that says of how many."""
    frame = pd.DataFrame({"value": [f"cell {number}" for number in range(MOST_ROWS + 10)]})
    page = Page(interactive_table(frame, "Calls"))
    assert f"{MOST_ROWS} of {MOST_ROWS + 10} rows" in page.words
    assert f"cell {MOST_ROWS - 1}" in page.words
    assert f"cell {MOST_ROWS}" not in page.words


def test_same_in_every_row() -> None:
    """A value that stands in every row is said once above the table, and so is a column without a value."""
    frame = pd.DataFrame({"at": [1, 2], "state": ["searched"] * 2, "note": [None] * 2, "region": ["a", "b"]})
    page = Page(paper_table(frame))
    assert page.words[0] == "2 of 2 rows; the same in every row: state searched; without a value: note"
    assert page.words[1:] == ["at", "region", "1", "a", "2", "b"]


def test_first_column_stays() -> None:
    """The column that names the row stays, even where it is the same in all."""
    page = Page(paper_table(pd.DataFrame({"at": ["x", "x"], "region": ["a", "b"]})))
    assert page.words == ["2 of 2 rows", "at", "region", "x", "a", "x", "b"]


def test_one_row_is_whole() -> None:
    """A single row is shown as it is: nothing in it is "the same in every row"."""
    page = Page(paper_table(pd.DataFrame({"at": ["x"], "region": [None]})))
    assert page.words == ["1 of 1 row", "at", "region", "x", "—"]


def test_no_row() -> None:
    """A table without rows has its columns' names."""
    page = Page(paper_table(tables.frame(tables.KEYS, {})))
    assert page.words[0] == "0 of 0 rows"
    assert page.words[1] == tables.KEYS.names[0]


def test_left_out_is_named() -> None:
    """Columns that are not wanted on paper are named, with where they are."""
    page = Page(paper_table(pd.DataFrame({"a": [1, 2], "b": [3, 4], "c": [5, 6]}), ["a", "c"]))
    assert page.words == ["2 of 2 rows; on the screen and in the evidence also: b", "a", "c", "1", "5", "2", "6"]


def test_widths() -> None:
    """Columns share the whole width; a long text gives way before a short one does, which keeps its line."""
    frame = pd.DataFrame({"at": ["2026-11-29 18:32:16Z", "2026-11-29 18:32:17Z"], "why": ["long words " * 30, "x"]})
    at, why = _shares(paper_table(frame))
    assert at + why == pytest.approx(100, abs=0.2)
    assert at * PAGE_CHARACTERS / 100 >= len("2026-11-29 18:32:16Z")
    assert why > at


def test_too_wide() -> None:
    """Where the longest words of all columns do not fit beside one another, each value has its name beside it."""
    wide = pd.DataFrame({f"columnnumber{number}": [f"x{number}", f"y{number}"] for number in range(12)})
    narrow = wide.iloc[:, :8]
    assert ("table", {"class": "gd-table gd-records"}) in Page(paper_table(wide)).tags
    assert ("table", {"class": "gd-table gd-fitted"}) in Page(paper_table(narrow)).tags


def test_long_words_can_break() -> None:
    """A long word goes on in the next line behind its marks and before its capitals; a time and a number never do."""
    markup = paper_table(pd.DataFrame({"a": ["role/ShopWeb", "08:15:30Z 2026-11-02"]}))
    assert "<td>role/<wbr>Shop<wbr>Web</td>" in markup
    assert "<td>08:15:30Z 2026-11-02</td>" in markup
