"""The role's trust paused: nobody takes the role anew, and the policy comes back byte for byte."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from gdkit.errors import ResponseError
from gdkit.response.credential.pause_trust import STEP
from gdkit.response.credential.trust import SID, trust_text
from tests.response.credential.cast import answers, check, desk_of, fleet_of
from tests.response.grown.made import lets_in, trust
from tests.response.suite import Suite
from tests.simulator.small_world import ACCOUNT, outcome

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.response.desk import Desk
    from tests.simulator.small_world import Fleet, SmallWorld

EC2 = {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}


@pytest.fixture
def fleet(world: SmallWorld) -> Fleet:
    """Make the leaked role, which people of the account may take too; its trust is written with spaces and lines."""
    made = fleet_of(world)
    world.site.api("iam").update_assume_role_policy(RoleName=made.role, PolicyDocument=trust(EC2, lets_in(ACCOUNT)))
    world.accounts.policies.forget()
    return made


@pytest.fixture
def desk(world: SmallWorld, fleet: Fleet, tmp_path: Path) -> Desk:
    """Give a desk about it."""
    return desk_of(world, STEP, fleet, tmp_path / "case")


@pytest.fixture
def snapshot(world: SmallWorld, desk: Desk, fleet: Fleet) -> Callable[[], Any]:
    """Read the very text of the trust policy."""
    reader = desk.reader()
    return lambda: trust_text(reader, ACCOUNT, fleet.role)


@pytest.fixture
def disturb(world: SmallWorld, fleet: Fleet) -> Callable[[], Any]:
    """Change the trust policy by another hand."""
    return lambda: world.site.api("iam").update_assume_role_policy(RoleName=fleet.role, PolicyDocument=trust(EC2))


@pytest.fixture
def unread() -> frozenset[str]:
    """A region list that is refused is told as a gap."""
    return frozenset({"ec2:DescribeRegions"})


class TestConformance(Suite):
    """What every step must hold."""


def take(world: SmallWorld, role: str) -> str:
    """Take the role as a person of the account does."""
    key = world.role_key(f"person-of-{role}")
    arn = f"arn:aws:iam::{ACCOUNT}:role/{role}"
    return outcome(world.api("sts", key).assume_role, RoleArn=arn, RoleSessionName="someone")


def test_nobody_takes_it_and_who_has_it_goes_on(world: SmallWorld, fleet: Fleet, desk: Desk) -> None:
    """New sessions are refused, credentials that were issued go on, and both is told before."""
    stolen = world.stolen(fleet.instances[0])
    assert take(world, fleet.role) == "ok"
    plan = desk.preview()
    assert check(plan.checks, "can take the role").holds
    assert check(plan.checks, "stolen credentials stop").holds is False
    desk.apply(plan)
    world.accounts.policies.forget()
    assert "AccessDenied" in _again(world, fleet.role)
    assert answers(world, stolen) == {"ok"}
    desk.apply(desk.preview_undo())
    world.accounts.policies.forget()
    assert _again(world, fleet.role) == "ok"


def _again(world: SmallWorld, role: str) -> str:
    key = world.role_key(f"again-{len(world.records)}")
    arn = f"arn:aws:iam::{ACCOUNT}:role/{role}"
    return outcome(world.api("sts", key).assume_role, RoleArn=arn, RoleSessionName="someone")


def test_what_others_changed_stays(world: SmallWorld, fleet: Fleet, desk: Desk, snapshot: Callable[[], Any]) -> None:
    """Where somebody changed the paused policy, the undo takes the pause out and leaves the rest as it is then."""
    desk.apply(desk.preview())
    document = json.loads(snapshot())
    document["Statement"] = [one for one in document["Statement"] if one.get("Sid") == SID] + [EC2]
    world.site.api("iam").update_assume_role_policy(RoleName=fleet.role, PolicyDocument=json.dumps(document))
    undo = desk.preview_undo()
    assert any("changed by somebody else" in one for one in undo.left)
    desk.apply(undo)
    assert json.loads(snapshot())["Statement"] == [EC2]


def test_foreign_statement_of_the_name(world: SmallWorld, fleet: Fleet, desk: Desk) -> None:
    """A statement of gdkit's name that gdkit did not write stops the step."""
    odd = {**EC2, "Sid": SID, "Effect": "Deny"}
    world.site.api("iam").update_assume_role_policy(RoleName=fleet.role, PolicyDocument=trust(odd, EC2))
    with pytest.raises(ResponseError, match="not as gdkit writes it"):
        desk.preview()


def test_deleted_principal(world: SmallWorld, fleet: Fleet, desk: Desk) -> None:
    """A policy that names a deleted user is taken back by AWS in no form, so it is not touched."""
    gone = {**EC2, "Principal": {"AWS": "AIDAEXAMPLEUSER000001"}}
    world.site.api("iam").update_assume_role_policy(RoleName=fleet.role, PolicyDocument=trust(gone, EC2))
    with pytest.raises(ResponseError, match="was deleted"):
        desk.preview()
