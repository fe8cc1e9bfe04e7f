"""The calls as CSV: all of them, in fixed columns, and nothing that a spreadsheet would run."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace

import pandas as pd
import pytest

from gdkit import tables
from gdkit.report.forms.events_csv import events_csv
from tests.hostile.samples import MARK
from tests.report.forms.cases import hostile, told


def _rows(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")))


def test_all_calls() -> None:
    """Every call of the session and of its chains is a row, in the declared columns and in the evidence's order."""
    case = told("none")
    head, *rows = _rows(events_csv(case))
    assert tuple(head) == tables.SESSION_EVENTS.names
    assert [row[0] for row in rows] == case.events["event_id"].tolist()
    assert len(rows) == case.result["events"]["total"] == 78
    assert {row[head.index("hop")] for row in rows} == {"0", "1"}


def test_read_by_programs() -> None:
    """A table library reads it back: the mark is no part of the first column, and missing is missing."""
    frame = pd.read_csv(io.StringIO(events_csv(told("none"))), dtype="str")
    assert frame.columns[0] == "event_id"
    assert frame["party"].value_counts().to_dict() == {"workload": 65, "thief": 12, "unknown": 1}
    assert frame["error_code"].isna().sum() == told("none").events["error_code"].isna().sum()


def test_begins_with_the_mark() -> None:
    """The file is UTF-8 that Excel knows as such, its rows end as the standard says, and every cell is quoted."""
    text = events_csv(told("none"))
    assert text.encode().startswith(b'\xef\xbb\xbf"event_id",')
    assert all(line.startswith('"') and line.endswith('"') for line in text.removeprefix("\ufeff").split("\r\n")[:-1])


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_no_formula(separator: str) -> None:
    """Wherever a spreadsheet parts the cells of the hostile sample, none begins as a formula does."""
    text = events_csv(hostile())
    assert MARK in text
    cells = [cell for line in text.split("\r\n") for cell in _cells(line, separator)]
    assert len(cells) > 200
    assert not [cell for cell in cells if cell.lstrip("\"' ")[:1] in set("=+-@\t\r") and not cell.startswith("'")
                and not cell.lstrip('" ').startswith("'")]  # fmt: skip


def _cells(line: str, separator: str) -> list[str]:
    return line.split('","') if separator == "," else line.split(separator)


def test_nothing_hidden() -> None:
    """No control character, line end or direction override stands in a cell; a long text is cut, and says so."""
    rows = _rows(events_csv(hostile()))
    assert not [
        cell for row in rows for cell in row if re.search("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", cell)
    ]
    assert max(len(cell) for row in rows for cell in row) <= 32_767
    assert any(cell.endswith("characters)") for row in rows for cell in row)


def test_empty() -> None:
    """A case without a call gives the columns alone."""
    empty = replace(told("none"), events=tables.frame(tables.SESSION_EVENTS, {}))
    assert len(_rows(events_csv(empty))) == 1
