"""The notebooks: thin, stripped, and each step told before it is called."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

import nbformat
import pytest

from gdkit import stages
from gdkit.report.parameters import notebook_parameters
from gdkit.report.run import EXERCISE, NOTEBOOKS, notebook_path

if TYPE_CHECKING:
    from pathlib import Path

PATHS = sorted(notebook_path(NOTEBOOKS[0]).parent.glob("*.ipynb"))
FORBIDDEN = (
    ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.For, ast.While, ast.Try, ast.With, ast.If, ast.Lambda,
    ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp, ast.Assign, ast.AugAssign, ast.Delete,
)  # fmt: skip

pytestmark = pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)


def _cells(path: Path, kind: str = "code") -> list[nbformat.NotebookNode]:
    return [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == kind]


def _calls(path: Path) -> list[nbformat.NotebookNode]:
    return _cells(path)[1:]


def test_known(path: Path) -> None:
    """Every notebook is one that an investigation runs, or the exercise, and all of those are there."""
    assert path.stem in (*NOTEBOOKS, EXERCISE)
    assert len(PATHS) == len(NOTEBOOKS) + 1


def test_valid_and_stripped(path: Path) -> None:
    """The notebook is valid, holds no outputs and counts, no widget state, and names the kernel python3."""
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    assert [cell.outputs for cell in _cells(path) if cell.outputs] == []
    assert {cell.execution_count for cell in _cells(path)} == {None}
    assert notebook.metadata.kernelspec.name == "python3"
    assert set(notebook.metadata) == {"kernelspec", "language_info"}


def test_cell_ids(path: Path) -> None:
    """Cells have ids, all different, which stay the same from one version to the next."""
    ids = [cell.get("id") for cell in nbformat.read(path, as_version=4).cells]
    assert all(ids)
    assert len(set(ids)) == len(ids)


def test_parameters_cell(path: Path) -> None:
    """The first code cell, and only that, is tagged parameters: literal typed defaults, each with a comment."""
    tagged = ["parameters" in cell.metadata.get("tags", []) for cell in _cells(path)]
    assert tagged == [True] + [False] * (len(tagged) - 1)
    statements = ast.parse(_cells(path)[0].source).body
    assert statements
    assert all(isinstance(statement, ast.AnnAssign) for statement in statements)
    declared = notebook_parameters(path)
    assert len(declared) == len(statements)
    assert all(parameter.meaning for parameter in declared.values())


def test_thin_cells(path: Path) -> None:
    """A code cell has at most six lines and one call on stages; no control flow, no definition, no other import."""
    assert _calls(path)
    for cell in _calls(path):
        assert len(cell.source.splitlines()) <= 6
        body = ast.parse(cell.source).body
        assert not [node for node in ast.walk(ast.Module(body, [])) if isinstance(node, FORBIDDEN)]
        *imports, last = body
        assert [ast.unparse(node) for node in imports] in ([], ["from gdkit import stages"])
        assert isinstance(last, ast.Expr)
        assert isinstance(last.value, ast.Call)
        assert ast.unparse(last.value.func).startswith("stages.")
        calls = [node for node in ast.walk(last) if isinstance(node, ast.Call)]
        assert len(calls) == 1


def test_calls_exist(path: Path) -> None:
    """Every call names a public stage and takes the case first."""
    for cell in _calls(path):
        call = ast.parse(cell.source).body[-1].value
        name = call.func.attr
        assert not name.startswith("_")
        assert callable(getattr(stages, name))
        assert ast.unparse(call.args[0]) == "case"


def test_begins_with_the_case(path: Path) -> None:
    """The first call begins case or exercise, with the import; before it stands what must be seen first."""
    begins = {
        EXERCISE: ["tabletop(case, scenario, seed)"],
        "1_triage": ["pick_finding(case, ", "begin(case, "],
        "6_report": ["first_page(case)", "begin(case)"],
    }
    calls = begins.get(path.stem, ["begin(case)"])
    sources = [cell.source.removeprefix("from gdkit import stages\n\n") for cell in _calls(path)]
    assert _calls(path)[0].source != sources[0], "the first call brings the import"
    for source, call in zip(sources, calls, strict=False):
        assert source.startswith(f"stages.{call}")


def test_told_before_called(path: Path) -> None:
    """Each step is preceded by words: what is asked, and what a good answer looks like."""
    cells = nbformat.read(path, as_version=4).cells
    kinds = [cell.cell_type for cell in cells]
    assert kinds[:2] == ["markdown", "code"], "title and parameters"
    alone = [cells[at].source for at in range(3, len(cells)) if kinds[at] == "code" and kinds[at - 1] != "markdown"]
    assert alone == []
    assert all(cell.source.strip() for cell in _cells(path, "markdown"))


def test_opens_with_a_title(path: Path) -> None:
    """The notebook opens with one title of the first level, and has no other."""
    heads = [cell.source.splitlines()[0] for cell in _cells(path, "markdown")]
    assert heads[0].startswith("# ")
    assert all(head.startswith(("## ", "### ")) for head in heads[1:])
