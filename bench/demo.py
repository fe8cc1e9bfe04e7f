"""The demo, and the simulator to its first answer, each as a share of its limit: ``python -m bench.demo``."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time

DEMO_LIMIT_S, START_LIMIT_S = 40.0, 1.0
_FIRST_ANSWER = """
import time, urllib.request
from gdkit.simulator.accounts import Accounts
from gdkit.simulator.server import running
with running(Accounts(1)) as simulator:
    urllib.request.urlopen(simulator.url + "/_sim/state").read()
    print(time.time())
"""


def ran(code: str, *arguments: str, folder: str) -> str:
    """Run Python code in a process of its own, which must succeed, and give what it printed."""
    command = [sys.executable, "-c", code, *arguments]
    return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        begun = time.time()
        start_s = float(ran(_FIRST_ANSWER, folder=folder)) - begun
        print(f"simulator, process start to first answer: {start_s:.2f} s, {start_s / START_LIMIT_S:.0%} of 1 s")
        begun = time.time()
        ran("from gdkit.cli import main; main()", "demo", folder=folder)
        demo_s = time.time() - begun
        print(f"gdkit demo: {demo_s:.1f} s, {demo_s / DEMO_LIMIT_S:.0%} of 40 s")


if __name__ == "__main__":
    main()
