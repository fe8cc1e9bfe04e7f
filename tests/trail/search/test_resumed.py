"""A search that goes on where an earlier one was left gives what one search of everything gives."""

from __future__ import annotations

import gzip
import json
import os
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gdkit.errors import CaseWriteError, StoppedError, TrailError
from gdkit.trail.search import resumed, session_events
from tests.trail import samples
from tests.trail.search import calls
from tests.trail.search.looks import noted_looks
from tests.trail.search.test_against_load import WHO, one_file
from tests.trail.search.test_against_load import write as write_files
from tests.trail.search.test_over_days import DELAYS, Story, namings, one_step
from tests.trail.search.test_over_days import write as write_days
from tests.trail.search.test_search import chain, numbers, write

if TYPE_CHECKING:
    from gdkit.trail import Progress, Trail


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Note which files are looked at."""
    return noted_looks(monkeypatch)


def others(folder: Path, count: int = 3) -> list[str]:
    """Write log files without an event of the session, before those that have some; give their names."""
    return [write(folder, f"02{number:02d}", [calls.call(90 + number, -1)]).name for number in range(count)]


def searched(who: str, folder: Path, state: Path | None, files: int | None = None) -> Trail | None:
    """Search, and stop after so many files; None where nothing was read by then."""
    answers = iter([False] * files) if files is not None else None
    try:
        return session_events(who, folder, state=state, workers=1 if answers else 2,
                              is_stopped=(lambda: next(answers, True)) if answers else None)  # fmt: skip
    except (StoppedError, TrailError):
        return None


def same(found: Trail | None, expected: Trail | None) -> None:
    """Two searches gave the same events and the same ledger."""
    assert found is not None
    assert expected is not None
    assert found.records == expected.records
    pd.testing.assert_frame_equal(found.events, expected.events)
    assert found.coverage == expected.coverage


def test_what_was_found_empty_is_left_out(tmp_path: Path, looks: list[str]) -> None:
    """A second search looks at the files in which something was found, and at none of the others."""
    logs, state = tmp_path / "logs", tmp_path / "state"
    logs.mkdir()
    empty = others(logs)
    chain(logs)
    first = session_events(calls.PRINCIPAL, logs, state=state)
    assert set(empty) < set(looks)
    looks.clear()
    same(session_events(calls.PRINCIPAL, logs, state=state), first)
    assert looks
    assert not set(empty) & set(looks)


def test_changed_and_new_files_are_searched(tmp_path: Path, looks: list[str]) -> None:
    """A file that was written again, or came since, is searched; one that is gone does no harm."""
    logs, state = tmp_path / "logs", tmp_path / "state"
    logs.mkdir()
    empty = others(logs)
    chain(logs)
    session_events(calls.PRINCIPAL, logs, state=state)
    (logs / empty[0]).write_bytes(gzip.compress(samples.compact({"Records": [calls.call(50, 0)]}).encode()))
    (logs / empty[1]).unlink()
    new = write(logs, "0340", [calls.call(60, 1)]).name
    looks.clear()
    found = session_events(calls.PRINCIPAL, logs, state=state)
    assert {empty[0], new} <= set(looks)
    assert empty[2] not in looks
    assert set(numbers(found.events)) == {1, 3, 4, 5, 7, 50, 60}


def test_file_of_the_same_size_and_another_time_is_searched(tmp_path: Path) -> None:
    """A file whose content was put in the place of another of the same length is searched: its time differs."""
    logs, state = tmp_path / "logs", tmp_path / "state"
    logs.mkdir()
    path = write(logs, "0300", [calls.call(1, -1)])
    chain(logs)
    path.write_bytes(gzip.compress(samples.compact({"Records": [calls.call(9, 0)]}).encode(), 0))
    kept, content = path.stat(), path.read_bytes()
    path.write_bytes(content.replace(calls.INSTANCE.encode(), b"i-00000000000000000"))
    assert path.stat().st_size == kept.st_size
    assert 9 not in numbers(session_events(calls.PRINCIPAL, logs, state=state).events)
    path.write_bytes(content)
    os.utime(path, ns=(kept.st_atime_ns, kept.st_mtime_ns + 1_000_000))
    assert 9 in numbers(session_events(calls.PRINCIPAL, logs, state=state).events)


def test_new_key_is_looked_for_in_what_was_left_out(tmp_path: Path, looks: list[str]) -> None:
    """A key that a file tells of which came since is looked for in all files that can hold it."""
    logs, state = tmp_path / "logs", tmp_path / "state"
    logs.mkdir()
    used = write(logs, "0320", [calls.call(2, 1)]).name
    write(logs, "0300", [calls.call(3, 0)])
    assert numbers(session_events(calls.PRINCIPAL, logs, state=state).events) == [3]
    looks.clear()
    write(logs, "0310", [calls.assume_role(1, 0)])
    assert set(numbers(session_events(calls.PRINCIPAL, logs, state=state).events)) == {1, 2, 3}
    assert looks.count(used) == 1


def test_another_session_is_searched_for_in_everything(tmp_path: Path) -> None:
    """What was kept for one session leaves out nothing in a search for another."""
    chain(tmp_path)
    state = tmp_path / "x.state"
    other = calls.identity(-1)["principalId"]
    expected = session_events(other, tmp_path)
    session_events(calls.PRINCIPAL, tmp_path, state=state)
    assert len(expected.events) == 3
    assert session_events(other, tmp_path, state=state).records == expected.records


@pytest.mark.parametrize(
    "damage",
    [b"", b"\x1f\x8b", gzip.compress(b"[]"), gzip.compress(b'{"gdkit": "0.0.1"}'), None],
    ids=["empty", "cut", "a list", "of another version", "of other needles"],
)
def test_damaged_state_is_none(tmp_path: Path, damage: bytes | None) -> None:
    """What cannot be understood, another version's among it, leaves out nothing."""
    logs, state = tmp_path / "logs", tmp_path / "state"
    logs.mkdir()
    chain(logs)
    if damage is None:
        session_events(calls.PRINCIPAL, logs, state=state)
        document = json.loads(gzip.decompress(state.read_bytes()))
        damage = gzip.compress(json.dumps(document | {"needles": [["x"]]}).encode())
    state.write_bytes(damage)
    assert resumed.read_earlier(state) == resumed.NOTHING
    same(session_events(calls.PRINCIPAL, logs, state=state), session_events(calls.PRINCIPAL, logs))


def test_no_state_without_a_place_for_it(tmp_path: Path) -> None:
    """A file that cannot be written is told before the search, and one that cannot any more does not end it."""
    logs = tmp_path / "logs"
    logs.mkdir()
    chain(logs)
    (tmp_path / "file").write_text("x")
    with pytest.raises(CaseWriteError, match="cannot be written"):
        session_events(calls.PRINCIPAL, logs, state=tmp_path / "file" / "state")

    folder = tmp_path / "kept"

    def remove(_: Progress) -> None:
        shutil.rmtree(folder, ignore_errors=True)
        folder.write_text("in the way")

    found = session_events(calls.PRINCIPAL, logs, state=folder / "state", on_progress=remove)
    assert numbers(found.events) == [1, 3, 4, 5, 7]
    assert any("How far the search is was not kept" in told for told in found.coverage.warnings)


def test_data_events_are_asked_of_all_where_their_witness_is_gone(tmp_path: Path) -> None:
    """That there are data events is known of one file alone: where it is gone, the others are asked."""
    logs, state = tmp_path / "logs", tmp_path / "state"
    logs.mkdir()
    data = {"eventName": "GetObject", "eventSource": "s3.amazonaws.com", "eventCategory": "Data"}
    first = write(logs, "0300", [calls.call(8, -1, **data)])
    write(logs, "0301", [calls.call(9, -1, **data)])
    chain(logs)

    def gaps(found: Trail) -> set[str]:
        return {row.kind for row in found.coverage.not_searched}

    assert "no data events" not in gaps(session_events(calls.PRINCIPAL, logs, state=state, workers=1))
    assert "no data events" not in gaps(session_events(calls.PRINCIPAL, logs, state=state, workers=1))
    first.unlink()
    assert "no data events" not in gaps(session_events(calls.PRINCIPAL, logs, state=state, workers=1))


def test_killed_search_is_kept(tmp_path: Path, looks: list[str]) -> None:
    """What ends a search from outside leaves what it was through with."""
    logs, state = tmp_path / "logs", tmp_path / "state"
    logs.mkdir()
    empty = others(logs)
    chain(logs)

    def end(progress: Progress) -> None:
        if progress.files_done == progress.files:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        session_events(calls.PRINCIPAL, logs, state=state, on_progress=end)
    looks.clear()
    session_events(calls.PRINCIPAL, logs, state=state)
    assert not set(empty) & set(looks)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(files=st.lists(one_file, min_size=1, max_size=6), who=st.sampled_from(sorted(WHO)),
       stops=st.lists(st.integers(1, 8), min_size=1, max_size=3))  # fmt: skip
def test_same_however_often_it_is_stopped(files: list[Any], who: str, stops: list[int]) -> None:
    """Whatever the form and damage of the files, and whenever it is stopped, the end is that of one search."""
    with TemporaryDirectory() as name:
        logs, state = Path(name, "logs"), Path(name, "state")
        logs.mkdir()
        write_files(logs, files)
        try:
            expected = session_events(WHO[who], logs)
        except TrailError:
            with pytest.raises(TrailError):
                session_events(WHO[who], logs, state=state)
            return
        for stop in stops:
            searched(WHO[who], logs, state, stop)
        same(searched(WHO[who], logs, state), expected)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(steps=st.lists(one_step, min_size=1, max_size=12), naming=namings, seed=st.randoms(use_true_random=False),
       delays=st.lists(st.integers(0, len(DELAYS) - 1), min_size=1, max_size=20))  # fmt: skip
def test_same_as_the_trail_grows(steps: list[Any], naming: list[str], seed: Any, delays: list[int]) -> None:
    """However the files come in, in whatever order, and however it is stopped between, all of the truth is found."""
    story = Story()
    for step in steps:
        story.take(step)
    with TemporaryDirectory() as name:
        whole, logs, state = Path(name, "whole"), Path(name, "logs"), Path(name, "state")
        whole.mkdir()
        logs.mkdir()
        write_days(whole, story.records, delays, naming)
        coming = sorted(whole.rglob("*.gz"))
        seed.shuffle(coming)
        while coming:
            for path in coming[: (count := seed.randint(1, len(coming)))]:
                (placed := logs / path.relative_to(whole)).parent.mkdir(parents=True, exist_ok=True)
                shutil.move(path, placed)
            del coming[:count]
            searched(calls.PRINCIPAL, logs, state, seed.choice([None, 1, 2, 5]))
        found = session_events(calls.PRINCIPAL, logs, state=state)
    truth = {record["eventID"] for record in story.records} - story.of_others
    assert set(found.events["event_id"]) == truth
