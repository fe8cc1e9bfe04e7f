"""The walk of a response in JupyterLab, from the finding to the Deny that is lifted, by any hands."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from playwright.sync_api import expect

from tests.browser import shots

if TYPE_CHECKING:
    from collections.abc import Iterable

    from playwright.sync_api import Locator

    from gdkit.model import Finding
    from tests.browser.hands import Hands

STEP = '"deny-session"'


def begin(hands: Hands, finding: Finding, analyst: str, shot: str) -> None:
    """Choose the finding in 1_triage by the address that it names, and begin the case about it."""
    notebook = hands.notebook
    notebook.wait_for("notebooks/1_triage.ipynb")
    hands.run_all()
    cell = notebook.cell("stages.pick_finding(")
    expect(notebook.cell("stages.begin(")).to_contain_text("No case is begun yet")
    hands.pick(cell, str(finding.remote.address))
    expect(cell.get_by_role("table").last).to_contain_text(finding.id)
    shots.keep(hands.page, f"{shot}-picked")
    hands.write(cell, "Analyst", analyst)
    hands.press(cell, "Begin the case")
    expect(cell).to_contain_text("is begun. Go on with 2_scope")
    shots.keep(hands.page, f"{shot}-begun")
    hands.run_all()
    expect(notebook.cell("stages.begin(")).to_contain_text(f"Case about finding {finding.id}.")
    shots.keep(hands.page, f"{shot}-triage")


def decide(hands: Hands, reason: str, shot: str) -> None:
    """Scope the case in 2_scope, and record in 3_classify that the address is malicious."""
    hands.open("2_scope")
    hands.run_all()
    notebook = hands.open("3_classify")
    hands.run_all()
    cell = notebook.cell("stages.verdict(")
    hands.choose(cell, "malicious")
    hands.write(cell, "Because", reason)
    hands.press(cell, "Record verdict")
    expect(cell).to_contain_text(re.compile(f"malicious, decided by .*{reason}"))
    shots.keep(hands.page, f"{shot}-verdict")


def deny(hands: Hands, shot: str) -> Locator:
    """Preview the Deny of the session in 4_respond, apply it by its hash, and verify it; give its cell."""
    notebook = hands.open("4_respond")
    hands.run_all()
    cell = notebook.cell(STEP)
    hands.press(cell, "Preview")
    expect(cell).to_contain_text("Applying it would make 1 changing call.")
    apply(hands, cell, shot)
    hands.press(cell, "Verify")
    expect(cell).to_contain_text(re.compile("Applied .* by .*: it is in force"))
    return cell


def lift(hands: Hands, cell: Locator, shot: str) -> None:
    """Preview the undoing of the Deny, and apply it."""
    hands.press(cell, "Preview undo")
    expect(cell).to_contain_text("Undoing it would make 1 changing call.")
    apply(hands, cell, f"{shot}-undo")
    expect(cell).to_contain_text(re.compile("Undone .* by .*, plan "))


def apply(hands: Hands, cell: Locator, shot: str) -> None:
    """Read the hash of the plan that is shown, type its first digits, and apply it; what came of it is in sight."""
    shown = cell.get_by_text(re.compile("SHA-256 [0-9a-f]{64}")).last
    shown.scroll_into_view_if_needed()
    shots.keep(hands.page, f"{shot}-plan")
    found = re.search("SHA-256 ([0-9a-f]{12})", shown.inner_text())
    assert found
    hands.write(cell, "Plan's hash", found[1])
    hands.press(cell, "Apply")
    told = cell.get_by_text("and reading back shows what was planned.")
    expect(told.last).to_be_visible()
    expect(told.first).to_be_in_viewport()  # the line below the button; how far down the rest stands, fonts decide
    expect(cell.get_by_role("button", name="Apply", exact=True)).to_be_in_viewport()
    shots.keep(hands.page, f"{shot}-applied")


def settled(applied: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Give what was applied without what differs each time: the instant, and AWS's numbers of the requests."""
    return [{name: value for name, value in row.items() if name not in ("at", "request_ids")} for row in applied]
