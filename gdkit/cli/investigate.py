"""The command that investigates: ``gdkit investigate``."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gdkit.cli.fetching import SOURCES, check_sources, check_used, fetch_for, fetch_options, told_way
from gdkit.cli.live import is_live, live_subject
from gdkit.cli.many import investigate_many, is_many, refuse_for_one
from gdkit.cli.options import GAPS, absolute, plain
from gdkit.cli.reports import browser_option, find_printer, finish_report
from gdkit.errors import UsageError

if TYPE_CHECKING:
    from datetime import datetime

    from gdkit.aws.access import AwsAccess
    from gdkit.case.folder import CaseFolder
    from gdkit.cli.fetching import Way
    from gdkit.model import Subject

_LIKE_A_PATH = re.compile(r"[/\\*?.\[]")


@dataclass(frozen=True, slots=True)
class Asked:
    """What an investigation is told beside its findings.

    Attributes:
        sources: of events.
        access: how AWS is reached; None where log files alone are read.
        parameters: of the notebooks, by name.
        way: how sources in AWS are fetched.
    """

    sources: list[str]
    analyst: str | None
    access: AwsAccess | None
    parameters: dict[str, Any]
    way: Way


@click.command()
@click.argument("finding", metavar="FINDING")
@click.option("--trail", "trail", multiple=True, metavar="SOURCE",
              help="Folder, file or glob of CloudTrail logs; 'lookup' for CloudTrail's event history of the last 90 "
                   f"days, which is asked if no source is given; {SOURCES}. Give it again for more.")  # fmt: skip
@click.option("--case", "case", required=True, metavar="DIR", help="The case folder: made anew, or taken up again.")
@click.option("--id", "finding_id", metavar="ID", help="Which finding, where the file holds several.")
@click.option("--all", "every", is_flag=True, help="Every finding of the file; a folder and a glob mean that already.")
@click.option("--analyst", metavar="NAME", help="Who investigates; the system's user name if not given.")
@click.option("--networks", metavar="FILE", help="The team's networks.yaml: whose networks are ours.")
@click.option("--mmdb", multiple=True, metavar="FILE", help="A MaxMind file. Give it again for more.")
@click.option("--ask", multiple=True, metavar="NAME",
              help="Ask an outsider about the address: rdap, abuseipdb or greynoise. They learn of it.")  # fmt: skip
@click.option("--verdict", metavar="VALUE", help="Record a verdict: benign, malicious or undetermined.")
@click.option("--reason", metavar="TEXT", help="Why; required with a verdict.")
@click.option("-p", "--parameter", "assignments", multiple=True, metavar="NAME=VALUE",
              help="Set a parameter of the notebooks by its name.")  # fmt: skip
@click.option("--pdf", is_flag=True, help="Print the report as PDF too; not with several thefts.")
@browser_option
@fetch_options
def investigate(finding: str, trail: tuple[str, ...], case: str, **options: Any) -> None:
    """Investigate a theft and write the case folder with its report.

    FINDING is a finding's id or ARN in GuardDuty; a file with a finding in any form (API, EventBridge, S3 export,
    Security Hub, OCSF); or a principal id (AROA…:i-…), an instance id or an access key id for a theft that GuardDuty
    did not report.

    A folder or a glob of such files, or a file with --all: one case for each leaked session, in folders below DIR, and
    DIR/index.html. What fails there stops nothing else; the exit status is 3 then, and 1 where no case was done.
    """
    from gdkit.case.folder import CaseFolder, start_case  # noqa: PLC0415 - only what a command needs is loaded
    from gdkit.gathering import enter_world  # noqa: PLC0415
    from gdkit.trail.named import needs_aws  # noqa: PLC0415

    way, parameters = told_way(options), _parameters(options)
    access, printer = way.access, find_printer(options["browser"], pdf=options["pdf"])
    sources = [absolute(source) for source in trail] or ["lookup"]
    check_used(sources, way.terms)
    check_sources(sources)  # a wrong path is told before anything is asked or written
    check_named(parameters)
    if is_many(finding, every=options["every"]):
        refuse_for_one(options)
        asked = Asked(sources, options["analyst"], access if needs_aws(sources) else None, parameters, way)
        investigate_many(finding, Path(case), asked)
        return
    live = is_live(finding)
    if open_before := CaseFolder(Path(case)) if (Path(case) / "case.json").exists() else None:
        enter_world(open_before)  # before anything is asked of the wrong account
    subject, not_asked = live_subject(finding, access) if live else (named_subject(finding, options["finding_id"]), ())
    for warning in (
        subject.finding.warnings if subject.finding else ("no finding was given: the case rests on the logs alone",)
    ):
        click.echo(f"note: {plain(warning)}", err=True)
    folder = start_case(
        Path(case), subject, trail=sources, analyst=options["analyst"],
        access=access if live or needs_aws(sources) else None, not_asked=not_asked,
    )  # fmt: skip
    fetch_for(folder, sources, way)
    run_case(folder, sources, parameters, pdf=options["pdf"], printer=printer)


def check_named(parameters: dict[str, Any]) -> None:
    """Refuse files to judge addresses by that cannot be used, and outsiders that gdkit does not know.

    Raises:
        TeamFileError: the team's file has faults.
        GdkitError: a MaxMind file cannot be read.
        ParameterError: a look-up's name is unknown.
    """
    from gdkit.gathering.origin import check_inputs  # noqa: PLC0415 - only what a command needs is loaded

    check_inputs(parameters.get("networks", ""), parameters.get("mmdb", ()), parameters.get("ask", ()))


def run_case(folder: CaseFolder, sources: list[str], parameters: dict[str, Any], *, pdf: bool = False,
             printer: Path | None = None) -> None:  # fmt: skip
    """Run a case's notebooks, write its report, and say where everything is.

    Args:
        folder: a case that was begun.
        sources: where the events come from.
        parameters: of the notebooks, by name.
        pdf: whether the report is printed as PDF too.
        printer: the browser that prints it.

    Raises:
        ReportError: the PDF cannot be made; everything else was.
    """
    from gdkit.report.write import stamp_now  # noqa: PLC0415 - only what a command needs is loaded

    made_at = stamp_now()
    paths = run_notebooks(folder, sources, parameters, made_at)
    _say_where(folder)
    finish_report(paths, printer, made_at, pdf=pdf)
    _say_gaps(folder)


def run_notebooks(folder: CaseFolder, sources: list[str], parameters: dict[str, Any], made_at: datetime) -> list[Path]:
    """Run a case's notebooks and write its report; give the paths of its forms, the page first."""
    from gdkit.report.kernel import kernel_at_work  # noqa: PLC0415 - only what a command needs is loaded
    from gdkit.report.run import Ran, run_investigation  # noqa: PLC0415
    from gdkit.report.write import write_case_report  # noqa: PLC0415

    def done(ran: Ran) -> None:
        click.echo(f"  {ran.name:<12} done in {ran.seconds:.1f} s", err=True)

    with kernel_at_work() as kernel:
        run_investigation(folder, {**parameters, "trail": sources}, kernel=kernel, on_done=done,
                          on_start=lambda name: click.echo(f"  {name:<12} …", err=True))  # fmt: skip
        return write_case_report(folder, made_at)


def _say_where(folder: CaseFolder) -> None:
    from gdkit.case.results import load_result  # noqa: PLC0415

    events = load_result(folder)["events"]
    click.echo(
        f"{events['total']:,} calls with the session's credentials: {events['thief']:,} the thief's, "
        f"{events['workload']:,} the workload's, {events['unknown']:,} not decided."
    )
    click.echo(f"Case:   {folder.path}")
    click.echo(f"Result: {folder.result}")


def _say_gaps(folder: CaseFolder) -> None:
    """End with the status of a run that has gaps, where it has some."""
    from gdkit.case.results import load_result  # noqa: PLC0415

    result = load_result(folder)
    coverage = result["coverage"]
    failed = any(row["failed"] for row in coverage["not_searched"])
    if coverage["unread"] or failed or not result["events"]["total"]:
        click.echo(f"There are gaps: see {folder.coverage}", err=True)
        raise click.exceptions.Exit(GAPS)


def named_subject(text: str, finding_id: str | None = None) -> Subject:
    """Give what FINDING names without AWS: a file with a finding, or an identifier."""
    from gdkit.analysis.subject import subject_of_finding, subject_of_text  # noqa: PLC0415
    from gdkit.findings import load_findings, select_finding  # noqa: PLC0415
    from gdkit.trail.search import subject_of  # noqa: PLC0415

    if not os.path.exists(text):  # noqa: PTH110 - any text may be asked about
        named = subject_of_text(text)
        if named is not None:
            return named
        if not _LIKE_A_PATH.search(text):
            return subject_of(text)  # which says what can be named
    found = load_findings(Path(text))
    for refused in found.refused:
        click.echo(f"note: passed over {plain(refused.type)}: {plain(refused.reason)}", err=True)
    return subject_of_finding(select_finding(found, finding_id), found)


def _parameters(options: dict[str, Any]) -> dict[str, Any]:
    """Give the notebooks' parameters that the options name, checked before anything is written."""
    from gdkit.report.parameters import check_parameters, parse_assignment  # noqa: PLC0415
    from gdkit.report.run import known_parameters, notebook_path  # noqa: PLC0415

    named = {
        "networks": absolute(options["networks"]) if options["networks"] else None,
        "mmdb": [absolute(path) for path in options["mmdb"]],
        "ask": list(options["ask"]),
        "verdict": options["verdict"],
        "verdict_reason": options["reason"],
        "analyst": options["analyst"],
    }
    given = {name: value for name, value in named.items() if value}
    given |= dict(parse_assignment(text, known_parameters()) for text in options["assignments"])
    if given.get("verdict_reason") and not given.get("verdict"):
        raise UsageError("--reason belongs to a verdict", action="add --verdict benign, malicious or undetermined")
    if given.get("verdict") and not given.get("verdict_reason", "").strip():
        raise UsageError("a verdict without a reason is not recorded", action="add --reason TEXT")
    check_parameters(notebook_path("3_classify"), given)
    return given
