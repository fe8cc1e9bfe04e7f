from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from gdkit.errors import TrailError, UsageError
from gdkit.tables import DTYPES, EVENTS
from gdkit.trail import Progress, load_trail
from gdkit.trail.archive.build import build_archive
from gdkit.trail.search import session_events
from gdkit.trail.sources import find_files
from tests.trail import samples

if TYPE_CHECKING:
    from gdkit.trail import Trail


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Give a folder of logs as a trail's bucket holds it, with other files among them."""
    folder = tmp_path / "AWSLogs" / samples.ACCOUNT / "CloudTrail"
    samples.write(folder / "eu-west-1" / "a.json.gz", samples.records_text(2))
    samples.write(folder / "us-east-1" / "b.json", samples.compact([samples.event(5)]))
    samples.write(folder / "us-east-1" / "no_suffix", samples.compact(samples.event(6)))
    samples.write(folder / "empty.json", '{"Records":[]}')
    samples.write(folder / "README.md", "# logs")
    samples.write(folder / "LICENSE", "text")
    samples.write(folder / "notes.txt", "what I did")
    samples.write(folder / ".DS_Store", b"\0\0")
    return tmp_path


def test_a_folder_is_read_with_its_folders(tree: Path) -> None:
    """Every log below a folder is read, other files are told in one line."""
    trail = load_trail(tree)
    assert len(trail.events) == 4
    assert trail.coverage.unread == ()
    (searched,) = trail.coverage.searched
    assert (searched.kind, searched.files, searched.records, searched.events) == ("files", 4, 4, 4)
    assert searched.bytes == sum(
        path.stat().st_size for path in tree.rglob("*") if path.suffix in {".gz", ".json"} or path.name == "no_suffix"
    )
    (aside,) = [one for one in trail.coverage.passed_over if "not logs" in one.what]
    assert not any("not logs" in one.what for one in trail.coverage.not_searched)
    assert aside.what.startswith("4 files that are not logs")


def test_overlapping_sources_read_a_file_once(tree: Path) -> None:
    """A file that two sources name is read for the first and counted once."""
    trail = load_trail([tree / "AWSLogs", str(tree / "**" / "*.json.gz")])
    assert [one.records for one in trail.coverage.searched] == [4, 0]
    assert sum(one.duplicates for one in trail.coverage.searched) == 0


@pytest.mark.parametrize("pattern", ["**/*.json.gz", "AWSLogs/*/CloudTrail/eu-*/*", "AWSLogs/*/*/eu-west-[12]/**"])
def test_globs(tree: Path, pattern: str) -> None:
    """A glob gives the files that it matches, ** too."""
    assert len(load_trail(f"{tree}/{pattern}").events) == 2


def test_relative_glob(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A glob may be relative."""
    monkeypatch.chdir(tree)
    assert len(load_trail("**/*.gz").events) == 2


@pytest.mark.parametrize("name", ["missing", "missing/*.json", "empty"])
def test_nothing_there(tmp_path: Path, name: str) -> None:
    """A missing path, a glob without a match and an empty folder are errors that name them."""
    (tmp_path / "empty").mkdir()
    with pytest.raises(TrailError, match=r"no (such )?file") as caught:
        load_trail(tmp_path / name)
    assert caught.value.where == str(tmp_path / name)


def test_a_folder_of_prose(tmp_path: Path) -> None:
    """A folder with plain text only holds no log."""
    samples.write(tmp_path / "notes.txt", "what I did")
    with pytest.raises(TrailError, match="no file"):
        load_trail(tmp_path)


def test_a_named_file_is_always_tried(tmp_path: Path) -> None:
    """The name of a file that is given by name does not matter."""
    assert len(load_trail(samples.write(tmp_path / "README.md", samples.records_text(1))).events) == 1


@pytest.mark.parametrize("source", ["s3://bucket/AWSLogs", "athena:wg/db.table", "lookup", "securitylake:a.b"])
def test_other_sources_are_refused(source: str) -> None:
    """What is no file says how to come to files."""
    with pytest.raises(UsageError, match=r"only files can be read here.*aws s3 sync"):
        load_trail(source)


@pytest.mark.parametrize("source", [[], "", b"x", [7], [None]])
def test_wrong_sources(source: Any) -> None:
    """No source, or something that is no path, is wrong use."""
    with pytest.raises(UsageError):
        load_trail(source)


def test_empty_trail(tmp_path: Path) -> None:
    """Files without any record give an empty table of the declared types, and a warning."""
    trail = load_trail(samples.write(tmp_path / "a.json", '{"Records":[]}'))
    assert trail.events.empty
    assert trail.records == []
    assert {name: str(kind) for name, kind in trail.events.dtypes.items()} == {
        column.name: DTYPES[column.kind] for column in EVENTS.columns
    }
    assert trail.coverage.warnings == ("The files could be read, but hold no event.",)
    assert any(one.what == "data events" for one in trail.coverage.not_searched)


def test_full_types_are_those_declared(tmp_path: Path) -> None:
    """A full table has the same columns and types as an empty one."""
    trail = load_trail(samples.write(tmp_path / "a.json", samples.records_text(2)))
    assert {name: str(kind) for name, kind in trail.events.dtypes.items()} == {
        column.name: DTYPES[column.kind] for column in EVENTS.columns
    }


def test_what_was_searched(tmp_path: Path) -> None:
    """The ledger names accounts, regions, categories and the span of time."""
    more = samples.event(9, awsRegion="us-east-1", recipientAccountId="012345678901", eventCategory="Data")
    trail = load_trail(samples.write(tmp_path / "a.json", samples.compact([samples.event(1), more, more])))
    (one,) = trail.coverage.searched
    assert (one.accounts, one.regions) == (("012345678901", samples.ACCOUNT), ("eu-west-1", "us-east-1"))
    assert (one.event_categories, one.records, one.events, one.duplicates) == (("Data", "Management"), 3, 2, 1)
    assert str(one.first_event_at) == "2026-11-01 03:00:01+00:00"
    assert str(one.last_event_at) == "2026-11-01 03:00:09+00:00"
    assert [gap.what for gap in trail.coverage.not_searched] == [f"data events of {samples.ACCOUNT}"]


def test_progress(tree: Path) -> None:
    """Progress ends with everything done and never goes back."""
    steps: list[Progress] = []
    load_trail(tree, on_progress=steps.append)
    last = steps[-1]
    assert (last.files_done, last.bytes_done, last.records) == (last.files, last.bytes, 4)
    assert [step.bytes_done for step in steps] == sorted(step.bytes_done for step in steps)


def test_import_is_light() -> None:
    """Importing the package does not load pandas."""
    code = "import sys, gdkit.trail; sys.exit('pandas' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0  # noqa: S603


def test_all_unreadable_names_three(tmp_path: Path) -> None:
    """Where nothing could be read the error names the first three reasons."""
    for name in "abcd":
        samples.write(tmp_path / f"{name}.json", "no")
    with pytest.raises(TrailError) as caught:
        load_trail(tmp_path)
    assert "c.json:1: neither JSON" in str(caught.value)
    assert "and 1 more" in str(caught.value)


def test_a_folder_that_cannot_be_listed_is_told(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The rest is read, and the ledger names the folder and the reason as a gap; alone, it is an error."""
    closed, scan = str(tree / "closed"), os.scandir
    os.mkdir(closed)  # noqa: PTH102 - pathlib would list it by the function below

    def refuse(path: str) -> Any:
        if str(path) == closed:
            raise PermissionError(13, "Permission denied", path)
        return scan(path)

    monkeypatch.setattr(os, "scandir", refuse)
    trail = load_trail(tree)
    assert len(trail.events) == 4
    (told,) = [one for one in trail.coverage.unread if one.file == closed]
    assert told.reason == "the folder cannot be listed: Permission denied: get leave to read it"
    with pytest.raises(TrailError, match="cannot be listed: Permission denied"):
        load_trail(closed)


def test_links_are_read_once(tree: Path) -> None:
    """A file that is there under a second name, as a link, is read once; a link to a folder is not followed."""
    files = load_trail(tree).coverage.searched[0].files
    (tree / "zz.json").symlink_to(next(tree.rglob("*.json")))
    (tree / "again").symlink_to(tree, target_is_directory=True)
    again = load_trail(tree)
    assert (again.coverage.searched[0].files, len(again.events)) == (files, 4)


def test_folders_behind_links_are_read_once(tree: Path, tmp_path_factory: pytest.TempPathFactory,
                                            monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    """A folder that is named again through a link, to it or to one around it, gives no file a second time."""
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (elsewhere / "logs").symlink_to(tree, target_is_directory=True)
    (elsewhere / "around").symlink_to(tree.parent, target_is_directory=True)
    inner = next(path for path in tree.iterdir() if path.is_dir())
    monkeypatch.chdir(elsewhere)
    named = [tree, "logs", elsewhere / "around" / tree.name / inner.name, f"logs/../{tree.name}"]
    counts = [len(one.files) for one in find_files(named)]
    assert counts == [len(find_files(tree)[0].files), 0, 0, 0]


@pytest.fixture(params=["pipe", "socket", "link to a pipe"])
def special(request: pytest.FixtureRequest, tree: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a file that is none of bytes, but has the name of a log, in a folder of logs."""
    path = tree / "x.json"
    if request.param == "socket":
        monkeypatch.chdir(tree)  # a socket's path is short
        with socket.socket(socket.AF_UNIX) as made:
            made.bind(path.name)
    elif request.param == "pipe":
        os.mkfifo(path)
    else:
        os.mkfifo(tree / ".pipe")
        path.symlink_to(tree / ".pipe")
    return path


@pytest.mark.parametrize(("pattern", "events"), [("", 4), ("*", 1), ("**", 4), ("**/*", 4)])
def test_pipes_and_the_like_are_passed_over(special: Path, tree: Path, pattern: str, events: int) -> None:
    """A pipe or a socket is not opened, which would wait for good, and is told; logs beside it are read."""
    samples.write(tree / "z.json", samples.records_text(1))
    trail = load_trail(tree / pattern)
    assert len(trail.events) == events
    assert any(str(special) in row.what for row in trail.coverage.passed_over)
    assert str(special) not in {one.file for one in trail.coverage.unread}


def test_a_pipe_that_is_named(special: Path) -> None:
    """A pipe or a socket that is named itself, or is all that there is, is refused with what to do."""
    with pytest.raises(TrailError, match=r"a pipe, a socket or a device.*write what comes from it to a file"):
        load_trail(special)
    folder = special.parent / "alone"
    folder.mkdir()
    special.rename(folder / special.name)
    with pytest.raises(TrailError, match=r"1 files are no logs by their name, or no regular files"):
        load_trail(folder)


def test_a_link_that_leads_nowhere(tree: Path) -> None:
    """It is told as what cannot be opened, and not passed over."""
    (tree / "x.json").symlink_to(tree / "gone.json")
    (unread,) = load_trail(tree).coverage.unread
    assert (unread.file, unread.reason) == (
        str(tree / "x.json"), "cannot be opened or read: No such file or directory")  # fmt: skip


def test_the_folder_that_one_is_in(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files of the working folder are named without a dot before them."""
    monkeypatch.chdir(tree)
    named = set(load_trail(".").events["source_file"])
    assert named == {os.path.relpath(path, tree) for path in load_trail(tree).events["source_file"]}


def told(found: Trail) -> list[tuple[str, str]]:
    """Give the places that could not be read, by the last part of their paths."""
    return [(Path(one.file).name, one.reason) for one in found.coverage.unread]


def test_a_link_to_a_folder_is_told(tmp_path: Path) -> None:
    """A link to a folder elsewhere is not followed, which is a gap unless that folder is a source, too."""
    logs, elsewhere = tmp_path / "logs", tmp_path / "elsewhere"
    samples.write(logs / "a.json", samples.records_text(2))
    samples.write(elsewhere / "account" / "b.json", samples.records_text(3))
    (logs / "linked").symlink_to(elsewhere / "account", target_is_directory=True)
    assert told(load_trail(logs)) == [
        ("linked", "this is a link to a folder, which is not followed: name it as a source, too")
    ]
    both = load_trail([logs, elsewhere])
    assert told(both) == []
    assert len(both.events) == 3
    assert build_archive(tmp_path / "archive", [str(logs)], workers=1).new == 1
    assert told(load_trail(f"archive:{tmp_path / 'archive'}")) == told(load_trail(logs))
    assert build_archive(tmp_path / "archive", [str(elsewhere)], workers=1).new == 1
    assert told(load_trail(f"archive:{tmp_path / 'archive'}")) == []


def test_a_pattern_that_matches_a_folder(tmp_path: Path) -> None:
    """A folder that a glob matches, and whose files it does not, is a gap."""
    samples.write(tmp_path / "a.json", samples.records_text(2))
    samples.write(tmp_path / "deep" / "b.json", samples.records_text(3))
    assert [name for name, _ in told(load_trail(tmp_path / "*"))] == ["deep"]
    assert told(load_trail([tmp_path / "*", tmp_path / "deep"])) == []
    assert told(load_trail(tmp_path / "**")) == []


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such names")
@pytest.mark.parametrize("content", [samples.records_text(2), "{"])
def test_a_name_that_is_no_text(tmp_path: Path, content: str) -> None:
    """A file whose name is no UTF-8 is read like any other, and its name can be written anywhere."""
    samples.write(tmp_path / "a.json", samples.records_text(1))
    (tmp_path / os.fsdecode(b"odd\xff.json")).write_text(content)
    for trail in (load_trail(tmp_path), session_events(samples.INSTANCE, tmp_path)):
        names = set(trail.events["source_file"]) | {one.file for one in trail.coverage.unread}
        assert any(name.endswith(r"odd\udcff.json") for name in names)
        "".join(names).encode()
