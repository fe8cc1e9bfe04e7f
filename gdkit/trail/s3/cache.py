"""Objects kept on disk for other runs, each under its key and the mark of its content, as logs that can be read."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from gdkit.errors import CaseWriteError
from gdkit.trail.fetched.names import ending_of, path_of
from gdkit.trail.written import write_whole

if TYPE_CHECKING:
    from gdkit.aws.objects import Stored


class Cache:
    """Objects of one bucket; an object that has another ETag than the kept one is another object.

    Args:
        folder: where objects of all buckets are kept; empty for nowhere.
        bucket: the bucket's name.

    Attributes:
        is_kept: whether anything is kept at all.
    """

    def __init__(self, folder: str, bucket: str) -> None:
        self._folder = Path(folder, bucket) if folder else None
        self.is_kept = bool(folder)

    def find(self, one: Stored) -> bytes | None:
        """Give an object's content; None where it is not there as it is in the bucket."""
        path = self._path(one)
        try:
            content = path.read_bytes() if path else None
        except OSError:
            return None
        return content if content is not None and len(content) == one.size_bytes else None

    def has(self, one: Stored) -> bool:
        """Tell whether an object is there as it is in the bucket."""
        path = self._path(one)
        try:
            return path is not None and path.stat().st_size == one.size_bytes
        except OSError:
            return False

    def keep(self, one: Stored, content: bytes) -> None:
        """Keep an object's content.

        Raises:
            CaseWriteError: it cannot be written.
        """
        path = self._path(one)
        if path is None:
            return
        try:
            write_whole(path, content, durable=False)
        except CaseWriteError as error:
            todo = "make room, name another folder with --cache, or leave it out"
            raise CaseWriteError(error.problem, where=error.where, action=todo) from error

    def _path(self, one: Stored) -> Path | None:
        if self._folder is None or not one.etag:
            return None
        path = path_of(self._folder, one.key)
        ending = ending_of(path.name)
        etag = re.sub("[^A-Za-z0-9-]", "_", one.etag)
        return path.with_name(f"{path.name.removesuffix(ending)}~{etag}{ending}")
