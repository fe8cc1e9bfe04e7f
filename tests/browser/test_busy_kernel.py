"""A kernel that is slow at what is typed: no click of a panel is heard before the last letter."""

from __future__ import annotations

from typing import TYPE_CHECKING

import nbformat
import pytest
from playwright.sync_api import expect

from gdkit.case.verdicts import all_verdicts
from tests.browser import shots
from tests.browser.hands import Keyboard, Mouse
from tests.browser.labs import opened
from tests.case.samples import new_case

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

    from gdkit.case.folder import CaseFolder
    from tests.browser.hands import Hands

pytestmark = pytest.mark.xdist_group("browser")

SLOW = """import time
from gdkit import stages
panel = stages.verdict({case!r}, "", "", "", interactive=True)
panel.reason.observe(lambda _change: time.sleep(0.5), names="value")
panel"""
"""The panel of the verdict, in a kernel that is half a second at each value of the reason."""

REASON = "not one of our addresses, and not a vendor's either: nobody of the team knows it"


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> CaseFolder:
    """Give a case with a notebook whose panel is slow."""
    case = new_case(tmp_path_factory.mktemp("busy") / "case")
    case.notebooks.mkdir()
    first = f"from gdkit import stages\nstages.begin({str(case.path)!r})"
    cells = [nbformat.v4.new_code_cell(source) for source in (first, SLOW.format(case=str(case.path)))]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(
        nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel}), case.notebooks / "slow.ipynb"
    )
    return case


@pytest.fixture(scope="module")
def page(case: CaseFolder, browser: Browser) -> Iterator[Page]:
    """Open JupyterLab on it."""
    with opened(browser, case.path.parent, "notebooks/slow.ipynb", "--case", "case") as (_, watch):
        yield watch.page


@pytest.mark.parametrize("hands", [Mouse, Keyboard])
def test_reason_is_whole(page: Page, case: CaseFolder, hands: type[Hands]) -> None:
    """A reason that is typed fast, with the button pressed at once after it, is recorded to its last letter."""
    person, reason = hands(page), f"{REASON}, says the {hands.__name__.lower()}"
    person.notebook.wait_for("notebooks/slow.ipynb")
    person.run_all()
    cell = person.notebook.cell("panel.reason.observe")
    person.choose(cell, "malicious")
    person.write(cell, "Because", reason)
    person.press(cell, "Record verdict")
    expect(cell.locator(".gd-status")).to_contain_text(reason)
    shots.keep(page, "busy")
    assert all_verdicts(case)[-1].reason == reason
