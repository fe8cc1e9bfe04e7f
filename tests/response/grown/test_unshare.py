"""A snapshot or image that a thief shared: taken back from one account or from all, and shared again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from gdkit.errors import ResponseError
from gdkit.response.grown.unshare_image import STEP as UNSHARE_IMAGE
from gdkit.response.grown.unshare_snapshot import STEP as UNSHARE_SNAPSHOT
from tests.response.desk import Desk, desk_for
from tests.response.grown import made
from tests.response.suite import Suite
from tests.simulator.small_world import OTHER

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.simulator.small_world import SmallWorld


@dataclass(frozen=True, slots=True)
class Shared:
    """A thing that is shared with an account, and another account's share that must stay."""

    kind: str
    id: str
    whom: str
    ec2: Any

    def change(self, how: str, whom: str) -> None:
        """Share it with an account or with all, or take that back, past the gateway: how is add or remove."""
        if self.kind == "snapshot":
            who = {"GroupNames": [whom]} if whom == "all" else {"UserIds": [whom]}
            self.ec2.modify_snapshot_attribute(SnapshotId=self.id, OperationType=how, **who)
        else:
            one = {"Group": whom} if whom == "all" else {"UserId": whom}
            self.ec2.modify_image_attribute(ImageId=self.id, LaunchPermission={how.title(): [one]})

    def read(self) -> list[tuple[str, str]]:
        """Read whom it is shared with."""
        if self.kind == "snapshot":
            told = self.ec2.describe_snapshot_attribute(SnapshotId=self.id, Attribute="createVolumePermission")
            rows = told["CreateVolumePermissions"]
        else:
            rows = self.ec2.describe_image_attribute(ImageId=self.id, Attribute="launchPermission")["LaunchPermissions"]
        return sorted((row.get("UserId", ""), row.get("Group", "")) for row in rows)


@pytest.fixture(params=[("snapshot", made.OUTSIDER), ("snapshot", "all"), ("image", made.OUTSIDER), ("image", "all")],
                ids="-".join)  # fmt: skip
def shared(world: SmallWorld, request: pytest.FixtureRequest) -> Shared:
    """Make the thing, shared with a partner as ever and with whom the thief shared it."""
    kind, whom = request.param
    ec2 = world.site.api("ec2")
    if kind == "snapshot":
        volume = ec2.create_volume(Size=1, AvailabilityZone="eu-west-1a")["VolumeId"]
        made_id = ec2.create_snapshot(VolumeId=volume)["SnapshotId"]
    else:
        instance = world.fleet(made.name("golden")).instances[0]
        made_id = ec2.create_image(InstanceId=instance.id, Name=made.name("golden"))["ImageId"]
    thing = Shared(kind, made_id, whom, ec2)
    thing.change("add", OTHER)
    thing.change("add", whom)
    return thing


@pytest.fixture
def desk(world: SmallWorld, shared: Shared, tmp_path: Path) -> Desk:
    """Give a desk about it."""
    step = UNSHARE_SNAPSHOT if shared.kind == "snapshot" else UNSHARE_IMAGE
    return desk_for(world, step, tmp_path / "case", options={shared.kind: shared.id, "shared-with": shared.whom})


@pytest.fixture
def snapshot(shared: Shared) -> Callable[[], Any]:
    """Read whom it is shared with past the gateway."""
    return shared.read


@pytest.fixture
def disturb(shared: Shared) -> Callable[[], Any]:
    """Unshare it as somebody else."""
    return lambda: shared.change("remove", shared.whom)


class TestConformance(Suite):
    """What every step must hold."""


def test_others_keep_it(desk: Desk, shared: Shared) -> None:
    """Only the one is taken out; the partner's share stays, also one that was added since."""
    desk.apply(desk.preview())
    assert shared.read() == [(OTHER, "")]
    shared.change("add", "121212121212")
    desk.apply(desk.preview_undo())
    assert {("121212121212", ""), (OTHER, "")} < set(shared.read())


def test_says_what_is_lost(desk: Desk, shared: Shared) -> None:
    """The preview says that copies stay with who made them."""
    said = desk.preview().effects[0]
    assert "copies made already stay" in said.what
    assert said.affects == (shared.id, shared.whom)


def test_not_shared(desk: Desk, shared: Shared) -> None:
    """Somebody it is not shared with leaves nothing to do."""
    options = {shared.kind: shared.id, "shared_with": "343434343434"}
    assert desk.told(**options).preview().nothing_to_do


def test_gone(desk: Desk, shared: Shared) -> None:
    """A thing that is gone, and text that is no account, are told."""
    other = "snap-0123456789abcdef0" if shared.kind == "snapshot" else "ami-0123456789abcdef0"
    with pytest.raises(ResponseError, match="does not exist any more"):
        desk.told(**{shared.kind: other, "shared_with": shared.whom}).preview()
    with pytest.raises(ResponseError, match="option shared-with"):
        desk.told(**{shared.kind: shared.id, "shared_with": "everybody"}).preview()
