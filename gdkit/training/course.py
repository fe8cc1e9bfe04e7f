"""What a trainee said and did in an exercise: written to the journal of the case, and read from there alone."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from gdkit.case.folder import case_analyst
from gdkit.case.journal import append_entry, read_entries
from gdkit.case.response_record import CaseRecord
from gdkit.case.verdicts import current_verdict
from gdkit.errors import CaseError
from gdkit.responding.after import denies_in_force
from gdkit.response.record import applications
from gdkit.training.catalogue import checked_answer, part_named
from gdkit.training.exercise import BEGUN, has_ended
from gdkit.training.model import Course

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from gdkit.case.folder import CaseFolder
    from gdkit.training.model import Answers

ANSWERED, HINT = "exercise: answered", "exercise: hint opened"
"""What the journal calls an answer, and the opening of a hint."""


def record_answers(case: CaseFolder, given: Mapping[str, str | Iterable[str]]) -> Answers:
    """Write answers down; a later one takes the place of an earlier one, which stays in the journal.

    Args:
        case: the case of the exercise.
        given: one or several names by question; ``none`` says that there is nothing, an empty one leaves it open.

    Returns:
        What is answered now.

    Raises:
        ParameterError: an answer does not fit its question; nothing was written.
        CaseError: the exercise has ended.
    """
    checked = {name: answer for name, text in given.items() if (answer := checked_answer(name, text)) is not None}
    before = answers(case)
    new = {name: list(answer) for name, answer in checked.items() if before.get(name) != answer}
    if new:
        _refuse_ended(case)
        append_entry(case.journal, actor=case_analyst(case), act=ANSWERED, detail=new)
    return answers(case)


def answers(case: CaseFolder) -> Answers:
    """Give what is answered, by question; questions that are open are not in it."""
    given: dict[str, tuple[str, ...]] = {}
    for entry in read_entries(case.journal):
        if entry["act"] == ANSWERED:
            given |= {name: tuple(answer) for name, answer in entry["detail"].items()}
    return given


def open_hint(case: CaseFolder, part: str) -> str:
    """Open the hint of a part, which costs points once, and give its text.

    Raises:
        ParameterError: there is no such part.
        CaseError: the exercise has ended.
    """
    text = part_named(part).hint
    if part not in opened_hints(case):
        _refuse_ended(case)
        append_entry(case.journal, actor=case_analyst(case), act=HINT, detail={"part": part})
    return text


def opened_hints(case: CaseFolder) -> tuple[str, ...]:
    """Give the parts of which the hint was opened, in the order in which they were."""
    return tuple(dict.fromkeys(entry["detail"]["part"] for entry in read_entries(case.journal) if entry["act"] == HINT))


def course_of(case: CaseFolder) -> Course:
    """Give what was done when, from the beginning of the exercise.

    Raises:
        CaseError: the journal holds no beginning.
    """
    begun = [entry["at"] for entry in read_entries(case.journal) if entry["act"] == BEGUN]
    if not begun:
        raise CaseError("the journal does not say when the exercise was begun", where=str(case.journal))
    verdict, denies = current_verdict(case), denies_in_force(case)
    ruled = [one for one in applications(CaseRecord(case, "")) if one.plan.step == "suppression-rule"
             and one.plan.undoes is None and one.status == "done" and not one.undone]  # fmt: skip
    return Course(
        datetime.fromisoformat(begun[0]), verdict.value, verdict.at,
        min((deny.since for deny in denies), default=None),
        datetime.fromisoformat(ruled[0].at) if ruled else None, opened_hints(case),
    )  # fmt: skip


def _refuse_ended(case: CaseFolder) -> None:
    if has_ended(case):
        raise CaseError("the exercise has ended, so nothing more counts", where=str(case.path),
                        action="begin another one in a new folder")  # fmt: skip
