"""Running notebooks: papermill for real on a case whose logs are not there, and what can stop a run."""

from __future__ import annotations

import errno
import shutil
from typing import TYPE_CHECKING, Any, NamedTuple

import nbformat
import papermill
import pytest
from nbclient.exceptions import CellTimeoutError, DeadKernelError

from gdkit.case.folder import CaseFolder, start_case
from gdkit.errors import CaseWriteError, NotebookError, ParameterError
from gdkit.report.run import Ran, run_investigation, run_notebook
from tests.case.samples import new_case, sample_subject

if TYPE_CHECKING:
    from pathlib import Path


class Stopped(NamedTuple):
    """A run that stopped at a trail that does not exist."""

    case: CaseFolder
    error: NotebookError
    started: list[str]
    done: list[Ran]


@pytest.fixture(scope="module")
def stopped(tmp_path_factory: pytest.TempPathFactory) -> Stopped:
    """Run an investigation whose trail does not exist, with real kernels, over an older report."""
    folder = tmp_path_factory.mktemp("stopped")
    missing = str(folder / "no-such-logs")
    case = start_case(folder / "case", sample_subject(), trail=[missing], analyst="ann")
    case.reports.mkdir()
    (case.reports / "report.html").write_text("the earlier report")
    started: list[str] = []
    done: list[Ran] = []
    with pytest.raises(NotebookError) as caught:
        run_investigation(case, {"trail": [missing]}, on_start=started.append, on_done=done.append)
    return Stopped(case, caught.value, started, done)


def test_error_names_place_and_cause(stopped: Stopped) -> None:
    """The error names notebook, cell and cause in plain words, on one line, without a stack frame."""
    told = str(stopped.error)
    assert "notebook 2_scope, cell 4 (stages.scope(case, trail, interactive=interactive))" in told
    assert "no-such-logs" in told
    assert f"The notebook, as far as it came: {stopped.error.notebook}" in told
    assert not any(word in told for word in ("\n", "Traceback", "TrailError", "\x1b"))
    assert stopped.error.exit_status == 1


def test_half_made_notebook(stopped: Stopped) -> None:
    """The notebook that stopped is kept with its error; the one before it is complete, the later ones were not run."""
    assert stopped.started == ["1_triage", "2_scope"]
    assert [ran.name for ran in stopped.done] == ["1_triage"]
    assert stopped.error.notebook == str(stopped.case.reports / "2_scope.ipynb")
    kinds = [
        output.output_type
        for cell in nbformat.read(stopped.error.notebook, as_version=4).cells
        for output in cell.get("outputs", [])
    ]
    assert kinds[-1] == "error"
    assert sorted(path.name for path in stopped.case.reports.iterdir()) == [
        "1_triage.ipynb",
        "2_scope.ipynb",
        "report.html",
    ]


def test_earlier_report_remains(stopped: Stopped) -> None:
    """A report of an earlier run is not touched by a run that stops."""
    assert (stopped.case.reports / "report.html").read_text() == "the earlier report"


def test_executed_notebook(stopped: Stopped) -> None:
    """An executed notebook holds its parameters as given and what its cells showed."""
    (ran,) = stopped.done
    cells = nbformat.read(ran.executed, as_version=4).cells
    injected = next(cell.source for cell in cells if "injected-parameters" in cell.metadata.get("tags", []))
    assert repr(str(stopped.case.path.resolve())).strip("'") in injected
    shown = [output.data for cell in cells for output in cell.get("outputs", []) if "data" in output]
    assert len(shown) == 3
    assert all("text/html" in data and "text/plain" in data for data in shown)
    assert ran.seconds > 0


def test_refused_before_the_kernel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A parameter that does not fit stops the run before any notebook starts."""
    started: list[str] = []
    monkeypatch.setattr(papermill, "execute_notebook", lambda *_args, **_named: started.append("kernel"))
    case = new_case(tmp_path / "case")
    with pytest.raises(ParameterError, match="'guilty' is not a value it takes"):
        run_investigation(case, {"verdict": "guilty"}, on_start=started.append, on_done=lambda _ran: None)
    with pytest.raises(ParameterError, match="no such parameter"):
        run_notebook("1_triage", tmp_path / "x.ipynb", {"tell": []})
    assert started == []
    assert not case.reports.exists()


@pytest.mark.parametrize(
    ("error", "kind", "told"),
    [
        (DeadKernelError("Kernel died"), NotebookError, "notebook 2_scope: its Python process died.*memory"),
        (CellTimeoutError("timed out"), NotebookError, "notebook 2_scope: a cell ran longer than it may"),
        (OSError(errno.ENOSPC, "full"), CaseWriteError, r"2_scope\.ipynb: the disk is full"),
    ],
)
def test_run_that_breaks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception, kind: type[Exception], told: str
) -> None:
    """A kernel that dies, a cell without end and a full disk are errors in plain words."""

    def fail(*_args: Any, **_named: Any) -> None:
        raise error

    monkeypatch.setattr(papermill, "execute_notebook", fail)
    with pytest.raises(kind, match=told):
        run_notebook("2_scope", tmp_path / "2_scope.ipynb", {"case": "x"})


@pytest.mark.parametrize("ename", ["KeyError", "\x1b[31mEvilError"])
def test_foreign_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ename: str) -> None:
    """An error that is not gdkit's own is told with its kind; nothing in it reaches a terminal as it is."""

    def fail(*_args: Any, **_named: Any) -> None:
        raise papermill.exceptions.PapermillExecutionError(
            1, 2, "stages.begin(case)", ename, "\x1b[2J" + "x" * 9999, []
        )

    monkeypatch.setattr(papermill, "execute_notebook", fail)
    with pytest.raises(
        NotebookError, match=r"notebook 1_triage, cell 2 \(stages\.begin\(case\)\): .*Error: <U\+001B>"
    ) as caught:
        run_notebook("1_triage", tmp_path / "x.ipynb", {"case": "x"})
    assert "\x1b" not in str(caught.value)
    assert len(str(caught.value)) < 1500


def test_reports_folder_in_the_way(tmp_path: Path) -> None:
    """A file where the reports folder should be is told in plain words."""
    case = new_case(tmp_path / "case")
    shutil.copy(case.finding, case.reports)
    with pytest.raises(CaseWriteError, match=r"cannot be written|a part of the path is a file"):
        run_notebook("1_triage", case.reports / "1_triage.ipynb", {"case": str(case.path)})
