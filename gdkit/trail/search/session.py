"""The events of one session and of all that was chained from it, as a trail."""

from __future__ import annotations

import os
from collections import Counter
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from gdkit.errors import UsageError
from gdkit.model import Subject
from gdkit.trail.dedupe import Kept, KeptEvents
from gdkit.trail.items import Digest, Note, Problem
from gdkit.trail.ledger import Ledger
from gdkit.trail.load import Trail, collector_paused, events_of
from gdkit.trail.search.follow import Known
from gdkit.trail.search.look import READ_WHOLE, Hit, look_at
from gdkit.trail.search.resumed import Keeper
from gdkit.trail.search.run import Search
from gdkit.trail.search.unfollowed import unfollowed
from gdkit.trail.sources import LogFile, Source, SourceFiles, find_files

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    import pandas as pd

    from gdkit.trail.archive.asked import Asked
    from gdkit.trail.items import NoteKind
    from gdkit.trail.load import Progress
    from gdkit.trail.search.look import Candidate, Looked

_WHO = (
    "give a principal id (AROA…:i-…), an instance id (i- and 8 or 17 digits), the ARN of an instance's session "
    "(…:assumed-role/ROLE/i-…), an access key id (20 characters), or a file with a finding"
)


def session_events(
    who: str | os.PathLike[str] | Subject,
    trail: Source | Iterable[Source],
    *,
    on_progress: Callable[[Progress], None] | None = None,
    is_stopped: Callable[[], bool] | None = None,
    workers: int | None = None,
    state: str | os.PathLike[str] | None = None,
) -> Trail:
    """Give every event of a session and of the credentials chained from it, out of any amount of log files.

    Args:
        who: a principal id (``AROA…:i-…``), an instance id, the ARN of an instance's session, an access key id, or a
            file with a finding.
        trail: a folder, a file, a glob or an archive (``archive:FOLDER``); or several of these.
        on_progress: called now and then.
        is_stopped: asked before each file; once it says yes, what was found so far is given.
        workers: how many files are searched at once; one for each core if None.
        state: a file in which it is kept how far the search is: a later call with it, after a stop or as the trail
            grows, leaves out the files that are as they were and in which nothing was found.

    Returns:
        The events, their raw records, and what was and was not searched.

    Raises:
        UsageError: the text names no session and no file, the subject fits several roles on one instance, or a source
            is no file path.
        FindingError: the file holds no finding of use.
        TrailError: a path that is missing, no file found, or no file that could be read.
        CaseWriteError: the file of ``state`` cannot be written.
    """
    subject = who if isinstance(who, Subject) else subject_of(who)
    return search_trail(trail, subject, on_progress=on_progress, is_stopped=is_stopped, workers=workers, state=state)


def subject_of(who: str | os.PathLike[str]) -> Subject:
    """Give the session that a text names: an identifier, or else the path of a file with one finding.

    Raises:
        UsageError: there is no such file, and the text is no identifier.
        FindingError: the file holds no finding, or one that names no session.
    """
    from gdkit.analysis.subject import subject_of_finding, subject_of_text  # noqa: PLC0415 - loaded where needed

    named = subject_of_text(os.fspath(who)) if isinstance(who, str) else None
    if named is not None:  # whatever file or folder has such a name
        return named
    if not os.path.exists(who):  # noqa: PTH110 - any text may be asked about, however long
        raise UsageError("this is no file, and names no session", where=f"{os.fspath(who)!r:.200}", action=_WHO)
    from gdkit.findings import load_findings, select_finding  # noqa: PLC0415 - of a file alone

    found = load_findings(Path(who))
    return subject_of_finding(select_finding(found), found)


@collector_paused()
def search_trail(
    sources: Source | Iterable[Source],
    subject: Subject,
    *,
    on_progress: Callable[[Progress], None] | None = None,
    is_stopped: Callable[[], bool] | None = None,
    workers: int | None = None,
    state: str | os.PathLike[str] | None = None,
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
        state: as for ``session_events``.

    Raises:
        UsageError: the subject fits several roles on one instance, or a source is no file path.
        TrailError: as for ``load_trail``.
        CaseWriteError: the file of ``state`` cannot be written.
    """
    found = find_files(sources)
    files = [file for source in found for file in source.files]
    origins = [number for number, source in enumerate(found) for _ in source.files]
    stopped = is_stopped or (lambda: False)
    known = Known(subject)
    search = Search(files, known, stopped, look_at)
    keeper = Keeper(Path(state), search, known, files) if state is not None else None
    run = keeper.run if keeper else search.run
    with _asked(found, stopped) as archives:
        _look_everywhere(search, archives, known, lambda: run(workers, on_progress))
        of_files = (Hit(origins[number], files[number].path, one) for number, one in _once(search.candidates))
        hits = [*of_files, *(hit for archive in archives for hit in archive.hits())]
        rows, events, kept = _kept(hits, subject)
        ledger = Ledger(found, sought=True)
        _book_hits(ledger, hits, rows, kept)
        for source, file, looked in zip(origins, files, search.looked, strict=True):
            if looked is not None:
                _book(ledger, source, file, looked)
        for archive in archives:
            archive.book(ledger)
    for sentence in unfollowed(events):
        ledger.warn(sentence)
    if unfinished := search.unfinished:
        ledger.not_reached(f"{unfinished:,} of {len(files):,} log files")
    if keeper and keeper.problem:
        ledger.warn(keeper.problem)
    coverage = ledger.coverage(rows)
    return Trail(events, [row.raw for row in rows], coverage)


@contextmanager
def _asked(found: Sequence[SourceFiles], stopped: Callable[[], bool]) -> Iterator[list[Asked]]:
    """Open the archives among sources; Arrow is loaded where there are any."""
    if not any(source.archived for source in found):
        yield []
        return
    from gdkit.trail.archive.asked import asked_archives  # noqa: PLC0415

    with asked_archives(found, stopped) as archives:
        yield archives


def session_hits(hits: Sequence[Hit], subject: Subject) -> list[Hit]:
    """Give those records that are the session's, or of what was chained from it.

    Raises:
        UsageError: the subject fits several roles on one instance.
    """
    rows, _, _ = _kept(hits, subject)
    ids, texts = {row.values[0] for row in rows} - {None}, {row.raw for row in rows}
    return [hit for hit in hits if hit.record.raw in texts or hit.record.values[0] in ids]


def _look_everywhere(search: Search, archives: Sequence[Asked], known: Known, run: Callable[[], None]) -> None:
    """Search files and ask archives, in turns, until none of them tells of anything new."""
    run()
    asked = None
    while archives and asked != len(known.needles):
        asked = len(known.needles)
        for archive in archives:
            archive.follow(known)
        search.follow(())
        run()


def _once(candidates: Mapping[tuple[int, int], Candidate]) -> Iterator[tuple[int, Candidate]]:
    """Give candidates with the numbers of their files, without those that a second look found in another way again."""
    searched: Counter[tuple[int, int, str]] = Counter()
    for (number, place), one in sorted(candidates.items()):
        same = (number, one.line, one.raw)
        if place < READ_WHOLE:
            searched[same] += 1
        elif searched[same]:
            searched[same] -= 1
            continue
        yield number, one


def _kept(hits: Iterable[Hit], subject: Subject) -> tuple[list[Kept], pd.DataFrame, KeptEvents]:
    """Give the session's events in order, each once, their table, and all events that name an identifier."""
    from gdkit.trail.search.keep import session_rows  # noqa: PLC0415 - needs pandas, so it is loaded on first use

    kept = KeptEvents()
    for source, path, one in hits:
        kept.add(Kept(one.values, one.raw, one.form, (path, one.line), source))
    rows = kept.in_order()
    events = events_of(rows)
    of_session = session_rows(events, subject)
    if not of_session.all():
        rows = [row for row, is_kept in zip(rows, of_session, strict=True) if is_kept]
        events = events_of(rows)
    return rows, events, kept


def _book_hits(ledger: Ledger, hits: Iterable[Hit], rows: Iterable[Kept], kept: KeptEvents) -> None:
    """Tell the ledger of the records that are the session's, their copies among them, and what is odd about these."""
    ids, texts = {row.values[0] for row in rows} - {None}, {row.raw for row in rows}
    for hit in hits:
        if hit.record.raw in texts or hit.record.values[0] in ids:
            for kind in hit.record.notes:
                ledger.note(kind, hit.path, hit.record.line)
            ledger.record_found(hit.source, hit.record.values)
    odd: tuple[tuple[NoteKind, dict[str, tuple[str, int]]], ...] = (
        ("differs", kept.differing()), ("contradicts", kept.contradicted))  # fmt: skip
    for kind, places in odd:
        for path, line in (place for event_id, place in places.items() if event_id in ids):
            ledger.note(kind, path, line)


def _book(ledger: Ledger, source: int, file: LogFile, looked: Looked) -> None:
    """Tell the ledger of one file what in it is no record."""
    name = file.path
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
