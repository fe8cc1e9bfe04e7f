"""The ledger of a load: what was searched, what was not, what could not be read, and what is odd."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from gdkit.columns import EVENTS
from gdkit.errors import StoppedError
from gdkit.model import Coverage, NotSearched, Searched, Unread
from gdkit.trail.ledger_places import PlaceKey, PlaceTally, all_rows
from gdkit.trail.ledger_sentences import SENTENCES, nothing_read, nothing_there
from gdkit.trail.real_paths import shown_path

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gdkit.trail.dedupe import Kept
    from gdkit.trail.items import NoteKind
    from gdkit.trail.sources import SourceFiles

_ADDRESS_KIND = EVENTS.names.index("address_kind")
MOST_PLACES = 20
"""Places of one file that could not be read, of which each is told."""

_MOST_NAMES = 5
_OTHER_FORMS = frozenset({
    ".zip", ".tar", ".tgz", ".bz2", ".xz", ".zst", ".7z", ".rar", ".lz4", ".parquet", ".orc", ".avro", ".snappy",
    ".sqlite", ".db", ".bak", ".old", ".tmp", ".part", ".xlsx", ".evtx", ".xml",
})  # fmt: skip
"""Endings of files that can hold events in a form that is not read here: a gap, and no noise."""
DATA_EVENTS = frozenset(
    {
        "GetObject", "PutObject", "HeadObject", "DeleteObject", "DeleteObjects", "CopyObject", "ListObjects",
        "SelectObjectContent", "Invoke", "GetItem", "PutItem", "BatchGetItem", "Scan", "GetRecords",
    }
)  # fmt: skip
"""Names of data events, for records too old to hold eventCategory.

Source: CloudTrail User Guide, "Logging data events".
"""


NOT_PARSED = (
    "Records that name nothing of the session were not parsed, so a record among them that is damaged inside is not "
    "told of."
)

_SEARCHED_AS_TEXT = ("files", "s3")
"""Kinds of sources whose records are parsed only where they name the session; others give such records alone."""

STOPPED = "the search was stopped before it was through with them"
"""Why files were not come to, where a person wanted it so."""


@dataclass(slots=True)
class _Tally:
    """What one source held."""

    files: int = 0
    size_bytes: int = 0
    records: int = 0
    places: dict[PlaceKey, PlaceTally] = field(default_factory=dict)


class Ledger:
    """Keeps the books while sources are read.

    Args:
        sources: what is read.
        sought: only records that name one session are looked for, and the others are not parsed.
    """

    def __init__(self, sources: Iterable[SourceFiles], *, sought: bool = False) -> None:
        self._sources = tuple(sources)
        self._sought = sought
        self._others = False
        self._with_data = {account_id or None for source in self._sources for account_id in source.with_data}
        self._not_reached: list[NotSearched] = []
        self._told: list[str] = []
        self._tallies = [_Tally() for _ in self._sources]
        self._unread: list[Unread] = []
        self._places: Counter[str] = Counter()
        self._last: dict[str, Unread] = {}
        self._notes: Counter[NoteKind] = Counter()
        self._first: dict[NoteKind, str] = {}
        self._digests = 0
        self._passed_over = [shown_path(name) for source in self._sources for name in source.passed_over]
        for one in (one for source in self._sources for one in source.unlisted):
            self.unread(one.path, None, f"{one.problem}: {one.todo}")

    @property
    def records(self) -> int:
        """Records found so far, copies among them."""
        return sum(tally.records for tally in self._tallies)

    def file_read(self, source: int, size_bytes: int, files: int = 1) -> None:
        """Book a file that was read, whole or in part, or several with all their bytes."""
        self._tallies[source].files += files
        self._tallies[source].size_bytes += size_bytes

    def record_found(self, source: int, values: tuple[Any, ...]) -> None:
        """Book one record."""
        tally = self._tallies[source]
        tally.records += 1
        name, region, account_id, category = values[2], values[4], values[5], values[6]
        key = (account_id, region, category)
        place = tally.places.get(key)
        if place is None:
            place = tally.places[key] = PlaceTally()
        place.add(values[1], hidden=values[_ADDRESS_KIND] == "redacted")
        if is_data_event(category, name):
            place.data_events = True

    def others_seen(self, with_data: Iterable[str | None] = ()) -> None:
        """Book that a file holds records that were not sought, and the accounts whose data events are among them.

        Where data events were seen and their account is not known (None), of no account it is said that it has none.
        """
        self._others = True
        self._with_data |= set(with_data)

    def not_reached(self, what: str, why: str = STOPPED, *, failed: bool = True) -> None:
        """Book what a search did not come to, and why; not ``failed`` where nobody wanted it to."""
        self._not_reached.append(NotSearched(shown_path(what), why, failed=failed))

    def warn(self, sentence: str) -> None:
        """Book what a reader must know beside the gaps."""
        self._told.append(shown_path(sentence))

    def unread(self, file: str, line: int | None, reason: str, times: int = 1) -> None:
        """Book a place that could not be read; of very many in one file the first ones and the last are told.

        Args:
            file: the file.
            line: where in it; None where it is about the whole file.
            reason: why.
            times: how many places this one stands for, the last of them.
        """
        file = shown_path(file)
        self._places[file] += times
        if self._places[file] <= MOST_PLACES:
            self._unread.append(Unread(file, line, reason))
        else:
            self._last[file] = Unread(file, line, reason)

    def note(self, kind: NoteKind, file: str, line: int | None, times: int = 1) -> None:
        """Count something odd and keep the first place of it."""
        self._notes[kind] += times
        self._first.setdefault(kind, shown_path(file if line is None else f"{file}:{line}"))

    def digest(self, times: int = 1) -> None:
        """Count a digest file."""
        self._digests += times

    def passed_over(self, file: str) -> None:
        """Book a file that turned out to be no log."""
        self._passed_over.append(shown_path(file))

    def coverage(self, kept: Iterable[Kept]) -> Coverage:
        """Close the books.

        Raises:
            TrailError: nothing could be read.
            StoppedError: it was stopped before anything was read.
        """
        events = Counter(row.source for row in kept)
        for tally in self._tallies:
            for key, place in tally.places.items():
                place.data_events |= not self._with_data.isdisjoint({key[0], None})
        if not self.records and self._unread and not self._others:
            raise nothing_read(list(self._all_unread()))
        if not self.records and not self._digests and not any(tally.files for tally in self._tallies):
            if any(gap.reason == STOPPED for gap in self._not_reached):
                raise StoppedError("it was stopped before anything was read", action="run it again")
            raise nothing_there(self._sources)
        searched = tuple(
            _searched(source, tally, events[number])
            for number, (source, tally) in enumerate(zip(self._sources, self._tallies, strict=True))
        )
        places = tuple(
            row
            for source, tally in zip(self._sources, self._tallies, strict=True)
            for row in all_rows(source, tally.places, self._places.keys(), sought=self._sought or source.asked)
        )
        return Coverage(searched, tuple(self._not_searched()), tuple(self._all_unread()), tuple(self._warnings()),
                        places, tuple(self._noise()))  # fmt: skip

    def _all_unread(self) -> Iterable[Unread]:
        yield from self._unread
        for file, last in self._last.items():
            hidden = self._places[file] - MOST_PLACES - 1
            if hidden:
                yield Unread(file, None, f"{hidden} more places in this file could not be read")
            yield last

    def _not_searched(self) -> Iterable[NotSearched]:
        others = [name for name in self._passed_over if _may_hold_events(name)]
        yield from self._not_reached
        if others:
            yield NotSearched(_named(others, "file of another form", "files of other forms"),
                              "they may hold events, and are not read: unpack or convert them, and load them again",
                              failed=True, kind="unread")  # fmt: skip
        yield from self._without_data()

    def _without_data(self) -> Iterable[NotSearched]:
        """Name what data events are missing: all of them, or those of some accounts, where others' are there."""
        places = [(key[0], place) for tally in self._tallies for key, place in tally.places.items()]
        with_data = {account_id for account_id, place in places if place.data_events} | self._with_data
        without = sorted({account_id for account_id, _ in places if account_id is not None} - with_data)
        if not with_data:
            yield NotSearched(
                "data events",
                "none are in what was loaded, so S3 object reads and the like would not be seen",
                kind="no data events",
            )
        elif without:
            yield NotSearched(
                f"data events of {', '.join(without)}",
                f"none are in what was loaded, unlike those of {', '.join(sorted(map(str, with_data - {None})))}",
                kind="no data events",
            )

    def _noise(self) -> Iterable[NotSearched]:
        """Name what was passed over because it is no log: it can hide nothing."""
        names = [name for name in self._passed_over if not _may_hold_events(name)]
        if names:
            yield NotSearched(_named(names, "file that is not a log", "files that are not logs"),
                              "not CloudTrail logs, by name, content or kind of file")  # fmt: skip
        if self._digests:
            what = "1 digest file" if self._digests == 1 else f"{self._digests} digest files"
            yield NotSearched(what, "digests hold hashes of log files and no events")

    def _warnings(self) -> Iterable[str]:
        yield from self._told
        if self._sought and any(source.kind in _SEARCHED_AS_TEXT for source in self._sources):
            yield NOT_PARSED
        if not self.records:
            yield ("No event of the session was seen in what was searched." if self._sought
                   else "The files could be read, but hold no event.")  # fmt: skip
        for kind, (one, many) in SENTENCES.items():
            count = self._notes[kind]
            if not count:
                continue
            sentence = one if count == 1 else many.format(n=count)
            place = "it is" if count == 1 else "first"
            yield f"{sentence}; {place}: {self._first[kind]}"


def is_data_event(category: object, name: object) -> bool:
    """Tell whether a record is a data event, by its category or, in one too old to have that, by its name."""
    return category == "Data" or (category is None and name in DATA_EVENTS)


def _may_hold_events(name: str) -> bool:
    path = PurePath(name)
    return not path.name.startswith(".") and path.suffix.lower() in _OTHER_FORMS


def _named(names: list[str], one: str, many: str) -> str:
    more = ", …" if len(names) > _MOST_NAMES else ""
    return f"{len(names):,} {one if len(names) == 1 else many}: {', '.join(names[:_MOST_NAMES])}{more}"


def _searched(source: SourceFiles, tally: _Tally, events: int) -> Searched:
    places = tally.places
    return Searched(
        source=source.source,
        kind=source.kind,
        files=tally.files,
        bytes=tally.size_bytes,
        records=tally.records,
        events=events,
        duplicates=tally.records - events,
        accounts=tuple(sorted({account_id for account_id, _, _ in places if account_id is not None})),
        regions=tuple(sorted({region for _, region, _ in places if region is not None})),
        event_categories=tuple(sorted({category for _, _, category in places if category is not None})),
        first_event_at=min((place.first_at for place in places.values() if place.first_at), default=None),
        last_event_at=max((place.last_at for place in places.values() if place.last_at), default=None),
        uncategorized_records=sum(place.records for key, place in places.items() if key[2] is None),
    )
