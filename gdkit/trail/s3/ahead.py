"""Objects read ahead by many threads, for few that search them: one waits for the network, the other for a core."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from gdkit.trail.s3.listing import LogObject

MOST_AHEAD = 512
"""So many objects may lie ready, or be on their way, before no more are taken up."""

MOST_BYTES = 64 << 20
"""So many bytes of them; one object more may be taken up, however large it is."""

_AT_A_TIME, _BYTES_AT_A_TIME = 4, 1 << 20
"""Objects that a thread takes up together, unless they are large: taking up and handing over cost more than a small
object does."""


class Ahead:
    """Contents of objects, read before they are asked for, in their order.

    An object that is asked for and not on its way is read by who asks: nobody waits for room but those that read ahead.

    Args:
        objects: in the order in which they will be asked for.
        read: gives an object's content, or None.
        is_stopped: asked now and then.
    """

    def __init__(
        self, objects: Sequence[LogObject], read: Callable[[LogObject], bytes | None], is_stopped: Callable[[], bool]
    ) -> None:
        self._objects = iter(objects)
        self._read = read
        self._is_stopped = is_stopped
        self._ready: dict[str, bytes | None] = {}
        self._in_hand: set[str] = set()
        self._bytes = 0  # of those that are ready or in hand, as they were listed
        self._freed = self._freed_bytes = 0
        self._taken: set[str] = set()
        self._lock = threading.Lock()
        self._arrived = threading.Condition(self._lock)
        self._room = threading.Condition(self._lock)
        self._ended = False
        self._error: BaseException | None = None

    @contextmanager
    def reading(self, at_once: int) -> Iterator[None]:
        """Read ahead as long as the block lasts.

        Args:
            at_once: how many objects are read at once.
        """
        threads = [threading.Thread(target=self._work, name="gdkit-read") for _ in range(at_once)]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            with self._lock:
                self._ended = True
                self._room.notify_all()
            for thread in threads:
                thread.join()

    @property
    def is_drained(self) -> bool:
        """Whether nothing lies ready, and nothing is on its way."""
        with self._lock:
            return not (self._ready or self._in_hand)

    def take(self, one: LogObject) -> bytes | None:
        """Give an object's content, waiting for it where it is being read; it is read at once where it is not.

        Raises:
            CaseWriteError: the cache cannot be written.
        """
        key = one.stored.key
        with self._lock:
            while key in self._in_hand and self._error is None:
                self._arrived.wait()
            if self._error is not None:
                raise self._error
            if key in self._ready:
                self._make_room(one)
                return self._ready.pop(key)
            self._taken.add(key)
        return self._read(one)

    def _work(self) -> None:
        try:
            read: dict[str, bytes | None] = {}
            while batch := self._next(read):
                read = {one.stored.key: self._read(one) for one in batch}
        except BaseException as error:
            with self._lock:
                self._error = error
                self._arrived.notify_all()

    def _next(self, read: dict[str, bytes | None]) -> list[LogObject]:
        """Hand over what was read, and take up what is to be read next; nothing where there is no more."""
        stopped = self._is_stopped()
        with self._lock:
            if read:
                self._ready |= read
                self._in_hand -= read.keys()
                self._arrived.notify_all()
            while not (self._has_room() or self._ended):
                self._room.wait()
            if self._ended or stopped:
                return []
            batch = list(self._taken_up())
            if self._has_room():  # a large object made room for several
                self._room.notify()
            return batch

    def _taken_up(self) -> Iterator[LogObject]:
        """Take up the next few objects, as far as there is room; at least one, if there is one more."""
        taken = size = 0
        for one in self._objects:
            if one.stored.key in self._taken:
                continue
            self._in_hand.add(one.stored.key)
            self._bytes += one.size_bytes
            taken, size = taken + 1, size + one.size_bytes
            yield one
            if taken == _AT_A_TIME or size >= _BYTES_AT_A_TIME or not self._has_room():
                return

    def _has_room(self) -> bool:
        return len(self._ready) + len(self._in_hand) < MOST_AHEAD and self._bytes < MOST_BYTES

    def _make_room(self, one: LogObject) -> None:
        """Take an object away, and wake one of those that wait for as much room as it fills, rather than all."""
        self._bytes -= one.size_bytes
        self._freed, self._freed_bytes = self._freed + 1, self._freed_bytes + one.size_bytes
        if self._freed >= _AT_A_TIME or self._freed_bytes >= _BYTES_AT_A_TIME or len(self._ready) == 1:
            self._freed = self._freed_bytes = 0
            self._room.notify()
