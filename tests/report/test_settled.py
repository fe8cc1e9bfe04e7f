"""An executed notebook: the same bytes from the same case, run after run."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING

import nbformat

from gdkit.case.files import read_json, write_json
from gdkit.report.run import run_notebook
from gdkit.report.settled import settle
from tests.report.runs import investigated

if TYPE_CHECKING:
    from pathlib import Path


def test_same_bytes(tmp_path: Path) -> None:
    """The report notebook, run again on the same case, gives the same bytes; no instant of its run is in it."""
    case = investigated().case
    again = run_notebook("6_report", tmp_path / "6_report.ipynb", {"case": str(case.path.resolve())})
    assert again.read_bytes() == (case.reports / "6_report.ipynb").read_bytes()
    notebook = nbformat.read(again, as_version=4)
    nbformat.validate(notebook)
    assert not {"papermill", "execution", "widgets"} & {name for cell in notebook.cells for name in cell.metadata}
    assert "papermill" not in notebook.metadata


def test_settled_is_left_alone(tmp_path: Path) -> None:
    """What a runner notes is taken out, tags and outputs stay, and settling twice changes nothing."""
    cell = {"cell_type": "code", "id": "4f1c", "source": "x = 1", "outputs": [], "execution_count": 1,
            "metadata": {"tags": ["injected-parameters"], "papermill": {"duration": 0.1}, "execution": {}}}  # fmt: skip
    other = {**copy.deepcopy(cell), "id": "kept", "metadata": {"tags": ["kept"], "collapsed": True}}
    path = tmp_path / "x.ipynb"
    write_json(path, {"cells": [cell, other], "metadata": {"papermill": {}, "kernelspec": {"name": "python3"}},
                      "nbformat": 4, "nbformat_minor": 5})  # fmt: skip
    settle(path)
    once = path.read_bytes()
    settle(path)
    assert path.read_bytes() == once
    notebook = read_json(path)
    assert notebook["metadata"] == {"kernelspec": {"name": "python3"}}
    assert [(one["id"], one["metadata"]) for one in notebook["cells"]] == [
        ("injected-parameters", {"tags": ["injected-parameters"]}),
        ("kept", {"tags": ["kept"], "collapsed": True}),
    ]
