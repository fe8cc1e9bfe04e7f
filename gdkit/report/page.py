"""The offline report: one HTML file made of the executed report notebook, with no reference to anything outside it."""

from __future__ import annotations

from importlib import resources
from typing import TYPE_CHECKING, Any

import mistune

from gdkit.case.files import read_json, write_bytes
from gdkit.errors import CaseError

if TYPE_CHECKING:
    from pathlib import Path

    from gdkit.case.folder import CaseFolder


def write_report(case: CaseFolder) -> Path:
    """Write ``reports/report.html`` from the executed ``6_report``.

    Raises:
        CaseError: the notebook was not run yet.
        CaseWriteError: the report cannot be written.
    """
    executed = case.reports / "6_report.ipynb"
    if not executed.exists():
        raise CaseError(
            "the report notebook was not run yet", where=str(executed), action="run gdkit investigate on this case"
        )
    path = case.reports / "report.html"
    write_bytes(path, render(executed).encode())
    return path


def render(executed: Path) -> str:
    """Give the HTML page of an executed notebook: the notebook's own words and what its cells showed, no code.

    The words are Markdown of our own notebooks, in which raw HTML is escaped; what the cells showed was made, and
    escaped, by ``gdkit.ui``. Other kinds of output, such as lines of progress, are left out.
    """
    cells = read_json(executed)["cells"]
    frame = resources.files("gdkit.report").joinpath("page.html").read_text(encoding="utf-8")
    before, after = frame.split("CONTENT")
    return before + "\n".join(part for cell in cells for part in _parts(cell)) + after


def _parts(cell: dict[str, Any]) -> list[str]:
    if cell["cell_type"] == "markdown":
        markdown = mistune.create_markdown(escape=True)
        return [str(markdown(_joined(cell["source"])))]
    shown = (output.get("data", {}).get("text/html") for output in cell.get("outputs", []))
    return [f'<div class="output">{_joined(html)}</div>' for html in shown if html]


def _joined(text: str | list[str]) -> str:
    """Give a text of a notebook, which keeps long ones as a list of lines."""
    return text if isinstance(text, str) else "".join(text)
