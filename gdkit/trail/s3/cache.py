"""Objects kept on disk for other runs, each under its key and the marks of its content, as logs that can be read."""

from __future__ import annotations

import hashlib
import re
import threading
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from gdkit.errors import CaseWriteError
from gdkit.trail.fetched.names import ending_of, path_of
from gdkit.trail.written import write_whole

if TYPE_CHECKING:
    from gdkit.aws.objects import Stored


class _Place(NamedTuple):
    """Where an object is kept: how its file's name begins, up to the hash of the content, and how it ends."""

    folder: Path
    begin: str
    ending: str


class Cache:
    """Objects of one bucket; an object that has another ETag than the kept one is another object.

    An ETag is no hash of an object that KMS encrypts or that came in parts, so a hash stands in the name beside it.

    Args:
        folder: where objects of all buckets are kept; empty for nowhere.
        bucket: the bucket's name.

    Attributes:
        is_kept: whether anything is kept at all.
        damaged: keys of objects whose files are not as they were written; they are read from the bucket again.

    Source: S3 API Reference, Object, ETag.
    """

    def __init__(self, folder: str, bucket: str) -> None:
        self.is_kept = bool(folder)
        self.damaged: set[str] = set()
        self._folder = Path(folder, bucket) if folder else None
        self._names: dict[Path, dict[str, str]] = {}  # by folder and begin; a folder is listed once
        self._lock = threading.Lock()

    def find(self, one: Stored) -> bytes | None:
        """Give an object's content; None where it is not there as it is in the bucket."""
        path = self._kept(one)
        if path is None:
            return None
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError:
            content = b""
        if len(content) == one.size_bytes and f"~{_hash(content)}" in path.name:
            return content
        self.damaged.add(one.key)
        return None

    def has(self, one: Stored) -> bool:
        """Tell whether an object is there as it is in the bucket, by its name and size."""
        path = self._kept(one)
        try:
            return path is not None and path.stat().st_size == one.size_bytes
        except OSError:
            return False

    def keep(self, one: Stored, content: bytes) -> None:
        """Keep an object's content.

        Raises:
            CaseWriteError: it cannot be written.
        """
        place = self._place(one)
        if place is None:
            return
        name = f"{place.begin}~{_hash(content)}{place.ending}"
        try:
            write_whole(place.folder / name, content, durable=False)
        except CaseWriteError as error:
            todo = "make room, name another folder with --cache, or leave it out"
            raise CaseWriteError(error.problem, where=error.where, action=todo) from error
        self._names_in(place.folder)[place.begin] = name

    def _kept(self, one: Stored) -> Path | None:
        place = self._place(one)
        name = self._names_in(place.folder).get(place.begin) if place else None
        return place.folder / name if place and name else None

    def _place(self, one: Stored) -> _Place | None:
        if self._folder is None or not one.etag:
            return None
        path = path_of(self._folder, one.key)
        ending = ending_of(path.name)
        etag = re.sub("[^A-Za-z0-9-]", "_", one.etag)
        return _Place(path.parent, f"{path.name.removesuffix(ending)}~{etag}", ending)

    def _names_in(self, folder: Path) -> dict[str, str]:
        with self._lock:
            if folder not in self._names:
                try:
                    names = [path.name for path in folder.iterdir()]
                except OSError:
                    names = []
                self._names[folder] = {name.rpartition("~")[0]: name for name in names}
            return self._names[folder]


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:32]
