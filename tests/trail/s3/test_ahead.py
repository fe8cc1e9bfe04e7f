"""Objects read ahead: each once, as few as there is room for, and nobody waits for ever."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any

import pytest

from gdkit.errors import CaseWriteError
from gdkit.trail.s3 import ahead
from gdkit.trail.s3.ahead import Ahead
from tests.trail.s3.test_contents import held, reader

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from gdkit.trail.s3.listing import LogObject


@pytest.fixture
def _little_room(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(ahead, "MOST_AHEAD", 8)
    yield
    assert not [one for one in threading.enumerate() if one.name == "gdkit-read"]


@pytest.mark.usefixtures("_little_room")
def test_read_ahead() -> None:
    """Every object is read once, whoever takes it first, and never more of them lie ready than there is room for."""
    bucket, objects = held(200)
    made = Ahead(objects, reader(bucket).read, lambda: False)
    with made.reading(3):
        taken = [made.take(one) for one in objects[1:]] + [made.take(objects[0])]
        assert len(made._ready) < 8 + 3 * 4
    assert taken == [bucket.objects_held[one.stored.key] for one in (*objects[1:], objects[0])]
    assert sorted(bucket.read) == sorted(bucket.objects_held)


@pytest.mark.usefixtures("_little_room")
@pytest.mark.parametrize("order", [list, lambda objects: objects[::-1], lambda objects: objects[::2] + objects[1::2]])
@pytest.mark.parametrize("most", [1, 95, 10_000])
def test_bytes_ahead_are_bounded(monkeypatch: pytest.MonkeyPatch, order: Callable[[Any], Any], most: int) -> None:
    """Large objects on their way or ready are few, one at least; nobody waits for ever, in whichever order they go."""
    monkeypatch.setattr(ahead, "MOST_BYTES", most)
    monkeypatch.setattr(ahead, "_BYTES_AT_A_TIME", 25)
    bucket, objects = held(60, 30)
    out: list[int] = []

    def read(one: LogObject) -> bytes:
        out.append(made._bytes)
        return bucket.content(one.stored.key)

    made = Ahead(objects, read, lambda: False)
    with made.reading(5):
        taken = {one.stored.key: made.take(one) for one in order(objects)}
    assert taken == bucket.objects_held
    assert sorted(bucket.read) == sorted(bucket.objects_held), "each once"
    assert max(out) <= min(most, 8 * 30) + 30
    assert made._bytes == 0


@pytest.mark.usefixtures("_little_room")
def test_few_threads_are_woken(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of threads that wait for room one is woken for as many objects as it takes up, and not all."""
    bucket, objects = held(400)
    made, woken = Ahead(objects, reader(bucket).read, lambda: False), []
    wait = made._room.wait

    def count() -> None:
        wait()
        woken.append(1)

    monkeypatch.setattr(made._room, "wait", count)
    with made.reading(20):
        for one in objects:
            time.sleep(0.0005)  # so that all others wait again
            made.take(one)
    assert 0 < len(woken) < 250


@pytest.mark.usefixtures("_little_room")
def test_reading_ahead_ends_early() -> None:
    """Where it is stopped, or nobody takes what lies ready, the threads end with the block."""
    bucket, objects = held(50)
    with Ahead(objects, reader(bucket).read, lambda: False).reading(3):
        pass
    with Ahead(objects, reader(bucket).read, lambda: True).reading(3):
        pass
    assert len(bucket.read) <= 8 + 3 * 4


@pytest.mark.usefixtures("_little_room")
def test_error_while_reading_ahead() -> None:
    """What goes wrong in a thread is raised by who waits for the object."""
    _, objects = held(10)

    def read(one: LogObject) -> bytes:
        raise CaseWriteError("full", where=str(one.path))

    made = Ahead(objects, read, lambda: False)
    with made.reading(2), pytest.raises(CaseWriteError, match="full"):
        made.take(objects[5])
