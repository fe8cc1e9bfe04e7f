"""Steps taken by a trainee who plays headless: previewed and applied at once, on the account of an exercise alone.

Elsewhere a plan is applied by the hash that a person read. Here there is no person and nothing real.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gdkit.case.folder import is_simulated
from gdkit.case.results import load_result
from gdkit.errors import ResponseError
from gdkit.responding.run import apply_plan, open_desk, preview_step
from gdkit.response.grown.plan import plan_grown

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from gdkit.case.folder import CaseFolder
    from gdkit.response.engine import Applied

GROWN = "grown"
"""Stands for the steps of all that grew from the theft and is proven to be the thief's, in their order."""


def take_steps(case: CaseFolder, steps: Iterable[tuple[str, Mapping[str, str]]]) -> list[Applied]:
    """Preview and apply steps, one after another; one that fails stops the rest.

    Args:
        case: the case of an exercise.
        steps: each by its name, with what it is told; ``grown`` for all that grew and has a step.

    Raises:
        ResponseError: the case is no exercise, or a step cannot be taken.
        AwsError: a call failed.
    """
    if not (case.exercise.exists() and is_simulated(case)):
        raise ResponseError("steps are taken without their plan being read in an exercise alone", where=str(case.path),
                            action="preview the step, read the plan, and apply it by its hash")  # fmt: skip
    desk = open_desk(case)
    meant = [one for name, told in steps for one in (_grown(case) if name == GROWN else [(name, told)])]
    return [apply_plan(desk, preview_step(desk, name, told).hash) for name, told in meant]


def _grown(case: CaseFolder) -> list[tuple[str, Mapping[str, str]]]:
    return [(one.step, one.options) for one in plan_grown(load_result(case))
            if one.step and not one.decision and not one.to_tell and one.standing != "ended"]  # fmt: skip
