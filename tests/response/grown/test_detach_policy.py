"""A managed policy that a thief attached: detached from a user, a role or a group, and attached again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from gdkit.errors import ResponseError
from gdkit.response.grown.detach_policy import KINDS, STEP
from tests.response.desk import Desk, desk_for
from tests.response.grown import made
from tests.response.suite import Suite
from tests.simulator.small_world import EVERYTHING, outcome, policy_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.simulator.small_world import SmallWorld


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    """Give each kind of thing that policies are attached to."""
    return str(request.param)


@pytest.fixture
def arn(world: SmallWorld) -> str:
    """Make a managed policy."""
    made_policy = world.site.api("iam").create_policy(PolicyName=made.name("power"), PolicyDocument=EVERYTHING)
    return str(made_policy["Policy"]["Arn"])


@pytest.fixture
def holder(world: SmallWorld, kind: str, arn: str) -> str:
    """Make a user, role or group with the policy."""
    iam, called = world.site.api("iam"), made.name(kind)
    if kind == "role":
        iam.create_role(RoleName=called, AssumeRolePolicyDocument=made.trust(made.lets_in(made.OUTSIDER)))
    else:
        getattr(iam, f"create_{kind}")(**{f"{kind.title()}Name": called})
    getattr(iam, f"attach_{kind}_policy")(**{f"{kind.title()}Name": called, "PolicyArn": arn})
    world.accounts.policies.forget()
    return called


@pytest.fixture
def desk(world: SmallWorld, kind: str, holder: str, arn: str, tmp_path: Path) -> Desk:
    """Give a desk about the policy."""
    return desk_for(world, STEP, tmp_path / "case", options={"kind": kind, "name": holder, "policy-arn": arn})


@pytest.fixture
def snapshot(world: SmallWorld, kind: str, holder: str) -> Callable[[], Any]:
    """Read what is attached past the gateway."""
    listed = getattr(world.site.api("iam"), f"list_attached_{kind}_policies")
    return lambda: listed(**{f"{kind.title()}Name": holder})["AttachedPolicies"]


@pytest.fixture
def disturb(world: SmallWorld, kind: str, holder: str, arn: str) -> Callable[[], Any]:
    """Detach it as somebody else."""
    detach = getattr(world.site.api("iam"), f"detach_{kind}_policy")
    return lambda: detach(**{f"{kind.title()}Name": holder, "PolicyArn": arn})


@pytest.fixture
def unread(kind: str) -> frozenset[str]:
    """Give the readings of the other kinds."""
    others = {f"iam:ListAttached{one.title()}Policies" for one in KINDS if one != kind}
    return frozenset(others | ({"iam:GetGroup"} if kind != "group" else set()))


class TestConformance(Suite):
    """What every step must hold."""


def test_power_goes_and_comes_back(world: SmallWorld, tmp_path: Path, arn: str) -> None:
    """A user who has its power by the policy alone is refused after the step, and not after the undo."""
    thief = made.user(world)
    iam = world.site.api("iam")
    iam.put_user_policy(UserName=thief.name, PolicyName=f"{thief.name}-permissions",
                        PolicyDocument=policy_of("Allow", "sqs:ListQueues"))  # fmt: skip
    iam.attach_user_policy(UserName=thief.name, PolicyArn=arn)
    world.accounts.policies.forget()
    call = world.api("iam", thief.key).list_users
    desk = desk_for(world, STEP, tmp_path / "case", options={"kind": "user", "name": thief.name, "policy-arn": arn})
    assert outcome(call) == "ok"
    desk.apply(desk.preview())
    assert outcome(call) == "AccessDenied"
    desk.apply(desk.preview_undo())
    assert outcome(call) == "ok"


def test_group_names_its_members(world: SmallWorld, tmp_path: Path, arn: str) -> None:
    """Of a group the preview names every member by name and number."""
    iam, group = world.site.api("iam"), made.name("group")
    iam.create_group(GroupName=group)
    iam.attach_group_policy(GroupName=group, PolicyArn=arn)
    users = sorted(made.user(world).name for _ in range(2))
    for one in users:
        iam.add_user_to_group(GroupName=group, UserName=one)
    options = {"kind": "group", "name": group, "policy-arn": arn}
    said = desk_for(world, STEP, tmp_path / "case", options=options).preview().effects[0]
    assert said.affects == (group, *users)
    assert f"The 2 users of the group {group}" in said.what


def test_unknown(desk: Desk, kind: str, arn: str) -> None:
    """Somebody who is gone, and text that is no ARN, are told."""
    with pytest.raises(ResponseError, match=f"the {kind} nobody-here does not exist"):
        desk.told(kind=kind, name="nobody-here", policy_arn=arn).preview()
    with pytest.raises(ResponseError, match="option policy-arn"):
        desk.told(kind=kind, name="nobody-here", policy_arn="AdministratorAccess").preview()
