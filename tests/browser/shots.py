"""Screenshots of what a person sees, kept for a look by eye."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

FOLDER = Path(__file__).parents[2] / "build" / "screenshots"


def keep(shown: Page | Locator, name: str) -> None:
    """Keep a picture of a page, or of a part of it, under a name; git passes it over."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    shown.screenshot(path=FOLDER / f"{name}.png", animations="disabled")
