"""Log files on disk, held against those that an archive holds: new, changed, gone."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from gdkit.errors import TrailError, UsageError
from gdkit.trail.archive.manifest import path_in
from gdkit.trail.archive.values import ToRead
from gdkit.trail.folders import not_covered, state_of, walk
from gdkit.trail.search.needles import in_order
from gdkit.trail.sources import find_files, is_log

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from gdkit.trail.archive.keeping import Held
    from gdkit.trail.archive.manifest import Manifest
    from gdkit.trail.sources import LogFile


@dataclass(slots=True)
class Listing:
    """The log files that sources hold now.

    Attributes:
        files: each once, with when it was changed last, by path.
        passed_over: files that are no logs by their names.
        folders: all folders that can hold log files, with when they were changed last.
        gone: sources that are not there any more, or hold no log file.
    """

    files: dict[str, tuple[LogFile, int]] = field(default_factory=dict)
    passed_over: list[str] = field(default_factory=list)
    folders: dict[str, int] = field(default_factory=dict)
    gone: list[str] = field(default_factory=list)


def list_logs(named: Sequence[str], known: Iterable[str]) -> Listing:
    """List the log files of sources.

    Args:
        named: sources that a person named now.
        known: sources that the archive was made of before; those that are gone stop nothing.

    Raises:
        UsageError: a source that is none of log files on disk.
        TrailError: a named one is not there, or holds no log file.
    """
    listing = Listing()
    sources = list(dict.fromkeys([*named, *known]))
    for source in sources:
        try:
            _list(source, sources, listing)
        except TrailError:
            if source in named:
                raise
            listing.gone.append(source)
    return listing


def to_read(listing: Listing, held: Mapping[str, Held], number: int) -> list[ToRead]:
    """Give the files that are new, or differ from what is held by size or time, or could not be opened before.

    They are in the order of their delivery, so that what belongs together is read together.

    Args:
        listing: what is there now.
        held: what the archive holds, by path.
        number: for the first of them; the others follow.
    """
    found: list[tuple[LogFile, int, str]] = []
    for path, (file, mtime_ns) in listing.files.items():
        before = held.get(path)
        if before is None or not before.sha256 or (before.size_bytes, before.mtime_ns) != (file.size_bytes, mtime_ns):
            found.append((file, mtime_ns, before.sha256 if before else ""))
    ordered = (found[place] for place in in_order([file.place for file, _, _ in found]))
    return [ToRead(number + place, file.path, file.size_bytes, mtime_ns, file.named, sha256)
            for place, (file, mtime_ns, sha256) in enumerate(ordered)]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Changes:
    """What became of log files since they were taken in.

    Attributes:
        new: log files that are not in the archive.
        changed: those that differ by size or time.
        gone: those that are not where they were.
    """

    new: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()


def changed_since(manifest: Manifest) -> Changes:
    """Look for changes without listing everything: in folders that changed, and at files that can be written again.

    CloudTrail does not write a delivered file again, so that a change inside one is seen by a check of all alone.

    Raises:
        sqlite3.Error: the manifest is damaged.
    """
    new: list[str] = []
    gone: list[str] = []
    for raw, mtime_ns in manifest.connection.execute("SELECT path, mtime_ns FROM folder ORDER BY path").fetchall():
        folder = path_in(raw)
        if _changed_at(folder) != mtime_ns:
            now, before = _logs_in(folder, manifest), _held_in(folder, manifest)
            new += sorted(now - before)
            gone += sorted(before - now)
    for source in manifest.sources():
        if not os.path.lexists(source):  # a glob, or gone
            fitting = _files_of(source)
            new += sorted(fitting - _known(fitting, manifest))
    changed = []
    held = "SELECT path, size_bytes, mtime_ns FROM file WHERE state = 'held' AND NOT settled ORDER BY number"
    for raw, size_bytes, mtime_ns in manifest.connection.execute(held):
        path = path_in(raw)
        found = state_of(path)
        if found is None:
            gone.append(path)
        elif found != (size_bytes, mtime_ns):
            changed.append(path)
    return Changes(tuple(dict.fromkeys(new)), tuple(changed), tuple(dict.fromkeys(gone)))


def _list(source: str, sources: Sequence[str], listing: Listing) -> None:
    folders = _folders(Path(source).expanduser())  # before the files, so that what comes meanwhile is noticed later
    (found,) = find_files([source])
    if found.archived:
        raise UsageError("an archive is made of log files", where=source, action="name those that it was made of")
    for one in not_covered(found.unlisted, sources):
        raise TrailError(one.problem, where=one.path, action=f"{one.todo}, or name the other folders one by one")
    for file in found.files:
        state = state_of(file.path)
        listing.files.setdefault(file.path, (file, state[1] if state else 0))
    listing.passed_over += found.passed_over
    listing.folders |= folders


def _folders(path: Path) -> dict[str, int]:
    """Give a folder and all that are in it, with when they were changed last; nothing for what is no folder."""
    return {one.path: at for one in walk(str(path)) if not one.archived and (at := _changed_at(one.path)) is not None}


def _changed_at(folder: str) -> int | None:
    state = state_of(folder)
    return state[1] if state else None


def _logs_in(folder: str, manifest: Manifest) -> set[str]:
    """Give the log files that are in a folder now, with those of folders in it that the archive does not know."""
    return {
        entry.path
        for listed in walk(folder)
        if listed.path == folder or not _is_known(listed.path, manifest)
        for entry in listed.files
        if is_log(entry.name)
    }


def _files_of(source: str) -> set[str]:
    """Give the log files that a glob fits now."""
    try:
        return {file.path for one in find_files([source]) for file in one.files}
    except TrailError:
        return set()


def _known(paths: set[str], manifest: Manifest) -> set[str]:
    """Give those log files that the archive holds."""
    asked = "SELECT 1 FROM file WHERE state = 'held' AND path = ?"
    return {path for path in paths if manifest.connection.execute(asked, (os.fsencode(path),)).fetchone()}


def _is_known(folder: str, manifest: Manifest) -> bool:
    asked = "SELECT 1 FROM folder WHERE path = ?"
    return manifest.connection.execute(asked, (os.fsencode(folder),)).fetchone() is not None


def _held_in(folder: str, manifest: Manifest) -> set[str]:
    """Give the log files of a folder that the archive holds."""
    begin = os.fsencode(folder) + b"/"
    asked = "SELECT path FROM file WHERE state = 'held' AND path > ? AND path < ?"
    rows: Iterator[tuple[bytes]] = manifest.connection.execute(asked, (begin, begin[:-1] + b"0"))
    return {os.fsdecode(path) for (path,) in rows if b"/" not in path[len(begin) :]}
