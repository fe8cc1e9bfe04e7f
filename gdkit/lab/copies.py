"""The analyst's own copies of the notebooks, in the case folder: set to the case once, and never written over."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import nbformat

from gdkit.case.files import write_bytes
from gdkit.report.run import NOTEBOOKS, notebook_path

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from gdkit.case.folder import CaseFolder


EXERCISE = "tabletop"
"""The notebook of an exercise, beside those of an investigation."""


@dataclass(frozen=True, slots=True)
class Copies:
    """What was copied into a case, and what was there.

    Attributes:
        made: names of the notebooks that were copied now.
        kept: names of those that stood there and differ from what would be copied; they were left as they are.
    """

    made: tuple[str, ...]
    kept: tuple[str, ...]


def names_for(case: CaseFolder) -> tuple[str, ...]:
    """Give the notebooks that are of use in a case, the one to begin with first: an exercise has one of its own."""
    return (EXERCISE, *NOTEBOOKS) if case.exercise.exists() else NOTEBOOKS


def copy_notebooks(case: CaseFolder, more: Mapping[str, str]) -> Copies:
    """Copy gdkit's notebooks into the case; what a person may have edited is left alone.

    In each copy the parameter ``case`` names the case, ``interactive`` is True, so that panels show, and an exercise's
    ``seed`` is 0, so that the one that was begun is taken up; beyond that it is gdkit's own.

    Args:
        case: a case that was begun.
        more: further parameters by name, set wherever a notebook has them.

    Raises:
        CaseWriteError: a copy cannot be written.
    """
    values = {"case": str(case.path.resolve()), "interactive": True, "seed": 0, **more}
    made, kept = [], []
    for name in names_for(case):
        notebook = _set(nbformat.read(notebook_path(name), as_version=4), values)
        target = case.notebooks / f"{name}.ipynb"
        if not target.exists():
            write_bytes(target, nbformat.writes(notebook).encode())
            made.append(name)
        elif _sources(target) != [cell.source for cell in notebook.cells]:
            kept.append(name)
    return Copies(tuple(made), tuple(kept))


def with_values(source: str, values: Mapping[str, Any]) -> str:
    """Give a parameters cell in which these parameters have these values; all else stays as it is written.

    >>> with_values('case: str = ""  # folder of the case', {"case": "/cases/web-1", "trail": []})
    "case: str = '/cases/web-1'  # folder of the case"
    """
    lines = source.splitlines()
    for node in ast.parse(source).body:
        if isinstance(node, ast.AnnAssign) and node.value and (name := ast.unparse(node.target)) in values:
            line, place = lines[node.lineno - 1], slice(node.value.col_offset, node.value.end_col_offset)
            lines[node.lineno - 1] = f"{line[: place.start]}{values[name]!r}{line[place.stop :]}"
    return "\n".join(lines)


def _set(notebook: nbformat.NotebookNode, values: Mapping[str, Any]) -> nbformat.NotebookNode:
    for cell in notebook.cells:
        if "parameters" in cell.metadata.get("tags", []):
            cell.source = with_values(cell.source, values)
    return notebook


def _sources(path: Path) -> list[str] | None:
    """Give the cells of a notebook as they were written; None where it can no longer be read as one."""
    try:
        return [cell.source for cell in nbformat.read(path, as_version=4).cells]
    except (ValueError, AttributeError, nbformat.ValidationError):
        return None
