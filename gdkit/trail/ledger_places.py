"""The ledger's rows for log files: which accounts, regions and times they hold, and of which no event was seen."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from gdkit.ledger_row import LedgerRow

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from pathlib import Path

    from gdkit.trail.sources import SourceFiles

PlaceKey: TypeAlias = tuple[str | None, str | None, str | None]
"""Account, region and kind of event, as records give them."""

_FILE_NAME = re.compile(r"(?P<account>\d{12})_CloudTrail_(?P<region>[a-z]{2,}(?:-[a-z]+)+-\d+)_(?P<at>\d{8}T\d{4})Z_")
_FOLDER = re.compile(r"/(?P<account>\d{12})/CloudTrail/(?P<region>[a-z]{2,}(?:-[a-z]+)+-\d+)/(?P<at>\d{4}/\d\d/\d\d)/")
"""Names of log files and their folders in a trail's bucket.

Source: CloudTrail User Guide, "CloudTrail log file name format" and "Finding your CloudTrail log files".
"""


HOW: Mapping[str, str] = {
    "lookup": "pages of the event history",
    "s3": "log files in S3",
    "athena": "Athena",
    "securitylake": "Security Lake",
    "lake": "CloudTrail Lake",
    "archive": "an archive of log files",
}
"""By what a kind of source was looked at; whatever else there is are log files."""

FILES = "log files"
"""By what that was looked at, and what only the names of files tell of."""

_REDACTED = "the source address is written over in these records"


@dataclass(slots=True)
class PlaceTally:
    """What one source held of one place and kind.

    Attributes:
        hidden: records whose source address is written over.
        data_events: whether any is a data event, by its kind or, in old records, by its name.
    """

    records: int = 0
    hidden: int = 0
    first_at: datetime | None = None
    last_at: datetime | None = None
    data_events: bool = False

    def add(self, at: datetime | None, *, hidden: bool) -> None:
        """Count one record.

        Args:
            at: its time; None where that cannot be read.
            hidden: whether its source address is written over.
        """
        self.records += 1
        self.hidden += hidden
        if at is not None:
            if self.first_at is None or at < self.first_at:
                self.first_at = at
            if self.last_at is None or at > self.last_at:
                self.last_at = at


class NamedPlace(NamedTuple):
    """Account, region and time of delivery that a log file is named for; a folder tells the time to the day."""

    account_id: str
    region: str
    at: datetime | None
    whole_day: bool


@dataclass(slots=True)
class NamedFiles:
    """The files that are named for one account and region."""

    files: int = 0
    unread: int = 0
    first_at: datetime | None = None
    last_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Archived:
    """What an archive of log files holds.

    Attributes:
        folder: of the archive.
        files: log files in it, those that could not be read left out, with their bytes and records.
        places: what its records say of their account, region and kind.
        named: what the names of the log files say.
    """

    folder: Path
    files: int
    size_bytes: int
    records: int
    places: Mapping[PlaceKey, PlaceTally]
    named: Mapping[tuple[str, str], NamedFiles]

    @property
    def with_data(self) -> frozenset[str]:
        """Accounts whose data events it holds."""
        with_data = (account_id for (account_id, *_), place in self.places.items() if place.data_events)
        return frozenset(account_id for account_id in with_data if account_id)


def all_rows(
    source: SourceFiles, places: Mapping[PlaceKey, PlaceTally], unread: Collection[str], *, sought: bool = False
) -> Iterator[LedgerRow]:
    """Give the ledger's rows of one source of files.

    A place counts as searched where records name it, or the names of files do. What no row names was not searched, and
    the last row says so.

    Args:
        source: the source.
        places: what its records name.
        unread: files that could not be read, wholly or in part.
        sought: whether only records that name one session were looked for: then the names of files alone tell what
            was searched, and every place that they name has a row.
    """
    how = HOW.get(source.kind, FILES)
    if sought and source.archived:
        yield from _asked_rows(source, source.archived, places, how)
        seen = {key[:2] for key in source.archived.places}
        yield from _by_name(source, seen, unread, "with no event of it")
        yield from _without_data(source.source, source.archived.places, how)
        yield _not_named(source.source, how)
        return
    for (account_id, region, category), place in sorted(places.items(), key=lambda one: _order(one[0])):
        yield LedgerRow(source.source, "searched", account_id, region, category, place.first_at, place.last_at,
                        place.records, how)  # fmt: skip
        if place.hidden:
            yield LedgerRow(source.source, "redacted", account_id, region, category, place.first_at, place.last_at,
                            place.hidden, how, _REDACTED)  # fmt: skip
    if sought:
        yield from _by_name(source, (), unread, "searched for the session")
    else:
        yield from _by_name(source, {key[:2] for key in places}, unread, "with no event of it")
    yield from _without_data(source.source, places, how)
    yield _not_named(source.source, how)


def _not_named(source: str, how: str) -> LedgerRow:
    return LedgerRow(source, "not searched", how=how,
                     detail="any account, region and time that no row of this source names")  # fmt: skip


def _asked_rows(source: SourceFiles, archived: Archived, places: Mapping[PlaceKey, PlaceTally], how: str
                ) -> Iterator[LedgerRow]:  # fmt: skip
    """Give the rows of an archive that was asked a question: all that it holds was searched, by its index."""
    for key, held in sorted(archived.places.items(), key=lambda one: _order(one[0])):
        found = places.get(key, PlaceTally())
        yield LedgerRow(source.source, "searched", *key, held.first_at, held.last_at, found.records, how,
                        f"{held.records:,} records are held, and were searched for what was asked")  # fmt: skip
        if found.hidden:
            yield LedgerRow(source.source, "redacted", *key, found.first_at, found.last_at, found.hidden, how,
                            _REDACTED)  # fmt: skip


def _by_name(
    source: SourceFiles, seen: Collection[tuple[str | None, str | None]], unread: Collection[str], what: str
) -> Iterator[LedgerRow]:
    """Give the places that names of files promise: those that no record names, and those that could not be read."""
    for (account_id, region), named in sorted(_names(source, unread).items()):
        span = (None, named.first_at, named.last_at)
        if (account_id, region) not in seen and named.unread < named.files:
            yield LedgerRow(source.source, "searched", account_id, region, *span, 0, FILES,
                            f"{_files(named.files)} named for it, {what}; the times are those of the names"
                            )  # fmt: skip
        if named.unread:
            yield LedgerRow(source.source, "unread", account_id, region, *span, None, FILES,
                            f"{named.unread:,} of {_files(named.files)} named for it not read whole")  # fmt: skip


def _names(source: SourceFiles, unread: Collection[str]) -> dict[tuple[str, str], NamedFiles]:
    """Give the accounts and regions that files of a trail's bucket are named for."""
    found: dict[tuple[str, str], NamedFiles] = {}
    if source.archived:
        found = {key: replace(named) for key, named in source.archived.named.items()}
        for place in map(named_place, unread):
            if place is not None and (place.account_id, place.region) in found:
                found[place.account_id, place.region].unread += 1
    for file in source.files:
        place = file.place
        if place is None:
            continue
        named = found.setdefault((place.account_id, place.region), NamedFiles())
        named.files += 1
        named.unread += file.path in unread
        if place.at is not None:
            named.first_at = min(named.first_at or place.at, place.at)
            named.last_at = max(named.last_at or place.at, place.at)
    return found


def named_place(path: str) -> NamedPlace | None:
    """Give what a log file's name or folder, or its key in a bucket, tells of it; None where neither is a trail's.

    >>> named_place("111122223333_CloudTrail_us-east-1_20261101T0305Z_abc.json.gz").region
    'us-east-1'
    """
    match = _FILE_NAME.match(_name(path)) or _FOLDER.search(path if os.sep == "/" else path.replace(os.sep, "/"))
    return _place(*match.groups()) if match else None


def is_delivered(path: str) -> bool:
    """Tell whether a file bears the name of a log file as CloudTrail delivers it; it never writes one again."""
    return _FILE_NAME.match(_name(path)) is not None


def _name(path: str) -> str:
    return path[max(path.rfind("/"), path.rfind(os.sep)) + 1 :]


def _place(account_id: str, region: str, at: str) -> NamedPlace:
    return NamedPlace(*_owner(account_id, region), _time(at), "/" in at)


@lru_cache(maxsize=1 << 10)
def _owner(account_id: str, region: str) -> tuple[str, str]:
    """Give one value for the very many files of one account and region."""
    return account_id, region


@lru_cache(maxsize=1 << 14)
def _time(text: str) -> datetime | None:
    """Read the time in a name, ``20261101T0305`` or ``2026/11/01``; None where the digits make none."""
    try:
        return datetime.fromisoformat(text.replace("/", "-")).replace(tzinfo=UTC)
    except ValueError:
        return None


def _without_data(source: str, places: Mapping[PlaceKey, PlaceTally], how: str) -> Iterator[LedgerRow]:
    accounts: dict[str, bool] = {}
    for (account_id, _, _), place in places.items():
        if account_id is not None:
            accounts[account_id] = accounts.get(account_id, False) or place.data_events
    for account_id in sorted(one for one, with_data in accounts.items() if not with_data):
        yield LedgerRow(source, "no data events", account_id, None, "Data", None, None, 0, how,
                        "reads of S3 objects and the like would not be seen")  # fmt: skip


def _files(count: int) -> str:
    return "1 file" if count == 1 else f"{count:,} files"


def _order(key: PlaceKey) -> tuple[str, ...]:
    return tuple(part or "" for part in key)
