"""Objects read ahead by many threads, for few that search them: one waits for the network, the other for a core."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from gdkit.trail.s3.listing import LogObject

MOST_AHEAD = 256
"""Objects that lie ready at most; more than there are threads that read or search."""


class Ahead:
    """Contents of objects, read before they are asked for, in their order.

    Args:
        objects: in the order in which they will be asked for.
        read: gives an object's content, or None.
        is_stopped: asked before each object.
    """

    def __init__(
        self, objects: Sequence[LogObject], read: Callable[[LogObject], bytes | None], is_stopped: Callable[[], bool]
    ) -> None:
        self._objects = iter(objects)
        self._read = read
        self._is_stopped = is_stopped
        self._ready: dict[str, bytes | None] = {}
        self._in_hand: set[str] = set()
        self._taken: set[str] = set()
        self._changed = threading.Condition()
        self._room = threading.Semaphore(MOST_AHEAD)
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
            self._ended = True
            for _ in threads:
                self._room.release()
            for thread in threads:
                thread.join()

    def take(self, one: LogObject) -> bytes | None:
        """Give an object's content, waiting for it where it is being read; it is read at once where it is not.

        Raises:
            CaseWriteError: the cache cannot be written.
        """
        key = one.stored.key
        with self._changed:
            while key in self._in_hand and self._error is None:
                self._changed.wait()
            if self._error is not None:
                raise self._error
            if key in self._ready:
                self._room.release()
                return self._ready.pop(key)
            self._taken.add(key)
        return self._read(one)

    def _work(self) -> None:
        try:
            while (one := self._next()) is not None:
                content = self._read(one)
                with self._changed:
                    self._ready[one.stored.key] = content
                    self._in_hand.discard(one.stored.key)
                    self._changed.notify_all()
        except BaseException as error:
            with self._changed:
                self._error = error
                self._changed.notify_all()

    def _next(self) -> LogObject | None:
        self._room.acquire()
        if self._ended or self._is_stopped():
            return None
        with self._changed:
            one = next((one for one in self._objects if one.stored.key not in self._taken), None)
            if one is not None:
                self._in_hand.add(one.stored.key)
            return one
