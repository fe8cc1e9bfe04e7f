"""JupyterLab's themes: what of gdkit's views cannot be read in one, and which pictures do not follow it."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import ElementHandle, Locator, Page

THEMES = {"JupyterLab Dark": True, "JupyterLab Light": False}
"""The themes that JupyterLab brings, and whether they are dark."""

LEAST = 3.0
"""Contrast that the strongest pixel of a word must have: small letters are blurred, and weaker than their ink."""

_MOST_SHOTS = 20

_COLOURS = Path(__file__).with_name("colours.js").read_text(encoding="utf-8").partition("\n")[2]
_HARD = f"(root) => ({_COLOURS}).hardToRead(root)"
_PLACES = f"() => ({_COLOURS}).places(document.body)"
_SEEN = f"([packed, places]) => ({_COLOURS}).seen(packed, places)"
_SHOWN = ".jp-OutputArea-output"
_PICTURES = "iframe.gd-frame, img.gd-drawing"


def hard_to_read(panel: Locator) -> list[str]:
    """Give the texts of a notebook's views and panels whose contrast with what lies behind them is too low."""
    told = [view.evaluate(_HARD) for view in panel.locator(_SHOWN).element_handles()]
    assert sum(each["looked"] for each in told), "there is no text"
    return [text for each in told for text in each["poor"]]


def white_slabs(page: Page, panel: Locator, *, dark: bool) -> list[str]:
    """Give the pictures that do not follow the theme: their ground is the other's, or their words cannot be read."""
    found = []
    for picture in panel.locator(_PICTURES).filter(visible=True).element_handles():
        picture.scroll_into_view_if_needed()
        told = page.evaluate(_SEEN, _settled(picture))
        name = (picture.get_attribute("title") or picture.get_attribute("alt") or "")[:40]
        if (sum(told["ground"]) / 3 < 128) != dark:
            found.append(f"{name}: its ground is {told['ground']}")
        found += [f"{name}: {best:.2f}: {text}" for text, best in told["contrasts"] if best < LEAST]
    return found


def _settled(picture: ElementHandle) -> tuple[str, list[dict[str, object]]]:
    """Give a picture's pixels and the places of its words in them: where its width changes, it is drawn once more."""
    for _ in range(_MOST_SHOTS):
        places = _places(picture)
        shot = base64.b64encode(picture.screenshot(animations="disabled")).decode()
        if _places(picture) == places:
            return shot, places
    raise AssertionError("the picture goes on changing")


def _places(picture: ElementHandle) -> list[dict[str, object]]:
    """Give where the words of a picture stand in it; of an image, the whole."""
    frame = picture.content_frame()
    if frame is None:
        box = picture.bounding_box()
        assert box is not None
        return [{"text": "the whole", "x": 0, "y": 0, "width": box["width"], "height": box["height"]}]
    frame.wait_for_selector("svg text, td")
    places: list[dict[str, object]] = frame.evaluate(_PLACES)
    assert places, "the picture has no words"
    return places
