"""What every step must hold, whatever it does. A step's own test calls these with a desk of its own.

``snapshot`` gives the raw state of what the step touches, read past the gateway, so that bytes are compared with bytes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from gdkit.errors import AwsError, GroundChangedError
from gdkit.response import engine, read_back
from gdkit.response.record import CALL, INTENT, OUTCOME, applications
from gdkit.simulator.faults import FaultRule

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.response.desk import Desk

    Snapshot = Callable[[], Any]


class Killed(BaseException):
    """Stands for a process that ends between two instructions."""


def holds_preview(desk: Desk, snapshot: Snapshot) -> None:
    """A preview changes nothing: only reading calls are made, and the state stays byte for byte."""
    before, number = snapshot(), len(desk.world.records)
    plan = desk.preview()
    assert plan.actions or plan.collects
    assert desk.written_since(number) == []
    assert snapshot() == before
    assert desk.preview().hash == plan.hash, "the same ground gives the same plan"


def holds_apply_and_undo(desk: Desk, snapshot: Snapshot) -> None:
    """Applied by its hash, read back, not applied twice, and undone to the byte."""
    before = snapshot()
    plan = desk.preview()
    applied = desk.apply(plan)
    assert applied.verified, applied.checks
    changed = snapshot()
    assert changed != before
    number = len(desk.world.records)
    assert desk.apply(plan).already
    assert desk.preview().nothing_to_do
    assert desk.written_since(number) == []
    assert snapshot() == changed
    undo = desk.preview_undo()
    assert undo.undoes == plan.hash
    assert desk.apply(undo).verified
    assert snapshot() == before
    acts = [entry["act"] for entry in desk.record.entries()]
    assert acts == [INTENT, *[CALL] * len(plan.actions), OUTCOME, INTENT, *[CALL] * len(undo.actions), OUTCOME]
    assert all(call["request_id"] for call in desk.journal(CALL))


def holds_changed_ground(desk: Desk, disturb: Callable[[], object]) -> None:
    """A plan whose ground has changed since it was reviewed is refused, and nothing is done."""
    plan = desk.preview()
    disturb()
    number = len(desk.world.records)
    with pytest.raises(GroundChangedError, match="changed since it was reviewed"):
        desk.apply(plan)
    assert desk.written_since(number) == []
    assert desk.journal(INTENT) == []


def holds_missing_permission(desk: Desk, action: str) -> None:
    """A call that the responder may not make stops the step, names the permission, and is in the journal as failed."""
    plan = desk.preview()
    with pytest.raises(AwsError) as refused:
        desk.apply(plan, without=[action])
    assert refused.value.kind == "denied"
    assert refused.value.permission == action
    assert applications(desk.record)[-1].status == "failed"
    assert action in applications(desk.record)[-1].error


def holds_missing_reading(desk: Desk, action: str) -> None:
    """Without a permission to read, the preview stops and names it; it never plans on half of the ground."""
    with pytest.raises(AwsError) as refused:
        engine.preview(desk.step, desk.target, desk.reader(without=[action]), desk.record)
    assert refused.value.permission == action


def holds_throttling(desk: Desk) -> None:
    """A service that is busy for a moment is asked again, and the step comes through."""
    plan = desk.preview()
    rules = [FaultRule("throttle", action.service, action.operation, times=1) for action in plan.actions[:1]]
    desk.world.accounts.faults.set(rules)
    try:
        assert desk.apply(plan).verified
        assert desk.world.accounts.faults.fired() == len(rules)
    finally:
        desk.world.accounts.faults.set(())


def holds_kill(desk: Desk, monkeypatch: pytest.MonkeyPatch, snapshot: Snapshot) -> None:
    """Killed after any of its calls and before the outcome, a plan is settled by the next run, finished and undone."""
    before = snapshot()
    calls = len(desk.preview().actions)
    for last in range(calls):
        _killed_after(desk, monkeypatch, last)
        assert applications(desk.record)[-1].status == "open"
        read_back.settle({desk.step.name: desk.step}, desk.reader(), desk.record)
        assert applications(desk.record)[-1].status in ("done", "partly", "not done")
        rest = desk.preview()
        if not rest.nothing_to_do:
            assert desk.apply(rest).verified
        undo_all(desk)
        assert snapshot() == before


def holds_apply_for_good(desk: Desk, snapshot: Snapshot) -> None:
    """Applied by its hash, read back, not applied twice; the undo makes no call, and says what stays."""
    plan = desk.preview()
    assert desk.apply(plan).verified
    changed, number = snapshot(), len(desk.world.records)
    assert desk.apply(plan).already
    assert desk.preview().nothing_to_do
    undo = desk.preview_undo()
    assert undo.left
    assert not undo.actions
    assert desk.apply(undo).verified
    assert desk.written_since(number) == []
    assert snapshot() == changed


def holds_kill_for_good(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed after each of its calls in turn, a step that lasts goes on where it was, and makes no call twice."""
    number, calls = len(desk.world.records), len(desk.preview().actions)
    while not desk.preview().nothing_to_do:
        _killed_after(desk, monkeypatch, 0)
        read_back.settle({desk.step.name: desk.step}, desk.reader(), desk.record)
        assert applications(desk.record)[-1].status in ("done", "partly")
    assert len(desk.written_since(number)) == calls


def undo_all(desk: Desk) -> None:
    """Undo whatever the step did and that was not undone yet, half-done applications too."""
    while _undo_is_due(desk):
        desk.apply(desk.preview_undo())


def _undo_is_due(desk: Desk) -> bool:
    from gdkit.response.record import last_applied

    return last_applied(desk.record, desk.step.name) is not None


def _killed_after(desk: Desk, monkeypatch: pytest.MonkeyPatch, last: int) -> None:
    made, real = [0], engine.perform

    def dying(*given: Any, **named: Any) -> Any:
        answer = real(*given, **named)
        made[0] += 1
        if made[0] > last:
            raise Killed
        return answer

    plan = desk.preview()
    with monkeypatch.context() as patch:
        patch.setattr(engine, "perform", dying)
        with pytest.raises(Killed):
            desk.apply(plan)
