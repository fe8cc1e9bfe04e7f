"""The notebooks of an investigation, headless, against as many empty ones: ``python -m bench.notebooks``.

Twice: the notebooks alone, in a process that has loaded what it needs; and the whole of ``gdkit investigate``, from the
command to the last form of the report, against a process that loads papermill and runs the empty notebooks.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import nbformat
import papermill

from gdkit.analysis.subject import subject_of_finding
from gdkit.case.folder import start_case
from gdkit.findings import load_findings, select_finding
from gdkit.report.kernel import kernel_at_work
from gdkit.report.run import NOTEBOOKS, run_investigation
from gdkit.sample import sample_folder

LIMITS = {"notebooks": 2.5, "command": 1.3}
ROUNDS = 5
COUNT = len(NOTEBOOKS)


def run_empty(folder: Path) -> None:
    """Run as many empty notebooks as an investigation has, one after another."""
    blank = folder / "empty.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("pass")]), blank)
    for number in range(COUNT):
        papermill.execute_notebook(blank, folder / f"out-{number}.ipynb", kernel_name="python3", progress_bar=False)


def run_own(folder: Path) -> None:
    """Run the notebooks of an investigation on the sample theft."""
    sample = sample_folder()
    subject = subject_of_finding(select_finding(load_findings(sample.finding)))
    case = start_case(folder / "case", subject, trail=[str(sample.trail)], analyst="bench")
    with kernel_at_work() as kernel:
        run_investigation(case, {"trail": [str(sample.trail)]}, kernel=kernel, on_start=lambda _: None,
                          on_done=lambda _: None)  # fmt: skip


def empty_process(folder: Path) -> None:
    """Run the empty notebooks in a process of their own."""
    _finish([sys.executable, "-c", f"from bench.notebooks import *; run_empty(Path({str(folder)!r}))"])


def own_process(folder: Path) -> None:
    """Run ``gdkit investigate`` on the sample theft."""
    sample = sample_folder()
    command = Path(sys.executable).with_name("gdkit")
    _finish([str(command), "investigate", str(sample.finding), "--trail", str(sample.trail), "--case",
             str(folder / "case")])  # fmt: skip
    assert json.loads((folder / "case" / "result.json").read_bytes())["events"]["thief"] > 0


def _finish(command: list[str]) -> None:
    ended = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False)
    assert ended.returncode in (0, 3), ended.stderr.decode()


def main() -> None:
    """Measure all in turns, and print the shortest of each with their ratios."""
    ways = {"empty": run_empty, "notebooks": run_own, "empty process": empty_process, "command": own_process}
    times: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(ROUNDS):
        for name, way in ways.items():
            with TemporaryDirectory() as folder:
                begun = time.perf_counter()
                way(Path(folder))
                times[name].append(time.perf_counter() - begun)
    best = {name: min(rounds) for name, rounds in times.items()}
    for own, empty, what in (("notebooks", "empty", f"{COUNT} notebooks of the sample"),
                             ("command", "empty process", "gdkit investigate on the sample")):  # fmt: skip
        ratio = best[own] / best[empty]
        print(f"{what:32} {best[own]:5.1f} s, {COUNT} empty ones {best[empty]:4.1f} s: {ratio:.2f} x "
              f"({LIMITS[own]} x is the aim)")  # fmt: skip
    sys.stdout.flush()


if __name__ == "__main__":
    main()
