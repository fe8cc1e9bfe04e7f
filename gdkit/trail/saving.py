"""How often long work is saved: so seldom that it costs nothing, and so often that little is lost."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

SAVED_EVERY_S = 60.0
"""Seconds of work that a run which is killed can lose."""


def now_and_then(save: Callable[[], object]) -> Callable[[], None]:
    """Give what saves when it is called, unless it did so less than ``SAVED_EVERY_S`` before."""
    saved_s = time.monotonic()

    def maybe() -> None:
        nonlocal saved_s
        if time.monotonic() - saved_s >= SAVED_EVERY_S:
            save()
            saved_s = time.monotonic()

    return maybe
