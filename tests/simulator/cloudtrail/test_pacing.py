"""The token bucket behind the simulated services: how many requests pass in how much real time."""

from __future__ import annotations

import itertools
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdkit.simulator.cloudtrail.pacing import RequestRate, Served

steps = st.lists(st.floats(0, 3, allow_nan=False), min_size=1, max_size=80)


@given(steps, st.sampled_from([0.5, 2.0, 10.0]), st.integers(1, 5))
def test_never_more_than_the_rate(waits_s: list[float], per_s: float, burst: int) -> None:
    """In any span of time no more requests pass than the burst and what the rate allows in it."""
    times = list(itertools.accumulate(waits_s))
    clock = iter(times)
    rate = RequestRate(per_s, burst=burst, monotonic=lambda: next(clock))
    passed = [at_s for at_s in times if rate.take("1", "r")]
    for first, last in itertools.combinations_with_replacement(range(len(passed)), 2):
        assert last - first + 1 <= burst + (passed[last] - passed[first]) * per_s + 1e-6


@given(st.integers(1, 60), st.sampled_from([1.0, 2.0, 4.0]))
def test_a_client_at_the_rate_is_never_throttled(count: int, per_s: float) -> None:
    """Requests that keep exactly to the rate all pass."""
    clock = iter(number / per_s for number in range(count))
    rate = RequestRate(per_s, burst=1, monotonic=lambda: next(clock))
    assert all(rate.take("1", "r") for _ in range(count))


def test_throttled_requests_cost_nothing() -> None:
    """A client that asks too often does not lengthen its own wait."""
    now = [0.0]
    rate = RequestRate(1.0, burst=1, monotonic=lambda: now[0])
    assert rate.take("1", "r")
    for tenth in range(1, 10):
        now[0] = tenth / 10
        assert not rate.take("1", "r")
    now[0] = 1.0
    assert rate.take("1", "r")


def test_counts() -> None:
    """Answered and throttled requests are counted apart for each account and region."""
    rate = RequestRate(2.0, monotonic=lambda: 0.0)
    for _ in range(5):
        rate.take("1", "here")
    rate.take("1", "there")
    assert rate.served() == {("1", "here"): Served(2, 3), ("1", "there"): Served(1, 0)}


def test_counts_are_a_copy() -> None:
    """The counts that were read do not change afterwards."""
    rate = RequestRate(None)
    rate.take("1", "r")
    before = rate.served()
    rate.take("1", "r")
    assert before == {("1", "r"): Served(1, 0)}


def test_real_time() -> None:
    """Without a clock of its own the bucket refills by the machine's time."""
    rate = RequestRate(50.0, burst=1)
    assert rate.take("1", "r")
    waited = threading.Event()
    waited.wait(0.05)
    assert rate.take("1", "r")


def test_many_threads() -> None:
    """Of many requests at once, exactly the burst passes, and all are counted."""
    rate = RequestRate(2.0, burst=5, monotonic=lambda: 0.0)
    threads = [threading.Thread(target=lambda: [rate.take("1", "r") for _ in range(50)]) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert rate.served() == {("1", "r"): Served(5, 395)}


@pytest.mark.parametrize(("per_s", "burst"), [(0.0, 2), (-1.0, 2), (2.0, 0)])
def test_rate_of_nothing(per_s: float, burst: int) -> None:
    """A rate or a burst that lets nothing through is refused."""
    with pytest.raises(ValueError, match="let nothing through"):
        RequestRate(per_s, burst=burst)
