"""Names of very many files: which were seen already, and how a name is shown."""

from __future__ import annotations

import os
from pathlib import Path


def shown_path(path: str) -> str:
    """Give a path as text that can be written anywhere: what in it is no text is written out."""
    return path if path.isascii() else path.encode(errors="backslashreplace").decode()


class RealPaths:
    """The real paths of the files that were seen; each folder is resolved once."""

    def __init__(self) -> None:
        self._seen: set[str] = set()
        self._folders: dict[str, str] = {}

    def is_new(self, path: str, *, is_link: bool) -> bool:
        """Tell whether a file was not seen yet under any name, and note that it was."""
        real = os.path.realpath(path) if is_link else self.in_real_folder(path)
        if real in self._seen:
            return False
        self._seen.add(real)
        return True

    def in_real_folder(self, path: str) -> str:
        """Give the path of a file by the real path of its folder; a link to a file stays what it is."""
        folder, _, name = path.rpartition(os.sep)
        resolved = self._resolved(folder or (os.sep if path.startswith(os.sep) else os.curdir))
        if resolved == folder:
            return path  # one text for both, of very many
        return f"{resolved.rstrip(os.sep)}{os.sep}{name}"

    def _resolved(self, folder: str) -> str:
        """Give the real path of a folder; that of the one around it is mostly known from others in it."""
        if folder not in self._folders:
            around, name = os.path.split(folder)
            if not name or not around or name in (os.curdir, os.pardir) or Path(folder).is_symlink():
                self._folders[folder] = os.path.realpath(folder)
            else:
                self._folders[folder] = os.fspath(Path(self._resolved(around), name))
        return self._folders[folder]
