"""The contents of objects as they are read: from the cache or the bucket, counted, and every failure noted."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import TYPE_CHECKING, NamedTuple

from gdkit.errors import AwsCall, AwsError
from gdkit.trail.s3.failures import explained

if TYPE_CHECKING:
    from collections.abc import Callable

    from gdkit.aws.objects import Bucket
    from gdkit.trail.s3.cache import Cache
    from gdkit.trail.s3.listing import LogObject

HOPELESS = 100
"""So many failures, and no object that could be read: nothing in this bucket can be."""

_IN_A_ROW = 40
"""So many objects one after another that could not be reached: the connection is gone."""

_REMEMBERED_BYTES = 64 << 20
"""What was read last stays in memory: a key that turns up is searched for in the files of the hours before."""

_ATTEMPTS = 3
"""How often an object is read that did not come whole."""

_FOR_ALL = frozenset({"expired", "credentials", "clock", "refused_here"})
"""Kinds of failures that every other object would meet as well."""


class Counted(NamedTuple):
    """What was read from the bucket."""

    objects: int
    bytes: int


class Contents:
    """Reads objects; safe to use from several threads.

    Attributes:
        at_once: how many objects may be read at once.
        failed: objects that could not be read, by key, and why.
        hopeless: why no other object can be read either; None while that is not so.
    """

    def __init__(self, bucket: Bucket, cache: Cache, *, at_once: int, requester_pays: bool) -> None:
        self.at_once = at_once
        self.failed: dict[str, AwsError] = {}
        self.hopeless: AwsError | None = None
        self._bucket = bucket
        self._cache = cache
        self._requester_pays = requester_pays
        self._lock = threading.Lock()
        self._objects = self._bytes = self._read = self._unreached = 0
        self._recent: OrderedDict[str, bytes] = OrderedDict()
        self._recent_bytes = 0

    @property
    def counted(self) -> Counted:
        """What was read from the bucket so far."""
        return Counted(self._objects, self._bytes)

    def read(self, one: LogObject) -> bytes | None:
        """Give an object's content; None where it cannot be read, which is noted.

        Raises:
            CaseWriteError: the cache cannot be written.
        """
        content = self._recent.get(one.stored.key) or self._cache.find(one.stored)
        if content is not None:
            self._read += 1
            return content
        try:
            content = self._whole(one)
        except AwsError as error:
            self._note(one.stored.key, explained(error, requester_pays=self._requester_pays))
            return None
        self._count(one.stored.key, content)
        self._cache.keep(one.stored, content)
        return content

    def _whole(self, one: LogObject) -> bytes:
        """Read an object from the bucket, again where less came than the listing promised.

        Raises:
            AwsError: it cannot be read, or not whole.
        """
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                content = self._bucket.content(one.stored.key)
            except AwsError as error:
                if error.kind != "incomplete" or attempt == _ATTEMPTS:
                    raise
                continue
            if len(content) == one.size_bytes:
                return content
        call = AwsCall("s3", "GetObject", region=self._bucket.region)
        raise AwsError(f"{len(content):,} bytes of it came, and {one.size_bytes:,} were listed", call=call,
                       kind="incomplete", action="run it again")  # fmt: skip

    def is_stopped(self, is_stopped: Callable[[], bool]) -> Callable[[], bool]:
        """Give what says whether to leave off: where a person wants it, or it is hopeless."""
        return lambda: self.hopeless is not None or is_stopped()

    def _count(self, key: str, content: bytes) -> None:
        """Count what was read from the bucket, and remember it as long as there is room."""
        with self._lock:
            self._objects += 1
            self._bytes += len(content)
            self._read += 1
            self._unreached = 0
            self._recent[key] = content
            self._recent_bytes += len(content)
            while self._recent_bytes > _REMEMBERED_BYTES:
                self._recent_bytes -= len(self._recent.popitem(last=False)[1])

    def _note(self, key: str, error: AwsError) -> None:
        with self._lock:
            self._objects += 1
            self.failed[key] = error
            self._unreached = self._unreached + 1 if error.kind == "unreachable" else 0
            nothing_read = not self._read and len(self.failed) >= HOPELESS
            if error.kind in _FOR_ALL or nothing_read or self._unreached >= _IN_A_ROW:
                self.hopeless = error
