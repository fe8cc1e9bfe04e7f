"""A watch on a browser: everything that an attacker's text could make happen is written down."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import TimeoutError as TooLate

from tests.browser.notebook import Notebook

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Dialog, Page, Request

    from tests.browser.labs import Address

INSIDE = ("data:", "blob:", "about:")
_FIRED = "FIRED"
_TRAP = f"""
for (const name of ["alert", "confirm", "prompt", "print"]) window[name] = () => console.error("{_FIRED} " + name);
Object.defineProperty(window, "pwned", {{set: () => console.error("{_FIRED} pwned"), get: () => undefined}});
"""
"""In every frame, sandboxed ones too: what a payload calls or sets tells of itself."""

_SAID_LAST = 12


class Watch:
    """What happened in a browser context that no text from a log may make happen.

    Attributes:
        fired: scripts that ran, dialogs, requests to elsewhere, windows, and pages that were left; in order.
        said: what the page's console said, and requests that failed; in order.
    """

    def __init__(self, browser: Browser, home: str) -> None:
        self.home = home
        self.fired: list[str] = []
        self.said: list[str] = []
        self.context: BrowserContext = browser.new_context(viewport={"width": 1300, "height": 1000}, locale="en-GB",
                                                           timezone_id="America/Los_Angeles")  # fmt: skip
        self.context.add_init_script(_TRAP)
        self.context.on("request", self._asked)
        self.context.on("requestfailed", lambda request: self.said.append(f"failed {request.url} {request.failure}"))
        self.context.on("dialog", self._dialog)
        self.context.on("console", self._said)
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(60_000)
        self.context.on("page", lambda page: self.fired.append(f"window {page.url}"))
        self.page.on("framenavigated", lambda frame: self._went(frame.url))

    def open(self, address: Address, path: str) -> None:
        """Open a notebook in JupyterLab.

        Raises:
            AssertionError: it does not show; the message holds what the page shows and said.
            Error: the page cannot be reached.
        """
        self.page.goto(address.of(path))
        try:
            Notebook(self.page).wait_for(path)
        except TooLate:
            raise AssertionError(self._instead(path)) from None

    def _instead(self, path: str) -> str:
        """Tell what the page shows instead of a notebook, and what it said last."""
        shown = " / ".join(str(self.page.evaluate("document.body.innerText")).split("\n"))
        said = self.said[-_SAID_LAST:]
        return f"JupyterLab does not show {path} at {self.page.url}. Shown: {shown[:800]}. Said: {said}"

    def _asked(self, request: Request) -> None:
        if not request.url.startswith((self.home, *INSIDE)):
            self.fired.append(f"request {request.url[:200]}")

    def _dialog(self, dialog: Dialog) -> None:
        if dialog.type == "beforeunload":  # JupyterLab's own, about what is not saved
            dialog.accept()
            return
        self.fired.append(f"dialog {dialog.message[:200]}")
        dialog.dismiss()

    def _said(self, message: ConsoleMessage) -> None:
        self.said.append(f"{message.type} {message.text[:300]}")
        if message.text.startswith(_FIRED):
            self.fired.append(message.text)

    def _went(self, url: str) -> None:
        if not url.startswith((self.home, *INSIDE)):
            self.fired.append(f"page {url[:200]}")
