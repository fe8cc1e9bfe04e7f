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
from gdkit.ui.text import sandboxed_frame, visible

if TYPE_CHECKING:
    import pandas as pd

COLOURS = {"thief": "#c2410c", "unknown": "#a16207", "workload": "#64748b"}
"""Thief strong, workload faint; each also named beside the picture and readable in both themes."""

MOST_MARKS = 2_000
"""A picture shows at most about so many marks; calls are put together by time until they fit."""

AXIS_PX = 290
"""Room beside a picture for the names on its axis and the legend, in pixels."""

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
    step, marks = _put_together(timed)
    return sandboxed_frame(_page(_timeline_spec(marks, step)), title, 470)


def _put_together(events: pd.DataFrame) -> tuple[str, pd.DataFrame]:
    for step in STEPS:
        marks = (
            events.assign(
                at=events["event_at"].dt.floor(step),
                operation=events["event_name"].map(lambda name: visible(name, 60), na_action="ignore").fillna("—"),
                service=events["event_source"].str.removesuffix(".amazonaws.com"),
                failed=events["error_code"].notna(),
            )
            .groupby(["at", "party", "operation"], as_index=False)
            .agg(calls=("event_id", "size"), failed=("failed", "sum"), service=("service", "first"))
        )
        if len(marks) <= MOST_MARKS:
            break
    return step, marks


def _timeline_spec(marks: pd.DataFrame, step: str) -> Any:
    import altair as alt  # noqa: PLC0415 - loaded on first use

    data = marks.assign(
        utc=marks["at"].dt.strftime("%Y-%m-%d %H:%M:%SZ"), at=marks["at"].dt.strftime("%Y-%m-%dT%H:%M:%SZ")
    )
    parties = [party for party in COLOURS if party in set(data["party"])]
    colour = alt.Color(
        "party:N", scale=alt.Scale(domain=parties, range=[COLOURS[p] for p in parties]), legend=alt.Legend(title=None)
    )
    brush = alt.selection_interval(encodings=["x"])
    tooltip = ["utc:N", "party:N", "operation:N", "service:N", "calls:Q", "failed:Q"]
    points = (
        alt.Chart(data)
        .mark_circle(opacity=0.75)
        .encode(
            x=alt.X("at:T", title="time (UTC)", scale=alt.Scale(type="utc"), axis=alt.Axis(format=_time_format(marks))),
            y=alt.Y("party:N", title=None, sort=parties, axis=alt.Axis(labelFontWeight="bold")),
            size=alt.Size("calls:Q", legend=None, scale=alt.Scale(range=[40, 400])),
            color=alt.condition(brush, colour, alt.value("#94a3b855")),
            tooltip=tooltip,
        )
        .properties(height=46 * len(parties), title=f"Calls by who made them, one mark per {step}")
        .add_params(brush)
    )
    bars = (
        alt.Chart(data)
        .transform_filter(brush)
        .transform_aggregate(calls="sum(calls)", groupby=["operation", "party"])
        .transform_joinaggregate(total="sum(calls)", groupby=["operation"])
        .transform_window(rank="dense_rank()", sort=[alt.SortField("total", order="descending")])
        .transform_filter("datum.rank <= 12")
        .mark_bar()
        .encode(
            x=alt.X("calls:Q", title="calls in the marked time (drag above to mark)", axis=alt.Axis(tickMinStep=1)),
            y=alt.Y("operation:N", title=None, sort="-x"),
            color=colour,
            tooltip=["operation:N", "party:N", "calls:Q"],
        )
        .properties(height=210)
    )
    return (points & bars).configure_view(stroke=None).configure(background="transparent")


def _time_format(marks: pd.DataFrame) -> str:
    days = (marks["at"].max() - marks["at"].min()).days
    return "%H:%M" if days < 1 else ("%m-%d %H:%M" if days < 8 else "%Y-%m-%d")


def _page(chart: Any) -> str:
    """Give a whole page that draws a chart: Vega inside, nothing fetched, colours that follow the reader's theme."""
    spec = json.dumps(chart.to_dict()).replace("<", "\\u003c")
    return (
        "<!doctype html><html lang='en'><head><meta charset='utf-8'><title>chart</title>"
        "<style>:root{color-scheme:light}body{margin:0;background:#fff;font-family:sans-serif}"
        "#chart{width:100%}#chart .vega-embed{width:100%}</style>"
        f"</head><body><div id='chart'></div><script>{_library()}</script>"
        f"<script>const spec = {spec};\nspec.vconcat.forEach((view) => {{ view.width = innerWidth - {AXIS_PX}; }});\n"
        "vegaEmbed('#chart', spec, {actions: false, ast: true});</script></body></html>"
    )


@cache
def _library() -> str:
    """Give Vega, Vega-Lite and Vega-Embed as one script.

    Putting it together takes two seconds, so it is kept in the user's cache folder, under the version it was made by.
    """
    made_by = f"vega-{metadata.version('vl-convert-python')}-{metadata.version('altair')}.js"
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
