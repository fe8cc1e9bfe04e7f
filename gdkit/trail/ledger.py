"""The ledger of a load: what was searched, what was not, what could not be read, and what is odd."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from gdkit.errors import TrailError
from gdkit.model import Coverage, NotSearched, Searched, Unread

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from gdkit.trail.dedupe import Kept
    from gdkit.trail.items import NoteKind
    from gdkit.trail.sources import SourceFiles

_MOST_PLACES = 20
_MOST_NAMES = 5
_SENTENCES: dict[NoteKind, tuple[str, str]] = {
    "time": ("1 event has a time that cannot be read", "{n} events have a time that cannot be read"),
    "no_time": ("1 event has no time", "{n} events have no time"),
    "account": (
        "1 event has an account id that a spreadsheet rounded, so it is left out",
        "{n} events have an account id that a spreadsheet rounded, so it is left out",
    ),
    "differs": (
        "1 event id stands on records that differ in name or time; all of them are kept",
        "{n} event ids stand on records that differ in name or time; all of them are kept",
    ),
    "cells": ("1 row has fewer cells than its header", "{n} rows have fewer cells than their header"),
    "lookup": (
        "1 look-up row has no readable CloudTrailEvent, so only the row's own fields are known",
        "{n} look-up rows have no readable CloudTrailEvent, so only the rows' own fields are known",
    ),
    "bytes": (
        "1 file holds bytes that are no text in its encoding; they are shown as \ufffd",
        "{n} files hold bytes that are no text in their encoding; they are shown as \ufffd",
    ),
}
_DATA_EVENTS = frozenset(
    {
        "GetObject", "PutObject", "HeadObject", "DeleteObject", "DeleteObjects", "CopyObject", "ListObjects",
        "SelectObjectContent", "Invoke", "GetItem", "PutItem", "BatchGetItem", "Scan", "GetRecords",
    }
)  # fmt: skip
"""Names of data events, for records too old to hold eventCategory.

Source: CloudTrail User Guide, "Logging data events".
"""


@dataclass(slots=True)
class _Tally:
    """What one source held."""

    files: int = 0
    size_bytes: int = 0
    records: int = 0
    accounts: set[str] = field(default_factory=set)
    regions: set[str] = field(default_factory=set)
    categories: set[str] = field(default_factory=set)
    first_at: datetime | None = None
    last_at: datetime | None = None


class Ledger:
    """Keeps the books while sources are read."""

    def __init__(self, sources: Iterable[SourceFiles]) -> None:
        self._sources = tuple(sources)
        self._tallies = [_Tally() for _ in self._sources]
        self._unread: list[Unread] = []
        self._places: Counter[str] = Counter()
        self._last: dict[str, Unread] = {}
        self._notes: Counter[NoteKind] = Counter()
        self._first: dict[NoteKind, str] = {}
        self._digests = 0
        self._passed_over = [name for source in self._sources for name in source.passed_over]
        self._data_events = False

    @property
    def records(self) -> int:
        """Records found so far, copies among them."""
        return sum(tally.records for tally in self._tallies)

    def file_read(self, source: int, size_bytes: int) -> None:
        """Book one file that was read, whole or in part."""
        self._tallies[source].files += 1
        self._tallies[source].size_bytes += size_bytes

    def record_found(self, source: int, values: tuple[Any, ...]) -> None:
        """Book one record."""
        tally = self._tallies[source]
        tally.records += 1
        event_at, name, region, account_id, category = values[1], values[2], values[4], values[5], values[6]
        if account_id is not None:
            tally.accounts.add(account_id)
        if region is not None:
            tally.regions.add(region)
        if category is not None:
            tally.categories.add(category)
        if category == "Data" or (category is None and name in _DATA_EVENTS):
            self._data_events = True
        if event_at is not None:
            if tally.first_at is None or event_at < tally.first_at:
                tally.first_at = event_at
            if tally.last_at is None or event_at > tally.last_at:
                tally.last_at = event_at

    def unread(self, file: str, line: int | None, reason: str) -> None:
        """Book a place that could not be read; of very many in one file the first ones and the last are told."""
        self._places[file] += 1
        if self._places[file] <= _MOST_PLACES:
            self._unread.append(Unread(file, line, reason))
        else:
            self._last[file] = Unread(file, line, reason)

    def note(self, kind: NoteKind, file: str, line: int | None) -> None:
        """Count something odd and keep the first place of it."""
        self._notes[kind] += 1
        self._first.setdefault(kind, file if line is None else f"{file}:{line}")

    def digest(self) -> None:
        """Count a digest file."""
        self._digests += 1

    def passed_over(self, file: str) -> None:
        """Book a file that turned out to be no log."""
        self._passed_over.append(file)

    def coverage(self, kept: Iterable[Kept]) -> Coverage:
        """Close the books.

        Raises:
            TrailError: nothing could be read.
        """
        events = Counter(row.source for row in kept)
        if not self.records and self._unread:
            raise _nothing_read(list(self._all_unread()))
        if not self.records and not self._digests and not any(tally.files for tally in self._tallies):
            raise TrailError(
                "no file with CloudTrail events was found",
                where=", ".join(source.source for source in self._sources),
                action="name the folder that holds the .json.gz, .json, .jsonl or .csv files.",
            )
        searched = tuple(
            _searched(source, tally, events[number])
            for number, (source, tally) in enumerate(zip(self._sources, self._tallies, strict=True))
        )
        return Coverage(searched, tuple(self._not_searched()), tuple(self._all_unread()), tuple(self._warnings()))

    def _all_unread(self) -> Iterable[Unread]:
        yield from self._unread
        for file, last in self._last.items():
            hidden = self._places[file] - _MOST_PLACES - 1
            if hidden:
                yield Unread(file, None, f"{hidden} more places in this file could not be read")
            yield last

    def _not_searched(self) -> Iterable[NotSearched]:
        if self._passed_over:
            names = self._passed_over
            more = ", …" if len(names) > _MOST_NAMES else ""
            count = "1 file that is not a log" if len(names) == 1 else f"{len(names)} files that are not logs"
            yield NotSearched(
                f"{count} by name or content: {', '.join(names[:_MOST_NAMES])}{more}", "not CloudTrail logs"
            )
        if self._digests:
            what = "1 digest file" if self._digests == 1 else f"{self._digests} digest files"
            yield NotSearched(what, "digests hold hashes of log files and no events")
        if not self._data_events:
            yield NotSearched(
                "data events",
                "none are in what was loaded, so S3 object reads and the like would not be seen",
            )

    def _warnings(self) -> Iterable[str]:
        if not self.records:
            yield "The files could be read, but hold no event."
        for kind, count in self._notes.items():
            one, many = _SENTENCES[kind]
            sentence = one if count == 1 else many.format(n=count)
            place = "it is" if count == 1 else "first"
            yield f"{sentence}; {place}: {self._first[kind]}"


def _searched(source: SourceFiles, tally: _Tally, events: int) -> Searched:
    return Searched(
        source=source.source,
        kind=source.kind,
        files=tally.files,
        bytes=tally.size_bytes,
        records=tally.records,
        events=events,
        duplicates=tally.records - events,
        accounts=tuple(sorted(tally.accounts)),
        regions=tuple(sorted(tally.regions)),
        event_categories=tuple(sorted(tally.categories)),
        first_event_at=tally.first_at,
        last_event_at=tally.last_at,
    )


def _nothing_read(unread: list[Unread]) -> TrailError:
    first: dict[tuple[str, str], int | None] = {}
    for one in unread:
        first.setdefault((one.file, one.reason), one.line)
    named = [f"{file}{'' if line is None else f':{line}'}: {why}" for (file, why), line in list(first.items())[:3]]
    more = f"; and {len(unread) - len(named)} more places" if len(unread) > len(named) else ""
    return TrailError(
        f"no CloudTrail event could be read ({'; '.join(named)}{more})",
        action="check that these are the trail's log files, whole and readable by you, and load them again.",
    )
