"""A role that a thief made: denied everything, by one policy of gdkit's own, and as before again."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from gdkit.errors import ResponseError
from gdkit.response.grown.deny_made_role import DENIED, POLICY, STEP
from tests.response.desk import Desk, desk_for
from tests.response.grown import made
from tests.response.suite import Suite
from tests.simulator.small_world import ACCOUNT, EVERYTHING, issued_key, outcome

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.simulator.small_world import SmallWorld


@pytest.fixture
def role(world: SmallWorld) -> str:
    """Make the role that a thief made, for his own account."""
    return made.role(world, made.trust(made.lets_in(made.OUTSIDER)))


@pytest.fixture
def desk(world: SmallWorld, role: str, tmp_path: Path) -> Desk:
    """Give a desk about the role."""
    return desk_for(world, STEP, tmp_path / "case", options={"role": role})


@pytest.fixture
def snapshot(world: SmallWorld, role: str) -> Callable[[], Any]:
    """Read the role's inline policies past the gateway."""
    return lambda: made.inline(world, "role", role)


@pytest.fixture
def disturb(world: SmallWorld, role: str) -> Callable[[], Any]:
    """Make the role anew, as the thief would: it has the same name and another id."""

    def again() -> None:
        iam = world.site.api("iam")
        iam.delete_role_policy(RoleName=role, PolicyName="all")
        iam.delete_role(RoleName=role)
        iam.create_role(RoleName=role, AssumeRolePolicyDocument=made.trust(made.lets_in(made.OUTSIDER)))

    return again


class TestConformance(Suite):
    """What every step must hold."""


def test_sessions_are_refused(world: SmallWorld, desk: Desk, role: str) -> None:
    """A session that lives, and one that is begun after the step, are refused; both work after the undo."""

    def call() -> Any:
        issued = world.accounts.role_session(ACCOUNT, role, "thief", 3600)
        return world.api("s3", issued_key(issued)).list_buckets

    first = call()
    assert outcome(first) == "ok"
    desk.apply(desk.preview())
    assert [outcome(first), outcome(call())] == ["AccessDenied", "AccessDenied"]
    desk.apply(desk.preview_undo())
    assert [outcome(first), outcome(call())] == ["ok", "ok"]


def test_what_the_thief_put_there_stays(world: SmallWorld, desk: Desk, role: str) -> None:
    """The thief's own policy is covered, not deleted: it is evidence."""
    desk.apply(desk.preview())
    assert sorted(made.inline(world, "role", role)) == ["all", POLICY]


def test_leaked_role_is_refused(world: SmallWorld, tmp_path: Path) -> None:
    """The leaked role, which its instances need, is not denied by this step."""
    fleet = world.fleet(made.name("shop"))
    desk = desk_for(world, STEP, tmp_path / "case", options={"role": fleet.role}, role_id=fleet.role_id)
    with pytest.raises(ResponseError, match="leaked role"):
        desk.preview()


def test_effects_name_profiles(world: SmallWorld, tmp_path: Path) -> None:
    """The preview names the instance profiles that hand the role out."""
    fleet = world.fleet(made.name("made"))
    said = desk_for(world, STEP, tmp_path / "case", options={"role": fleet.role}).preview().effects[0]
    assert f"1 instance profiles hand it out ({fleet.role}-profile)" in said.what
    assert said.affects == (fleet.role, f"{fleet.role}-profile")


def test_foreign_policy_of_the_name(world: SmallWorld, desk: Desk, role: str) -> None:
    """A policy of gdkit's name with another content is neither overwritten nor, after the step, taken away."""
    iam = world.site.api("iam")
    desk.apply(desk.preview())
    iam.put_role_policy(RoleName=role, PolicyName=POLICY, PolicyDocument=EVERYTHING)
    undo = desk.preview_undo()
    assert (undo.actions, len(undo.left)) == ((), 1)
    with pytest.raises(ResponseError, match="gdkit overwrites nobody's work"):
        desk.preview()


def test_denied_already(world: SmallWorld, desk: Desk, role: str) -> None:
    """The same policy with other white space is gdkit's own, and nothing is to be done."""
    world.site.api("iam").put_role_policy(RoleName=role, PolicyName=POLICY, PolicyDocument=json.dumps(DENIED, indent=2))
    assert desk.preview().nothing_to_do


def test_unknown_role(desk: Desk) -> None:
    """A role that is gone is told."""
    with pytest.raises(ResponseError, match="does not exist any more"):
        desk.told(role="nobody-here").preview()
