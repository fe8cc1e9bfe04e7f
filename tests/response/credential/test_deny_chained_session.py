"""A session that was taken from the leaked one, denied in its own role; the role's other sessions go on."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from gdkit.errors import ResponseError
from gdkit.response.credential.deny_chained_session import STEP
from gdkit.response.credential.inline import SESSIONS
from tests.response.credential.cast import answers, check, desk_of, fleet_of, policies_of
from tests.response.grown.made import lets_in, role, trust
from tests.response.suite import Suite
from tests.simulator.small_world import ACCOUNT, issued_key

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
def taken(world: SmallWorld) -> str:
    """Make the role that the thief took."""
    return role(world, trust(lets_in(ACCOUNT)))


@pytest.fixture
def desk(world: SmallWorld, fleet: Fleet, taken: str, tmp_path: Path) -> Desk:
    """Give a desk about the session that he began in it."""
    return desk_of(world, STEP, fleet, tmp_path / "case", role=taken, session="nightly")


@pytest.fixture
def snapshot(world: SmallWorld, taken: str) -> Callable[[], Any]:
    """Read the role's inline policies past the gateway."""
    return policies_of(world, taken)


@pytest.fixture
def disturb(world: SmallWorld, taken: str) -> Callable[[], Any]:
    """Deny another session of the role by another case's hand."""
    found = world.accounts.policies.of_role(ACCOUNT, taken)
    assert found is not None
    document = {"Version": "2012-10-17", "Statement": [{
        "Sid": "GdkitDenySessions1", "Effect": "Deny", "Action": "*", "Resource": "*",
        "Condition": {"StringEquals": {"aws:userid": [f"{found.unique_id}:other"]}}}]}  # fmt: skip
    return lambda: world.site.api("iam").put_role_policy(
        RoleName=taken, PolicyName=SESSIONS, PolicyDocument=json.dumps(document)
    )


@pytest.fixture
def unread() -> frozenset[str]:
    """The second opinion is no condition; where no instance holds the role, none is looked for."""
    return frozenset({"iam:SimulatePrincipalPolicy", "ec2:DescribeRegions", "ec2:DescribeInstances"})


class TestConformance(Suite):
    """What every step must hold."""


def session(world: SmallWorld, taken: str, name: str) -> Any:
    """Begin a session of the role."""
    return issued_key(world.accounts.role_session(ACCOUNT, taken, name, 3600))


def test_that_session_alone(world: SmallWorld, taken: str, desk: Desk) -> None:
    """The thief's session is refused, another session of that role goes on; both work after the undo."""
    thief, other = session(world, taken, "nightly"), session(world, taken, "report")
    desk.apply(desk.preview())
    assert "ok" not in answers(world, thief)
    assert answers(world, other) == {"ok"}
    desk.apply(desk.preview_undo())
    assert answers(world, thief) == {"ok"}


def test_every_session_until_now(world: SmallWorld, taken: str, desk: Desk) -> None:
    """Without a session's name, all that began before the instant are refused, later ones not."""
    world.go_on(minutes=1)
    from dataclasses import replace

    at = world.accounts.clock.now().replace(microsecond=0)
    early = session(world, taken, "early")
    world.go_on(minutes=1)
    told = desk.told(role=taken, issued_before="now")
    told = replace(told, target=replace(told.target, at=at.replace(second=59)))
    plan = told.preview()
    assert check(plan.checks, "every session that is meant").holds
    told.apply(plan)
    assert "ok" not in answers(world, early)
    assert answers(world, session(world, taken, "late")) == {"ok"}


def test_principal_id_is_held_against_the_role(world: SmallWorld, fleet: Fleet, taken: str, desk: Desk) -> None:
    """Told with the role's id, the session is surely of this role; a wrong id is a role that was made again."""
    found = world.accounts.policies.of_role(ACCOUNT, taken)
    assert found is not None
    sure = desk.told(role=taken, session=f"{found.unique_id}:nightly").preview()
    assert check(sure.checks, "is the one that the session was of").holds
    assert check(desk.preview().checks, "is the one that the session was of").holds is None
    with pytest.raises(ResponseError, match="deleted and made again"):
        desk.told(role=taken, session="AROAEXAMPLEROLE000009:nightly").preview()


def test_wrong_use(fleet: Fleet, desk: Desk, taken: str) -> None:
    """The leaked role itself, a name that is none, an account that is none, and no session at all are refused."""
    for told, said in (({"role": fleet.role, "session": "x1"}, "leaked role itself"),
                       ({"role": "a b", "session": "x1"}, "no name of a role"),
                       ({"role": taken, "session": "x1", "account": "12"}, "no account"),
                       ({"role": taken}, "neither a session nor an instant"),
                       ({"role": taken, "session": "x y"}, "no name of a session")):  # fmt: skip
        with pytest.raises(ResponseError, match=said):
            desk.told(**told).preview()
