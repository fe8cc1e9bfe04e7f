"""The ways to contain the credential, side by side, with the names of this case."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gdkit import tables
from gdkit.case.results import load_result
from gdkit.responding.looks.look import Look
from gdkit.responding.overview import step_standing
from gdkit.response.credential.choices import agent_choices, choices, recommended

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gdkit.responding.looks import Asked
    from gdkit.response.credential.choices import Choice

_SHOWN = ("step", "told", "stops_stolen", "stops_reminting", "breaks", "undo", "takes_effect", "standing")


def look(asked: Asked) -> Look:
    """Compare the steps that contain the credential. Nothing is read from AWS but what the case holds already.

    Raises:
        CaseError: the case has no result yet.
    """
    result = load_result(asked.case)
    role, leaked = result["session"]["role_name"], result["session"]["session_name"]
    if role is None or leaked is None:
        empty = tables.frame(tables.CHOICES, {})
        return Look(
            "Choices", "The case names no session of a role, so there is nothing to choose from.", empty, _SHOWN
        )
    names = {str(row["instance_id"]): row["name"] for row in result["fleet"] if row["name"]}
    found = choices(role, leaked, result["fleet"], names)
    frame = tables.frame_of_rows(tables.CHOICES, [
        {"step": one.step, "told": _told(one), "stops_stolen": one.stops_stolen,
         "stops_reminting": one.stops_reminting, "breaks": one.breaks, "undo": one.undo,
         "takes_effect": one.takes_effect, "standing": step_standing(asked.case, one.step, _variant(one, found))}
        for one in found])  # fmt: skip
    summary = " → ".join(one.step for one in recommended())
    return Look(
        "Choices",
        f"The order that is recommended: {summary}.",
        frame,
        _SHOWN,
        _notes(described=any(row["state"] for row in result["fleet"])),
    )


def _notes(*, described: bool) -> list[str]:
    notes = [f"{one.step}: {one.why}." for one in recommended()]
    if not described:
        notes.insert(0, "AWS was not asked which instances have the role: those named are the ones that the logs show, "
                        "and there may be more.")  # fmt: skip
    notes.append("The Systems Manager agent works with the denied credentials, too. Ways out, and their price; write "
                 "down which one you take:")  # fmt: skip
    return notes + [f"{one.how}: {one.price}." for one in agent_choices()]


def _variant(one: Choice, found: Sequence[Choice]) -> dict[str, str]:
    """Give the options that tell a choice from the others of its step, the empty ones too."""
    names = {name for other in found if other.step == one.step for name, _ in other.options}
    return {name: dict(one.options).get(name, "") for name in sorted(names)}


def _told(one: Choice) -> str | None:
    return ", ".join(f"{name}={value}" for name, value in one.options) or None
