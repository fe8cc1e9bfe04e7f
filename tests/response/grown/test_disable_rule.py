"""A rule that starts a thief's code: switched off, and on again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from gdkit.errors import ResponseError
from gdkit.response.grown import disable_rule
from gdkit.response.grown.disable_rule import STEP
from tests.response.desk import Desk, desk_for
from tests.response.grown import made
from tests.response.suite import Suite
from tests.simulator.small_world import ACCOUNT, REGION

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.simulator.small_world import SmallWorld

ALL = "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"


@pytest.fixture(params=["default", "partners"])
def bus(world: SmallWorld, request: pytest.FixtureRequest) -> str:
    """Give the default bus, and another."""
    events = world.site.api("events")
    if request.param not in [one["Name"] for one in events.list_event_buses()["EventBuses"]]:
        events.create_event_bus(Name=request.param)
    return str(request.param)


@pytest.fixture
def rule(world: SmallWorld, bus: str) -> str:
    """Make the thief's rule with a target."""
    called, events = made.name("sync"), world.site.api("events")
    events.put_rule(Name=called, EventBusName=bus, EventPattern='{"source": ["aws.ec2"]}', State="ENABLED")
    events.put_targets(Rule=called, EventBusName=bus, Targets=[
        {"Id": "1", "Arn": f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:nightly"}])  # fmt: skip
    return called


@pytest.fixture
def desk(world: SmallWorld, rule: str, bus: str, tmp_path: Path) -> Desk:
    """Give a desk about it."""
    return desk_for(world, STEP, tmp_path / "case", options={"rule": rule, "bus": bus})


@pytest.fixture
def snapshot(world: SmallWorld, rule: str, bus: str) -> Callable[[], Any]:
    """Read the rule and its targets past the gateway."""
    events = world.site.api("events")

    def read() -> Any:
        told = events.describe_rule(Name=rule, EventBusName=bus)
        told.pop("ResponseMetadata")
        return told, events.list_targets_by_rule(Rule=rule, EventBusName=bus)["Targets"]

    return read


@pytest.fixture
def disturb(world: SmallWorld, rule: str, bus: str) -> Callable[[], Any]:
    """Switch it off as somebody else."""
    return lambda: world.site.api("events").disable_rule(Name=rule, EventBusName=bus)


class TestConformance(Suite):
    """What every step must hold."""


def test_names_its_targets(desk: Desk, rule: str) -> None:
    """The preview names what the rule starts no more."""
    target = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:nightly"
    assert desk.preview().effects[0].affects == (rule, target)


def test_of_a_service(monkeypatch: pytest.MonkeyPatch, desk: Desk) -> None:
    """A rule that an AWS service manages is refused, with the service's name."""
    told = {"State": "ENABLED", "ManagedBy": "config.amazonaws.com"}
    monkeypatch.setattr(disable_rule, "asked", lambda *_: told)
    with pytest.raises(ResponseError, match=r"config\.amazonaws\.com manages"):
        disable_rule.read(desk.reader(), desk.target)


def test_two_ways_to_be_on(desk: Desk) -> None:
    """The other way to be on cannot be brought back by EnableRule: the undo brings ENABLED, and says so."""
    off = {"State": "DISABLED"}
    undone = disable_rule.revert(desk.target, {"State": ALL}, off, off)
    assert undone.state == {"State": "ENABLED"}
    assert "PutRule" in undone.left[0]
    assert disable_rule.revert(desk.target, {"State": "ENABLED"}, off, off).left == ()


def test_gone(desk: Desk) -> None:
    """A rule that is gone is told."""
    with pytest.raises(ResponseError, match="the rule nobody-here does not exist"):
        desk.told(rule="nobody-here").preview()
