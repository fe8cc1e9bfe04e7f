"""CSV for spreadsheets: no cell of a log becomes a formula, by the rule in Python and by the page's."""

from __future__ import annotations

import json
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from gdkit.ui.csv_guard import BEGINS_FORMULA, INNER_FORMULA, guarded

if TYPE_CHECKING:
    from pathlib import Path

FORMULAS = ("=1+1", "+1", "-1", "@SUM(1)", "\t=1", "\r=1", "\n=1", "\tx", " =1", "\u00a0=1", "\uff1d1+1",
            "\uff20SUM(1)", "=cmd|'/C calc'!A0", "==", "-", '"=1"', "'=1", "-\n1")  # fmt: skip
INNER = {"a;=1": "a;'=1", 'x; "@y': "x; \"'@y", "a;+1;-2": "a;'+1;'-2", "=1;=2": "'=1;'=2"}
TEXTS = (
    "GetObject",
    "a=1",
    "",
    "1-1",
    "203.0.113.1",
    "https://x/?a=-1",
    "2026-11-02 08:00:00Z",
    "aws-sdk-go (go; linux)",
)


@pytest.mark.parametrize("text", FORMULAS)
def test_formula(text: str) -> None:
    """A text that a spreadsheet may take as a formula is behind an apostrophe, and otherwise as it was."""
    assert guarded(text) == f"'{text}"


@pytest.mark.parametrize(("text", "shown"), INNER.items())
def test_formula_behind_a_semicolon(text: str, shown: str) -> None:
    """Where cells are parted by semicolons, what would begin a cell is guarded as well."""
    assert guarded(text) == shown


@pytest.mark.parametrize("text", TEXTS)
def test_text(text: str) -> None:
    """Any other text is left alone."""
    assert guarded(text) == text


@pytest.mark.skipif(shutil.which("node") is None, reason="node runs the rule as a browser does")
def test_the_page_decides_alike(tmp_path: Path) -> None:
    """The rule means the same in the page's script as in Python."""
    path = tmp_path / "rule.js"
    texts = [*FORMULAS, *INNER, *TEXTS]
    path.write_text(
        f'const begins = new RegExp({json.dumps(BEGINS_FORMULA)}, "u"), '
        f'inner = new RegExp({json.dumps(INNER_FORMULA)}, "gu"); '
        'const guarded = (text) => (begins.test(text) ? "\'" : "") + text.replace(inner, "$1\'"); '
        f"console.log(JSON.stringify({json.dumps(texts)}.map(guarded)));",
        encoding="utf-8",
    )
    run = subprocess.run([str(shutil.which("node")), str(path)], capture_output=True, text=True, check=True)  # noqa: S603
    assert json.loads(run.stdout) == [guarded(text) for text in texts]
