"""``events.csv``: every call of the session and of what was chained from it, for a spreadsheet."""

from __future__ import annotations

import csv
import io
from functools import lru_cache
from typing import TYPE_CHECKING

from gdkit import tables
from gdkit.ui.text import spreadsheet_cell

if TYPE_CHECKING:
    from gdkit.report.forms.reported import Reported

BYTE_ORDER_MARK = "\ufeff"
"""Begins the file: without it Excel reads UTF-8 as the computer's own code page. Other readers pass it over.

Source: Microsoft Support, "Opening CSV UTF-8 files correctly in Excel".
"""


def events_csv(told: Reported) -> str:
    """Give all calls, one row each, in the columns of ``tables.SESSION_EVENTS`` and in the order of the evidence.

    Every cell is quoted, and guarded against formulas by ``gdkit.ui.text``; rows end as RFC 4180 says.
    """
    names = tables.SESSION_EVENTS.names
    cell = lru_cache(maxsize=100_000, typed=True)(spreadsheet_cell)  # most values stand in many rows
    written = io.StringIO(newline="")
    rows = csv.writer(written, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    rows.writerow(names)
    rows.writerows([cell(row[name]) for name in names] for row in tables.rows_of(told.events))
    return BYTE_ORDER_MARK + written.getvalue()
