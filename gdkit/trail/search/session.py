"""The events of one session and of all that was chained from it, as a trail."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from gdkit.model import Subject
from gdkit.trail.dedupe import Kept, KeptEvents
from gdkit.trail.items import Digest, Note, Problem
from gdkit.trail.ledger import Ledger
from gdkit.trail.load import Trail, collector_paused, events_of
from gdkit.trail.search.follow import Known
from gdkit.trail.search.look import look_at
from gdkit.trail.search.run import Search
from gdkit.trail.sources import LogFile, Source, find_files

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from gdkit.trail.load import Progress
    from gdkit.trail.search.look import Candidate, Looked


def session_events(
    who: str | os.PathLike[str] | Subject,
    trail: Source | Iterable[Source],
    *,
    on_progress: Callable[[Progress], None] | None = None,
    is_stopped: Callable[[], bool] | None = None,
    workers: int | None = None,
) -> Trail:
    """Give every event of a session and of the credentials chained from it, out of any amount of log files.

    Args:
        who: a principal id (``AROA…:i-…``), an instance id, an access key id, or a file with a finding.
        trail: a folder, a file or a glob; or several of these.
        on_progress: called now and then.
        is_stopped: asked before each file; once it says yes, what was found so far is given.
        workers: how many files are searched at once; one for each core if None.

    Returns:
        The events, their raw records, and what was and was not searched.

    Raises:
        UsageError: the subject fits several roles on one instance, or a source is no file path.
        FindingError: the file holds no finding of use.
        TrailError: a path that is missing, no file found, or no file that could be read.
    """
    subject = who if isinstance(who, Subject) else subject_of(who)
    return search_trail(trail, subject, on_progress=on_progress, is_stopped=is_stopped, workers=workers)


def subject_of(who: str | os.PathLike[str]) -> Subject:
    """Give the session that a text names: an identifier, or else the path of a file with one finding.

    Raises:
        FindingError: the file holds no finding, or one that names no session.
    """
    from gdkit.analysis.subject import subject_of_finding, subject_of_text  # noqa: PLC0415 - loaded where needed
    from gdkit.findings import load_findings, select_finding  # noqa: PLC0415

    named = None if Path(who).exists() else subject_of_text(os.fspath(who))
    if named is not None:
        return named
    found = load_findings(Path(who))
    return subject_of_finding(select_finding(found), found)


def search_trail(
    sources: Source | Iterable[Source],
    subject: Subject,
    *,
    on_progress: Callable[[Progress], None] | None = None,
    is_stopped: Callable[[], bool] | None = None,
    workers: int | None = None,
) -> Trail:
    """Give the same events as a load of the whole trail and ``keep.session_rows``, without parsing the rest.

    A key is searched for until it expires: AWS refuses it from then on. Of copies of an event that differ in who
    called, those that name the session are seen.

    Args:
        sources: as for ``load_trail``.
        subject: the session.
        on_progress: called now and then.
        is_stopped: asked before each file.
        workers: how many files are searched at once.

    Raises:
        UsageError: the subject fits several roles on one instance, or a source is no file path.
        TrailError: as for ``load_trail``.
    """
    found = find_files(sources)
    files = [file for source in found for file in source.files]
    origins = [number for number, source in enumerate(found) for _ in source.files]
    search = Search(files, Known(subject), is_stopped or (lambda: False), look_at)
    with collector_paused():
        search.run(workers, on_progress)
    rows, kept = _kept(search.candidates, files, origins, subject)
    ledger = Ledger(found, sought=True)
    ids, texts = {row.values[0] for row in rows}, {row.raw for row in rows}
    of_file: dict[int, list[Candidate]] = {}
    for (number, _), one in sorted(search.candidates.items()):
        if one.raw in texts or (one.values[0] is not None and one.values[0] in ids):
            of_file.setdefault(number, []).append(one)
    for number, looked in enumerate(search.looked):
        if looked is not None:
            _book(ledger, origins[number], files[number], looked, of_file.get(number, []))
    for event_id, (path, line) in kept.differing().items():
        if event_id in ids:
            ledger.note("differs", path, line)
    if unfinished := search.unfinished:
        ledger.not_reached(unfinished, len(files))
    coverage = ledger.coverage(rows)
    return Trail(events_of(rows), [row.raw for row in rows], coverage)


def _kept(
    candidates: dict[tuple[int, int], Candidate], files: list[LogFile], origins: list[int], subject: Subject
) -> tuple[list[Kept], KeptEvents]:
    """Give the session's events in order, each once, and all events that name an identifier."""
    from gdkit.trail.search.keep import session_rows  # noqa: PLC0415 - needs pandas, so it is loaded on first use

    kept = KeptEvents()
    for (number, _), one in sorted(candidates.items()):
        place = (str(files[number].path), one.line)
        kept.add(Kept(one.values, one.raw, one.form, place, origins[number]))
    rows = kept.in_order()
    of_session = session_rows(events_of(rows), subject)
    return [row for row, is_kept in zip(rows, of_session, strict=True) if is_kept], kept


def _book(ledger: Ledger, source: int, file: LogFile, looked: Looked, records: list[Candidate]) -> None:
    """Tell the ledger of one file."""
    name = str(file.path)
    for one in records:
        for kind in one.notes:
            ledger.note(kind, name, one.line)
        ledger.record_found(source, one.values)
    for item in looked.items:
        if isinstance(item, Problem):
            ledger.unread(name, item.line, item.reason)
        elif isinstance(item, Note):
            ledger.note(item.kind, name, item.line)
        elif isinstance(item, Digest):
            ledger.digest()
    if looked.is_prose:
        ledger.passed_over(name)
    if looked.readable and not looked.is_prose:
        ledger.file_read(source, file.size_bytes)
    if looked.records:
        ledger.others_seen(looked.with_data)
