"""Processes of a build: they outlive no build, whatever ends it, and Ctrl-C is not for them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from gdkit.trail.archive.processes import processes

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

WAIT_S = 20
"""Processes that should have ended have then not: far longer than that takes, far shorter than their work."""
LONG = """
import sys
from pathlib import Path
from gdkit.cli.stopping import stopped_by_ctrl_c
from gdkit.trail.archive.processes import processes
from tests.trail.archive.test_processes import work

with stopped_by_ctrl_c(), processes(2) as pool:
    for future in [pool.submit(work, Path(sys.argv[1])) for _ in range(3)]:
        future.result()
"""


def work(folder: Path) -> None:
    """Say that this process is at work, and be that for long."""
    (folder / str(os.getpid())).touch()
    time.sleep(10 * WAIT_S)


def kill(child: subprocess.Popen[str]) -> None:
    """End a process as the system does when memory is short."""
    child.kill()


def interrupt(child: subprocess.Popen[str]) -> None:
    """Press Ctrl-C three times."""
    for _ in range(3):
        os.killpg(child.pid, signal.SIGINT)
        time.sleep(0.3)


@pytest.mark.parametrize(("end", "status"), [(kill, {-signal.SIGKILL}), (interrupt, {1, -signal.SIGINT})])
def test_none_is_left(tmp_path: Path, end: Callable[[subprocess.Popen[str]], None], status: set[int]) -> None:
    """A build that is killed, or ended by Ctrl-C three times, takes its processes with it, though they are at work."""
    child = subprocess.Popen([sys.executable, "-c", LONG, str(tmp_path)], start_new_session=True, text=True,  # noqa: S603
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT)  # fmt: skip
    try:
        while len(list(tmp_path.iterdir())) < 2:
            assert child.poll() is None
            time.sleep(0.05)
        end(child)
        said, _ = child.communicate(timeout=WAIT_S)  # all that write there have ended
    finally:
        if child.returncode is None:
            os.killpg(child.pid, signal.SIGKILL)
    assert child.returncode in status
    assert "Exception ignored" not in said


EARLY = """
import os, signal
from gdkit.trail.archive.processes import processes

interrupts = []
signal.signal(signal.SIGINT, lambda *_: interrupts.append(1))
with processes(2) as pool:
    futures = [pool.submit(abs, number) for number in (-1, -2)]
    os.killpg(0, signal.SIGINT)
    print([future.result() for future in futures], len(interrupts))
"""


def test_ctrl_c_while_they_start() -> None:
    """Ctrl-C at the terminal goes to all processes there; those that are just being started do their work."""
    ended = subprocess.run([sys.executable, "-c", EARLY], start_new_session=True, text=True, check=False,  # noqa: S603
                           capture_output=True, timeout=3 * WAIT_S)  # fmt: skip
    assert (ended.stdout, ended.stderr) == ("[1, 2] 1\n", "")


def test_an_error_ends_them(tmp_path: Path) -> None:
    """Where an error ends the block, what they are at is not waited for."""
    begun_s = time.monotonic()
    with pytest.raises(ZeroDivisionError), processes(2) as pool:
        pool.submit(work, tmp_path)
        while not list(tmp_path.iterdir()):
            time.sleep(0.05)
        raise ZeroDivisionError
    assert time.monotonic() - begun_s < WAIT_S
