"""Pointing and clicking at whatever in a page may be an attack."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.hostile.samples import MARK

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

POKED = 3
"""Cells of one view that are pointed at and clicked."""


def poke(page: Page, within: Locator) -> None:
    """Point at and click what invites to: cells that hold an attack, heads, pictures, and whatever is a link."""
    for view in within.locator(".gd-view").all():
        for each in view.locator("td, th, li, p").filter(has_text=MARK, visible=True).element_handles()[:POKED]:
            each.click(force=True)
        for picture in view.locator("iframe, img").filter(visible=True).element_handles():
            picture.scroll_into_view_if_needed()
            box = picture.bounding_box()
            assert box is not None
            for share in (0.2, 0.5, 0.8):
                page.mouse.click(box["x"] + box["width"] * share, box["y"] + box["height"] * 0.2)
    links = within.locator(".gd-view a").evaluate_all("links => links.map((link) => link.getAttribute('href'))")
    assert [link for link in links if link] == []
