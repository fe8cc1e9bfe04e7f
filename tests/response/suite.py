"""What every step must hold; a step's file gives the fixtures desk, snapshot and disturb."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from gdkit.aws import AwsAccess, open_responder
from gdkit.aws.translate import iam_action
from gdkit.errors import AwsError
from gdkit.response import engine
from gdkit.response.permissions import responder_policy
from gdkit.response.record import applications
from gdkit.simulator.server import in_environment
from tests.response import conformance
from tests.response.grown import made
from tests.simulator.small_world import ACCOUNT, REGION

if TYPE_CHECKING:
    from collections.abc import Callable

    from gdkit.response.plan import Plan
    from tests.response.conformance import Snapshot
    from tests.response.desk import Desk


def written_by(plan: Plan) -> list[str]:
    """Give the IAM actions of a plan's calls, each once."""
    return list(dict.fromkeys(iam_action(call.service, call.operation) for call in plan.actions))


def as_responder(desk: Desk, policy: str, plan: Plan) -> None:
    """Apply a plan as a responder with exactly this policy."""
    world, name = desk.world, made.name("responder")
    world.site.role(name, {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, policy)
    issued = world.accounts.role_session(ACCOUNT, name, "ana", 3600)
    with in_environment(world.simulator.environment(issued, issued)):
        responder = open_responder(AwsAccess(region=REGION), desk.step.operations)
    steps = {desk.step.name: desk.step}
    assert engine.apply(plan.hash, steps, desk.reader(), lambda _: responder, desk.record,
                        despite=desk.despite).verified  # fmt: skip


class Suite:
    """The conformance suite, for a class of a step's test file to inherit."""

    def test_previews_by_reading(self, desk: Desk, snapshot: Snapshot) -> None:
        """A preview changes nothing."""
        conformance.holds_preview(desk, snapshot)

    def test_applies_and_undoes_to_the_byte(self, desk: Desk, snapshot: Snapshot) -> None:
        """Applied, verified, not applied twice, undone."""
        conformance.holds_apply_and_undo(desk, snapshot)

    def test_changed_ground(self, desk: Desk, disturb: Callable[[], object]) -> None:
        """What somebody changes after the preview makes the plan void."""
        conformance.holds_changed_ground(desk, disturb)

    def test_each_missing_permission_is_named(self, desk: Desk, snapshot: Snapshot) -> None:
        """Each call of the plan, and then of its undoing, that the responder may not make is named."""
        before = snapshot()
        for action in written_by(desk.preview()):
            conformance.holds_missing_permission(desk, action)
            conformance.undo_all(desk)
            assert snapshot() == before
        desk.apply(desk.preview())
        for action in written_by(desk.preview_undo()):
            with pytest.raises(AwsError) as refused:
                desk.apply(desk.preview_undo(), without=[action])
            assert refused.value.permission == action
            assert applications(desk.record)[-1].status == "failed"
        desk.apply(desk.preview_undo())
        assert snapshot() == before

    def test_each_missing_reading_is_named(self, desk: Desk, unread: frozenset[str]) -> None:
        """Each reading that the analyst may not make stops the preview."""
        assert unread <= desk.reads
        for action in sorted(desk.reads - unread):
            conformance.holds_missing_reading(desk, action)

    def test_policy_for_the_case_is_enough(self, desk: Desk, snapshot: Snapshot) -> None:
        """A responder with nothing but the policy that gdkit prints for this case applies the step and undoes it."""
        before = snapshot()
        policy = json.dumps(responder_policy([desk.step], desk.target))
        as_responder(desk, policy, desk.preview())
        assert snapshot() != before
        as_responder(desk, policy, desk.preview_undo())
        assert snapshot() == before

    def test_throttled(self, desk: Desk) -> None:
        """A busy service is asked again."""
        conformance.holds_throttling(desk)

    def test_killed(self, desk: Desk, monkeypatch: pytest.MonkeyPatch, snapshot: Snapshot) -> None:
        """A process killed after any of its calls is settled by the next."""
        conformance.holds_kill(desk, monkeypatch, snapshot)


class LastingSuite(Suite):
    """The same for a step that makes evidence, which no undo takes away."""

    def test_applies_and_undoes_to_the_byte(self, desk: Desk, snapshot: Snapshot) -> None:
        """Applied, verified, not applied twice; its undo says what stays."""
        conformance.holds_apply_for_good(desk, snapshot)

    def test_each_missing_permission_is_named(self, desk: Desk, snapshot: Snapshot) -> None:
        """Each call of the plan that the responder may not make is named; what was made before it is not made again."""
        for action in written_by(desk.preview()):
            conformance.holds_missing_permission(desk, action)
        assert desk.apply(desk.preview()).verified

    def test_policy_for_the_case_is_enough(self, desk: Desk, snapshot: Snapshot) -> None:
        """A responder with nothing but the policy that gdkit prints for this case applies the step."""
        before = snapshot()
        as_responder(desk, json.dumps(responder_policy([desk.step], desk.target)), desk.preview())
        assert snapshot() != before

    def test_killed(self, desk: Desk, monkeypatch: pytest.MonkeyPatch, snapshot: Snapshot) -> None:
        """A process killed after any of its calls is settled by the next."""
        conformance.holds_kill_for_good(desk, monkeypatch)
