"""The world that the tests of one file share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.simulator.small_world import SmallWorld, small_world

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def world() -> Iterator[SmallWorld]:
    """Run a small world for the tests of one file."""
    with small_world() as running_world:
        yield running_world
