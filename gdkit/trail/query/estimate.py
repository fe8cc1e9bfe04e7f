"""What a query would scan, told before it is run: the objects of the partitions that it leaves, listed in S3.

Athena itself does not tell: its EXPLAIN names tables and columns, and has no sizes where a table has no statistics.
Compressed log files are scanned whole, so for them the listing is exact; of Parquet it is the most that is scanned.

Source: Athena User Guide, "Using EXPLAIN and EXPLAIN ANALYZE"; S3 API Reference, ListObjectsV2.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from random import Random
from typing import TYPE_CHECKING, Any, NamedTuple

from gdkit.aws.calls import ask, need
from gdkit.aws.parallel import in_parallel
from gdkit.errors import AwsCall
from gdkit.trail.query.ocsf import FOLDERS
from gdkit.trail.query.partitions import locations

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from gdkit.trail.fetched.question import Question
    from gdkit.trail.query.partitions import Partition
    from gdkit.trail.query.table import TableShape

MOST_LISTED = 1000
"""So many places are listed; of more, so many that are spread over all, and the rest is taken to be like them."""


class Measured(NamedTuple):
    """What lies in the places that a query reads.

    Attributes:
        objects: how many objects.
        bytes: their bytes, compressed as they lie there.
        requests: how many requests it took to see.
        note: what is to be known of these numbers; a few words, or empty.
        newest_at: when the newest of the objects was put there; None where there is none.
    """

    objects: int
    bytes: int
    requests: int
    note: str = ""
    newest_at: datetime | None = None


class Bucket:
    """Lists objects with the reader's client of S3."""

    def __init__(self, client: Any, account_id: str) -> None:
        self._client, self._account_id = client, account_id

    def measure(self, places: Sequence[str]) -> Measured | None:
        """Add up what lies in places, each ``s3://bucket/prefix``, neighbours side by side.

        None where only some could be listed and nothing is in them: in the others there may be anything.

        Raises:
            AwsError: they cannot be listed.
        """
        chosen = _spread(places)
        found = in_parallel(self._one, chosen)
        share = len(places) / len(chosen) if chosen else 1
        if share > 1 and not any(one.objects for one in found):
            return None
        return Measured(
            objects=round(sum(one.objects for one in found) * share),
            bytes=round(sum(one.bytes for one in found) * share),
            requests=sum(one.requests for one in found),
            note="from a part of the objects" if share > 1 else "",
            newest_at=max((one.newest_at for one in found if one.newest_at), default=None),
        )

    def folders(self, place: str) -> list[str]:
        """Give the names of the folders in a place.

        Raises:
            AwsError: it cannot be listed.
        """
        names = [entry["Prefix"] for page in self._pages(place, Delimiter="/") for entry in
                 page.get("CommonPrefixes", ())]  # fmt: skip
        return [name.rstrip("/").rpartition("/")[2] for name in names]

    def _one(self, place: str) -> Measured:
        pages = list(self._pages(place))
        entries = [entry for page in pages for entry in page.get("Contents", ())]
        newest_at = max((entry["LastModified"] for entry in entries), default=None)
        return Measured(len(entries), sum(int(entry["Size"]) for entry in entries), len(pages), newest_at=newest_at)

    def _pages(self, place: str, **more: str) -> Iterator[dict[str, Any]]:
        bucket, _, prefix = place.removeprefix("s3://").partition("/")
        asked = {"Bucket": bucket, "Prefix": f"{prefix.rstrip('/')}/", **more}
        call = AwsCall("s3", "ListObjectsV2", self._account_id)
        while True:
            page = ask(self._client, "ListObjectsV2", asked, account_id=self._account_id)
            need(page, "KeyCount", call)
            yield page
            if not page.get("NextContinuationToken"):
                return
            asked["ContinuationToken"] = page["NextContinuationToken"]


def _spread(places: Sequence[str]) -> Sequence[str]:
    """Give places that stand for all: one of each run of neighbours, wherever in the run, and the same each time.

    Neighbours are the days of a region, and the regions of an account. A fixed stride would meet the same days of each.
    """
    if len(places) <= MOST_LISTED:
        return places
    chance = Random(0)  # noqa: S311 - a sample, not a secret
    bounds = pairwise(len(places) * number // MOST_LISTED for number in range(MOST_LISTED + 1))
    return [places[chance.randrange(first, last)] for first, last in bounds]


def places_of_trail(table: TableShape, partitions: Sequence[Partition], question: Question) -> list[str] | None:
    """Give where a query's objects lie, for a table of log files; None where the table does not tell."""
    found = locations(table, partitions, question)
    return None if found is None else list(found)


def places_of_lake(bucket: Bucket, table: TableShape, question: Question) -> list[str] | None:
    """Give where a query's objects lie, for a table of Security Lake; None where the table does not tell.

    Regions and accounts that the question leaves open are those that have a folder.

    Raises:
        AwsError: the folders cannot be listed.
    """
    if not table.location:
        return None
    root = table.location.rstrip("/")
    regions = question.regions or _values(bucket.folders(root), "region")
    found: list[str] = []
    for region in regions:
        accounts = question.account_ids or _values(bucket.folders(f"{root}/region={region}"), "accountId")
        narrowed = replace(question, regions=(region,), account_ids=tuple(accounts))
        found += (locations(table, FOLDERS, narrowed) or ()) if accounts else ()
    return found


def regions_of_lake(bucket: Bucket, table: TableShape) -> tuple[str, ...]:
    """Give the regions of which a table of Security Lake has a folder; of both versions, which lie alike.

    None of them where the table does not tell its place, or has no such folders there: then none is known.

    Raises:
        AwsError: the folders cannot be listed.
    """
    return _values(bucket.folders(table.location), "region") if table.location else ()


def _values(folders: Sequence[str], name: str) -> tuple[str, ...]:
    return tuple(value for key, _, value in (folder.partition("=") for folder in folders) if key == name and value)
