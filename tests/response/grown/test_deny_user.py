"""A thief's user: denied everything, by one policy of gdkit's own, and as before again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from gdkit.errors import ResponseError
from gdkit.response.grown.deny_user import DENIED, POLICY, STEP
from tests.response.desk import Desk, desk_for
from tests.response.grown import made
from tests.response.suite import Suite
from tests.simulator.small_world import ACCOUNT, EVERYTHING, issued_key, outcome, policy_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.response.grown.made import MadeUser
    from tests.simulator.small_world import SmallWorld


PASSWORD = "made-Up-1!"  # noqa: S105 - of nobody


@pytest.fixture
def thief(world: SmallWorld) -> MadeUser:
    """Make the user that a thief made."""
    return made.user(world)


@pytest.fixture
def desk(world: SmallWorld, thief: MadeUser, tmp_path: Path) -> Desk:
    """Give a desk about the user."""
    return desk_for(world, STEP, tmp_path / "case", options={"user": thief.name})


@pytest.fixture
def snapshot(world: SmallWorld, thief: MadeUser) -> Callable[[], Any]:
    """Read the user's inline policies past the gateway."""
    return lambda: made.inline(world, "user", thief.name)


@pytest.fixture
def disturb(world: SmallWorld, thief: MadeUser) -> Callable[[], Any]:
    """Put a policy of gdkit's name on the user as somebody else."""
    return lambda: world.site.api("iam").put_user_policy(UserName=thief.name, PolicyName=POLICY, PolicyDocument=DENIED)


class TestConformance(Suite):
    """What every step must hold."""


def test_thief_is_refused(world: SmallWorld, desk: Desk, thief: MadeUser) -> None:
    """Every key of the user works, is refused after the step, one made later too, and works after the undo."""
    iam = world.site.api("iam")
    made_later = iam.create_access_key(UserName=thief.name)["AccessKey"]
    second = issued_key(world.accounts.know_user_key(ACCOUNT, made_later))
    calls = [world.api("iam", key).list_users for key in (thief.key, second)]
    assert [outcome(call) for call in calls] == ["ok", "ok"]
    desk.apply(desk.preview())
    assert [outcome(call) for call in calls] == ["AccessDenied", "AccessDenied"]
    desk.apply(desk.preview_undo())
    assert [outcome(call) for call in calls] == ["ok", "ok"]


def test_others_go_on(world: SmallWorld, desk: Desk) -> None:
    """Another user is not hit."""
    other = made.user(world)
    desk.apply(desk.preview())
    assert outcome(world.api("iam", other.key).list_users) == "ok"


def test_effects_name_what_stops(world: SmallWorld, desk: Desk, thief: MadeUser) -> None:
    """The preview names the keys by number and id, and tells whether there is a password."""
    said = desk.preview().effects[0]
    assert f"it has 1 access keys ({thief.key_id}) and no console password" in said.what
    assert said.affects == (thief.name, thief.key_id)
    world.site.api("iam").create_login_profile(UserName=thief.name, Password=PASSWORD)
    assert "and a console password" in desk.preview().effects[0].what


def test_password_stays(world: SmallWorld, desk: Desk, thief: MadeUser) -> None:
    """The login profile is not deleted, since nobody could put the password back."""
    iam = world.site.api("iam")
    iam.create_login_profile(UserName=thief.name, Password=PASSWORD)
    desk.apply(desk.preview())
    assert iam.get_login_profile(UserName=thief.name)["LoginProfile"]["UserName"] == thief.name
    assert "nobody can put that password back" in STEP.explanation.why


def test_foreign_policy_of_the_name(world: SmallWorld, desk: Desk, thief: MadeUser) -> None:
    """A policy of gdkit's name with another content is not overwritten."""
    world.site.api("iam").put_user_policy(UserName=thief.name, PolicyName=POLICY, PolicyDocument=EVERYTHING)
    with pytest.raises(ResponseError, match="did not write"):
        desk.preview()


def test_undo_leaves_what_others_changed(world: SmallWorld, desk: Desk, thief: MadeUser) -> None:
    """A policy that somebody changed after the step is left, and the plan of the undo says so."""
    desk.apply(desk.preview())
    world.site.api("iam").put_user_policy(UserName=thief.name, PolicyName=POLICY, PolicyDocument=EVERYTHING)
    undo = desk.preview_undo()
    assert undo.actions == ()
    assert "changed by somebody else" in undo.left[0]


def test_no_space(world: SmallWorld, desk: Desk, thief: MadeUser) -> None:
    """Where IAM would refuse for want of space, the preview says so, with the figures and another way."""
    big = policy_of("Allow", "s3:Get" + "x" * 1_950)
    world.site.api("iam").put_user_policy(UserName=thief.name, PolicyName="big", PolicyDocument=big)
    with pytest.raises(ResponseError, match="of 2,048 in all") as refused:
        desk.preview()
    assert "AWSDenyAll" in str(refused.value.action)


def test_unknown_user(desk: Desk) -> None:
    """A user that is gone is told."""
    with pytest.raises(ResponseError, match="does not exist any more"):
        desk.told(user="nobody-here").preview()
