"""The picture of a lineage: what came from the leaked session, from left to right, words beside every colour."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gdkit.ui.lineage_layout import Arrow, Dot, Layout, lay_out
from gdkit.ui.vega import COLOURS, drawn

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

ROW_PX = 52
"""Height that a thing with its two lines of words needs."""

NEUTRAL = "#334155"
"""Colour of what belongs to no party, such as the instance itself."""

STEP_PX, FEWEST_PX = 250, 460
"""Width of one step, and of the smallest picture."""

_NAMES_PX = 180
"""Width of a name before it is cut, in pixels."""

_BELOW: dict[str, Any] = {"align": "center", "dy": 17}
_BESIDE: dict[str, Any] = {"align": "left", "dx": 11, "dy": -3}
"""Where a thing's name stands: below it, and in the last layer beside it, where no line is."""

_NAME = {"fontSize": 11, "fontWeight": "bold"}
_ABOUT = {"fontSize": 10}
_LINE_PX = 13
_GROUND = {"stroke": "#fff", "strokeWidth": 4, "strokeJoin": "round", "color": "#fff"}


def lineage_chart(nodes: pd.DataFrame, edges: pd.DataFrame, words: str) -> str | None:
    """Draw what grew from the leaked session, one layer a step.

    Args:
        nodes: ``tables.LINEAGE_NODES``.
        edges: ``tables.LINEAGE_EDGES``.
        words: what the picture says, for those who do not see it.

    Returns:
        HTML with everything in it; None where nothing grew.
    """
    return None if edges.empty else drawn(lineage_spec(lay_out(nodes, edges)), words)


def lineage_spec(layout: Layout) -> dict[str, Any]:
    """Give the Vega-Lite specification: lines with the call's name, dots with name, kind and party."""
    at = {dot.id: dot for dot in layout.dots}
    sizes = [1 + max(dot.place for dot in layout.dots if dot.layer == layer) for layer in _layers(layout)]
    heights = {dot.id: _y(dot, sizes[dot.layer], max(sizes)) for dot in layout.dots}
    lines = [_line(arrow, at, heights) for arrow in layout.arrows]
    points = [_point(dot, heights[dot.id]) for dot in layout.dots]
    x = {"field": "x", "type": "quantitative", "axis": None, "scale": {"domain": [-0.3, len(sizes) - 0.3]}}
    y = {"field": "y", "type": "quantitative", "axis": None, "scale": {"domain": [max(sizes) - 0.4, -0.6]}}
    named = [(_BELOW, [point for point in points if point["x"] < len(sizes) - 1]),
             (_BESIDE, [point for point in points if point["x"] == len(sizes) - 1])]  # fmt: skip
    return {
        "title": _title(layout),
        "height": _height(layout),
        "width": max(FEWEST_PX, STEP_PX * len(sizes)),
        "layer": [
            _rules(lines, x, y),
            _dots(points, x, y),
            *_words(lines, x, y, "call", {"align": "center", "dy": -6, "fontSize": 10, "fontStyle": "italic"}),
            *(mark for place, here in named for mark in _words(here, x, y, "name", {**place, **_NAME})),
            *(mark for place, here in named
              for mark in _words(here, x, y, "about", {**place, "dy": place["dy"] + _LINE_PX, **_ABOUT})),
        ],
    }  # fmt: skip


def _title(layout: Layout) -> str:
    if layout.shown == layout.total:
        return f"{layout.total:,} things, from left to right as one led to the next"
    return f"{layout.shown:,} of {layout.total:,} things each by itself, the others put together; the table has all"


def _layers(layout: Layout) -> range:
    return range(1 + max(dot.layer for dot in layout.dots))


def _height(layout: Layout) -> int:
    return max(160, ROW_PX * (1 + max(dot.place for dot in layout.dots)))


def _y(dot: Dot, here: int, most: int) -> float:
    return round(dot.place + (most - here) / 2, 3)


def _point(dot: Dot, y: float) -> dict[str, Any]:
    words = [dot.kind.replace("_", " "), *([dot.party] if dot.party else [])]
    return {
        "id": dot.id,
        "x": dot.layer,
        "y": y,
        "name": dot.label,
        "about": " · ".join(words),
        "party": dot.party or "none",
    }


def _line(arrow: Arrow, at: dict[str, Dot], heights: dict[str, float]) -> dict[str, Any]:
    begin, end = at[arrow.begin], at[arrow.end]
    many = f", {arrow.calls:,} times" if arrow.calls > 1 else ""
    y1, y2 = heights[arrow.begin], heights[arrow.end]
    return {
        "x1": begin.layer, "y1": y1, "x2": end.layer, "y2": y2,
        "x": round((begin.layer + 2 * end.layer) / 3, 3), "y": round((y1 + 2 * y2) / 3, 3),
        "call": arrow.kind + many + (" (refused)" if arrow.refused else ""), "party": arrow.party or "none",
        "refused": arrow.refused, "begin": begin.label, "end": end.label,
    }  # fmt: skip


def _colour() -> dict[str, Any]:
    scale = {"domain": [*COLOURS, "none"], "range": [*COLOURS.values(), NEUTRAL]}
    return {"field": "party", "type": "nominal", "scale": scale, "legend": None}


def _rules(lines: list[dict[str, Any]], x: dict[str, Any], y: dict[str, Any]) -> dict[str, Any]:
    names = ("call", "party", "begin", "end")
    return {
        "data": {"values": lines},
        "mark": {"type": "rule", "strokeWidth": 1.5, "opacity": 0.7},
        "encoding": {
            "x": {**x, "field": "x1"}, "x2": {"field": "x2"}, "y": {**y, "field": "y1"}, "y2": {"field": "y2"},
            "color": _colour(),
            "strokeDash": {"condition": {"test": "datum.refused", "value": [4, 4]}, "value": [1, 0]},
            "tooltip": [{"field": name, "type": "nominal"} for name in names],
        },
    }  # fmt: skip


def _dots(points: list[dict[str, Any]], x: dict[str, Any], y: dict[str, Any]) -> dict[str, Any]:
    return {
        "data": {"values": points},
        "mark": {"type": "circle", "size": 140, "opacity": 1},
        "encoding": {"x": x, "y": y, "color": _colour(),
                     "tooltip": [{"field": name, "type": "nominal"} for name in ("name", "about")]},
    }  # fmt: skip


def _words(
    values: list[dict[str, Any]], x: dict[str, Any], y: dict[str, Any], name: str, look: dict[str, Any]
) -> Iterator[dict[str, Any]]:
    """Give words on a ground of their own, so that a line behind them does not strike them out."""
    encoding = {"x": x, "y": y, "text": {"field": name, "type": "nominal"}}
    mark = {"type": "text", "limit": _NAMES_PX, **look}
    yield {"data": {"values": values}, "mark": {**mark, **_GROUND}, "encoding": encoding}
    yield {"data": {"values": values}, "mark": mark, "encoding": {**encoding, "color": _colour()}}
