"""Pictures: drawn by Vega in a frame of their own, offline, all times in UTC, with words beside every colour."""

from __future__ import annotations

import json
from contextlib import suppress
from functools import cache
from importlib import metadata
from typing import TYPE_CHECKING, Any

from platformdirs import user_cache_path

from gdkit.case.files import write_bytes
from gdkit.errors import CaseWriteError
from gdkit.ui.text import drawing, for_paper, sandboxed_frame, visible

if TYPE_CHECKING:
    import pandas as pd

VEGA_LITE = "https://vega.github.io/schema/vega-lite/v6.json"
"""Names the version of the specification; nothing is fetched from there."""

COLOURS = {"thief": "#c2410c", "unknown": "#7c3aed", "workload": "#64748b"}
"""Thief strong, workload faint; each also named beside the picture and readable in both themes."""

STRENGTHS = {"thief": 0.9, "unknown": 0.6, "workload": 0.3}
"""How strongly the calls of each party are drawn."""

LEAKED, CHAINED = "leaked session", "grown from it"
"""Where a call was made through, beside its shape: circles in the leaked session, triangles a hop or more away."""

MOST_MARKS = 2_000
"""A picture shows at most about so many marks; calls are put together by time until they fit."""

AXIS_PX = 290
"""Room beside a picture for the names on its axis and the legend, in pixels."""

PAPER_PX = 560
"""Width of a picture on paper, without the names beside it, for an A4 page."""

MOST_OPERATIONS = 50
"""Operations named in a picture that would have too many marks even so; the rest is drawn as one."""

FEWEST_PX = 200
"""Width of a picture in a frame that is narrower than it can use; a frame has no width at all until it is laid out."""

_DRAW = f"""const draw = () => {{
  const width = Math.max({FEWEST_PX}, innerWidth - {AXIS_PX});
  spec.vconcat.forEach((view) => {{ view.width = width; }});
  vegaEmbed("#chart", spec, {{actions: false, ast: true}});
}};
addEventListener("resize", draw);
draw();"""

STEPS = ("1s", "10s", "1min", "5min", "15min", "1h", "6h", "1D", "7D")
"""Spans of time that calls are put together by, from fine to coarse."""


def timeline(events: pd.DataFrame, title: str) -> str | None:
    """Draw the calls over time, one line a party, and the operations called in the part that is brushed.

    Args:
        events: ``tables.SESSION_EVENTS``.
        title: what the picture shows.

    Returns:
        HTML with everything in it; None where no event has a time.
    """
    timed = events[events["event_at"].notna()]
    if timed.empty:
        return None
    step, marks = put_together(timed)
    spec = timeline_spec(marks, step)
    return sandboxed_frame(_page(spec), title, 480) + for_paper(_still(spec, title))


def _still(spec: dict[str, Any], title: str) -> str:
    """Give the same picture without scripts, as it stands before anything is marked."""
    import vl_convert  # noqa: PLC0415 - loaded on first use

    views = [{**view, "width": PAPER_PX} for view in spec["vconcat"]]
    return drawing(vl_convert.vegalite_to_svg({**spec, "vconcat": views}), title)


def put_together(events: pd.DataFrame) -> tuple[str, pd.DataFrame]:
    """Put calls together by time, party and operation until a picture can hold them; give the span and the marks."""
    named = events.assign(
        operation=events["event_name"].map(_short),
        service=events["event_source"].str.removesuffix(".amazonaws.com").map(_short),
        failed=events["error_code"].notna(),
        reach=events["hop"].map({0: LEAKED}).fillna(CHAINED),
    )
    for step in STEPS:
        marks = _marks(named, step)
        if len(marks) <= MOST_MARKS:
            return step, marks
    common = named["operation"].value_counts().index[:MOST_OPERATIONS]
    rest = named["operation"].where(named["operation"].isin(common), "(other operations)")
    return STEPS[-1], _marks(named.assign(operation=rest), STEPS[-1])


def _short(name: object) -> str:
    return visible(name, 60)


def _marks(events: pd.DataFrame, step: str) -> pd.DataFrame:
    return (
        events.assign(at=events["event_at"].dt.floor(step))
        .groupby(["at", "party", "operation", "reach"], as_index=False)
        .agg(calls=("event_id", "size"), failed=("failed", "sum"), service=("service", "first"))
    )


def timeline_spec(marks: pd.DataFrame, step: str) -> dict[str, Any]:
    """Give the Vega-Lite specification of the timeline: marks to brush above, operations counted below."""
    at = marks["at"].dt
    data = marks.assign(utc=at.strftime("%Y-%m-%d %H:%M:%SZ"), at=at.strftime("%Y-%m-%dT%H:%M:%SZ"))
    parties = [party for party in COLOURS if party in set(data["party"])]
    scale = {"domain": parties, "range": [COLOURS[party] for party in parties]}
    colour = {"field": "party", "type": "nominal", "scale": scale, "legend": {"title": None}}
    return {
        "$schema": VEGA_LITE,
        "background": "transparent",
        "config": {"view": {"stroke": None}},
        "data": {"values": data.to_dict("records")},
        "vconcat": [_points(parties, colour, step, marks), _bars(colour)],
    }


def _points(parties: list[str], colour: dict[str, Any], step: str, marks: pd.DataFrame) -> dict[str, Any]:
    """Give one mark for the calls of one party to one operation in one span of time, larger for more calls."""
    names = ("utc", "party", "reach", "operation", "service", "calls", "failed")
    most = max(10, int(marks["calls"].max()))
    faint = {"field": "party", "type": "nominal", "legend": None,
             "scale": {"domain": list(STRENGTHS), "range": list(STRENGTHS.values())}}  # fmt: skip
    return {
        "title": f"Calls by who made them, one mark per {step}",
        "height": 46 * len(parties),
        "params": [{"name": "brush", "select": {"type": "interval", "encodings": ["x"]}}],
        "mark": {"type": "point", "filled": True},
        "encoding": {
            "x": {"field": "at", "type": "temporal", "title": "time (UTC)", "scale": {"type": "utc"},
                  "axis": {"format": _time_format(marks)}},
            "y": {"field": "party", "type": "nominal", "title": None, "sort": parties,
                  "axis": {"labelFontWeight": "bold"}},
            "size": {"field": "calls", "type": "quantitative", "legend": None,
                     "scale": {"range": [60, 400], "domain": [1, most]}},
            "opacity": faint,
            "shape": {"field": "reach", "type": "nominal", "legend": {"title": None},
                      "scale": {"domain": [LEAKED, CHAINED], "range": ["circle", "triangle-up"]}},
            "color": {"condition": {"param": "brush", **colour}, "value": "#94a3b855"},
            "tooltip": [{"field": name, "type": "nominal"} for name in names],
        },
    }  # fmt: skip


def _bars(colour: dict[str, Any]) -> dict[str, Any]:
    """Count the operations of the brushed time, the commonest twelve."""
    ranked = {"op": "dense_rank", "as": "rank"}
    return {
        "height": 210,
        "transform": [
            {"filter": {"param": "brush"}},
            {"aggregate": [{"op": "sum", "field": "calls", "as": "calls"}], "groupby": ["operation", "party"]},
            {"joinaggregate": [{"op": "sum", "field": "calls", "as": "total"}], "groupby": ["operation"]},
            {"window": [ranked], "sort": [{"field": "total", "order": "descending"}]},
            {"filter": "datum.rank <= 12"},
        ],
        "mark": {"type": "bar"},
        "encoding": {
            "x": {"field": "calls", "type": "quantitative", "title": "calls in the marked time (drag above to mark)",
                  "axis": {"tickMinStep": 1}},
            "y": {"field": "operation", "type": "nominal", "title": None, "sort": "-x"},
            "color": colour,
            "tooltip": [{"field": name, "type": "nominal"} for name in ("operation", "party", "calls")],
        },
    }  # fmt: skip


def _time_format(marks: pd.DataFrame) -> str:
    days = (marks["at"].max() - marks["at"].min()).days
    return "%H:%M" if days < 1 else ("%m-%d %H:%M" if days < 8 else "%Y-%m-%d")


def _page(chart: dict[str, Any]) -> str:
    """Give a whole page that draws a chart: Vega inside, nothing fetched, colours that follow the reader's theme."""
    spec = json.dumps(chart).replace("<", "\\u003c")
    return (
        "<!doctype html><html lang='en'><head><meta charset='utf-8'><title>chart</title>"
        "<style>:root{color-scheme:light}body{margin:0;background:#fff;font-family:sans-serif}"
        "#chart{width:100%}#chart .vega-embed{width:100%}</style>"
        f"</head><body><div id='chart'></div><script>{_library()}</script>"
        f"<script>const spec = {spec};\n{_DRAW}</script></body></html>"
    )


@cache
def _library() -> str:
    """Give Vega, Vega-Lite and Vega-Embed as one script.

    Putting it together takes two seconds, so it is kept in the user's cache folder, under the version it was made by.
    """
    made_by = f"vega-{metadata.version('vl-convert-python')}.js"
    kept = user_cache_path("gdkit") / made_by
    if kept.exists():
        return kept.read_text(encoding="utf-8")
    import vl_convert  # noqa: PLC0415 - loaded on first use

    # the stub asks for a snippet that the function itself does not need
    bundle = str(vl_convert.javascript_bundle())  # type: ignore[call-arg]
    bundle = bundle.replace("</script", "<\\/script")
    with suppress(CaseWriteError):  # a cache that cannot be written costs two seconds, nothing else
        write_bytes(kept, bundle.encode())
    return bundle
