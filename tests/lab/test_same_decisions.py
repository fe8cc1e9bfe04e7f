"""The same decisions give the same answer, whether notebooks run headless or a person sits before them."""

from __future__ import annotations

import ast
import json
import re
from typing import TYPE_CHECKING, Any

import nbformat
import pytest

from gdkit.case.folder import case_about, start_case
from gdkit.case.results import load_result
from gdkit.cli.investigate import named_subject
from gdkit.lab.copies import copy_notebooks
from gdkit.report.run import NOTEBOOKS
from gdkit.ui.panel import VerdictPanel
from tests.report.runs import investigated

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from gdkit.case.folder import CaseFolder

INSTANT = re.compile(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ")


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> CaseFolder:
    """Work through the copies of the notebooks as an analyst: every cell in order, and the verdict by its panel."""
    given = investigated().case.path.parent / "input"
    subject = named_subject(str(given / "finding.json"))
    case = start_case(tmp_path_factory.mktemp("live") / "case", subject, trail=[str(given / "logs")], analyst="ann")
    copy_notebooks(case, {})
    for name in NOTEBOOKS:
        for shown in _shown(case.notebooks / f"{name}.ipynb"):
            shown._repr_mimebundle_()
            if isinstance(shown, VerdictPanel):
                shown.choice.value, shown.reason.value = "malicious", "not one of our addresses"
                shown.button.click()
    return case


def _shown(path: Path) -> Iterator[Any]:
    """Run a notebook's cells in this process, and give what each shows."""
    names: dict[str, Any] = {}
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type != "code":
            continue
        *body, last = ast.parse(cell.source).body
        exec(compile(ast.Module([*body, *([] if isinstance(last, ast.Expr) else [last])], []), "cell", "exec"), names)  # noqa: S102
        if isinstance(last, ast.Expr):
            yield eval(compile(ast.Expression(last.value), "cell", "eval"), names)  # noqa: S307 - our own notebooks


def _fields(case: CaseFolder, document: Any, place: str = "") -> Iterator[tuple[str, Any]]:
    """Give every field of a document, by its place; instants since the case was begun are only said to be such."""
    if isinstance(document, dict | list):
        rows = document.items() if isinstance(document, dict) else enumerate(document)
        for name, inner in rows:
            yield from _fields(case, inner, f"{place}/{name}")
    elif isinstance(document, str):
        begun = case_about(case)["begun_at"]
        yield place, INSTANT.sub(lambda found: "since then" if found[0] >= begun else found[0], document)
    else:
        yield place, document


def _differing(live: CaseFolder, name: str) -> dict[str, tuple[Any, Any]]:
    """Give the fields of a file in which the headless case and the live one differ, with both values."""
    pair = []
    for case in (investigated().case, live):
        document = json.loads((case.path / name).read_bytes())
        pair.append(dict(_fields(case, document)))
        assert "not one of our addresses" in pair[-1].values()
    headless, ours = pair
    return {place: (headless.get(place), ours.get(place)) for place in headless.keys() | ours.keys()
            if headless.get(place) != ours.get(place)}  # fmt: skip


def test_result(live: CaseFolder) -> None:
    """``result.json`` of the headless run and of the live one are equal, field by field."""
    assert load_result(live)["events"]["thief"] == 12
    assert _differing(live, "result.json") == {}


def test_verdict(live: CaseFolder) -> None:
    """``verdict.json`` of both are equal: value, reason, who, and the evidence that it was made in sight of."""
    assert _differing(live, "verdict.json") == {}
