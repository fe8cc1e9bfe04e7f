"""The whole role denied everything: every session of it, whenever begun, and nobody of another role."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from gdkit.errors import ResponseError
from gdkit.response.credential.deny_role import STEP
from gdkit.response.credential.inline import ROLE
from tests.response.credential.cast import answers, check, desk_of, fleet_of, policies_of
from tests.response.suite import Suite
from tests.simulator.small_world import ACCOUNT, EVERYTHING, issued_key

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.response.desk import Desk
    from tests.simulator.small_world import Fleet, SmallWorld


@pytest.fixture
def fleet(world: SmallWorld) -> Fleet:
    """Make the leaked role."""
    return fleet_of(world)


@pytest.fixture
def desk(world: SmallWorld, fleet: Fleet, tmp_path: Path) -> Desk:
    """Give a desk about it."""
    return desk_of(world, STEP, fleet, tmp_path / "case")


@pytest.fixture
def snapshot(world: SmallWorld, fleet: Fleet) -> Callable[[], Any]:
    """Read the role's inline policies past the gateway."""
    return policies_of(world, fleet.role)


@pytest.fixture
def disturb(world: SmallWorld, fleet: Fleet) -> Callable[[], Any]:
    """Make the role anew, with the same name and another id."""

    def again() -> None:
        iam = world.site.api("iam")
        for name in iam.list_role_policies(RoleName=fleet.role)["PolicyNames"]:
            iam.delete_role_policy(RoleName=fleet.role, PolicyName=name)
        iam.remove_role_from_instance_profile(RoleName=fleet.role, InstanceProfileName=f"{fleet.role}-profile")
        trust = iam.get_role(RoleName=fleet.role)["Role"]["AssumeRolePolicyDocument"]
        iam.delete_role(RoleName=fleet.role)
        import json

        iam.create_role(RoleName=fleet.role, AssumeRolePolicyDocument=json.dumps(trust))
        world.accounts.policies.forget()

    return again


@pytest.fixture
def unread() -> frozenset[str]:
    """AWS's second opinion is no condition for a plan; a region list that is refused is told as a gap."""
    return frozenset({"iam:SimulatePrincipalPolicy", "ec2:DescribeRegions"})


class TestConformance(Suite):
    """What every step must hold, but for the changed ground, which is refused by the role's id here."""

    def test_changed_ground(self, desk: Desk, disturb: Callable[[], object]) -> None:
        """A role that was made anew after the preview is another role, and nothing is put on it."""
        plan = desk.preview()
        disturb()
        number = len(desk.world.records)
        with pytest.raises(ResponseError, match="deleted and made again"):
            desk.apply(plan)
        assert desk.written_since(number) == []


def test_every_session_is_refused(world: SmallWorld, fleet: Fleet, desk: Desk) -> None:
    """Instances, people, old and new credentials are refused; other roles go on."""
    person = issued_key(world.accounts.role_session(ACCOUNT, fleet.role, "someone", 3600))
    keys = [*(world.stolen(one) for one in fleet.instances), person]
    elsewhere = world.stolen(fleet_of(world).instances[0])
    desk.apply(desk.preview())
    assert all("ok" not in answers(world, key) for key in keys)
    assert answers(world, elsewhere) == {"ok"}


def test_everybody_hit_is_named(fleet: Fleet, desk: Desk) -> None:
    """The preview names every live instance, and proves the Deny for sessions that nobody knows."""
    plan = desk.preview()
    assert all(one.id in plan.effects[0].what for one in fleet.instances)
    assert "not known yet" in check(plan.checks, "every session that is meant").found
    assert all(one.holds for one in plan.checks)


def test_somebody_elses_content(world: SmallWorld, fleet: Fleet, desk: Desk) -> None:
    """A policy of gdkit's name with another content is not overwritten."""
    world.site.api("iam").put_role_policy(RoleName=fleet.role, PolicyName=ROLE, PolicyDocument=EVERYTHING)
    with pytest.raises(ResponseError, match="overwrites nobody's work"):
        desk.preview()
