"""The way to AWS of a case, and that a simulated case stays in its own world."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from gdkit.aws.simulation import ask_simulator, enter_simulation, in_simulation
from gdkit.case.files import read_json
from gdkit.case.folder import case_access, is_simulated
from gdkit.errors import CaseError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gdkit.aws import ReadOnlyAws
    from gdkit.case.folder import CaseFolder

WORLD_FILE = "world.json"
"""Says where the simulated account of an exercise answers, in the case's folder of it."""


@dataclass(frozen=True, slots=True)
class ExerciseAccount:
    """A simulated account that runs for an exercise: where, and the variables that tie a process to it."""

    url: str
    variables: Mapping[str, str] = field(repr=False)


def open_aws(case: CaseFolder) -> ReadOnlyAws | None:
    """Open AWS as the case was begun with; None for a case that rests on log files alone.

    Raises:
        CaseError: the case is about a simulated account and this is the real AWS, or the other way round.
        AwsError: there is no way in.
    """
    from gdkit.aws import open_read_only  # noqa: PLC0415 - boto3 is loaded only where AWS is asked

    access = case_access(case)
    if access is None:
        return None
    enter_world(case)
    return open_read_only(access)


def enter_world(case: CaseFolder) -> None:
    """Enter the simulated account that a case of an exercise belongs to, and see that no case leaves its own world.

    A case of a simulated account is not gone on with on the real AWS, nor the other way round.

    Raises:
        CaseError: it would be, or the account of the exercise does not run.
    """
    if case.exercise.exists():
        account = exercise_account(case)
        if account is None:
            raise CaseError("the simulated account of this exercise does not run", where=str(case.path),
                            action=f"take it up again: gdkit tabletop --case {case.path}")  # fmt: skip
        enter_simulation(account.variables)
    if is_simulated(case) != in_simulation():
        here, there = ("the real AWS", "a simulated account") if is_simulated(case) else ("a simulated account", "AWS")
        raise CaseError(
            f"the case is about {there}, and this process reaches {here}",
            where=str(case.path),
            action="start the simulator that the case was begun on" if is_simulated(case) else "unset GDKIT_SIMULATOR",
        )


def exercise_account(case: CaseFolder) -> ExerciseAccount | None:
    """Find the simulated account of an exercise; None where it does not run.

    Raises:
        CaseError: the file that says where it answers is damaged.
    """
    announced = case.exercise / WORLD_FILE
    if not announced.exists():
        return None
    about = read_json(announced)
    told = ask_simulator(about["url"], "variables")
    if told is None or told["pid"] != about["pid"]:  # whoever answers there now is another one
        return None
    return ExerciseAccount(about["url"], told["variables"])
