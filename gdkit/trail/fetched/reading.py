"""What was fetched, read together with log files by the one loader, each source under its own name in the ledger."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING

from gdkit.trail.fetched.names import key_at
from gdkit.trail.lookup.keys import find_keys_of
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

MOST_ROUNDS = 5
"""How often keys that turned up in one source are asked of the others."""


def fetch_and_read(
    sources: Sequence[RemoteSource],
    question: Question,
    fetch_one: Callable[[RemoteSource, Question], Fetched],
    read: Callable[[list[Path]], Trail],
) -> tuple[Trail, tuple[Fetched, ...]]:
    """Fetch every source and read all of it; keys that turn up in one source, or in files, are asked of all others.

    Args:
        sources: what is to be fetched.
        question: what is asked.
        fetch_one: fetches one source.
        read: reads folders, together with what else there is.

    Returns:
        All events with one ledger, and what each source gave.
    """
    for _ in range(MOST_ROUNDS):
        fetched = tuple(fetch_one(source, question) for source in sources)
        trail = read([one.folder for one in fetched if has_logs(one.folder)])
        keys = find_keys_of(trail.events, question.session_names, question.access_key_ids)
        question = question.with_keys(key.access_key_id for key in keys)
        if any(one.stopped for one in fetched) or all(_answered(one, question) for one in fetched):
            break
    return with_fetched(trail, fetched), fetched


def has_logs(folder: Path) -> bool:
    """Tell whether a fetch left a log file, be it one without a record."""
    return any(path.name != FETCH_STATE for path in folder.rglob("*.json.gz"))


def _answered(fetched: Fetched, question: Question) -> bool:
    return set(question.access_key_ids) <= set(fetched.question.access_key_ids)


def with_fetched(trail: Trail, fetched: Sequence[Fetched]) -> Trail:
    """Give a trail whose ledger names sources in the place of the folders that they were fetched into.

    Args:
        trail: what was read, those folders among it.
        fetched: what was fetched.
    """
    read = trail.coverage
    by_folder = {str(one.folder): one for one in fetched}
    coverage = replace(
        read,
        searched=tuple(_named(row, by_folder.get(row.source)) for row in read.searched),
        not_searched=(*(gap for one in fetched for gap in one.not_searched), *read.not_searched),
        warnings=tuple(dict.fromkeys((*(told for one in fetched for told in one.warnings), *read.warnings))),
        places=(
            *(row for one in fetched for row in one.places),
            *(replace(row, source=by_folder[row.source].source) if row.source in by_folder else row
              for row in read.places),
        ),
        unread=(*(place for one in fetched for place in one.unread), *read.unread),
        passed_over=(*(one for each in fetched for one in each.passed_over), *read.passed_over),
    )  # fmt: skip
    return replace(trail, coverage=coverage, events=_with_origins(trail.events, fetched))


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


def _named(row: Searched, fetched: Fetched | None) -> Searched:
    return row if fetched is None else replace(row, source=f"{fetched.source}: {fetched.cost.brief}")
