"""The command ``gdkit events``: what it says, what it writes, and how it ends."""

from __future__ import annotations

import json
import os
import signal
import time
from functools import partial
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from gdkit.errors import StoppedError
from gdkit.trail.search import session
from tests.trail import samples
from tests.trail.search import calls
from tests.trail.search.looks import noted_looks
from tests.trail.search.test_search import chain, write

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.cli.ended import Ended


@pytest.fixture
def events(gdkit: Callable[..., Ended]) -> Callable[..., Ended]:
    """Give the command as a function."""
    return partial(gdkit, "events")


@pytest.fixture
def trail(tmp_path: Path) -> Path:
    """Give a folder of logs with a chain of two hops."""
    folder = tmp_path / "logs"
    folder.mkdir()
    chain(folder)
    return folder


def test_says_how_many_and_whence(events: Callable[..., Ended], trail: Path) -> None:
    """Events are counted, by credential and by file."""
    ended = events(calls.PRINCIPAL, "--trail", trail)
    assert ended.status == 0
    assert ended.out.startswith("5 events of the session and of what was chained from it, 2026-11-01 03:00:01Z to")
    assert f"1  {calls.HOP_PRINCIPALS[1]}  {calls.HOP_KEYS[1]}" in ended.out
    assert "_20261101T0330Z_2.json.gz" in ended.out


def test_csv_is_safe_in_a_spreadsheet(events: Callable[..., Ended], trail: Path, tmp_path: Path) -> None:
    """Text that a spreadsheet would run is written as text; the rest as it is."""
    write(trail, "0340", [calls.call(9, 0, userAgent="=cmd|'/C calc'!A0")])
    file = tmp_path / "events.csv"
    assert events(calls.INSTANCE, "--trail", trail, "--csv", file).status == 0
    table = pd.read_csv(file)
    assert len(table) == 6
    assert table["user_agent"].iloc[-1] == "'=cmd|'/C calc'!A0"
    assert table["event_at"].iloc[0] == "2026-11-01T03:00:01Z"


def test_parquet_keeps_every_value(events: Callable[..., Ended], trail: Path, tmp_path: Path) -> None:
    """Parquet holds the declared table."""
    file = tmp_path / "events.parquet"
    assert events(calls.PRINCIPAL, "--trail", trail, "--parquet", file).status == 0
    assert pd.read_parquet(file)["access_key_id"].tolist()[-1] == calls.HOP_KEYS[1]


def test_json(events: Callable[..., Ended], trail: Path) -> None:
    """JSON holds events and coverage, and nothing else is on the standard output."""
    document = json.loads(events(calls.PRINCIPAL, "--trail", trail, "--json").out)
    assert len(document["events"]) == 5
    assert document["events"][0]["event_at"] == "2026-11-01T03:00:01Z"
    assert document["coverage"]["searched"][0]["files"] == 3


def test_no_secret_is_written(events: Callable[..., Ended], trail: Path) -> None:
    """The session token that AWS answered with is in no output."""
    assert samples.TOKEN not in events(calls.PRINCIPAL, "--trail", trail, "--json").out


def test_gaps(events: Callable[..., Ended], trail: Path) -> None:
    """A damaged file is named, and the status says that there are gaps."""
    damaged = next(iter(sorted(trail.iterdir())))
    damaged.write_bytes(damaged.read_bytes()[:-30])
    ended = events(calls.PRINCIPAL, "--trail", trail)
    assert ended.status == 3
    assert f"not read: {damaged}" in ended.out


def test_none_seen(events: Callable[..., Ended], trail: Path) -> None:
    """An empty answer says what was searched, and that it proves nothing; the status says it, too."""
    ended = events("i-00000000000000001", "--trail", trail)
    assert ended.status == 3
    assert ended.out.startswith("No event of the session was seen in what was searched (3 files,")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [(("--trail", "lookup"), "log files"), (("--trail", "nowhere"), "no such file"),
     (("--trail", ".", "--json", "--csv", "x"), "exclude each other"), ((), "--trail"),
     (("--trail", ".", "--since", "2026-11-01"), "--since: for sources in AWS alone"),
     (("--trail", ".", "--region", "eu-west-1", "--keep", "k"), "--region: for sources in AWS alone")],
)  # fmt: skip
def test_wrong_use(events: Callable[..., Ended], arguments: tuple[str, ...], said: str) -> None:
    """What cannot be meant is refused with what to do."""
    ended = events(calls.PRINCIPAL, *arguments)
    assert ended.status in (1, 2)
    assert said in ended.err


@pytest.mark.parametrize(("name", "said"), [("none/x.csv", "its folder is not there"), (".", "it is a folder")])
def test_a_file_that_cannot_be_written(
    events: Callable[..., Ended], trail: Path, monkeypatch: pytest.MonkeyPatch, name: str, said: str
) -> None:
    """A place where no file can be written is named before anything is searched."""
    monkeypatch.setattr("gdkit.trail.search.search_trail", lambda *_, **__: pytest.fail("it was searched"))
    ended = events(calls.PRINCIPAL, "--trail", trail, "--csv", trail / name)
    assert ended.status == 1
    assert f"it cannot be written: {said}" in ended.err


def test_a_disk_that_is_full(events: Callable[..., Ended], trail: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where writing fails all the same, the file and the reason are named."""

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(pd.DataFrame, "to_csv", full)
    ended = events(calls.PRINCIPAL, "--trail", trail, "--csv", trail / "x.csv")
    assert ended.status == 1
    assert "x.csv: it cannot be written: No space left on device" in ended.err


def test_keep_goes_on(
    events: Callable[..., Ended], trail: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With --keep the same command reads again only files in which something was found; DIR may lie in the trail."""
    of_others = write(trail, "0200", [calls.call(90, -1)])
    looked = noted_looks(monkeypatch)
    asked = (calls.PRINCIPAL, "--trail", trail, "--json", "--keep", trail / "kept")
    first = events(*asked)
    looked.clear()
    second = events(*asked)
    assert json.loads(second.out)["events"] == json.loads(first.out)["events"] != []
    assert set(looked) == {path.name for path in trail.glob("*.json.gz")} - {of_others.name}
    assert json.loads(second.out)["coverage"]["unread"] == []


def test_stopped_before_the_first_file(trail: Path) -> None:
    """A search of files that is stopped before it read one says so, and not that there was none."""
    with pytest.raises(StoppedError, match="stopped before anything was read"):
        session.search_trail(trail, session.subject_of(calls.PRINCIPAL), is_stopped=lambda: True)


def test_ctrl_c_keeps_what_was_found(
    events: Callable[..., Ended], trail: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C ends the search after the files at hand: what was found is told, and the rest is a gap."""
    look_at = session.look_at

    def interrupted(*given: Any, **named: Any) -> Any:
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(0.3)  # so that the handler, which runs in the main thread, comes first
        return look_at(*given, **named)

    monkeypatch.setattr(session, "look_at", interrupted)
    ended = events(calls.PRINCIPAL, "--trail", trail, "--workers", 1)
    assert ended.status == 3
    assert "stopping after the files at hand" in ended.err
    assert ended.out.startswith("2 events of the session")
    assert "3 of 3 log files: the search was stopped" in ended.out
