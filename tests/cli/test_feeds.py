"""``gdkit feeds``: fetches the list on request, shows what is there and how old it is, or takes a file."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from gdkit import cli
from gdkit.feeds import cache
from tests.feeds.outside import Reply, outside, without_surroundings
from tests.origin.samples import aws_text

if TYPE_CHECKING:
    from pathlib import Path


class Ended(NamedTuple):
    """How a command ended: its exit status and what it said."""

    status: int
    out: str
    err: str


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the folder that stands for the user's cache."""
    without_surroundings(monkeypatch)
    monkeypatch.setattr(cache, "feeds_folder", lambda: tmp_path / "feeds")
    return tmp_path / "feeds"


@pytest.fixture
def gdkit(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """Give the command as a function."""

    def run(*arguments: str) -> Ended:
        monkeypatch.setattr(sys, "argv", ["gdkit", "feeds", *arguments])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        said = capsys.readouterr()
        return Ended(int(ended.value.code or 0), said.out, said.err)

    return run


def test_fetch_and_show(gdkit: Any, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The list is fetched once; shown later are its date, where it came from and its digest, and nothing is fetched."""
    with outside(Reply(body=aws_text(), headers={"ETag": '"1"'})) as server:
        monkeypatch.setattr(cache, "AWS_RANGES_URL", server.url)
        fetched = gdkit()
        server.reply = Reply(304)
        again = gdkit()
        shown = gdkit("--show")
    about = cache.cached_ranges(folder=folder)
    assert about is not None
    assert [run.status for run in (fetched, again, shown)] == [0, 0, 0]
    assert fetched.out.startswith("A new copy was fetched.\n")
    assert again.out.startswith("The copy in the cache is still the newest.\n")
    assert shown.out.startswith(f"AWS address ranges, published 2026-08-22T21:17:05Z, fetched from {server.url} 2")
    assert about.sha256 in shown.out
    assert str(folder / about.file) in shown.out
    assert (shown.err, len(server.paths)) == ("", 2)


def test_show_nothing(gdkit: Any) -> None:
    """An empty cache is told, with how to fill it."""
    ended = gdkit("--show")
    assert (ended.status, ended.err) == (0, "")
    assert ended.out == "The cache holds no copy of AWS's address ranges. `gdkit feeds` fetches one.\n"


def test_old_copy(gdkit: Any, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A copy that was not compared for more than 30 days is shown with a warning."""
    with outside(Reply(body=aws_text())) as server:
        monkeypatch.setattr(cache, "AWS_RANGES_URL", server.url)
        gdkit()
    about = cache.cached_ranges(folder=folder)
    assert about is not None
    cache._note(folder, replace(about, checked_at=datetime.now(UTC) - timedelta(days=45, hours=1)))
    ended = gdkit("--show")
    assert ended.status == 0
    assert ended.err.startswith("This copy is 45 days old, more than 30:")


def test_take_a_file(gdkit: Any, folder: Path, tmp_path: Path) -> None:
    """A copy that was downloaded elsewhere is taken; nobody is asked."""
    (tmp_path / "list.json").write_bytes(aws_text())
    ended = gdkit("--file", str(tmp_path / "list.json"))
    assert ended.status == 0
    assert ended.out.startswith(
        "The copy was taken.\nAWS address ranges, published 2026-08-22T21:17:05Z, taken from a file"
    )
    ranges = cache.cached_aws_ranges(folder=folder)
    assert ranges is not None
    assert ranges.table.ranges == 5


@pytest.mark.parametrize("content", [b"", b"<html>\x1b[2J</html>", b"{}"])
def test_wrong_file(gdkit: Any, folder: Path, tmp_path: Path, content: bytes) -> None:
    """A file that is no list ends with one line that names it, and nothing is taken."""
    (tmp_path / "wrong.json").write_bytes(content)
    ended = gdkit("--file", str(tmp_path / "wrong.json"))
    assert (ended.status, ended.out, folder.exists()) == (1, "", False)
    assert "wrong.json: this is not AWS's list of address ranges" in ended.err
    assert len(ended.err.splitlines()) == 1


def test_failed_fetch(gdkit: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fetch that fails ends with status 1 and says how a copy can be brought by hand."""
    with outside(Reply(404)) as server:
        monkeypatch.setattr(cache, "AWS_RANGES_URL", server.url)
        ended = gdkit()
    assert (ended.status, ended.out) == (1, "")
    assert "it answered 404 Not Found" in ended.err
    assert "gdkit feeds --file PATH" in ended.err


def test_not_in_a_simulation(gdkit: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """While AWS is simulated nothing is fetched."""
    monkeypatch.setenv("GDKIT_SIMULATOR", "http://127.0.0.1:1")
    with outside(Reply(body=aws_text())) as server:
        monkeypatch.setattr(cache, "AWS_RANGES_URL", server.url)
        ended = gdkit()
    assert (ended.status, server.paths) == (1, [])
    assert "AWS is simulated" in ended.err


def test_two_wishes(gdkit: Any, tmp_path: Path) -> None:
    """Showing and taking at once is wrong use."""
    ended = gdkit("--show", "--file", str(tmp_path))
    assert (ended.status, "exclude each other" in ended.err) == (2, True)
