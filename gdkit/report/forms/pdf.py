"""``report.pdf``: the page, printed by a browser that is installed on this machine."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from gdkit.case.files import write_bytes, write_error
from gdkit.errors import ReportError, UsageError
from gdkit.ui.text import visible

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

BROWSER_VARIABLE = "GDKIT_BROWSER"
"""Environment variable that names the browser where no option does."""

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge",
            "microsoft-edge-stable", "msedge", "brave-browser")  # fmt: skip
"""Names on the PATH of browsers that can print without a window, all of Chromium's family."""

ELSEWHERE = {
    "darwin": ("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
               "/Applications/Chromium.app/Contents/MacOS/Chromium",
               "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge"),
    "win32": (r"C:\Program Files\Google\Chrome\Application\chrome.exe",
              r"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe"),
}  # fmt: skip
"""Where such browsers stand on systems that do not put them on the PATH."""

TIME_LIMIT_S = 120
"""Printing takes 3 to 8 seconds; a browser that hangs is stopped."""

PASSED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "FONTCONFIG_FILE", "FONTCONFIG_PATH", "TMPDIR",
             "SYSTEMROOT", "TEMP", "LOCALAPPDATA")  # fmt: skip
"""What the browser gets of the environment: no AWS credential among it."""

_FLAGS = (
    "--headless", "--disable-gpu", "--no-first-run", "--disable-extensions", "--disable-sync",
    "--disable-component-update", "--disable-background-networking", "--host-resolver-rules=MAP * ~NOTFOUND",
    "--window-size=1280,1700", "--virtual-time-budget=20000", "--no-pdf-header-footer",
    "--generate-pdf-document-outline",
)  # fmt: skip
"""No window, no network, no account, and time that passes only while the page draws.

Source: Chromium, headless/app/headless_command_switches and content/public/common/content_switches.
"""

OTHERWISE = "name another browser with --browser PATH, or print report.html from any browser"
"""What to do where a browser fails."""

_LIVE = re.compile(r"<(script|iframe)\b.*?</\1>", re.DOTALL)
"""What moves in the page, none of which stands on paper; without it a run prints the same, however busy the machine.

Only our own markup matches: in the page every text from outside is escaped.
"""

_NODE = re.compile(rb"\(node\d{8}\)")
_STAMP = re.compile(rb"(?<=Date \(D:)\d{14}(?=\+00'00'\))")


def find_browser(named: str = "") -> Path | None:
    """Give the browser that prints: the one named, else the one of ``GDKIT_BROWSER``, else the first that is installed.

    Args:
        named: a path, or a name on the PATH; empty to look for one.

    Returns:
        Its path; None where none is installed.

    Raises:
        UsageError: the one that is named is not there, or cannot be run.
    """
    asked = named or os.environ.get(BROWSER_VARIABLE, "")
    if asked:
        found = shutil.which(asked)
        if found is None:
            where = f"{'--browser' if named else BROWSER_VARIABLE} {visible(asked, 200)}"
            raise UsageError("there is no program of this name or path that can be run", where=where,
                             action="name a Chromium, Chrome or Edge")  # fmt: skip
        return Path(found)
    return next((Path(found) for found in map(shutil.which, _known()) if found), None)


def _known() -> Iterator[str]:
    yield from BROWSERS
    yield from ELSEWHERE.get(sys.platform, ())


def print_page(page: Path, pdf: Path, browser: Path | None, made_at: datetime) -> None:
    """Print an HTML page to PDF; the same page gives the same bytes but for the time it was made at.

    Args:
        page: the page; it is opened without a network.
        pdf: the file to write.
        browser: as ``find_browser`` gives it.
        made_at: the instant that the PDF says it was made at, in both of its dates.

    Raises:
        ReportError: there is no browser, or it printed nothing within its time.
        CaseWriteError: the file cannot be written.
    """
    if browser is None:
        raise ReportError("no browser is installed that could print the page", where=pdf.name,
                          action="install Chromium, Chrome or Edge (Debian: apt install chromium), or name one: "
                          f"--browser PATH or {BROWSER_VARIABLE}; or print report.html from any browser")  # fmt: skip
    try:
        with tempfile.TemporaryDirectory(prefix="printing-", dir=pdf.parent, ignore_cleanup_errors=True) as own:
            printed, still = Path(own) / "page.pdf", Path(own) / page.name
            still.write_text(_LIVE.sub("", page.read_text(encoding="utf-8")), encoding="utf-8")
            said = _run([str(browser), *_flags(Path(own), printed), still.resolve().as_uri()], browser)
            content = printed.read_bytes() if printed.exists() else b""
    except OSError as error:
        raise write_error(pdf, error) from error
    if not content.startswith(b"%PDF-"):
        raise ReportError(f"the browser printed nothing: {_last_words(said)}", where=str(browser), action=_todo(said))
    write_bytes(pdf, _STAMP.sub(made_at.strftime("%Y%m%d%H%M%S").encode(), _numbered(content)))


def _numbered(content: bytes) -> bytes:
    """Number the parts of the page's structure from 0, in their order: the browser begins elsewhere in each run."""
    names = {name: f"(node{place:08d})".encode() for place, name in enumerate(sorted(set(_NODE.findall(content))))}
    return _NODE.sub(lambda found: names[found[0]], content)


def _flags(own: Path, printed: Path) -> list[str]:
    """Give the options; as root a browser of this family runs only without its sandbox, and the page is our own."""
    as_root = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    return [*_FLAGS, *as_root, f"--user-data-dir={own / 'profile'}", f"--print-to-pdf={printed}"]


def _run(command: list[str], browser: Path) -> str:
    """Run the browser in a session of its own, so that all its processes end with it; give what it said."""
    environment = {name: os.environ[name] for name in PASSED_ON if name in os.environ} | {"TZ": "UTC"}
    try:
        process = subprocess.Popen(  # noqa: S603 - a browser that the user named or installed, without a shell
            command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
            start_new_session=True,
        )  # fmt: skip
    except OSError as error:
        raise ReportError(f"the browser cannot be started ({error.strerror})", where=str(browser),
                          action="name another one: --browser PATH") from error  # fmt: skip
    with process:
        try:
            return process.communicate(timeout=TIME_LIMIT_S)[1].decode(errors="replace")
        except subprocess.TimeoutExpired as error:
            raise ReportError(f"the browser did not print within {TIME_LIMIT_S} seconds, and was stopped",
                              where=str(browser), action=OTHERWISE) from error  # fmt: skip
        finally:
            _stop(process)


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Stop what is left of the browser."""
    if not hasattr(os, "killpg"):
        process.kill()
        return
    with suppress(ProcessLookupError):  # nothing is left
        os.killpg(process.pid, signal.SIGKILL)


def _last_words(said: str) -> str:
    lines = [line for line in said.splitlines() if line.strip()]
    return visible(lines[-1].strip(), 200) if lines else "it said nothing"


def _todo(said: str) -> str:
    if "sandbox" in said.lower():
        return ("its sandbox does not work here: name a script of yours with --browser that starts it with "
                "--no-sandbox, or print report.html from any browser")  # fmt: skip
    return OTHERWISE
