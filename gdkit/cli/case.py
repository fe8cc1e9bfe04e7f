"""The commands on a case that is there: ``gdkit report`` and ``gdkit verify``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from gdkit.cli.options import plain
from gdkit.cli.reports import browser_option, find_printer, finish_report

if TYPE_CHECKING:
    from datetime import datetime

    from gdkit.case.folder import CaseFolder


@click.command()
@click.option("--case", "case", required=True, metavar="DIR", help="The case folder.")
@click.option("--pdf/--no-pdf", "pdf", default=None, help="With the PDF or without it; with it if neither is given, "
              "where a browser is installed.")  # fmt: skip
@browser_option
@click.option("--redact", metavar="SORTS", help="Take values out, and write into reports/redacted: "
              "accounts, keys, names, or all of these; and addresses, those of the thief, only where it is named. "
              "Several with commas between them.")  # fmt: skip
def report(case: str, pdf: bool | None, browser: str, redact: str | None) -> None:
    """Write the report of a case anew, in every form, from what the case holds now. No AWS is asked.

    The page (report.html), a ticket (report.md), the calls (events.csv), the thief's signs (indicators.stix.json), the
    techniques (navigator.json) and the PDF (report.pdf).
    """
    from gdkit.case.folder import open_case  # noqa: PLC0415 - only what a command needs is loaded
    from gdkit.report.redaction.sorts import parse_sorts  # noqa: PLC0415

    sorts, found = parse_sorts(redact), find_printer(browser, pdf=pdf)
    folder = open_case(Path(case))
    made_at, paths = _write(folder, sorts)
    finish_report(paths, found, made_at, pdf=pdf)


def _write(folder: CaseFolder, sorts: frozenset[str]) -> tuple[datetime, list[Path]]:
    """Write every form but the PDF, redacted where that was asked for; give the stamp and the files, the page first."""
    from gdkit.report.redaction.redacted import write_redacted  # noqa: PLC0415 - only what a command needs is loaded
    from gdkit.report.run import run_notebook  # noqa: PLC0415
    from gdkit.report.write import stamp_now, write_case_report  # noqa: PLC0415

    made_at = stamp_now()
    if sorts:
        return made_at, write_redacted(folder, sorts, made_at)
    run_notebook("6_report", folder.reports / "6_report.ipynb", {"case": str(folder.path.resolve())})
    return made_at, write_case_report(folder, made_at)


@click.command()
@click.option("--case", "case", required=True, metavar="DIR", help="The case folder.")
def verify(case: str) -> None:
    """Hash a case's evidence anew and follow its journal's chain.

    Exit status: 0 everything is as it was left, 1 something is not.
    """
    from gdkit.case.folder import open_case  # noqa: PLC0415 - only what a command needs is loaded
    from gdkit.case.integrity import check_integrity  # noqa: PLC0415

    found = check_integrity(open_case(Path(case)))
    for fault in found.faults:
        click.echo(f"NOT AS IT WAS LEFT: {plain(fault)}")
    for name in found.unlisted:
        click.echo(f"note: {plain(name)} stands in no manifest")
    state = f"{len(found.faults)} of them or the journal differ" if found.faults else "all as they were left"
    click.echo(f"{found.files} files and {found.entries} journal entries: {state}.")
    if found.faults:
        raise click.exceptions.Exit(1)
