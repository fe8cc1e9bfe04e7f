"""What came of a plan, by reading the state back: after it was applied, later, and after a crash."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from gdkit.errors import ResponseError
from gdkit.response.plan import brief, differences, unmet
from gdkit.response.record import OUTCOME, applications
from gdkit.response.step import Check

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gdkit.aws import ReadOnlyAws
    from gdkit.response.plan import Plan
    from gdkit.response.record import Application, Record, Status
    from gdkit.response.step import State, Step, Target

_LOOK_S = 1.0
"""Pause between two looks at whether a change is seen, in seconds."""


def read_state(step: Step, target: Target, reader: ReadOnlyAws) -> State:
    """Read the state, in the form in which a plan is kept."""
    state: State = json.loads(json.dumps(step.read(reader, target)))
    return state


def verify(step: Step, plan: Plan, reader: ReadOnlyAws) -> tuple[Check, ...]:
    """Read back whether a plan's state is in force, waiting for as long as the step says that it may take.

    Raises:
        AwsError: it could not be read.
    """
    until = time.monotonic() + (step.settles_s if plan.actions else 0.0)
    try:
        now = read_state(step, plan.target, reader)
        while _unmet(plan, now) and time.monotonic() < until:
            time.sleep(_LOOK_S)
            now = read_state(step, plan.target, reader)
    except ResponseError as error:  # what stands there now is none of what a plan of the step leaves
        return (Check("what the plan changed is as planned", False, error.problem),)
    return (*_read_back(plan, now), *(() if plan.undoes else step.confirm(reader, plan.target, plan.before, now)))


def _read_back(plan: Plan, now: State) -> tuple[Check, ...]:
    """Say whether what the plan changed is as planned; what others changed beside it is told, and is no fault."""
    rows = tuple(Check(f"{path} is as planned", False, f"planned {brief(wanted)}, found {brief(found)}")
                 for path, wanted, found in _unmet(plan, now))  # fmt: skip
    beside = [path for path, _, _ in differences(plan.after, now)]
    told = f"every value is as planned; others changed since: {', '.join(beside[:5])}" if beside else ""
    return rows or (Check("the state read back is the planned one", True, told or "every value is as planned"),)


def met(plan: Plan, now: State) -> bool:
    """Tell whether what a plan changes is as planned."""
    return not _unmet(plan, now)


def _unmet(plan: Plan, now: State) -> list[tuple[str, Any, Any]]:
    """Give what is not as planned: of what the plan changes, or of everything where it changes nothing."""
    if plan.before == plan.after:
        return list(differences(plan.after, now))
    return list(unmet(plan.before, plan.after, now))


def _status_now(plan: Plan, now: State) -> Status:
    """Tell how much of a plan is done, by the state now."""
    if not _unmet(plan, now):
        return "done"
    return "partly" if list(unmet(plan.after, plan.before, now)) else "not done"


def settle(steps: Mapping[str, Step], reader: ReadOnlyAws, record: Record) -> tuple[Application, ...]:
    """Find what came of applications that were begun and never ended, as after a crash, and write it down.

    A call may have been on its way when its process died, its answer may have been lost, and IAM may show a change only
    later: one that was found not done, or done in part, or that failed without a refusal, is looked at again each time
    until a later application of its step takes its place. Whoever calls this sees to it that no other process applies
    a plan of the case meanwhile.

    Raises:
        AwsError: the state could not be read; they stay as they are.
    """
    settled = []
    known = applications(record)
    for one in known:
        if not one.unsettled or (one.status != "open" and _taken_over(one, known)):
            continue
        now = read_state(steps[one.plan.step], one.plan.target, reader)
        status = _status_now(one.plan, now)
        if status == one.status or (one.status == "failed" and status != "done"):
            continue
        why = "the process ended, or lost an answer, before the outcome was written; this was read later"
        record.write(OUTCOME, {"intent": one.number, "status": status, "error": why, "settled": True})
        settled.append(replace(one, status=status, settled=True))
    return tuple(settled)


def _taken_over(one: Application, known: Sequence[Application]) -> bool:
    """Tell whether the same step, told the same, was applied again later."""
    told = (one.plan.step, one.plan.target.options)
    return any(later.number > one.number and (later.plan.step, later.plan.target.options) == told for later in known)
