"""The picture of a session's calls over time, thief against workload: to be brushed, with counts that follow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gdkit.ui.text import visible
from gdkit.ui.vega import COLOURS, MOST_MARKS, STEPS, framed, time_axis

if TYPE_CHECKING:
    import pandas as pd

STRENGTHS = {"thief": 0.9, "unknown": 0.7, "workload": 0.35}
"""How strongly the calls of each party are drawn."""

LEAKED, CHAINED = "in the leaked session", "in what grew from it"
"""Where a call was made through, beside its shape: circles in the leaked session, triangles a hop or more away."""

MOST_OPERATIONS = 50
"""Operations named in a picture that would have too many marks even so; the rest is drawn as one."""

MOST_BARS = {"thief": 10, "unknown": 5, "workload": 5}
"""Operations of each party that are counted below, the commonest first."""

LINE_PX, BAR_PX, _WORDS_PX = 46, 16, 210
"""Height of the line of a party, of a bar, and of all words above and below them."""

_AROUND_PX, _FEWEST_PX = 265, 200
"""Room beside a picture for the names on its axis, and its least width: a frame has none until it is laid out."""

_DRAW = f"""const draw = () => {{
  const width = Math.max({_FEWEST_PX}, innerWidth - {_AROUND_PX});
  spec.vconcat.forEach((view) => {{ view.width = width; }});
  vegaEmbed("#chart", spec, {{actions: false, ast: true, renderer: "svg"}});
}};"""


def timeline_chart(events: pd.DataFrame, words: str) -> str | None:
    """Draw the calls over time, one line a party, and the operations called in the part that is brushed.

    Args:
        events: ``tables.SESSION_EVENTS``.
        words: what the picture says, for those who do not see it.

    Returns:
        HTML with everything in it; None where no event has a time.
    """
    timed = events[events["event_at"].notna()]
    if timed.empty:
        return None
    step, marks = put_together(timed)
    operations = marks.groupby("party")["operation"].nunique().to_dict()
    bars = sum(min(most, operations.get(party, 0)) for party, most in MOST_BARS.items())
    return framed(timeline_spec(marks, step), _DRAW, words, _WORDS_PX + LINE_PX * len(operations) + BAR_PX * bars)


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
    return step, _marks(named.assign(operation=rest), step)


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
    colour = {"field": "party", "type": "nominal", "scale": scale, "legend": None}
    return {
        "data": {"values": data.to_dict("records")},
        "vconcat": [_points(parties, colour, step, marks), _bars(colour)],
    }


def _points(parties: list[str], colour: dict[str, Any], step: str, marks: pd.DataFrame) -> dict[str, Any]:
    """Give one mark for the calls of one party to one operation in one span of time, larger for more calls."""
    names = ("utc", "party", "reach", "operation", "service", "calls", "failed")
    most = max(10, int(marks["calls"].max()))
    strengths = {"domain": list(STRENGTHS), "range": list(STRENGTHS.values())}
    shapes = {"domain": [LEAKED, CHAINED], "range": ["circle", "triangle-up"]}
    words = [f"A mark is the calls of one operation in {STEPS[step]}, larger for more.",
             f"Circles: {LEAKED}; triangles: {CHAINED}."]  # fmt: skip
    return {
        "title": {"text": "Who called when", "subtitle": words},
        "height": LINE_PX * len(parties),
        "params": [{"name": "brush", "select": {"type": "interval", "encodings": ["x"]}}],
        "mark": {"type": "point", "filled": True},
        "encoding": {
            "x": time_axis("at", marks["at"]),
            "y": {"field": "party", "type": "nominal", "title": None, "sort": parties,
                  "axis": {"labelFontWeight": "bold", "labelFontSize": 12}},
            "yOffset": {"field": "reach", "type": "nominal", "sort": [LEAKED, CHAINED]},
            "size": {"field": "calls", "type": "quantitative", "legend": None,
                     "scale": {"range": [110, 600], "domain": [1, most]}},
            "opacity": {"field": "party", "type": "nominal", "legend": None, "sort": parties, "scale": strengths},
            "shape": {"field": "reach", "type": "nominal", "legend": None, "scale": shapes},
            "color": {"condition": {"param": "brush", **colour}, "value": "#94a3b855"},
            "tooltip": [{"field": name, "type": "nominal"} for name in names],
        },
    }  # fmt: skip


def _bars(colour: dict[str, Any]) -> dict[str, Any]:
    """Count the operations of the brushed time, the thief's first, each with its party and its numbers in words."""
    counted = [{"op": "sum", "field": name, "as": name} for name in ("calls", "failed")]
    most = " || ".join(f"datum.party === '{party}' && datum.rank <= {most}" for party, most in MOST_BARS.items())
    order = " : ".join(f"datum.party === '{party}' ? {place}" for place, party in enumerate(MOST_BARS))
    said = "datum.party + ': ' + datum.operation + ', ' + datum.calls"
    return {
        "title": {"text": "What was called, in the time that is marked above or in all of it",
                  "subtitle": "The commonest operations of each, with how many calls, and how many of them failed."},
        "height": {"step": BAR_PX},
        "transform": [
            {"filter": {"param": "brush"}},
            {"aggregate": counted, "groupby": ["operation", "party"]},
            {"window": [{"op": "row_number", "as": "rank"}], "groupby": ["party"],
             "sort": [{"field": "calls", "order": "descending"}, {"field": "operation"}]},
            {"filter": most},
            {"calculate": f"100 * ({order} : 9) + datum.rank", "as": "order"},
            {"calculate": f"{said} + (datum.failed ? ' (' + datum.failed + ' failed)' : '')", "as": "line"},
        ],
        "mark": {"type": "bar", "height": BAR_PX - 4},
        "encoding": {
            "x": {"field": "calls", "type": "quantitative", "axis": None},
            "y": {"field": "line", "type": "nominal", "title": None, "axis": {"labelLimit": 300},
                  "sort": {"field": "order", "op": "min"}},
            "color": colour,
            "tooltip": [{"field": name, "type": "nominal"} for name in ("operation", "party", "calls", "failed")],
        },
    }  # fmt: skip
