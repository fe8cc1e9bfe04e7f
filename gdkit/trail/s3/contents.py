"""The contents of objects as they are read: from the cache or the bucket, counted, and every failure noted."""

from __future__ import annotations

import threading
from collections import Counter, OrderedDict
from typing import TYPE_CHECKING, NamedTuple

from gdkit.errors import AwsCall, AwsError
from gdkit.trail.s3.failures import explained

if TYPE_CHECKING:
    from collections.abc import Callable

    from gdkit.aws.objects import Bucket
    from gdkit.trail.s3.cache import Cache
    from gdkit.trail.s3.listing import LogObject

HOPELESS = 100
"""So many failures, and no object that could be read: nothing in this bucket can be, and no more are tried."""

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
        self._sizes: list[int] = []  # of all that was read; a list takes them in from any thread
        self._is_any_read = False
        self._unreached = 0
        self._recent: OrderedDict[str, bytes] = OrderedDict()
        self._recent_bytes = 0

    @property
    def counted(self) -> Counted:
        """What was asked of the bucket so far, and what it gave."""
        return Counted(len(self._sizes) + len(self.failed), sum(self._sizes))

    def read(self, one: LogObject) -> bytes | None:
        """Give an object's content, out of memory where it was read lately; None where it cannot be read.

        Raises:
            CaseWriteError: the cache cannot be written.
        """
        return self._recent.get(one.stored.key) or self.first(one)

    def first(self, one: LogObject) -> bytes | None:
        """Give an object's content, out of the cache or the bucket; None where it cannot be read, which is noted.

        Raises:
            CaseWriteError: the cache cannot be written.
        """
        content = self._cache.find(one.stored) if self._cache.is_kept else None
        if content is None:
            try:
                content = self._whole(one)
            except AwsError as error:
                self._note(one.stored.key, explained(error, requester_pays=self._requester_pays))
                return None
            self._sizes.append(len(content))
            self._unreached = 0
            if self._cache.is_kept:
                self._cache.keep(one.stored, content)
        self._is_any_read = True
        return content

    def remember(self, one: LogObject, content: bytes) -> None:
        """Keep an object's content in memory for a while: it may be asked for again."""
        with self._lock:
            if one.stored.key not in self._recent:
                self._recent_bytes += len(content)
            self._recent[one.stored.key] = content
            while self._recent_bytes > _REMEMBERED_BYTES:
                self._recent_bytes -= len(self._recent.popitem(last=False)[1])

    @property
    def nothing_read(self) -> AwsError | None:
        """Why no object could be read of those that were tried: the most frequent reason; None where one could."""
        if self._is_any_read or not self.failed:
            return None
        counts = Counter(error.problem for error in self.failed.values())
        return max(self.failed.values(), key=lambda error: counts[error.problem])

    def is_stopped(self, is_stopped: Callable[[], bool]) -> Callable[[], bool]:
        """Give what says whether to leave off: where a person wants it, or it is hopeless."""
        return lambda: self.hopeless is not None or is_stopped()

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

    def _note(self, key: str, error: AwsError) -> None:
        with self._lock:
            self.failed[key] = error
            self._unreached = self._unreached + 1 if error.kind == "unreachable" else 0
            nothing_read = not self._is_any_read and len(self.failed) >= HOPELESS
            if error.kind in _FOR_ALL or nothing_read or self._unreached >= _IN_A_ROW:
                self.hopeless = error
