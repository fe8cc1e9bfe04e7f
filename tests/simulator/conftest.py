"""The world that the tests of one file share."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

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
    """Run a small world for the tests of one file."""
    with small_world() as running_world:
        yield running_world
