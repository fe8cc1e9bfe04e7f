"""The instance's metadata service: IMDSv2 alone, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from gdkit.response.instance.require_imdsv2 import STEP
from tests.response import conformance
from tests.response.desk import Desk, desk_for

if TYPE_CHECKING:
    from pathlib import Path

    from tests.simulator.small_world import SmallWorld


@pytest.fixture
def desk(world: SmallWorld, tmp_path: Path) -> Desk:
    """Give a desk about a new instance of a fleet."""
    made = world.fleet(f"web-{len(world.records)}").instances[0]
    return desk_for(world, STEP, tmp_path / "case", instance_id=made.id)


def options_of(desk: Desk) -> dict[str, Any]:
    """Read the metadata options past the gateway."""
    ec2 = desk.world.site.api("ec2")
    found = ec2.describe_instances(InstanceIds=[desk.target.instance_id])["Reservations"][0]["Instances"][0]
    return dict(found["MetadataOptions"])


def test_conformance(desk: Desk) -> None:
    """The step previews by reading, applies, verifies and undoes to the byte."""
    conformance.holds_preview(desk, lambda: options_of(desk))
    conformance.holds_apply_and_undo(desk, lambda: options_of(desk))


def test_changed_ground(desk: Desk) -> None:
    """Somebody who changes the options after the preview makes the plan void."""
    ec2 = desk.world.site.api("ec2")
    conformance.holds_changed_ground(
        desk, lambda: ec2.modify_instance_metadata_options(InstanceId=desk.target.instance_id, HttpEndpoint="disabled")
    )


@pytest.mark.parametrize("action", sorted(STEP.operations))
def test_missing_permission(desk: Desk, action: str) -> None:
    """Each call that the responder may not make is named."""
    conformance.holds_missing_permission(desk, action)


@pytest.mark.parametrize("action", sorted(need.action for need in STEP.needs if not need.writes))
def test_missing_reading(desk: Desk, action: str) -> None:
    """Each reading that the analyst may not make is named."""
    conformance.holds_missing_reading(desk, action)


def test_throttled(desk: Desk) -> None:
    """A busy service is asked again."""
    conformance.holds_throttling(desk)


def test_killed(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process killed after its call is settled by the next."""
    conformance.holds_kill(desk, monkeypatch, lambda: options_of(desk))
