"""The timeline: a picture of any number of calls, in a frame that nothing from outside breaks out of."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pandas as pd
import pytest

from gdkit import tables
from gdkit.ui import vega
from gdkit.ui.page_library import packed
from gdkit.ui.timeline_chart import MOST_BARS, put_together, timeline_chart, timeline_spec
from gdkit.ui.vega import COLOURS, MOST_MARKS, drawn, whole
from tests.report.markup import Page

BEGIN = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)
HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(1)>"


def _events(count: int, operations: list[str], step_s: float = 1.0) -> pd.DataFrame:
    return tables.frame(
        tables.SESSION_EVENTS,
        {
            "event_id": [f"e-{number}" for number in range(count)],
            "event_at": [BEGIN + timedelta(seconds=number * step_s) for number in range(count)],
            "event_name": [operations[number % len(operations)] for number in range(count)],
            "event_source": ["s3.amazonaws.com"] * count,
            "error_code": ["AccessDenied" if number % 4 == 0 else None for number in range(count)],
            "party": [("thief", "workload", "unknown")[number % 3] for number in range(count)],
        },
    )


def _frame(events: pd.DataFrame, title: str = "Calls") -> Page:
    markup = timeline_chart(events, title)
    assert markup is not None
    page = Page(markup)
    assert [tag for tag, _ in page.tags if tag == "iframe"] == ["iframe"]
    return page.frames[0]


def _spec(events: pd.DataFrame) -> dict[str, Any]:
    script = _frame(events).scripts[-1]
    spec: dict[str, Any] = json.loads(script.partition("const spec = ")[2].partition(";\nconst draw")[0])
    return spec


def _marks(events: pd.DataFrame) -> list[dict[str, Any]]:
    return list(_spec(events)["data"]["values"])


def test_frame_without_width_is_drawn_later() -> None:
    """A frame has no width before it is laid out: the width is never negative, and a new width draws anew."""
    script = _frame(_events(3, ["GetObject"])).scripts[-1]
    assert "Math.max(200, innerWidth - " in script
    assert 'addEventListener("resize", draw);' in script


@pytest.mark.parametrize("events", [_events(0, ["x"]), _events(3, ["x"]).assign(event_at=pd.NaT)])
def test_no_times(events: pd.DataFrame) -> None:
    """Where no call has a time there is no picture."""
    assert timeline_chart(events, "Calls") is None


def test_few_calls() -> None:
    """Few calls are each a mark, with time in UTC, party, operation and whether it failed."""
    marks = _marks(_events(3, ["GetObject"]))
    assert [(mark["utc"], mark["party"], mark["calls"], mark["failed"]) for mark in marks] == [
        ("2026-11-02 08:00:00Z", "thief", 1, 1),
        ("2026-11-02 08:00:01Z", "workload", 1, 0),
        ("2026-11-02 08:00:02Z", "unknown", 1, 0),
    ]
    assert {(mark["operation"], mark["service"]) for mark in marks} == {("GetObject", "s3")}


@pytest.mark.parametrize(("operations", "step_s"), [(20, 1.0), (5, 600.0), (3000, 300.0)])
def test_many_calls(operations: int, step_s: float) -> None:
    """100,000 calls, over a day, years, or with thousands of operations, are put together until they fit."""
    events = _events(100_000, [f"Op{number}" for number in range(operations)], step_s)
    marks = _marks(events)
    assert 1 < len(marks) <= MOST_MARKS * 5 // 2
    assert sum(mark["calls"] for mark in marks) == 100_000
    assert sum(mark["failed"] for mark in marks) == 25_000


def test_missing_operation() -> None:
    """A call without an operation's name is counted under a dash."""
    events = _events(2, ["GetObject"])
    events.loc[0, "event_name"] = None
    assert {mark["operation"] for mark in _marks(events)} == {"—", "GetObject"}


@pytest.mark.parametrize("name", [HOSTILE, "x\u2028y", '";alert(1);"', "\x1b[2J", "x" * 200_000])
def test_hostile_operation(name: str) -> None:
    """The name of an operation or a service stays a short text of the data: it ends no script and makes no tag."""
    hostile, plain = _frame(_events(3, [name])), _frame(_events(3, ["GetObject"]))
    assert [tag for tag, _ in hostile.tags] == [tag for tag, _ in plain.tags]
    assert "<" not in hostile.scripts[-1].partition("const spec = ")[2].partition(";\nconst draw")[0]
    for field in ("event_name", "event_source"):
        shown = {str(value) for mark in _marks(_events(3, ["x"]).assign(**{field: name})) for value in mark.values()}
        assert any(text.startswith((name[:1], "<U+001B>")) for text in shown)
        assert max(map(len, shown)) < 120
        assert all(text.isprintable() for text in shown)


def test_hostile_title() -> None:
    """The title is text."""
    markup = timeline_chart(_events(1, ["x"]), f'"{HOSTILE}')
    assert markup is not None
    assert Page(markup).tags[0][1]["title"] == f'"{HOSTILE}'


def test_nothing_fetched() -> None:
    """The frame holds its library: no script or style is fetched, and it is drawn without eval."""
    frame = _frame(_events(1, ["x"]))
    assert not [named for _, named in frame.tags if "src" in named or "href" in named]
    assert len(frame.scripts) == 2
    assert len(frame.scripts[0]) > 100_000
    assert "ast: true" in frame.scripts[1]


def test_words_beside_colours() -> None:
    """Every party is named on the axis, so that no colour carries the meaning alone."""
    points = _spec(_events(3, ["x"]))["vconcat"][0]
    assert points["encoding"]["y"]["field"] == "party"
    assert points["encoding"]["x"]["scale"]["type"] == "utc"


def test_library_without_cache(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The picture library is taken from the cache where it was kept, whole."""
    vega._library.cache_clear()
    monkeypatch.setattr(vega, "user_cache_path", lambda _name: tmp_path / "cache")
    first = vega._library()
    (kept,) = (tmp_path / "cache").iterdir()
    vega._library.cache_clear()
    assert vega._library() == first == packed(kept.read_bytes())
    assert "</script" not in first


@pytest.mark.parametrize("count", [1, 50, 20_000])
def test_specification_is_valid(count: int) -> None:
    """The picture's specification fits the Vega-Lite schema, for few calls and for many."""
    import altair

    step, marks = put_together(_events(count, ["GetObject", "ListBuckets", "AssumeRole"]))
    spec = timeline_spec(marks, step)
    chart = altair.Chart.from_dict(whole(spec), validate=True)
    assert len(chart.to_dict(validate=True)["vconcat"]) == 2
    assert sum(row["calls"] for row in spec["data"]["values"]) == count


def test_invalid_specification_would_be_seen() -> None:
    """The check itself can fail: a misspelt mark is refused."""
    import altair
    import jsonschema

    step, marks = put_together(_events(3, ["GetObject"]))
    spec = timeline_spec(marks, step)
    spec["vconcat"][0]["mark"] = {"type": "no-such-mark"}
    with pytest.raises(jsonschema.ValidationError):
        altair.Chart.from_dict(whole(spec), validate=True).to_dict(validate=True)


def test_thief_is_strong_and_hops_are_marked() -> None:
    """The workload is drawn fainter than the thief, and what grew from the session has a shape of its own."""
    events = _events(4, ["GetObject"]).assign(hop=[0, 0, 1, 2])
    step, marks = put_together(events)
    assert sorted(marks["reach"]) == ["in the leaked session"] * 2 + ["in what grew from it"] * 2
    encoding = timeline_spec(marks, step)["vconcat"][0]["encoding"]
    strength = dict(zip(*(encoding["opacity"]["scale"][part] for part in ("domain", "range")), strict=True))
    assert strength["thief"] > strength["unknown"] > strength["workload"]
    shapes = encoding["shape"]["scale"]["range"]
    assert len(set(shapes)) == 2
    assert encoding["yOffset"]["field"] == "reach", "marks of both at one instant do not cover each other"


def test_bars_say_their_party_and_numbers() -> None:
    """A bar is named by party, operation and numbers, so that no colour and no length is needed to read it."""
    step, marks = put_together(_events(3, ["GetObject"]))
    bars = timeline_spec(marks, step)["vconcat"][1]
    line = next(one["calculate"] for one in bars["transform"] if one.get("as") == "line")
    assert all(f"datum.{name}" in line for name in ("party", "operation", "calls", "failed"))
    assert bars["encoding"]["y"]["field"] == "line"
    assert set(MOST_BARS) < set(COLOURS)


def test_still_for_paper() -> None:
    """For paper the same picture stands beside the frame as an image, in which no script runs."""
    page = Page(str(timeline_chart(_events(30, [HOSTILE]), "Calls")))
    assert ("div", {"class": "gd-paper"}) in page.tags
    (image,) = [named for tag, named in page.tags if tag == "img"]
    assert image["alt"] == "Calls"
    assert image["src"].startswith("data:image/svg+xml;base64,")


def test_same_drawing_again() -> None:
    """Drawn a second time in the same process, a picture is the same bytes: its parts are numbered anew."""
    picture = {"mark": {"type": "point", "clip": True}, "data": {"values": [{"a": 1}]},
               "encoding": {"x": {"field": "a", "type": "quantitative"}}}  # fmt: skip
    one, two = drawn(picture, "a point"), drawn(picture, "a point")
    assert one == two
    svg = base64.b64decode(one.partition("base64,")[2].partition('"')[0]).decode()
    assert '<clipPath id="clip0"' in svg
    assert 'clip-path="url(#clip0)"' in svg
