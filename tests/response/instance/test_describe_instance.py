"""The instance as it is, kept as evidence: each piece, or the reason why it is missing, and no secret of it."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import TYPE_CHECKING, Any

import pytest

from gdkit.errors import AwsError, ResponseError
from gdkit.response import engine
from gdkit.response.instance.describe_instance import PIECES, STEP
from tests.response.desk import Desk, desk_for

if TYPE_CHECKING:
    from pathlib import Path

    from tests.simulator.small_world import SmallWorld

TOLD = "#!/bin/sh\nexport DB_PASSWORD=hunter2-very-secret\n"


@pytest.fixture
def desk(world: SmallWorld, host: str, tmp_path: Path) -> Desk:
    """Give a desk about the instance."""
    return desk_for(world, STEP, tmp_path / "case", instance_id=host)


def kept(desk: Desk) -> dict[str, Any]:
    """Give every document of evidence by the end of its name."""
    files = [path for path in desk.folder.rglob("*.json") if str(desk.target.instance_id) in path.name]
    return {path.stem.partition(f"{desk.target.instance_id}-")[2]: json.loads(path.read_text()) for path in files}


def test_only_reads(desk: Desk) -> None:
    """Previewed and applied, it makes reading calls alone, and keeps every piece."""
    number = len(desk.world.records)
    plan = desk.preview()
    assert (plan.actions, len(plan.collects)) == ((), len(PIECES))
    assert desk.apply(plan).verified
    assert desk.written_since(number) == []
    found = kept(desk)
    assert set(found) == {piece.replace(" ", "-") for piece in PIECES}
    assert found["instance"]["InstanceId"] == desk.target.instance_id
    assert found["security-groups"]
    assert found["network-ACLs"]
    assert found["volumes"][0]["Attachments"][0]["InstanceId"] == desk.target.instance_id


def test_user_data_is_kept_as_a_hash(world: SmallWorld, desk: Desk, host: str) -> None:
    """The user data's text, which may hold secrets, stands in no evidence; its hash and length do."""
    ec2 = world.site.api("ec2")
    text = base64.b64encode(TOLD.encode()).decode()
    ec2.modify_instance_attribute(InstanceId=host, Attribute="userData", Value=text)
    desk.apply(desk.preview())
    said = kept(desk)["attributes"]["UserData"]
    assert said == {"sha256": hashlib.sha256(TOLD.encode()).hexdigest(), "bytes": len(TOLD)}
    assert not any(b"hunter2" in path.read_bytes() for path in desk.folder.rglob("*") if path.is_file())


@pytest.mark.parametrize("action", sorted({need.action for need in STEP.needs} - {"ec2:DescribeInstances"}))
def test_a_piece_that_is_refused(desk: Desk, action: str) -> None:
    """What may not be read is told in the preview and kept as the reason; every other piece is kept."""
    reader = desk.reader(without=[action])
    plan = engine.preview(STEP, desk.target, reader, desk.record)
    assert [check.holds for check in plan.checks].count(False) == 1
    engine.apply(plan.hash, {STEP.name: STEP}, reader, desk.responder, desk.record)
    found = kept(desk)
    missing = [name for name, piece in found.items() if isinstance(piece, dict) and "not_collected" in piece]
    assert len(missing) == 1
    assert len(found) == len(PIECES)


def test_without_the_instance(desk: Desk, world: SmallWorld, tmp_path: Path) -> None:
    """An instance that may not be read, or is gone, or is not named at all, stops the step."""
    with pytest.raises(AwsError, match="DescribeInstances"):
        engine.preview(STEP, desk.target, desk.reader(without=["ec2:DescribeInstances"]), desk.record)
    for name, said in (("i-0123456789abcdef0", "does not exist any more"), (None, "names no instance")):
        with pytest.raises(ResponseError, match=said):
            desk_for(world, STEP, tmp_path / "other", instance_id=name).preview()
