"""The leaked session denied everything, by real calls of the thief and of everybody else; and as before again."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from gdkit.errors import ResponseError
from gdkit.response.credential.agent import AGENT
from gdkit.response.credential.deny_session import STEP
from gdkit.response.credential.inline import SESSIONS
from gdkit.response.credential.role import MOST_INLINE
from tests.response.credential.cast import answers, check, desk_of, fleet_of, policies_of
from tests.response.suite import Suite
from tests.simulator.small_world import ACCOUNT, EVERYTHING, issued_key, outcome, policy_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.response.desk import Desk
    from tests.simulator.small_world import Fleet, SmallWorld

REFUSED = {"AccessDenied", "UnauthorizedOperation", "AccessDeniedException"}


@pytest.fixture
def fleet(world: SmallWorld) -> Fleet:
    """Make the leaked role."""
    return fleet_of(world)


@pytest.fixture
def desk(world: SmallWorld, fleet: Fleet, tmp_path: Path) -> Desk:
    """Give a desk about its first instance's session."""
    return desk_of(world, STEP, fleet, tmp_path / "case")


@pytest.fixture
def snapshot(world: SmallWorld, fleet: Fleet) -> Callable[[], Any]:
    """Read the role's inline policies past the gateway."""
    return policies_of(world, fleet.role)


@pytest.fixture
def disturb(world: SmallWorld, fleet: Fleet) -> Callable[[], Any]:
    """Deny another session of the role by another case's hand."""
    document = {"Version": "2012-10-17", "Statement": [{
        "Sid": "GdkitDenySessions1", "Effect": "Deny", "Action": "*", "Resource": "*",
        "Condition": {"StringEquals": {"aws:userid": [f"{fleet.role_id}:other"]}}}]}  # fmt: skip
    return lambda: world.site.api("iam").put_role_policy(
        RoleName=fleet.role, PolicyName=SESSIONS, PolicyDocument=json.dumps(document)
    )


@pytest.fixture
def unread() -> frozenset[str]:
    """AWS's second opinion is no condition for a plan; a region list that is refused is told as a gap."""
    return frozenset({"iam:SimulatePrincipalPolicy", "ec2:DescribeRegions"})


class TestConformance(Suite):
    """What every step must hold."""


def test_thief_is_refused_and_everybody_else_goes_on(world: SmallWorld, fleet: Fleet, desk: Desk) -> None:
    """On every service: the stolen key and one fetched anew on the host are refused; siblings and others go on."""
    leaked, sibling = fleet.instances
    stolen, other = world.stolen(leaked), world.stolen(sibling)
    person = issued_key(world.accounts.role_session(ACCOUNT, fleet.role, "someone", 3600))
    elsewhere = world.stolen(fleet_of(world).instances[0])
    everybody = (other, person, elsewhere)
    assert all(answers(world, key) == {"ok"} for key in (stolen, *everybody))
    desk.apply(desk.preview())
    world.go_on(hours=7)
    minted = world.stolen(leaked)
    assert minted != stolen
    assert answers(world, minted) <= REFUSED
    assert all(answers(world, world.stolen(one)) == {"ok"} for one in (sibling,))
    desk.apply(desk.preview_undo())
    assert answers(world, world.stolen(leaked)) == {"ok"}


def test_stolen_key_at_once(world: SmallWorld, fleet: Fleet, desk: Desk) -> None:
    """The very key that was stolen is refused while the others' keys of that hour go on, and works after the undo."""
    stolen, other = (world.stolen(one) for one in fleet.instances)
    person = issued_key(world.accounts.role_session(ACCOUNT, fleet.role, "someone", 3600))
    desk.apply(desk.preview())
    assert answers(world, stolen) <= REFUSED
    assert answers(world, other) == answers(world, person) == {"ok"}
    desk.apply(desk.preview_undo())
    assert answers(world, stolen) == {"ok"}


def test_renewed_credential_works(world: SmallWorld, fleet: Fleet, tmp_path: Path) -> None:
    """With issued-before the stolen credential stays refused, and the next one of the cleaned instance works."""
    leaked = fleet.instances[0]
    stolen = world.stolen(leaked)
    world.go_on(minutes=1)
    now = f"{world.accounts.clock.now():%Y-%m-%dT%H:%M:%SZ}"
    desk = desk_of(world, STEP, fleet, tmp_path / "case", issued_before="2026-11-02T08:00:00Z")
    with pytest.raises(ResponseError, match="lies in the future"):
        desk.told(issued_before="2099-01-01T00:00:00Z").preview()
    from dataclasses import replace

    later = replace(desk, target=replace(desk.target, at=world.accounts.clock.now()))
    plan = later.told(issued_before=now).preview()
    assert all(one.holds for one in plan.checks), plan.checks
    later.apply(plan)
    assert answers(world, stolen) <= REFUSED
    world.go_on(hours=7)
    assert answers(world, world.stolen(leaked)) == {"ok"}


def test_a_name_that_nobody_has(desk: Desk) -> None:
    """A further session that no live instance of the role has is denied all the same, and named as unknown."""
    plan = desk.told(also="i-0ffffffffffffffff,nightly").preview()
    told = check(plan.checks, "every session that was told")
    assert told.holds is None
    assert "no live instance of it is called i-0ffffffffffffffff, nightly" in told.found
    assert not any("Systems Manager" in one.what for one in plan.effects if one.affects == ("nightly",))


def test_proof_is_told(world: SmallWorld, fleet: Fleet, desk: Desk) -> None:
    """The preview proves it for every kind of request, asks AWS, and names the live instances that go on."""
    plan = desk.preview()
    assert all(one.holds for one in plan.checks), plan.checks
    assert "proven for all" in check(plan.checks, "every session that is meant").found
    assert fleet.instances[1].id in check(plan.checks, "nobody else").found
    assert "requests that show the proof" in check(plan.checks, "policy simulation").found
    assert fleet.instances[1].id in check(plan.checks, "known by name").found
    assert fleet.instances[0].id in plan.effects[0].what


def test_proof_finds_a_policy_that_already_denies(world: SmallWorld, fleet: Fleet, desk: Desk) -> None:
    """A Deny of the role's own on everybody is no difference between AWS's opinion and gdkit's."""
    world.forbid(fleet.role, {}, action="s3:*", name="no-buckets")
    world.accounts.policies.forget()
    assert check(desk.preview().checks, "policy simulation").holds


def test_without_a_second_opinion(world: SmallWorld, desk: Desk) -> None:
    """Where AWS may not be asked, the plan stands, and the check is open and names the permission."""
    from gdkit.response import engine

    plan = engine.preview(desk.step, desk.target, desk.reader(without=["iam:SimulatePrincipalPolicy"]), desk.record)
    asked = check(plan.checks, "policy simulation")
    assert asked.holds is None
    assert "could not be asked" in asked.found


def test_sessions_of_several_cases(world: SmallWorld, fleet: Fleet, desk: Desk, tmp_path: Path) -> None:
    """Two cases about one role share the policy; the undo of one leaves the other's session denied."""
    one, two = fleet.instances
    from dataclasses import replace

    second = desk_of(world, STEP, fleet, tmp_path / "second")
    second = replace(second, target=replace(second.target, session_name=two.id, instance_id=two.id))
    desk.apply(desk.preview())
    second.apply(second.preview())
    assert answers(world, world.stolen(one)) | answers(world, world.stolen(two)) <= REFUSED
    desk.apply(desk.preview_undo())
    assert answers(world, world.stolen(one)) == {"ok"}
    assert answers(world, world.stolen(two)) <= REFUSED
    second.apply(second.preview_undo())
    assert answers(world, world.stolen(two)) == {"ok"}


def test_several_instances_at_once(world: SmallWorld, fleet: Fleet, desk: Desk) -> None:
    """Further sessions that are told are denied by the same policy, in one statement."""
    two = fleet.instances[1]
    told = desk.told(also=f"{two.id}, someone")
    plan = told.preview()
    doubted = [one.what for one in plan.checks if not one.holds]
    assert doubted == ["every session that was told is of a live instance of the role"], "someone is no instance"
    told.apply(plan)
    assert answers(world, world.stolen(two)) <= REFUSED
    (statement,) = policies_of(world, fleet.role)()[SESSIONS]["Statement"]
    assert len(statement["Condition"]["StringEquals"]["aws:userid"]) == 3


def test_agent_is_left_open_on_purpose(world: SmallWorld, fleet: Fleet, desk: Desk) -> None:
    """leave-open=ssm leaves exactly the agent's calls, and says that the thief keeps them too."""
    told = desk.told(leave_open="ssm")
    plan = told.preview()
    assert all(one.holds for one in plan.checks), plan.checks
    assert "left open on purpose" in check(plan.checks, "every session that is meant").found
    assert any("so does whoever holds its keys" in one.what for one in plan.effects)
    told.apply(plan)
    (statement,) = policies_of(world, fleet.role)()[SESSIONS]["Statement"]
    assert statement["NotAction"] == list(AGENT)
    assert answers(world, world.stolen(fleet.instances[0])) <= REFUSED


def test_other_policies_stay(world: SmallWorld, fleet: Fleet, desk: Desk, snapshot: Callable[[], Any]) -> None:
    """The role's own policies are not touched."""
    before = snapshot()
    desk.apply(desk.preview())
    assert {name: document for name, document in snapshot().items() if name != SESSIONS} == before


def test_foreign_policy_of_the_name(world: SmallWorld, fleet: Fleet, desk: Desk) -> None:
    """A policy of gdkit's name that gdkit did not write is not overwritten."""
    world.site.api("iam").put_role_policy(RoleName=fleet.role, PolicyName=SESSIONS, PolicyDocument=EVERYTHING)
    with pytest.raises(ResponseError, match="overwrites nobody's work"):
        desk.preview()


def test_no_space(world: SmallWorld, fleet: Fleet, desk: Desk) -> None:
    """Where the role's inline policies leave no space, the plan is refused with the figures."""
    long = policy_of("Allow", "s3:GetObject", resource=f"arn:aws:s3:::{'x' * (MOST_INLINE - 250)}")
    world.site.api("iam").put_role_policy(RoleName=fleet.role, PolicyName="long", PolicyDocument=long)
    with pytest.raises(ResponseError, match=r"does not fit on the role: .* of 10,240"):
        desk.preview()


def test_role_made_again(world: SmallWorld, fleet: Fleet, desk: Desk) -> None:
    """A role of the same name with another id is another role: nothing is planned on it."""
    from dataclasses import replace

    other = replace(desk, target=replace(desk.target, role_id="AROAEXAMPLEROLE000009"))
    with pytest.raises(ResponseError, match="deleted and made again"):
        other.preview()
    with pytest.raises(ResponseError, match="does not know the role"):
        replace(desk, target=replace(desk.target, role_id=None)).preview()
    with pytest.raises(ResponseError, match="does not exist any more"):
        replace(desk, target=replace(desk.target, role_name="gone")).preview()


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("/aws-service-role/x.amazonaws.com/", "linked to an AWS"),
        ("/aws-reserved/sso.amazonaws.com/", "Center"),
    ],
)
def test_roles_that_nobody_edits(world: SmallWorld, desk: Desk, tmp_path: Path, path: str, why: str) -> None:
    """A service's own role and one of Identity Center are refused in words, with what to do."""
    from dataclasses import replace

    iam, name = world.site.api("iam"), f"reserved-{len(world.records)}"
    made = iam.create_role(Path=path, RoleName=name, AssumeRolePolicyDocument=policy_of("Allow", "sts:AssumeRole"))
    other = replace(desk, target=replace(desk.target, role_name=name, role_id=made["Role"]["RoleId"]))
    with pytest.raises(ResponseError, match=why):
        other.preview()


@pytest.mark.parametrize("option", [
    {"also": "a b"}, {"issued-before": "2026-11-02T08:00:00"}, {"issued-before": "soon"},
    {"issued-before": "2026-11-02T09:00:00+01:00"},
])  # fmt: skip
def test_wrong_options(world: SmallWorld, fleet: Fleet, tmp_path: Path, option: dict[str, str]) -> None:
    """What can be no session's name, and an instant that is not in UTC, are refused before anything is read."""
    with pytest.raises(ResponseError, match=r"no name of a session|no instant in UTC"):
        desk_of(world, STEP, fleet, tmp_path / "case", **option).preview()


def test_thief_cannot_be_told_by_outcome(world: SmallWorld, fleet: Fleet, desk: Desk) -> None:
    """What no policy refuses still works, which the step's texts must not deny: who-am-I."""
    desk.apply(desk.preview())
    key = world.stolen(fleet.instances[0])
    assert outcome(world.api("sts", key).get_caller_identity) == "ok"
