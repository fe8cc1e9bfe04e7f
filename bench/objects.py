"""Many small objects out of a bucket: gdkit's whole fetch beside bare clients, which read and do nothing else.

The server answers from memory on this machine, once at once and once after some milliseconds, as a network would. Every
way runs in a process of its own, the fast ones in turns and several rounds, of which the best counts. Compare ratios:
seconds are those of the machine, and on two cores the server takes one of them.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import threading
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, NamedTuple

from bench.object_clients import BUCKET, WAYS
from bench.search import PEERS_HOME, install_peers
from bench.synthetic import Truth, write_synthetic

if TYPE_CHECKING:
    from collections.abc import Sequence

PEERS = ("aiobotocore", "s3fs")
OWN, BARE, EVENTS_AN_OBJECT = "gdkit, whole fetch", "gdkit, bytes alone", 19
ROOT = Path(__file__).parents[1]
LONGEST_S = 300
FAST = ("gdkit", "obstore")
"""How ways begin that are measured in several rounds; the others take minutes and are measured once."""


class Ran(NamedTuple):
    """What one run of a way took.

    Attributes:
        missing: why it did not run, or what it did not read; empty where all was read.
    """

    seconds: float
    cpu_s: float
    peak_mb: float
    missing: str = ""


def run(name: str, folder: Path, truth: Truth, at_once: int, delay_ms: float) -> Ran:
    """Run one way, beside a server of its own."""
    served = [sys.executable, "-m", "bench.object_server", str(folder), BUCKET, str(delay_ms)]
    server = subprocess.Popen(served, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert server.stdin is not None
    assert server.stdout is not None
    try:
        port = server.stdout.readline().strip()
        return _measured(name, [port, str(at_once), str(folder), truth.principal], truth)
    finally:
        server.stdin.close()
        server.wait()


def _measured(name: str, arguments: Sequence[str], truth: Truth) -> Ran:
    python = str(PEERS_HOME / "bin" / "python") if name in PEERS else sys.executable
    command = [python, str(ROOT / "bench" / "object_clients.py"), name, *arguments]
    with TemporaryDirectory() as place:
        out = Path(place, "out")
        with out.open("wb") as file:
            child = subprocess.Popen(command, stdout=file, stderr=subprocess.DEVNULL,
                                     env={**os.environ, "PYTHONPATH": str(ROOT)})  # fmt: skip
            timer = threading.Timer(LONGEST_S, child.kill)
            timer.start()
            _, status, used = os.wait4(child.pid, 0)
            timer.cancel()
        child.returncode = os.waitstatus_to_exitcode(status)
        cpu_s, peak_mb = used.ru_utime + used.ru_stime, used.ru_maxrss / 1024
        if status:
            why = (
                f"did not end in {LONGEST_S} s" if child.returncode < 0 else f"did not run (status {child.returncode})"
            )
            return Ran(0, cpu_s, peak_mb, why)
        answer = json.loads(out.read_bytes())
    wanted = truth.text_bytes if "unpacked" in name else truth.file_bytes
    wrong = "" if answer["bytes"] == wanted else f"read {answer['bytes']:,} of {wanted:,} bytes"
    return Ran(answer["seconds"], cpu_s, peak_mb, wrong)


def measure(folder: Path, truth: Truth, names: Sequence[str], asked: argparse.Namespace, delay_ms: float) -> None:
    """Run every way, the fast ones in several rounds and turns, and print the best run of each."""
    best: dict[str, Ran] = {}
    for number in range(asked.rounds):
        for name in names if number == 0 else [name for name in names if name.startswith(FAST)]:
            one = run(name, folder, truth, asked.at_once, delay_ms)
            if one.seconds or name not in best:
                best[name] = min(best.get(name, one), one)
    print(f"\nanswered after {delay_ms:g} ms, {asked.at_once} at once")
    print(f"{'way':<30}{'seconds':>9}{'objects/s':>11}{'x gdkit':>9}{'CPU s':>8}{'peak MB':>9}")
    for name, one in best.items():
        ratio = f"{one.seconds / best[OWN].seconds:.2f}" if OWN in best else "-"
        speed = f"{truth.files / one.seconds:,.0f}" if one.seconds else "-"
        print(f"{name:<30}{one.seconds:>9.2f}{speed:>11}{ratio:>9}{one.cpu_s:>8.2f}{one.peak_mb:>9.0f}  {one.missing}")
    peers = [one.seconds for name, one in best.items()
             if name not in (OWN, BARE) and "unpacked" not in name and not one.missing]  # fmt: skip
    for name in (BARE, OWN):
        if peers and name in best:
            print(f"{name}: {min(peers) / best[name].seconds:.2f} x the speed of the fastest bare client; goal >= 0.8")


def main() -> None:
    """Write a trail of small objects, serve it, and measure every way on it."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--objects", type=int, default=20_000)
    options.add_argument("--at-once", type=int, default=64)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--delay-ms", type=float, nargs="*", default=[0.0, 10.0])
    options.add_argument("--only", nargs="*", default=list(WAYS), choices=list(WAYS), help="which ways")
    asked = options.parse_args()
    if set(asked.only) & set(PEERS):
        install_peers(PEERS)
    with TemporaryDirectory() as name:
        truth = write_synthetic(Path(name), asked.objects * EVENTS_AN_OBJECT, events_a_file=EVENTS_AN_OBJECT)
        print(f"{truth.files:,} objects, {truth.file_bytes / truth.files / 1000:.1f} kB on average, "
              f"{truth.text_bytes / 1e6:,.0f} MB unpacked")  # fmt: skip
        for delay_ms in asked.delay_ms:
            measure(Path(name), truth, asked.only, asked, delay_ms)


if __name__ == "__main__":
    main()
