"""Running the notebooks of an investigation headless, one after another, by papermill."""

from __future__ import annotations

import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import gdkit
from gdkit import errors
from gdkit.case.files import write_error
from gdkit.errors import NotebookError
from gdkit.report.libraries import without_iri_grammar
from gdkit.report.parameters import check_parameters, notebook_parameters
from gdkit.report.settled import settle
from gdkit.ui.text import visible

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from papermill.exceptions import PapermillExecutionError

    from gdkit.case.folder import CaseFolder
    from gdkit.report.kernel import HeadlessKernelManager

NOTEBOOKS = ("1_triage", "2_scope", "3_classify", "4_respond", "5_recover", "6_report")
"""The notebooks of an investigation, in the order in which they build on one another."""

EXERCISE = "tabletop"
"""The notebook of the exercise, which no investigation runs."""

OWN_OPTIONS = frozenset({"case", "trail", "finding", "findings", "member_role", "interactive", "tell", "apply"})
"""Parameters that no caller sets by name: the command line has its own way to say them, ``gdkit respond`` the last."""

CELL_TIMEOUT_S = 4 * 3600
"""No cell runs longer; reading a very large trail takes its time."""


@dataclass(frozen=True, slots=True)
class Ran:
    """One notebook that was run: its name, where the executed copy is, and how long it took in seconds."""

    name: str
    executed: Path
    seconds: float


def notebook_path(name: str) -> Path:
    """Give the path of one of gdkit's notebooks, in an installed package or in a checkout."""
    package = Path(gdkit.__file__).parent
    packaged = package / "_notebooks" / f"{name}.ipynb"
    return packaged if packaged.exists() else package.parent / "notebooks" / f"{name}.ipynb"


def known_parameters() -> dict[str, Any]:
    """Give the parameters that a caller may set by name; the others have options of their own, or are for a person."""
    declared = {
        name: parameter
        for notebook in NOTEBOOKS
        for name, parameter in notebook_parameters(notebook_path(notebook)).items()
    }
    return {name: parameter for name, parameter in declared.items() if name not in OWN_OPTIONS}


def run_investigation(
    case: CaseFolder, parameters: Mapping[str, Any], *, on_start: Callable[[str], None],
    on_done: Callable[[Ran], None], kernel: HeadlessKernelManager | None = None,
) -> list[Ran]:  # fmt: skip
    """Run the notebooks of an investigation on a case.

    Args:
        case: a case that was begun.
        parameters: values by name; each notebook gets those that it declares.
        on_start: called with a notebook's name before it runs.
        on_done: called with what was run after it.
        kernel: one in which all of them run, one after another, and which forgets all names between two of them; None
            to start one for each.

    Raises:
        ParameterError: a value does not fit; no kernel was started.
        NotebookError: a cell failed; its notebook is kept half-made, and the later ones were not run.
        CaseWriteError: an executed notebook cannot be written.
    """
    prepared = [(name, _own_parameters(name, case, parameters)) for name in NOTEBOOKS]
    ran = []
    for name, own in prepared:
        on_start(name)
        begun = time.monotonic()
        executed = run_notebook(name, case.reports / f"{name}.ipynb", own, kernel=kernel)
        ran.append(Ran(name, executed, time.monotonic() - begun))
        on_done(ran[-1])
    return ran


def run_notebook(name: str, executed: Path, parameters: Mapping[str, Any], cwd: Path | None = None, *,
                 kernel: HeadlessKernelManager | None = None) -> Path:  # fmt: skip
    """Run one notebook with checked parameters and keep its executed copy.

    Args:
        name: of the notebook.
        executed: where the executed copy goes.
        parameters: values by name.
        cwd: folder that the kernel works in; None for that of this process.
        kernel: one that was started already: it forgets what ran in it before, and is not ended; None to start one.

    Raises:
        ParameterError: a parameter does not fit; no kernel was started.
        NotebookError: a cell failed; the half-made notebook is kept.
        CaseWriteError: the executed notebook cannot be written.
    """
    checked = check_parameters(notebook_path(name), parameters)
    with without_iri_grammar():
        import papermill  # noqa: PLC0415 - seconds that only a run needs

        from gdkit.report import engine  # noqa: PLC0415

    with _plain_errors(name, executed):
        executed.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        papermill.execute_notebook(
            notebook_path(name),
            executed,
            parameters=checked,
            kernel_name="python3",
            engine_name=engine.NAME,
            progress_bar=False,
            execution_timeout=CELL_TIMEOUT_S,
            stderr_file=sys.stderr,  # lines of progress, as they come
            cwd=cwd,
            km=kernel,
        )
    settle(executed)
    return executed


@contextmanager
def _plain_errors(name: str, executed: Path) -> Iterator[None]:
    """Turn what stops a run into an error that names the notebook and the cause in plain words."""
    from jupyter_client.kernelspec import NoSuchKernel  # noqa: PLC0415 - loaded by papermill anyway
    from nbclient.exceptions import CellTimeoutError, DeadKernelError  # noqa: PLC0415
    from papermill.exceptions import PapermillExecutionError  # noqa: PLC0415

    stopped = partial(NotebookError, where=f"notebook {name}", notebook=str(executed))
    less = "give fewer logs at a time, or more memory; what was gathered is kept in the case folder"
    try:
        yield
    except PapermillExecutionError as error:
        raise _failure(name, executed, error) from None
    except CellTimeoutError as error:
        raise stopped("a cell ran longer than it may", action=less) from error
    except DeadKernelError as error:
        raise stopped("its Python process died, most likely for want of memory", action=less) from error
    except NoSuchKernel as error:
        todo = "install ipykernel into the environment that gdkit runs in"
        raise stopped("this Python has no notebook kernel named python3", action=todo) from error
    except OSError as error:
        raise write_error(executed, error) from error


def _own_parameters(name: str, case: CaseFolder, parameters: Mapping[str, Any]) -> dict[str, Any]:
    notebook = notebook_path(name)
    declared = notebook_parameters(notebook)
    own = {key: value for key, value in parameters.items() if key in declared}
    return check_parameters(notebook, {"case": str(case.path.resolve()), **own})


def _failure(name: str, executed: Path, error: PapermillExecutionError) -> NotebookError:
    """Say in plain words which cell failed and why; gdkit's own errors already are plain words."""
    cause = visible(error.evalue, 1_000)
    first_line = visible(error.source.strip().partition("\n")[0], 80) or "empty"
    return NotebookError(
        cause if _is_own(error.ename) else f"{visible(error.ename, 80)}: {cause}",
        where=f"notebook {name}, cell {error.exec_count} ({first_line})",
        notebook=str(executed),
    )


def _is_own(error_name: str) -> bool:
    kind = getattr(errors, error_name, None)
    return isinstance(kind, type) and issubclass(kind, errors.GdkitError)
