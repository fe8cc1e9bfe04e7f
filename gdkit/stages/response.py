"""The response: its order, each step from preview to undo, and what was done."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from gdkit import tables
from gdkit.responding.overview import case_playbook, overview
from gdkit.responding.standing import response_rows
from gdkit.stages.common import opened, view
from gdkit.ui import response_words
from gdkit.ui.words import many

if TYPE_CHECKING:
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
