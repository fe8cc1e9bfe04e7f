"""Tables that a person can sort, search and page, in a notebook and in an exported file, without a network."""

from __future__ import annotations

import base64
import hashlib
import json
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gdkit import tables
from gdkit.ui.text import escape, static_records, static_table, visible
from gdkit.ui.words import many

if TYPE_CHECKING:
    import pandas as pd

STATIC_ROWS = 50
"""Rows that a page without scripts shows; it says of how many."""

PAGE_ROWS = 25
"""Rows on one page of a table."""

WIDE_COLUMNS = 10
"""Columns that stand beside one another on a page without scripts; of a wider table each value has its name by it."""

MOST_ROWS = 2_000
"""Rows that a page holds; of a longer table it holds the first, says of how many, and where the rest is."""

MOST_CELL_CHARACTERS = 500
"""A longer cell is cut in what is shown, and says so; the evidence holds it whole."""

_LOADER = """<script>
if (!window.gdkitTables) {
  const text = (packed) => new TextDecoder().decode(Uint8Array.from(atob(packed), (c) => c.charCodeAt(0)));
  const style = document.createElement("style");
  style.textContent = text("CSS");
  document.head.appendChild(style);
  const url = URL.createObjectURL(new Blob([text("JS")], {type: "text/javascript"}));
  window.gdkitTables = import(url);
  window.dispatchEvent(new Event("gdkit-tables"));
}
</script>"""

_DRAW = """<script type="module">
const draw = async () => {
  const { ITable } = await window.gdkitTables;
  const tables = document.querySelectorAll('table[data-gd="NAME"]:not(.dataTable)');
  for (const table of tables) new ITable(table, ARGUMENTS);
};
if (window.gdkitTables) draw(); else window.addEventListener("gdkit-tables", draw, {once: true});
</script>"""


def table_library() -> str:
    """Give the markup that loads the table library into a page, once a page; it is held whole, nothing is fetched."""
    from itables.utils import find_package_file  # noqa: PLC0415 - loaded on first use

    bundle = Path(find_package_file("html/dt_bundle.js"))
    script, style = (base64.b64encode(path.read_bytes()).decode() for path in (bundle, bundle.with_suffix(".css")))
    return _LOADER.replace("CSS", style, 1).replace('"JS"', f'"{script}"', 1)


def interactive_table(frame: pd.DataFrame, caption: str) -> str:
    """Give a table as HTML: sortable and searchable where scripts run, its first rows where they do not.

    Args:
        frame: any table; every cell is shown as escaped text.
        caption: what the table shows.
    """
    held = frame.head(MOST_ROWS)
    count = many(len(frame), "row")
    if len(held) < len(frame):
        count = f"the first {len(held):,} of {len(frame):,} rows; all of them are in the case's evidence folder"
    arguments = json.dumps(_arguments(held)).replace("<", "\\u003c")
    name = hashlib.sha256(f"{caption}\n{arguments}".encode("utf-8", "backslashreplace")).hexdigest()[
        :16
    ]  # the same table has the same markup
    return (
        f'<p class="gd-caption">{escape(caption)}: {count}</p>'
        f'<table data-gd="{name}" class="display compact"></table>'
        f"<noscript>{_first_rows(frame)}</noscript>"
        f"{_DRAW.replace('NAME', name).replace('ARGUMENTS', arguments)}"
    )


def most_telling(events: pd.DataFrame) -> pd.DataFrame:
    """Give calls by time; where a page cannot hold them all, the thief's and the undecided ones first."""
    if len(events) > MOST_ROWS:
        order = events["party"].map({"thief": 0, "unknown": 1, "workload": 2})
        events = events.assign(order=order).sort_values(["order", "event_at"], kind="stable").drop(columns="order")
    return events.reset_index(drop=True)


def _arguments(frame: pd.DataFrame) -> dict[str, Any]:
    """Give what the library's ITable takes: its cells are HTML, so every text is escaped here."""
    head = "".join(f"<th>{escape(name)}</th>" for name in frame)
    columns = [[_cell(value) for value in frame[name].astype("object")] for name in frame]
    return {
        "table_html": f"<table><thead><tr>{head}</tr></thead></table>",
        "data_json": json.dumps([list(row) for row in zip(*columns, strict=True)]),
        "order": [],
        "pageLength": PAGE_ROWS,
        "lengthMenu": [10, PAGE_ROWS, 100, 1000],
        "layout": {"topStart": "info", "topEnd": "search", "bottomStart": "pageLength", "bottomEnd": "paging"},
        "scrollX": True,
        "classes": ["display", "compact", "nowrap"],
        "style": {"table-layout": "auto", "width": "auto", "margin": "0"},
        "text_in_header_can_be_selected": False,
    }


def _cell(value: Any) -> str | int | float:
    value = tables.plain(value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    lines = str(value).split("\n") if isinstance(value, str) else [value]
    return "<br>".join(escape(line, MOST_CELL_CHARACTERS) for line in lines)


def _first_rows(frame: pd.DataFrame) -> str:
    shown = min(len(frame), STATIC_ROWS)
    rows = islice(frame.itertuples(index=False, name=None), STATIC_ROWS)
    cells = ([visible(tables.plain(cell), MOST_CELL_CHARACTERS) for cell in row] for row in rows)
    form = static_table if len(frame.columns) <= WIDE_COLUMNS else static_records
    return form([str(name) for name in frame], cells, f"{shown:,} of {many(len(frame), 'row')}")
