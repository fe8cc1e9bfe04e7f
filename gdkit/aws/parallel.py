"""Asking several places at a time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

MOST_THREADS = 12
"""Places asked at a time; more would only wait for the same limits on calls."""

Place = TypeVar("Place")
Answer = TypeVar("Answer")


def in_parallel(function: Callable[[Place], Answer], places: Sequence[Place]) -> list[Answer]:
    """Call a function for each place, several at a time, and give the answers in the order of the places.

    Raises:
        Exception: whatever the function raises first.
    """
    if not places:
        return []
    with ThreadPoolExecutor(max_workers=min(MOST_THREADS, len(places))) as pool:
        return list(pool.map(function, places))
