from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gdkit.trail import load_trail
from gdkit.trail.search import session_events
from tests.trail import samples

COPIES: list[dict[str, Any]] = [
    samples.event(1),
    samples.event(1, userAgent=...),
    samples.event(1, userAgent="other"),
    samples.event(1, tlsDetails=..., errorCode="x"),
    samples.event(2),
    samples.event(2, eventTime=..., **{"@timestamp": "2026-11-01T03:00:02Z"}),
    samples.event(3, eventID=...),
    samples.event(3, eventID=..., userAgent="other"),
    samples.event(3, eventID=""),
]


@settings(max_examples=30, deadline=None)
@given(st.permutations(COPIES + COPIES[:3] + COPIES[6:7]), st.integers(0, 12))
def test_order_and_source_do_not_matter(copies: list[dict[str, Any]], cut: int) -> None:
    """However copies are spread over files, the same events remain."""
    with tempfile.TemporaryDirectory() as folder:
        first = samples.write(Path(folder, "a.json"), samples.compact({"Records": copies[:cut]}))
        second = samples.write(Path(folder, "b.json"), samples.compact(copies[cut:]))
        one, other = load_trail([first, second]), load_trail([second, first])
        assert (
            one.records
            == other.records
            == load_trail(samples.write(Path(folder, "c.jsonl"), "\n".join(map(samples.compact, COPIES)))).records
        )
        assert len(one.events) == 5
        assert sum(source.duplicates for source in one.coverage.searched) == len(copies) - 5


def test_the_fullest_copy_is_kept(tmp_path: Path) -> None:
    """Of copies the one with most columns filled remains."""
    path = samples.write(tmp_path / "a.json", samples.compact([samples.event(1, userAgent=...), samples.event(1)]))
    trail = load_trail(path)
    assert trail.events.user_agent.tolist() == ["aws-cli/2.15"]
    assert trail.coverage.warnings == ()


def test_events_without_an_id(tmp_path: Path) -> None:
    """Events without an id are one only where their text is the same."""
    events = [samples.event(1, eventID=...)] * 2 + [samples.event(1, eventID=..., userAgent="b")]
    trail = load_trail(samples.write(tmp_path / "a.json", samples.compact(events)))
    assert len(trail.events) == 2
    assert trail.events.event_id.isna().all()


def test_different_events_under_one_id_are_told(tmp_path: Path) -> None:
    """Records that share an id and differ in name are no copies: both are kept, and that is told."""
    events = [samples.event(1), samples.event(1, eventName="RunInstances")]
    trail = load_trail(samples.write(tmp_path / "a.json", samples.compact(events)))
    assert set(trail.events["event_name"]) == {samples.event(1)["eventName"], "RunInstances"}
    assert trail.coverage.warnings[0].startswith("1 event id stands on records that differ")


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"sourceIPAddress": "192.0.2.77"}, True),
        ({"awsRegion": "us-west-2"}, True),
        ({"userAgent": "other"}, False),
        ({"sourceIPAddress": ...}, False),
    ],
)
def test_copies_that_contradict_each_other(tmp_path: Path, changes: dict[str, Any], told: bool) -> None:
    """Copies that say different things of the caller or the place are one event, and that is told by every reader."""
    events = [samples.event(1), samples.event(1, **changes)]
    path = samples.write(tmp_path / "a.json", samples.compact({"Records": events}))
    for trail in (load_trail(path), session_events(samples.INSTANCE, path)):
        assert len(trail.events) == 1
        assert any("1 event has copies that differ" in one for one in trail.coverage.warnings) is told


def test_events_come_by_time_then_id(tmp_path: Path) -> None:
    """Rows are in the order of time and id, those without a time last."""
    events = [samples.event(9, eventTime=...), samples.event(5), samples.event(3),
              samples.event(4, eventTime="2026-11-01T03:00:03Z")]  # fmt: skip
    trail = load_trail(samples.write(tmp_path / "a.json", samples.compact(events)))
    assert [one[-1] for one in trail.events.event_id] == ["3", "4", "5", "9"]
    assert trail.coverage.warnings[0].startswith("1 event has no time")


def test_copy_without_time_joins_the_full_one(tmp_path: Path) -> None:
    """A copy whose time a spreadsheet destroyed is the same event as the one with its time, in either order."""
    damaged = samples.event(1, eventTime="10/07/2023 18:30")
    for records in ([samples.event(1), damaged], [damaged, samples.event(1)]):
        trail = load_trail(samples.write(tmp_path / "a.json", samples.compact(records)))
        assert list(trail.events["event_at"].notna()) == [True]
        assert trail.coverage.searched[0].duplicates == 1
