"""The report in a browser that has no network, and what axe finds against it."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from axe_playwright_python.sync_playwright import Axe

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Frame, Page

    from tests.browser.watch import Watch

WCAG = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa")
BEST = (*WCAG, "best-practice")
"""What is held against the page itself; a frame in it has no headings and landmarks of its own."""

_DRAWN = """() => {
  const tables = [...document.querySelectorAll("table.display, .gd-rows")];
  return tables.length && tables.every((each) => each.closest(".dt-container") || each.querySelector(".dt-container"));
}"""
_BROKEN = """() => {
  const broken = [], range = document.createRange();
  let seen = 0;
  for (const cell of document.querySelectorAll(".gd-paper :is(td, th)")) {
    const walker = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      for (const { 0: word, index } of walker.currentNode.data.matchAll(/(?<!\\w)[A-Za-z]{2,20}(?!\\w)/g)) {
        range.setStart(walker.currentNode, index);
        range.setEnd(walker.currentNode, index + word.length);
        seen += 1;
        if (new Set([...range.getClientRects()].map((one) => one.top)).size > 1) broken.push(word);
      }
    }
  }
  return seen ? broken : ["no word was looked at"];
}"""
"""A piece of an id or a hash, with digits beside it, is no word."""

_FRAME_DRAWN = "() => document.querySelector('svg, canvas, table')"


@contextmanager
def opened_report(watch: Watch, path: Path) -> Iterator[Page]:
    """Open a report from its file, without a network, and wait until its tables and pictures are drawn."""
    watch.context.set_offline(True)
    watch.page.goto(path.as_uri())
    watch.page.wait_for_function(_DRAWN)
    for frame in watch.page.frames[1:]:
        frame.wait_for_function(_FRAME_DRAWN)
    yield watch.page
    watch.context.close()


def violations(page: Page) -> list[str]:
    """Give what axe finds in the page and in each of its frames: the rule, what is wrong, and where."""
    found = _found(page.main_frame, BEST)
    for frame in page.frames[1:]:
        found += _found(frame, WCAG)
    return found


def broken_words(page: Page) -> list[str]:
    """Give the short words of tables that go on in a second line on the page as it is shown now."""
    told: list[str] = page.evaluate(_BROKEN)
    return told


def _found(frame: Frame, tags: tuple[str, ...]) -> list[str]:
    response = Axe().run(frame, options={"runOnly": tags, "iframes": False, "resultTypes": ["violations"]}).response
    assert response["passes"], "axe looked at nothing"
    return [f"{each['id']}: {node['failureSummary']} {node['html'][:200]}"
            for each in response["violations"] for node in each["nodes"]]  # fmt: skip
