"""What tests of the response share: one small world for each module, and no waiting."""

from __future__ import annotations

import time
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
from botocore.retries.bucket import TokenBucket

from gdkit.response import read_back
from tests.simulator.small_world import SmallWorld, small_world

if TYPE_CHECKING:
    from collections.abc import Iterator


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the tests of one file on one worker: each worker that runs one of them builds the file's world."""
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker(pytest.mark.xdist_group(str(item.path.relative_to(here))))


@pytest.fixture(scope="module")
def world() -> Iterator[SmallWorld]:
    """Run a small world."""
    with small_world() as made:
        yield made


@pytest.fixture(autouse=True)
def _unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let retries and looks go on at once, and a client that was throttled at its pace: that it asks again counts."""
    monkeypatch.setattr(TokenBucket, "acquire", lambda *_, **__: True)
    monkeypatch.setattr("botocore.endpoint.time", SimpleNamespace(sleep=lambda _: None, time=time.time))
    monkeypatch.setattr(read_back, "_LOOK_S", 0.01)


@pytest.fixture
def unread() -> frozenset[str]:
    """Give the readings that a step makes only in situations that its test stages by themselves."""
    return frozenset()
