"""How long it takes until gdkit is there: ``import gdkit`` and ``gdkit --help``, beside a bare interpreter.

The shortest of many rounds counts, as wall time and as CPU time: on a busy machine look at the CPU time.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

ROUNDS = 30
GOALS_MS = {"import gdkit": 60, "gdkit --help": 150}
COMMANDS = {
    "python -c pass": [sys.executable, "-c", "pass"],
    "import gdkit": [sys.executable, "-c", "import gdkit"],
    "import click": [sys.executable, "-c", "import click"],
    "gdkit --help": [str(Path(sys.executable).with_name("gdkit")), "--help"],
    "gdkit events -h": [str(Path(sys.executable).with_name("gdkit")), "events", "-h"],
}


def once(command: list[str]) -> tuple[float, float]:
    """Run a command; give its wall time and its CPU time in seconds."""
    begun = time.perf_counter()
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    assert child.returncode == 0, command
    return time.perf_counter() - begun, used.ru_utime + used.ru_stime


def main() -> None:
    """Measure every command in turns, and print the shortest times with the goals."""
    ran: dict[str, list[tuple[float, float]]] = {name: [] for name in COMMANDS}
    for _ in range(ROUNDS):
        for name, command in COMMANDS.items():
            ran[name].append(once(command))
    print(f"{'':<18}{'wall ms':>9}{'CPU ms':>9}{'goal ms':>9}")
    for name, times in ran.items():
        wall_ms, cpu_ms = (min(column) * 1000 for column in zip(*times, strict=True))
        print(f"{name:<18}{wall_ms:>9.0f}{cpu_ms:>9.0f}{GOALS_MS.get(name, ''):>9}")


if __name__ == "__main__":
    main()
