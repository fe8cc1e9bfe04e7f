"""The command ``gdkit archive``, and archives as sources of the other commands."""

from __future__ import annotations

import json
import os
import shutil
import signal
from typing import TYPE_CHECKING, Any

import pytest

from gdkit.sample import write_sample
from gdkit.trail.archive import build, check
from gdkit.trail.archive.manifest import RUNS
from gdkit.trail.archive.opening import open_keeper
from gdkit.trail.archive.parts import part_name
from tests.trail import samples
from tests.trail.archive.made import chained, write
from tests.trail.search import calls

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.cli.ended import Ended


def test_made_asked_and_brought_up_to_date(gdkit: Callable[..., Ended], tmp_path: Path) -> None:
    """The command says what the archive holds and how it is asked; the same command later reads what is new."""
    logs, folder = chained(tmp_path), tmp_path / "archive"
    ended = gdkit("archive", folder, "--trail", logs)
    assert ended.status == 0
    assert f"{folder} holds 8 records of 3 log files" in ended.out
    assert "2026-11-01 03:00:01Z to 2026-11-01 03:00:08Z; 1 account, 1 region" in ended.out
    assert "Taken in now: 3 new, 0 changed; 0 read again that hold the same." in ended.out
    assert f"--trail archive:{folder}" in ended.out
    asked = gdkit("events", calls.PRINCIPAL, "--trail", f"archive:{folder}")
    assert "Read in AWS" not in asked.out
    assert asked.status == 0
    assert asked.out.startswith("5 events of the session")
    write(logs, "0340", [calls.call(9, 0)])
    stale = gdkit("events", calls.PRINCIPAL, "--trail", f"archive:{folder}")
    assert stale.status == 3
    assert f"take them in with: gdkit archive {folder}" in stale.out
    assert "Taken in now: 1 new" in gdkit("archive", folder).out
    assert gdkit("events", calls.PRINCIPAL, "--trail", f"archive:{folder}").out.startswith("6 events of the session")


def test_json(gdkit: Callable[..., Ended], tmp_path: Path) -> None:
    """What the archive holds, and what was taken in, for programs."""
    logs, folder = chained(tmp_path), tmp_path / "archive"
    (logs / "bad.json").write_text('{"Records": [')
    ended = gdkit("archive", folder, "--trail", logs, "--json")
    assert ended.status == 3
    document = json.loads(ended.out)
    assert (document["log_files"], document["records"], document["new"], document["left"]) == (4, 8, 4, 0)
    assert (document["accounts"], document["regions"]) == ([samples.ACCOUNT], ["eu-west-1"])
    assert (document["first_event_at"], document["last_event_at"]) == ("2026-11-01T03:00:01Z", "2026-11-01T03:00:08Z")
    assert [one["file"] for one in document["unread"]] == [str(logs / "bad.json")]
    assert document["log_bytes"] == sum(path.stat().st_size for path in logs.iterdir())
    (logs / "bad.json").unlink()
    gone = json.loads(gdkit("archive", folder, "--json").out)
    assert gone["gone"] == [str(logs / "bad.json")]


def test_what_could_not_be_taken_in(gdkit: Callable[..., Ended], tmp_path: Path) -> None:
    """Places that cannot be read are named, twelve of them at most, and the status says that there are gaps."""
    logs, folder = chained(tmp_path), tmp_path / "archive"
    for number in range(15):
        (logs / f"bad-{number:02d}\x1b[31m.json").write_text("{")
    ended = gdkit("archive", folder, "--trail", logs)
    assert ended.status == 3
    assert ended.out.count("  - not read: ") == 13
    assert "3 more places, named in --json" in ended.out
    assert "\x1b" not in ended.out
    (logs / "bad-00\x1b[31m.json").unlink()
    assert "Not on disk any more, with their records kept here: 1 log file" in gdkit("archive", folder).out


def test_checked(gdkit: Callable[..., Ended], tmp_path: Path) -> None:
    """A check says what is whole; a log file that differs is a gap, a damaged part an error with what to do."""
    logs, folder = chained(tmp_path), tmp_path / "archive"
    gdkit("archive", folder, "--trail", logs)
    whole = gdkit("archive", folder, "--check")
    assert whole.status == 0
    assert "2 files of the archive checked: 0 damaged or gone." in whole.out
    assert "3 hold the bytes that were read, 0 hold others, 0 are not on disk any more." in whole.out
    path = next(logs.iterdir())
    path.write_bytes(path.read_bytes() + b"\n")
    changed = gdkit("archive", folder, "--check")
    assert (changed.status, f"  - {path}" in changed.out) == (3, True)
    (part,) = (folder / RUNS).glob(f"*/{part_name(0)}")
    part.write_bytes(part.read_bytes()[:-1])
    damaged = gdkit("archive", folder, "--check")
    assert damaged.status == 1
    assert "1 of its 2 files are damaged or gone" in damaged.err
    document = json.loads(gdkit("archive", folder, "--check", "--json").out)
    assert document["damaged"] == [{"file": str(part), "reason": "it holds other bytes than were written"}]
    assert document["log_files_changed"] == [str(path)]
    assert document["whole"] is True


def test_runs_that_the_manifest_does_not_name(gdkit: Callable[..., Ended], tmp_path: Path) -> None:
    """They are left alone, named with what to do, and the status says that there is a gap."""
    logs, folder = chained(tmp_path), tmp_path / "archive"
    gdkit("archive", folder, "--trail", logs)
    other = folder / RUNS / "run-other"
    shutil.copytree(next((folder / RUNS).iterdir()), other)
    for more in ((), ("--check",)):
        ended = gdkit("archive", folder, *more)
        assert ended.status == 3
        assert f"they were taken in again: then these folders can be removed.\n  - {other}\n" in ended.out
        assert json.loads(gdkit("archive", folder, *more, "--json").out)["unnamed_runs"] == [other.name]
    assert other.is_dir()


def test_a_share_that_is_not_mounted(gdkit: Callable[..., Ended], tmp_path: Path) -> None:
    """An update without its log files says what is not there, with status 3, as questions do until it is there."""
    logs, folder = chained(tmp_path), tmp_path / "archive"
    gdkit("archive", folder, "--trail", logs)
    logs.rename(tmp_path / "away")
    ended = gdkit("archive", folder)
    missing = f"  - not read: {logs}: there is no such file or folder, so what came there is not in the archive"
    assert (ended.status, missing in ended.out) == (3, True)
    assert json.loads(gdkit("archive", folder, "--json").out)["unread"][0]["file"] == str(logs)
    for command in (("events", calls.PRINCIPAL), ("hunt",)):
        asked = gdkit(*command, "--trail", f"archive:{folder}")
        assert (asked.status, missing in asked.out) == (3, True)
    (tmp_path / "away").rename(logs)
    assert gdkit("archive", folder).status == 0
    assert gdkit("events", calls.PRINCIPAL, "--trail", f"archive:{folder}").status == 0


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (("--trail", "s3://bucket/x"), 2, "an archive is made of log files"),
        (("--trail", "archive:else"), 2, "an archive is made of log files"),
        (("--trail", "lookup"), 2, "an archive is made of log files"),
        (("--trail", "/no/such/folder"), 1, "there is no such file or folder"),
        (("--check", "--trail", "logs"), 2, "exclude each other"),
        (("--check",), 1, "there is nothing there, not an archive"),
        ((), 1, "no log files were named to make it of"),
        (("--workers", "0"), 2, "not in the range"),
    ],
)
def test_wrong_use(
    gdkit: Callable[..., Ended], tmp_path: Path, arguments: tuple[str, ...], status: int, said: str
) -> None:
    """What cannot be done is refused in one line."""
    ended = gdkit("archive", tmp_path / "archive", *arguments)
    assert (ended.status, said in ended.err) == (status, True)


def test_ctrl_c_keeps_what_was_taken_in(
    gdkit: Callable[..., Ended], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C ends the work after the files at hand, says what is left, and the same command goes on."""
    monkeypatch.setattr(build, "BATCH_BYTES", 1)
    logs, folder, take_in = chained(tmp_path), tmp_path / "archive", build.take_in

    def interrupted(*given: Any) -> Any:
        os.kill(os.getpid(), signal.SIGINT)
        return take_in(*given)

    monkeypatch.setattr(build, "take_in", interrupted)
    ended = gdkit("archive", folder, "--trail", logs, "--workers", "1")
    assert ended.status == 3
    assert f"Stopped: 2 log files left. Go on with: gdkit archive {folder}" in ended.out
    monkeypatch.setattr(build, "take_in", take_in)
    ended = gdkit("archive", folder)
    assert (ended.status, "Taken in now: 2 new" in ended.out) == (0, True)


@pytest.mark.parametrize(("more", "kept"), [
    ((), "Stopped. What was taken in is kept; run the same command again to go on."),
    (("--check",), "Stopped. Nothing was changed."),
])  # fmt: skip
def test_ctrl_c_twice(
    gdkit: Callable[..., Ended], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, more: tuple[str, ...], kept: str
) -> None:
    """A second Ctrl-C ends the command, which says what is kept; no case folder is spoken of, for there is none."""
    folder = tmp_path / "archive"
    gdkit("archive", folder, "--trail", chained(tmp_path))

    def interrupted(*_: Any, **__: Any) -> None:
        os.kill(os.getpid(), signal.SIGINT)
        os.kill(os.getpid(), signal.SIGINT)

    monkeypatch.setattr(build, "list_logs", interrupted)
    monkeypatch.setattr(check, "_own", interrupted)
    ended = gdkit("archive", folder, *more)
    assert ended.status == 1
    assert ended.err.splitlines() == ["stopping after the files at hand …", kept]


def test_nothing_to_check(gdkit: Callable[..., Ended], tmp_path: Path) -> None:
    """A check of an archive that holds nothing is no success, and says how it comes to hold something."""
    folder = tmp_path / "archive"
    with open_keeper(folder):
        pass
    ended = gdkit("archive", folder, "--check")
    assert ended.status == 1
    assert "this archive holds nothing, so there was nothing to check" in ended.err
    assert f"gdkit archive {folder} --trail LOGS" in ended.err


def test_hunt(gdkit: Callable[..., Ended], tmp_path: Path) -> None:
    """A hunt through an archive says what one through its log files says, but for the name of the source."""
    sample = write_sample(tmp_path / "sample")
    gdkit("archive", tmp_path / "archive", "--trail", sample.trail)
    source = f"archive:{tmp_path / 'archive'}"
    of_files, of_archive = (gdkit("hunt", "--trail", one, "--json") for one in (sample.trail, source))
    assert of_archive.status == of_files.status
    found, expected = json.loads(of_archive.out), json.loads(of_files.out)
    assert {**found, "coverage": None} == {**expected, "coverage": None}
    assert found["sessions"]


SAME = ("session", "events", "attribution", "origin", "initial_access", "theft_path", "lineage", "impact", "fleet")
"""Parts of a result: all but what was searched, and what hangs on the hour."""


def test_investigated(gdkit: Callable[..., Ended], tmp_path: Path) -> None:
    """A case on an archive comes to the same result as one on its log files, and needs no AWS and no log file."""
    sample = write_sample(tmp_path / "sample")
    gdkit("archive", tmp_path / "archive", "--trail", sample.trail)
    results = []
    for source in (str(sample.trail), f"archive:{tmp_path / 'archive'}"):
        if source.startswith("archive:"):
            shutil.move(sample.trail, tmp_path / "away")
        case = tmp_path / f"case-{len(results)}"
        ended = gdkit("investigate", sample.finding, "--trail", source, "--case", case)
        assert ended.status in (0, 3), ended.err
        results.append(json.loads((case / "result.json").read_text()))
    of_files, of_archive = results
    assert {part: of_archive[part] for part in SAME} == {part: of_files[part] for part in SAME}
    assert of_archive["events"]["thief"] > 0
