"""Many findings at once: a case for each leaked session, and an index of them. Part of ``gdkit investigate``."""

from __future__ import annotations

import os
from contextlib import ExitStack
from glob import glob
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gdkit.cli.options import GAPS, plain
from gdkit.errors import CaseConflictError, FindingError, GdkitError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gdkit.analysis.thefts import Theft, Unusable
    from gdkit.cli.investigate import Asked
    from gdkit.report.index_page import CaseRow

SUFFIXES = (".json", ".jsonl", ".ndjson", ".gz")
"""Names of files in a folder that are taken for findings."""

_MAGIC = frozenset("*?[")


def is_many(finding: str, *, every: bool) -> bool:
    """Tell whether FINDING means several: a folder, a glob that files fit, or a file of which all are asked for."""
    return every or os.path.isdir(finding) or (not os.path.exists(finding) and bool(_fitting(finding)))  # noqa: PTH110, PTH112 - any text may be asked about


def investigate_many(finding: str, folder: Path, asked: Asked) -> None:
    """Investigate every theft that the findings are about, one after another, and write the index.

    Args:
        finding: a folder, a glob or a file.
        folder: the folder of cases.
        asked: sources, analyst, way to AWS and parameters, the same for all.

    Raises:
        FindingError: there is no file with a finding that can be used.
        CaseConflictError: the folder is a case itself.
        click.exceptions.Exit: 3 where a case has gaps or failed or a file could not be used, 1 where none was done.
    """
    from gdkit.analysis.thefts import thefts_in  # noqa: PLC0415 - only what a command needs is loaded
    from gdkit.report.index_page import write_index  # noqa: PLC0415

    if (folder / "case.json").exists():
        raise CaseConflictError("this folder is a case itself; the cases of several thefts go into a folder of folders",
                                where=str(folder), action="choose another folder: --case DIR")  # fmt: skip
    thefts, unusable = thefts_in(finding_files(finding))
    for one in unusable:
        click.echo(f"{'NOT USED' if one.failed else 'passed over'}: {plain(f'{one.where}: {one.problem}')}", err=True)
    if not thefts:
        raise FindingError("no finding of this kind stands in it", where=finding,
                           action="see which findings there are with: gdkit findings")  # fmt: skip
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    rows, told = _all_cases(thefts, folder, asked)
    page = write_index(folder, rows, unusable, told)
    _end(rows, unusable, page)


def finding_files(finding: str) -> list[Path]:
    """Give the files that FINDING means, in order; hidden ones of a folder are left out.

    Raises:
        FindingError: there is none.
    """
    path = Path(finding)
    if path.is_dir():
        found = [one for one in path.rglob("*") if one.suffix.lower() in SUFFIXES
                 and not any(part.startswith(".") for part in one.relative_to(path).parts)]  # fmt: skip
    else:
        found = [path] if path.exists() else _fitting(finding)
    files = sorted(one for one in found if one.is_file())
    if not files:
        raise FindingError("there is no file with findings", where=finding,
                           action=f"name a folder with files that end in {', '.join(SUFFIXES)}, or a glob")  # fmt: skip
    return files


def _fitting(pattern: str) -> list[Path]:
    """Give the files that fit a glob; none for a text that is no glob, such as a finding that was pasted."""
    if not _MAGIC & set(pattern) or pattern.lstrip()[:1] in ("{", "["):
        return []
    return [Path(name) for name in glob(pattern, recursive=True)]  # noqa: PTH207 - a whole path, of any root


def _all_cases(thefts: Sequence[Theft], folder: Path, asked: Asked) -> tuple[list[CaseRow], str]:
    """Do every case, with the logs read once for all where that can be; say how often they were read."""
    from gdkit.trail.named import holds_archive, needs_aws  # noqa: PLC0415 - only what a command needs is loaded

    with ExitStack() as stack:
        if needs_aws(asked.sources):
            told = "AWS was asked, and every file beside it read, anew for each case."
        elif holds_archive(asked.sources):
            told = "The archive was asked, and every file beside it read, anew for each case."
        elif len(thefts) == 1:
            told = "The log files were read once."
        else:
            from gdkit.progress import progress_tellers  # noqa: PLC0415
            from gdkit.trail.kept import reading_once  # noqa: PLC0415

            click.echo("  logs         …", err=True)
            read = stack.enter_context(reading_once(asked.sources, folder, on_progress=progress_tellers().files))
            told = f"The log files were read once for all cases: {len(read.events):,} events."
        return [_one_case(theft, number, len(thefts), folder, asked)
                for number, theft in enumerate(thefts, start=1)], told  # fmt: skip


def _one_case(theft: Theft, number: int, total: int, folder: Path, asked: Asked) -> CaseRow:
    """Do one case; what goes wrong in it is in its row, and stops no other."""
    from gdkit.report.index_page import failed_row  # noqa: PLC0415 - only what a command needs is loaded

    click.echo(f"Case {number} of {total}: {theft.name}", err=True)
    try:
        return _done(theft, folder, asked)
    except GdkitError as error:
        click.echo(f"  FAILED: {plain(str(error))}", err=True)
        return failed_row(theft, theft.name, str(error))


def _done(theft: Theft, folder: Path, asked: Asked) -> CaseRow:
    from gdkit.case.evidence import load_table  # noqa: PLC0415 - only what a command needs is loaded
    from gdkit.case.folder import start_case  # noqa: PLC0415
    from gdkit.case.results import load_result  # noqa: PLC0415
    from gdkit.cli.fetching import fetch_for  # noqa: PLC0415
    from gdkit.cli.investigate import run_notebooks  # noqa: PLC0415
    from gdkit.report.index_page import Found, done_row  # noqa: PLC0415
    from gdkit.report.write import stamp_now  # noqa: PLC0415

    path = folder / theft.name
    case = start_case(path, theft.subject(_held(path)), trail=list(asked.sources), analyst=asked.analyst,
                      access=asked.access)  # fmt: skip
    fetch_for(case, asked.sources, asked.way)
    report = run_notebooks(case, asked.sources, asked.parameters, stamp_now())[0]
    table = load_table(case, "addresses")
    addresses = table.loc[table["thief_events"] > 0, "source_address"].dropna()
    found = Found(load_result(case), tuple(str(one) for one in addresses))
    return done_row(theft, theft.name, f"{theft.name}/{report.relative_to(case.path).as_posix()}", found)


def _held(path: Path) -> str | None:
    """Give the id of the finding that a case was begun for in an earlier run; None where there is none."""
    from gdkit.case.folder import CaseFolder, case_about  # noqa: PLC0415 - only what a command needs is loaded

    case = CaseFolder(path)
    held = case_about(case).get("subject") if case.about.exists() else None
    return str(held["finding_id"]) if isinstance(held, dict) and held.get("finding_id") else None


def _end(rows: Sequence[CaseRow], unusable: Sequence[Unusable], page: Path) -> None:
    """Say what came of it, and end with a status that a script can go by."""
    from gdkit.report.index_page import summary  # noqa: PLC0415 - only what a command needs is loaded

    states = [row.state for row in rows]
    click.echo(summary(rows, unusable))
    click.echo(f"Index:  {page.resolve()}")
    if states.count("failed") == len(rows):
        raise click.exceptions.Exit(1)
    if states.count("done") < len(rows) or any(one.failed for one in unusable):
        raise click.exceptions.Exit(GAPS)


def refuse_for_one(options: dict[str, Any]) -> None:
    """Refuse options that are about one theft alone.

    Raises:
        UsageError: one is given.
    """
    for name, given in (("--verdict", options["verdict"]), ("--id", options["finding_id"]), ("--pdf", options["pdf"])):
        if given:
            raise UsageError(f"{name} is meant for one theft, and several may be given",
                             action="investigate them first, read each report, and decide case by case")  # fmt: skip
