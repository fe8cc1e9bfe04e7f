"""An archive opened for writing: made where there is none, and by one process at a time."""

from __future__ import annotations

import fcntl
import sqlite3
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from gdkit.errors import ArchiveError
from gdkit.trail.archive.faults import not_written
from gdkit.trail.archive.keeping import Keeper
from gdkit.trail.archive.manifest import (
    APPLICATION,
    BUSY_S,
    FORMAT,
    RUNS,
    SCHEMA,
    check_format,
    locked,
    refuse_without_manifest,
)
from gdkit.trail.folders import ARCHIVE_MANIFEST

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_LOCK = "writer.lock"


@contextmanager
def open_keeper(folder: Path) -> Iterator[Keeper]:
    """Open an archive for writing; it is made where there is none.

    Raises:
        ArchiveError: somebody else is writing it, the folder holds something else, it was made by a newer version, its
            manifest was lost or is damaged, or it cannot be written.
    """
    try:
        refuse_without_manifest(folder)
        _make(folder)
        with ExitStack() as stack:
            stack.enter_context(_alone(folder))
            connection = sqlite3.connect(folder / ARCHIVE_MANIFEST, timeout=BUSY_S, isolation_level=None)
            stack.callback(connection.close)
            _begin(folder, connection)
            keeper = Keeper(folder, connection)
            keeper.remove_leftovers()
            yield keeper
    except (sqlite3.Error, OSError) as error:
        raise not_written(folder, error) from error


def _make(folder: Path) -> None:
    """Make the folder of an archive, for its owner alone.

    Raises:
        ArchiveError: it holds something else.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not (folder / ARCHIVE_MANIFEST).exists() and any(path.name not in (RUNS, _LOCK) for path in folder.iterdir()):
        raise ArchiveError("this folder holds other things, so no archive is made in it", where=str(folder),
                           action="name a folder that does not exist yet")  # fmt: skip
    (folder / RUNS).mkdir(mode=0o700, exist_ok=True)
    (folder / _LOCK).touch(mode=0o600)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    with ExitStack() as stack:
        try:
            stack.enter_context(locked(folder / _LOCK, fcntl.LOCK_EX | fcntl.LOCK_NB))
        except BlockingIOError:
            raise ArchiveError(
                "another process is writing this archive now",
                where=str(folder),
                action="wait until it is done; meanwhile the archive can be asked",
            ) from None
        yield


def _begin(folder: Path, connection: sqlite3.Connection) -> None:
    """See that the database is a manifest, and make it one where it is empty."""
    if connection.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,):
        (folder / ARCHIVE_MANIFEST).chmod(0o600)
        connection.executescript(f"BEGIN; {SCHEMA} PRAGMA application_id = {APPLICATION}; "
                                 f"PRAGMA user_version = {FORMAT}; COMMIT;")  # fmt: skip
    check_format(folder, connection)
