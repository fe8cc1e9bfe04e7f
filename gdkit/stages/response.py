"""The response: its order, each step from preview to undo, and what was done."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from gdkit import tables
from gdkit.case.folder import case_about, case_access
from gdkit.case.response_record import CaseRecord
from gdkit.errors import AwsError, CaseError, ResponseError
from gdkit.responding.overview import case_playbook, overview, part_of_order, step_standing
from gdkit.responding.run import apply_plan, open_desk, preview_step
from gdkit.responding.standing import response_rows
from gdkit.response.catalogue import step_named
from gdkit.response.engine import reviewed_plan
from gdkit.stages.common import opened, view
from gdkit.ui import response_words, step_view, words
from gdkit.ui.step_panel import StepPanel
from gdkit.ui.words import many

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from gdkit.case.folder import CaseFolder
    from gdkit.response.step import Step
    from gdkit.ui.view import View

UNDECIDED = "Nobody has decided yet whether the address is trusted, so there is no order to go by."


def response_order(case: str) -> View:
    """Show the order of the whole response: what is done, what is next, what is skipped, and why."""
    folder = opened(case)
    playbook = case_playbook(folder)
    if playbook is None:
        return view(folder, "Order of the response", UNDECIDED, notes=["Record a verdict in 3_classify first."])
    rows = overview(folder)
    frame = tables.frame_of_rows(tables.RESPONSE_ORDER, [
        {"number": number, "part": row.name, "state": row.state, "what": row.what or None, "why": row.why,
         "detail": row.detail or None, "command": response_words.preview_command(row, str(folder.path))}
        for number, row in enumerate(rows, start=1)])  # fmt: skip
    done, following = sum(row.state == "done" for row in rows), next((row for row in rows if row.state == "next"), None)
    summary = f"{playbook.title}: {done} of {many(len(rows), 'part')} done; "
    summary += f"next is {following.name}." if following else "nothing is next."
    return view(folder, "Order of the response", summary, frame=frame)


def step(case: str, name: str, tell: Sequence[str] = (), apply: Sequence[str] = (), *, analyst: str = "",
         interactive: bool) -> StepPanel | View:  # fmt: skip
    """Show one step: its panel where a person sits before the notebook, else its preview.

    Args:
        case: the case folder.
        name: of the step.
        tell: options of steps, each ``STEP:NAME=VALUE``; those of other steps are passed over.
        apply: hashes of plans that a person reviewed; one that this step made is applied.
        analyst: who acts, as the journal will say; empty for who began the case.
        interactive: whether a person sits before the notebook.

    Raises:
        ResponseError: an option is wrong, or the step cannot be taken.
        GroundChangedError: what a plan rests on has changed since it was reviewed; nothing was done.
        AwsError: AWS refused, or could not be asked.
    """
    folder, found = opened(case), step_named(name)
    told = told_options(name, tell)
    if interactive:
        return StepPanel(folder, name, told, analyst)
    stamp = words.stamp(case_about(folder))
    mine = plans_of(folder, {name}, apply)
    if mine:
        return apply_in_turn(folder, found.title, mine, stamp, analyst)
    return _previewed(folder, found, told, stamp, analyst)


def _previewed(folder: CaseFolder, found: Step, told: Mapping[str, str], stamp: str, analyst: str) -> View:
    """Preview a step where that is due, and say why not where it is not; a preview that fails is told as such."""
    part, missing = part_of_order(folder, found.name), [option.name for option in found.options
                                                        if option.required and not told.get(option.name)]  # fmt: skip
    why = ""
    if part is None:
        why = "it is not due in the order that fits the verdict"
    elif case_access(folder) is None:
        why = "the case rests on log files alone"
    elif part.undo:
        why = "it is undone last of all, with the button Preview undo, or 'gdkit respond … --undo'"
    elif missing:
        why = f"it must be told {', '.join(missing)}"
    else:
        try:
            plan = preview_step(open_desk(folder, actor=analyst), found.name, {**dict(part.told), **told})
        except (AwsError, CaseError, ResponseError) as error:
            why = str(error)
        else:
            return step_view.plan_view(found, plan, stamp=stamp)
    return step_view.step_view(found, f"{step_standing(folder, found.name)} Not previewed: {why}", stamp=stamp)


def told_options(name: str, tell: Sequence[str]) -> dict[str, str]:
    """Give the options that are meant for one step.

    Raises:
        ResponseError: one is not written ``STEP:NAME=VALUE``, or names no step.
    """
    told = {}
    for assignment in tell:
        of_step, colon, rest = assignment.partition(":")
        option, equals, value = rest.partition("=")
        if not (colon and equals):
            raise ResponseError("an option is written STEP:NAME=VALUE", where=f"tell {assignment[:60]!r}")
        step_named(of_step)
        if of_step == name:
            told[option] = value
    return told


def apply_in_turn(folder: CaseFolder, title: str, hashes: Sequence[str], stamp: str, analyst: str = "") -> View:
    """Apply plans that a person reviewed, one after another; one that fails stops the rest.

    Raises:
        GroundChangedError: what a plan rests on has changed since it was reviewed; it was not applied.
        AwsError: AWS refused, or could not be asked.
    """
    desk = open_desk(folder, actor=analyst)
    return step_view.applied_view(title, [apply_plan(desk, one) for one in hashes], stamp=stamp)


def plans_of(folder: CaseFolder, names: Collection[str], hashes: Sequence[str]) -> list[str]:
    """Give those of the hashes whose plan one of the named steps made.

    Raises:
        ResponseError: no plan with such a hash was previewed in this case.
    """
    record = CaseRecord(folder, "")
    plans = [reviewed_plan(text, record) for text in hashes]
    return [plan.hash for plan in plans if plan.step in names]


def response(case: str) -> View:
    """Show every step that was applied or undone, by the journal."""
    folder = opened(case)
    rows = response_rows(folder)
    for row in rows:
        row["at"] = datetime.fromisoformat(row["at"])
    in_force = sum(row["in_force"] for row in rows)
    summary = (f"{many(len(rows), 'step')} applied or undone, {in_force} in force." if rows
               else "gdkit changed nothing in AWS in this case.")  # fmt: skip
    notes = ["What others did, by hand or by other tools, does not stand here."]
    return view(folder, "Response", summary, notes=notes, frame=tables.frame_of_rows(tables.RESPONSE, rows))
