"""The whole of a response at one look: what is done, what is next, what is skipped, and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from gdkit.case.folder import case_analyst, case_subject
from gdkit.case.journal import append_entry, read_entries
from gdkit.case.response_record import CaseRecord
from gdkit.case.results import load_result
from gdkit.case.verdicts import current_verdict
from gdkit.errors import ResponseError
from gdkit.response.playbooks import FACTS, playbook_for
from gdkit.response.record import RECHECKED, RECOVERY_CHECKED, applications
from gdkit.response.recovery.checklist import BY_WORD

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gdkit.case.folder import CaseFolder
    from gdkit.response.playbooks import Entry, Playbook
    from gdkit.response.record import Application

TASK_DONE, SKIPPED = "respond: task done", "respond: skipped"
"""What the journal calls a person's own entries."""

_INSIDE = frozenset({"own_resource", "another_instance"})
"""Rules of ``origin.rules`` by which an address is one of the account's own."""

_WAITING = ("open", "in doubt")

RowState = Literal["done", "next", "open", "optional", "skipped", "undone", "in doubt"]
"""``in doubt``: it was begun, and did not end as planned."""


@dataclass(frozen=True, slots=True)
class Row:
    """One place in the order of a response.

    Attributes:
        name: step or task.
        what: what is done there.
        state: where it stands.
        detail: since when and by whom, or why it is skipped.
        told: options that the step is told.
        undo: the step is undone here.
        is_task: a person does it, not gdkit.
    """

    name: str
    what: str
    state: RowState
    why: str
    detail: str
    told: tuple[tuple[str, str], ...] = ()
    undo: bool = False
    is_task: bool = False


def case_playbook(case: CaseFolder) -> Playbook | None:
    """Give the playbook that fits what was decided about a case; None while nobody has decided."""
    finding = case_subject(case).finding
    inside = finding is None and any(map(_is_inside, load_result(case)["origin"]["addresses"]))
    return playbook_for(current_verdict(case).value, finding.variant if finding else None, same_account=inside)


def overview(case: CaseFolder) -> tuple[Row, ...]:
    """Give the order of a case's response, with where each part stands; empty while nobody has decided.

    Raises:
        CaseError: the case has no result yet, or is damaged.
    """
    playbook = case_playbook(case)
    if playbook is None:
        return ()
    facts = _facts(case)
    done = applications(CaseRecord(case, ""))
    notes, looked = _notes(case), _looked(case)
    rows = [_row(entry, facts, done, notes, looked) for entry in playbook.entries]
    following = next((place for place, row in enumerate(rows)
                      if row.state in _WAITING or _is_lifted_early(rows, place)), None)  # fmt: skip
    return tuple(_as_next(row) if place == following else row for place, row in enumerate(rows))


def _is_lifted_early(rows: Sequence[Row], place: int) -> bool:
    """Tell whether a step was undone before the order says so: parts that come before its undoing are still waiting."""
    step = rows[place]
    lifted = next((later for later in range(place, len(rows)) if rows[later].undo and rows[later].name == step.name), 0)
    return step.state == "undone" and any(row.state in _WAITING for row in rows[place:lifted])


def step_standing(case: CaseFolder, name: str, told: Mapping[str, str] | None = None) -> str:
    """Say in a sentence where one step stands in a case, by the journal.

    Args:
        case: the case.
        name: of the step.
        told: the options of one variant of it, those that are empty too; None for the step however it was told.
    """
    mine = [one for one in applications(CaseRecord(case, "")) if one.plan.step == name and _is_told(one, told or {})]
    if not mine:
        return "Not applied in this case."
    last = mine[-1]
    did = "Undone" if last.plan.undoes else "Applied"
    ended = "" if last.status == "done" else f" and did not end well: {last.status}"
    return f"{did} {last.at} by {last.actor}, plan {last.plan_hash[:12]}{ended}."


def _is_told(application: Application, told: Mapping[str, str]) -> bool:
    """Tell whether a step was told a variant; an instant that was told counts as the word ``now``."""
    options = application.plan.target.options
    return all(bool(options.get(name)) == bool(value) for name, value in told.items())


def part_of_order(case: CaseFolder, name: str) -> Row | None:
    """Give the first part of a case's order that is this step and not done or skipped; None where there is none."""
    return next((row for row in overview(case) if row.name == name and row.state not in ("done", "skipped")), None)


def words_noted(case: CaseFolder) -> dict[str, str]:
    """Give what persons said of the recovery checklist's questions, by the question's name, with who said it."""
    return {name: f"{entry['detail']['reason']} ({entry['actor']}, {entry['at']})"
            for name, entry in _notes(case).items() if name in BY_WORD and entry["act"] == TASK_DONE}  # fmt: skip


def note(case: CaseFolder, name: str, *, skipped: bool, reason: str, actor: str = "") -> None:
    """Write in the journal that a task was done, that a part of the order is left out, or what answers a question.

    Args:
        case: the case.
        name: of the step or task, as the overview calls it; or a question of the recovery checklist.
        skipped: it is left out; otherwise it was done.
        reason: why it is left out, or what came of it; it may not be empty.
        actor: who says so; empty for who began the case.

    Raises:
        ResponseError: there is no such part, it is a step and not skipped, or no reason is given.
    """
    parts = {row.name: row for row in overview(case)}
    answers = name in BY_WORD and name not in parts and not skipped
    if name not in parts and not answers:
        raise ResponseError(f"{name[:60]!r} is no part of this case's response", where=str(case.path),
                            action=f"choose one of {', '.join(parts) or '(record a verdict first)'}")  # fmt: skip
    if not reason.strip():
        raise ResponseError("say in a sentence why", where=name, action="add --reason TEXT")
    if not skipped and not answers and not parts[name].is_task:
        raise ResponseError("a step is done by applying it, not by saying so", where=f"step {name}")
    append_entry(case.journal, actor=actor or case_analyst(case), act=SKIPPED if skipped else TASK_DONE,
                 detail={"name": name, "reason": reason.strip()})  # fmt: skip


def _is_inside(address: Mapping[str, Any]) -> bool:
    """Tell whether a judged address belongs to the instance's own account."""
    return address["kind"] == "private" or any(row["rule"] in _INSIDE for row in address["evidence"])


def _facts(case: CaseFolder) -> frozenset[str]:
    session = load_result(case)["session"]
    held = {"instance": session["instance_id"], "role": session["role_name"] and session["role_id"]}
    return frozenset(name for name in FACTS if held[name])


def _notes(case: CaseFolder) -> dict[str, dict[str, Any]]:
    """Give the last word of a person on each part."""
    entries = [entry for entry in read_entries(case.journal) if entry["act"] in (TASK_DONE, SKIPPED)]
    return {entry["detail"]["name"]: entry for entry in entries}


def _looked(case: CaseFolder) -> dict[str, tuple[RowState, str]]:
    """Give what the last look of gdkit itself says of a person's task: of the re-check, and of the recovery checklist.

    A Deny that was seen to work is done, one that does not hold is in doubt; a look that told nothing leaves it open.
    """
    looked: dict[str, tuple[RowState, str]] = {}
    for entry in read_entries(case.journal):
        detail, by = entry["detail"], f"looked {entry['at']}, {entry['actor']}"
        if entry["act"] == RECHECKED:
            states: dict[bool | None, tuple[RowState, str]] = {
                True: ("done", f"{by}: the Deny works"), False: ("in doubt", f"{by}: it does NOT hold, or hits others"),
                None: ("open", f"{by}: inconclusive")}  # fmt: skip
            looked["recheck"] = states[detail["holds"]]
        elif entry["act"] == RECOVERY_CHECKED:
            left = [item["name"] for item in detail["items"] if item["standing"] != "done"]
            state: RowState = "open" if left else "done"
            looked["recovery"] = (
                state,
                f"{by}: {'not settled: ' + ', '.join(left) if left else 'every question is done'}",
            )
    return looked


def _row(entry: Entry, facts: frozenset[str], done: list[Application], notes: dict[str, dict[str, Any]],
         looked: dict[str, tuple[RowState, str]]) -> Row:  # fmt: skip
    state, detail = _standing(entry, facts, done, notes.get(entry.name))
    if entry.task and state == "open":
        state, detail = looked.get(entry.name, (state, detail))
    what = entry.task or (f"Undo {entry.name}." if entry.undo else "")
    return Row(entry.name, what, state, entry.why, detail, tuple(entry.options.items()), entry.undo, bool(entry.task))


def _standing(entry: Entry, facts: frozenset[str], done: list[Application],
              noted: dict[str, Any] | None) -> tuple[RowState, str]:  # fmt: skip
    """Give where a part stands and what that rests on."""
    missing = [FACTS[name] for name in entry.needs if name not in facts]
    if missing:
        return "skipped", "; ".join(missing)
    of_step = [one for one in done if one.plan.step == entry.name and one.plan.undoes is None and _told(one, entry)]
    if of_step and not entry.task:
        standing = _by_journal(of_step[-1], entry)
        left_out = noted is not None and noted["act"] == SKIPPED and noted["at"] >= of_step[-1].at
        if standing is not None and not (standing[0] == "undone" and left_out):
            return standing
    if noted is not None and not (entry.undo and noted["act"] != SKIPPED):
        by = f"{noted['detail']['reason']} ({noted['actor']}, {noted['at']})"
        return ("skipped" if noted["act"] == SKIPPED else "done"), by
    if entry.undo and not of_step:
        return "optional", "there is nothing to undo yet"
    return ("optional" if entry.optional else "open"), ""


def _told(application: Application, entry: Entry) -> bool:
    options = application.plan.target.options
    return all(options.get(name) == value for name, value in entry.options.items() if name != "update")


def _by_journal(last: Application, entry: Entry) -> tuple[RowState, str] | None:
    """Give where a step stands by its last application; None where that does not settle it."""
    when = f"{last.at}, {last.actor}, plan {last.plan_hash[:12]}"
    if entry.undo:
        return ("done", f"undone; it was applied {when}") if last.undone else None
    if last.undone:
        return "undone", f"applied {when}, and undone since"
    if last.status == "done":
        return "done", when
    return None if last.status == "not done" else ("in doubt", f"{last.status}: {last.error} ({when})")


def _as_next(row: Row) -> Row:
    if row.state == "in doubt":
        return row
    return Row(row.name, row.what, "next", row.why, row.detail, row.told, row.undo, row.is_task)
