"""The walk of a response in JupyterLab, from the finding to the Deny that is lifted, by any hands."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.browser import shots

if TYPE_CHECKING:
    from playwright.sync_api import Locator

    from tests.browser.hands import Hands

STEP = '"deny-session"'


def decide(hands: Hands, reason: str, shot: str) -> None:
    """Read on from the finding, and record in 3_classify that the address is malicious."""
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
    done, early = (
        cell.get_by_text("and reading back shows what was planned.").last,
        cell.get_by_text("is named by 12 digits"),
    )
    expect(done.or_(early).first).to_be_visible()
    if (
        early.is_visible()
    ):  # on a busy machine a click can overtake what was typed just before it; nothing was done then
        hands.press(cell, "Apply")
    expect(cell.get_by_text("and reading back shows what was planned.").last).to_be_in_viewport()
    expect(cell.get_by_role("button", name="Apply", exact=True)).to_be_in_viewport()
    shots.keep(hands.page, f"{shot}-applied")
