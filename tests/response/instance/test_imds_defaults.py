"""The region's metadata defaults: IMDSv2 alone for new instances, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from gdkit.response.instance.imds_defaults import STEP
from tests.response.desk import Desk, desk_for
from tests.response.suite import Suite

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.simulator.small_world import SmallWorld


@pytest.fixture
def desk(world: SmallWorld, tmp_path: Path) -> Iterator[Desk]:
    """Give a desk about the region, and leave it without defaults."""
    yield desk_for(world, STEP, tmp_path / "case")
    world.api("ec2").modify_instance_metadata_defaults(HttpTokens="no-preference", HttpPutResponseHopLimit=-1)


@pytest.fixture
def snapshot(world: SmallWorld) -> Callable[[], Any]:
    """Read the defaults."""
    return lambda: world.api("ec2").get_instance_metadata_defaults()["AccountLevel"]


@pytest.fixture
def disturb(world: SmallWorld) -> Callable[[], Any]:
    """Set a hop limit by another hand."""
    return lambda: world.api("ec2").modify_instance_metadata_defaults(HttpPutResponseHopLimit=2)


class TestConformance(Suite):
    """What every step must hold."""


def test_hop_limit_is_left_unless_told(world: SmallWorld, desk: Desk, snapshot: Callable[[], Any]) -> None:
    """A hop limit that is there stays; one that is told is set, and the undo brings the former back."""
    world.api("ec2").modify_instance_metadata_defaults(HttpPutResponseHopLimit=3)
    desk.apply(desk.preview())
    assert snapshot() == {"HttpTokens": "required", "HttpPutResponseHopLimit": 3}
    told = desk.told(hop_limit="2")
    told.apply(told.preview())
    assert snapshot()["HttpPutResponseHopLimit"] == 2
    told.apply(told.preview_undo())
    assert snapshot() == {"HttpTokens": "required", "HttpPutResponseHopLimit": 3}


def test_an_earlier_default_comes_back(world: SmallWorld, desk: Desk, snapshot: Callable[[], Any]) -> None:
    """A default of its own, here the lax one, comes back by the undo."""
    world.api("ec2").modify_instance_metadata_defaults(HttpTokens="optional")
    desk.apply(desk.preview())
    desk.apply(desk.preview_undo())
    assert snapshot() == {"HttpTokens": "optional"}
