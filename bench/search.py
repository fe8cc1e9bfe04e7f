"""One session and its chains out of a synthetic trail: gdkit against decompression alone and against its peers.

Every way runs in a process of its own, one after the other in one run; ``--floor`` rounds of the floor and of gdkit
alternate and the best of each counts. Seconds are those of the question, without the loading of libraries; CPU and
memory are those of the process, with its children. Compare ratios: seconds are those of the machine.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, NamedTuple

from bench.peers import WAYS
from bench.synthetic import Truth, write_synthetic

if TYPE_CHECKING:
    from collections.abc import Sequence

PEERS_HOME = Path(__file__).parents[1] / ".bench-venv"
PEERS = ("deflate", "pandas", "duckdb", "polars", "chdb", "trailscraper")
OWN = frozenset(
    {"floor", "gdkit", "gdkit load", "gzip + json", "json_normalize", "zcat + jq", "ripgrep -z", "ugrep -z"}
)
EXACT = frozenset({"gdkit", "gdkit load"})
"""Ways that promise the very events of the truth; of others it is printed how many they lack, and have too many."""

COMMANDS = {"zcat + jq": "jq", "ripgrep -z": "rg", "ugrep -z": "ugrep"}


class Ran(NamedTuple):
    """What one run of a way took.

    Attributes:
        seconds: wall time of the question.
        cpu_s: CPU time of the process and its children, with the loading of libraries.
        peak_mb: largest resident memory of the process or of one of its children.
        wrong: why it did not run, or what it did not find or found too many of; empty where all was right.
    """

    seconds: float
    cpu_s: float
    peak_mb: float
    wrong: str = ""


def run(name: str, folder: Path, truth: Truth) -> Ran:
    """Run one way in a process of its own."""
    if name in COMMANDS and shutil.which(COMMANDS[name]) is None:
        return Ran(0, 0, 0, f"{COMMANDS[name]} is not installed")
    python = sys.executable if name in OWN else str(PEERS_HOME / "bin" / "python")
    command = [python, str(Path(__file__).with_name("peers.py")), name, str(folder), truth.principal]
    with TemporaryDirectory() as place:
        out = Path(place, "out")
        with out.open("wb") as file:
            child = subprocess.Popen(command, stdout=file, stderr=subprocess.DEVNULL)
            _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        cpu_s, peak_mb = used.ru_utime + used.ru_stime, used.ru_maxrss / 1024
        if status:
            return Ran(0, cpu_s, peak_mb, f"did not run (status {child.returncode})")
        answer = json.loads(out.read_bytes())
    if name in EXACT:
        truth.check(name, answer["event_ids"])
    wrong = truth.compared(answer["event_ids"]) if name != "floor" else ""
    return Ran(answer["seconds"], cpu_s, peak_mb, wrong)


def install_peers(peers: Sequence[str] = PEERS) -> None:
    """Install peers into an environment of the benchmark's own, those that are not there yet."""
    python = str(PEERS_HOME / "bin" / "python")
    if not Path(python).exists():
        subprocess.run([sys.executable, "-m", "venv", str(PEERS_HOME)], check=True)
    for peer in peers:
        if subprocess.run(
            [python, "-m", "pip", "show", "--quiet", peer], stderr=subprocess.DEVNULL, check=False
        ).returncode:
            subprocess.run(
                [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", peer], check=False
            )


def measure(folder: Path, truth: Truth, names: Sequence[str], rounds: int) -> Ran:
    """Run the floor and gdkit in turns, then every other way once, and print each; give gdkit's best run."""
    best = {name: run(name, folder, truth) for name in ("floor", "gdkit")}
    for _ in range(rounds - 1):
        best = {name: min(one, run(name, folder, truth)) for name, one in best.items()}
    print(f"{'way':<16}{'seconds':>9}{'x floor':>9}{'x gdkit':>9}{'CPU s':>9}{'peak MB':>9}")
    for name in [*best, *(name for name in names if name not in best)]:
        one = best.get(name) or run(name, folder, truth)
        if one.seconds:
            ratios = f"{one.seconds / best['floor'].seconds:>9.2f}{one.seconds / best['gdkit'].seconds:>9.2f}"
            print(f"{name:<16}{one.seconds:>9.2f}{ratios}{one.cpu_s:>9.2f}{one.peak_mb:>9.0f}  {one.wrong}", flush=True)
        else:
            print(f"{name:<16}{one.wrong}", flush=True)
    return best["gdkit"]


def main() -> None:
    """Write a trail, measure every way on it, and gdkit's memory on one of four times its size."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--events", type=int, default=200_000)
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--only", nargs="*", default=list(WAYS), choices=list(WAYS), help="which ways")
    options.add_argument("--memory", action="store_true", help="measure peak memory on four times the events, too")
    asked = options.parse_args()
    if not set(asked.only) <= OWN:
        install_peers()
    with TemporaryDirectory() as name:
        begun = time.perf_counter()
        truth = write_synthetic(Path(name), asked.events)
        print(f"{truth.events:,} events in {truth.files:,} files, {truth.file_bytes / 1e6:,.0f} MB, "
              f"{truth.text_bytes / 1e6:,.0f} MB unpacked, written in {time.perf_counter() - begun:.0f} s")  # fmt: skip
        own = measure(Path(name), truth, asked.only, asked.rounds)
    if asked.memory:
        with TemporaryDirectory() as name:
            truth = write_synthetic(Path(name), asked.events * 4)
            more = run("gdkit", Path(name), truth)
        print(f"gdkit's peak memory: {own.peak_mb:.0f} MB; on {truth.events:,} events {more.peak_mb:.0f} MB "
              f"({more.peak_mb / own.peak_mb:.2f} x) {more.wrong}")  # fmt: skip


if __name__ == "__main__":
    main()
