"""The offline report: one HTML file made of the executed report notebook, with no reference to anything outside it."""

from __future__ import annotations

from datetime import UTC, datetime
from importlib import resources
from typing import TYPE_CHECKING, Any

import mistune

import gdkit
from gdkit.case.files import read_json, write_bytes
from gdkit.errors import CaseError
from gdkit.report.contents import with_contents
from gdkit.ui.text import paragraph, visible

if TYPE_CHECKING:
    from pathlib import Path

    from gdkit.case.folder import CaseFolder


def write_report(case: CaseFolder, made_at: datetime | None = None, note: str = "") -> Path:
    """Write ``reports/report.html`` from the executed ``6_report``.

    Args:
        case: the case.
        made_at: the instant that the page says it was made at; None for now.
        note: what every reader must see first, such as that names were taken out; empty for nothing.

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
    write_bytes(path, render(executed, made_at, note).encode())
    return path


def render(executed: Path, made_at: datetime | None = None, note: str = "") -> str:
    """Give the HTML page of an executed notebook: the notebook's own words and what its cells showed, no code.

    The words are Markdown of our own notebooks, in which raw HTML is escaped; what the cells showed was made, and
    escaped, by ``gdkit.ui``. Other kinds of output, such as lines of progress, are left out. When it was made stands in
    one place, the last line.
    """
    cells = read_json(executed)["cells"]
    frame = resources.files("gdkit.report").joinpath("page.html").read_text(encoding="utf-8")
    before, after = frame.split("CONTENT")
    words = iter(with_contents([_words(cell) for cell in cells if cell["cell_type"] == "markdown"]))
    parts = [paragraph(note, "note")] if note else []
    parts += [part for cell in cells for part in ([next(words)] if cell["cell_type"] == "markdown" else _shown(cell))]
    return before + "\n".join([*parts, _made_line(made_at)]) + after


def _made_line(made_at: datetime | None) -> str:
    at = made_at or datetime.now(UTC).replace(microsecond=0)
    return f"<footer>{paragraph(f'Made at {visible(at)} by gdkit {gdkit.__version__}.')}</footer>"


def _words(cell: dict[str, Any]) -> str:
    markdown = mistune.create_markdown(escape=True)
    return str(markdown(_joined(cell["source"])))


def _shown(cell: dict[str, Any]) -> list[str]:
    shown = (output.get("data", {}).get("text/html") for output in cell.get("outputs", []))
    return [f'<div class="output">{_joined(html)}</div>' for html in shown if html]


def _joined(text: str | list[str]) -> str:
    """Give a text of a notebook, which keeps long ones as a list of lines."""
    return text if isinstance(text, str) else "".join(text)
