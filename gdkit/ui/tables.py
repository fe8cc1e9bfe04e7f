"""Tables that a person can sort, search, page and copy, in a notebook and in an exported file, without a network."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from gdkit import tables
from gdkit.ui.paper_table import MOST_CELL_CHARACTERS, paper_table
from gdkit.ui.text import escape, for_paper, visible
from gdkit.ui.words import many

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

PAGE_ROWS = 25
"""Rows on one page of a table."""

MOST_ROWS = 2_000
"""Rows that a page holds; of a longer table it holds the first, says of how many, and where the rest is."""


def interactive_table(frame: pd.DataFrame, caption: str, on_paper: Sequence[str] = (), *, picks: bool = False) -> str:
    """Give a table as HTML: its first rows, and the whole of it for the page's script to draw in their place.

    Args:
        frame: any table; every cell is shown as text.
        caption: what the table shows.
        on_paper: names of the columns that stand on paper; all where empty.
        picks: whether a row can be picked, in a panel with a list of class ``gd-list``. The first column numbers the
            rows, and the list's entries begin with the same numbers: ``3. …``.
    """
    held = frame.head(MOST_ROWS)
    count = many(len(frame), "row")
    if len(held) < len(frame):
        count = f"the first {len(held):,} of {len(frame):,} rows; all of them are in the case's evidence folder"
    about = json.dumps(_about(held, caption, len(frame)) | ({"picks": True} if picks else {})).replace("<", "\\u003c")
    return (
        f'<div class="gd-rows" data-lm-suppress-shortcuts="true"><p class="gd-caption">{escape(caption)}: {count}</p>'
        f'{for_paper(paper_table(frame, on_paper))}<script type="application/json">{about}</script></div>'
    )


def most_telling(events: pd.DataFrame) -> pd.DataFrame:
    """Give calls by time; where a page cannot hold them all, the thief's and the undecided ones first."""
    if len(events) > MOST_ROWS:
        order = events["party"].map({"thief": 0, "unknown": 1, "workload": 2})
        events = events.assign(order=order).sort_values(["order", "event_at"], kind="stable").drop(columns="order")
    return events.reset_index(drop=True)


def _about(held: pd.DataFrame, caption: str, total: int) -> dict[str, Any]:
    """Give what the page's script draws and makes CSV of: numbers as numbers, all else as the text that is seen."""
    columns = {str(name): [_cell(value) for value in held[name].astype("object")] for name in held}
    return {
        "name": visible(caption),
        "total": total,
        "page": PAGE_ROWS,
        "columns": [{"title": visible(name), "numeric": _are_numbers(cells)} for name, cells in columns.items()],
        "rows": [list(row) for row in zip(*columns.values(), strict=True)],
    }


def _are_numbers(cells: list[str | int | float | None]) -> bool:
    return not any(isinstance(cell, str) for cell in cells) and any(cell is not None for cell in cells)


def _cell(value: Any) -> str | int | float | None:
    """Give a cell for the script: a missing one is None, which stands before all others when sorted."""
    value = tables.plain(value)
    if value is None or (isinstance(value, int | float) and not isinstance(value, bool)):
        return value
    return visible(value, MOST_CELL_CHARACTERS)
