"""An instance that a thief launched: stopped and started again; refused where AWS does not stop it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.error import URLError

import pytest

from gdkit.errors import ResponseError
from gdkit.response.grown import stop_instance
from gdkit.response.grown.stop_instance import STEP
from tests.response.desk import Desk, desk_for
from tests.response.grown import made
from tests.response.suite import Suite

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from gdkit.simulator.scenarios.site import Instance
    from tests.simulator.small_world import SmallWorld


@pytest.fixture
def launched(world: SmallWorld) -> Instance:
    """Launch the thief's instance."""
    return world.fleet(made.name("miner")).instances[0]


@pytest.fixture
def desk(world: SmallWorld, launched: Instance, tmp_path: Path) -> Desk:
    """Give a desk about it."""
    return desk_for(world, STEP, tmp_path / "case", options={"instance": launched.id})


@pytest.fixture
def snapshot(world: SmallWorld, launched: Instance) -> Callable[[], Any]:
    """Read its state past the gateway."""
    return lambda: described(world, launched.id)["State"]["Name"]


@pytest.fixture
def disturb(world: SmallWorld, launched: Instance) -> Callable[[], Any]:
    """Stop it as somebody else."""
    return lambda: world.site.api("ec2").stop_instances(InstanceIds=[launched.id])


@pytest.fixture
def unread() -> frozenset[str]:
    """Spot requests are asked for of Spot Instances alone."""
    return frozenset({"ec2:DescribeSpotInstanceRequests"})


def described(world: SmallWorld, instance_id: str) -> dict[str, Any]:
    """Describe an instance past the gateway."""
    found = world.site.api("ec2").describe_instances(InstanceIds=[instance_id])["Reservations"][0]["Instances"][0]
    return dict(found)


class TestConformance(Suite):
    """What every step must hold."""


def test_its_code_gets_no_credentials(world: SmallWorld, desk: Desk, launched: Instance) -> None:
    """A stopped instance reads no credential from its metadata service, and does after the undo."""
    assert world.stolen(launched)
    desk.apply(desk.preview())
    with pytest.raises(URLError):
        world.stolen(launched)
    desk.apply(desk.preview_undo())
    assert world.stolen(launched)


def test_says_what_is_lost(desk: Desk, launched: Instance) -> None:
    """The preview says that memory is lost, and reminds of the evidence before."""
    plan = desk.preview()
    assert f"({launched.id}), launched 20" in plan.effects[0].what, "its name and age, so that a slip shows"
    assert f"The memory of {launched.id} is lost" in plan.effects[1].what
    assert "snapshot its volumes" in plan.checks[1].found
    assert plan.checks[0].holds is True


def test_stop_protection(world: SmallWorld, desk: Desk, launched: Instance) -> None:
    """Stop protection, which makes EC2 refuse, is seen before."""
    world.site.api("ec2").modify_instance_attribute(InstanceId=launched.id, DisableApiStop={"Value": True})
    assert desk.preview().checks[0].holds is False


def test_scaling_group_and_address(world: SmallWorld, desk: Desk, launched: Instance) -> None:
    """A group that would replace it is named."""
    tag = {"Key": "aws:autoscaling:groupName", "Value": "miners"}
    answer = {"Reservations": [{"Instances": [{**described(world, launched.id), "Tags": [tag],
                                               "PublicIpAddress": "203.0.113.9"}]}]}  # fmt: skip
    said = [one.what for one in stop_instance.effects(Answers(DescribeInstances=answer), desk.target,
                                                     {"state": "running"}, {"state": "stopped"})]  # fmt: skip
    assert any("Auto Scaling group miners" in one for one in said)
    assert any("loses its public address 203.0.113.9" in one for one in said)


@pytest.mark.parametrize(("instance", "request_type", "words"), [
    ({"RootDeviceType": "instance-store"}, "", "root disk is an instance store"),
    ({"InstanceLifecycle": "spot", "SpotInstanceRequestId": "sir-1"}, "one-time", "one-time request"),
    ({"InstanceLifecycle": "spot"}, "", "one-time request"),
    ({"InstanceLifecycle": "spot", "SpotInstanceRequestId": "sir-1"}, "persistent", ""),
])  # fmt: skip
def test_what_cannot_be_stopped(desk: Desk, instance: dict[str, Any], request_type: str, words: str) -> None:
    """Instances that AWS does not stop are refused with the reason; Spot Instances of a persistent request are not."""
    one = {"State": {"Name": "running"}, **instance}
    aws = Answers(DescribeInstances={"Reservations": [{"Instances": [one]}]},
                  DescribeSpotInstanceRequests={"SpotInstanceRequests": [{"Type": request_type}]})  # fmt: skip
    if not words:
        assert stop_instance.read(aws, desk.target) == {"state": "running"}
        return
    with pytest.raises(ResponseError, match=words) as refused:
        stop_instance.read(aws, desk.target)
    assert "isolate it" in str(refused.value.action)


@pytest.mark.parametrize(("told", "state"), [("pending", "running"), ("running", "running"), ("stopped", "stopped"),
                                             ("stopping", "stopping")])  # fmt: skip
def test_states(desk: Desk, told: str, state: str) -> None:
    """One that is stopping is not taken for stopped, and nothing is planned on it until it is."""
    aws = Answers(DescribeInstances={"Reservations": [{"Instances": [{"State": {"Name": told}}]}]})
    now = stop_instance.read(aws, desk.target)
    assert now == {"state": state}
    if state != "stopping":
        assert stop_instance.want(desk.target, now) == {"state": "stopped"}
        return
    with pytest.raises(ResponseError, match="is stopping now"):
        stop_instance.want(desk.target, now)


def test_gone(world: SmallWorld, desk: Desk, launched: Instance) -> None:
    """An instance that was ended, and one that never was, are told."""
    world.site.api("ec2").terminate_instances(InstanceIds=[launched.id])
    with pytest.raises(ResponseError, match="it is terminated"):
        desk.preview()
    with pytest.raises(ResponseError, match="does not exist any more, or never did"):
        desk.told(instance="i-0123456789abcdef0").preview()


class Answers:
    """Stands for the reader, with answers that the simulated EC2 does not give."""

    def __init__(self, **answers: dict[str, Any]) -> None:
        self._answers = answers
        self.meta = self

    def client(self, *_: Any) -> Any:
        """Give a client of which each operation gives its answer."""
        return self

    def __getattr__(self, name: str) -> Any:
        if name in ("service_model",):
            return type("Model", (), {"service_name": "ec2", "signing_name": "ec2"})
        if name == "region_name":
            return "eu-west-1"
        answer = self._answers["".join(part.title() for part in name.split("_"))]
        return lambda **_: dict(answer)
