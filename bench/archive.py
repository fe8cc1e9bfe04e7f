"""The second question of one trail: an archive against the files themselves and against what else a team can keep.

For each way: what building it takes, what it takes on disk, and the first and the later questions in one process, in
seconds without the loading of libraries, and in bytes that were read of what is kept. Then the same question of trails
of a tenth of the size and, with ``--memory``, of four times the size. Every way runs in processes of its own, one after
the other; of later questions the quickest counts. Compare ratios: seconds are those of the machine.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, NamedTuple

from bench.archive_ways import BUILDS, KEPT_BY, WAYS
from bench.search import PEERS_HOME, install_peers
from bench.synthetic import Truth, write_synthetic

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ARCHIVE = "gdkit archive"
EXACT = frozenset({ARCHIVE, "gdkit events, files"})
"""Ways that promise the very events of the truth; of others it is printed how many they lack, and have too many."""

OWN = frozenset({ARCHIVE, "gdkit events, files", "SQLite index", "pyarrow, the parts"})


class Ran(NamedTuple):
    """What one process took.

    Attributes:
        answer: what it printed; nothing where it failed.
        cpu_s: its CPU time and that of its children.
        largest_mb: the largest resident memory of one process.
        together_mb: the largest memory of all of them together, what they share counted once.
    """

    answer: dict[str, Any]
    cpu_s: float
    largest_mb: float
    together_mb: float


def run(what: str, name: str, trail: Path, kept: Path, principal: str) -> Ran:
    """Build or ask in a process of its own."""
    python = sys.executable if name in OWN else str(PEERS_HOME / "bin" / "python")
    command = [python, str(Path(__file__).with_name("archive_ways.py")), what, name, str(trail), str(kept), principal]
    with TemporaryDirectory() as place:
        out = Path(place, "out")
        with out.open("wb") as file:
            child = subprocess.Popen(command, stdout=file, stderr=subprocess.DEVNULL)
            watch = _Watch(child.pid)
            _, status, used = os.wait4(child.pid, 0)
        together = watch.ended()
        child.returncode = os.waitstatus_to_exitcode(status)
        answer = json.loads(out.read_bytes()) if not status else {}
    return Ran(answer, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, together)


class _Watch:
    """Looks at the memory of a process and its children now and then."""

    def __init__(self, pid: int) -> None:
        self._pid, self._most, self._over = pid, 0.0, threading.Event()
        self._thread = threading.Thread(target=self._look)
        self._thread.start()

    def ended(self) -> float:
        """Give the most that was seen, in MB."""
        self._over.set()
        self._thread.join()
        return self._most

    def _look(self) -> None:
        while not self._over.wait(0.05):
            self._most = max(self._most, sum(_memory_mb(pid) for pid in _tree(self._pid)))


def _tree(pid: int) -> Iterator[int]:
    yield pid
    for tasks in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            children = tasks.read_text().split()
        except OSError:  # it has just ended
            continue
        for child in children:
            yield from _tree(int(child))


def _memory_mb(pid: int) -> float:
    """Give a process's share of the memory: what it shares with others counts in part."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0) / 1024


class Asked(NamedTuple):
    """What a way's questions took."""

    first_s: float
    later_s: float
    size_bytes: int
    wrong: str


def ask(name: str, trail: Path, kept: Path, truth: Truth) -> Asked:
    """Ask one way."""
    ran = run("ask", name, trail, kept, truth.principal)
    if not ran.answer:
        return Asked(0, 0, 0, "did not run")
    found, seconds = ran.answer["event_ids"], ran.answer["seconds"]
    if name in EXACT:
        truth.check(name, found)
    return Asked(seconds[0], min(seconds[1:]), ran.answer["bytes"][-1], truth.compared(found))


def size_of(folder: Path) -> int:
    """Give the bytes that a folder takes."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def compare(folder: Path, truth: Truth, names: Sequence[str]) -> Asked:
    """Build and ask every way, and print it; give what the archive's questions took."""
    trail, raw = folder / "trail", truth.file_bytes
    print(f"\n{'build':<20}{'seconds':>9}{'CPU s':>8}{'MB':>8}{'x raw':>7}{'largest':>9}{'together':>9}")
    for name in BUILDS:
        ran = run("build", name, trail, folder / name, truth.principal)
        size = size_of(folder / name)
        print(f"{name:<20}{ran.answer['seconds']:>9.1f}{ran.cpu_s:>8.1f}{size / 1e6:>8.1f}{size / raw:>7.2f}"
              f"{ran.largest_mb:>9.0f}{ran.together_mb:>9.0f}", flush=True)  # fmt: skip
    print(f"\n{'question':<20}{'first s':>9}{'later s':>9}{'x archive':>10}{'MB read':>9}{'raw /':>8}")
    best: Asked | None = None
    for name in [ARCHIVE, *(name for name in names if name != ARCHIVE)]:
        asked = ask(name, trail, folder / KEPT_BY.get(name, ARCHIVE), truth)
        best = best or asked
        if asked.first_s:
            times = f"{asked.first_s:>9.3f}{asked.later_s:>9.3f}{asked.later_s / best.later_s:>10.1f}"
            sizes = f"{asked.size_bytes / 1e6:>9.2f}{raw / max(asked.size_bytes, 1):>8.0f}"
            print(f"{name:<20}{times}{sizes}  {asked.wrong}", flush=True)
        else:
            print(f"{name:<20}{asked.wrong}", flush=True)
    return best or Asked(0, 0, 0, "")


def main() -> None:
    """Write trails, measure every way on one, and the archive's growth on others."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--events", type=int, default=200_000)
    options.add_argument("--only", nargs="*", default=list(WAYS), choices=list(WAYS), help="which ways")
    options.add_argument("--memory", action="store_true", help="build and ask at four times the events, too")
    given = options.parse_args()
    if not set(given.only) <= OWN:
        install_peers()
    rows = []
    for events in (given.events // 10, given.events, *([given.events * 4] if given.memory else [])):
        with TemporaryDirectory() as name:
            folder, begun = Path(name), time.perf_counter()
            truth = write_synthetic(folder / "trail", events)
            print(f"\n{truth.events:,} events in {truth.files:,} files, {truth.file_bytes / 1e6:,.0f} MB, written in "
                  f"{time.perf_counter() - begun:.0f} s", flush=True)  # fmt: skip
            if events == given.events:
                compare(folder, truth, given.only)
            built = run("build", ARCHIVE, folder / "trail", folder / "again", truth.principal)
            rows.append((truth, built, ask(ARCHIVE, folder / "trail", folder / "again", truth)))
    print(
        f"\n{'events':>10}{'build s':>9}{'largest MB':>11}{'together MB':>12}{'later s':>9}{'MB read':>9}{'x bytes':>9}"
    )
    for truth, built, asked in rows:
        print(f"{truth.events:>10,}{built.answer['seconds']:>9.1f}{built.largest_mb:>9.0f}{built.together_mb:>9.0f}"
              f"{asked.later_s:>9.3f}{asked.size_bytes / 1e6:>9.2f}{asked.size_bytes / rows[0][2].size_bytes:>9.2f}"
              f"  {asked.wrong}")  # fmt: skip


if __name__ == "__main__":
    main()
