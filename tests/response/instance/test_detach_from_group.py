"""The instance in standby in its Auto Scaling group, and in service again."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any

import pytest

from gdkit.errors import ResponseError
from gdkit.response.instance.detach_from_group import STEP, want
from tests.response.desk import Desk, desk_for
from tests.response.suite import Suite

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.simulator.small_world import Fleet, SmallWorld

_NUMBERS = count(1)


@pytest.fixture
def group(world: SmallWorld, fleet: Fleet) -> str:
    """Put the fleet's instances into an Auto Scaling group of one to four."""
    scaling, name = world.site.api("autoscaling"), f"shop-{next(_NUMBERS)}"
    scaling.create_launch_configuration(LaunchConfigurationName=name, ImageId="ami-12c6146b", InstanceType="t3.micro")
    subnet = world.network.subnet_id
    scaling.create_auto_scaling_group(
        AutoScalingGroupName=name, LaunchConfigurationName=name, MinSize=0, MaxSize=4, DesiredCapacity=0,
        VPCZoneIdentifier=subnet,
    )  # fmt: skip
    scaling.attach_instances(AutoScalingGroupName=name, InstanceIds=[one.id for one in fleet.instances])
    scaling.update_auto_scaling_group(AutoScalingGroupName=name, MinSize=1)
    return name


@pytest.fixture
def desk(world: SmallWorld, host: str, group: str, tmp_path: Path) -> Desk:
    """Give a desk about an instance of the group, which does without it."""
    return desk_for(world, STEP, tmp_path / "case", options={"keep-capacity": "no"}, instance_id=host)


@pytest.fixture
def group_now(world: SmallWorld, group: str) -> Callable[[], Any]:
    """Give the group, read past the gateway."""
    scaling = world.site.api("autoscaling")
    return lambda: scaling.describe_auto_scaling_groups(AutoScalingGroupNames=[group])["AutoScalingGroups"][0]


@pytest.fixture
def snapshot(group_now: Callable[[], Any]) -> Callable[[], Any]:
    """Give its desired number and the state of each instance."""

    def look() -> Any:
        found = group_now()
        return found["DesiredCapacity"], {one["InstanceId"]: one["LifecycleState"] for one in found["Instances"]}

    return look


@pytest.fixture
def disturb(world: SmallWorld, group: str) -> Callable[[], Any]:
    """Let the group grow by another hand."""
    return lambda: world.site.api("autoscaling").set_desired_capacity(AutoScalingGroupName=group, DesiredCapacity=3)


class TestConformance(Suite):
    """What every step must hold."""


def test_does_without_it(host: str, desk: Desk, snapshot: Callable[[], Any]) -> None:
    """The one instance is in standby, and the group asks for one less."""
    desk.apply(desk.preview())
    desired, states = snapshot()
    assert desired == 1
    assert states.pop(host) == "Standby"
    assert list(states.values()) == ["InService"]


def test_keeps_capacity(desk: Desk, snapshot: Callable[[], Any]) -> None:
    """By default the group starts another one; that the undo leaves one more is told before."""
    told = desk.told()
    plan = told.preview()
    assert plan.actions[0].parameters["ShouldDecrementDesiredCapacity"] is False
    assert "one more" in " ".join(effect.what for effect in plan.effects)
    told.apply(plan)
    assert snapshot()[0] == 2


def test_smallest_number(world: SmallWorld, desk: Desk, group: str) -> None:
    """A group that may not become smaller is refused before AWS refuses it, with the way out."""
    world.site.api("autoscaling").update_auto_scaling_group(AutoScalingGroupName=group, MinSize=2)
    with pytest.raises(ResponseError, match="at least 2 instances") as refused:
        desk.preview()
    assert "keep-capacity=yes" in str(refused.value)


def test_undo_would_not_fit(world: SmallWorld, desk: Desk, group: str) -> None:
    """Where the group is at its largest number, the check tells that the undo needs room."""
    world.site.api("autoscaling").update_auto_scaling_group(AutoScalingGroupName=group, MaxSize=2)
    (check,) = desk.told().preview().checks
    assert check.holds is False
    assert "before the undo" in check.found


def test_in_no_group(world: SmallWorld, tmp_path: Path) -> None:
    """An instance in no group has nothing to be done, and the check says why."""
    alone = world.fleet(f"alone-{next(_NUMBERS)}").instances[0].id
    plan = desk_for(world, STEP, tmp_path / "case", instance_id=alone).preview()
    assert plan.nothing_to_do
    assert "in none" in plan.checks[0].found


def test_on_its_way(desk: Desk) -> None:
    """An instance that is on its way somewhere is left alone, with what to do."""
    with pytest.raises(ResponseError, match="is Terminating:Wait"):
        want(desk.target, {"group": "shop", "lifecycle": "Terminating:Wait"})
