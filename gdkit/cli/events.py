"""The command that pulls one session out of any amount of logs: ``gdkit events``."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gdkit.cli.fetching import SOURCES, check_used, fetch_options, read_aside, told_way
from gdkit.cli.options import GAPS, absolute, plain
from gdkit.cli.stopping import stopped_by_ctrl_c
from gdkit.errors import CaseWriteError, UsageError
from gdkit.sizes import size_text

if TYPE_CHECKING:
    import threading
    from collections.abc import Iterator

    import pandas as pd

    from gdkit.trail import Trail

_SHOWN = 12
"""Keys and files that are named one by one."""
_WRITABLE = "name a file in a folder that is there and writable."


@click.command()
@click.argument("who", metavar="WHO")
@click.option("--trail", "trail", multiple=True, required=True, metavar="SOURCE",
              help=f"Folder, file or glob of CloudTrail logs; {SOURCES}. Give it again for more.")  # fmt: skip
@click.option("--csv", "csv_file", metavar="FILE", help="Write the events as CSV, safe to open in a spreadsheet.")
@click.option("--parquet", "parquet_file", metavar="FILE", help="Write the events as Parquet, every value as it is.")
@click.option("--json", "as_json", is_flag=True, help="Write events and coverage as JSON to the standard output.")
@click.option(
    "--workers", type=click.IntRange(min=1), metavar="N", help="Files searched at once; one a core if not given."
)
@click.option(
    "--keep",
    metavar="DIR",
    help="Keep there how far the search is, and what is fetched from AWS; a later run goes on from it.",
)
@fetch_options
def events(who: str, trail: tuple[str, ...], *, as_json: bool, **options: Any) -> None:
    """Write every event of one session and of the credentials chained from it.

    WHO is a principal id (AROA…:i-…), an instance id, the ARN of an instance's session, an access key id, or a file
    with a finding. Records that cannot name the session are not parsed, so that unpacking the files is most of the
    work. Ctrl-C stops the search and gives what was found by then; a second one ends it, and writes nothing.
    """
    from gdkit.trail.sources import LOOKUP  # noqa: PLC0415 - only what a command needs is loaded

    csv_file, parquet_file = options["csv_file"], options["parquet_file"]
    if sum(map(bool, (csv_file, parquet_file, as_json))) > 1:
        raise UsageError("--csv, --parquet and --json exclude each other", action="give one of them.")
    if LOOKUP in trail:
        raise UsageError("the event history is asked by 'gdkit investigate'; this command searches logs",
                         action="give log files, or a trail's bucket, with --trail.")  # fmt: skip
    if named := csv_file or parquet_file:
        _refuse_unwritable(Path(named))
    with stopped_by_ctrl_c("Stopped; nothing was written. With --keep a later run goes on from there.") as stop:
        found = _found(who, [absolute(source) for source in trail], options, stop)
    if as_json:
        click.echo(json.dumps(_document(found), indent=2))
    else:
        _write(found.events, csv_file, parquet_file)
        for line in _lines(found):
            click.echo(plain(line))
    gaps = bool(found.coverage.unread) or any(row.failed for row in found.coverage.not_searched)
    if gaps:
        click.echo("There are gaps: not everything could be searched.", err=True)
    if gaps or found.events.empty:
        raise click.exceptions.Exit(GAPS)


def _found(who: str, sources: list[str], options: dict[str, Any], stop: threading.Event) -> Trail:
    """Search files, and sources in AWS with them."""
    from gdkit.gathering.window import looked_since  # noqa: PLC0415 - only what a command needs is loaded
    from gdkit.trail.fetched import question_of  # noqa: PLC0415
    from gdkit.trail.named import file_sources, needs_aws  # noqa: PLC0415
    from gdkit.trail.search import search_trail, state_file, subject_of  # noqa: PLC0415

    way, subject, keep = told_way(options), subject_of(who), options["keep"]
    of_files = keep and file_sources(sources)
    state = state_file(Path(keep).expanduser().absolute(), subject, sources) if of_files else None
    way = replace(way, tellers=replace(way.tellers, stop=stop))

    def read(files: list[str]) -> Trail:
        return search_trail(files, subject, on_progress=way.tellers.files, is_stopped=stop.is_set,
                            workers=options["workers"], state=state)  # fmt: skip

    check_used(sources, way.terms, {"--region": way.access.regions})
    if not needs_aws(sources):
        return read(sources)
    now = datetime.now(UTC)
    question = question_of(subject, way.terms.since or looked_since(subject, now), way.terms.until or now,
                           regions=way.access.regions, around=False)  # fmt: skip
    return read_aside(sources, question, read, keep, way)


def _refuse_unwritable(named: Path) -> None:
    """See that a file can be written where it is wanted, before the search that is to fill it."""
    folder = named.absolute().parent
    if named.is_dir():
        problem = "it is a folder"
    elif not folder.is_dir():
        problem = "its folder is not there"
    elif not os.access(folder, os.W_OK):
        problem = "nothing can be written in its folder"
    else:
        return
    raise CaseWriteError(f"it cannot be written: {problem}", where=str(named), action=_WRITABLE)


def _document(found: Trail) -> dict[str, object]:
    from gdkit.analysis.coverage_ledger import coverage_document  # noqa: PLC0415 - only what a command needs is loaded
    from gdkit.tables import json_values, rows_of  # noqa: PLC0415

    rows = [json_values(row) for row in rows_of(found.events)]
    return {"events": rows, "coverage": coverage_document(found.coverage)}


def _write(table: pd.DataFrame, csv_file: str | None, parquet_file: str | None) -> None:
    from gdkit.columns import EVENTS  # noqa: PLC0415
    from gdkit.ui.csv_guard import guarded  # noqa: PLC0415

    named = csv_file or parquet_file
    if named is None:
        return
    try:
        if csv_file:
            texts = [name for name in EVENTS.names if table[name].dtype == "str"]
            safe = {name: table[name].map(guarded, na_action="ignore").astype("str") for name in texts}
            table.assign(**safe).to_csv(csv_file, index=False, date_format="%Y-%m-%dT%H:%M:%SZ")
        else:
            table.to_parquet(named, engine="pyarrow", compression="zstd", index=False)
    except OSError as error:
        raise CaseWriteError(f"it cannot be written: {error.strerror or error}", where=named,
                             action=_WRITABLE) from error  # fmt: skip
    click.echo(f"Written: {Path(named).absolute()}", err=True)


def _lines(found: Trail) -> Iterator[str]:
    """Say how many events there are, with which keys, from which files, and what was not read."""
    from gdkit.analysis.coverage_ledger import gap_counts, gap_words  # noqa: PLC0415
    from gdkit.trail.named import ARCHIVED  # noqa: PLC0415
    from gdkit.ui.words import many, when  # noqa: PLC0415

    table, coverage = found.events, found.coverage
    files, size_bytes = (sum(getattr(row, name) for row in coverage.searched) for name in ("files", "bytes"))
    searched = f"{many(files, 'file')}, {size_text(size_bytes)}"
    if table.empty:
        yield f"No event of the session was seen in what was searched ({searched}). That is no proof of no use."
    else:
        at = table["event_at"].dropna()
        span = f", {when(at.min())} to {when(at.max())}" if len(at) else ""
        yield f"{many(len(table), 'event')} of the session and of what was chained from it{span}; searched: {searched}."
        yield from _counted(table, ["principal_id", "access_key_id"], "credential")
        yield from _counted(table, ["source_file"], "file")
    yield from (f"Read in AWS: {row.source}." for row in coverage.searched
                if row.kind not in ("files", ARCHIVED))  # fmt: skip
    if gaps := gap_counts(coverage):
        yield f"What this cannot show: {gap_words(gaps)}."
    for gap in coverage.not_searched:
        yield f"  - {gap.what}: {gap.reason}"
    for one in coverage.unread[:_SHOWN]:
        yield f"  - not read: {one.file}{'' if one.line is None else f', line {one.line:,}'}: {one.reason}"
    if len(coverage.unread) > _SHOWN:
        yield f"  - not read: {many(len(coverage.unread) - _SHOWN, 'more place')}, named in --json"
    for warning in coverage.warnings:
        yield f"Note: {warning}"


def _counted(table: pd.DataFrame, names: list[str], what: str) -> Iterator[str]:
    """Count events by some columns: the most frequent ones by name."""
    from gdkit.ui.words import many  # noqa: PLC0415 - only what a command needs is loaded

    counts = table[names].fillna("not recorded").value_counts()
    yield f"By {what}, {many(len(counts), what)}:"
    for key, count in counts.head(_SHOWN).items():
        yield f"  {count:>7,}  {'  '.join(key) if isinstance(key, tuple) else key}"
    if len(counts) > _SHOWN:
        yield f"           and {many(len(counts) - _SHOWN, f'more {what}')}"
