from __future__ import annotations

import json
import signal
import subprocess
import sys
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gdkit.trail.lookup import Watch, fetch_history, load_history
from gdkit.trail.lookup.store import read_saved
from tests.trail.lookup import killed
from tests.trail.lookup.history import ACCOUNT, NOW, error, one_region, row, rows
from tests.trail.lookup.plans import by_key, event_ids, ids_of, page, pages_in, plan

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("at_request", [1, 3, 7, 14])
def test_killed_in_the_middle(tmp_path: Path, at_request: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """A look-up that was killed with SIGKILL goes on: no page on the disk is fetched again, and nothing is lost."""
    monkeypatch.setattr("gdkit.trail.lookup.site._WORTH_A_SPLIT", 1000)  # as in the process that is killed
    command = [sys.executable, "-m", "tests.trail.lookup.killed", str(tmp_path / "killed"), str(at_request)]
    run = subprocess.run(command, check=False, capture_output=True, text=True)  # noqa: S603
    assert run.returncode == -signal.SIGKILL, run.stderr
    kept = {path: path.read_bytes() for path in pages_in(tmp_path / "killed")}
    whole, rest = killed.world(), killed.world()
    expected = fetch_history(plan(*killed.REGIONS), whole.client, tmp_path / "whole")
    result = fetch_history(plan(*killed.REGIONS), rest.client, tmp_path / "killed")
    assert rest.requests == whole.requests - len(kept)
    assert all(path.read_bytes() == content for path, content in kept.items())
    assert event_ids(result) == event_ids(expected)
    assert [(facts.query, facts.window, facts.rows) for facts in result.queries] == [
        (facts.query, facts.window, facts.rows) for facts in expected.queries
    ]
    assert not list((tmp_path / "killed").rglob(".lookup-*"))


def test_window_stays_while_resumed(tmp_path: Path) -> None:
    """A look-up that is resumed a day later asks for the window that it began with, so that its tokens still fit."""
    world = one_region(rows(200), fault=lambda number, _: error("ExpiredToken") if number == 3 else None)
    fetch_history(by_key(), world.client, tmp_path)
    result = fetch_history(by_key(asked_at=NOW + timedelta(days=1)), world.client, tmp_path)
    assert result.complete
    assert result.window.end_at == NOW
    assert {one["EndTime"] for one in world.histories[ACCOUNT, "us-east-1"].asked} == {NOW.timestamp()}


def test_token_ran_out_meanwhile(tmp_path: Path) -> None:
    """A token that no longer works on resuming is replaced by a run that begins at the oldest event on the disk."""
    events = rows(200)
    world = one_region(events, fault=lambda number, _: error("ExpiredToken") if number == 3 else None)
    fetch_history(by_key(), world.client, tmp_path)
    home = world.histories[ACCOUNT, "us-east-1"]
    home.fault = lambda number, _: error("InvalidNextTokenException") if number == 4 else None
    result = fetch_history(by_key(), world.client, tmp_path)
    assert event_ids(result) == ids_of(events)
    oldest = (NOW - timedelta(minutes=100)).timestamp()
    assert [(one["EndTime"], "NextToken" in one) for one in home.asked[3:]] == [
        (NOW.timestamp(), True), (oldest, False), (oldest, True), (oldest, True),
    ]  # fmt: skip


@pytest.mark.parametrize("damage", [b"", b"\x1f\x8b\x08\0", b"no gzip", None])
@pytest.mark.parametrize("number", [1, 2, 4])
def test_damaged_pages_are_fetched_again(tmp_path: Path, damage: bytes | None, number: int) -> None:
    """A page that is missing or cannot be read is fetched again, with those after it that hang on its token."""
    events = rows(200)
    world = one_region(events)
    fetch_history(by_key(), world.client, tmp_path)
    broken = pages_in(tmp_path)[number - 1]
    if damage is None:
        broken.unlink()
    else:
        broken.write_bytes(damage)
    result = fetch_history(by_key(), world.client, tmp_path)
    assert event_ids(result) == ids_of(events)
    assert world.requests == 4 + 4 - (number - 1)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"end_at": 7}', '{"end_at": "soon", "requests": 0}'])
def test_damaged_plan(tmp_path: Path, text: str) -> None:
    """A plan file that cannot be understood is written anew; the pages that are there still count."""
    events = rows(120)
    world = one_region(events)
    fetch_history(by_key(), world.client, tmp_path)
    (tmp_path / "lookup-plan.json").write_text(text, encoding="utf-8")
    assert read_saved(tmp_path) is None
    result = fetch_history(by_key(), world.client, tmp_path)
    assert (event_ids(result), world.requests) == (ids_of(events), 3)
    assert json.loads((tmp_path / "lookup-plan.json").read_text(encoding="utf-8"))["end_at"] == "2026-11-20T12:00:00Z"


def test_killed_refresh(tmp_path: Path) -> None:
    """A refresh that broke off is finished by the next run, the young minutes of the earlier one included."""
    world = one_region(rows(60))
    fetch_history(by_key(), world.client, tmp_path)
    home = world.histories[ACCOUNT, "us-east-1"]
    home.events += rows(120, every_s=20, until=NOW + timedelta(hours=1), key="ASIAOTHERXXKEY000001")
    home.events += [row(700 + number, NOW + timedelta(minutes=50 - number)) for number in range(60)]
    home.fault = lambda number, _: error("ExpiredToken") if number == 4 else None
    later = by_key(asked_at=NOW + timedelta(hours=1))
    assert not fetch_history(later, world.client, tmp_path, refresh=True).complete
    result = fetch_history(later, world.client, tmp_path)
    assert event_ids(result) == ids_of([one for one in home.events if one["AccessKeyId"].startswith("ASIAEXAMPLE")])
    assert home.asked[-1]["StartTime"] == (NOW - timedelta(minutes=15)).timestamp()


def test_what_it_cost_adds_up(tmp_path: Path) -> None:
    """Requests of an interrupted run that came to its end count together with those of the next."""
    world = one_region(rows(200), fault=lambda number, _: error("ExpiredToken") if number == 3 else None)
    fetch_history(by_key(), world.client, tmp_path)
    result = fetch_history(by_key(), world.client, tmp_path)
    assert (result.spent.requests, world.requests) == (5, 5)


def test_the_plan_file_tells_what_was_asked(tmp_path: Path) -> None:
    """The plan file names whose events were asked for, where and in which window; no token stands in it."""
    fetch_history(plan(), one_region(rows(60)).client, tmp_path)
    saved = json.loads((tmp_path / "lookup-plan.json").read_text(encoding="utf-8"))
    assert (saved["account_id"], saved["regions"]) == (ACCOUNT, {ACCOUNT: ["us-east-1"]})
    assert (saved["start_at"], saved["end_at"]) == ("2026-11-20T01:55:00Z", "2026-11-20T12:00:00Z")
    assert "token" not in json.dumps(saved).lower()


@settings(max_examples=15)
@given(stops=st.lists(st.integers(1, 4), max_size=4), seconds=st.lists(st.integers(0, 90), max_size=220))
def test_any_interruptions(tmp_path_factory: pytest.TempPathFactory, stops: list[int], seconds: list[int]) -> None:
    """However often it is stopped, the events are those of a run without a stop, and no page is fetched twice."""
    events = [row(number, NOW - timedelta(seconds=one)) for number, one in enumerate(seconds)]
    world = one_region(events)
    folder = tmp_path_factory.mktemp("case")
    for pages in stops:
        stop_at = len(pages_in(folder)) + pages

        def enough(stop_at: int = stop_at) -> bool:
            return len(pages_in(folder)) >= stop_at

        fetch_history(by_key(), world.client, folder, watch=Watch(cancel=enough))
    result = fetch_history(by_key(), world.client, folder)
    assert event_ids(result) == ids_of(events)
    assert len(pages_in(folder)) == max(1, -(-len(events) // 50))
    assert world.requests <= len(pages_in(folder)) + len(stops)


def test_pages_name_their_window(tmp_path: Path) -> None:
    """Each page says what was asked, so that it can be judged without the plan file."""
    fetch_history(by_key(), one_region(rows(60)).client, tmp_path)
    asked: Any = [page(path)["Lookup"] for path in pages_in(tmp_path)]
    assert {one["end_at"] for one in asked} == {"2026-11-20T12:00:00Z"}
    assert [one["reached_at"] for one in asked] == ["2026-11-20T11:10:00Z", "2026-11-20T11:00:00Z"]
    assert load_history(fetch_history(by_key(), one_region([]).client, tmp_path)).coverage.searched[0].records == 60
