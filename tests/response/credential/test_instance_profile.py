"""The instance's profile taken off or swapped: no new credential of the leaked role, the old ones live on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from gdkit.errors import ResponseError
from gdkit.response.credential.instance_profile import STEP
from tests.response.credential.cast import answers, check, desk_of, fleet_of
from tests.response.suite import Suite
from tests.simulator.small_world import policy_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.response.desk import Desk
    from tests.simulator.small_world import Fleet, SmallWorld


def profile_of(world: SmallWorld, instance_id: str) -> str | None:
    """Read an instance's profile past the gateway."""
    asked = [{"Name": "instance-id", "Values": [instance_id]}, {"Name": "state", "Values": ["associated"]}]
    found = world.site.api("ec2").describe_iam_instance_profile_associations(Filters=asked)
    return next((one["IamInstanceProfile"]["Arn"] for one in found["IamInstanceProfileAssociations"]), None)


@pytest.fixture
def fleet(world: SmallWorld) -> Fleet:
    """Make the leaked role."""
    return fleet_of(world)


@pytest.fixture
def desk(world: SmallWorld, fleet: Fleet, tmp_path: Path) -> Desk:
    """Give a desk about its first instance."""
    return desk_of(world, STEP, fleet, tmp_path / "case")


@pytest.fixture
def snapshot(world: SmallWorld, fleet: Fleet) -> Callable[[], Any]:
    """Read the profile past the gateway."""
    return lambda: profile_of(world, fleet.instances[0].id)


@pytest.fixture
def disturb(world: SmallWorld, fleet: Fleet) -> Callable[[], Any]:
    """Give the instance another profile by another hand."""
    other = fleet_of(world)
    return lambda: _swap(world, fleet.instances[0].id, f"{other.role}-profile")


def _swap(world: SmallWorld, instance_id: str, profile: str) -> None:
    ec2 = world.site.api("ec2")
    asked = [{"Name": "instance-id", "Values": [instance_id]}]
    found = ec2.describe_iam_instance_profile_associations(Filters=asked)["IamInstanceProfileAssociations"][0]
    ec2.replace_iam_instance_profile_association(
        AssociationId=found["AssociationId"], IamInstanceProfile={"Name": profile}
    )


@pytest.fixture
def quarantine(world: SmallWorld, fleet: Fleet) -> str:
    """Make a profile whose role allows nothing."""
    name = f"quarantine-{fleet.role}"
    world.site.instance_role(name, f"{name}-profile", policy_of("Deny", "*"))
    iam = world.site.api("iam")
    for policy in iam.list_role_policies(RoleName=name)["PolicyNames"]:
        iam.delete_role_policy(RoleName=name, PolicyName=policy)
    world.accounts.policies.forget()
    return f"{name}-profile"


@pytest.fixture
def unread() -> frozenset[str]:
    """The other profile's role is read only where another profile is told."""
    return frozenset({"iam:ListRolePolicies", "iam:GetRolePolicy", "iam:ListAttachedRolePolicies", "iam:GetPolicy",
                      "iam:GetPolicyVersion"})  # fmt: skip


class TestConformance(Suite):
    """What every step must hold."""


def test_swapped_and_back(world: SmallWorld, fleet: Fleet, desk: Desk, quarantine: str) -> None:
    """With another profile the host gets that one's credentials; the old credential lives on; the undo swaps back."""
    leaked = fleet.instances[0]
    stolen = world.stolen(leaked)
    told = desk.told(profile=quarantine)
    plan = told.preview()
    assert check(plan.checks, "allowed nothing").holds
    before = profile_of(world, leaked.id)
    told.apply(plan)
    assert str(profile_of(world, leaked.id)).endswith(quarantine)
    assert answers(world, stolen) == {"ok"}
    told.apply(told.preview_undo())
    assert profile_of(world, leaked.id) == before


def test_what_lives_on_is_told(desk: Desk) -> None:
    """The preview says that stolen credentials live on, and what the agent loses."""
    plan = desk.preview()
    assert any("work until they end" in one.what for one in plan.effects)
    assert check(plan.checks, "agent goes on").holds is False
    assert check(plan.checks, "holds the leaked role").holds


def test_profile_that_allows_something(world: SmallWorld, desk: Desk) -> None:
    """A profile whose role has policies is told with their names."""
    other = fleet_of(world)
    found = check(desk.told(profile=f"{other.role}-profile").preview().checks, "allowed nothing")
    assert found.holds is False


def test_wrong_profiles(world: SmallWorld, fleet: Fleet, desk: Desk) -> None:
    """The leaked role's own profile under another name, one that is not there, and one of another account."""
    world.site.api("iam").create_instance_profile(InstanceProfileName=f"{fleet.role}-twin")
    world.site.api("iam").add_role_to_instance_profile(InstanceProfileName=f"{fleet.role}-twin", RoleName=fleet.role)
    with pytest.raises(ResponseError, match="holds the leaked role"):
        desk.told(profile=f"{fleet.role}-twin").preview()
    with pytest.raises(ResponseError, match="no instance profile nobody"):
        desk.told(profile="nobody").preview()
    with pytest.raises(ResponseError, match="is no instance profile of account"):
        desk.told(profile="arn:aws:iam::444455556666:instance-profile/x").preview()
