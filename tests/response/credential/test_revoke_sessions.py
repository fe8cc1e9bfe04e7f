"""Older sessions of the role denied by the time of issue: all of them, and no newer one."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from gdkit.errors import ResponseError
from gdkit.response.credential.deny_session import STEP as DENY_SESSION
from gdkit.response.credential.inline import REVOKED
from gdkit.response.credential.revoke_sessions import CONSOLE, STEP, document_of
from tests.response.credential.cast import answers, check, desk_of, fleet_of, policies_of
from tests.response.suite import Suite

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.response.desk import Desk
    from tests.simulator.small_world import Fleet, SmallWorld

EARLY = "2026-11-02T07:00:00Z"


@pytest.fixture
def fleet(world: SmallWorld) -> Fleet:
    """Make the leaked role."""
    return fleet_of(world)


@pytest.fixture
def desk(world: SmallWorld, fleet: Fleet, tmp_path: Path) -> Desk:
    """Give a desk about it, at the world's present hour."""
    world.go_on(minutes=1)
    made = desk_of(world, STEP, fleet, tmp_path / "case")
    at = world.accounts.clock.now().replace(microsecond=0)
    return replace(made, target=replace(made.target, at=at), despite="several instances leaked; the Deny follows")


@pytest.fixture
def snapshot(world: SmallWorld, fleet: Fleet) -> Callable[[], Any]:
    """Read the role's inline policies past the gateway."""
    return policies_of(world, fleet.role)


@pytest.fixture
def disturb(world: SmallWorld, fleet: Fleet) -> Callable[[], Any]:
    """Revoke by another hand, until an earlier instant."""
    return lambda: world.site.api("iam").put_role_policy(
        RoleName=fleet.role, PolicyName=REVOKED, PolicyDocument=json.dumps(document_of(EARLY))
    )


@pytest.fixture
def unread() -> frozenset[str]:
    """AWS's second opinion is no condition for a plan; a region list that is refused is told as a gap."""
    return frozenset({"iam:SimulatePrincipalPolicy", "ec2:DescribeRegions"})


class TestConformance(Suite):
    """What every step must hold."""


def test_whole_fleet_until_renewed(world: SmallWorld, fleet: Fleet, desk: Desk) -> None:
    """Every instance's present credential is refused, and each next one works, the thief's on the host too."""
    keys = [world.stolen(one) for one in fleet.instances]
    world.go_on(minutes=1)
    later = replace(desk, target=replace(desk.target, at=world.accounts.clock.now().replace(microsecond=0)))
    later.apply(later.preview())
    assert all("ok" not in answers(world, key) for key in keys)
    world.go_on(hours=7)
    assert all(answers(world, world.stolen(one)) == {"ok"} for one in fleet.instances)


def test_what_it_breaks_is_told_by_name(fleet: Fleet, desk: Desk) -> None:
    """Every live instance is named, and that a thief on the host gets a credential that works is a check that fails."""
    plan = desk.preview()
    assert all(one.id in plan.effects[0].what for one in fleet.instances)
    assert check(plan.checks, "every session that is meant").holds
    assert check(plan.checks, "nobody else").holds
    minted = check(plan.checks, "cannot fetch a credential")
    assert minted.holds is False
    assert "deny-session" in minted.found


def test_after_the_session_deny_nobody_mints(world: SmallWorld, fleet: Fleet, desk: Desk, tmp_path: Path) -> None:
    """In the right order, the session denied first, a thief on the host gets nothing that works."""
    first = desk_of(world, DENY_SESSION, fleet, tmp_path / "first")
    first.apply(first.preview())
    assert check(desk.preview().checks, "cannot fetch a credential").holds


def test_nothing_revoked_comes_back(world: SmallWorld, fleet: Fleet, desk: Desk) -> None:
    """An earlier instant than the one in force changes nothing; the undo of a later one brings the earlier back."""
    desk.told(before=EARLY).apply(desk.told(before=EARLY).preview())
    assert desk.told(before="2026-11-02T06:00:00Z").preview().nothing_to_do
    desk.apply(desk.preview())
    desk.apply(desk.preview_undo())
    (statement,) = policies_of(world, fleet.role)()[REVOKED]["Statement"]
    assert statement["Condition"] == {"DateLessThan": {"aws:TokenIssueTime": EARLY}}


def test_the_consoles_policy_stays(world: SmallWorld, fleet: Fleet, desk: Desk) -> None:
    """What somebody revoked by the console is another policy, and is left as it is."""
    world.forbid(fleet.role, {"DateLessThan": {"aws:TokenIssueTime": EARLY}}, name=CONSOLE)
    before = policies_of(world, fleet.role)()[CONSOLE]
    desk.apply(desk.preview())
    desk.apply(desk.preview_undo())
    assert policies_of(world, fleet.role)()[CONSOLE] == before


def test_somebody_elses_content(world: SmallWorld, fleet: Fleet, desk: Desk) -> None:
    """A policy of gdkit's name with another content is not overwritten."""
    world.forbid(fleet.role, {"Null": {"aws:TokenIssueTime": "true"}}, name=REVOKED)
    with pytest.raises(ResponseError, match="overwrites nobody's work"):
        desk.preview()
