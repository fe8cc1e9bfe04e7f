from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from gdkit.trail.lookup.halt import Halt, HaltedError
from gdkit.trail.lookup.hooks import Meter, paced
from gdkit.trail.lookup.pace import Pacer
from tests.trail.lookup.history import ACCOUNT, KEY, NOW, START, World, error, one_region, rows

if TYPE_CHECKING:
    from collections.abc import Iterator

ASK: dict[str, Any] = {
    "LookupAttributes": [{"AttributeKey": "AccessKeyId", "AttributeValue": KEY}],
    "StartTime": START,
    "EndTime": NOW,
    "MaxResults": 50,
}


class Recorder(Pacer):
    """A pacer that writes down what it was asked."""

    def __init__(self) -> None:
        super().__init__(limit_per_s=500.0)
        self.reserved = 0
        self.refused: list[float] = []

    def reserve(self) -> float:
        """Count a slot."""
        self.reserved += 1
        return super().reserve()

    def throttled(self, sent_at: float) -> None:
        """Write down a refusal."""
        self.refused.append(sent_at)


@pytest.fixture
def world() -> Iterator[World]:
    """Give a region whose first request is refused as too early."""
    yield one_region(rows(3), fault=lambda number, _: error("ThrottlingException") if number == 1 else None)


@pytest.mark.parametrize("mode", ["standard", "adaptive", "legacy"])
def test_every_attempt_keeps_the_pace(mode: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A retry of botocore waits for a slot and is counted like a first request, whatever the retry mode."""
    world = one_region(rows(3), fault=lambda number, _: error("InternalFailure", 500) if number == 1 else None)
    retries: Any = {"mode": mode, "total_max_attempts": 3}
    monkeypatch.setattr("tests.trail.lookup.history.Config", lambda **_: Config(retries=retries))
    monkeypatch.setattr("botocore.endpoint.time.sleep", lambda _: None)
    pacer, meter = Recorder(), Meter()
    client = world.client(ACCOUNT, "us-east-1")
    with paced(client, pacer, meter, Halt()):
        assert len(client.lookup_events(**ASK)["Events"]) == 3
    assert (world.requests, pacer.reserved, meter.requests, meter.throttled) == (2, 2, 2, 0)


def test_a_refusal_reaches_the_pacer(world: World) -> None:
    """A refused request is told to the pacer with the time of its sending, also where the caller gets an error."""
    pacer, meter = Recorder(), Meter()
    client = world.client(ACCOUNT, "us-east-1")
    before = pacer.now()
    with paced(client, pacer, meter, Halt()), pytest.raises(ClientError, match="ThrottlingException"):
        client.lookup_events(**ASK)
    assert before <= pacer.refused[0] <= pacer.now()
    assert (meter.requests, meter.throttled) == (1, 1)


def test_answers_are_timed(world: World) -> None:
    """The mean time of answers is known after the first, and does not hold the wait for the slot."""
    history = world.histories[ACCOUNT, "us-east-1"]
    history.fault, history.latency_s = None, 0.05
    pacer, meter = Pacer(limit_per_s=5.0), Meter()
    client = world.client(ACCOUNT, "us-east-1")
    assert meter.answer_s is None
    with paced(client, pacer, meter, Halt()):
        client.lookup_events(**ASK)
        client.lookup_events(**ASK)
    assert meter.answer_s is not None
    assert meter.answer_s >= 0.04


def test_other_operations_are_left_alone(world: World) -> None:
    """Only LookupEvents is paced."""
    pacer = Recorder()
    client = world.client(ACCOUNT, "us-east-1")
    stub = Stubber(client)
    stub.add_response("list_trails", {"Trails": []})
    with paced(client, pacer, Meter(), Halt()), stub:
        client.list_trails()
    assert pacer.reserved == 0


def test_halting_ends_the_wait(world: World) -> None:
    """A request that waits for its slot is given up, unsent, once the look-up is to end."""
    pacer, meter, halt = Pacer(limit_per_s=0.1), Meter(), Halt()
    pacer.reserve()
    client = world.client(ACCOUNT, "us-east-1")
    threading.Timer(0.05, halt.give).start()
    begun = time.monotonic()
    with paced(client, pacer, meter, halt), pytest.raises(HaltedError):
        client.lookup_events(**ASK)
    assert time.monotonic() - begun < 5
    assert (world.requests, meter.requests) == (0, 0)


def test_halt_keeps_the_first_error() -> None:
    """Of several errors the first one is told."""
    halt = Halt()
    first = ValueError("first")
    halt.give(first)
    halt.give(ValueError("second"))
    assert halt.error is first
    assert halt.asked
    assert not halt.cancelled


@pytest.mark.parametrize("kind", ["event", "function"])
def test_cancel_from_outside(kind: str) -> None:
    """An event and a function both cancel, and that is told apart from an end of one's own."""
    event = threading.Event()
    halt = Halt(event if kind == "event" else event.is_set)
    halt.check()
    event.set()
    assert halt.cancelled
    with pytest.raises(HaltedError):
        halt.check()
