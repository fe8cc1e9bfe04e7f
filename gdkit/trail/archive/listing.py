"""Log files on disk, held against those that an archive holds: new, changed, gone."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from gdkit.errors import TrailError, UsageError
from gdkit.trail.archive.manifest import path_in
from gdkit.trail.archive.values import ToRead
from gdkit.trail.folders import LINK, NAME_IT, Unlisted, fault_of, is_gone, not_covered, state_of, walk
from gdkit.trail.ledger_places import named_place
from gdkit.trail.real_paths import RealPaths
from gdkit.trail.search.needles import in_order
from gdkit.trail.sources import find_files, is_log

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from gdkit.trail.archive.keeping import Held
    from gdkit.trail.archive.manifest import Manifest
    from gdkit.trail.sources import LogFile


_PUT_BACK = "put it back, or mount it, and bring the archive up to date"
_GET_LEAVE = "get leave to read it"


@dataclass(slots=True)
class Listing:
    """The log files that sources hold now. Each is known by the real path of its folder, whatever a source is called.

    Attributes:
        files: each once, with when it was changed last, by path.
        links: those of them that are symbolic links.
        passed_over: files that are no logs by their names.
        folders: all folders that can hold log files, with when they were changed last.
        unlisted: folders that were not listed, and remembered sources that are not there or hold no log file.
        whole: whether everything could be listed but for links to folders, and folders that a pattern matches.
    """

    files: dict[str, tuple[LogFile, int]] = field(default_factory=dict)
    links: set[str] = field(default_factory=set)
    passed_over: set[str] = field(default_factory=set)
    folders: dict[str, int] = field(default_factory=dict)
    unlisted: list[Unlisted] = field(default_factory=list)
    whole: bool = True


def list_logs(named: Sequence[str], known: Iterable[str]) -> Listing:
    """List the log files of sources.

    Args:
        named: sources that a person named now.
        known: sources that the archive was made of before; those that are gone stop nothing, and are told.

    Raises:
        UsageError: a source that is none of log files on disk.
        TrailError: a named one is not there, or holds no log file.
    """
    listing, lost, paths = Listing(), [], RealPaths()
    sources = list(dict.fromkeys([*named, *known]))
    for source in sources:
        try:
            _list(source, listing, paths)
        except TrailError as error:
            if source in named:
                raise
            lost.append(Unlisted(source, f"{error.problem}, so what came there is not in the archive", _PUT_BACK))
    listing.whole = not lost and all(one.todo == NAME_IT for one in listing.unlisted)
    there = set(sources) - {one.path for one in lost}
    listing.unlisted = [*lost, *not_covered(dict.fromkeys(listing.unlisted), there)]
    _name_targets(listing)
    return listing


def to_watch(listing: Listing, watched: Mapping[str, int], gone: Iterable[str]) -> tuple[dict[str, int], int]:
    """Give the folders to watch from now on, and count those of the files that are gone which none of them tells of.

    Where not everything could be listed, what was watched before is watched on, so that what comes there is noticed.

    Args:
        listing: what is there now.
        watched: the folders that were watched until now, with when they were changed last.
        gone: log files that CloudTrail delivered into folders, and that are not there any more.
    """
    kept = {} if listing.whole else {path: at for path, at in watched.items() if path not in listing.folders}
    return {**listing.folders, **kept}, sum(os.path.dirname(path) not in kept for path in gone)  # noqa: PTH120 - many


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
        unlisted: folders that cannot be looked into now, and links to folders in those that changed.
    """

    new: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    unlisted: tuple[Unlisted, ...] = ()


def changed_since(manifest: Manifest) -> Changes:
    """Look for changes without listing everything: in folders that changed, and at files that can be written again.

    CloudTrail does not write a delivered file again, so that a change inside one is seen by a check of all alone.

    Raises:
        sqlite3.Error: the manifest is damaged.
    """
    new: list[str] = []
    gone: list[str] = []
    unlisted: dict[str, Unlisted] = {}
    for raw, mtime_ns in manifest.connection.execute("SELECT path, mtime_ns FROM folder ORDER BY path").fetchall():
        folder = path_in(raw)
        if _changed_at(folder) != mtime_ns:
            now, before = _logs_in(folder, manifest, unlisted), _held_in(folder, manifest)
            new += sorted(_not_held(now - before, manifest))
            gone += sorted(before if is_gone(folder) else filter(is_gone, before - now))
    for source in manifest.sources():
        new += sorted(_not_held(_elsewhere(source, manifest, unlisted), manifest))
    changed = []
    held = "SELECT path, size_bytes, mtime_ns FROM file WHERE state = 'held' AND NOT settled ORDER BY number"
    for raw, size_bytes, mtime_ns in manifest.connection.execute(held):
        path = path_in(raw)
        found = state_of(path)
        if found is None and is_gone(path):
            gone.append(path)
        elif found is None:
            _note_hidden(path, unlisted)
        elif found != (size_bytes, mtime_ns):
            changed.append(path)
    told = not_covered(unlisted.values(), manifest.sources())
    return Changes(tuple(dict.fromkeys(new)), tuple(changed), tuple(dict.fromkeys(gone)), tuple(told))


def _list(source: str, listing: Listing, paths: RealPaths) -> None:
    real = paths.in_real_folder
    try:
        folders = _folders(source)  # before the files, so that what comes meanwhile is noticed later
        (found,) = find_files([source])
    except OSError as error:
        raise TrailError(f"it cannot be looked at: {error.strerror or error}", where=source,
                         action="see that it can be read") from error  # fmt: skip
    if found.archived:
        raise UsageError("an archive is made of log files", where=source, action="name those that it was made of")
    for file in found.files:
        path, state = real(file.path), state_of(file.path)
        known = file if path == file.path else file._replace(path=path)
        listing.files.setdefault(path, (known, state[1] if state else 0))
    listing.links.update(map(real, found.links))
    listing.passed_over.update(map(real, found.passed_over))
    listing.unlisted += (one._replace(path=real(one.path)) for one in found.unlisted)
    listing.folders |= folders


def _name_targets(listing: Listing) -> None:
    """Know a link by the file that it leads to, where that is in a listed folder; of others to one file, the first."""
    first: set[str] = set()
    for path in sorted(listing.links & listing.files.keys()):
        target = os.path.realpath(path)
        folder, name = os.path.split(target)
        is_listed = folder in listing.folders and is_log(name) and state_of(target) is not None
        if is_listed or target in listing.files or target in first:
            file, at = listing.files.pop(path)
            if is_listed:
                listing.files.setdefault(target, (file._replace(path=target, place=named_place(target)), at))
        first.add(target)


def _folders(source: str) -> dict[str, int]:
    """Give a folder and all that are in it, with when they were changed last; nothing for what is no folder."""
    return {one.path: at for one in walk(os.path.realpath(Path(source).expanduser()))
            if not one.archived and not one.problem and (at := _changed_at(one.path)) is not None}  # fmt: skip


def _changed_at(folder: str) -> int | None:
    state = state_of(folder)
    return state[1] if state else None


def _logs_in(folder: str, manifest: Manifest, unlisted: dict[str, Unlisted]) -> set[str]:
    """Give the log files that are in a folder now, with those of folders in it that the archive does not know."""
    logs: set[str] = set()
    for listed in walk(folder):
        if listed.path != folder and _is_known(listed.path, manifest):
            continue
        if listed.problem and not listed.gone:
            _note_hidden(listed.path, unlisted, listed.problem)
        unlisted |= {link: Unlisted(link, LINK, NAME_IT) for link in listed.links}
        logs.update(entry.path for entry in listed.files if is_log(entry.name))
    return logs


def _note_hidden(path: str, unlisted: dict[str, Unlisted], problem: str = "") -> None:
    """Note a folder that cannot be looked into: that, or the innermost around it that can be seen itself."""
    while (fault := fault_of(path)) is not None and path != os.path.dirname(path):  # noqa: PTH120 - as all paths here
        problem = fault.strerror or str(fault)
        path = os.path.dirname(path)  # noqa: PTH120
    unlisted.setdefault(path, Unlisted(path, f"what is in this folder cannot be looked at: {problem}", _GET_LEAVE))


def _elsewhere(source: str, manifest: Manifest, unlisted: dict[str, Unlisted]) -> set[str]:
    """Give the log files of a source that no watched folder tells of: a glob, or a link that leads elsewhere now."""
    real = os.path.realpath(source)
    if os.path.lexists(source):
        is_new = os.path.isdir(real) and not _is_known(real, manifest)  # noqa: PTH112 - pathlib's raises
        return _logs_in(real, manifest, unlisted) if is_new else set()
    try:
        return {file.path for one in find_files([source]) for file in one.files}
    except TrailError:  # it is gone, which the files that are held of it tell
        return set()
    except OSError as error:
        _note_hidden(error.filename or source, unlisted, error.strerror or str(error))
        return set()


def _not_held(paths: set[str], manifest: Manifest) -> set[str]:
    """Give those log files that the archive holds neither by their own path nor by that which a link leads to.

    Each is given once, by the real path of its folder.
    """
    asked = "SELECT 1 FROM file WHERE state = 'held' AND path IN (?, ?)"
    found = set(map(RealPaths().in_real_folder, paths))
    names = ((path, (os.fsencode(path), os.fsencode(os.path.realpath(path)))) for path in found)
    return {path for path, known in names if not manifest.connection.execute(asked, known).fetchone()}


def _is_known(folder: str, manifest: Manifest) -> bool:
    asked = "SELECT 1 FROM folder WHERE path = ?"
    return manifest.connection.execute(asked, (os.fsencode(folder),)).fetchone() is not None


def _held_in(folder: str, manifest: Manifest) -> set[str]:
    """Give the log files of a folder that the archive holds."""
    begin = os.fsencode(folder) + b"/"
    asked = "SELECT path FROM file WHERE state = 'held' AND path > ? AND path < ?"
    rows: Iterator[tuple[bytes]] = manifest.connection.execute(asked, (begin, begin[:-1] + b"0"))
    return {os.fsdecode(path) for (path,) in rows if b"/" not in path[len(begin) :]}
