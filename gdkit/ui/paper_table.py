"""A table where nothing moves: on paper, and on a page without scripts.

Paper has one width. So what is the same in every row is said once, above the table, and columns are as wide as what
stands in them; where they do not fit beside one another, each value stands with its name by it.
"""

from __future__ import annotations

import math
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from gdkit import tables
from gdkit.ui.line_breaks import pieces_of
from gdkit.ui.text import MISSING, static_records, static_table, visible
from gdkit.ui.words import many

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

MOST_ROWS = 60
"""Rows that stand on paper; it says of how many."""

PAGE_CHARACTERS = 165
"""Characters of the small print that stand beside one another across an A4 page on its side."""

MOST_CELL_CHARACTERS = 500
"""A longer cell is cut in what is shown, and says so; the evidence holds it whole."""

NARROWEST, WIDEST = 4, 70
"""Characters of a column: the fewest, and the most that one asks for."""

LONGEST_PIECE = 24
"""Characters of a piece that a column is kept wide enough for; a longer one, such as a hash, is broken anywhere."""

WIDER = ((str.isupper, 0.3), (str.isdigit, 0.15))
"""How much wider capital letters and digits are than small letters, in the usual sans-serif fonts."""

BOLD = 0.15
"""How much wider a letter of a head is."""

_PADDING = 2


class _Column(NamedTuple):
    """A column's name and what stands in it, as it is shown."""

    name: str
    cells: Sequence[str]

    @property
    def least(self) -> int:
        """Characters that it needs, so that no word breaks."""
        heads = (math.ceil(_width(piece) * (1 + BOLD)) for piece in pieces_of(self.name))
        pieces = (_width(piece[:LONGEST_PIECE]) for cell in self.cells for piece in pieces_of(cell))
        return max(NARROWEST, *heads, *pieces) + _PADDING

    @property
    def wish(self) -> int:
        """Characters that it would fill."""
        lines = (line[:WIDEST] for text in (self.name, *self.cells) for line in text.split("\n"))
        return max(min(max(map(_width, lines)), WIDEST) + _PADDING, self.least)


def _width(text: str) -> int:
    """Give how many small letters a text is as wide as."""
    return math.ceil(len(text) + sum(more * sum(map(holds, text)) for holds, more in WIDER))


def paper_table(frame: pd.DataFrame, names: Sequence[str] = ()) -> str:
    """Give the first rows of a table as HTML that needs no script.

    Args:
        frame: the table; every cell is shown as text.
        names: of the columns that are wanted on paper; all where empty. The others are named.
    """
    left_out = [str(name) for name in frame if names and name not in names]
    frame = frame.drop(columns=left_out)
    rows = list(islice(frame.itertuples(index=False, name=None), MOST_ROWS))
    cells = [[visible(tables.plain(cell), MOST_CELL_CHARACTERS) for cell in row] for row in rows]
    columns = [_Column(str(name), [row[place] for row in cells]) for place, name in enumerate(frame)]
    same = [column for column in columns[1:] if len(rows) > 1 and len(set(column.cells)) == 1]
    told = [column for column in columns if column not in same]
    caption = f"{len(rows):,} of {many(len(frame), 'row')}{_said(same)}"
    if left_out:
        caption += f"; on the screen and in the evidence also: {', '.join(left_out)}"
    heads, shown = [column.name for column in told], list(zip(*(column.cells for column in told), strict=True))
    if sum(column.least for column in told) > PAGE_CHARACTERS:
        return static_records(heads, shown, caption)
    return static_table(heads, shown, caption, _shares(told))


def _said(same: Sequence[_Column]) -> str:
    """Say once what stands in every row."""
    values = " · ".join(f"{column.name} {column.cells[0]}" for column in same if column.cells[0] != MISSING)
    empty = ", ".join(column.name for column in same if column.cells[0] == MISSING)
    return (f"; the same in every row: {values}" if values else "") + (f"; without a value: {empty}" if empty else "")


def _shares(columns: Sequence[_Column]) -> list[float]:
    """Give each column's share of the page in percent: what it would fill, and the widest give way first."""
    level = WIDEST + _PADDING
    while level and sum(_within(column, level) for column in columns) > PAGE_CHARACTERS:
        level -= 1
    wide = [_within(column, level) for column in columns]
    return [100 * one / sum(wide) for one in wide]


def _within(column: _Column, level: int) -> int:
    return max(column.least, min(column.wish, level))
