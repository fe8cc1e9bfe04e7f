"""The notebooks of an investigation, headless, against as many empty ones: ``python -m bench.notebooks``."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import nbformat
import papermill

from gdkit.analysis.subject import subject_of_finding
from gdkit.case.folder import start_case
from gdkit.findings import load_findings, select_finding
from gdkit.report.run import NOTEBOOKS, run_investigation
from gdkit.sample import sample_folder

LIMIT = 2.5
ROUNDS = 3


def empty_s(folder: Path) -> float:
    """Run as many empty notebooks as an investigation has, one after another, and give the seconds."""
    blank = folder / "empty.ipynb"
    cells = [nbformat.v4.new_code_cell("pass")]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), blank)
    begun = time.perf_counter()
    for number, _ in enumerate(NOTEBOOKS):
        papermill.execute_notebook(blank, folder / f"out-{number}.ipynb", kernel_name="python3", progress_bar=False)
    return time.perf_counter() - begun


def investigation_s(folder: Path) -> float:
    """Run the notebooks of an investigation on the sample theft, and give the seconds."""
    sample = sample_folder()
    subject = subject_of_finding(select_finding(load_findings(sample.finding)))
    case = start_case(folder / "case", subject, trail=[str(sample.trail)], analyst="bench")
    begun = time.perf_counter()
    run_investigation(case, {"trail": [str(sample.trail)]}, on_start=lambda _: None, on_done=lambda _: None)
    return time.perf_counter() - begun


def main() -> None:
    """Measure both in turn, and print the shortest of each with their ratio."""
    times: dict[str, list[float]] = {"empty": [], "gdkit": []}
    for _ in range(ROUNDS):
        with TemporaryDirectory() as name:
            times["empty"].append(empty_s(Path(name)))
            times["gdkit"].append(investigation_s(Path(name)))
    empty, own = (min(times[name]) for name in ("empty", "gdkit"))
    print(f"{len(NOTEBOOKS)} empty notebooks by papermill: {empty:.1f} s")
    print(f"{len(NOTEBOOKS)} notebooks of the sample:      {own:.1f} s, {own / empty:.2f} x ({LIMIT} x is the aim)")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
