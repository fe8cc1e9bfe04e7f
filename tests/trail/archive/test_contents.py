"""What an archive says of itself each time it is asked: what it holds, and what it does not."""

from __future__ import annotations

import os
import random
import sqlite3
from typing import TYPE_CHECKING, Any

import pytest

from gdkit.errors import ArchiveError, TrailError, UsageError
from gdkit.trail import load_trail
from gdkit.trail.archive.contents import archived_in, summary_of
from gdkit.trail.archive.index import FILE
from gdkit.trail.archive.manifest import RUNS, open_manifest
from gdkit.trail.archive.parts import part_name
from gdkit.trail.archive.reading import Reader
from gdkit.trail.search import session_events
from gdkit.trail.sources import ARCHIVE_MANIFEST, find_files
from tests.trail import samples
from tests.trail.archive.made import chained, made, updated, write
from tests.trail.search import calls
from tests.trail.search.test_search import numbers

if TYPE_CHECKING:
    from pathlib import Path

    from gdkit.trail import Trail

NOBODY = "AROAEXAMPLEABSENT001:i-00000000000000001"


def failed(trail: Trail) -> list[str]:
    """Give the gaps of a trail that a person can do something about."""
    return [row.what for row in trail.coverage.not_searched if row.failed]


@pytest.mark.parametrize("read", ["asked", "whole"])
def test_taken_in_while_it_is_read(tmp_path: Path, read: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Records that another process takes in while an archive is read are a gap that says how many, and what to do."""
    logs, folder = chained(tmp_path), tmp_path / "archive"
    archive = made(folder, logs)
    find, every = Reader.find, Reader.every

    def grown(read: Any) -> Any:
        def reading(self: Reader, *given: Any, **named: Any) -> Any:
            if len(list(logs.iterdir())) == 3:
                write(logs, "0340", [calls.call(10, 0), calls.call(11, -1)])
                updated(folder)
            return read(self, *given, **named)

        return reading

    monkeypatch.setattr(Reader, "find", grown(find))
    monkeypatch.setattr(Reader, "every", grown(every))
    found = session_events(calls.PRINCIPAL, archive) if read == "asked" else load_trail(archive)
    (gap,) = [row for row in found.coverage.not_searched if row.failed]
    assert gap.what.endswith(": 2 records")
    assert "ask it again" in gap.reason
    again = session_events(calls.PRINCIPAL, archive)
    assert failed(again) == []
    assert 10 in numbers(again.events)


def test_what_was_searched(tmp_path: Path) -> None:
    """Of a session that is not in it, the ledger names accounts, regions, kinds and times that were searched."""
    logs = chained(tmp_path)
    other = samples.event(60, awsRegion="us-east-1", recipientAccountId="444455556666", eventCategory="Data")
    write(logs, "0400", [other])
    found = session_events(NOBODY, made(tmp_path / "archive", logs))
    assert found.events.empty
    (searched,) = found.coverage.searched
    assert (searched.kind, searched.files, searched.records) == ("archive", 4, 0)
    rows = [(row.account_id, row.region, row.event_category, row.records, row.detail)
            for row in found.coverage.places if row.state == "searched"]  # fmt: skip
    assert rows == [
        ("111122223333", "eu-west-1", "Management", 0, "8 records are held, and were searched for what was asked"),
        ("444455556666", "us-east-1", "Data", 0, "1 records are held, and were searched for what was asked"),
        ("111122223333", "us-east-1", None, 0,
         "4 files named for it, with no event of it; the times are those of the names"),
    ]  # fmt: skip
    assert [row.start_at.isoformat() for row in found.coverage.places[:1] if row.start_at] == [
        "2026-11-01T03:00:01+00:00"
    ]
    assert found.coverage.places[-1].state == "not searched"
    assert [row.account_id for row in found.coverage.places if row.state == "no data events"] == ["111122223333"]
    assert failed(found) == []
    assert found.coverage.warnings == ("No event of the session was seen in what was searched.",)


def test_what_could_not_be_read(tmp_path: Path) -> None:
    """Damaged files are named whatever is asked, with their place; of very many places the first and the last."""
    logs = chained(tmp_path)
    (logs / "bad.jsonl").write_text('{"a":1}\n' * 50)
    (logs / "111122223333_CloudTrail_eu-west-1_20261101T0400Z_x.json.gz").write_bytes(b"\x1f\x8b\x08 nothing")
    (logs / "notes.md").write_text("# no log")
    (logs / "old.zip").write_bytes(b"PK")
    source = made(tmp_path / "archive", logs)
    for found in (session_events(NOBODY, source), session_events(calls.PRINCIPAL, source), load_trail(source)):
        unread = found.coverage.unread
        assert len([one for one in unread if one.file.endswith("bad.jsonl")]) == 22
        assert "29 more places in this file could not be read" in {one.reason for one in unread}
        assert any(one.file.endswith("0400Z_x.json.gz") and "gzip data is damaged" in one.reason for one in unread)
        assert any("notes.md" in row.what for row in found.coverage.passed_over)
        assert failed(found) == [f"1 file of another form: {logs / 'old.zip'}"]
        assert [row.region for row in found.coverage.places if row.state == "unread"] == ["eu-west-1"]


def test_nothing_readable(tmp_path: Path) -> None:
    """An archive of files of which none could be read is an error, as those files are."""
    logs = tmp_path / "logs"
    logs.mkdir()
    (logs / "a.json.gz").write_bytes(b"\x1f\x8b\x08 nothing")
    source = made(tmp_path / "archive", logs)
    for ask in (lambda: load_trail(source), lambda: session_events(calls.PRINCIPAL, source)):
        with pytest.raises(TrailError, match="no CloudTrail event could be read"):
            ask()


def test_files_that_came_since(tmp_path: Path) -> None:
    """Log files that came after the archive was made are a gap that says what to do, until they are taken in."""
    logs, folder = chained(tmp_path), tmp_path / "archive"
    source = made(folder, logs)
    write(logs, "0340", [calls.call(9, 0)])
    (logs / "2026" / "02").mkdir(parents=True)
    write(logs / "2026" / "02", "0350", [calls.call(10, 0)])
    (logs / "notes.md").write_text("# no log")
    found = session_events(calls.PRINCIPAL, source)
    (gap,) = [row for row in found.coverage.not_searched if row.failed]
    assert gap.what.startswith(f"archive {folder}: 2 log files (")
    assert gap.reason == f"take them in with: gdkit archive {folder}"
    updated(folder)
    assert failed(session_events(calls.PRINCIPAL, source)) == []


def test_a_file_that_came_into_an_empty_folder(tmp_path: Path) -> None:
    """A folder that was empty when the archive was made is watched, too."""
    logs, folder = chained(tmp_path), tmp_path / "archive"
    (logs / "empty").mkdir()
    source = made(folder, logs)
    write(logs / "empty", "0340", [calls.call(9, 0)])
    assert failed(load_trail(source)) == [
        f"archive {folder}: 1 log file ({next((logs / 'empty').iterdir())}) that came after it was made"
    ]


def test_files_that_changed_since(tmp_path: Path) -> None:
    """A log file that grew is a gap; one that vanished is told of, and its records are found all the same."""
    logs, folder = chained(tmp_path), tmp_path / "archive"
    grown = samples.write(logs / "grown.jsonl", samples.compact(samples.event(20)))
    source = made(folder, logs)
    with grown.open("a") as file:
        file.write("\n" + samples.compact(samples.event(21)))
    sorted(logs.iterdir())[0].unlink()
    found = session_events(calls.PRINCIPAL, source)
    assert failed(found) == [f"archive {folder}: 1 log file ({grown}) that changed after it was made"]
    assert any(
        "not on disk any more; what was read of them is in the archive" in one for one in found.coverage.warnings
    )
    assert numbers(found.events) == [1, 3, 4, 5, 7, 20]


def test_a_trail_that_is_gone(tmp_path: Path) -> None:
    """Where all log files were taken away, the archive answers, and says so."""
    logs, folder = chained(tmp_path), tmp_path / "archive"
    source = made(folder, logs)
    logs.rename(tmp_path / "elsewhere")
    found = session_events(calls.PRINCIPAL, source)
    assert numbers(found.events) == [1, 3, 4, 5, 7]
    assert any("3 log files" in one and "not on disk any more" in one for one in found.coverage.warnings)
    assert failed(found) == []


def test_files_that_were_named(tmp_path: Path) -> None:
    """A file that was named by itself is watched; what else comes into its folder is not its concern."""
    logs, folder = chained(tmp_path), tmp_path / "archive"
    path = sorted(logs.iterdir())[0]
    source = made(folder, path)
    write(logs, "0340", [calls.call(9, 0)])
    assert failed(session_events(calls.PRINCIPAL, source)) == []
    path.unlink()
    found = session_events(calls.PRINCIPAL, source)
    assert any("not on disk any more" in one for one in found.coverage.warnings)


def test_files_that_fit_a_glob(tmp_path: Path) -> None:
    """Files that came since and fit the glob that an archive was made of are a gap, others are not."""
    logs, folder = chained(tmp_path), tmp_path / "archive"
    source = made(folder, logs / "1111*.json.gz")
    (logs / "else.json").write_text(samples.records_text(1))
    assert failed(session_events(calls.PRINCIPAL, source)) == []
    late = write(logs, "0340", [calls.call(9, 0)])
    assert failed(session_events(calls.PRINCIPAL, source)) == [
        f"archive {folder}: 1 log file ({late}) that came after it was made"
    ]
    late.unlink()
    for path in logs.glob("1111*"):
        path.unlink()
    assert any("3 log files" in one for one in session_events(calls.PRINCIPAL, source).coverage.warnings)


def parts_of(folder: Path) -> list[Path]:
    """Give the parts of an archive."""
    return sorted((folder / RUNS).glob(f"*/{part_name(0)}"))


@pytest.mark.parametrize("damage", ["cut", "changed", "empty", "gone", "other"])
@pytest.mark.parametrize("whole", [True, False])
def test_a_damaged_part(tmp_path: Path, damage: str, whole: bool) -> None:
    """A damaged part is named with what to do; what the others hold is found."""
    logs, folder = chained(tmp_path), tmp_path / "archive"
    source = made(folder, logs)
    write(logs, "0340", [calls.call(9, 0)])
    updated(folder)
    path = max(parts_of(folder), key=lambda path: path.stat().st_size)
    content = path.read_bytes()
    if damage == "gone":
        path.unlink()
    else:
        half = len(content) // 2
        path.write_bytes({"cut": content[:half], "changed": content[:half] + b"\xff" * 99 + content[half + 99 :],
                          "empty": b"", "other": b"PAR1 not at all PAR1"}[damage])  # fmt: skip
    found = load_trail(source) if whole else session_events(calls.PRINCIPAL, source)
    assert numbers(found.events) == [9]
    (unread,) = found.coverage.unread
    assert unread.file == str(path)
    assert "this part of the archive is damaged or gone" in unread.reason
    assert f"gdkit archive {folder} --check" in unread.reason


@pytest.mark.parametrize("damage", ["cut", "gone"])
def test_a_damaged_index(tmp_path: Path, damage: str) -> None:
    """A damaged index is named; the archive can still be read whole."""
    logs, folder = chained(tmp_path), tmp_path / "archive"
    source = made(folder, logs)
    (path,) = (folder / RUNS).glob(f"*/{FILE}")
    if damage == "gone":
        path.unlink()
    else:
        path.write_bytes(path.read_bytes()[:4000])
    found = session_events(calls.PRINCIPAL, source)
    assert found.events.empty
    assert [one.file for one in found.coverage.unread] == [str(path.parent)]
    assert len(load_trail(source).events) == 8


def test_no_archive(tmp_path: Path) -> None:
    """What is no archive is refused with what to do."""
    logs = chained(tmp_path)
    for path, said in ((logs, "this is a folder, not an archive"), (tmp_path / "none", "there is nothing there"),
                       (next(logs.iterdir()), "this is a file, not an archive")):  # fmt: skip
        with pytest.raises(ArchiveError, match=said) as raised:
            load_trail(f"archive:{path}")
        assert f"gdkit archive {path} --trail LOGS" in str(raised.value)


def test_an_archive_without_its_name(tmp_path: Path) -> None:
    """A folder that is an archive is not read as a folder of logs; the error says how to name it."""
    folder = tmp_path / "archive"
    source = made(folder, chained(tmp_path))
    with pytest.raises(TrailError, match=f"name it {source}"):
        find_files(str(folder))


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("PRAGMA user_version = 99", "its format 99 is that of a newer gdkit"),
        ("PRAGMA user_version = 2", "its format 2 is that of an older gdkit"),
        ("PRAGMA application_id = 1", "its manifest was not made by gdkit"),
    ],
)
def test_another_format(tmp_path: Path, statement: str, said: str) -> None:
    """An archive of a newer version is refused, for reading and for writing, and is not changed."""
    logs, folder = chained(tmp_path), tmp_path / "archive"
    source = made(folder, logs)
    connection = sqlite3.connect(folder / ARCHIVE_MANIFEST)
    connection.execute(statement)
    connection.close()
    before = (folder / ARCHIVE_MANIFEST).read_bytes()
    for attempt in (lambda: load_trail(source), lambda: updated(folder)):
        with pytest.raises(ArchiveError, match=said):
            attempt()
    assert (folder / ARCHIVE_MANIFEST).read_bytes() == before


@pytest.mark.parametrize("content", [b"", b"not a database at all", None])
def test_a_damaged_manifest(tmp_path: Path, content: bytes | None) -> None:
    """A damaged manifest is an error that names it, whatever is asked."""
    folder = tmp_path / "archive"
    source = made(folder, chained(tmp_path))
    path = folder / ARCHIVE_MANIFEST
    whole = path.read_bytes()
    path.write_bytes(whole[:5000] + os.urandom(len(whole) - 5000) if content is None else content)
    with pytest.raises(ArchiveError, match=ARCHIVE_MANIFEST):
        session_events(calls.PRINCIPAL, source)


def test_in_numbers(tmp_path: Path) -> None:
    """An archive in numbers: files, records, accounts, regions, times, and what it takes."""
    logs, folder = chained(tmp_path), tmp_path / "archive"
    (logs / "bad.json").write_text("{")
    made(folder, logs)
    summary = summary_of(folder)
    assert (summary.files, summary.records) == (4, 8)
    assert summary.accounts == ("111122223333",)
    assert summary.regions == ("eu-west-1",)
    assert [one.file for one in summary.unread] == [str(logs / "bad.json")]
    with open_manifest(folder) as manifest:
        assert summary.archive_bytes == sum(run.size_bytes for run in manifest.runs) > 0
    assert archived_in(folder).size_bytes == sum(path.stat().st_size for path in logs.iterdir())


def test_a_name_without_a_folder() -> None:
    """An archive's name must name a folder."""
    with pytest.raises(UsageError, match="it names no folder"):
        find_files("archive:")


def test_what_a_killed_writer_left_is_undone(tmp_path: Path) -> None:
    """An archive whose writer was killed in the midst of a change of the manifest answers with what was before."""
    logs = chained(tmp_path)
    source = made(tmp_path / "archive", logs)
    path = tmp_path / "archive" / ARCHIVE_MANIFEST
    writer = sqlite3.connect(path)
    writer.execute("PRAGMA cache_size = 1")  # pages go to the disk before the change is whole
    writer.execute("UPDATE file SET records = records + 1")
    writer.execute("CREATE TABLE more AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 9999)"
                   " SELECT i, randomblob(100) FROM n")  # fmt: skip
    left = {name: (tmp_path / "archive" / name).read_bytes() for name in (path.name, f"{path.name}-journal")}
    writer.rollback()
    writer.close()
    for name, content in left.items():
        (tmp_path / "archive" / name).write_bytes(content)
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True).execute("SELECT count(*) FROM file")
    assert numbers(session_events(calls.PRINCIPAL, source).events) == [1, 3, 4, 5, 7]
    assert not (tmp_path / "archive" / f"{path.name}-journal").exists()


def test_no_damage_of_a_manifest_is_silent(tmp_path: Path) -> None:
    """Wherever bytes of a manifest are changed: the answer is what it was, or names a gap, or is one clear error."""
    logs, folder = chained(tmp_path), tmp_path / "archive"
    for number in range(20):
        write(logs, f"04{number:02d}", [calls.call(20 + number, -1)])
    archive = made(folder, logs)
    expected = session_events(calls.PRINCIPAL, archive).records
    path = folder / ARCHIVE_MANIFEST
    whole, chance, refused = path.read_bytes(), random.Random(5), 0  # noqa: S311 - to repeat
    for attempt in range(150):
        at, length = chance.randrange(len(whole)), chance.choice([1, 8, 100, 3_000])
        instead = bytes(length) if attempt % 2 else chance.randbytes(length)
        path.write_bytes((whole[:at] + instead + whole[at + length :])[: len(whole)])
        try:
            found = session_events(calls.PRINCIPAL, archive)
            load_trail(archive)
        except (ArchiveError, TrailError):
            refused += 1
        else:
            assert found.records == expected or failed(found) or found.coverage.unread
    assert 10 < refused < 140
