"""The manifest while an archive is written: one writer at a time, and every change whole or not at all."""

from __future__ import annotations

import fcntl
import os
import shutil
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from gdkit.model import utc_text
from gdkit.trail.archive.faults import lost
from gdkit.trail.archive.folders import finished, finished_in, finished_name, unfinished_in
from gdkit.trail.archive.manifest import (
    NEEDLESS,
    RUNS,
    locked,
    needless_runs,
    number_of,
    runs_of,
    unnamed_runs,
)
from gdkit.trail.ledger_places import is_delivered, named_place

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from gdkit.trail.archive.listing import Listing
    from gdkit.trail.archive.values import Batch, FileRead, Run
    from gdkit.trail.ledger_places import PlaceKey, PlaceTally

_WIDER = """
    first_at = min(coalesce(first_at, excluded.first_at), coalesce(excluded.first_at, first_at)),
    last_at = max(coalesce(last_at, excluded.last_at), coalesce(excluded.last_at, last_at))
"""
_ADD_COUNT = "INSERT INTO about VALUES(?, ?) ON CONFLICT DO UPDATE SET value = value + excluded.value"
_ADD_NAMED = f"INSERT INTO named VALUES(?, ?, 1, ?, ?) ON CONFLICT DO UPDATE SET files = files + 1, {_WIDER}"
_ADD_PLACE = f"""
    INSERT INTO place VALUES(?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET records = records + excluded.records,
    hidden = hidden + excluded.hidden, data_events = data_events OR excluded.data_events, {_WIDER}
"""


class Held(NamedTuple):
    """A log file that is in the archive.

    Attributes:
        sha256: empty where it could not be opened.
        readable: whether it counts as read.
        settled: whether a watched folder alone tells what becomes of it; see ``manifest.SCHEMA``.
    """

    number: int
    size_bytes: int
    mtime_ns: int
    sha256: str
    readable: int
    settled: int


class Keeper:
    """Writes the manifest of an archive.

    Args:
        folder: of the archive.
        connection: to the database.
    """

    def __init__(self, folder: Path, connection: sqlite3.Connection) -> None:
        self.folder = folder
        self._runs_folder = folder / RUNS
        self._connection = connection

    def runs(self) -> list[Run]:
        """Give the runs, the oldest first."""
        return list(runs_of(self._connection))

    def unnamed(self) -> list[str]:
        """Give the finished runs that the manifest does not know; see ``manifest.unnamed_runs``."""
        return unnamed_runs(self.folder, self._connection)

    def sources(self) -> list[str]:
        """Give the paths that log files are found by."""
        return [os.fsdecode(path) for (path,) in self._connection.execute("SELECT path FROM source ORDER BY path")]

    def held(self) -> dict[str, Held]:
        """Give the log files that are held, by path."""
        rows = "SELECT path, number, size_bytes, mtime_ns, sha256, readable, settled FROM file WHERE state = 'held'"
        return {os.fsdecode(path): Held(*row) for path, *row in self._connection.execute(rows)}

    def next_number(self) -> int:
        """Give the first number that no log file has."""
        (number,) = self._connection.execute("SELECT coalesce(max(number), 0) + 1 FROM file").fetchone()
        return int(number)

    def watched(self) -> dict[str, int]:
        """Give the folders that were listed when everything was taken in last, with when they were changed last."""
        rows = "SELECT path, mtime_ns FROM folder"
        return {os.fsdecode(path): at for path, at in self._connection.execute(rows)}

    def begin(self, sources: Iterable[str], listing: Listing, left: int) -> None:
        """Note what is about to be taken in: until it is, the archive says that it is not whole.

        Args:
            sources: what log files are found by.
            listing: what they hold now.
            left: log files that are to be read.
        """
        with self._writing():
            self._connection.executemany("INSERT OR IGNORE INTO source VALUES(?)", _paths(sources))
            self._connection.execute("DELETE FROM passed_over")
            self._connection.executemany("INSERT INTO passed_over VALUES(?)", _paths(listing.passed_over))
            self._connection.execute("DELETE FROM unlisted")
            self._connection.executemany("INSERT INTO unlisted VALUES(?, ?, ?)",
                                         [(os.fsencode(path), *why) for path, *why in listing.unlisted])  # fmt: skip
            self._connection.execute("INSERT OR REPLACE INTO about VALUES('left', ?)", (left,))

    def finish(self, folders: Mapping[str, int], gone: int) -> None:
        """Note that everything was taken in.

        Args:
            folders: when the folders that hold log files were changed last, by the file system.
            gone: log files that are held, and are no longer in those of the folders that were listed.
        """
        with self._writing():
            self._connection.execute("DELETE FROM folder")
            self._connection.executemany("INSERT INTO folder VALUES(?, ?)",
                                         [(os.fsencode(path), at) for path, at in folders.items()])  # fmt: skip
            self._connection.executemany("INSERT OR REPLACE INTO about VALUES(?, ?)",
                                         [("finished_at", _now()), ("gone", gone)])  # fmt: skip

    def add(self, batch: Batch, before: Mapping[int, Held]) -> list[Run]:
        """Take in files that were read, with their runs, which are given as they are named now.

        Args:
            batch: the files and their runs.
            before: the earlier reading of each file that was read before, by the new number.
        """
        with self._finishing(batch.runs) as runs:
            for read in batch.files:
                earlier = before.get(read.file.number)
                if read.same and earlier is not None:
                    self._connection.execute("UPDATE file SET size_bytes = ?, mtime_ns = ? WHERE number = ?",
                                             (read.file.size_bytes, read.file.mtime_ns, earlier.number))  # fmt: skip
                else:
                    self._add_file(read, earlier)
            for run in runs:
                self._add_run(run)
            self._add_places(batch.places)
            self._count("left", -len(batch.files))
        return runs

    def replace(self, old: Sequence[Run], new: Run) -> Run:
        """Put one run in the place of others, and remove those from the disk unless somebody reads them now."""
        with self._finishing([new]) as (run_now,):
            for run in old:
                (number,) = self._connection.execute("SELECT number FROM run WHERE name = ?", (run.name,)).fetchone()
                self._connection.execute("DELETE FROM part WHERE run = ?", (number,))
                self._connection.execute("DELETE FROM run WHERE number = ?", (number,))
            self._note_needless(run.name for run in old)
            self._add_run(run_now)
        self._remove(needless_runs(self._connection))
        return run_now

    def remove_leftovers(self) -> None:
        """Remove what builds left that were killed, and runs that were put together; not while any are being written.

        Raises:
            ArchiveError: there are runs, and none of them is one that the manifest names: it is not theirs.
        """
        unnamed = self.unnamed()
        if unnamed and not self._named() & finished_in(self._runs_folder):
            raise lost(self.folder, "its manifest names nothing of what lies there", len(unnamed))
        self._remove([*unfinished_in(self._runs_folder), *needless_runs(self._connection)])

    @contextmanager
    def _finishing(self, runs: Sequence[Run]) -> Iterator[list[Run]]:
        """Give runs the names of finished ones, for a change of the manifest that names them.

        Until that change they are noted as needless: a build that is killed in between leaves nothing to wonder about.
        """
        names = [finished_name(run.name) for run in runs]
        with self._writing():
            self._note_needless(names)
        with finished(self._runs_folder, runs, self._named) as lasting, self._writing():
            yield lasting
            self._connection.executemany("DELETE FROM about WHERE name = ?", [(f"{NEEDLESS}{name}",) for name in names])

    def _note_needless(self, names: Iterable[str]) -> None:
        self._connection.executemany("INSERT OR REPLACE INTO about VALUES(?, 1)",
                                     [(f"{NEEDLESS}{name}",) for name in names])  # fmt: skip

    def _named(self) -> set[str]:
        return {run.name for run in self.runs()}

    def _remove(self, names: Iterable[str]) -> None:
        """Remove folders of runs, unless somebody reads the archive now: then the next build does it."""
        with suppress(BlockingIOError), locked(self._runs_folder, fcntl.LOCK_EX | fcntl.LOCK_NB):
            for name in names:
                shutil.rmtree(self._runs_folder / name, ignore_errors=True)
                if not (self._runs_folder / name).exists():
                    self._connection.execute("DELETE FROM about WHERE name = ?", (f"{NEEDLESS}{name}",))

    @contextmanager
    def _writing(self) -> Iterator[None]:
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")

    def _add_file(self, read: FileRead, before: Held | None) -> None:
        file = read.file
        if before is not None:
            self._connection.execute("UPDATE file SET state = 'replaced' WHERE number = ?", (before.number,))
            self._count("files", -before.readable)
            self._count("size_bytes", -before.size_bytes * before.readable)
        self._count("files", read.readable)
        self._count("size_bytes", file.size_bytes * read.readable)
        self._connection.execute(
            "INSERT INTO file VALUES(?, ?, ?, ?, ?, ?, ?, ?, 'held', ?)",
            (file.number, os.fsencode(file.path), file.size_bytes, file.mtime_ns, read.sha256, read.records,
             read.readable, _now(), is_delivered(file.path) and not file.named),
        )  # fmt: skip
        self._connection.executemany("INSERT INTO odd VALUES(?, ?, ?, ?, ?)", [(file.number, *odd) for odd in read.odd])
        place = named_place(file.path)
        if place is not None and before is None:
            at = number_of(place.at)
            self._connection.execute(_ADD_NAMED, (place.account_id, place.region, at, at))

    def _count(self, name: str, more: int) -> None:
        self._connection.execute(_ADD_COUNT, (name, more))

    def _add_run(self, run: Run) -> None:
        added = self._connection.execute("INSERT INTO run(name, rows, index_bytes, index_sha256) VALUES(?, ?, ?, ?)",
                                         (run.name, run.rows, run.index_bytes, run.index_sha256))  # fmt: skip
        parts = [(added.lastrowid, number, *part) for number, part in enumerate(run.parts)]
        self._connection.executemany("INSERT INTO part VALUES(?, ?, ?, ?, ?, ?)", parts)

    def _add_places(self, places: Mapping[PlaceKey, PlaceTally]) -> None:
        for key, place in places.items():
            counted = (place.records, place.hidden, number_of(place.first_at), number_of(place.last_at),
                       place.data_events)  # fmt: skip
            self._connection.execute(_ADD_PLACE, (*(text or "" for text in key), *counted))


def _now() -> str | None:
    return utc_text(datetime.now(UTC))


def _paths(paths: Iterable[str]) -> list[tuple[bytes]]:
    return [(os.fsencode(path),) for path in paths]
