"""What the commands that write a report share: its browser, its paths, its PDF."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from gdkit.cli.options import plain
from gdkit.errors import ReportError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path

browser_option = click.option("--browser", default="", metavar="PATH",
                              help="The Chromium, Chrome or Edge that prints the PDF; $GDKIT_BROWSER, or the first "
                                   "that is installed, if not given.")  # fmt: skip


def find_printer(browser: str, *, pdf: bool | None) -> Path | None:
    """Give the browser that prints; None where none is wanted or installed.

    Args:
        browser: the one that an option names; empty for none.
        pdf: whether a PDF was asked for; None where nothing was said.

    Raises:
        UsageError: the browser that is named is not there.
    """
    from gdkit.report.forms.pdf import find_browser  # noqa: PLC0415 - only what a command needs is loaded

    return None if pdf is False else find_browser(browser)


_LABELS = {
    "report.html": "Report", "report.md": "Ticket", "events.csv": "Calls", "indicators.stix.json": "Signs",
    "navigator.json": "Layer", "report.pdf": "PDF", "result.json": "Result", "6_report.ipynb": "Cells",
}  # fmt: skip
"""What the forms are called on the command line."""


def finish_report(paths: Sequence[Path], browser: Path | None, made_at: datetime, *, pdf: bool | None) -> None:
    """Print the PDF where that is wanted, and say where each form of a report is, the page last.

    Args:
        paths: the files that were written, the page first.
        browser: what prints; None where there is none.
        made_at: the stamp of the report.
        pdf: whether the PDF was asked for; None where nothing was said, and a note is enough if it cannot be made.

    Raises:
        ReportError: a PDF was asked for and cannot be made; every other form was.
    """
    from gdkit.report.forms.pdf import print_page  # noqa: PLC0415 - only what a command needs is loaded

    page, *others = paths
    failure: ReportError | None = None
    if pdf is not False:
        try:
            print_page(page, page.with_suffix(".pdf"), browser, made_at)
            others.append(page.with_suffix(".pdf"))
        except ReportError as error:
            failure = error
    for path in (*others, page):
        click.echo(f"{_LABELS[path.name] + ':':<8}{path.resolve()}")
    if failure is not None and pdf:
        raise failure
    if failure is not None:
        click.echo(f"note: no PDF was made. {plain(str(failure))}", err=True)
