"""What tests of the instance's steps share: a new instance of a fleet for each test."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.simulator.small_world import Fleet, SmallWorld

_NUMBERS = count(1)


@pytest.fixture
def fleet(world: SmallWorld) -> Fleet:
    """Make a role with two instances; the first one leaks."""
    return world.fleet(f"till-{next(_NUMBERS)}")


@pytest.fixture
def host(fleet: Fleet) -> str:
    """Give the id of the instance that leaks."""
    return fleet.instances[0].id


@pytest.fixture
def described(world: SmallWorld, host: str) -> Callable[[], Any]:
    """Give the instance as it is now, read past the gateway."""
    ec2 = world.site.api("ec2")
    return lambda: ec2.describe_instances(InstanceIds=[host])["Reservations"][0]["Instances"][0]
