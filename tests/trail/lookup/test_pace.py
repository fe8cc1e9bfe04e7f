from __future__ import annotations

import heapq
import itertools
import random
from typing import TYPE_CHECKING

import pytest

from gdkit.trail.lookup.pace import _PAUSE_S as PAUSE_S
from gdkit.trail.lookup.pace import LIMIT_PER_S, Pacer

if TYPE_CHECKING:
    from collections.abc import Iterable


@pytest.fixture(autouse=True)
def real_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the pause after a refusal as it is in use; nothing here waits."""
    monkeypatch.setattr("gdkit.trail.lookup.pace._PAUSE_S", PAUSE_S)


class Clock:
    """A clock that tests set."""

    def __init__(self) -> None:
        self.at = 0.0

    def __call__(self) -> float:
        """Give the time."""
        return self.at


class Store:
    """AWS's limit in simulated time: two requests, filling with two a second."""

    def __init__(self) -> None:
        self.level, self.at = 2.0, 0.0

    def take(self, at: float) -> bool:
        """Take one request; False where it is refused."""
        self.level = min(2.0, self.level + (at - self.at) * LIMIT_PER_S)
        self.at = at
        if self.level < 1:
            return False
        self.level -= 1
        return True


def simulate(seconds: float, *, others: Iterable[float] = (), answer_s: tuple[float, float]) -> tuple[int, int, int]:
    """Run some threads against the limit in simulated time; give answered, refused, and what others got."""
    chance = random.Random(7)  # noqa: S311 - nothing is kept secret by it
    clock, store, order = Clock(), Store(), itertools.count()
    pacer = Pacer(clock=clock)
    todo: list[tuple[float, int, str, float]] = [(at, next(order), "other", 0.0) for at in others]
    todo += [(0.0, next(order), "ask", 0.0) for _ in range(3)]
    heapq.heapify(todo)
    answered = refused = taken = 0
    while todo and todo[0][0] < seconds:
        clock.at, _, what, sent_at = heapq.heappop(todo)
        half_s = chance.uniform(*answer_s) / 2
        if what == "ask":
            heapq.heappush(todo, (clock.at + pacer.reserve() + chance.uniform(0, 0.005), next(order), "send", 0.0))
        elif what == "send":
            heapq.heappush(todo, (clock.at + half_s, next(order), "arrive", clock.at))
        elif what == "other":
            taken += store.take(clock.at)
        elif what == "refused":
            pacer.throttled(sent_at)
            heapq.heappush(todo, (clock.at, next(order), "ask", 0.0))
        else:
            good = store.take(clock.at)
            answered, refused = answered + good, refused + (not good)
            heapq.heappush(todo, (clock.at + half_s, next(order), "ask" if good else "refused", sent_at))
    return answered, refused, taken


@pytest.mark.parametrize("answer_s", [(0.01, 0.02), (0.05, 0.3), (0.2, 0.8)])
def test_alone(answer_s: tuple[float, float]) -> None:
    """Alone, the limit is used to at least 95 % and at most 2 % are refused."""
    answered, refused, _ = simulate(300, answer_s=answer_s)
    assert answered >= 0.95 * 300 * LIMIT_PER_S
    assert refused <= 0.02 * answered


def test_shared_with_a_steady_user() -> None:
    """Beside another who takes half a request a second, most of the rest is used and that one keeps its share."""
    others = [number * 2.0 for number in range(150)]
    answered, refused, taken = simulate(300, others=others, answer_s=(0.02, 0.1))
    assert answered >= 0.9 * (300 * LIMIT_PER_S - 150)
    assert refused <= 0.08 * answered
    assert taken >= 140


def test_recovers() -> None:
    """A burst of others slows it down, and half a minute later the limit is used in full again."""
    clock = Clock()
    pacer = Pacer(clock=clock)
    clock.at = 10.0
    pacer.throttled(sent_at=9.9)
    assert pacer.rate_per_s() == pytest.approx(0.85 * LIMIT_PER_S)
    clock.at = 25.0
    assert pacer.rate_per_s() == pytest.approx(LIMIT_PER_S)
    clock.at = 40.0
    assert pacer.rate_per_s() == LIMIT_PER_S


def test_one_cut_for_requests_under_way() -> None:
    """Several requests that were under way at the same refusal slow it down once."""
    clock = Clock()
    pacer = Pacer(clock=clock)
    clock.at = 5.0
    pacer.throttled(sent_at=4.8)
    pacer.throttled(sent_at=4.9)
    assert pacer.rate_per_s() == pytest.approx(0.85 * LIMIT_PER_S)
    clock.at = 6.0
    pacer.throttled(sent_at=5.5)
    assert pacer.rate_per_s() < 0.8 * LIMIT_PER_S


def test_a_pause_after_a_refusal() -> None:
    """Nothing is sent for a second after a refusal."""
    clock = Clock()
    pacer = Pacer(clock=clock)
    clock.at = 5.0
    pacer.throttled(sent_at=4.9)
    assert pacer.reserve() == pytest.approx(1.0)


def test_never_stops() -> None:
    """However often it is refused, a request goes out every ten seconds."""
    clock = Clock()
    pacer = Pacer(clock=clock)
    for second in range(1, 200):
        clock.at = float(second)
        pacer.throttled(sent_at=second - 0.5)
    assert pacer.rate_per_s() == pytest.approx(0.1, rel=0.2)


def test_a_late_thread_does_not_shift_the_grid() -> None:
    """A slot taken late by less than half an interval leaves the next one where it was; time lost is no credit."""
    clock = Clock()
    pacer = Pacer(clock=clock)
    assert pacer.reserve() == 0.0
    clock.at = 0.6
    assert pacer.reserve() == 0.0
    assert pacer.reserve() == pytest.approx(0.4)
    clock.at = 100.0
    waits = [pacer.reserve() for _ in range(3)]
    assert waits == pytest.approx([0.0, 0.25, 0.75])
