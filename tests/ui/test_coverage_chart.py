"""The map of the coverage: what was searched, empty, not searched or not readable, never more than was searched."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from gdkit import tables
from gdkit.ledger_row import GapKind
from gdkit.ui.coverage_chart import FILLS, coverage_chart, coverage_spec
from gdkit.ui.coverage_map import (
    LATE,
    MOST_CELLS,
    MOST_LANES,
    NONE_SEEN,
    NOT_READ,
    NOT_SEARCHED,
    OFF,
    SEEN,
    SIGNS,
    WORDS,
    CoverageMap,
    coverage_map,
)
from gdkit.ui.vega import whole
from tests.report.markup import Page

if TYPE_CHECKING:
    import pandas as pd

AT = datetime(2026, 11, 2, 10, 0, tzinfo=UTC)
END = AT + timedelta(hours=3, minutes=30)
ACCOUNT, OTHER = "111122223333", "444455556666"
HOSTILE = "</svg><script>alert(1)</script>\u202e"


def _row(state: str, region: str | None = "eu-west-1", **named: Any) -> dict[str, Any]:
    return {"source": "lookup", "state": state, "account_id": ACCOUNT, "region": region, "event_category": "Management",
            "start_at": AT, "end_at": END, "records": 0, "how": "LookupEvents", **named}  # fmt: skip


def _ledger(*rows: dict[str, Any]) -> pd.DataFrame:
    return tables.frame_of_rows(tables.COVERAGE_LEDGER, rows)


def _events(*hours: float, region: str = "eu-west-1", account_id: str = ACCOUNT) -> pd.DataFrame:
    return tables.frame_of_rows(tables.SESSION_EVENTS, [
        {"event_id": str(hour), "event_at": AT + timedelta(hours=hour), "region": region, "account_id": account_id,
         "event_category": "Management"} for hour in hours])  # fmt: skip


def _map(ledger: pd.DataFrame, events: pd.DataFrame | None = None) -> CoverageMap:
    found = coverage_map(ledger, _events() if events is None else events)
    assert found is not None
    return found


def _states(found: CoverageMap, number: int = 0) -> list[tuple[str, int]]:
    return [(cell.state, cell.calls) for cell in found.lanes[number].cells]


def test_calls_stand_in_their_hour() -> None:
    """An hour with calls of the session says how many; an hour that was searched without any says none seen."""
    found = _map(_ledger(_row("searched", records=3)), _events(0.5, 2.1, 2.9))
    assert _states(found) == [(SEEN, 1), (NONE_SEEN, 0), (SEEN, 2), (NONE_SEEN, 0)]


def test_outside_of_a_span_is_not_searched() -> None:
    """What lies outside of the time that a question asked about was not searched."""
    late = _row("searched", region="us-east-1", start_at=AT + timedelta(hours=2))
    found = _map(_ledger(_row("searched", records=1), late), _events(0.5))
    assert [state for state, _ in _states(found, 1)] == [NOT_SEARCHED, NOT_SEARCHED, NONE_SEEN, NONE_SEEN]


def test_empty_source_claims_no_calls() -> None:
    """A source in which nothing was found shows no calls, though another source saw some there."""
    found = _map(_ledger(_row("searched", source="logs/", records=2), _row("searched", records=0)), _events(0.5, 0.6))
    by_source = {lane.source: [cell.calls for cell in lane.cells] for lane in found.lanes}
    assert by_source == {"logs/": [2, 0, 0, 0], "event history": [0, 0, 0, 0]}


@pytest.mark.parametrize(("state", "shown"), [
    ("denied", NOT_READ), ("failed", NOT_READ), ("throttled", NOT_READ), ("unread", NOT_READ), ("redacted", NOT_READ),
    ("delayed", LATE), ("not searched", NOT_SEARCHED), ("no data events", NOT_SEARCHED), ("over 90 days", NOT_SEARCHED),
    ("not enabled", OFF),
])  # fmt: skip
def test_gaps(state: GapKind, shown: str) -> None:
    """Each sort of gap is shown as what it is, with a sign and words of its own."""
    found = _map(_ledger(_row("searched", records=0), _row(state, region="us-east-1", start_at=None, end_at=None)))
    lane = next(lane for lane in found.lanes if "us-east-1" in lane.region)
    assert {cell.state for cell in lane.cells} == {shown}


def test_every_sort_of_gap_is_known() -> None:
    """No sort of gap is without a state, no state without a sign, words and a colour."""
    import typing

    for kind in typing.get_args(GapKind):
        lanes = _map(_ledger(_row("searched", records=1), _row(kind, region="us-east-1")), _events(0.5)).lanes
        assert len(lanes) == (1 if kind == "surroundings" else 2), "what can hide no event has no place on the map"
    assert set(SIGNS) == set(WORDS) == set(FILLS)
    assert len(set(SIGNS.values())) == len(SIGNS)


def test_what_could_not_be_read_is_not_hidden_by_calls() -> None:
    """Where calls were seen and a part could not be read, the cell says both."""
    found = _map(_ledger(_row("searched", records=2), _row("unread")), _events(0.5, 0.6))
    assert _states(found)[0] == (NOT_READ, 2)
    said = [cell["said"] for cell in coverage_spec(found)["data"]["values"]]
    assert said[:2] == ["2✕", "✕"]


def test_alike_regions_are_put_together() -> None:
    """Regions and accounts that are alike are one lane that counts them; one with calls stands by itself, first."""
    rows = [_row("searched", region=f"region-{number}", account_id=account, records=int(number == 3))
            for number in range(17) for account in (ACCOUNT, OTHER)]  # fmt: skip
    found = _map(_ledger(*rows), _events(0.5, region="region-3"))
    assert [(lane.account_id, lane.region) for lane in found.lanes] == [
        (ACCOUNT, "region-3"), (ACCOUNT, "16 regions"), (OTHER, "17 regions")]  # fmt: skip


def test_data_events_have_a_lane() -> None:
    """That data events were not searched is a lane of its own."""
    row = _row("no data events", region=None, event_category=None, start_at=None, end_at=None)
    found = _map(_ledger(_row("searched", records=1), row), _events(0.5))
    assert [(lane.region, lane.kind) for lane in found.lanes] == [("eu-west-1", ""), ("all regions", "data events")]
    assert {cell.state for cell in found.lanes[1].cells} == {NOT_SEARCHED}


@pytest.mark.parametrize("days", [1, 3, 20, 90, 800, 20_000])
def test_any_time_fits(days: int) -> None:
    """However long the time is, the lanes hold few cells, each of a length that the picture names."""
    found = _map(_ledger(_row("searched", end_at=AT + timedelta(days=days), records=1)), _events(0.5, 24 * days - 1))
    assert len(found.begins) <= MOST_CELLS
    whole_time = days < 5_000
    assert sum(cell.calls for cell in found.lanes[0].cells) == (2 if whole_time else 1)
    assert ("Earlier times too" in coverage_spec(found)["title"]["subtitle"][1]) is not whole_time


def test_many_lanes() -> None:
    """Of very many lanes the first are drawn, and the picture says how many stand in the table alone."""
    rows = [_row("searched", region=f"region-{number}", start_at=AT + timedelta(minutes=number * 4), records=1)
            for number in range(40)]  # fmt: skip
    events = [_events(3, region=f"region-{number}") for number in range(40)]
    import pandas as pd

    found = _map(_ledger(*rows), pd.concat(events))
    assert (len(found.lanes), found.left_out) == (MOST_LANES, 40 - MOST_LANES)
    assert "16 more lines stand there alone" in coverage_spec(found)["title"]["subtitle"][1]


def test_a_hundred_thousand_calls() -> None:
    """A hundred thousand calls are counted in few cells, and none is lost."""
    found = _map(_ledger(_row("searched", records=100_000)), _events(*[number % 3 + 0.5 for number in range(100_000)]))
    assert sum(cell.calls for cell in found.lanes[0].cells) == 100_000
    assert [cell["said"] for cell in coverage_spec(found)["data"]["values"]][:1] == ["33k"]


def test_no_times() -> None:
    """A ledger without any time gives no picture."""
    ledger = _ledger(_row("unread", start_at=None, end_at=None))
    assert coverage_map(ledger, _events()) is None
    assert coverage_chart(ledger, _events(), "x") is None


def test_specification_is_valid() -> None:
    """The specification fits the Vega-Lite schema."""
    import altair

    spec = whole(coverage_spec(_map(_ledger(_row("searched", records=1), _row("denied", region="x")), _events(0.5))))
    assert altair.LayerChart.from_dict(spec, validate=True)


def test_drawn() -> None:
    """The drawing holds numbers and words beside its colours, is in UTC, and tells its summary to who does not see."""
    markup = coverage_chart(_ledger(_row("searched", records=7), _row("denied", region="x")), _events(0.5), "Seven.")
    assert markup is not None
    named = dict(Page(markup).tags[0][1])
    assert named["alt"] == "Seven."
    svg = base64.b64decode(named["src"].partition(",")[2]).decode()
    for told in ("calls of the session seen", "could not be read", "✕", "time (UTC)", f"{ACCOUNT} · eu-west-1"):
        assert told in svg


@pytest.mark.parametrize("field", ["source", "account_id", "region", "event_category"])
def test_hostile_text(field: str) -> None:
    """Text of a log or of a path stays text in the drawing, with nothing hidden in it."""
    markup = coverage_chart(_ledger(_row("searched", records=1, **{field: HOSTILE}), _row("searched")), _events(), "x")
    assert markup is not None
    svg = base64.b64decode(dict(Page(markup).tags[0][1])["src"].partition(",")[2]).decode()
    assert "<script" not in svg
    assert "\u202e" not in svg
