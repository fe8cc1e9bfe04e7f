"""What was fetched, read together with log files by the one loader, each source under its own name in the ledger."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING

from gdkit.errors import StoppedError
from gdkit.model import utc_text
from gdkit.trail.fetched.names import key_at
from gdkit.trail.fetched.widening import widened
from gdkit.trail.sources import FETCH_STATE

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    import pandas as pd

    from gdkit.model import Searched
    from gdkit.trail.fetched.question import Question
    from gdkit.trail.fetched.values import Fetched
    from gdkit.trail.load import Trail
    from gdkit.trail.named import RemoteSource


def fetch_and_read(
    sources: Sequence[RemoteSource],
    question: Question,
    fetch_one: Callable[[RemoteSource, Question], Fetched],
    read: Callable[[list[Path]], Trail],
) -> tuple[Trail, tuple[Fetched, ...]]:
    """Fetch every source and read all of it; what turns up in one source, or in files, is asked of all others.

    Args:
        sources: what is to be fetched.
        question: what is asked.
        fetch_one: fetches one source.
        read: reads folders, together with what else there is.

    Returns:
        All events with one ledger, and what each source gave.

    Raises:
        StoppedError: it was stopped before there was anything to read.
    """
    while True:
        fetched = tuple(fetch_one(source, question) for source in sources)
        folders = [one.folder for one in fetched if has_logs(one.folder)]
        if not folders and any(one.stopped for one in fetched):
            todo = "run it again; with --keep FOLDER, or in a case, it goes on from where it was"
            raise StoppedError("it was stopped before anything was read", action=todo)
        trail = read(folders)
        wider = widened(question, trail.events, several=len(sources) > 1 or len(trail.coverage.searched) > 1)
        if wider == question or any(one.stopped for one in fetched) or all(_answered(one, wider) for one in fetched):
            return with_fetched(trail, fetched), fetched
        question = wider


def has_logs(folder: Path) -> bool:
    """Tell whether a fetch left a log file, be it one without a record."""
    return any(path.name != FETCH_STATE for path in folder.rglob("*.json.gz"))


def _answered(fetched: Fetched, question: Question) -> bool:
    return set(question.names) <= set(fetched.question.names)


def with_fetched(trail: Trail, fetched: Sequence[Fetched]) -> Trail:
    """Give a trail whose ledger names sources in the place of the folders that they were fetched into.

    Where all of it was fetched, events outside the time that was asked about are left out, of whatever source: log
    files hold such, and tables are not asked for them. With files beside it, which are read whole, nothing is left out.

    Args:
        trail: what was read, those folders among it.
        fetched: what was fetched.
    """
    trail, outside = _within_span(trail, fetched)
    read = trail.coverage
    by_folder = {str(one.folder): one for one in fetched}
    told = [*_spans_told(fetched), *(sentence for one in fetched for sentence in one.warnings)]
    coverage = replace(
        read,
        searched=tuple(_named(row, by_folder.get(row.source)) for row in read.searched),
        not_searched=(*(gap for one in fetched for gap in one.not_searched), *read.not_searched),
        warnings=tuple(dict.fromkeys((*told, *outside, *read.warnings))),
        places=(
            *(row for one in fetched for row in one.places),
            *(replace(row, source=by_folder[row.source].source) if row.source in by_folder else row
              for row in read.places),
        ),
        unread=(*(place for one in fetched for place in one.unread), *read.unread),
        passed_over=(*(one for each in fetched for one in each.passed_over), *read.passed_over),
    )  # fmt: skip
    return replace(trail, coverage=coverage, events=_with_origins(trail.events, fetched))


def _spans_told(fetched: Sequence[Fetched]) -> list[str]:
    """Say of which time sources were asked, and that nothing of before is known that leads into it."""
    spans = {(one.question.since, one.question.until) for one in fetched if not one.question.names_nobody}
    return [f"Sources in AWS were asked about {utc_text(since)} to {utc_text(until)}. Calls with credentials that the "
            "session had issued before that are not known of: for them give an earlier --since."
            for since, until in sorted(spans)]  # fmt: skip


def _within_span(trail: Trail, fetched: Sequence[Fetched]) -> tuple[Trail, list[str]]:
    """Leave out events that no source was asked about, and say how many; those without a time stay."""
    folders = {str(one.folder) for one in fetched}
    if not fetched or any(row.source not in folders for row in trail.coverage.searched):
        return trail, []
    at = trail.events["event_at"]
    asked = at.isna()
    for one in fetched:
        asked |= at.between(one.question.since, one.question.until)
    if asked.all():
        return trail, []
    spans = {f"{utc_text(one.question.since)} to {utc_text(one.question.until)}" for one in fetched}
    said = (f"{int((~asked).sum()):,} events of another time than was asked about ({'; '.join(sorted(spans))}) "
            "stood in what was read, and were left out. To see them, ask about a longer time.")  # fmt: skip
    records = [trail.records[number] for number in trail.events["record_number"][asked]]
    events = trail.events[asked].reset_index(drop=True)
    return replace(trail, events=events.assign(record_number=range(len(events))).astype(trail.events.dtypes),
                   records=records), [said]  # fmt: skip


def _with_origins(events: pd.DataFrame, fetched: Sequence[Fetched]) -> pd.DataFrame:
    """Name the log file of the source in the place of the copy of what matters in it."""
    files = events["source_file"]
    for one in fetched:
        folder = f"{one.folder}{os.sep}"
        if one.origin:
            named = {path: f"{one.origin}{key_at(path[len(folder) :])}" for path in files.dropna().unique()
                     if path.startswith(folder)}  # fmt: skip
            files = files.map(lambda path, named=named: named.get(path, path)).astype(files.dtype)
    return events.assign(source_file=files)


def of_sources(trail: Trail, fetched: Sequence[Fetched]) -> Trail:
    """Name sources in the place of folders that are not kept: of what they held, nothing can be looked up there.

    Args:
        trail: from ``fetch_and_read``.
        fetched: from there, too.
    """
    events, files = trail.events, trail.events["source_file"]
    for one in fetched:
        files = files.mask(files.str.startswith(f"{one.folder}{os.sep}", na=False), one.source)
    return replace(trail, events=events.assign(source_file=files))


def _named(row: Searched, fetched: Fetched | None) -> Searched:
    """Name the source; a file that only tells that there was no record is none of it."""
    if fetched is None:
        return row
    named = replace(row, source=f"{fetched.source}: {fetched.cost.brief}")
    return named if fetched.records else replace(named, files=0, bytes=0)
