"""Running notebooks in the tests: for real once, and in this process where only the way around them is tested."""

from __future__ import annotations

import ast
import atexit
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, NamedTuple

import nbformat
from papermill.exceptions import PapermillExecutionError

from gdkit.case.folder import CaseFolder, open_case
from gdkit.sample import write_sample


class Investigated(NamedTuple):
    """One run of ``gdkit investigate`` on the sample, by its own process."""

    case: CaseFolder
    status: int
    out: str
    err: str


@cache
def investigated() -> Investigated:
    """Run ``gdkit investigate`` on the sample, once for all tests; no test changes the case."""
    folder = Path(mkdtemp(prefix="gdkit-test-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    sample = write_sample(folder / "input")
    command = [
        *(sys.executable, "-c", "from gdkit.cli import main; main()", "investigate", str(sample.finding)),
        *("--trail", str(sample.trail), "--case", str(folder / "case"), "--analyst", "ann"),
        *("--verdict", "malicious", "--reason", "not one of our addresses"),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder)  # noqa: S603
    return Investigated(open_case(folder / "case"), done.returncode, done.stdout, done.stderr)


def execute_here(source: Path, target: Path, *, parameters: dict[str, Any], **_kernel: Any) -> None:
    """Do what ``papermill.execute_notebook`` does, in this process: no kernel, no waiting."""
    notebook = nbformat.read(source, as_version=4)
    names: dict[str, Any] = {}
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    for number, cell in enumerate(code, start=1):
        try:
            cell.outputs = _outputs(cell.source, names)
        except Exception as error:
            nbformat.write(notebook, target)
            raise PapermillExecutionError(
                number, number, cell.source, type(error).__name__, str(error), ["Traceback …"]
            ) from None
        if "parameters" in cell.metadata.get("tags", []):
            names |= parameters
    nbformat.write(notebook, target)


def _outputs(source: str, names: dict[str, Any]) -> list[Any]:
    body = ast.parse(source).body
    last = body.pop() if isinstance(body[-1], ast.Expr) else None
    exec(compile(ast.Module(body, []), "cell", "exec"), names)  # noqa: S102 - our own notebooks
    if not isinstance(last, ast.Expr):
        return []
    value = eval(compile(ast.Expression(last.value), "cell", "eval"), names)  # noqa: S307 - our own notebooks
    return [nbformat.v4.new_output("execute_result", data=value._repr_mimebundle_(), execution_count=1)]
