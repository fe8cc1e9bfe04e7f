"""The analyst's copies of the notebooks: set to the case, gdkit's own otherwise, and never written over."""

from __future__ import annotations

from typing import TYPE_CHECKING

import nbformat
import pytest

from gdkit.lab.copies import copy_notebooks, names_for, with_values
from gdkit.report.parameters import notebook_parameters
from gdkit.report.run import NOTEBOOKS, notebook_path
from tests.case.samples import new_case, refuse_writes

if TYPE_CHECKING:
    from pathlib import Path

    from gdkit.case.folder import CaseFolder


@pytest.fixture
def case(tmp_path: Path) -> CaseFolder:
    """Give a case whose path holds what a literal must escape."""
    return new_case(tmp_path / 'it\'s "one" \\ case')


def test_copied(case: CaseFolder) -> None:
    """Each notebook is copied, knows the case and shows its panels; every other cell is gdkit's own, word for word."""
    copies = copy_notebooks(case, {})
    assert copies.made == NOTEBOOKS
    assert copies.kept == ()
    for name in NOTEBOOKS:
        copy = case.notebooks / f"{name}.ipynb"
        declared = notebook_parameters(copy)
        assert declared["case"].default == str(case.path.resolve())
        assert "interactive" not in declared or declared["interactive"].default is True
        own, ours = (nbformat.read(path, as_version=4).cells for path in (notebook_path(name), copy))
        differing = [cell for cell, other in zip(own, ours, strict=True) if cell != other]
        assert ["parameters" in cell.metadata.get("tags", []) for cell in differing] == [True]


def test_exercise(case: CaseFolder) -> None:
    """An exercise gets its own notebook too, begins with it, and is taken up whatever its seed is."""
    case.exercise.mkdir()
    assert copy_notebooks(case, {}).made == ("tabletop", *NOTEBOOKS)
    assert names_for(case)[0] == "tabletop"
    declared = notebook_parameters(case.notebooks / "tabletop.ipynb")
    told = [declared[name].default for name in ("case", "interactive", "seed")]
    assert told == [str(case.path.resolve()), True, 0]


def test_more_parameters(case: CaseFolder) -> None:
    """A further parameter is set in the notebooks that have it."""
    copy_notebooks(case, {"networks": "/team/networks.yaml"})
    assert notebook_parameters(case.notebooks / "3_classify.ipynb")["networks"].default == "/team/networks.yaml"


def test_edited_copy_is_kept(case: CaseFolder) -> None:
    """A copy that was edited, and a file that is no notebook any more, are left as they are, and told; others not."""
    copy_notebooks(case, {})
    edited, broken = case.notebooks / "3_classify.ipynb", case.notebooks / "1_triage.ipynb"
    notebook = nbformat.read(edited, as_version=4)
    notebook.cells[-1].source += "\n# mine"
    nbformat.write(notebook, edited)
    broken.write_text("{}", encoding="utf-8")
    before = {path: path.read_bytes() for path in case.notebooks.iterdir()}
    copies = copy_notebooks(case, {})
    assert (copies.made, copies.kept) == ((), ("1_triage", "3_classify"))
    assert {path: path.read_bytes() for path in case.notebooks.iterdir()} == before


def test_run_copy_is_not_edited(case: CaseFolder) -> None:
    """A copy that was only run and saved counts as gdkit's own."""
    copy_notebooks(case, {})
    path = case.notebooks / "1_triage.ipynb"
    notebook = nbformat.read(path, as_version=4)
    notebook.cells[1].execution_count = 1
    nbformat.write(notebook, path)
    assert copy_notebooks(case, {}).kept == ()


def test_full_disk(case: CaseFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a copy cannot be written the error says so."""
    import errno

    from gdkit.errors import CaseWriteError

    refuse_writes(monkeypatch, errno.ENOSPC)
    with pytest.raises(CaseWriteError, match="the disk is full"):
        copy_notebooks(case, {})


def test_values() -> None:
    """Only the value is replaced: comment, type and the parameters that are not given stay."""
    source = 'case: str = ""  # a = "b"\nask: list[str] = []  # whom\ninteractive: bool = False'
    told = with_values(source, {"interactive": True, "case": "C:\\x", "unknown": 1})
    assert told == "case: str = 'C:\\\\x'  # a = \"b\"\nask: list[str] = []  # whom\ninteractive: bool = True"
