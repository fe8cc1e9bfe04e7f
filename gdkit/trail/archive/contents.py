"""What an archive holds, and what it does not: told each time it is asked, whatever is asked of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gdkit.model import Unread
from gdkit.trail.archive.listing import changed_since
from gdkit.trail.archive.manifest import count_in, open_manifest, path_in, time_of, unnamed_runs
from gdkit.trail.ledger_places import Archived, NamedFiles, PlaceTally

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path

    from gdkit.trail.archive.manifest import Manifest
    from gdkit.trail.archive.reading import Reader
    from gdkit.trail.ledger import Ledger
    from gdkit.trail.ledger_places import PlaceKey

_ODD = """
    SELECT path, kind, line, text, times FROM odd CROSS JOIN file ON file.number = odd.file WHERE state = 'held'
    ORDER BY path, odd.rowid
"""
"""A cross join begins with what is left of it. Source: SQLite, "The SQLite Query Optimizer Overview"."""
_PLACES = "SELECT account_id, region, category, records, hidden, first_at, last_at, data_events FROM place"
_NAMED = "SELECT account_id, region, files, first_at, last_at FROM named"
_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Summary:
    """An archive in numbers.

    Attributes:
        files: log files in it, those that could not be read left out, with their bytes and records.
        archive_bytes: what it takes on disk, its manifest left out.
        unread: folders and sources that could not be listed, and places in log files that could not be read.
    """

    files: int
    size_bytes: int
    records: int
    archive_bytes: int
    accounts: tuple[str, ...]
    regions: tuple[str, ...]
    first_at: datetime | None
    last_at: datetime | None
    unread: tuple[Unread, ...]


def summary_of(folder: Path) -> Summary:
    """Say what an archive holds, for a person.

    Raises:
        ArchiveError: there is none, it was made by a newer version, or its manifest is damaged.
    """
    archived = archived_in(folder)
    with open_manifest(folder) as manifest:
        odd = manifest.connection.execute(_ODD)
        damaged = [Unread(path_in(path), line, text) for path, kind, line, text, _ in odd if kind == "problem"]
        return Summary(
            archived.files,
            archived.size_bytes,
            archived.records,
            sum(run.size_bytes for run in manifest.runs),
            tuple(sorted({account_id for account_id, _, _ in archived.places if account_id})),
            tuple(sorted({region for _, region, _ in archived.places if region})),
            min((place.first_at for place in archived.places.values() if place.first_at), default=None),
            max((place.last_at for place in archived.places.values() if place.last_at), default=None),
            (*_unlisted(manifest), *damaged),
        )


def archived_in(folder: Path) -> Archived:
    """Give what an archive holds.

    Raises:
        ArchiveError: there is none, it was made by a newer version, or its manifest is damaged.
    """
    with open_manifest(folder) as manifest:
        places = dict(map(_place, manifest.connection.execute(_PLACES)))
        named = dict(map(_named_files, manifest.connection.execute(_NAMED)))
        return Archived(folder, *manifest.totals(), places, named)


def _place(row: tuple[Any, ...]) -> tuple[PlaceKey, PlaceTally]:
    account_id, region, category, records, hidden, first_at, last_at, data_events = row
    key = (account_id or None, region or None, category or None)
    return key, PlaceTally(count_in(records), count_in(hidden), time_of(first_at), time_of(last_at), bool(data_events))


def _named_files(row: tuple[Any, ...]) -> tuple[tuple[str, str], NamedFiles]:
    account_id, region, files, first_at, last_at = row
    return (account_id, region), NamedFiles(count_in(files), 0, time_of(first_at), time_of(last_at))


def book(ledger: Ledger, source: int, archived: Archived, manifest: Manifest, reader: Reader) -> None:
    """Tell a ledger what was in the log files of an archive that is no record, and what the archive lacks.

    Args:
        ledger: the books of a load or search.
        source: number of the archive among its sources.
        archived: what the archive holds.
        manifest: of the archive.
        reader: what read it.

    Raises:
        ArchiveError, sqlite3.Error: the manifest is damaged.
    """
    ledger.file_read(source, archived.size_bytes, archived.files)
    if archived.records:
        ledger.others_seen()
    for (path,) in manifest.connection.execute("SELECT path FROM passed_over ORDER BY path"):
        ledger.passed_over(path_in(path))
    for one in _unlisted(manifest):
        ledger.unread(one.file, one.line, one.reason)
    for path, kind, line, text, times in manifest.connection.execute(_ODD):
        _book_odd(ledger, path_in(path), kind, (line, text, times))
    for file, line in sorted(reader.too_deep):
        ledger.unread(str(manifest.path_of(file)), line, "a record nested too deeply")
    for path, reason in sorted(reader.damage.items()):
        ledger.unread(str(path), None, f"this part of the archive is damaged or gone ({reason}), so its records are "
                      f"not seen; see what is whole with: gdkit archive {archived.folder} --check")  # fmt: skip
    name = f"archive {archived.folder}"
    if reader.stopped:
        ledger.not_reached(f"{name}: parts of it")
    if grown := manifest.taken_in_since():
        ledger.not_reached(f"{name}: {grown:,} records", "they were taken in while it was read; ask it again")
    if left := _left(manifest):
        ledger.not_reached(f"{name}: {_files(left)}", "the archive was not made to its end; "
                           f"go on with: gdkit archive {archived.folder}")  # fmt: skip
    else:
        _book_changes(ledger, name, archived, manifest)
        _book_unnamed(ledger, name, archived.folder, manifest)


def _book_odd(ledger: Ledger, path: str, kind: Any, what: tuple[int | None, str, int]) -> None:
    line, text, times = what
    if kind == "problem":
        ledger.unread(path, line, text, times)
    elif kind == "digest":
        ledger.digest(times)
    elif kind == "prose":
        ledger.passed_over(path)
    else:
        ledger.note(kind, path, line, times)


def _unlisted(manifest: Manifest) -> list[Unread]:
    rows = manifest.connection.execute("SELECT path, problem, todo FROM unlisted ORDER BY rowid")
    return [Unread(path_in(path), None, f"{problem}: {todo}") for path, problem, todo in rows]


def _left(manifest: Manifest) -> int:
    return _counted(manifest, "left")


def _counted(manifest: Manifest, name: str) -> int:
    row = manifest.connection.execute("SELECT value FROM about WHERE name = ?", (name,)).fetchone()
    return count_in(row[0]) if row else 0


def _book_changes(ledger: Ledger, name: str, archived: Archived, manifest: Manifest) -> None:
    changes = changed_since(manifest)
    update = f"take them in with: gdkit archive {archived.folder}"
    if changes.new:
        ledger.not_reached(f"{name}: {_named(changes.new)} that came after it was made", update)
    if changes.changed:
        ledger.not_reached(f"{name}: {_named(changes.changed)} that changed after it was made", update)
    told = {one.file for one in _unlisted(manifest)}
    for one in changes.unlisted:
        if one.path not in told:
            ledger.unread(one.path, None, f"{one.problem}: {one.todo}")
    if changes.gone:
        ledger.warn(f"{name}: {_named(changes.gone)} not on disk any more; what was read of them is in the archive.")
    if gone := _counted(manifest, "gone"):
        ledger.warn(f"{name}: {_files(gone)} not on disk any more when it was last brought up to date; what was read "
                    "of them is in the archive.")  # fmt: skip


def _book_unnamed(ledger: Ledger, name: str, folder: Path, manifest: Manifest) -> None:
    if unnamed := unnamed_runs(folder, manifest.connection):
        runs = "1 run" if len(unnamed) == 1 else f"{len(unnamed):,} runs"
        ledger.not_reached(f"{name}: {runs} of records that its manifest does not name",
                           "an older manifest was put back, or a build was killed just when it named them; "
                           f"what to do is told by: gdkit archive {folder} --check")  # fmt: skip


def _named(paths: Sequence[str]) -> str:
    more = ", …" if len(paths) > _SHOWN else ""
    return f"{_files(len(paths))} ({', '.join(paths[:_SHOWN])}{more})"


def _files(count: int) -> str:
    return "1 log file" if count == 1 else f"{count:,} log files"
