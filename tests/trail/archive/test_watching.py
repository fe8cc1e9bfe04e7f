"""Log files that come, go and come back between updates of an archive: none is lost sight of, or taken in twice."""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING, Any

import pytest

from gdkit.errors import TrailError
from gdkit.trail import load_trail
from gdkit.trail.archive.build import Built, build_archive
from gdkit.trail.archive.manifest import open_manifest
from gdkit.trail.search import session_events
from tests.trail.archive.made import assert_same, chained, made, updated, write
from tests.trail.search import calls
from tests.trail.search.test_search import numbers

if TYPE_CHECKING:
    from pathlib import Path

    from gdkit.trail import Trail

CAME = "that came after it was made"


def gaps(trail: Trail) -> list[str]:
    """Give what was not read, and the gaps that a person can do something about."""
    unread = [f"{one.file}: {one.reason}" for one in trail.coverage.unread]
    return unread + [row.what for row in trail.coverage.not_searched if row.failed]


def asked(folder: Path) -> Trail:
    """Ask an archive for the session."""
    return session_events(calls.PRINCIPAL, f"archive:{folder}")


def in_days(folder: Path) -> tuple[Path, Path]:
    """Write the log files of a session below a folder; give that, and the folder of a day in which they lie."""
    logs = folder / "mount" / "logs"
    day = logs / "AWSLogs" / "01"
    day.parent.mkdir(parents=True)
    chained(folder).rename(day)
    return logs, day


def closed(path: Path, patch: pytest.MonkeyPatch, *calls_refused: str) -> None:
    """Refuse to list a folder; or to look at what is in it, too."""

    def refusing(real: Any, *, itself: bool) -> Any:
        def call(asked: Any = ".", *more: Any, **named: Any) -> Any:
            text = os.fspath(asked)
            if text.startswith(f"{path}{os.sep}") or (itself and text == str(path)):
                raise PermissionError(errno.EACCES, "Permission denied", text)
            return real(asked, *more, **named)

        return call

    for name in ("scandir", *calls_refused):
        patch.setattr(os, name, refusing(getattr(os, name), itself=name == "scandir"))


def test_a_link_to_a_folder_that_appears(tmp_path: Path) -> None:
    """It is a gap as it is of the files, and what else came is taken in; without it nothing is missing any more."""
    logs, folder = chained(tmp_path), tmp_path / "archive"
    made(folder, logs)
    write(logs, "0340", [calls.call(9, 0)])
    (tmp_path / "other").mkdir()
    (logs / "latest").symlink_to(tmp_path / "other", target_is_directory=True)
    expected = gaps(load_trail(logs))
    assert [one for one in gaps(asked(folder)) if CAME not in one] == expected
    assert updated(folder) == Built(new=1)
    assert gaps(asked(folder)) == expected
    assert numbers(asked(folder).events) == [1, 3, 4, 5, 7, 9]
    (logs / "latest").unlink()
    assert updated(folder) == Built()
    assert gaps(asked(folder)) == []


def test_the_first_archive_of_a_trail_with_a_link(tmp_path: Path) -> None:
    """It takes in what it can, and tells the link as the files do."""
    logs, folder = chained(tmp_path), tmp_path / "archive"
    (tmp_path / "other").mkdir()
    (logs / "latest").symlink_to(tmp_path / "other", target_is_directory=True)
    assert build_archive(folder, [str(logs)], workers=1) == Built(new=3)
    assert gaps(asked(folder)) == gaps(load_trail(logs)) != []


@pytest.mark.parametrize("refused", [(), ("stat",)])
def test_a_folder_that_cannot_be_listed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, refused: tuple[str, ...]
) -> None:
    """It is a gap as it is of the files, nothing in it counts as gone, and what came into it is noticed later."""
    logs, folder = chained(tmp_path), tmp_path / "archive"
    (logs / "day").mkdir()
    write(logs / "day", "0335", [calls.call(9, 0)])
    made(folder, logs)
    write(logs, "0340", [calls.call(10, 0)])
    late = write(logs / "day", "0350", [calls.call(11, 0)])
    with monkeypatch.context() as patch:
        closed(logs / "day", patch, *refused)
        assert updated(folder) == Built(new=1)
        expected = [f"{logs / 'day'}: the folder cannot be listed: Permission denied: get leave to read it"]
        assert gaps(load_trail(logs)) == gaps(asked(folder)) == expected
        assert not any("not on disk" in one for one in asked(folder).coverage.warnings)
        assert numbers(asked(folder).events) == [1, 3, 4, 5, 7, 9, 10]
    assert any(str(late) in one and CAME in one for one in gaps(asked(folder)))
    assert updated(folder) == Built(new=1)
    assert gaps(asked(folder)) == []
    assert_same(load_trail(f"archive:{folder}"), load_trail(logs))


@pytest.mark.parametrize("refused", [(), ("stat",)])
def test_a_folder_that_cannot_be_looked_into_now(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, refused: tuple[str, ...]
) -> None:
    """A question names a folder that changed, or in which folders are hidden, and says of no file that it is gone."""
    logs, day = in_days(tmp_path)
    folder = tmp_path / "archive"
    made(folder, logs)
    write(day, "0340", [calls.call(9, 0)])
    where = day.parent if refused else day
    closed(where, monkeypatch, *refused)
    found = asked(folder)
    problem = "what is in this folder cannot be looked at: Permission denied: get leave to read it"
    assert gaps(found) == [f"{where}: {problem}"]
    assert not any("not on disk" in one for one in found.coverage.warnings)


@pytest.mark.parametrize("left", ["nothing", "mount point"])
def test_an_update_without_the_share(tmp_path: Path, left: str) -> None:
    """What came while a share was not mounted is noticed later; until an update finds it, a gap names the place."""
    logs, day = in_days(tmp_path)
    folder = tmp_path / "archive"
    made(folder, logs)
    logs.rename(tmp_path / "away")
    if left == "mount point":
        logs.mkdir()
    for _ in range(2):
        assert len(updated(folder).gone) == 3
        found = asked(folder)
        (gap,) = gaps(found)
        assert gap.startswith(f"{logs}: ")
        assert gap.endswith("not in the archive: put it back, or mount it, and bring the archive up to date")
        assert any("3 log files" in one and "not on disk any more" in one for one in found.coverage.warnings)
        assert numbers(found.events) == [1, 3, 4, 5, 7]
    if left == "mount point":
        logs.rmdir()
    (tmp_path / "away").rename(logs)
    first = write(day, "0340", [calls.call(9, 0)])
    (day.parent / "02").mkdir()
    second = write(day.parent / "02", "0350", [calls.call(10, 0)])
    missing, came = gaps(asked(folder))
    assert missing.startswith(f"{logs}: ")
    assert came.startswith(f"archive {folder}: 2 log files ({second}, {first})")
    assert updated(folder) == Built(new=2)
    assert gaps(asked(folder)) == []
    assert asked(folder).coverage.searched[0].duplicates == 0


def test_one_of_two_places_is_not_there(tmp_path: Path) -> None:
    """The other one is brought up to date, and both stay remembered; a place that is named must be there."""
    folder, logs, other = tmp_path / "archive", chained(tmp_path), tmp_path / "other"
    other.mkdir()
    write(other, "0310", [calls.call(20, 0)])
    made(folder, logs, other)
    other.rename(tmp_path / "away")
    write(logs, "0340", [calls.call(9, 0)])
    assert updated(folder).new == 1
    with open_manifest(folder) as manifest:
        assert manifest.sources() == [str(logs), str(other)]
    with pytest.raises(TrailError, match="there is no such file or folder"):
        made(folder, other)
    (tmp_path / "away").rename(other)
    assert updated(folder) == Built()
    assert gaps(asked(folder)) == []


def test_a_place_that_cannot_be_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a remembered place it is a gap, of a named one the error; neither says that the archive cannot be written."""
    logs, _ = in_days(tmp_path)
    folder, other = tmp_path / "archive", tmp_path / "other"
    made(folder, logs)
    other.mkdir()
    write(other, "0310", [calls.call(20, 0)])
    closed(logs.parent, monkeypatch, "stat", "lstat")
    assert build_archive(folder, [str(other)], workers=1) == Built(new=1)
    assert any(one.startswith(f"{logs}: it cannot be looked at: Permission denied") for one in gaps(asked(folder)))
    with pytest.raises(TrailError, match="it cannot be looked at: Permission denied"):
        made(folder, logs)


def test_part_of_a_trail_comes_back(tmp_path: Path) -> None:
    """A folder that was empty at an update is told of after it; once it is filled again, only new files are new."""
    logs, day = in_days(tmp_path)
    folder, account = tmp_path / "archive", day.parent
    write(logs, "0300", [calls.call(12, 0)])
    made(folder, logs)
    account.rename(tmp_path / "away")
    account.mkdir()
    for _ in range(2):
        assert len(updated(folder).gone) == 3
        told = [one for one in asked(folder).coverage.warnings if "not on disk any more" in one]
        assert told == [f"archive {folder}: 3 log files not on disk any more when it was last brought up to date; what "
                        "was read of them is in the archive."]  # fmt: skip
    account.rmdir()
    (tmp_path / "away").rename(account)
    late = write(day, "0340", [calls.call(9, 0)])
    assert gaps(asked(folder)) == [f"archive {folder}: 1 log file ({late}) {CAME}"]
    assert updated(folder) == Built(new=1)
    assert not any("not on disk" in one for one in asked(folder).coverage.warnings)


def test_a_folder_under_many_names(tmp_path: Path) -> None:
    """A folder that is named in several ways, then and at updates, gives each log file once."""
    logs, day = in_days(tmp_path)
    folder, alias = tmp_path / "archive", tmp_path / "alias"
    alias.symlink_to(logs, target_is_directory=True)
    (tmp_path / "around").symlink_to(logs.parent, target_is_directory=True)
    names = [logs, alias, logs.parent / ".." / "mount" / "logs", tmp_path / "around" / "logs", alias / "AWSLogs" / "*"
             / "*.gz", tmp_path / "*" / "logs" / "AWSLogs" / "*" / "*.gz"]  # fmt: skip
    assert build_archive(folder, [str(alias), str(logs)], workers=1) == Built(new=3)
    for name in names:
        assert build_archive(folder, [str(name)], workers=1) == Built()
        assert gaps(asked(folder)) == []
    write(day, "0340", [calls.call(9, 0)])
    assert "1 log file (" in gaps(asked(folder))[0]
    assert updated(folder) == Built(new=1)
    assert asked(folder).coverage.searched[0].duplicates == 0


def test_a_source_that_leads_elsewhere_now(tmp_path: Path) -> None:
    """Where a link that an archive was made of leads to another folder, the log files there are new."""
    logs, folder, alias = chained(tmp_path), tmp_path / "archive", tmp_path / "alias"
    alias.symlink_to(logs, target_is_directory=True)
    made(folder, alias)
    (tmp_path / "other").mkdir()
    late = write(tmp_path / "other", "0340", [calls.call(9, 0)])
    alias.unlink()
    alias.symlink_to(tmp_path / "other", target_is_directory=True)
    assert gaps(asked(folder)) == [f"archive {folder}: 1 log file ({late}) {CAME}"]
    assert updated(folder) == Built(new=1)


def test_links_to_log_files(tmp_path: Path) -> None:
    """A link to a log file that is listed itself is that file; one to a file elsewhere is known by its own name."""
    logs, folder, other = chained(tmp_path), tmp_path / "archive", tmp_path / "other"
    other.mkdir()
    (logs / "0.json.gz").symlink_to(sorted(logs.iterdir())[0])
    (logs / "1.json.gz").symlink_to(write(other, "0340", [calls.call(9, 0)]))
    assert build_archive(folder, [str(logs)], workers=1) == Built(new=4)
    (logs / "2.json.gz").symlink_to(sorted(logs.glob("1111*"))[0])
    assert gaps(asked(folder)) == []
    assert updated(folder) == Built()
    assert set(asked(folder).events["source_file"]) == {*map(str, logs.glob("1111*")), str(logs / "1.json.gz")}
