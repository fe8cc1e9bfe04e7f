"""The browser of these tests: a chromium that is installed on the machine; none is ever downloaded."""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
REQUIRED = "GDKIT_REQUIRE_BROWSER"
"""Where this variable is set, a browser that is missing is a failure: a CI must not pass by skipping."""

_QUIET = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
          "--disable-sync", "--no-first-run", "--disable-quic")  # fmt: skip
_MISSING = "no chromium on the PATH; install it with: apt-get install chromium"


@contextmanager
def running_browser() -> Iterator[Browser]:
    """Run a headless browser as long as the block lasts; skip the test where none is installed."""
    path = next(filter(None, map(shutil.which, NAMES)), None)
    if path is None and os.environ.get(REQUIRED):
        pytest.fail(_MISSING)
    if path is None:
        pytest.skip(_MISSING)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=_QUIET)
        yield browser
        browser.close()
