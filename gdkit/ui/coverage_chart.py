"""The picture of the coverage: what was searched, empty, not searched or not readable; a sign beside every colour."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pandas as pd

from gdkit.ui.coverage_map import (
    HISTORY,
    LATE,
    NONE_SEEN,
    NOT_READ,
    NOT_SEARCHED,
    OFF,
    SEEN,
    SIGNS,
    SPANS,
    WORDS,
    CoverageMap,
    coverage_map,
)
from gdkit.ui.vega import INK, QUIET, drawn
from gdkit.ui.words import many, when

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from gdkit.ui.coverage_map import Cell, Lane

FILLS = {SEEN: "#1d4ed8", NONE_SEEN: "#bfdbfe", NOT_READ: "#b45309", LATE: "#fde68a", NOT_SEARCHED: "#ffffff",
         OFF: "#e7e5e4"}  # fmt: skip
"""Blue for what was searched, brown and yellow for what is missing: told apart by those who do not see red or green."""

_INKS = {SEEN: "#ffffff", NONE_SEEN: "#1e3a8a", NOT_READ: "#ffffff", LATE: INK, NOT_SEARCHED: QUIET, OFF: QUIET}

CELL_PX, LANE_PX, LEAST_PX = 22, 20, 300
"""Width of a cell, height of a lane, and width of the smallest picture."""

_NAMES_PX = 330
_TIME = "%Y-%m-%dT%H:%M:%SZ"


def coverage_chart(ledger: pd.DataFrame, events: pd.DataFrame, words: str) -> str | None:
    """Draw what was searched.

    Args:
        ledger: ``tables.COVERAGE_LEDGER``.
        events: ``tables.SESSION_EVENTS``.
        words: what the picture says, for those who do not see it.

    Returns:
        HTML with everything in it; None where the ledger tells no time.
    """
    found = coverage_map(ledger, events)
    return None if found is None else drawn(coverage_spec(found), words)


def coverage_spec(found: CoverageMap) -> dict[str, Any]:
    """Give the Vega-Lite specification: a lane a line, a cell a span, its sign in it."""
    several = len({lane.source for lane in found.lanes}) > 1
    names = [_name(lane, several=several) for lane in found.lanes]
    cells = [cell for name, lane in zip(names, found.lanes, strict=True) for cell in _cells(name, lane, found)]
    states = [state for state in FILLS if state in {cell["state"] for cell in cells}]
    y = {"field": "lane", "type": "nominal", "title": None, "sort": names, "scale": {"paddingInner": 0.12},
         "axis": {"labelLimit": _NAMES_PX, "domain": False, "ticks": False, "labelPadding": 6}}  # fmt: skip
    x = _times(found)
    return {
        "title": {"text": _title(found, several=several), "subtitle": _subtitle(found), "subtitleColor": QUIET},
        "width": max(LEAST_PX, CELL_PX * len(found.begins)),
        "height": {"step": LANE_PX},
        "data": {"values": cells},
        "layer": [
            {"mark": {"type": "rect", "stroke": "#a8a29e", "strokeWidth": 0.5},
             "encoding": {"x": x, "x2": {"field": "to"}, "y": y, "color": _fills(states)}},
            {"mark": {"type": "text", "fontSize": 10},
             "encoding": {"x": {**x, "field": "mid"}, "y": y, "text": {"field": "said", "type": "nominal"},
                          "color": {"field": "state", "type": "nominal", "legend": None,
                                    "scale": _scale(states, _INKS)}}},
        ],
        "resolve": {"scale": {"color": "independent"}},
    }  # fmt: skip


def _title(found: CoverageMap, *, several: bool) -> str:
    source = found.lanes[0].source
    return "What was searched" if several else f"What was searched in {'the ' if source == HISTORY else ''}{source}"


def _subtitle(found: CoverageMap) -> list[str]:
    lines = [f"From {when(found.begin)} to {when(found.end)}; a cell is {SPANS[found.span]}, UTC.",
             "What is alike is put together; the table names each."]  # fmt: skip
    if found.left_out:
        lines[-1] += f" {many(found.left_out, 'more line')} stand there alone."
    if found.begins[0] > found.begin:
        lines[-1] += " Earlier times too."
    return lines


def _times(found: CoverageMap) -> dict[str, Any]:
    form = "%Y-%m-%d" if found.span.endswith("D") else "%m-%d %H:%M"
    return {"field": "from", "type": "temporal", "title": "time (UTC)", "scale": {"type": "utc", "nice": False},
            "axis": {"format": form, "grid": False, "labelOverlap": True, "tickCount": 8}}  # fmt: skip


def _fills(states: list[str]) -> dict[str, Any]:
    said = json.dumps({state: f"{SIGNS[state]}   {WORDS[state]}" for state in states}, ensure_ascii=False)
    legend = {
        "title": None, "orient": "top", "columns": 2, "labelLimit": 400, "labelExpr": f"({said})[datum.label]",
        "symbolType": "square", "symbolSize": 130, "symbolStrokeColor": QUIET, "symbolStrokeWidth": 0.7,
    }  # fmt: skip
    return {"field": "state", "type": "nominal", "scale": _scale(states, FILLS), "legend": legend}


def _scale(states: list[str], looks: Mapping[str, str]) -> dict[str, list[str]]:
    return {"domain": states, "range": [looks[state] for state in states]}


def _name(lane: Lane, *, several: bool) -> str:
    parts = (lane.source if several else "", lane.account_id, lane.region, lane.kind)
    return " · ".join(part for part in parts if part)


def _cells(name: str, lane: Lane, found: CoverageMap) -> Iterator[dict[str, Any]]:
    length = pd.Timedelta(found.span)
    for begin, cell in zip(found.begins, lane.cells, strict=True):
        at = {"from": begin, "mid": begin + length / 2, "to": begin + length}
        yield {**{end: time.strftime(_TIME) for end, time in at.items()}, "lane": name, "state": cell.state,
               "said": _said(cell)}  # fmt: skip


def _said(cell: Cell) -> str:
    """Say a cell in at most four characters: the calls seen, else the sign of its state."""
    sign = "" if cell.state == SEEN else SIGNS[cell.state]
    if not cell.calls:
        return sign
    return (f"{cell.calls}" if cell.calls < 1000 else f"{cell.calls // 1000}k") + sign
