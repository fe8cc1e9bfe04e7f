"""An archive checked against its hashes, and the log files against what was read of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gdkit.errors import ArchiveError
from gdkit.trail import Progress
from gdkit.trail.archive.check import check_archive
from gdkit.trail.archive.index import FILE
from gdkit.trail.archive.manifest import RUNS
from gdkit.trail.archive.parts import part_name
from tests.trail.archive.made import chained, made

if TYPE_CHECKING:
    from pathlib import Path


def test_whole(tmp_path: Path) -> None:
    """A whole archive of log files that are all there."""
    logs, told = chained(tmp_path), list[Progress]()
    made(tmp_path / "archive", logs)
    checked = check_archive(tmp_path / "archive", on_progress=told.append)
    assert (checked.own, checked.damaged, checked.same, checked.changed, checked.gone) == (2, {}, 3, [], [])
    assert (told[-1].files_done, told[-1].bytes_done) == (told[-1].files, told[-1].bytes) == (5, told[-1].bytes)


@pytest.mark.parametrize("name", [part_name(0), FILE])
def test_one_byte(tmp_path: Path, name: str) -> None:
    """One byte that differs in any file of the archive is seen, and a file that is gone."""
    made(tmp_path / "archive", chained(tmp_path))
    (path,) = (tmp_path / "archive" / RUNS).glob(f"*/{name}")
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    assert check_archive(tmp_path / "archive").damaged == {path: "it holds other bytes than were written"}
    path.unlink()
    assert check_archive(tmp_path / "archive").damaged == {path: "No such file or directory"}


def test_log_files(tmp_path: Path) -> None:
    """A log file in which one byte differs is seen, though its size and time are the same; so is one that is gone."""
    logs = chained(tmp_path)
    made(tmp_path / "archive", logs)
    first, second, third = sorted(logs.iterdir())
    about = first.stat()
    first.write_bytes(first.read_bytes()[:-1] + b"x")
    assert first.stat().st_size == about.st_size
    second.unlink()
    third.unlink()
    third.mkdir()
    checked = check_archive(tmp_path / "archive")
    assert (checked.same, checked.changed, checked.gone) == (0, [first, third], [second])


def test_stopped(tmp_path: Path) -> None:
    """A check that is stopped says so."""
    made(tmp_path / "archive", chained(tmp_path))
    answers = iter([False, False])
    checked = check_archive(tmp_path / "archive", is_stopped=lambda: next(answers, True))
    assert (checked.stopped, checked.own, checked.same) == (True, 2, 0)


def test_no_archive(tmp_path: Path) -> None:
    """There is nothing to check where no archive is."""
    with pytest.raises(ArchiveError, match="there is nothing there"):
        check_archive(tmp_path / "archive")
