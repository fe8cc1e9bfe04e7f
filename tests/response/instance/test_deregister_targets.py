"""The instance out of its load balancers, and back under the same ports."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any

import pytest

from gdkit.response.instance.deregister_targets import STEP
from tests.response.desk import Desk, desk_for
from tests.response.suite import Suite

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.simulator.small_world import Fleet, SmallWorld

_NUMBERS = count(1)


@pytest.fixture
def target_groups(world: SmallWorld, fleet: Fleet, described: Callable[[], Any]) -> list[str]:
    """Make two target groups with both instances, by id under two ports and by address, and one without them."""
    balancing, (leaked, sibling) = world.api("elbv2"), fleet.instances
    found = []
    for kind, targets in (
        ("instance", [(leaked.id, 80), (leaked.id, 8080), (sibling.id, 80)]),
        ("ip", [(described()["PrivateIpAddress"], 443)]),
        ("instance", [(sibling.id, 80)]),
    ):
        made = balancing.create_target_group(
            Name=f"group-{next(_NUMBERS)}", Protocol="HTTP", Port=80, VpcId=world.network.vpc_id, TargetType=kind
        )["TargetGroups"][0]["TargetGroupArn"]
        balancing.register_targets(TargetGroupArn=made, Targets=[{"Id": one, "Port": port} for one, port in targets])
        found.append(str(made))
    return found


@pytest.fixture
def classic(world: SmallWorld, fleet: Fleet) -> str:
    """Make a classic load balancer with both instances."""
    balancing, name = world.api("elb"), f"old-{next(_NUMBERS)}"
    listener = {"Protocol": "tcp", "LoadBalancerPort": 80, "InstancePort": 80}
    balancing.create_load_balancer(LoadBalancerName=name, Listeners=[listener], AvailabilityZones=["eu-west-1a"])
    given = [{"InstanceId": one.id} for one in fleet.instances]
    balancing.register_instances_with_load_balancer(LoadBalancerName=name, Instances=given)
    return name


@pytest.fixture
def desk(world: SmallWorld, host: str, target_groups: object, classic: object, tmp_path: Path) -> Desk:
    """Give a desk about an instance behind load balancers."""
    return desk_for(world, STEP, tmp_path / "case", instance_id=host)


@pytest.fixture
def snapshot(world: SmallWorld, target_groups: list[str], classic: str) -> Callable[[], Any]:
    """Give all targets."""

    def look() -> Any:
        balancing = world.api("elbv2")
        found = [balancing.describe_target_health(TargetGroupArn=arn)["TargetHealthDescriptions"]
                 for arn in target_groups]  # fmt: skip
        old = world.api("elb").describe_load_balancers(LoadBalancerNames=[classic])["LoadBalancerDescriptions"][0]
        return (
            [sorted((one["Target"]["Id"], one["Target"]["Port"]) for one in each) for each in found],
            sorted(one["InstanceId"] for one in old["Instances"]),
        )

    return look


@pytest.fixture
def disturb(world: SmallWorld, host: str, target_groups: list[str]) -> Callable[[], Any]:
    """Take one target out by another hand."""
    return lambda: world.api("elbv2").deregister_targets(
        TargetGroupArn=target_groups[0], Targets=[{"Id": host, "Port": 8080}]
    )


class TestConformance(Suite):
    """What every step must hold."""


def test_nothing_of_it_is_left(fleet: Fleet, desk: Desk, snapshot: Callable[[], Any]) -> None:
    """It is gone by id, by address and from the classic balancer; the sibling stays everywhere."""
    desk.apply(desk.preview())
    groups, old = snapshot()
    sibling = fleet.instances[1].id
    assert groups == [[(sibling, 80)], [], [(sibling, 80)]]
    assert old == [sibling]


def test_healthy_ones_are_counted(desk: Desk) -> None:
    """A target group that would be left without a healthy target is a check that fails."""
    checks = {check.found: check.holds for check in desk.preview().checks if "healthy target" in check.what}
    assert checks == {"1 of 1 others are healthy": True, "0 of 0 others are healthy": False}


def test_what_others_took_out_stays_out(world: SmallWorld, desk: Desk, disturb: Callable[[], Any]) -> None:
    """The undo brings back what the step took out, and nothing else."""
    disturb()
    desk.apply(desk.preview())
    given = [one for action in desk.preview_undo().actions for one in action.parameters.get("Targets", ())]
    assert sorted(one["Port"] for one in given) == [80, 443]
