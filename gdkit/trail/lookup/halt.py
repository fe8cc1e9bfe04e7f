"""Stopping a look-up: asked for from outside, or because one of its threads met an error that ends it."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable

Cancel: TypeAlias = "threading.Event | Callable[[], bool]"

_STEP_S = 0.1


class HaltedError(Exception):
    """The look-up is to end; the thread that meets this leaves off."""


class Halt:
    """Tells the threads of a look-up whether to leave off.

    Attributes:
        error: what ended the look-up; None where nothing did, or where it was cancelled from outside.
    """

    def __init__(self, cancel: Cancel | None = None) -> None:
        self.error: BaseException | None = None
        self._own = threading.Event()
        self._cancel = cancel.is_set if isinstance(cancel, threading.Event) else cancel

    @property
    def asked(self) -> bool:
        """Whether to leave off."""
        return self._own.is_set() or self.cancelled

    @property
    def cancelled(self) -> bool:
        """Whether it was asked for from outside."""
        return self._cancel is not None and self._cancel()

    def give(self, error: BaseException | None = None) -> None:
        """Ask all threads to leave off; the first error given is kept."""
        self.error = self.error or error
        self._own.set()

    def check(self) -> None:
        """Leave off where that was asked.

        Raises:
            HaltedError: it was.
        """
        if self.asked:
            raise HaltedError

    def wait(self, seconds: float) -> None:
        """Wait, but not on when leaving off is asked."""
        until = time.monotonic() + seconds
        while (left_s := until - time.monotonic()) > 0 and not self.asked:
            self._own.wait(min(left_s, _STEP_S))
