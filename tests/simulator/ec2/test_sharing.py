"""Sharing of snapshots and images in the simulator, over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.simulator.small_world import OTHER, outcome

if TYPE_CHECKING:
    from tests.simulator.small_world import SmallWorld


def test_snapshot_in_both_forms(world: SmallWorld) -> None:
    """A snapshot is shared and unshared by either form of the request, each account by itself."""
    ec2 = world.api("ec2")
    volume = ec2.create_volume(Size=1, AvailabilityZone="eu-west-1a")["VolumeId"]
    asked = {"SnapshotId": ec2.create_snapshot(VolumeId=volume)["SnapshotId"], "Attribute": "createVolumePermission"}

    def shares() -> list[str]:
        rows = ec2.describe_snapshot_attribute(**asked)["CreateVolumePermissions"]
        return sorted(row.get("UserId") or row["Group"] for row in rows)

    ec2.modify_snapshot_attribute(**asked, CreateVolumePermission={"Add": [{"UserId": OTHER}, {"Group": "all"}]})
    assert shares() == [OTHER, "all"]
    ec2.modify_snapshot_attribute(**asked, OperationType="remove", GroupNames=["all"])
    assert shares() == [OTHER]
    ec2.modify_snapshot_attribute(**asked, CreateVolumePermission={"Remove": [{"UserId": OTHER}]})
    assert shares() == []


def test_image(world: SmallWorld) -> None:
    """An image tells whom it may be launched by; one that is not there is told as AWS tells it."""
    ec2 = world.api("ec2")
    instance = world.fleet("golden").instances[0]
    image = ec2.create_image(InstanceId=instance.id, Name="golden")["ImageId"]
    ec2.modify_image_attribute(ImageId=image, LaunchPermission={"Add": [{"UserId": OTHER}]})
    told = ec2.describe_image_attribute(ImageId=image, Attribute="launchPermission")
    assert [row["UserId"] for row in told["LaunchPermissions"]] == [OTHER]
    missing = {"ImageId": "ami-0123456789abcdef0", "Attribute": "launchPermission"}
    assert outcome(ec2.describe_image_attribute, **missing) == "InvalidAMIID.NotFound"
