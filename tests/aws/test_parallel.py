"""Asking several places at a time."""

from __future__ import annotations

import threading

import pytest

from gdkit.aws.parallel import MOST_THREADS, in_parallel


def test_order() -> None:
    """The answers come in the order of the places, whatever is ready first."""
    second_done = threading.Event()

    def ask(place: int) -> int:
        if place == 1:
            assert second_done.wait(timeout=10)
        if place == 2:
            second_done.set()
        return place * 10

    assert in_parallel(ask, (1, 2, 3)) == [10, 20, 30]


def test_none() -> None:
    """No place, no answer, no thread."""
    assert in_parallel(str, ()) == []


def test_most_threads() -> None:
    """However many places, only so many are asked at once."""
    running: list[int] = []
    most: list[int] = []
    lock = threading.Lock()

    def ask(place: int) -> None:
        with lock:
            running.append(place)
            most.append(len(running))
        with lock:
            running.remove(place)

    in_parallel(ask, range(100))
    assert len(most) == 100
    assert max(most) <= MOST_THREADS


def test_error() -> None:
    """An error is raised, not kept."""

    def ask(place: int) -> int:
        return 1 // place

    with pytest.raises(ZeroDivisionError):
        in_parallel(ask, (1, 0))
