"""The case's snapshots shared with a forensic account, copied first under a key that it may use."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from gdkit.errors import ResponseError
from gdkit.response.instance.copy_snapshots import STEP
from gdkit.response.instance.host import case_tags
from gdkit.response.instance.keys import may_use
from tests.response.desk import Desk, desk_for
from tests.response.suite import Suite
from tests.simulator.small_world import ACCOUNT

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.simulator.small_world import SmallWorld

FORENSIC = "444455556666"
USE = ["kms:DescribeKey", "kms:Decrypt", "kms:CreateGrant", "kms:ReEncrypt*"]


def key(world: SmallWorld, *actions: str) -> str:
    """Make a KMS key that the forensic account may use by these actions."""
    own = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "Action": "kms:*", "Resource": "*"}
    given = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{FORENSIC}:root"}, "Action": list(actions),
             "Resource": "*"}  # fmt: skip
    policy = json.dumps({"Version": "2012-10-17", "Statement": [own, given] if actions else [own]})
    return str(world.site.api("kms").create_key(Policy=policy)["KeyMetadata"]["Arn"])


@pytest.fixture
def desk(world: SmallWorld, host: str, described: Callable[[], Any], tmp_path: Path) -> Desk:
    """Give a desk about an instance of which the case has snapshots."""
    made = desk_for(world, STEP, tmp_path / "case", options={"account": FORENSIC}, instance_id=host)
    tags = [{"ResourceType": "snapshot", "Tags": case_tags(made.target)}]
    world.site.api("ec2").create_snapshots(InstanceSpecification={"InstanceId": host}, TagSpecifications=tags)
    return made


@pytest.fixture
def snapshot(world: SmallWorld, host: str) -> Callable[[], Any]:
    """Give the case's snapshots and with whom each is shared, read past the gateway."""
    ec2 = world.site.api("ec2")

    def look() -> Any:
        found = ec2.describe_snapshots(Filters=[{"Name": "tag:gdkit:instance", "Values": [host]}])["Snapshots"]
        return {one["SnapshotId"]: shared_with(world, one["SnapshotId"]) for one in found}

    return look


@pytest.fixture
def disturb(world: SmallWorld, snapshot: Callable[[], Any]) -> Callable[[], Any]:
    """Share one by another hand."""
    return lambda: world.site.api("ec2").modify_snapshot_attribute(
        SnapshotId=next(iter(snapshot())), Attribute="createVolumePermission", OperationType="add", UserIds=[FORENSIC]
    )


@pytest.fixture
def unread() -> frozenset[str]:
    """Give what is read only where a snapshot has a key."""
    return frozenset({"kms:DescribeKey", "kms:GetKeyPolicy"})


def shared_with(world: SmallWorld, name: str) -> list[str]:
    """Give the accounts that a snapshot is shared with."""
    asks = {"SnapshotId": name, "Attribute": "createVolumePermission"}
    found = world.site.api("ec2").describe_snapshot_attribute(**asks)["CreateVolumePermissions"]
    return sorted(one["UserId"] for one in found)


class TestConformance(Suite):
    """What every step must hold."""


def test_copied_then_shared(world: SmallWorld, desk: Desk, snapshot: Callable[[], Any]) -> None:
    """With a key one plan makes the copies and the next one shares them; the originals are shared with nobody."""
    arn = key(world, *USE)
    told = desk.told(account=FORENSIC, kms_key=arn)
    originals = set(snapshot())
    first = told.preview()
    assert {action.operation for action in first.actions} == {"CopySnapshot"}
    assert any(check.holds is False and "preview copy-snapshots again" in check.found for check in first.checks)
    assert told.apply(first).verified
    second = told.preview()
    assert {action.operation for action in second.actions} == {"DescribeSnapshots", "ModifySnapshotAttribute"}
    assert told.apply(second).verified
    assert told.preview().nothing_to_do
    found = snapshot()
    assert all(found[name] == [] for name in originals)
    assert all(found[name] == [FORENSIC] for name in set(found) - originals)
    assert len(found) == 2 * len(originals)


def test_undo_keeps_the_copies(world: SmallWorld, desk: Desk, snapshot: Callable[[], Any]) -> None:
    """Undone, nothing is shared any more; the copies stay, and the undo says so."""
    told = desk.told(account=FORENSIC, kms_key=key(world, *USE))
    told.apply(told.preview())
    told.apply(told.preview())
    copies = len(snapshot())
    told.apply(told.preview_undo())
    undo = told.preview_undo()
    assert any("stay" in one for one in undo.left)
    told.apply(undo)
    assert len(snapshot()) == copies
    assert all(accounts == [] for accounts in snapshot().values())


def test_key_that_the_account_may_not_use(world: SmallWorld, desk: Desk) -> None:
    """A key whose policy does not let the account in is a check that fails, naming what is missing."""
    (check, _) = desk.told(account=FORENSIC, kms_key=key(world, "kms:DescribeKey")).preview().checks
    assert check.holds is False
    assert "kms:Decrypt" in check.found
    (check, _) = desk.told(account=FORENSIC, kms_key=key(world, *USE)).preview().checks
    assert check.holds is True


def test_key_of_another_account(desk: Desk) -> None:
    """Whether a key of another account can be used is unknown here, and said to be."""
    arn = f"arn:aws:kms:eu-west-1:{FORENSIC}:key/11111111-2222-3333-4444-555555555555"
    holds, found = may_use(desk.reader(), desk.target, arn, FORENSIC)
    assert holds is None
    assert FORENSIC in found


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"account": "12345"}, "no other account"),
        ({"account": ACCOUNT}, "no other account"),
        ({"account": FORENSIC, "kms_key": "alias/aws/ebs"}, "no ARN of a KMS key"),
        ({"account": FORENSIC, "kms_key": f"arn:aws:kms:us-east-1:{ACCOUNT}:key/{'a' * 36}"}, "eu-west-1"),
    ],
)
def test_what_cannot_be(desk: Desk, options: dict[str, str], problem: str) -> None:
    """What cannot be is refused, with what to give instead."""
    with pytest.raises(ResponseError, match=problem):
        desk.told(**options).preview()


def test_no_snapshot(world: SmallWorld, tmp_path: Path) -> None:
    """Without snapshots the step names the one that makes them."""
    alone = world.fleet("without").instances[0].id
    made = desk_for(world, STEP, tmp_path / "case", options={"account": FORENSIC}, instance_id=alone)
    with pytest.raises(ResponseError, match="snapshot-volumes"):
        made.preview()
