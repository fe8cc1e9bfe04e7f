"""A trust policy that a thief edited: his principal goes, and comes back byte for byte with the undo."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import pytest

from gdkit.errors import ResponseError
from gdkit.response.grown.restore_trust import STEP
from tests.response.desk import Desk, desk_for
from tests.response.grown import made
from tests.response.suite import Suite
from tests.simulator.small_world import ACCOUNT, OTHER, outcome

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.simulator.small_world import SmallWorld

THIEF = f"arn:aws:iam::{OTHER}:root"
EDITED = made.trust(made.lets_in(ACCOUNT, sid="Ours"), made.lets_in(ACCOUNT, OTHER, sid="Support"))


@pytest.fixture
def role(world: SmallWorld) -> str:
    """Make the role whose trust policy a thief edited."""
    return made.role(world, EDITED)


@pytest.fixture
def desk(world: SmallWorld, role: str, tmp_path: Path) -> Desk:
    """Give a desk about the role and the thief's account."""
    return desk_for(world, STEP, tmp_path / "case", options={"role": role, "principal": THIEF})


@pytest.fixture
def snapshot(world: SmallWorld, role: str) -> Callable[[], Any]:
    """Read the bytes of the trust policy past the gateway and past botocore's reading of it."""
    iam, seen = world.site.api("iam"), []
    iam.meta.events.register_first(
        "after-call.iam.GetRole", lambda parsed, **_: seen.append(parsed["Role"]["AssumeRolePolicyDocument"])
    )

    def read() -> str:
        iam.get_role(RoleName=role)
        return unquote(seen[-1])

    return read


@pytest.fixture
def disturb(world: SmallWorld, role: str) -> Callable[[], Any]:
    """Edit it again, as somebody else."""
    document = made.trust(made.lets_in(ACCOUNT), made.lets_in(OTHER))
    return lambda: world.site.api("iam").update_assume_role_policy(RoleName=role, PolicyDocument=document)


class TestConformance(Suite):
    """What every step must hold."""


def test_snapshot_is_of_bytes(snapshot: Callable[[], Any]) -> None:
    """What the other tests compare is the text as it was written, with its lines and spaces."""
    assert snapshot() == EDITED
    assert "\n" in EDITED


def test_thief_cannot_take_the_role(world: SmallWorld, desk: Desk, role: str) -> None:
    """His account takes the role, does not after the step while our own still does, and does after the undo."""
    arn = f"arn:aws:iam::{ACCOUNT}:role/{role}"
    theirs = world.api("sts", world.role_key(made.name("outsider"), site=world.other)).assume_role
    ours = world.api("sts", world.role_key(made.name("insider"))).assume_role

    def taken() -> list[str]:
        return [outcome(one, RoleArn=arn, RoleSessionName="someone") for one in (theirs, ours)]

    assert taken() == ["ok", "ok"]
    desk.apply(desk.preview())
    assert taken() == ["AccessDenied", "ok"]
    desk.apply(desk.preview_undo())
    assert taken() == ["ok", "ok"]


def test_effects_and_check(desk: Desk, role: str) -> None:
    """The preview names who goes, how many stay, and whom the policy lets in now."""
    plan = desk.preview()
    assert plan.effects[0].what == f"{THIEF} can take the role {role} no more; 1 principals still can"
    assert (plan.checks[0].holds, THIEF in plan.checks[0].found) == (True, True)


def test_principal_is_not_there(desk: Desk, role: str) -> None:
    """Somebody who is not let in leaves nothing to do, and the check says so."""
    plan = desk.told(role=role, principal="arn:aws:iam::123456789012:root").preview()
    assert plan.nothing_to_do
    assert plan.checks[0].holds is False


def test_only_principal(world: SmallWorld, tmp_path: Path) -> None:
    """A policy that lets in the thief alone cannot be left empty."""
    role = made.role(world, made.trust(made.lets_in(OTHER)))
    with pytest.raises(ResponseError, match="lets in nobody but"):
        desk_for(world, STEP, tmp_path / "case", options={"role": role, "principal": THIEF}).preview()


def test_undo_after_somebody_else(world: SmallWorld, desk: Desk, disturb: Callable[[], Any]) -> None:
    """A policy that somebody edited after the step stays, and the undo says so."""
    desk.apply(desk.preview())
    disturb()
    undo = desk.preview_undo()
    assert (undo.actions, len(undo.left)) == ((), 1)


def test_what_cannot_be(desk: Desk, role: str) -> None:
    """A role that is gone and a principal that is none are refused."""
    with pytest.raises(ResponseError, match="does not exist any more"):
        desk.told(role="nobody-here", principal=THIEF).preview()
    with pytest.raises(ResponseError, match="cannot be a principal"):
        desk.told(role=role, principal="a\x07b").preview()
