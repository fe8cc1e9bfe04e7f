"""Folders listed with all that are in them: what is a file there, what is not, and what could not be listed."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

ARCHIVE_MANIFEST = "gdkit-archive.sqlite"
"""The file that tells an archive of log files from a folder of them."""

LINK = "this is a link to a folder, which is not followed"
NAME_IT = "name it as a source, too"

_GONE = (FileNotFoundError, NotADirectoryError)


class Listed(NamedTuple):
    """A folder as it was listed.

    Attributes:
        files: regular files in it, and links that lead nowhere, by name.
        others: paths of pipes, sockets and devices, which can make a reader wait for good.
        links: paths of links to folders, which are not followed: they can lead anywhere, and in circles.
        archived: whether it is an archive, which holds again what log files hold; its files are not listed then.
        problem: why it could not be listed.
        gone: that is because it is not there any more.
    """

    path: str
    files: tuple[os.DirEntry[str], ...] = ()
    others: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    archived: bool = False
    problem: str = ""
    gone: bool = False


class Unlisted(NamedTuple):
    """A folder that was not listed, why, and what to do."""

    path: str
    problem: str
    todo: str


def not_covered(unlisted: Iterable[Unlisted], sources: Iterable[str]) -> list[Unlisted]:
    """Leave out those folders that are listed under another name: in a folder that is a source itself."""
    reals = [os.path.realpath(Path(source).expanduser()) for source in sources]

    def is_covered(path: str) -> bool:
        return any(Path(os.path.realpath(path)).is_relative_to(real) for real in reals)

    return [one for one in unlisted if one.todo != NAME_IT or not is_covered(one.path)]


def walk(folder: str) -> Iterator[Listed]:
    """List a folder and all that are in it, each before those in it, in order; archives in it are named alone."""
    waiting = [folder]
    while waiting:
        path = waiting.pop()
        try:
            with os.scandir(path) as scanned:
                entries = sorted(scanned, key=lambda entry: entry.name)
        except OSError as error:
            yield Listed(path, problem=error.strerror or str(error), gone=isinstance(error, _GONE))
            continue
        if path != folder and any(entry.name == ARCHIVE_MANIFEST and entry.is_file() for entry in entries):
            yield Listed(path, archived=True)
            continue
        found = [entry for entry in entries if not entry.is_dir()]
        others = {entry.path for entry in found if not entry.is_file() and is_special(entry.path)}
        folders = [entry for entry in entries if entry.is_dir()]
        links = tuple(entry.path for entry in folders if entry.is_symlink())
        files = tuple(entry for entry in found if entry.path not in others)
        yield Listed(path, files, tuple(sorted(others)), links)
        waiting += (entry.path for entry in reversed(folders) if not entry.is_symlink())


def is_special(path: str | Path) -> bool:
    """Tell whether a path leads to a pipe, a socket or a device; what leads nowhere is told when it is read."""
    try:
        mode = os.stat(path).st_mode  # noqa: PTH116 - of very many files
    except OSError:
        return False
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))


def state_of(path: str) -> tuple[int, int] | None:
    """Give the size of a file or folder in bytes, and the time of its last change in ns; None where it is not there."""
    try:
        about = os.stat(path)  # noqa: PTH116 - of very many files
    except OSError:
        return None
    return about.st_size, about.st_mtime_ns


def fault_of(path: str) -> OSError | None:
    """Give what keeps one from looking at a file or folder; None where nothing does."""
    try:
        os.stat(path)  # noqa: PTH116 - of very many files
    except OSError as error:
        return error
    return None


def is_gone(path: str) -> bool:
    """Tell whether a file or folder is not there; what cannot be looked at for another reason may well be."""
    return isinstance(fault_of(path), _GONE)
