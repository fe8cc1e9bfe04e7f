"""A thief's access key: switched off, refused, and on again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from gdkit.errors import ResponseError
from gdkit.response.grown.disable_key import STEP
from tests.response.desk import Desk, desk_for
from tests.response.grown import made
from tests.response.suite import Suite
from tests.simulator.small_world import OTHER, outcome

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.response.grown.made import MadeUser
    from tests.simulator.small_world import SmallWorld


@pytest.fixture
def thief(world: SmallWorld) -> MadeUser:
    """Make the user that a thief made."""
    return made.user(world)


@pytest.fixture
def desk(world: SmallWorld, thief: MadeUser, tmp_path: Path) -> Desk:
    """Give a desk about its key."""
    return desk_for(world, STEP, tmp_path / "case", options={"user": thief.name, "key": thief.key_id})


@pytest.fixture
def snapshot(world: SmallWorld, thief: MadeUser) -> Callable[[], Any]:
    """Read the user's keys past the gateway."""
    return lambda: [(row["AccessKeyId"], row["Status"]) for row in
                    world.site.api("iam").list_access_keys(UserName=thief.name)["AccessKeyMetadata"]]  # fmt: skip


@pytest.fixture
def disturb(world: SmallWorld, thief: MadeUser) -> Callable[[], Any]:
    """Switch the key off as somebody else."""
    return lambda: world.site.api("iam").update_access_key(
        UserName=thief.name, AccessKeyId=thief.key_id, Status="Inactive"
    )


class TestConformance(Suite):
    """What every step must hold."""


def test_thief_is_refused(world: SmallWorld, desk: Desk, thief: MadeUser) -> None:
    """The key works, is refused after the step, and works again after the undo."""
    iam = world.api("iam", thief.key)
    assert outcome(iam.list_users) == "ok"
    desk.apply(desk.preview())
    assert outcome(iam.list_users) == "InvalidClientTokenId"
    desk.apply(desk.preview_undo())
    assert outcome(iam.list_users) == "ok"


def test_other_keys_go_on(world: SmallWorld, desk: Desk, thief: MadeUser) -> None:
    """Another key of the same user is left alone, and the plan names only the one."""
    other = world.site.api("iam").create_access_key(UserName=thief.name)["AccessKey"]
    plan = desk.preview()
    assert plan.effects[0].affects == (thief.name, thief.key_id)
    desk.apply(plan)
    keys = world.site.api("iam").list_access_keys(UserName=thief.name)["AccessKeyMetadata"]
    assert {row["AccessKeyId"]: row["Status"] for row in keys} == {thief.key_id: "Inactive",
                                                                  other["AccessKeyId"]: "Active"}  # fmt: skip


def test_last_use_does_not_void_the_plan(world: SmallWorld, desk: Desk, thief: MadeUser) -> None:
    """A thief who goes on using the key after the preview does not make the plan void."""
    plan = desk.preview()
    world.api("s3", thief.key).list_buckets()
    assert "IAM knows of no use" in plan.checks[0].found or "last used for" in plan.checks[0].found
    assert desk.preview().hash == plan.hash
    assert desk.apply(plan).verified


def test_already_off(world: SmallWorld, desk: Desk, disturb: Callable[[], Any]) -> None:
    """A key that is off already leaves nothing to do."""
    disturb()
    assert desk.preview().nothing_to_do


@pytest.mark.parametrize(("options", "words"), [
    ({"user": "nobody-here"}, "the user nobody-here does not exist"),
    ({"key": "AKIAZZZZZZZZZZZZZZZZ"}, "the key AKIAZZZZZZZZZZZZZZZZ .* does not exist"),
    ({"key": "ASIAZZZZZZZZZZZZZZZZ"}, "cannot be the option key"),
    ({"user": "a/b"}, "cannot be the option user"),
    ({"account": "12"}, "cannot be the option account"),
])  # fmt: skip
def test_what_cannot_be(desk: Desk, thief: MadeUser, options: dict[str, str], words: str) -> None:
    """A user or key that is not there, and text that is neither, are refused with the reason."""
    with pytest.raises(ResponseError, match=words):
        desk.told(**{"user": thief.name, "key": thief.key_id, **options}).preview()


def test_other_account(desk: Desk, thief: MadeUser) -> None:
    """In another account the call says so, and without a way there nothing is planned."""
    call = STEP.change(desk.told(user=thief.name, key=thief.key_id, account=OTHER).target,
                       {"Status": "Active"}, {"Status": "Inactive"})[0]  # fmt: skip
    assert call.account_id == OTHER
    with pytest.raises(Exception, match="no role to assume there was named"):
        desk.told(user=thief.name, key=thief.key_id, account=OTHER).preview()
