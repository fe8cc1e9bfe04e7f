"""Folders of runs: what a killed build left is removed, and a finished run never, whatever its manifest says."""

from __future__ import annotations

import shutil
import sqlite3
from typing import TYPE_CHECKING

import pytest

from gdkit.errors import ArchiveError
from gdkit.trail import load_trail
from gdkit.trail.archive import build
from gdkit.trail.archive.build import Built, build_archive
from gdkit.trail.archive.check import check_archive
from gdkit.trail.archive.folders import finished, finished_in, new_name, unfinished_in
from gdkit.trail.archive.manifest import RUNS, needless_runs, open_manifest
from gdkit.trail.archive.values import Run
from gdkit.trail.sources import ARCHIVE_MANIFEST
from tests.trail import samples
from tests.trail.archive.made import assert_same, chained, made, runs_in, runs_of, updated, write
from tests.trail.search import calls

if TYPE_CHECKING:
    from pathlib import Path


def lose(folder: Path, how: str) -> None:
    """Take the manifest of an archive away, or all that is in it."""
    manifest = folder / ARCHIVE_MANIFEST
    if how == "gone":
        manifest.unlink()
    elif how == "empty":
        manifest.write_bytes(b"")
    else:
        made(folder.parent / "other", write(folder.parent, "0350", [samples.event(50)]))
        shutil.copy(folder.parent / "other" / ARCHIVE_MANIFEST, manifest)


@pytest.mark.parametrize("how", ["gone", "empty", "another"])
def test_a_manifest_that_was_lost(tmp_path: Path, how: str) -> None:
    """Where a manifest is gone, empty or of another archive, no build begins, and no byte of the records goes."""
    logs, folder = chained(tmp_path), tmp_path / "archive"
    made(folder, logs)
    shutil.copy(folder / ARCHIVE_MANIFEST, tmp_path / "copy")
    whole = load_trail(f"archive:{folder}")
    lose(folder, how)
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    for sources in ([], [str(logs)]):
        with pytest.raises(ArchiveError, match=r"1 run of records lie.*nothing was removed.*put the manifest back"):
            build_archive(folder, sources, workers=1)
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before
    shutil.copy(tmp_path / "copy", folder / ARCHIVE_MANIFEST)
    assert updated(folder) == Built()
    assert_same(load_trail(f"archive:{folder}"), whole)


@pytest.mark.parametrize("how", ["gone", "empty"])
def test_a_lost_manifest_is_told_to_who_asks(tmp_path: Path, how: str) -> None:
    """A question and a check say that the manifest was lost, rather than that there is no archive."""
    folder = tmp_path / "archive"
    made(folder, chained(tmp_path))
    lose(folder, how)
    for ask in (lambda: load_trail(f"archive:{folder}"), lambda: check_archive(folder)):
        with pytest.raises(ArchiveError, match=f"its manifest, {ARCHIVE_MANIFEST}, is {how}; 1 run of records"):
            ask()


def test_an_older_manifest(tmp_path: Path) -> None:
    """Runs that an older manifest does not name stay, though their log files are gone, and are told each time."""
    logs, folder = chained(tmp_path), tmp_path / "archive"
    made(folder, logs)
    shutil.copy(folder / ARCHIVE_MANIFEST, tmp_path / "older")
    old = runs_in(folder)
    late = write(logs, "0340", [calls.call(9, 0)])
    updated(folder)
    whole = load_trail(f"archive:{folder}")
    shutil.copy(folder / ARCHIVE_MANIFEST, tmp_path / "newest")
    late.unlink()
    shutil.copy(tmp_path / "older", folder / ARCHIVE_MANIFEST)
    (newer,) = set(runs_in(folder)) - set(old)
    assert updated(folder) == Built(unnamed=(newer,))
    assert check_archive(folder).unnamed == [newer]
    (gap,) = [row for row in load_trail(f"archive:{folder}").coverage.not_searched if row.failed]
    assert gap.what == f"archive {folder}: 1 run of records that its manifest does not name"
    shutil.copy(tmp_path / "newest", folder / ARCHIVE_MANIFEST)
    assert_same(load_trail(f"archive:{folder}"), whole)


def test_an_older_manifest_after_runs_were_put_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The run that others were put together into stays where the manifest is from before."""
    monkeypatch.setattr(build, "BATCH_BYTES", 1)
    logs, folder = chained(tmp_path), tmp_path / "archive"
    made(folder, logs)
    shutil.copy(folder / ARCHIVE_MANIFEST, tmp_path / "older")
    monkeypatch.setattr(build, "FEWEST_MERGED", 2)
    updated(folder)
    shutil.copy(folder / ARCHIVE_MANIFEST, tmp_path / "newest")
    (run,) = runs_in(folder)
    shutil.copy(tmp_path / "older", folder / ARCHIVE_MANIFEST)
    with pytest.raises(ArchiveError, match="its manifest names nothing of what lies there"):
        updated(folder)
    assert runs_in(folder) == [run]
    shutil.copy(tmp_path / "newest", folder / ARCHIVE_MANIFEST)
    assert_same(load_trail(f"archive:{folder}"), load_trail(logs))


def test_replaced_runs_are_forgotten_when_they_are_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The manifest knows of a run that was put together with others only as long as that lies there."""
    monkeypatch.setattr(build, "BATCH_BYTES", 1)
    monkeypatch.setattr(build, "FEWEST_MERGED", 2)
    folder = tmp_path / "archive"
    made(folder, chained(tmp_path))
    with open_manifest(folder) as manifest:
        assert needless_runs(manifest.connection) == []
    assert len(runs_in(folder)) == 1


def run_in(folder: Path) -> Run:
    """Give a run that was written, its folder empty."""
    run = Run(new_name(), 1, (), 0, "")
    (folder / run.name).mkdir()
    return run


def test_a_manifest_that_could_not_be_written(tmp_path: Path) -> None:
    """New runs get their old names back, but for one that the manifest names nevertheless."""
    first, second = run_in(tmp_path), run_in(tmp_path)
    named: set[str] = set()
    error = sqlite3.OperationalError("disk I/O error")
    with pytest.raises(sqlite3.OperationalError), finished(tmp_path, [first, second], lambda: named) as runs:
        assert unfinished_in(tmp_path) == set()
        named.add(runs[1].name)
        raise error
    assert {path.name for path in tmp_path.iterdir()} == {first.name, runs[1].name}


def test_killed_just_before_runs_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A finished run of a build that was killed before its manifest named it is no riddle: the next one removes it."""
    logs, folder = chained(tmp_path), tmp_path / "archive"

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:  # no clean-up of any kind runs in a process that is killed
        patch.setattr("gdkit.trail.archive.keeping.Keeper._add_places", killed)
        patch.setattr("gdkit.trail.archive.keeping.Keeper._named", lambda keeper: finished_in(keeper.folder / RUNS))
        with pytest.raises(KeyboardInterrupt):
            build_archive(folder, [str(logs)], workers=1)
    (left,) = finished_in(folder / RUNS)
    assert updated(folder).unnamed == ()
    assert left not in finished_in(folder / RUNS)
    assert runs_in(folder) == runs_of(folder)
    assert_same(load_trail(f"archive:{folder}"), load_trail(logs))
