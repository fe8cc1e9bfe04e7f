"""What files a source means: a folder, a file or a glob, each file once and in a fixed order."""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, NamedTuple

from gdkit.errors import TrailError, UsageError
from gdkit.trail.folders import ARCHIVE_MANIFEST, LINK, NAME_IT, Unlisted, is_special, not_covered, walk
from gdkit.trail.ledger_places import named_place
from gdkit.trail.named import ARCHIVE, ARCHIVED, LOOKUP, Archive, Files, Source, parse_source
from gdkit.trail.real_paths import RealPaths, shown_path

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gdkit.trail.ledger_places import Archived, NamedPlace

__all__ = ["LOOKUP", "LogFile", "Source", "SourceFiles", "find_files"]

LOOKUP_PLAN, FETCH_PLAN = "lookup-plan.json", "fetch-plan.json"
"""The plan files of a look-up's folder and of a fetch's: they tell the folder's kind, and are no logs."""

FETCH_ANSWER, FETCH_STATE = "fetch-answer.json", "fetch-state.json.gz"
"""What else a fetch keeps for itself in its folder: what it gave, and how far it is."""

_OF_A_FETCH = frozenset({LOOKUP_PLAN, FETCH_PLAN, FETCH_ANSWER, FETCH_STATE})

_LOG_SUFFIXES = frozenset({".json", ".jsonl", ".ndjson", ".csv", ".log", ".gz", ".txt", ""})
_PLAIN_TEXT_SUFFIXES = frozenset({".log", ".txt", ""})
_MAGIC = re.compile(r"[*?\[]")
_MATCHED = "the pattern matches this folder, and not what is in it"


class LogFile(NamedTuple):
    """One file to read; there may be very many.

    Attributes:
        named: given by its own name, so it is always tried and always answered for.
        place: account, region and time that it is named for; None where its name is none of a trail's.
    """

    path: str
    size_bytes: int
    named: bool
    place: NamedPlace | None

    @property
    def may_be_prose(self) -> bool:
        """Whether plain text in it is no loss: it stood in a folder and its name does not promise a log."""
        suffixes = [suffix.lower() for suffix in PurePath(self.path).suffixes]
        last = suffixes[-1] if suffixes else ""
        if last == ".gz":
            last = suffixes[-2] if len(suffixes) > 1 else ""
        return not self.named and last in _PLAIN_TEXT_SUFFIXES


def log_file(path: str, size_bytes: int, *, named: bool) -> LogFile:
    """Give a file to read, with what its name tells."""
    return LogFile(path, size_bytes, named, named_place(path))


@dataclass(slots=True)
class SourceFiles:
    """The files of one source, and what was passed over because of its name, or because it is no regular file.

    Attributes:
        kind: ``lookup`` for a folder that a look-up of the event history filled, ``s3`` and others for one that a fetch
            filled, ``archive`` for an archive, else ``files``.
        with_data: accounts whose data events the source of a fetch is known to hold, whether or not any was fetched; an
            empty text where it is not known whose.
        archived: what an archive holds; None for files.
        asked: whether of an archive only what a question asks for is read.
        links: files that are symbolic links.
        unlisted: folders that were not listed.
    """

    source: str
    kind: str = "files"
    with_data: frozenset[str] = frozenset()
    files: list[LogFile] = field(default_factory=list)
    passed_over: list[str] = field(default_factory=list)
    archived: Archived | None = None
    asked: bool = False
    links: set[str] = field(default_factory=set)
    unlisted: list[Unlisted] = field(default_factory=list)


def find_files(sources: Source | Iterable[Source]) -> list[SourceFiles]:
    """Give the files that each source means; a file that two sources share belongs to the first.

    Raises:
        UsageError: no source, or one that is not on disk.
        TrailError: a path that does not exist, a source without a file, or an archive that cannot be used.
    """
    listed = [sources] if isinstance(sources, str | os.PathLike) else list(sources)
    if not listed:
        raise UsageError("no source of events was given", action="name a folder, a file or a glob.")
    found = [_found(source) for source in listed]
    for one in found:
        one.unlisted = not_covered(one.unlisted, (other.source for other in found))
    is_new = RealPaths().is_new
    for one in found:
        one.files = [file for file in one.files if is_new(file.path, is_link=file.path in one.links)]
    return found


def _found(source: object) -> SourceFiles:
    named = parse_source(source)
    if isinstance(named, Files):
        return _files_of(named.text)
    if isinstance(named, Archive):
        from gdkit.trail.archive.contents import archived_in  # noqa: PLC0415 - loads Arrow, which few runs need

        archived = archived_in(Path(named.folder).expanduser())
        return SourceFiles(named.text, ARCHIVED, archived.with_data, archived=archived)
    action = "copy the log files with 'aws s3 sync s3://BUCKET/AWSLogs/ FOLDER' and name the folder."
    raise UsageError("only files can be read here", where=named.text, action=action)


def _files_of(source: str) -> SourceFiles:
    path = Path(source).expanduser()
    result = SourceFiles(shown_path(source))
    if is_archive(path):
        raise TrailError("this folder is an archive of log files", where=source, action=f"name it {ARCHIVE}{source}")
    if path.is_dir():
        _add_folder(path, result)
    elif is_special(path):
        raise TrailError("this is a pipe, a socket or a device, which cannot be read twice", where=source,
                         action="write what comes from it to a file, and name that.")  # fmt: skip
    elif os.path.lexists(path):
        _add_named(path, result)
    elif _MAGIC.search(source):
        _add_matches(path, result)
    else:
        raise TrailError("there is no such file or folder", where=source, action="check the path.")
    if not result.files:
        others = len(result.passed_over)
        aside = f" ({others} files are no logs by their name, or no regular files)" if others else ""
        aside += "".join(f"; {one.path}: {one.problem}" for one in result.unlisted[:1])
        raise TrailError(f"no file with CloudTrail events was found there{aside}", where=source,
                         action="name the folder that holds the .json.gz, .json, .jsonl or .csv files.")  # fmt: skip
    return result


def _add_folder(folder: Path, result: SourceFiles) -> None:
    top = os.fspath(folder)
    for listed in walk(top):
        if listed.archived:
            result.passed_over.append(_plain(listed.path))
        if listed.problem:
            problem = f"the folder cannot be listed: {listed.problem}"
            result.unlisted.append(Unlisted(_plain(listed.path), problem, "get leave to read it"))
        result.unlisted += (Unlisted(_plain(link), LINK, NAME_IT) for link in listed.links)
        result.passed_over += map(_plain, listed.others)
        for entry in listed.files:
            if entry.name in (LOOKUP_PLAN, FETCH_PLAN) and listed.path == top:
                _read_plan(Path(entry.path), result)
            elif is_log(entry.name):
                _add_entry(entry, result)
            elif entry.name not in _OF_A_FETCH:
                result.passed_over.append(_plain(entry.path))


def _add_entry(entry: os.DirEntry[str], result: SourceFiles) -> None:
    try:
        size_bytes = entry.stat().st_size
    except OSError:
        size_bytes = 0
    path = _plain(entry.path)
    if entry.is_symlink():
        result.links.add(path)
    result.files.append(log_file(path, size_bytes, named=False))


def _plain(path: str) -> str:
    """Give a path as ``pathlib`` writes it: of the folder that one is in, the name alone."""
    return path.removeprefix(f"{os.curdir}{os.sep}")


def is_archive(folder: Path) -> bool:
    """Tell whether a folder is an archive of log files."""
    return (folder / ARCHIVE_MANIFEST).is_file()


def _read_plan(path: Path, result: SourceFiles) -> None:
    """Take over what a plan file says of its folder; one that cannot be understood leaves it a folder of files."""
    if path.name == LOOKUP_PLAN:
        result.kind = "lookup"
        return
    try:
        about = json.loads(path.read_text(encoding="utf-8"))
        result.kind, result.with_data = str(about["kind"]), frozenset(map(str, about["with_data"]))
    except (OSError, ValueError, KeyError, TypeError):
        result.kind = "files"


def is_log(name: str) -> bool:
    """Tell whether a file that stands in a folder is a log by its name."""
    if name.startswith(".") or name in _OF_A_FETCH:
        return False
    return name.endswith(".gz") or (PurePath(name).suffix.lower() in _LOG_SUFFIXES and not _is_prose(name))


def _is_prose(name: str) -> bool:
    return name.upper() in {"LICENSE", "LICENCE", "README", "NOTICE", "COPYING", "CHANGELOG", "MAKEFILE"}


def _add_matches(pattern: Path, result: SourceFiles) -> None:
    parts = pattern.parts
    first = next(number for number, part in enumerate(parts) if _MAGIC.search(part))
    base = Path(*parts[:first])
    matches = base.glob(str(Path(*parts[first:]))) if base.is_dir() else ()
    for path in sorted(set(matches)):
        if path.is_file():
            _add_named(path, result)
        elif is_special(path):
            result.passed_over.append(os.fspath(path))
        elif path.is_dir() and parts[-1] != "**":
            result.unlisted.append(Unlisted(os.fspath(path), _MATCHED, NAME_IT))
        elif path.is_dir():
            for entry in sorted(os.scandir(path), key=lambda entry: entry.name):
                if entry.is_file():
                    _add_entry(entry, result)
                elif is_special(entry.path):
                    result.passed_over.append(entry.path)


def _add_named(path: Path, result: SourceFiles) -> None:
    try:
        size_bytes = path.stat().st_size
    except OSError:
        size_bytes = 0
    if path.is_symlink():
        result.links.add(os.fspath(path))
    result.files.append(log_file(os.fspath(path), size_bytes, named=True))
