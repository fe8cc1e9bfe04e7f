"""An archive made and brought up to date: only what is new is read, and whatever stops it, it stays of use."""

from __future__ import annotations

import errno
import fcntl
import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from gdkit.errors import ArchiveError, TrailError, UsageError
from gdkit.trail import Progress, load_trail
from gdkit.trail.archive import build, intake
from gdkit.trail.archive.build import Built, build_archive, mergeable
from gdkit.trail.archive.folders import unfinished_in
from gdkit.trail.archive.manifest import RUNS, locked, open_manifest
from gdkit.trail.archive.opening import open_keeper
from gdkit.trail.archive.values import Run
from gdkit.trail.search import session_events
from gdkit.trail.sources import ARCHIVE_MANIFEST
from tests.trail import samples
from tests.trail.archive.made import assert_same, chained, made, runs_in, runs_of, updated, write
from tests.trail.search import calls
from tests.trail.search.test_search import numbers


def test_only_what_is_new_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second run reads nothing, a third only the file that came meanwhile; all of them are in the archive."""
    logs, folder = chained(tmp_path), tmp_path / "archive"
    assert build_archive(folder, [str(logs)], workers=1) == Built(new=3)
    taken: list[str] = []
    take_in = build.take_in

    def watched(place: Path, name: str, files: list[intake.ToRead]) -> object:
        taken.extend(Path(file.path).name for file in files)
        return take_in(place, name, files)

    monkeypatch.setattr(build, "take_in", watched)
    assert updated(folder) == Built()
    assert taken == []
    late = write(logs, "0340", [calls.call(9, 0)])
    assert updated(folder) == Built(new=1)
    assert taken == [late.name]
    assert_same(load_trail(f"archive:{folder}"), load_trail(logs))
    assert numbers(session_events(calls.PRINCIPAL, f"archive:{folder}").events) == [1, 3, 4, 5, 7, 9]


def test_a_file_that_changed_is_read_again(tmp_path: Path) -> None:
    """A file that grew is taken in again: its new records are found, the old ones count once, and it is told."""
    logs, folder = tmp_path / "logs", tmp_path / "archive"
    logs.mkdir()
    path = samples.write(logs / "a.jsonl", samples.compact(samples.event(1)))
    made(folder, logs)
    samples.write(path, "\n".join(samples.compact(samples.event(number)) for number in (1, 2)))
    assert updated(folder) == Built(changed=1)
    found = load_trail(f"archive:{folder}")
    assert numbers(found.events) == [1, 2]
    (searched,) = found.coverage.searched
    assert (searched.files, searched.bytes, searched.duplicates) == (1, path.stat().st_size, 1)


def test_a_file_that_was_mended_is_no_longer_damaged(tmp_path: Path) -> None:
    """What could not be read of an earlier state of a file is not told any more."""
    logs, folder = tmp_path / "logs", tmp_path / "archive"
    logs.mkdir()
    path = samples.write(logs / "a.json", samples.records_text(3)[:-9])
    made(folder, logs)
    assert load_trail(f"archive:{folder}").coverage.unread
    samples.write(path, samples.records_text(3))
    updated(folder)
    assert load_trail(f"archive:{folder}").coverage.unread == ()
    assert_same(load_trail(f"archive:{folder}"), load_trail(logs))


def test_a_file_that_was_only_touched(tmp_path: Path) -> None:
    """A file with another time and the same bytes is read, and nothing of it taken in a second time."""
    logs, folder = chained(tmp_path), tmp_path / "archive"
    made(folder, logs)
    os.utime(next(logs.iterdir()), (1, 1))
    assert updated(folder) == Built(same=1)
    assert updated(folder) == Built()
    assert load_trail(f"archive:{folder}").coverage.searched[0].duplicates == 0


def test_files_that_are_gone_stay_in_the_archive(tmp_path: Path) -> None:
    """A file that vanished is named, and its records stay; so do those of a source that is gone altogether."""
    logs, folder = chained(tmp_path), tmp_path / "archive"
    whole = load_trail(logs)
    made(folder, logs)
    path = next(logs.iterdir())
    path.unlink()
    assert updated(folder).gone == (str(path),)
    for path in logs.iterdir():
        path.unlink()
    logs.rmdir()
    assert len(updated(folder).gone) == 3
    assert_same(load_trail(f"archive:{folder}"), whole)


def test_sources_are_remembered(tmp_path: Path) -> None:
    """A source that is named later is added; without one named, all of them are looked at."""
    folder, first, second = tmp_path / "archive", tmp_path / "first", tmp_path / "second"
    for number, logs in enumerate((first, second)):
        logs.mkdir()
        write(logs, "0310", [samples.event(number)])
    made(folder, first)
    assert build_archive(folder, [str(second)], workers=1) == Built(new=1)
    write(first, "0320", [samples.event(8)])
    write(second, "0320", [samples.event(9)])
    assert updated(folder) == Built(new=2)
    with open_manifest(folder) as manifest:
        assert manifest.sources() == [str(first), str(second)]


def test_a_file_that_cannot_be_opened_is_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that cannot be opened is named, and read once it can be."""
    logs, folder = chained(tmp_path), tmp_path / "archive"
    read_bytes, refused = Path.read_bytes, sorted(logs.iterdir())[1]

    def read(path: Path) -> bytes:
        if path == refused:
            raise PermissionError(errno.EACCES, "Permission denied")
        return read_bytes(path)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "read_bytes", read)
        made(folder, logs)
    found = load_trail(f"archive:{folder}")
    assert [(one.file, one.reason) for one in found.coverage.unread] == [
        (str(refused), "cannot be opened or read: Permission denied")
    ]
    assert found.coverage.searched[0].files == 2
    assert updated(folder) == Built(changed=1)
    assert load_trail(f"archive:{folder}").coverage.unread == ()
    assert_same(load_trail(f"archive:{folder}"), load_trail(logs))


def test_stopped_and_taken_up_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A build that is stopped keeps what it took in, says what is left each time it is asked, and goes on later."""
    monkeypatch.setattr(build, "BATCH_BYTES", 1)
    logs, folder = chained(tmp_path), tmp_path / "archive"
    answers = iter([False, False])
    built = build_archive(folder, [str(logs)], workers=1, is_stopped=lambda: next(answers, True))
    assert (built.new, built.left) == (2, 1)
    found = session_events(calls.PRINCIPAL, f"archive:{folder}")
    assert numbers(found.events) == [1, 3, 4, 5]
    (gap,) = [row for row in found.coverage.not_searched if row.failed]
    assert (gap.what, "go on with: gdkit archive" in gap.reason) == (f"archive {folder}: 1 log file", True)
    assert updated(folder) == Built(new=1)
    found = session_events(calls.PRINCIPAL, f"archive:{folder}")
    assert numbers(found.events) == [1, 3, 4, 5, 7]
    assert not any(row.failed for row in found.coverage.not_searched)


def test_stopped_before_anything_was_taken_in(tmp_path: Path) -> None:
    """An archive that holds nothing yet is no folder without logs: it is told how it is filled."""
    logs, folder = chained(tmp_path), tmp_path / "archive"
    assert build_archive(folder, [str(logs)], workers=1, is_stopped=lambda: True).left == 3
    with pytest.raises(TrailError, match="the archive holds no log file yet") as told:
        session_events(calls.PRINCIPAL, f"archive:{folder}")
    assert "'gdkit archive DIR' goes on where it was stopped" in told.value.action
    assert updated(folder) == Built(new=3)


def test_killed(tmp_path: Path) -> None:
    """A build that is killed in its midst leaves an archive that answers; the next one removes what is half-made."""
    logs, folder = tmp_path / "logs", tmp_path / "archive"
    logs.mkdir()
    for number in range(30):
        write(logs, "0310", [samples.event(number * 40 + more, eventName="x" * 300) for more in range(40)])
    code = ("import sys; from pathlib import Path; from gdkit.trail.archive import build; build.BATCH_BYTES = 1; "
            "build.build_archive(Path(sys.argv[1]), [sys.argv[2]], workers=1)")  # fmt: skip
    child = subprocess.Popen([sys.executable, "-c", code, str(folder), str(logs)])  # noqa: S603
    while child.poll() is None and not ((folder / RUNS).is_dir() and len(runs_in(folder)) > 3):
        time.sleep(0.01)
    child.send_signal(signal.SIGKILL)
    child.wait()
    (folder / RUNS / "new-half").mkdir()
    (folder / RUNS / "new-half" / "part-0000.parquet").write_bytes(b"PAR1")
    found = load_trail(f"archive:{folder}")
    assert 0 < len(found.events) < 1200
    assert any("not made to its end" in row.reason for row in found.coverage.not_searched)
    updated(folder)
    assert runs_in(folder) == runs_of(folder)
    assert_same(load_trail(f"archive:{folder}"), load_trail(logs))


def test_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the disk is full, the error says so, what was taken in before is kept, and the next run goes on."""
    monkeypatch.setattr(build, "BATCH_BYTES", 1)
    logs, folder = chained(tmp_path), tmp_path / "archive"
    write_run, written = intake.write_run, []

    def full(*given: object) -> Run:
        if len(written) == 2:
            raise OSError(errno.ENOSPC, "No space left on device")
        written.append(given)
        return write_run(*given)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(intake, "write_run", full)
        with pytest.raises(ArchiveError, match=r"No space left on device.*what was taken in is kept"):
            made(folder, logs)
    assert numbers(session_events(calls.PRINCIPAL, f"archive:{folder}").events) == [1, 3, 4, 5]
    updated(folder)
    assert_same(load_trail(f"archive:{folder}"), load_trail(logs))


def test_full_disk_under_the_manifest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A manifest that cannot be written leaves the state before it; the run that it could not name is removed later."""
    logs, folder = chained(tmp_path), tmp_path / "archive"
    made(folder, logs)
    write(logs, "0340", [calls.call(9, 0)])

    def full(*_: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    with monkeypatch.context() as patch:
        patch.setattr("gdkit.trail.archive.keeping.Keeper._add_places", full)
        with pytest.raises(ArchiveError, match="database or disk is full"):
            updated(folder)
    assert numbers(session_events(calls.PRINCIPAL, f"archive:{folder}").events) == [1, 3, 4, 5, 7]
    assert len(unfinished_in(folder / RUNS)) == 1
    assert updated(folder) == Built(new=1)
    assert runs_in(folder) == runs_of(folder)


def test_two_at_a_time(tmp_path: Path) -> None:
    """A second builder is refused while one is at work; the archive can be asked meanwhile."""
    logs, folder = chained(tmp_path), tmp_path / "archive"
    made(folder, logs)
    with open_keeper(folder):
        with pytest.raises(ArchiveError, match="another process is writing this archive now"):
            updated(folder)
        assert len(session_events(calls.PRINCIPAL, f"archive:{folder}").events) == 5
    assert updated(folder) == Built()


def small_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have few runs put together, each of one file."""
    monkeypatch.setattr(build, "BATCH_BYTES", 1)
    monkeypatch.setattr(build, "FEWEST_MERGED", 2)
    monkeypatch.setattr(build, "MOST_MERGED", 3)


def test_runs_are_put_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs that pile up become one, with the same records, and nothing of the old ones is left."""
    small_runs(monkeypatch)
    logs, folder = tmp_path / "logs", tmp_path / "archive"
    logs.mkdir()
    for number in range(20):
        write(logs, f"03{number:02d}", [samples.event(number), samples.event(number, eventID=f"other-{number}")])
    made(folder, logs)
    assert runs_in(folder) == runs_of(folder)
    assert len(runs_of(folder)) < 4
    assert_same(load_trail(f"archive:{folder}"), load_trail(logs))


def test_a_run_that_is_read_is_not_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While somebody asks an archive, no run that he was told of goes; the next build removes it."""
    logs, folder = chained(tmp_path), tmp_path / "archive"
    monkeypatch.setattr(build, "BATCH_BYTES", 1)
    made(folder, logs)
    small_runs(monkeypatch)
    with locked(folder / RUNS, fcntl.LOCK_SH):
        updated(folder)
        assert len(runs_in(folder)) > len(runs_of(folder)) == 1
    updated(folder)
    assert runs_in(folder) == runs_of(folder)


def run_of(rows: int, name: str) -> Run:
    """Give a run of so many records."""
    return Run(name, rows, (), 0, "")


def test_which_runs_are_put_together() -> None:
    """Eight of one size, with all that are smaller, the oldest first; never the large ones with few small ones."""
    small = [run_of(5000 + number, f"s{number}") for number in range(7)]
    large = [run_of(200_000, f"l{number}") for number in range(7)]
    assert mergeable([]) == mergeable([*small, *large]) == []
    tiny = run_of(1, "tiny")
    assert mergeable([*large, tiny, *small, run_of(9000, "s7")]) == [tiny, *small, run_of(9000, "s7")]
    assert mergeable([*large, *small, run_of(250_000, "l7")]) == [*large, *small, run_of(250_000, "l7")]
    assert len(mergeable([run_of(5000, f"{number}") for number in range(90)])) == build.MOST_MERGED


def test_few_runs_whatever_the_size() -> None:
    """A thousand runs become few, and each record is written again three times at most."""
    runs, written = [], 0
    for number in range(1000):
        runs.append(run_of(5000, f"{number}"))
        while group := mergeable(runs):
            rows = sum(run.rows for run in group)
            written += rows
            runs = [*(run for run in runs if run not in group), run_of(rows, f"{number}-{rows}-{len(runs)}")]
    assert len(runs) <= 7 * 3
    assert written <= 3 * 1000 * 5000


def test_several_processes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Other processes give the same archive as this one alone, and progress is told in bytes."""
    monkeypatch.setattr(build, "BATCH_BYTES", 1)
    monkeypatch.setattr(build, "_SMALL_BYTES", 0)
    logs, told = chained(tmp_path), list[Progress]()
    (logs / "damaged.json.gz").write_bytes(b"\x1f\x8b\x08 nothing")
    built = build_archive(tmp_path / "archive", [str(logs)], workers=2, on_progress=told.append)
    assert built == Built(new=4)
    assert_same(load_trail(f"archive:{tmp_path / 'archive'}"), load_trail(logs))
    assert (told[-1].files_done, told[-1].bytes_done, told[-1].records) == (4, told[-1].bytes, 8)
    assert told[-1].bytes == sum(path.stat().st_size for path in logs.iterdir())
    assert told[-1].seconds_left == 0


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    """Where no folder can be, another one is asked for, and nothing is said to be kept."""
    (tmp_path / "file").write_text("mine")
    with pytest.raises(ArchiveError, match=r"it cannot be written .*name a folder that is there, or can be made"):
        build_archive(tmp_path / "file" / "archive", [str(chained(tmp_path))])


def test_a_process_that_dies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that is killed ends the build with an error, and the archive answers with what was taken in."""
    monkeypatch.setattr(build, "_SMALL_BYTES", 0)
    monkeypatch.setattr(build, "take_in", die)
    logs, folder = chained(tmp_path), tmp_path / "archive"
    with pytest.raises(ArchiveError, match="it cannot be written"):
        build_archive(folder, [str(logs)], workers=2)
    with pytest.raises(TrailError):
        load_trail(f"archive:{folder}")


def die(*_: object) -> None:
    """End the process at once."""
    os._exit(9)


def test_large_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that is longer than what is held in memory becomes several runs, and its hash is that of the whole."""
    monkeypatch.setattr(intake, "RUN_BYTES", 2_000)
    monkeypatch.setattr(intake, "_LARGEST_BYTES", 100)
    logs, folder = chained(tmp_path), tmp_path / "archive"
    made(folder, logs)
    assert len(runs_of(folder)) > 1
    assert_same(load_trail(f"archive:{folder}"), load_trail(logs))
    assert updated(folder) == Built()


def test_for_its_owner_alone(tmp_path: Path) -> None:
    """The folder, and those in it, are readable by their owner only."""
    folder = tmp_path / "a" / "archive"
    made(folder, chained(tmp_path))
    for path in (folder, folder / RUNS, *(folder / RUNS).iterdir()):
        assert path.stat().st_mode & 0o777 == 0o700
    assert (folder / ARCHIVE_MANIFEST).stat().st_mode & 0o777 == 0o600


def test_an_archive_among_its_own_logs(tmp_path: Path) -> None:
    """An archive that lies in the folder of its log files is not read as one of them, and is named as passed over."""
    logs = chained(tmp_path)
    made(logs / "archive", logs)
    assert updated(logs / "archive") == Built()
    found = load_trail(logs)
    assert len(found.events) == 8
    assert any(str(logs / "archive") in row.what for row in found.coverage.passed_over)
    assert not any(row.failed for row in found.coverage.not_searched)


def test_a_pipe_among_the_logs(tmp_path: Path) -> None:
    """A pipe with a log's name is passed over, told each time, and no reason to bring an archive up to date."""
    logs, folder = chained(tmp_path), tmp_path / "archive"
    os.mkfifo(logs / "x.json")
    made(folder, logs)
    os.mkfifo(logs / "y.json")
    found = load_trail(f"archive:{folder}")
    assert any(str(logs / "x.json") in row.what for row in found.coverage.passed_over)
    assert not any(row.failed for row in found.coverage.not_searched)
    assert updated(folder) == Built()


@pytest.mark.parametrize(
    ("sources", "error", "said"),
    [
        ([], ArchiveError, "no log files were named"),
        (["/no/such/folder"], TrailError, "there is no such file or folder"),
        (["s3://bucket/prefix"], UsageError, "only files can be read here"),
    ],
)
def test_nothing_to_make_it_of(tmp_path: Path, sources: list[str], error: type[Exception], said: str) -> None:
    """Without log files there is an error that says so, and nothing is made."""
    with pytest.raises(error, match=said):
        build_archive(tmp_path / "archive", sources, workers=1)
    assert not (tmp_path / "archive").exists()
    assert build_archive(tmp_path / "archive", [str(chained(tmp_path))], workers=1) == Built(new=3)


def test_an_archive_of_an_archive(tmp_path: Path) -> None:
    """An archive is no source of another one."""
    source = made(tmp_path / "archive", chained(tmp_path))
    with pytest.raises(UsageError, match="an archive is made of log files"):
        build_archive(tmp_path / "other", [source], workers=1)


def test_a_path_from_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Log files that are named from the folder at hand are found again from any other."""
    logs = chained(tmp_path)
    monkeypatch.chdir(tmp_path)
    build_archive(tmp_path / "archive", [logs.name], workers=1)
    monkeypatch.chdir("/")
    assert updated(tmp_path / "archive") == Built()
    assert_same(load_trail(f"archive:{tmp_path / 'archive'}"), load_trail(logs))


def test_a_folder_with_other_things(tmp_path: Path) -> None:
    """No archive is made in a folder that holds something else, and nothing in it is changed."""
    logs = chained(tmp_path)
    before = sorted(logs.iterdir())
    with pytest.raises(ArchiveError, match="holds other things"):
        made(logs, logs)
    assert sorted(logs.iterdir()) == before


def test_a_damaged_manifest(tmp_path: Path) -> None:
    """An archive whose manifest is damaged cannot be brought up to date, and no room made for it would help."""
    logs, folder = chained(tmp_path), tmp_path / "archive"
    made(folder, logs)
    manifest = folder / ARCHIVE_MANIFEST
    manifest.write_bytes(b"x" * manifest.stat().st_size)
    with pytest.raises(ArchiveError, match="its manifest cannot be read") as told:
        updated(folder)
    assert "make the archive anew" in told.value.action


def test_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    """Where no folder can be made, the error says why."""
    logs = chained(tmp_path)
    with pytest.raises(ArchiveError, match="Not a directory"):
        made(next(logs.iterdir()) / "archive", logs)
