"""The picture of who was seen at each address when: one line a party, before the reported use and since."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from gdkit.ui.text import visible
from gdkit.ui.vega import COLOURS, INK, MOST_MARKS, QUIET, SHAPES, STEPS, drawn, time_axis
from gdkit.ui.words import many, when

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

MOST_PLACES = 12
"""Addresses that are drawn each by itself; the others are drawn as one."""

LINE_PX, WIDTH_PX, _NAMES_PX = 24, 620, 200
"""Height of a party's line at an address, and the width of the picture and of its words."""

_STEPS = [step for step in STEPS if step not in ("1s", "10s")]


def address_chart(
    seen: pd.DataFrame, reported: Collection[str], reported_at: datetime | None, words: str
) -> str | None:
    """Draw who was seen at each address over time.

    Args:
        seen: ``tables.ADDRESS_SEEN``.
        reported: addresses that the finding names.
        reported_at: when the use that was reported began; None where nothing tells.
        words: what the picture says, for those who do not see it.

    Returns:
        HTML with everything in it; None where nobody was seen.
    """
    return None if seen.empty else drawn(address_spec(seen, reported, reported_at), words)


def address_spec(seen: pd.DataFrame, reported: Collection[str], reported_at: datetime | None) -> dict[str, Any]:
    """Give the Vega-Lite specification: the addresses below one another, a line for each party seen there."""
    told = _lines(_with_names(seen, reported), reported_at)
    step, marks = _put_together(told, reported_at)
    begin = [{"at": reported_at.strftime("%Y-%m-%dT%H:%M:%SZ"), "said": "reported use begins"}] if reported_at else []
    places = list(dict.fromkeys(told["place"]))
    x = time_axis("at", marks["at"])
    views = [_place(place, marks[marks["place"] == place], x, begin, last=place == places[-1]) for place in places]
    subtitle = f"A mark is the calls of {STEPS[step]}, larger for more. Times are UTC."
    if reported_at:
        subtitle += f" The line is where the reported use begins: {when(reported_at)}."
    return {"title": {"text": "Who was seen where, and when", "subtitle": subtitle, "subtitleColor": QUIET},
            "vconcat": views, "spacing": 6, "resolve": {"scale": {"x": "shared", "size": "shared"}}}  # fmt: skip


def _with_names(seen: pd.DataFrame, reported: Collection[str]) -> pd.DataFrame:
    """Give the rows with the name of their place, those of the finding first; the least are put together."""
    weight = seen.groupby("address")["calls"].sum()
    thief = seen[seen["party"] == "thief"].groupby("address")["calls"].sum().reindex(weight.index, fill_value=0)
    order = sorted(weight.index, key=lambda one: (one not in reported, -thief[one], -weight[one], one))
    named = {one: visible(one, 45) + (" (in the finding)" if one in reported else "") for one in order[:MOST_PLACES]}
    rest = f"{many(len(order) - MOST_PLACES, 'other place')}, put together"
    place = seen["address"].map(named).fillna(rest)
    return seen.assign(place=pd.Categorical(place, [*named.values(), rest])).sort_values(["place", "minute_at"])


def _lines(seen: pd.DataFrame, reported_at: datetime | None) -> pd.DataFrame:
    """Give the rows with the words of their line: the party, and its calls before the reported use and since."""
    sums = seen.assign(before=seen["calls"].where(_before(seen, reported_at), 0))
    sums = sums.groupby(["place", "party"], observed=True, as_index=False)[["calls", "before"]].sum()
    line = {}
    for place, party, calls, before in sums.itertuples(index=False, name=None):
        parted = f"{before:,} before, {calls - before:,} since"
        line[place, party] = f"{party}: {calls:,}" if reported_at is None else f"{party}: {parted}"
    return seen.assign(line=[line[key] for key in zip(seen["place"], seen["party"], strict=True)])


def _before(seen: pd.DataFrame, reported_at: datetime | None) -> pd.Series:
    minute = pd.Timestamp(reported_at).floor("1min") if reported_at else seen["minute_at"].min()
    return seen["minute_at"] < minute


def _put_together(seen: pd.DataFrame, reported_at: datetime | None) -> tuple[str, pd.DataFrame]:
    """Put calls together by time until a picture can hold them; give the span and the marks.

    What came since the reported use stays apart from what came before it, and stands right of the line.
    """
    keys, before = ["place", "party", "line", "at"], _before(seen, reported_at)
    for step in _STEPS:
        at = seen["minute_at"].dt.floor(step)
        if reported_at is not None:
            at = at.where(before, at.clip(lower=pd.Timestamp(reported_at)))
        marks = seen.assign(at=at).groupby(keys, observed=True, as_index=False)[["calls"]].sum()
        if len(marks) <= MOST_MARKS:
            break
    return step, marks


def _place(
    place: str, marks: pd.DataFrame, x: dict[str, Any], begin: list[dict[str, Any]], *, last: bool
) -> dict[str, Any]:
    """Draw one address: its name, a line for each party, and where the reported use begins."""
    parties = [party for party in COLOURS if party in set(marks["party"])]
    lines = list(dict.fromkeys(marks.sort_values("party", key=lambda one: one.map(parties.index))["line"]))
    values = marks.assign(at=marks["at"].dt.strftime("%Y-%m-%dT%H:%M:%SZ"), calls=marks["calls"].astype(int))
    across = {**x, "axis": {**x["axis"], "labels": last, "ticks": last}, "title": "time (UTC)" if last else None}
    return {
        "title": {"text": place, "fontSize": 12, "color": INK, "dy": 2},
        "width": WIDTH_PX,
        "height": LINE_PX * len(lines),
        "layer": [
            {"data": {"values": begin}, "mark": {"type": "rule", "color": INK, "strokeDash": [5, 3]},
             "encoding": {"x": across}},
            {"data": {"values": values[["at", "party", "line", "calls"]].to_dict("records")},
             "mark": {"type": "point", "filled": True, "opacity": 0.75},
             "encoding": {
                 "x": across,
                 "y": {"field": "line", "type": "nominal", "title": None, "sort": lines,
                       "axis": {"labelLimit": _NAMES_PX, "minExtent": _NAMES_PX, "domain": False, "ticks": False,
                                "grid": True, "labelPadding": 6}},
                 "size": {"field": "calls", "type": "quantitative", "legend": None,
                          "scale": {"range": [60, 350], "domainMin": 1}},
                 "color": {"field": "party", "type": "nominal", "legend": None, "scale": _scale(COLOURS)},
                 "shape": {"field": "party", "type": "nominal", "legend": None, "scale": _scale(SHAPES)},
             }},
        ],
    }  # fmt: skip


def _scale(of_party: dict[str, str]) -> dict[str, list[str]]:
    return {"domain": list(of_party), "range": list(of_party.values())}
