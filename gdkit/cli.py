"""The command line.

Exit status: 0 done, 1 the tool failed, 2 wrong use, 3 done but with gaps that the coverage names.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

import gdkit
from gdkit.cli_aws import check_command, findings_command
from gdkit.errors import GdkitError, UsageError

if TYPE_CHECKING:
    from gdkit.case.folder import CaseFolder
    from gdkit.model import Subject

GAPS = 3
"""Exit status of a run that was done but could not look everywhere it was told to."""


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(gdkit.__version__, prog_name="gdkit")
def commands() -> None:
    """Investigate stolen EC2 instance credentials (GuardDuty InstanceCredentialExfiltration).

    gdkit reads; nothing it does here changes anything in AWS.
    """


@commands.command()
@click.argument("finding", metavar="FINDING")
@click.option("--trail", "trail", multiple=True, required=True, metavar="SOURCE",
              help="Folder, file or glob of CloudTrail logs. Give it again for more.")  # fmt: skip
@click.option("--case", "case", required=True, metavar="DIR", help="The case folder: made anew, or taken up again.")
@click.option("--id", "finding_id", metavar="ID", help="Which finding, where the file holds several.")
@click.option("--analyst", metavar="NAME", help="Who investigates; the system's user name if not given.")
@click.option("--verdict", metavar="VALUE", help="Record a verdict: benign, malicious or undetermined.")
@click.option("--reason", metavar="TEXT", help="Why; required with a verdict.")
@click.option("-p", "--parameter", "assignments", multiple=True, metavar="NAME=VALUE",
              help="Set a parameter of the notebooks by its name.")  # fmt: skip
def investigate(finding: str, trail: tuple[str, ...], case: str, **options: Any) -> None:
    """Investigate one theft and write the case folder with its report.

    FINDING is a file with a GuardDuty finding in any form (API, EventBridge, S3 export, Security Hub, OCSF), or a
    principal id (AROA…:i-…), an instance id or an access key id for a theft that GuardDuty did not report.
    """
    from gdkit.case.folder import start_case  # noqa: PLC0415 - only what a command needs is loaded
    from gdkit.trail.sources import find_files  # noqa: PLC0415

    parameters = _parameters(options)
    subject = _subject(finding, options["finding_id"])
    for warning in (
        subject.finding.warnings if subject.finding else ("no finding was given: the case rests on the logs alone",)
    ):
        click.echo(f"note: {_plain(warning)}", err=True)
    sources = [_absolute(source) for source in trail]
    find_files(sources)  # a wrong path is told before anything is written
    folder = start_case(Path(case), subject, trail=sources, analyst=options["analyst"])
    _run(folder, {**parameters, "trail": sources})


@commands.command()
@click.option("--case", "case", default="demo", show_default=True, metavar="DIR", help="Where to put the demo.")
def demo(case: str) -> None:
    """Investigate the sample theft: the main job on made-up logs, with no AWS access."""
    from gdkit.case.files import write_error  # noqa: PLC0415
    from gdkit.case.folder import start_case  # noqa: PLC0415
    from gdkit.sample import write_sample  # noqa: PLC0415

    folder = Path(case)
    try:
        sample = write_sample(folder / "input")
    except OSError as error:
        raise write_error(folder, error) from error
    click.echo(f"The sample theft is in {folder / 'input'}. The same by hand:")
    click.echo(f"  gdkit investigate {sample.finding} --trail {sample.trail} --case {folder / 'case'}")
    subject = _subject(str(sample.finding), None)
    sources = [_absolute(str(sample.trail))]
    _run(start_case(folder / "case", subject, trail=sources), {"trail": sources})


commands.add_command(check_command)
commands.add_command(findings_command)


def main() -> None:
    """Run the command line; errors become one message and an exit status, never a stack trace."""
    os.umask(0o077)  # evidence is for its owner alone, what the notebook runner writes too
    try:
        status = commands.main(standalone_mode=False)
    except click.exceptions.Abort:
        click.echo("Stopped. What was gathered is kept in the case folder.", err=True)
        sys.exit(1)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except GdkitError as error:
        click.echo(f"gdkit: {_plain(str(error))}", err=True)
        sys.exit(error.exit_status)
    sys.exit(status if isinstance(status, int) else 0)


def _subject(text: str, finding_id: str | None) -> Subject:
    """Give what FINDING names: a file with a finding, or an identifier."""
    from gdkit.analysis.subject import subject_of_finding, subject_of_text  # noqa: PLC0415
    from gdkit.findings import load_findings, select_finding  # noqa: PLC0415

    named = None if os.path.exists(text) else subject_of_text(text)  # noqa: PTH110 - any text may be asked about
    if named is not None:
        return named
    found = load_findings(Path(text))
    for refused in found.refused:
        click.echo(f"note: passed over {_plain(refused.type)}: {_plain(refused.reason)}", err=True)
    return subject_of_finding(select_finding(found, finding_id), found)


def _parameters(options: dict[str, Any]) -> dict[str, Any]:
    """Give the notebooks' parameters that the options name, checked before anything is written."""
    from gdkit.report.parameters import check_parameters, parse_assignment  # noqa: PLC0415
    from gdkit.report.run import known_parameters, notebook_path  # noqa: PLC0415

    named = {"verdict": options["verdict"], "verdict_reason": options["reason"], "analyst": options["analyst"]}
    given = {name: value for name, value in named.items() if value}
    given |= dict(parse_assignment(text, known_parameters()) for text in options["assignments"])
    if given.get("verdict_reason") and not given.get("verdict"):
        raise UsageError("--reason belongs to a verdict", action="add --verdict benign, malicious or undetermined")
    if given.get("verdict") and not given.get("verdict_reason", "").strip():
        raise UsageError("a verdict without a reason is not recorded", action="add --reason TEXT")
    check_parameters(notebook_path("3_classify"), given)
    return given


def _run(folder: CaseFolder, parameters: dict[str, Any]) -> None:
    from gdkit.case.results import load_result  # noqa: PLC0415
    from gdkit.report.page import write_report  # noqa: PLC0415
    from gdkit.report.run import Ran, run_investigation  # noqa: PLC0415

    def done(ran: Ran) -> None:
        click.echo(f"  {ran.name:<12} done in {ran.seconds:.1f} s", err=True)

    run_investigation(folder, parameters, on_start=lambda name: click.echo(f"  {name:<12} …", err=True), on_done=done)
    report = write_report(folder)
    result = load_result(folder)
    click.echo(_answer(result))
    click.echo(f"Case:   {folder.path}")
    click.echo(f"Result: {folder.result}")
    click.echo(f"Report: {report.resolve()}")
    if result["coverage"]["unread"] or not result["events"]["total"]:
        click.echo(f"There are gaps: see {folder.coverage}", err=True)
        raise click.exceptions.Exit(GAPS)


def _answer(result: dict[str, Any]) -> str:
    events = result["events"]
    return (
        f"{events['total']:,} calls with the session's credentials: {events['thief']:,} the thief's, "
        f"{events['workload']:,} the workload's, {events['unknown']:,} not decided."
    )


def _absolute(source: str) -> str:
    """Give a path that a kernel in another folder reads as the same; names with a scheme stay as they are."""
    return source if ":" in source.partition("/")[0][1:] else str(Path(source).absolute())


def _plain(text: str) -> str:
    """Give text for a terminal, one line: escape sequences in it are written out, not obeyed."""
    from gdkit.ui.text import visible  # noqa: PLC0415

    return visible(text).replace("\n", " ")
