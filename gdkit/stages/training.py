"""The exercise, as the notebook ``tabletop`` calls it: begun, asked, played, ended."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from gdkit.case.folder import case_subject
from gdkit.case.verdicts import current_verdict
from gdkit.errors import CaseError
from gdkit.stages.calls import attribution
from gdkit.stages.common import take_for_unnamed, unnamed_case
from gdkit.stages.declared import check_declared
from gdkit.stages.response import told_options
from gdkit.stages.scope import scope
from gdkit.training.acting import take_steps
from gdkit.training.catalogue import part_named, questions
from gdkit.training.course import answers, course_of, open_hint, opened_hints, record_answers
from gdkit.training.ending import end_exercise, kept_score, score_from
from gdkit.training.exercise import Asked, begin_exercise, has_ended, made_anew, open_exercise
from gdkit.ui import exercise_words, step_view
from gdkit.ui.exercise_panel import EndPanel, QuestionPanel
from gdkit.ui.view import View
from gdkit.ui.words import verdict_sentence, when

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gdkit.case.folder import CaseFolder


def tabletop(case: str, scenario: str = "", seed: int = 1, analyst: str = "") -> View:
    """Begin an exercise, or take up the one that the folder holds, and tell the situation.

    Args:
        case: folder of the exercise; empty for a temporary one, whose account ends with this process.
        scenario: ``theft``, ``onprem``, ``hub``, ``inside``, ``same-account`` or ``quiet``; empty to let the seed draw.
        seed: which variant; 0 for the one that the folder holds, or for one that is drawn.
        analyst: who plays; empty for the system's user name.

    Raises:
        ParameterError: there is no such scenario, or a parameter of the notebook is of another type than it declares.
        CaseConflictError: the folder holds another exercise, or something else.
        CaseError: the simulated account cannot be begun.
    """
    check_declared()
    path = Path(case) if case else _temporary_folder(scenario, seed)
    folder = begin_exercise(path, Asked(scenario, seed or None, analyst, kept=bool(case)))
    if not case:
        take_for_unnamed(folder)
    return situation_of(folder, kept=bool(case))


def situation_of(folder: CaseFolder, *, kept: bool) -> View:
    """Tell the situation of an exercise that was begun.

    Args:
        folder: the case of the exercise.
        kept: whether the folder stays when this process ends.
    """
    facts = [("The clock runs since", when(course_of(folder).begun_at)), ("Case folder", folder.path)]
    notes = exercise_words.standing_notes(anew=made_anew(folder), kept=kept, ended=has_ended(folder))
    return exercise_words.situation(case_subject(folder), facts, notes)


def read_logs(case: str) -> View:
    """Read the logs of the simulated account as 2_scope does; of an exercise that has ended, show what was read.

    Args:
        case: folder of the exercise.

    Raises:
        CaseError: there is no exercise, or its account does not answer.
        GdkitError: the logs cannot be read.
    """
    folder = str(_opened(case).path)
    return attribution(folder) if has_ended(_opened(case)) else scope(folder, [])


def question(case: str, part: str, hints: Sequence[str] = (), *, interactive: bool,
             **given: str | Sequence[str]) -> QuestionPanel | View:  # fmt: skip
    """Ask the questions of a part of the exercise, or record what was answered.

    Args:
        case: folder of the exercise.
        part: ``whose``, ``where``, ``grown``, ``begun``, ``verdict``, ``contain`` or ``act``.
        hints: parts of which the hint is to be opened; this one's costs points if it is among them.
        interactive: whether a person sits before the notebook; then the panel asks.
        **given: answers by question; ``none`` says that there is nothing, an empty one leaves it open.

    Raises:
        ParameterError: there is no such part, or an answer does not fit its question.
        CaseError: there is no exercise, or it has ended.
    """
    folder, about = _opened(case), part_named(part)
    record_answers(folder, given)
    if part in hints:
        open_hint(folder, part)
    if interactive:
        return QuestionPanel(folder, part)
    return exercise_words.answered(about, answers(folder), about.hint if part in opened_hints(folder) else "")


def act(case: str, steps: Sequence[str], tell: Sequence[str] = ()) -> View:
    """Take steps as a trainee who plays headless: each is previewed and applied at once. Only an exercise allows it.

    Args:
        case: folder of the exercise.
        steps: names of steps, in order; ``grown`` for the steps of all that grew.
        tell: options of steps, each ``STEP:NAME=VALUE``.

    Raises:
        ResponseError: a step cannot be taken.
        AwsError: a call failed.
    """
    folder = _opened(case)
    if not steps or has_ended(folder):
        return View("Steps taken headless", "None is named: the steps above are taken by hand.")
    meant = [(name, told_options(name, tell)) for name in steps]
    return step_view.applied_view("Steps taken headless", take_steps(folder, meant))


def score(case: str, *, end: bool, interactive: bool) -> EndPanel | View:
    """Show the score of an exercise that has ended; end it where that is asked for.

    Args:
        case: folder of the exercise.
        end: whether it is ended now: the account is stopped, and nothing more counts.
        interactive: whether a person sits before the notebook; then a panel ends it.

    Raises:
        CaseError: there is no exercise, or its account does not answer.
    """
    folder = _opened(case)
    if end:
        end_exercise(folder)
    if has_ended(folder):
        document = kept_score(folder)
        shown = exercise_words.score_view(document, score_from(document))
    else:
        open_questions = [name for name in questions() if name not in answers(folder)]
        shown = exercise_words.not_ended(open_questions, verdict_sentence(current_verdict(folder)))
    return EndPanel(folder, shown) if interactive else shown


def _opened(case: str) -> CaseFolder:
    if case:
        return open_exercise(Path(case))
    folder = unnamed_case()
    if folder is None:
        raise CaseError("no exercise was begun in this notebook", action="run the cell with stages.tabletop first")
    return folder


@cache
def _temporary_folder(scenario: str, seed: int) -> Path:
    """Give a new folder for an exercise of this process; it goes when the process ends."""
    path = Path(tempfile.mkdtemp(prefix=f"gdkit-exercise-{seed}-"))
    atexit.register(shutil.rmtree, path, ignore_errors=True)
    return path
