"""The simulated CloudWatch: how often instances' metadata services were read without a token."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from tests.simulator.ec2.test_metadata import LIST, asked
from tests.simulator.small_world import REGION, outcome

if TYPE_CHECKING:
    from tests.simulator.small_world import SmallWorld


def statistics(world: SmallWorld, instance_id: str, region: str = REGION, **changes: Any) -> list[dict[str, Any]]:
    """Give the points of the last hour, as CloudWatch gives them."""
    now = world.accounts.clock.now()
    window: dict[str, Any] = {
        "Namespace": "AWS/EC2", "MetricName": "MetadataNoToken", "Period": 300, "Statistics": ["Sum"],
        "Dimensions": [{"Name": "InstanceId", "Value": instance_id}],
        "StartTime": now - timedelta(hours=1), "EndTime": now, **changes,
    }  # fmt: skip
    found: list[dict[str, Any]] = world.api("cloudwatch", region=region).get_metric_statistics(**window)["Datapoints"]
    return found


def test_reads_are_counted_by_period(world: SmallWorld) -> None:
    """Each period while the instance runs has a figure: 0 where nothing was read without a token."""
    instance = world.fleet("figures").instances[0]
    url = world.simulator.metadata_url(instance.id) + LIST
    world.go_on(minutes=11)
    at = world.accounts.clock.now()
    asked(url)
    asked(url)
    world.go_on(minutes=19)
    points = statistics(world, instance.id)
    read = [point["Timestamp"] for point in points if point["Sum"]]
    assert [point["Sum"] for point in points if point["Sum"]] == [2.0]
    assert timedelta(0) <= at - read[0] < timedelta(minutes=5)
    assert len(points) in (11, 12), "zeros too, but for what is not published yet"
    assert points[0]["Timestamp"] > points[1]["Timestamp"], "not in the order of time, as with CloudWatch"
    assert sum(point["Sum"] for point in statistics(world, instance.id, Period=3600)) == 2


def test_refused_reads_are_another_metric(world: SmallWorld) -> None:
    """Where tokens are required, reads without one are counted as refused."""
    instance = world.fleet("refusing").instances[0]
    world.api("ec2").modify_instance_metadata_options(InstanceId=instance.id, HttpTokens="required")
    asked(world.simulator.metadata_url(instance.id) + LIST)
    world.go_on(minutes=20)
    assert sum(point["Sum"] for point in statistics(world, instance.id)) == 0
    refused = statistics(world, instance.id, MetricName="MetadataNoTokenRejected")
    assert sum(point["Sum"] for point in refused) == 1


def test_unknown_instances_and_metrics(world: SmallWorld) -> None:
    """An instance that is not in the region has no figures, and neither has another metric."""
    instance = world.fleet("elsewhere").instances[0]
    world.go_on(minutes=20)
    assert statistics(world, instance.id, region="us-west-2") == []
    assert statistics(world, "i-00000000000000000") == []
    assert statistics(world, instance.id, MetricName="CPUUtilization") == []
    assert statistics(world, instance.id)


def test_limits(world: SmallWorld) -> None:
    """More than 1,440 points and periods of half a minute are refused."""
    now = world.accounts.clock.now()
    wanted = {"Namespace": "AWS/EC2", "MetricName": "MetadataNoToken", "EndTime": now, "Statistics": ["Sum"]}
    ask = world.api("cloudwatch").get_metric_statistics
    assert outcome(ask, StartTime=now - timedelta(days=6), Period=300, **wanted) == "InvalidParameterCombination"
    assert outcome(ask, StartTime=now - timedelta(hours=1), Period=90, **wanted) == "InvalidParameterValue"
    assert outcome(ask, StartTime=now - timedelta(days=5), Period=300, **wanted) == "ok"
