"""The commands on a case that is there: ``gdkit report`` and ``gdkit verify``."""

from __future__ import annotations

from pathlib import Path

import click

from gdkit.cli.options import plain


@click.command()
@click.option("--case", "case", required=True, metavar="DIR", help="The case folder.")
def report(case: str) -> None:
    """Write the report of a case anew, from what the case holds now. No AWS is asked."""
    from gdkit.case.folder import open_case  # noqa: PLC0415 - only what a command needs is loaded
    from gdkit.report.page import write_report  # noqa: PLC0415
    from gdkit.report.run import run_notebook  # noqa: PLC0415

    folder = open_case(Path(case))
    run_notebook("6_report", folder.reports / "6_report.ipynb", {"case": str(folder.path.resolve())})
    click.echo(f"Report: {write_report(folder).resolve()}")


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
