"""The manifest of an archive: which log files are in it, what was odd about them, and its runs with their hashes.

It is an SQLite database, so that a run, the files in it and all that is told of them are there together or not at all.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from gdkit.errors import ArchiveError
from gdkit.trail.archive.faults import damaged, lost
from gdkit.trail.archive.folders import finished_in
from gdkit.trail.archive.values import Part, Run
from gdkit.trail.folders import ARCHIVE_MANIFEST

if TYPE_CHECKING:
    from collections.abc import Iterator

RUNS = "runs"
FORMAT = 3
APPLICATION = 0x67646B61  # "gdka"
"""Marks the database as a manifest. Source: SQLite, "PRAGMA application_id"."""
NEEDLESS = "needless "
BUSY_S = 30.0
"""How long one waits for another who is writing the manifest."""

SCHEMA = """
CREATE TABLE about(name TEXT PRIMARY KEY, value) WITHOUT ROWID;
CREATE TABLE source(path BLOB PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE passed_over(path BLOB PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE unlisted(path BLOB, problem TEXT, todo TEXT);
CREATE TABLE folder(path BLOB PRIMARY KEY, mtime_ns INTEGER) WITHOUT ROWID;
CREATE TABLE file(number INTEGER PRIMARY KEY, path BLOB, size_bytes INTEGER, mtime_ns INTEGER, sha256 TEXT,
                  records INTEGER, readable INTEGER, read_at TEXT, state TEXT, settled INTEGER);
CREATE INDEX file_by_path ON file(path) WHERE state = 'held';
CREATE INDEX file_unsettled ON file(number) WHERE state = 'held' AND NOT settled;
CREATE TABLE odd(file INTEGER, kind TEXT, line INTEGER, text TEXT, times INTEGER);
CREATE INDEX odd_by_file ON odd(file);
CREATE TABLE named(account_id TEXT, region TEXT, files INTEGER, first_at INTEGER, last_at INTEGER,
                   PRIMARY KEY(account_id, region)) WITHOUT ROWID;
CREATE TABLE place(account_id TEXT, region TEXT, category TEXT, records INTEGER, hidden INTEGER, first_at INTEGER,
                   last_at INTEGER, data_events INTEGER, PRIMARY KEY(account_id, region, category)) WITHOUT ROWID;
CREATE TABLE run(number INTEGER PRIMARY KEY, name TEXT UNIQUE, rows INTEGER, index_bytes INTEGER, index_sha256 TEXT);
CREATE TABLE part(run INTEGER, number INTEGER, name TEXT, rows INTEGER, size_bytes INTEGER, sha256 TEXT,
                  PRIMARY KEY(run, number)) WITHOUT ROWID;
"""
"""``about``: ``files`` and ``size_bytes`` of those that were read, ``left`` to read, ``finished_at``, ``gone`` from
listed folders, and ``needless NAME`` for each run that can be removed: it was put together, or is about to be named.

``file.state``: ``held``; ``replaced`` where a later reading of the same path is held, too. ``file.settled``: by its
name CloudTrail delivered it and does not write it again, and it stands in a folder that is watched. ``place`` counts
records by what they say of their account, region and kind (empty where they do not say it), ``named`` the log files by
what their names say. Times are microseconds since 1970.
"""
_SINCE = datetime(1970, 1, 1, tzinfo=UTC)


def number_of(at: datetime | None) -> int | None:
    """Give a time as the manifest holds it."""
    return None if at is None else (at - _SINCE) // timedelta(microseconds=1)


def time_of(number: int | None) -> datetime | None:
    """Give a time that the manifest holds.

    Raises:
        sqlite3.Error: damage made something else of it.
    """
    try:
        return None if number is None else _SINCE + timedelta(microseconds=number)
    except (OverflowError, TypeError) as error:
        raise sqlite3.DatabaseError("a time is lost") from error


def path_in(raw: object) -> str:
    """Give a path that the manifest holds.

    Raises:
        sqlite3.Error: damage made something else of it.
    """
    if not isinstance(raw, bytes):
        raise sqlite3.DatabaseError("the path of a log file is lost")
    return os.fsdecode(raw)


def count_in(raw: object) -> int:
    """Give a number that the manifest holds.

    Raises:
        sqlite3.Error: damage made something else of it.
    """
    if not isinstance(raw, int):
        raise sqlite3.DatabaseError("a number is lost")
    return raw


class Totals(NamedTuple):
    """What log files an archive holds, those that could not be read left out."""

    files: int
    size_bytes: int
    records: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """A manifest that is open for reading; as long as it is, no run that it names is removed.

    Attributes:
        folder: of the archive.
        runs: in the order in which they were written, as they were when it was opened.
        connection: to the database, which tells what is there now.
    """

    folder: Path
    runs: tuple[Run, ...]
    connection: sqlite3.Connection

    @property
    def runs_folder(self) -> Path:
        """The folder that holds a folder for each run."""
        return self.folder / RUNS

    def sources(self) -> list[str]:
        """Give the paths that the log files were found by, as they were named, made absolute."""
        return [path_in(path) for (path,) in self.connection.execute("SELECT path FROM source ORDER BY path")]

    def path_of(self, number: int) -> Path:
        """Give the path of a log file.

        Raises:
            sqlite3.Error: the manifest is damaged, so that it does not name it.
        """
        row = self.connection.execute("SELECT path FROM file WHERE number = ?", (number,)).fetchone()
        return Path(path_in(row[0] if row else None))

    def taken_in_since(self) -> int:
        """Count the records that were taken in since it was opened: they are in none of its runs."""
        (now,) = self.connection.execute("SELECT coalesce(sum(rows), 0) FROM run").fetchone()
        return int(now) - sum(run.rows for run in self.runs)

    def totals(self) -> Totals:
        """Count the log files that are held."""
        about = dict(self.connection.execute("SELECT name, value FROM about"))
        files, size_bytes = (count_in(about.get(name, 0)) for name in ("files", "size_bytes"))
        return Totals(files, size_bytes, sum(run.rows for run in self.runs))


@contextmanager
def open_manifest(folder: Path) -> Iterator[Manifest]:
    """Open an archive for reading.

    Raises:
        ArchiveError: there is none, it was made by a newer version, or its manifest is lost or damaged.
    """
    path = folder / ARCHIVE_MANIFEST
    refuse_without_manifest(folder)
    if not path.is_file():
        raise ArchiveError(f"{_what(folder)}, not an archive: it holds no {ARCHIVE_MANIFEST}", where=str(folder),
                           action=f"make one with: gdkit archive {folder} --trail LOGS")  # fmt: skip
    with ExitStack() as stack:
        try:
            stack.enter_context(locked(folder / RUNS, fcntl.LOCK_SH))
            connection = stack.enter_context(closing(_for_reading(path.absolute().as_uri())))
            check_format(folder, connection)
            manifest = Manifest(folder, tuple(runs_of(connection)), connection)
        except (sqlite3.Error, OSError, UnicodeError) as error:  # the last where SQLite quotes what it read
            raise damaged(folder, error) from error
        try:
            yield manifest
        except sqlite3.Error as error:
            raise damaged(folder, error) from error


def _for_reading(uri: str) -> sqlite3.Connection:
    """Open a database for reading; what a killed writer left half done is undone before, as every writer does.

    Source: SQLite, "Atomic Commit In SQLite", hot rollback journals; "Result and Error Codes".
    """
    connection = _opened(uri, "ro")
    try:
        connection.execute("PRAGMA user_version").fetchone()
    except sqlite3.OperationalError as error:
        connection.close()
        if error.sqlite_errorname != "SQLITE_READONLY_ROLLBACK":
            raise
        with closing(_opened(uri, "rw")) as undoing:
            undoing.execute("PRAGMA user_version").fetchone()
        return _opened(uri, "ro")
    return connection


def _opened(uri: str, mode: str) -> sqlite3.Connection:
    connection = sqlite3.connect(f"{uri}?mode={mode}", uri=True, timeout=BUSY_S)
    connection.text_factory = lambda raw: raw.decode(errors="replace")  # what damage left of a name leads nowhere
    return connection


@contextmanager
def locked(path: Path, how: int) -> Iterator[None]:
    """Hold a lock on a file or folder.

    Args:
        path: what is locked.
        how: as ``fcntl.flock`` takes it.

    Raises:
        OSError: it is not there; or somebody else holds a lock, and ``how`` says not to wait.
    """
    handle = os.open(path, os.O_RDONLY)
    try:
        fcntl.flock(handle, how)
        yield
    finally:
        os.close(handle)


def runs_of(connection: sqlite3.Connection) -> Iterator[Run]:
    """Give the runs that a manifest names, the oldest first.

    Raises:
        sqlite3.Error: it is damaged.
    """
    rows = connection.execute(  # one statement sees one state
        "SELECT run.number, run.name, run.rows, index_bytes, index_sha256, part.name, part.rows, size_bytes, sha256 "
        "FROM run LEFT JOIN part ON part.run = run.number ORDER BY run.number, part.number"
    )
    for (_, *own), parts in groupby(rows.fetchall(), key=lambda row: row[:5]):
        name, records, *index = own
        if not isinstance(name, str):
            raise sqlite3.DatabaseError("the name of a run is lost")
        yield Run(name, count_in(records), tuple(Part(*row[5:]) for row in parts if row[5] is not None), *index)


def unnamed_runs(folder: Path, connection: sqlite3.Connection) -> list[str]:
    """Give the finished runs that lie in an archive, and that its manifest does not know.

    They are there where an older manifest was put back. They can be all that is left of their log files, so they are
    told of and never removed.

    Raises:
        sqlite3.Error: the manifest is damaged.
    """
    lying = finished_in(folder / RUNS)  # before the manifest is asked: what is added meanwhile is known to it
    return sorted(lying - {run.name for run in runs_of(connection)} - set(needless_runs(connection)))


def needless_runs(connection: sqlite3.Connection) -> list[str]:
    """Give the runs that can be removed: those that were put together with others, and what a killed build left.

    Raises:
        sqlite3.Error: the manifest is damaged.
    """
    rows = connection.execute("SELECT name FROM about WHERE name GLOB ?", (f"{NEEDLESS}*",))
    return [name.removeprefix(NEEDLESS) for (name,) in rows]


def refuse_without_manifest(folder: Path) -> None:
    """Refuse an archive whose manifest is gone or empty while records lie in it.

    Raises:
        ArchiveError: so it is.
    """
    path = folder / ARCHIVE_MANIFEST
    if (not path.exists() or path.stat().st_size == 0) and (lying := finished_in(folder / RUNS)):
        raise lost(folder, f"its manifest, {ARCHIVE_MANIFEST}, is {'empty' if path.exists() else 'gone'}", len(lying))


def check_format(folder: Path, connection: sqlite3.Connection) -> None:
    """Refuse a database that is no manifest, or one of another format; formats before 3 were never released.

    Raises:
        ArchiveError: it is.
        sqlite3.Error: it is damaged.
    """
    (application,), (version,) = (connection.execute(f"PRAGMA {name}").fetchone()
                                  for name in ("application_id", "user_version"))  # fmt: skip
    if application != APPLICATION:
        raise ArchiveError("its manifest was not made by gdkit", where=str(folder), action="name another folder")
    if version > FORMAT:
        raise ArchiveError(f"its format {version} is that of a newer gdkit; this one knows {FORMAT}",
                           where=str(folder), action="update gdkit, or make another archive with this one")  # fmt: skip
    if version < FORMAT:
        raise ArchiveError(f"its format {version} is that of an older gdkit; this one knows {FORMAT}",
                           where=str(folder), action="make another archive of the same log files")  # fmt: skip


def _what(folder: Path) -> str:
    if folder.is_dir():
        return "this is a folder"
    return "this is a file" if folder.exists() else "there is nothing there"
