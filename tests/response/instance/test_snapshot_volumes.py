"""Snapshots of all volumes at one instant, locked, and never taken away."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from gdkit.errors import ResponseError
from gdkit.response.instance.snapshot_volumes import STEP
from tests.response.conformance import holds_missing_reading
from tests.response.desk import Desk, desk_for
from tests.response.suite import LastingSuite

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.simulator.small_world import SmallWorld


@pytest.fixture
def second_volume(world: SmallWorld, host: str, described: Callable[[], Any]) -> str:
    """Give the instance a second volume."""
    ec2 = world.site.api("ec2")
    made = ec2.create_volume(AvailabilityZone=described()["Placement"]["AvailabilityZone"], Size=40)["VolumeId"]
    ec2.attach_volume(VolumeId=made, InstanceId=host, Device="/dev/sdf")
    return str(made)


@pytest.fixture
def desk(world: SmallWorld, host: str, second_volume: str, tmp_path: Path) -> Desk:
    """Give a desk about an instance with two volumes, whose snapshots are to be locked."""
    return desk_for(world, STEP, tmp_path / "case", options={"lock-days": "30"}, instance_id=host)


@pytest.fixture
def unread() -> frozenset[str]:
    """Give what is read only where there are snapshots."""
    return frozenset({"ec2:DescribeLockedSnapshots"})


@pytest.fixture
def taken(world: SmallWorld, described: Callable[[], Any]) -> Callable[[], Any]:
    """Give the snapshots of the instance's volumes, by volume, read past the gateway."""

    def look() -> dict[str, list[str]]:
        volumes = [one["Ebs"]["VolumeId"] for one in described()["BlockDeviceMappings"]]
        asks = [{"Name": "volume-id", "Values": volumes}]
        found: dict[str, list[str]] = {}
        for one in world.site.api("ec2").describe_snapshots(Filters=asks)["Snapshots"]:
            found.setdefault(one["VolumeId"], []).append(one["SnapshotId"])
        return found

    return look


@pytest.fixture
def snapshot(taken: Callable[[], Any]) -> Callable[[], Any]:
    """Give them as the state of what the step touches."""
    return taken


@pytest.fixture
def disturb(world: SmallWorld, host: str, second_volume: str) -> Callable[[], Any]:
    """Take a volume off by another hand."""
    return lambda: world.site.api("ec2").detach_volume(VolumeId=second_volume, InstanceId=host)


class TestConformance(LastingSuite):
    """What every step must hold."""


def test_each_volume_once_and_locked(world: SmallWorld, desk: Desk, taken: Callable[[], Any]) -> None:
    """One call snapshots both volumes, tagged with the case; nobody deletes them while the lock holds."""
    desk.apply(desk.preview())
    assert [len(ids) for ids in taken().values()] == [1, 1]
    number = len(world.records)
    for (name,) in taken().values():
        tags = world.api("ec2").describe_snapshots(SnapshotIds=[name])["Snapshots"][0]["Tags"]
        assert {"Key": "gdkit:case", "Value": "case-1"} in tags
        with pytest.raises(ClientError, match="locked"):
            world.api("ec2").delete_snapshot(SnapshotId=name)
    assert not any(one["eventName"] == "CreateSnapshots" for one in world.records[number:])


def test_lock_later(desk: Desk, taken: Callable[[], Any]) -> None:
    """Snapshots that are there unlocked are locked by themselves, not made anew."""
    unlocked = desk.told(lock_days="")
    desk.apply(unlocked.preview())
    plan = desk.preview()
    assert [action.operation for action in plan.actions] == ["LockSnapshot"] * 2
    assert desk.apply(plan).verified
    assert [len(ids) for ids in taken().values()] == [1, 1]


def test_missing_reading_of_locks(desk: Desk) -> None:
    """Where there are snapshots, whether they are locked must be read."""
    desk.apply(desk.told(lock_days="").preview())
    holds_missing_reading(desk, "ec2:DescribeLockedSnapshots")


def test_sizes_are_told(desk: Desk) -> None:
    """The plan tells how much is copied."""
    assert "2 volumes with 48 GiB" in desk.preview().effects[0].what


@pytest.mark.parametrize("days", ["0", "36501", "-1", "a year", "\uff11"])
def test_days_that_cannot_be(desk: Desk, days: str) -> None:
    """Days that AWS would refuse are refused before the preview ends."""
    with pytest.raises(ResponseError, match="number of days"):
        desk.told(lock_days=days).preview()


def test_no_volume(world: SmallWorld, desk: Desk, described: Callable[[], Any]) -> None:
    """An instance without EBS volumes is told so, with what is left to do."""
    for one in described()["BlockDeviceMappings"]:
        world.site.api("ec2").detach_volume(VolumeId=one["Ebs"]["VolumeId"], InstanceId=described()["InstanceId"])
    with pytest.raises(ResponseError, match="no EBS volume"):
        desk.preview()
