"""JupyterLab's themes: what of gdkit's views cannot be read in one, and which pictures do not follow it."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import ElementHandle, Locator, Page

THEMES = {"JupyterLab Dark": True, "JupyterLab Light": False}
"""The themes that JupyterLab brings, and whether they are dark."""

_CONTRAST = Path(__file__).with_name("contrast.js").read_text(encoding="utf-8")
_SHOWN = ".jp-OutputArea-output"
_PICTURES = "iframe.gd-frame, img.gd-drawing"
_COMMONEST = """async (packed) => {
  const picture = await createImageBitmap(await (await fetch(`data:image/png;base64,${packed}`)).blob());
  const canvas = new OffscreenCanvas(picture.width, picture.height).getContext("2d");
  canvas.drawImage(picture, 0, 0);
  const { data } = canvas.getImageData(0, 0, picture.width, picture.height), counts = new Map();
  for (let at = 0; at < data.length; at += 4) {
    const colour = `${data[at]},${data[at + 1]},${data[at + 2]}`;
    counts.set(colour, (counts.get(colour) ?? 0) + 1);
  }
  return [...counts].sort((one, other) => other[1] - one[1])[0][0].split(",").map(Number);
}"""
"""The colour that most of a picture has: its ground."""


def hard_to_read(panel: Locator) -> list[str]:
    """Give the texts of a notebook's views and panels whose contrast with what lies behind them is too low."""
    told = [_judged(view, [255, 255, 255]) for view in panel.locator(_SHOWN).element_handles()]
    assert sum(each["looked"] for each in told), "there is no text"
    return [text for each in told for text in each["poor"]]


def white_slabs(page: Page, panel: Locator, *, dark: bool) -> list[str]:
    """Give the pictures that do not follow the theme: their ground is the other's, or their words cannot be read."""
    found = []
    for picture in panel.locator(_PICTURES).element_handles():
        picture.scroll_into_view_if_needed()
        ground = _ground(page, picture)
        name = picture.get_attribute("title") or picture.get_attribute("alt")
        if (sum(ground) / 3 < 128) != dark:
            found.append(f"{name}: its ground is {ground}")
        frame = picture.content_frame()
        if frame:
            frame.wait_for_selector("svg text, td")
            found += [f"{name}: {text}" for text in _judged(frame.query_selector("body"), ground)["poor"]]
    return found


def _ground(page: Page, picture: ElementHandle) -> list[int]:
    shot = base64.b64encode(picture.screenshot(animations="disabled")).decode()
    colour: list[int] = page.evaluate(_COMMONEST, shot)
    return colour


def _judged(root: ElementHandle | None, behind: list[int]) -> dict[str, Any]:
    assert root is not None
    told: dict[str, Any] = root.evaluate(_CONTRAST, behind)
    return told
