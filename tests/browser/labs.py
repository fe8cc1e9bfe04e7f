"""JupyterLab as an analyst starts it: ``gdkit lab`` in a process of its own, until the block ends."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from playwright.sync_api import Error

from tests.browser.watch import Watch

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser

GDKIT = (sys.executable, "-c", "from gdkit.cli import main; main()")
ADDRESS = "Address:"
_USUAL = re.compile(r"(http://127\.0\.0\.1:\d+)/lab/tree/notebooks/\w+\.ipynb\?token=(\S+)")


class Address(NamedTuple):
    """Where a running JupyterLab answers, and the token that it asks for."""

    base: str
    token: str

    def of(self, path: str) -> str:
        """Give the address that opens a file of the case."""
        return f"{self.base}/lab/tree/{path}?token={self.token}"


@contextmanager
def started(folder: Path, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """Run ``gdkit lab`` with settings of its own; when the block ends, it is stopped as by Ctrl-C."""
    own = {f"JUPYTER{name}": str(folder / name.strip("_").lower()) for name in
           ("_CONFIG_DIR", "_DATA_DIR", "LAB_SETTINGS_DIR")}  # fmt: skip
    with subprocess.Popen(  # noqa: S603
        [*GDKIT, "lab", "--no-browser", *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        cwd=folder, env={**os.environ, **own, "PYTHONUNBUFFERED": "1"},
    ) as process:  # fmt: skip
        try:
            yield process
        finally:
            process.send_signal(signal.SIGINT)
            try:
                process.communicate(timeout=30)
            finally:
                process.kill()


@contextmanager
def opened(browser: Browser, folder: Path, path: str, *arguments: str) -> Iterator[tuple[Address, Watch]]:
    """Run ``gdkit lab`` with a browser before it that shows a notebook.

    Where JupyterLab ended by itself meanwhile, what it said is told as a warning, and all is begun once more.
    """
    for last in (False, True):
        with started(folder, *arguments) as process:
            address = address_of(process)
            watch = Watch(browser, address.base)
            try:
                watch.open(address, path)
            except (AssertionError, Error) as error:
                if last or not _has_ended(process) or process.stderr is None:
                    raise
                watch.context.close()
                warnings.warn(f"JupyterLab does not show {path}: {process.stderr.read()} {error}", stacklevel=3)
                continue
            yield address, watch
            watch.context.close()
            return


def _has_ended(process: subprocess.Popen[str]) -> bool:
    """Tell whether a ``gdkit lab`` has ended; it does so a moment after its JupyterLab."""
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        return False
    return True


def address_of(process: subprocess.Popen[str]) -> Address:
    """Read what ``gdkit lab`` prints up to the address."""
    assert process.stdout is not None
    told = []
    for line in process.stdout:
        told.append(line)
        if line.startswith(ADDRESS):
            found = _USUAL.fullmatch(line.removeprefix(ADDRESS).strip())
            assert found, line
            return Address(*found.groups())
    raise AssertionError(f"no address was printed: {told} {process.stderr.read() if process.stderr else ''}")
