"""JupyterLab as an analyst starts it: ``gdkit lab`` in a process of its own, until the block ends."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

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
