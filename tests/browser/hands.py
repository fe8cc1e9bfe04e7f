"""The same acts of an analyst by mouse, and by keyboard alone."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Protocol

from tests.browser.notebook import Notebook

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

MOST_KEYS = 120
"""Whoever needs more strokes of one key than these to get somewhere does not get there."""

_FOCUSED = "(element) => element === document.activeElement"
_EARLIER = "(element) => document.activeElement.compareDocumentPosition(element) === Node.DOCUMENT_POSITION_PRECEDING"
_LOOK = """(element) => {
  const { outline, boxShadow, border, background, textDecoration } = getComputedStyle(element);
  return [outline, boxShadow, border, background, textDecoration].join();
}"""


_CHOOSE = re.compile(r"Choose \d+")


class Hands(Protocol):
    """What a person does in a notebook."""

    page: Page
    notebook: Notebook

    def open(self, name: str) -> Notebook:
        """Open a notebook of the case, and wait for its kernel."""

    def run_all(self) -> None:
        """Run all its cells."""

    def choose(self, cell: Locator, option: str) -> None:
        """Choose one of a few."""

    def pick(self, cell: Locator, word: str) -> None:
        """Look for a word in the cell's table, and pick the row that holds it."""

    def restart(self) -> None:
        """Restart the kernel, and take all outputs away."""

    def write(self, cell: Locator, field: str, text: str) -> None:
        """Write a text into a field that has this name."""

    def press(self, cell: Locator, button: str) -> None:
        """Press a button."""


def _field(cell: Locator, name: str) -> Locator:
    return cell.get_by_role("textbox", name=name).or_(cell.get_by_role("searchbox", name=name))


class Mouse:
    """By pointing and clicking; keys only write text."""

    def __init__(self, page: Page) -> None:
        self.page, self.notebook = page, Notebook(page)

    def open(self, name: str) -> Notebook:
        """Open it from the list of files."""
        self.page.get_by_role("listitem", name=name).dblclick()
        self.notebook.wait_for(f"notebooks/{name}.ipynb")
        return self.notebook

    def run_all(self) -> None:
        """Take it from the menu."""
        before = self.notebook.last_number()
        self.menu("Run", "runmenu:run-all")
        self.notebook.wait_ran(before)

    def menu(self, name: str, command: str) -> None:
        """Take a command from a menu."""
        self.page.get_by_role("menuitem", name=name, exact=True).first.click()
        self.page.locator(f"li[data-command='{command}']").click()

    def restart(self) -> None:
        """Take it from the menu, and confirm it."""
        self.menu("Kernel", "kernelmenu:restart-and-clear")
        self.page.get_by_role("button", name="Confirm Kernel Restart").click()
        self.notebook.wait_cleared()

    def choose(self, cell: Locator, option: str) -> None:
        """Click it."""
        cell.get_by_role("radio", name=option).click()

    def pick(self, cell: Locator, word: str) -> None:
        """Write the word into the table's search, and click on it in the one row that is left."""
        self.write(cell, "Search", word)
        cell.get_by_role("cell", name=word, exact=True).click()

    def write(self, cell: Locator, field: str, text: str) -> None:
        """Click into the field and write."""
        _field(cell, field).click()
        self.page.keyboard.type(text)

    def press(self, cell: Locator, button: str) -> None:
        """Click it."""
        cell.get_by_role("button", name=button, exact=True).click()


class Keyboard:
    """By keys alone, in the order in which the page gives them; the focus is seen wherever it stops."""

    def __init__(self, page: Page) -> None:
        self.page, self.notebook = page, Notebook(page)

    def open(self, name: str, folder: str = "notebooks") -> Notebook:
        """Open it by its path."""
        self.command("Open from Path…")
        self.page.get_by_role("dialog").get_by_role("textbox").wait_for()
        self.page.keyboard.type(f"{folder}/{name}.ipynb")
        self.page.keyboard.press("Enter")
        self.notebook.wait_for(f"{folder}/{name}.ipynb")
        return self.notebook

    def run_all(self) -> None:
        """Name the command in the palette."""
        before = self.notebook.last_number()
        self.command("Run All Cells")
        self.notebook.wait_ran(before)

    def command(self, name: str) -> None:
        """Write a command's name into the palette and take it."""
        self.page.keyboard.press("Control+Shift+C")
        self.page.keyboard.type(name)
        self.page.locator(".lm-CommandPalette-item.lm-mod-active").get_by_text(name, exact=True).first.wait_for()
        self.page.keyboard.press("Enter")

    def restart(self) -> None:
        """Name the command, and confirm it by Enter."""
        self.command("Restart Kernel and Clear Outputs of All Cells…")
        self.page.get_by_role("button", name="Confirm Kernel Restart").wait_for()
        self.page.keyboard.press("Enter")
        self.notebook.wait_cleared()

    def choose(self, cell: Locator, option: str) -> None:
        """Go to it and press Space."""
        self._reach(cell, cell.get_by_role("radio", name=option))
        self.page.keyboard.press("Space")

    def pick(self, cell: Locator, word: str) -> None:
        """Write the word into the table's search, go to the button of the row that is left, and press Enter."""
        self.write(cell, "Search", word)
        self._reach(cell, cell.get_by_role("button", name=_CHOOSE))
        self.page.keyboard.press("Enter")

    def write(self, cell: Locator, field: str, text: str) -> None:
        """Go to the field and write."""
        self._reach(cell, _field(cell, field))
        self.page.keyboard.type(text)

    def press(self, cell: Locator, button: str) -> None:
        """Go to it and press Enter; the focus stays where it was."""
        found = cell.get_by_role("button", name=button, exact=True)
        self._reach(cell, found)
        self.page.keyboard.press("Enter")
        assert found.evaluate(_FOCUSED), f"the focus left the panel after {button}"

    def _reach(self, cell: Locator, target: Locator) -> None:
        """Select the cell by the arrows, and go through its controls by Tab; the one that is reached looks so."""
        before = target.evaluate(_LOOK)
        if not cell.locator(":focus").count():
            self._select(cell)
        stroke = "Shift+Tab" if target.evaluate(_EARLIER) else "Tab"
        for _ in range(MOST_KEYS):
            if target.evaluate(_FOCUSED):
                break
            self.page.keyboard.press(stroke)
        assert target.evaluate(_FOCUSED), "Tab does not come to it"
        assert target.evaluate(_LOOK) != before, "nobody sees that it has the focus"

    def _select(self, cell: Locator) -> None:
        self.page.keyboard.press("Escape")  # out of a cell's text
        for _ in range(MOST_KEYS):
            if "jp-mod-active" in (cell.get_attribute("class") or ""):
                return
            self.page.keyboard.press("ArrowUp")
        raise AssertionError("the arrows do not come to the cell")
