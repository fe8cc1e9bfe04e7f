"""The browser that the tests of a module share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.chromium import running_browser

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Run a headless chromium; skip where there is none."""
    with running_browser() as running:
        expect.set_options(timeout=30_000)
        yield running
