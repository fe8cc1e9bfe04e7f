"""The instance protected from being ended or stopped, and as before again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from gdkit.response.instance.protect_instance import STEP, want
from tests.response.desk import Desk, desk_for
from tests.response.suite import Suite

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.simulator.small_world import SmallWorld


@pytest.fixture
def desk(world: SmallWorld, host: str, tmp_path: Path) -> Desk:
    """Give a desk about the instance."""
    return desk_for(world, STEP, tmp_path / "case", instance_id=host)


@pytest.fixture
def snapshot(world: SmallWorld, host: str, described: Callable[[], Any]) -> Callable[[], Any]:
    """Read attributes, volumes and tags past the gateway."""
    ec2 = world.site.api("ec2")

    def look() -> Any:
        names = ("disableApiTermination", "disableApiStop", "instanceInitiatedShutdownBehavior")
        found = [ec2.describe_instance_attribute(InstanceId=host, Attribute=name) for name in names]
        for one in found:
            del one["ResponseMetadata"]
        one = described()
        mappings = [(each["DeviceName"], each["Ebs"]["DeleteOnTermination"]) for each in one["BlockDeviceMappings"]]
        return found, mappings, sorted((tag["Key"], tag["Value"]) for tag in one.get("Tags", ()))

    return look


@pytest.fixture
def disturb(world: SmallWorld, host: str) -> Callable[[], Any]:
    """Protect it by another hand."""
    return lambda: world.site.api("ec2").modify_instance_attribute(
        InstanceId=host, DisableApiTermination={"Value": True}
    )


class TestConformance(Suite):
    """What every step must hold."""


def test_cannot_be_ended(world: SmallWorld, desk: Desk, host: str, described: Callable[[], Any]) -> None:
    """After it, ending the instance is refused by EC2, and every volume stays when it is ended all the same."""
    desk.apply(desk.preview())
    ec2 = world.site.api("ec2")
    with pytest.raises(ec2.exceptions.ClientError, match=r"DisableApiTermination|OperationNotPermitted"):
        ec2.terminate_instances(InstanceIds=[host])
    assert not any(one["Ebs"]["DeleteOnTermination"] for one in described()["BlockDeviceMappings"])
    assert {"Key": "gdkit:case", "Value": "case-1"} in described()["Tags"]


def test_what_others_changed_stays(world: SmallWorld, desk: Desk, host: str) -> None:
    """Where somebody took one protection off since, the undo takes back the others alone."""
    desk.apply(desk.preview())
    world.site.api("ec2").modify_instance_attribute(InstanceId=host, DisableApiTermination={"Value": False})
    undo = desk.preview_undo()
    assert not any("DisableApiTermination" in action.parameters for action in undo.actions)
    assert undo.actions


def test_group_is_told(world: SmallWorld, desk: Desk, host: str) -> None:
    """That an Auto Scaling group ends it all the same is a check that fails, with the step that helps."""
    world.site.api("ec2").create_tags(Resources=[host], Tags=[{"Key": "aws:autoscaling:groupName", "Value": "shop"}])
    (found,) = [one for one in desk.preview().checks if "Auto Scaling" in one.what]
    assert found.holds is False
    assert "detach-from-group" in found.found


def test_what_ec2_does_not_offer(desk: Desk) -> None:
    """Of a Spot Instance neither protection is asked for: EC2 refuses it."""
    now = {"termination": False, "stop": False, "shutdown": "terminate", "volumes_kept": {"/dev/sda1": False},
           "case_tag": None, "unprotectable": ["termination", "stop"]}  # fmt: skip
    wanted = want(desk.target, now)
    assert (wanted["termination"], wanted["stop"], wanted["shutdown"]) == (False, False, "terminate")
    assert wanted["volumes_kept"] == {"/dev/sda1": True}
