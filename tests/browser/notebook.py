"""A notebook in JupyterLab, as the page shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

RUN_MS = 180_000
"""The longest that all cells of one notebook take, on a slow machine."""

_SHOWN = ".jp-NotebookPanel:not(.lm-mod-hidden)"
_IDLE = "() => document.querySelector('#jp-main-statusbar')?.innerText.includes('| Idle')"
_FAILED = f"""[...document.querySelectorAll("{_SHOWN} [data-mime-type='application/vnd.jupyter.stderr']")]
  .map((each) => each.innerText).find((text) => /^\\w+(Error|Exception|Interrupt)\\b/m.test(text))"""
_NUMBERS = f"""[...document.querySelectorAll('{_SHOWN} .jp-CodeCell .jp-InputPrompt')]
  .map((each) => parseInt(each.innerText.replace("[", "")) || 0)"""
_RAN = f"(before) => {_FAILED} || {_NUMBERS}.every((each) => each > before)"
_CLEARED = f"() => {_NUMBERS}.every((each) => each === 0)"


class Notebook:
    """The notebook that is in front."""

    def __init__(self, page: Page) -> None:
        self.page = page

    @property
    def panel(self) -> Locator:
        """The notebook's part of the page."""
        return self.page.locator(_SHOWN)

    def cell(self, source: str) -> Locator:
        """Give the code cell in which this text stands."""
        return self.panel.locator(".jp-CodeCell", has=self.page.locator(".jp-InputArea", has_text=source))

    def wait_for(self, path: str) -> None:
        """Wait until the notebook with this path in the case is in front, drawn, and its kernel is up."""
        self.page.locator(f".lm-TabBar-tab.lm-mod-current[title*='Path: {path}']").wait_for()
        self.panel.locator(".jp-Cell").first.wait_for()
        self.page.wait_for_function(_IDLE)

    def wait_cleared(self) -> None:
        """Wait until no cell has a number."""
        self.page.wait_for_function(_CLEARED)

    def last_number(self) -> int:
        """Give the highest number of a cell that ran; 0 where none did."""
        return int(self.page.evaluate(f"() => Math.max(0, ...{_NUMBERS})"))

    def wait_ran(self, before: int) -> None:
        """Wait until every cell has a higher number than the highest before; one that failed is told."""
        self.page.wait_for_function(_RAN, arg=before, timeout=RUN_MS)
        failed = self.page.evaluate(f"() => {_FAILED}")
        assert not failed, failed
