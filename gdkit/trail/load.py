"""Loading a trail: from sources to one table of events, the raw records and the ledger."""

from __future__ import annotations

import gc
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gdkit.tables import EVENTS, frame
from gdkit.trail.csvform import read_csv, separator_of
from gdkit.trail.decode import FileText, NotTextError
from gdkit.trail.dedupe import Kept, KeptEvents
from gdkit.trail.forms import JsonReader
from gdkit.trail.items import Digest, Found, Item, Note, NoteKind, Problem
from gdkit.trail.ledger import Ledger
from gdkit.trail.loglines import holds_records, read_lines
from gdkit.trail.real_paths import shown_path
from gdkit.trail.record import row_of
from gdkit.trail.sources import LogFile, Source, SourceFiles, find_files
from gdkit.trail.window import TextWindow

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    import pandas as pd

    from gdkit.model import Coverage
    from gdkit.trail.fetched.question import Question
    from gdkit.trail.ledger_places import Archived
    from gdkit.trail.search.look import Hit

_RECORDS_BETWEEN_REPORTS = 5_000
_LONGEST_HEADER = 10_000
_OWN_COLUMNS = 4  # form, source_file, source_line, record_number


@dataclass(frozen=True, slots=True)
class Trail:
    """CloudTrail events, and what they stand on.

    Attributes:
        events: one row an event (``tables.EVENTS``), by time and then id, without copies.
        records: the raw text of each event; ``events.record_number`` indexes it.
        coverage: what was and was not read.
    """

    events: pd.DataFrame = field(repr=False)
    records: Sequence[str] = field(repr=False)
    coverage: Coverage


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a load is.

    Attributes:
        bytes_done: bytes of the files, as they lie on disk, read so far.
        bytes: bytes of all files together.
        records: records found so far.
        seconds_left: how long the rest takes, where that can be told.
        what: what is counted as a file.
    """

    files_done: int
    files: int
    bytes_done: int
    bytes: int
    records: int
    seconds_left: float | None = None
    what: str = "files"


class ProseError(Exception):
    """The file holds plain text, and its name does not promise a log."""


def load_trail(
    sources: Source | Iterable[Source],
    *,
    on_progress: Callable[[Progress], None] | None = None,
    asked: Question | None = None,
) -> Trail:
    """Read CloudTrail events from files of any known form, and from archives of them.

    Args:
        sources: a folder (read with its folders), a file, a glob (``**`` too), or an archive (``archive:FOLDER``); or
            several of these.
        on_progress: called now and then while files are read.
        asked: what is asked of the archives; everything that they hold is read if None. Files are read whole.

    Returns:
        The events, sorted by time and then id, each once; the raw records; and what was and was not read.

    Raises:
        UsageError: a source that is no file path (``s3://`` and the like).
        TrailError: a path that is missing, no file found, or no file that could be read.
    """
    found = find_files(sources)
    for source in found:
        source.asked = asked is not None and source.archived is not None
    load = _Load(Ledger(found), on_progress)
    work = [(number, file) for number, source in enumerate(found) for file in source.files]
    archives = [source.archived for source in found if source.archived]
    load.files = len(work) + sum(one.files for one in archives)
    load.bytes = sum(file.size_bytes for _, file in work) + sum(one.size_bytes for one in archives)
    with collector_paused():
        for number, file in work:
            load.read(number, file)
        if archives:
            load.read_archives(found, asked)
        rows = load.kept.in_order()
    for path, line in load.kept.differing().values():
        load.ledger.note("differs", path, line)
    for path, line in load.kept.contradicted.values():
        load.ledger.note("contradicts", path, line)
    coverage = load.ledger.coverage(rows)
    return Trail(events_of(rows), [row.raw for row in rows], coverage)


class _Load:
    """One load under way."""

    def __init__(self, ledger: Ledger, on_progress: Callable[[Progress], None] | None) -> None:
        self.ledger = ledger
        self.kept = KeptEvents()
        self.files = self.bytes = 0
        self._files_done = self._bytes_done = 0
        self._on_progress = on_progress

    def read(self, source: int, file: LogFile) -> None:
        """Read one file; what goes wrong goes into the ledger."""
        name = file.path
        text = FileText(Path(name))
        readable = False
        try:
            for item in read_items(text, file):
                self._take(item, source, name, text)
            readable = True
        except ProseError:
            self.ledger.passed_over(name)
        except NotTextError as error:
            self.ledger.unread(name, None, str(error))
        except OSError as error:
            self.ledger.unread(name, None, f"cannot be opened or read: {error.strerror or error}")
        for problem in text.problems:
            self.ledger.unread(name, problem.line, problem.reason)
        if readable:
            self.ledger.file_read(source, file.size_bytes)
            for note in text.notes:
                self.ledger.note(note.kind, name, note.line)
        self._files_done += 1
        self._bytes_done += file.size_bytes
        self._report(0)

    def read_archives(self, found: Sequence[SourceFiles], asked: Question | None) -> None:
        """Read archives, or what is asked of them; keys that turn up anywhere are asked of all of them."""
        from gdkit.trail.archive.asked import asked_archives  # noqa: PLC0415 - loads Arrow, which few runs need
        from gdkit.trail.fetched.widening import widened  # noqa: PLC0415

        with asked_archives(found, lambda: False) as archives:
            odd: list[tuple[str, int, NoteKind]] = []
            for archive in archives if asked is None else ():
                odd += self._keep(archive.every(), archive.archived)
            while asked is not None:
                for archive in archives:
                    odd += self._keep(archive.answers(asked), archive.archived)
                wider = widened(asked, events_of(self.kept.so_far()), several=len(found) > 1)
                asked = None if wider == asked else wider
            for path, line, kind in sorted(odd):
                self.ledger.note(kind, path, line)
            for archive in archives:
                archive.book(self.ledger)
                self._files_done += archive.archived.files
                self._bytes_done += archive.archived.size_bytes
        self._report(0)

    def _keep(self, hits: Iterable[Hit], archived: Archived) -> list[tuple[str, int, NoteKind]]:
        """Take in records of an archive, and give what is odd about them."""
        odd: list[tuple[str, int, NoteKind]] = []
        for number, hit in enumerate(hits, start=1):
            one = hit.record
            self.ledger.record_found(hit.source, one.values)
            self.kept.add(Kept(one.values, one.raw, one.form, (hit.path, one.line), hit.source))
            odd += [(hit.path, one.line, kind) for kind in one.notes]
            if number % _RECORDS_BETWEEN_REPORTS == 0:
                read = number / max(archived.records, number)
                self._report(int(archived.size_bytes * read), int(archived.files * read))
        return odd

    def _take(self, item: Item, source: int, name: str, text: FileText) -> None:
        if isinstance(item, Found):
            notes: list[NoteKind] = []
            try:
                values = row_of(item.record, item.raw, notes)
            except RecursionError:
                self.ledger.unread(name, item.line, "a record nested too deeply")
                return
            for kind in notes:
                self.ledger.note(kind, name, item.line)
            self.ledger.record_found(source, values)
            self.kept.add(Kept(values, item.raw, item.form, (name, item.line), source))
            if self._on_progress and self.ledger.records % _RECORDS_BETWEEN_REPORTS == 0:
                self._report(text.bytes_read)
        elif isinstance(item, Problem):
            self.ledger.unread(name, item.line, item.reason)
        elif isinstance(item, Note):
            self.ledger.note(item.kind, name, item.line)
        elif isinstance(item, Digest):
            self.ledger.digest()

    def _report(self, more_bytes: int, more_files: int = 0) -> None:
        """Tell how far it is: with what was read of the file, or of the archive, that is under way."""
        if self._on_progress:
            done = min(self._bytes_done + more_bytes, self.bytes)
            files = self._files_done + more_files
            self._on_progress(Progress(files, self.files, done, self.bytes, self.ledger.records))


@contextmanager
def collector_paused() -> Iterator[None]:
    """Keep the garbage collector from walking over millions of live records again and again."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def read_items(text: FileText, file: LogFile) -> Iterator[Item]:
    """Give every record of a file, and every place that is none; how the text begins tells its form.

    Raises:
        ProseError: it holds plain text, and its name does not promise a log.
        NotTextError: it holds no text.
        OSError: it cannot be read.
    """
    window = TextWindow(text.pieces())
    first = window.peek()
    if not first:
        yield from [] if text.problems else [Problem(None, "the file holds only white space")]
        return
    if first in "{[":
        yield from JsonReader(window).items()
        return
    window.ensure(_LONGEST_HEADER)
    end = window.text.find("\n", window.at)
    header = window.text[window.at : end if end >= 0 else window.at + _LONGEST_HEADER]
    separator = separator_of(header)
    if separator is not None:
        yield from read_csv(window, separator)
    elif header.strip() in {"null", "true", "false"}:
        yield from JsonReader(window).items()
    elif holds_records(header):
        yield from read_lines(window)
    elif file.may_be_prose and not holds_records(window.text):
        raise ProseError
    else:
        yield Problem(window.line(), "neither JSON nor a CSV table of CloudTrail events")


def events_of(rows: Sequence[Kept]) -> pd.DataFrame:
    """Make the table of events (``tables.EVENTS``) of rows that are kept, in their order."""
    names = EVENTS.names
    columns: dict[str, list[Any]] = {name: [] for name in names[: len(names) - _OWN_COLUMNS]}
    adders = [column.append for column in columns.values()]
    for row in rows:  # row by row, as they lie in memory: several times faster than column by column
        for add, value in zip(adders, row.values, strict=True):
            add(value)
    columns["form"] = [row.form for row in rows]
    columns["source_file"] = [shown_path(row.place[0]) for row in rows]
    columns["source_line"] = [row.place[1] for row in rows]
    columns["record_number"] = list(range(len(rows)))
    return frame(EVENTS, columns)
