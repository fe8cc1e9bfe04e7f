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


def say_paths(paths: Sequence[Path]) -> None:
    """Say where each form of a report is, the page first."""
    click.echo(f"Report: {paths[0].resolve()}")
    for path in paths[1:]:
        click.echo(f"        {path.resolve()}")


def print_report(page: Path, browser: Path | None, made_at: datetime, *, asked: bool) -> None:
    """Print the page beside it as PDF and say where; where that fails, say so, and end in failure if it was asked for.

    Raises:
        ReportError: a PDF was asked for and cannot be made; every other form was.
    """
    from gdkit.report.forms.pdf import print_page  # noqa: PLC0415 - only what a command needs is loaded

    target = page.with_suffix(".pdf")
    try:
        print_page(page, target, browser, made_at)
    except ReportError as error:
        if asked:
            raise
        click.echo(f"note: no PDF was made. {plain(str(error))}", err=True)
    else:
        click.echo(f"        {target.resolve()}")
