"""CSV for spreadsheets: no cell of a log becomes a formula, by the rule in Python and by the page's."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from gdkit.ui.page_library import FORMULA
from gdkit.ui.text import spreadsheet_cell

if TYPE_CHECKING:
    from pathlib import Path

FORMULAS = ("=1+1", "+1", "-1", "@SUM(1)", "\t=1", "\r=1", "\n=1", "\tx", " =1", "\u00a0=1", "\uff1d1+1",
            "\uff20SUM(1)", "=cmd|'/C calc'!A0", "==", "-")  # fmt: skip
TEXTS = ("GetObject", "a=1", "", "'=1", "1-1", "203.0.113.1", "https://x/?a=-1", "2026-11-02 08:00:00Z", '"=1"')


@pytest.mark.parametrize("text", FORMULAS)
def test_formula(text: str) -> None:
    """A text that a spreadsheet may take as a formula is one by the page's rule; a file's cell never begins as one."""
    assert re.match(FORMULA, text)
    assert not re.match(FORMULA, spreadsheet_cell(text))


@pytest.mark.parametrize("text", TEXTS)
def test_text(text: str) -> None:
    """Any other text is left alone."""
    assert not re.match(FORMULA, text)


@pytest.mark.skipif(shutil.which("node") is None, reason="node runs the rule as a browser does")
def test_the_page_decides_alike(tmp_path: Path) -> None:
    """The rule means the same in the page's script as in Python."""
    path = tmp_path / "rule.js"
    path.write_text(
        f'const rule = new RegExp({json.dumps(FORMULA)}, "u"); '
        f"console.log(JSON.stringify({json.dumps([*FORMULAS, *TEXTS])}.map((text) => rule.test(text))));",
        encoding="utf-8",
    )
    run = subprocess.run([str(shutil.which("node")), str(path)], capture_output=True, text=True, check=True)  # noqa: S603
    assert json.loads(run.stdout) == [True] * len(FORMULAS) + [False] * len(TEXTS)
