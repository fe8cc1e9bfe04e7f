"""The log files of a trail that can hold what is asked for, by the days of their delivery."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from datetime import date, timedelta
from math import ceil
from typing import TYPE_CHECKING, NamedTuple

from gdkit.errors import AwsCall, AwsError, StoppedError
from gdkit.trail.delivery import EARLY, LATE_DELIVERY
from gdkit.trail.ledger_places import is_delivered, named_place
from gdkit.trail.load import Progress
from gdkit.trail.s3.layout import find_layout

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from gdkit.aws.objects import Bucket, Stored
    from gdkit.trail.fetched import Question, Watch
    from gdkit.trail.ledger_places import NamedPlace
    from gdkit.trail.s3.layout import Folder, Layout

_LISTS_AT_ONCE = 32
_MOST_UNKNOWN = 1_000_000
"""So many objects are listed in a bucket that is not laid out as CloudTrail does it: it may be quite another one."""
_KEYS_A_PAGE = 1000
"""Source: S3 API Reference, ListObjectsV2, MaxKeys."""
_LOG = re.compile(r"\.json(?:\.gz)?$")
_MAY_HOLD_EVENTS = re.compile(r"\.(?:gz|jsonl|ndjson|csv|log|zip|tar|tgz|bz2|xz|zst|parquet)$", re.IGNORECASE)
"""How copies of log files, and exports of events, may be named that CloudTrail does not name so."""
_NO_LOG = re.compile(r"(?:^|/)CloudTrail-(?:Digest|Insight)/|_CloudTrail-(?:Digest|Insight)_")


class LogObject(NamedTuple):
    """One object to read, as a search takes a file; there may be very many.

    Attributes:
        place: account, region and time that it is named for; None where its name is none of a trail's.
    """

    stored: Stored
    place: NamedPlace | None

    @property
    def size_bytes(self) -> int:
        """Its size in the bucket."""
        return self.stored.size_bytes

    @property
    def path(self) -> str:
        """Its key."""
        return self.stored.key

    @property
    def may_be_prose(self) -> bool:
        """Whether plain text in it is no loss: never, by its name it is a log."""
        return False


def _may_hold_events(one: Stored) -> bool:
    """Tell whether an object that does not end as a log file does may be one, or hold some."""
    return one.size_bytes > 0 and (_MAY_HOLD_EVENTS.search(one.key) is not None or is_delivered(one.key))


class _Wanted:
    """What log files are asked for."""

    def __init__(self, question: Question) -> None:
        self._regions, self._account_ids = frozenset(question.regions), frozenset(question.account_ids)
        self.first_at, self.last_at = question.since - EARLY, question.until + LATE_DELIVERY
        self._first_day = self.first_at.replace(hour=0, minute=0, second=0, microsecond=0)

    def __contains__(self, place: NamedPlace) -> bool:
        """Tell whether a file that is named for a place and time can hold events that are asked for."""
        if self._regions and place.region not in self._regions:
            return False
        if self._account_ids and place.account_id not in self._account_ids:
            return False
        first_at = self._first_day if place.whole_day else self.first_at
        return place.at is None or first_at <= place.at <= self.last_at


@dataclass(slots=True)
class FolderListing:
    """What one folder holds for the question.

    Attributes:
        objects: to be read.
        others: objects that hold no calls by their names, such as digests.
        unlike: objects that may hold calls, and are not named as log files are; they are not read.
        first_unlike: the key of one of them.
        outside: log files of other accounts, regions or times.
        error: why the folder could not be listed whole.
    """

    folder: Folder
    objects: list[LogObject] = field(default_factory=list)
    others: int = 0
    unlike: int = 0
    first_unlike: str = ""
    outside: int = 0
    requests: int = 0
    error: AwsError | None = None

    def take(self, one: Stored, wanted: _Wanted) -> None:
        """Sort in one object of the listing."""
        is_log = _LOG.search(one.key) is not None
        if _NO_LOG.search(one.key) or not (is_log or _may_hold_events(one)):
            self.others += 1
            return
        place = named_place(one.key)
        if place is not None and place not in wanted:
            self.outside += 1
        elif is_log:
            self.objects.append(LogObject(one, place))
        else:
            self.unlike += 1
            self.first_unlike = self.first_unlike or one.key


@dataclass(frozen=True, slots=True)
class Listing:
    """What a trail holds for the question."""

    layout: Layout
    folders: tuple[FolderListing, ...]

    @property
    def objects(self) -> list[LogObject]:
        """All objects to be read."""
        return [one for folder in self.folders for one in folder.objects]

    @property
    def unlike(self) -> int:
        """Number of objects that may hold calls, and are not named as log files are."""
        return sum(folder.unlike for folder in self.folders)

    @property
    def requests(self) -> int:
        """Requests that the listing took."""
        return self.layout.requests + sum(folder.requests for folder in self.folders)


def list_trail(bucket: Bucket, prefix: str, question: Question, watch: Watch) -> Listing:
    """List a trail's log files that can hold what is asked for.

    Raises:
        AwsError: the prefix itself cannot be listed, or nothing below it.
        StoppedError: a person wanted it to stop; a listing is not gone on with, but begun anew.
    """
    layout = find_layout(bucket.folders, prefix, question)
    found = [FolderListing(folder) for folder in layout.folders]
    wanted = _Wanted(question)
    parts = [part for one in found for part in _parts(one, wanted, len(found))]
    for number, (part, (stored, error)) in enumerate(_listed(bucket, parts, watch), start=1):
        part.listing.error = part.listing.error or error
        part.listing.requests += max(1, ceil(len(stored) / _KEYS_A_PAGE))
        for one in stored:
            part.listing.take(one, wanted)
        if watch.on_progress:
            size = sum(one.size_bytes for each in found for one in each.objects) if number == len(parts) else 0
            watch.on_progress(Progress(number, len(parts), size, size, 0, what="folders listed"))
    if watch.is_stopped():
        raise StoppedError("it was stopped while the log files were listed; nothing was read yet",
                           action="run it again")  # fmt: skip
    listing = Listing(layout, tuple(found))
    if error := _of_everything(listing):
        raise error
    return listing


def _of_everything(listing: Listing) -> AwsError | None:
    """Give why nothing at all could be listed; None where anything was."""
    errors = [error for _, error in listing.layout.failed] + [one.error for one in listing.folders if one.error]
    listed = listing.objects or listing.layout.left_out or not all(one.error for one in listing.folders)
    return errors[0] if errors and not listed else None


class _Part(NamedTuple):
    """A part of a folder that is listed by itself: behind one key, and up to another one."""

    listing: FolderListing
    after: str
    end: str


def _parts(listing: FolderListing, wanted: _Wanted, folders: int) -> Iterator[_Part]:
    """Give the parts of a folder: one where there are many folders, more days by themselves where there are few."""
    prefix = listing.folder.prefix
    if not listing.folder.by_day:
        yield _Part(listing, "", "")
        return
    first, last = wanted.first_at.date(), wanted.last_at.date()
    days = (last - first).days + 1
    length = ceil(days / max(1, min(days, _LISTS_AT_ONCE // folders)))
    for begin in range(0, days, length):
        begin_on, end_on = first + timedelta(begin), first + timedelta(min(begin + length, days) - 1)
        yield _Part(listing, _day(prefix, begin_on), f"{_day(prefix, end_on)}/\U0010ffff")


def _day(prefix: str, day: date) -> str:
    return f"{prefix}{day:%Y/%m/%d}"


def _listed(
    bucket: Bucket, parts: Sequence[_Part], watch: Watch
) -> Iterator[tuple[_Part, tuple[list[Stored], AwsError | None]]]:
    """List parts, many at once, and give each as it comes; nothing more is begun where the caller leaves off."""
    with ThreadPoolExecutor(_LISTS_AT_ONCE, "gdkit-list") as pool:
        listing = {pool.submit(_list_part, bucket, part, watch.is_stopped): part for part in parts}
        try:
            for done in as_completed(listing):
                yield listing[done], done.result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _list_part(bucket: Bucket, part: _Part, is_stopped: Callable[[], bool]) -> tuple[list[Stored], AwsError | None]:
    found: list[Stored] = []
    try:
        for page in bucket.objects(part.listing.folder.prefix, part.after):
            found += page
            if is_stopped() or (part.end and page[-1].key > part.end):
                break
            if part.listing.folder.account_id is None and len(found) > _MOST_UNKNOWN:
                return found, _too_many(bucket)
    except AwsError as error:
        return found, error
    return ([one for one in found if one.key <= part.end] if part.end else found), None


def _too_many(bucket: Bucket) -> AwsError:
    return AwsError(
        f"more than {_MOST_UNKNOWN:,} objects lie there, and none of them as CloudTrail lays them out, so the rest was "
        "not listed",
        call=AwsCall("s3", "ListObjectsV2", region=bucket.region),
        kind="refused_here",
        action="name a longer prefix: the one before AWSLogs/, as the trail's settings show",
    )
