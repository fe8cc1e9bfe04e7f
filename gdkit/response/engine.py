"""How every step runs: previewed, applied by its hash, read back, undone, and settled after a crash.

Reading is the reader's, changing the responder's; the responder may make the calls of the one step and no other. The
intent stands in the journal before the first call, each answer after its call, the outcome at the end.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from gdkit.aws import perform
from gdkit.errors import AwsError, GdkitError, GroundChangedError, ResponseError
from gdkit.response.merge import reverted
from gdkit.response.plan import SHORT, Plan, brief, differences, plan_document, read_plan
from gdkit.response.read_back import met, read_state, settle, verify
from gdkit.response.record import CALL, INTENT, OUTCOME, applications
from gdkit.response.step import Check, ResultOf, Step, Undone

if TYPE_CHECKING:
    from gdkit.aws import ReadOnlyAws, ResponderAws
    from gdkit.response.record import Application, Record
    from gdkit.response.step import State, Target

Steps: TypeAlias = Mapping[str, Step]
OpenResponder: TypeAlias = Callable[[frozenset[str]], "ResponderAws"]
"""Logs in as the responder, who then may do these IAM actions and no other."""


@dataclass(frozen=True, slots=True)
class Applied:
    """What came of applying a plan.

    Attributes:
        already: its state was in force already, so nothing was done and nothing was written down.
        checks: what was read back, and what else was checked after.
    """

    plan: Plan
    checks: tuple[Check, ...]
    already: bool = False

    @property
    def verified(self) -> bool:
        """Whether every check holds."""
        return all(check.holds for check in self.checks)


def preview(step: Step, target: Target, reader: ReadOnlyAws, record: Record) -> Plan:
    """Plan a step, and keep the plan so that it can be applied by its hash. Nothing in AWS is changed.

    Raises:
        ResponseError: the step cannot be taken here; the message says why.
        AwsError: something that the step must know could not be read.
    """
    return _kept(_planned(step, target, reader), record)


def preview_undo(step: Step, application: Application, reader: ReadOnlyAws, record: Record) -> Plan:
    """Plan the undoing of an application, and keep the plan. Nothing in AWS is changed.

    Raises:
        ResponseError: the step cannot be undone here; the message says why.
        AwsError: something that the step must know could not be read.
    """
    return _kept(_planned_undo(step, application, reader), record)


def apply(plan_hash: str, steps: Steps, reader: ReadOnlyAws, responder: OpenResponder, record: Record, *,
          despite: str = "") -> Applied:  # fmt: skip
    """Apply a plan that was reviewed.

    Args:
        plan_hash: its hash, or at least the first twelve digits of it.
        steps: every step, by name.
        reader: reads the ground, and what came of it.
        responder: opens the one who may change things; not called where nothing is to be done.
        record: of the case.
        despite: why it is applied although a check that stops failed; it stands in the journal.

    Raises:
        ResponseError: no such plan was previewed in this case, a check of it failed and nobody said why it is applied
            all the same, or it cannot be applied.
        GroundChangedError: what the plan rests on has changed since; nothing was done.
        AwsError: a call failed; the journal tells which were made before it.
    """
    settle(steps, reader, record)
    plan = reviewed_plan(plan_hash, record)
    step = steps[plan.step]
    done = [one for one in applications(record) if one.plan_hash == plan.hash and one.status == "done"]
    now = read_state(step, plan.target, reader)
    if done and not done[-1].undone and plan.actions and met(plan, now):
        return Applied(plan, verify(step, plan, reader), already=True)
    if plan.nothing_to_do and plan.undoes is None:
        return Applied(plan, verify(step, plan, reader), already=True)
    _refuse_failed_checks(plan, despite)
    _refuse_changed_ground(plan, now, _again(step, plan, reader, record))
    aws = responder(step.operations) if plan.actions else None
    number = record.write(INTENT, {"hash": plan.hash, "plan": plan_document(plan), "despite": despite.strip()})
    try:
        kept = _collect(step, plan, reader, record) if not plan.undoes and plan.collects else []
        _perform(plan, aws, record, number)
    except GdkitError as error:
        record.write(OUTCOME, {"intent": number, "status": "failed", "error": str(error)})
        raise
    checks = verify(step, plan, reader)
    record.write(OUTCOME, {"intent": number, "status": "done", "evidence": kept,
                           "checks": [_check(one) for one in checks]})  # fmt: skip
    return Applied(plan, checks)


def reviewed_plan(plan_hash: str, record: Record) -> Plan:
    """Give the plan that a person names by its hash.

    Raises:
        ResponseError: the hash is too short, or no plan or more than one of this case has it.
    """
    text = plan_hash.strip().lower()
    if len(text) < SHORT:
        raise ResponseError(f"a plan is named by {SHORT} digits of its hash at least", where="plan hash",
                            action="copy it from the preview")  # fmt: skip
    fitting = [name for name in record.plan_names() if name.startswith(text)]
    if len(fitting) != 1:
        raise ResponseError("no plan with this hash was previewed in this case", where=f"plan hash {text[:SHORT]}",
                            action="preview the step, read the plan, and give its hash")  # fmt: skip
    plan = read_plan(record.kept_plan(fitting[0]))
    if plan.hash != fitting[0]:
        raise ResponseError("the plan that was kept is not the one that was reviewed: its content was changed",
                            where=f"plan hash {text[:SHORT]}", action="preview the step again")  # fmt: skip
    return plan


def _planned(step: Step, target: Target, reader: ReadOnlyAws) -> Plan:
    now = read_state(step, target, reader)
    wanted: State = json.loads(json.dumps(step.want(target, now)))
    return Plan(
        step=step.name,
        target=target,
        before=now,
        after=wanted,
        actions=tuple(step.change(target, now, wanted)),
        effects=tuple(step.effects(reader, target, now, wanted)),
        checks=tuple(step.prove(reader, target, now, wanted)),
        collects=tuple(step.collects(target, now)),
    )


def _planned_undo(step: Step, application: Application, reader: ReadOnlyAws) -> Plan:
    plan = application.plan
    now = read_state(step, plan.target, reader)
    undone = (step.revert(plan.target, plan.before, plan.after, now) if step.revert
              else reverted(plan.before, plan.after, now))  # fmt: skip
    return _undo_plan(step, application, now, undone)


def _undo_plan(step: Step, application: Application, now: State, undone: Undone) -> Plan:
    target = application.plan.target
    actions = tuple(step.change(target, now, undone.state))
    return Plan(step.name, target, now, undone.state, actions, undoes=application.plan_hash, left=undone.left)


def _again(step: Step, plan: Plan, reader: ReadOnlyAws, record: Record) -> Plan:
    """Make the same plan from the ground as it is now."""
    if plan.undoes is None:
        return _planned(step, plan.target, reader)
    fitting = [one for one in applications(record) if one.plan_hash == plan.undoes and not one.undone]
    if not fitting:
        raise ResponseError("what it undoes was undone already", where=f"plan hash {plan.short_hash}")
    return _planned_undo(step, fitting[-1], reader)


def _refuse_failed_checks(plan: Plan, despite: str) -> None:
    """See that a plan which was found wrong is only applied where a person says why."""
    failed = [f"{check.what}? NO: {check.found}" for check in plan.checks if check.stops and check.holds is False]
    if failed and not despite.strip():
        raise ResponseError(f"a check of this plan failed, so nothing was done: {'; '.join(failed)}",
                            where=f"step {plan.step}, plan {plan.short_hash}",
                            action="if it is to be applied all the same, say why: --despite TEXT")  # fmt: skip


def _refuse_changed_ground(plan: Plan, now: State, again: Plan) -> None:
    if again.hash == plan.hash:
        return
    changed = [f"{path} was {brief(was)} and is {brief(found)}" for path, was, found in differences(plan.before, now)]
    was, found = plan_document(plan), plan_document(again)
    changed += [
        f"the plan's {part} differ" for part in ("actions", "effects", "checks", "left") if was[part] != found[part]
    ]
    raise GroundChangedError(
        f"what the plan rests on has changed since it was reviewed, so nothing was done: {'; '.join(changed[:5])}",
        where=f"step {plan.step}, plan {plan.short_hash}",
        action="preview the step again, and read the new plan",
    )


def _collect(step: Step, plan: Plan, reader: ReadOnlyAws, record: Record) -> list[str]:
    return [record.keep_evidence(evidence) for evidence in step.collect(reader, plan.target)]


def _perform(plan: Plan, aws: ResponderAws | None, record: Record, number: int) -> None:
    answers: list[Mapping[str, Any]] = []
    for place, action in enumerate(plan.actions):
        if aws is None:
            raise ResponseError("a plan with calls needs the responder", where=f"step {plan.step}")
        region, account_id = action.region or plan.target.region, action.account_id or plan.target.account_id
        client = aws.client(action.service, region, account_id)
        parameters = _filled(action.parameters, answers)
        try:
            answer, request_id = perform(client, action.operation, parameters, account_id=account_id)
        except AwsError as error:
            made = {"intent": number, "call": place, "failed": str(error), "code": error.code}
            record.write(CALL, made)
            raise
        answers.append(answer)
        results = {path: _at(answer, path) for path in action.results}
        record.write(CALL, {"intent": number, "call": place, "service": action.service, "operation": action.operation,
                            "request_id": request_id, "results": results})  # fmt: skip


def _filled(value: Any, answers: list[Mapping[str, Any]]) -> Any:
    """Put the answers of earlier calls where the plan names them."""
    if isinstance(value, ResultOf):
        return _at(answers[value.call], value.path)
    if isinstance(value, Mapping):
        return {name: _filled(member, answers) for name, member in value.items()}
    return [_filled(member, answers) for member in value] if isinstance(value, list | tuple) else value


def _at(answer: Any, path: str) -> Any:
    for name in path.split("."):
        try:
            answer = answer[int(name)] if isinstance(answer, list) else answer[name]
        except (KeyError, IndexError, ValueError, TypeError) as error:
            raise ResponseError(
                f"AWS's answer lacks {path}", action="preview the step again: it plans the rest"
            ) from error
    return answer


def _kept(plan: Plan, record: Record) -> Plan:
    record.keep_plan(plan.hash, plan_document(plan))
    return plan


def _check(check: Check) -> dict[str, Any]:
    return {"what": check.what, "holds": check.holds, "found": check.found}
