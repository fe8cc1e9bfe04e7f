"""The notebooks run by the ``papermill`` command itself, from any folder, with what users type and mistype."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import nbformat
import pytest

from gdkit import stages
from gdkit.analysis.subject import subject_of_finding
from gdkit.case.folder import start_case
from gdkit.errors import ParameterError
from gdkit.findings import load_findings, select_finding
from gdkit.report.run import EXERCISE, notebook_path
from gdkit.sample import write_sample
from gdkit.stages.declared import check_declared

if TYPE_CHECKING:
    from collections.abc import Sequence

PAPERMILL = Path(sys.executable).with_name("papermill")
ZERO = "012345678901"
"""The name of a case folder that is an account's id with a leading zero."""


class Ran(NamedTuple):
    """How a run ended: its status, what was said, and what the cells showed as text."""

    status: int
    said: str
    shown: str


def papermill(folder: Path, notebook: str, *arguments: str) -> Ran:
    """Run papermill as a user does, in a folder of his."""
    command = [str(PAPERMILL), str(notebook_path(notebook)), "out.ipynb", "--no-progress-bar", *arguments]
    path = f"{PAPERMILL.parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False,  # noqa: S603
                          env={**os.environ, "PATH": path})  # fmt: skip
    cells = nbformat.read(folder / "out.ipynb", as_version=4).cells if (folder / "out.ipynb").exists() else []
    shown = [one.get("data", {}).get("text/plain", "") for cell in cells for one in cell.get("outputs", [])]
    return Ran(done.returncode, done.stdout + done.stderr, "\n".join(shown))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a working folder of a user with one case in it, whose logs were read."""
    place = tmp_path_factory.mktemp("work")
    sample = write_sample(place / "sample")
    subject = subject_of_finding(select_finding(load_findings(sample.finding)))
    case = start_case(place / ZERO, subject, trail=[str(sample.trail)], analyst="ana")
    stages.scope(str(case.path), [])
    return place


def test_report_of_a_relative_folder(folder: Path) -> None:
    """``-r case DIR`` makes the report notebook of a case, named as the user names it from where he is."""
    ran = papermill(folder, "6_report", "-r", "case", ZERO)
    assert ran.status == 0, ran.said
    assert f"Case folder: {ZERO}" in ran.shown
    assert "calls with the session's credentials" in ran.shown


def test_number_for_a_name(folder: Path) -> None:
    """``-p`` makes a number of a name of digits: that is refused with the option that does not, and nothing is run."""
    ran = papermill(folder, "6_report", "-p", "case", ZERO)
    assert ran.status == 1
    assert "parameter 'case': it takes text, not int. What to do: give it with -r case VALUE" in ran.said
    assert "calls with the session's credentials" not in ran.shown


def test_no_such_case(folder: Path) -> None:
    """A folder that holds no case is named, with what to do."""
    ran = papermill(folder, "1_triage", "-p", "case", "nowhere")
    assert ran.status == 1
    assert "nowhere: this folder holds no case" in ran.said


@pytest.mark.parametrize(("notebook", "arguments", "told"), [
    ("2_scope", ("-p", "trail", "logs/"), "parameter 'trail': it takes a list of texts, not str"),
    ("3_classify", ("-p", "interactive", "yes"), "parameter 'interactive': it takes true or false, not str"),
    ("3_classify", ("-p", "verdict", "benign"), "a verdict without a reason is not recorded"),
    (EXERCISE, ("-p", "seed", "one"), "parameter 'seed': it takes a whole number, not str"),
])  # fmt: skip
def test_mistyped(folder: Path, notebook: str, arguments: Sequence[str], told: str) -> None:
    """A value of another type than the notebook declares is refused by name."""
    ran = papermill(folder, notebook, "-r", "case", ZERO, *arguments)
    assert ran.status == 1
    assert told in ran.said


def test_parameters_in_a_file(folder: Path) -> None:
    """``-f`` reads lists and texts in quotes as they stand, and ``-y`` adds to them."""
    (folder / "given.yaml").write_text(f'case: "{ZERO}"\nverdict: malicious\nverdict_reason: "not ours"\n')
    ran = papermill(folder, "3_classify", "-f", "given.yaml", "-y", "ask: []")
    assert ran.status == 0, ran.said
    assert "malicious, decided by ana" in ran.shown


def test_help_of_a_notebook(folder: Path) -> None:
    """``--help-notebook`` lists every parameter with its type and what it is for."""
    ran = papermill(folder, EXERCISE, "--help-notebook")
    assert (ran.status, "case: str" in ran.said) == (0, True), ran.said
    assert "True ends the exercise" in ran.said


def test_without_a_case(folder: Path) -> None:
    """Without a case, as where its name is mistyped, a made-up theft is shown, and every view says so."""
    ran = papermill(folder, "1_triage", "-p", "cse", "nowhere")
    assert ran.status == 0, ran.said
    assert ran.shown.count("MADE-UP theft: no case was named") == 2
    assert "Passed unknown parameter: cse" in ran.said


def test_what_is_declared_is_checked() -> None:
    """Only what was declared with a type is looked at; what a user sets beside it is his own."""
    namespace = {"__annotations__": {"case": str, "trail": list[str], "when": object}, "case": "x", "trail": ["a"],
                 "when": 1, "mine": 7}  # fmt: skip
    check_declared(namespace)
    check_declared({})
    for wrong in ({"trail": "a"}, {"trail": [1]}, {"case": 7}, {"case": None}):
        with pytest.raises(ParameterError, match=f"parameter '{next(iter(wrong))}': it takes"):
            check_declared({**namespace, **wrong})
