"""The picture of an address's history: who was seen where, before and since, in words beside every mark."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from gdkit import tables
from gdkit.ui.address_chart import MOST_PLACES, address_chart, address_spec
from gdkit.ui.origin_words import history_summary
from gdkit.ui.vega import MOST_MARKS, whole
from tests.report.markup import Page

if TYPE_CHECKING:
    import pandas as pd

AT = datetime(2026, 11, 2, 10, 0, tzinfo=UTC)
REPORTED = AT + timedelta(minutes=30, seconds=42)
HOSTILE = "</svg><script>alert(1)</script><img src=x onerror=alert(1)>\u202e"


def _seen(*rows: tuple[str, str, int, int]) -> pd.DataFrame:
    """Give rows of an address, a party, minutes after the beginning, and calls."""
    return tables.frame_of_rows(tables.ADDRESS_SEEN, [
        {"address": address, "party": party, "minute_at": AT + timedelta(minutes=minutes), "calls": calls}
        for address, party, minutes, calls in rows])  # fmt: skip


SEEN = _seen(("203.0.113.9", "thief", 30, 4), ("203.0.113.9", "thief", 31, 2), ("203.0.113.9", "others", 5, 1),
             ("10.0.0.1", "workload", 0, 7), ("10.0.0.1", "workload", 40, 3),
             ("10.0.0.1", "unknown", 41, 1))  # fmt: skip


def _views(seen: pd.DataFrame, reported: tuple[str, ...] = (), at: datetime | None = REPORTED) -> list[dict[str, Any]]:
    return list(address_spec(seen, reported, at)["vconcat"])


def _marks(view: dict[str, Any]) -> list[dict[str, Any]]:
    return list(view["layer"][1]["data"]["values"])


def _drawn(seen: pd.DataFrame, words: str = "words") -> str:
    markup = address_chart(seen, ("203.0.113.9",), REPORTED, words)
    assert markup is not None
    return base64.b64decode(dict(Page(markup).tags[0][1])["src"].partition(",")[2]).decode()


def test_each_address_has_a_line_a_party() -> None:
    """The address of the finding stands first; each party has a line that says its calls before and since."""
    first, second = _views(SEEN, ("203.0.113.9",))
    assert [view["title"]["text"] for view in (first, second)] == ["203.0.113.9 (in the finding)", "10.0.0.1"]
    assert first["layer"][1]["encoding"]["y"]["sort"] == ["thief: 0 before, 6 since", "others: 1 before, 0 since"]
    assert second["layer"][1]["encoding"]["y"]["sort"] == ["unknown: 0 before, 1 since", "workload: 7 before, 3 since"]


def test_without_a_report() -> None:
    """Where nothing tells when the use began, there is no line and no before."""
    views = _views(SEEN, at=None)
    assert views[0]["layer"][0]["data"]["values"] == []
    assert views[0]["layer"][1]["encoding"]["y"]["sort"] == ["thief: 6", "others: 1"]


def test_the_minute_of_the_report_stands_right_of_the_line() -> None:
    """The calls of the minute in which the reported use begins are not drawn before it."""
    at = {mark["at"] for mark in _marks(_views(SEEN)[0]) if mark["party"] == "thief"}
    assert at == {"2026-11-02T10:30:42Z", "2026-11-02T10:31:00Z"}


def test_many_calls_are_put_together() -> None:
    """A hundred thousand calls are put together by time until they fit, none is lost, and the picture says so."""
    seen = _seen(*[("10.0.0.1", ("workload", "thief")[number % 2], number, 1) for number in range(100_000)])
    spec = address_spec(seen, (), REPORTED)
    marks = [mark for view in spec["vconcat"] for mark in _marks(view)]
    assert len(marks) <= MOST_MARKS
    assert sum(mark["calls"] for mark in marks) == 100_000
    assert "A mark is the calls of 6 hours" in spec["title"]["subtitle"]


def test_many_addresses_are_put_together() -> None:
    """Of very many addresses those of the finding and of the thief are drawn, the others as one that says how many."""
    seen = _seen(*[(f"10.0.{number}.1", "workload", number, 100) for number in range(40)],
                 ("198.51.100.1", "thief", 3, 1), ("203.0.113.9", "others", 3, 1))  # fmt: skip
    titles = [view["title"]["text"] for view in _views(seen, ("203.0.113.9",))]
    assert titles[:2] == ["203.0.113.9 (in the finding)", "198.51.100.1"]
    assert len(titles) == MOST_PLACES + 1
    assert titles[-1] == "30 other places, put together"


def test_specification_is_valid() -> None:
    """The specification fits the Vega-Lite schema."""
    import altair

    spec = whole(address_spec(SEEN, ("203.0.113.9",), REPORTED))
    assert altair.VConcatChart.from_dict(spec, validate=True)


def test_drawn_words() -> None:
    """The drawing holds the words, says that its times are UTC, and tells its summary to those who do not see it."""
    svg = _drawn(SEEN)
    for told in ("thief: 0 before, 6 since", "reported use begins: 2026-11-02 10:30:42Z", "time (UTC)"):
        assert told in svg
    assert dict(Page(address_chart(SEEN, (), None, "Thief 6.") or "").tags[0][1])["alt"] == "Thief 6."


def test_nobody() -> None:
    """Where nobody was seen there is no picture."""
    assert address_chart(_seen(), (), REPORTED, "x") is None


@pytest.mark.parametrize("field", ["address", "party"])
def test_hostile_text(field: str) -> None:
    """Text of a log stays text in the drawing, with nothing hidden in it."""
    svg = _drawn(SEEN.assign(address=HOSTILE) if field == "address" else SEEN, HOSTILE)
    assert "<script" not in svg
    assert "<img" not in svg
    assert "\u202e" not in svg
    assert "\u202e" not in json.dumps(address_spec(SEEN.assign(address=HOSTILE), (), None), ensure_ascii=False)


def test_summary() -> None:
    """The summary says of each address of the finding who was seen there, and how much of it before."""
    assert history_summary(SEEN, ["203.0.113.9"], REPORTED) == (
        "Callers seen at 2 places, in what was searched. "
        "203.0.113.9, in the finding: thief 6, others 1; 1 of them before the reported use."
    )
    assert history_summary(SEEN, ["198.51.100.7"], None).endswith("198.51.100.7, in the finding: nobody.")
    assert history_summary(_seen(), [], None) == "Callers seen at 0 places, in what was searched."
