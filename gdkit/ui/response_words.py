"""A response in words: a plan, what came of it, and the order of the whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gdkit.ui.words import many

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from gdkit.responding.overview import Row
    from gdkit.response.engine import Applied
    from gdkit.response.plan import Plan
    from gdkit.response.step import Check, Explanation

NOTHING_DONE: Mapping[str, Any] = {"applied": (), "rechecks": (), "checklists": ()}
"""What a result says of the response where nothing was done."""

HOLDS = {True: "yes", False: "NO", None: "cannot be told"}
"""What is said of a check."""


def explanation_facts(said: Explanation) -> list[tuple[str, object]]:
    """Give what a step says of itself, as names and values."""
    return [
        ("What it does", said.what),
        ("Why", said.why),
        ("What it breaks", said.breaks),
        ("What it leaves open", said.leaves_open),
        ("Undo", said.undo),
        ("Source", said.source),
    ]


def short_facts(said: Explanation) -> list[tuple[str, object]]:
    """Give what a person must know of a step at once."""
    return explanation_facts(said)[:1] + explanation_facts(said)[2:3]


def further_facts(said: Explanation) -> list[tuple[str, object]]:
    """Give what else a step says of itself."""
    return [fact for fact in explanation_facts(said) if fact not in short_facts(said)]


def checked(checks: Iterable[Check]) -> list[tuple[str, str, str]]:
    """Give checks as a view shows them: the answer, the question, what was found."""
    return [(HOLDS[check.holds], check.what, f"{check.found}{_stop(check)}") for check in checks]


def _stop(check: Check) -> str:
    """Say that a plan is not applied just so where a check of it shows that it would do another thing."""
    return ". It is applied only where a person says why (--despite)" if check.stops and check.holds is False else ""


def checks_sentence(checks: Sequence[Check]) -> str:
    """Say how many checks hold; nothing where nothing was checked.

    >>> from gdkit.response.step import Check
    >>> checks_sentence([Check("a", True, "x"), Check("b", None, "y")])
    'Of 2 checks 1 holds, 1 cannot be told.'
    """
    if not checks:
        return ""
    counts = {answer: sum(check.holds is holds for check in checks) for holds, answer in HOLDS.items()}
    if counts["yes"] == len(checks):
        return f"All {len(checks)} checks hold." if len(checks) > 1 else "The check holds."
    said = [f"{counts['yes']} {'holds' if counts['yes'] == 1 else 'hold'}"]
    said += [f"{counts['NO']} {'does' if counts['NO'] == 1 else 'do'} NOT"] if counts["NO"] else []
    said += [f"{counts['cannot be told']} cannot be told"] if counts["cannot be told"] else []
    return f"Of {many(len(checks), 'check')} {', '.join(said)}."


def plan_summary(plan: Plan) -> str:
    """Say in a sentence what a plan would do."""
    if plan.nothing_to_do:
        return (
            "Nothing is to be done: the state is already as wanted." if not plan.undoes else "Nothing is left to undo."
        )
    collected = f"collect {many(len(plan.collects), 'document')} of evidence" if plan.collects else ""
    calls = f"make {many(len(plan.actions), 'changing call')}" if plan.actions else ""
    what = " and ".join(part for part in (collected, calls) if part)
    return f"{'Undoing' if plan.undoes else 'Applying'} it would {what}. Nothing was changed yet."


def plan_notes(plan: Plan) -> list[str]:
    """Give what a person must know before a plan is applied: side effects first, then what was checked."""
    notes = [f"Side effect: {effect.what}." for effect in plan.effects]
    notes += [check_sentence(check) for check in plan.checks]
    return [*notes, *(f"Left as it is: {what}." for what in plan.left)]


def check_sentence(check: Check) -> str:
    """Say in a sentence what was checked and found."""
    return f"{check.what}? {HOLDS[check.holds]}: {check.found}{_stop(check)}."


def applied_summary(applied: Applied) -> str:
    """Say in a sentence what came of applying a plan."""
    verb = "undone" if applied.plan.undoes else "applied"
    if applied.plan.nothing_to_do:
        return "The state is as wanted already; nothing was changed, and nothing of it is this case's to undo."
    if applied.already:
        return "It was applied before and still holds; nothing was changed."
    bad = [check for check in applied.checks if check.holds is False]
    if bad:
        return f"The calls were made, but {many(len(bad), 'check')} failed: {check_sentence(bad[0])}"
    untold = sum(check.holds is None for check in applied.checks)
    rest = f" {many(untold, 'check')} cannot be told yet." if untold else ""
    return f"It was {verb}, and reading back shows what was planned.{rest}"


def plan_lines(plan: Plan) -> Iterable[str]:
    """Give a plan as lines of plain text: summary, change, calls, side effects, checks, hash."""
    yield plan_summary(plan)
    if plan.diff():
        yield from ("", "The change of state:", *plan.diff().splitlines())
    if plan.actions:
        yield from ("", "The calls:")
        for number, action in enumerate(plan.actions, start=1):
            yield f"  {number}. {action.does} ({action.service} {action.operation})"
        yield from ("", *plan.calls().splitlines())
    if plan.collects:
        yield from ("", "Evidence that is collected:", *(f"  {name}" for name in plan.collects))
    if plan_notes(plan):
        yield from ("", *(f"- {note}" for note in plan_notes(plan)))
    yield from ("", f"Plan: {plan.short_hash}  (SHA-256 {plan.hash})")


def preview_command(row: Row, case: str) -> str | None:
    """Give the command that previews a part of the order; None for a person's task."""
    if row.is_task:
        return None
    told = "".join(f" -o {name}={value}" for name, value in row.told)
    return f"gdkit respond --case {case} {row.name}{told}{' --undo' if row.undo else ''}"


def contained(response: Mapping[str, Any]) -> str:
    """Say what is contained, by the journal: steps of containment that are in force, and what CloudTrail showed after.

    Args:
        response: the part ``response`` of ``result.json``.
    """
    held = [row for row in response["applied"] if row["phase"] == "containment" and row["in_force"]]
    if not held:
        return "nothing, as far as gdkit's own steps go: none of containment is in force"
    said = [f"{row['step']} since {row['at']} by {row['actor']}, read back: {row['read_back']}" for row in held]
    last = response["rechecks"][-1] if response["rechecks"] else None
    answer = {True: "works", False: "does NOT hold", None: "cannot be told yet"}
    seen = (f"CloudTrail at {last['at']}: it {answer[last['holds']]}" if last
            else "CloudTrail was not asked yet whether it works")  # fmt: skip
    return "\n".join([*said, seen])
