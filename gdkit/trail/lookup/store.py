"""The pages of a look-up on the disk: each written whole as it arrives, and read back to go on from there."""

from __future__ import annotations

import gzip
import json
import re
import zlib
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from gdkit.model import utc_text
from gdkit.trail.lookup.gaps import Chain
from gdkit.trail.lookup.plan import Window
from gdkit.trail.sources import LOOKUP_PLAN
from gdkit.trail.times import parse_time
from gdkit.trail.written import write_whole

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from gdkit.trail.lookup.plan import Query, Site

_RUN = re.compile(r"run-(\d{3,})")
_PAGE = re.compile(r"page-(\d{5,})\.json\.gz")
_VERSION = 1


@dataclass(frozen=True, slots=True)
class Page:
    """One answer of LookupEvents.

    Attributes:
        rows: the events as AWS gave them.
        token: leads to the next page; None on the last.
        request_id: AWS's id of the request.
    """

    rows: tuple[Mapping[str, Any], ...]
    token: str | None
    request_id: str | None = None


@dataclass(frozen=True, slots=True)
class Spent:
    """What a sweep has cost so far, over all its runs that came to an end.

    Attributes:
        requests: requests sent, those refused among them.
        throttled: requests that AWS refused because they came too soon.
        seconds: time it took.
    """

    requests: int = 0
    throttled: int = 0
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class SavedSweep:
    """What stands in the folder's plan file.

    Attributes:
        end_at: where the window of the sweep ends; it stays while the sweep is resumed.
        spent: what it has cost so far.
    """

    end_at: datetime
    spent: Spent = Spent()


def query_folder(folder: Path, query: Query) -> Path:
    """Give the place of a question's pages."""
    return site_folder(folder, query.site) / query.folder


def site_folder(folder: Path, site: Site) -> Path:
    """Give the place of what one account and region answered."""
    return folder / site.account_id / site.region


def with_page(chain: Chain, page: Page) -> Chain:
    """Give the run with one more page."""
    times = [at for row in page.rows if (at := _time_of(row)) is not None]
    reached = [at for at in (chain.reached_at, min(times, default=None)) if at is not None]
    return replace(
        chain,
        pages=chain.pages + 1,
        events=chain.events + len(page.rows),
        reached_at=min(reached, default=None),
        token=page.token,
    )


def write_page(folder: Path, query: Query, chain: Chain, page: Page) -> None:
    """Put a page on the disk.

    Args:
        folder: the sweep's.
        query: the question that it answers.
        chain: the run as it stands with this page.
        page: the page.

    Raises:
        CaseWriteError: it cannot be written.
    """
    document = {
        "Lookup": {
            "attribute": query.attribute,
            "value": query.value,
            "start_at": utc_text(chain.window.start_at),
            "end_at": utc_text(chain.window.end_at),
            "asked_at": utc_text(chain.asked_at),
            "sweep_end_at": utc_text(chain.sweep_end_at),
            "events_so_far": chain.events,
            "reached_at": utc_text(chain.reached_at),
            "request_id": page.request_id,
        },
        "NextToken": page.token,
        "Events": page.rows,
    }
    text = json.dumps(document, default=_plain, separators=(",", ":")).encode()
    path = query_folder(folder, query) / f"run-{chain.number:03d}" / f"page-{chain.pages:05d}.json.gz"
    write_whole(path, gzip.compress(text, 6, mtime=0))


def read_chains(folder: Path, query: Query) -> list[Chain]:
    """Give the runs of a question as far as their pages are there and can be read, one after the other."""
    place = query_folder(folder, query)
    found = []
    for path in sorted(place.iterdir()) if place.is_dir() else ():
        match = _RUN.fullmatch(path.name)
        if match and (chain := _read_chain(path, int(match[1]))):
            found.append(chain)
    return found


def read_saved(folder: Path) -> SavedSweep | None:
    """Give what the plan file says; None where there is none or where it cannot be understood."""
    try:
        saved = json.loads((folder / LOOKUP_PLAN).read_text(encoding="utf-8"))
        end_at = parse_time(saved["end_at"])
        spent = Spent(int(saved["requests"]), int(saved["throttled"]), float(saved["seconds"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return SavedSweep(end_at, spent) if end_at else None


def write_saved(folder: Path, saved: SavedSweep, detail: Mapping[str, Any]) -> None:
    """Write the plan file.

    Args:
        folder: the sweep's.
        saved: what a later run goes by.
        detail: what else is of use to a reader: the plan in its own words.

    Raises:
        CaseWriteError: it cannot be written.
    """
    document = {
        "version": _VERSION,
        "end_at": utc_text(saved.end_at),
        "requests": saved.spent.requests,
        "throttled": saved.spent.throttled,
        "seconds": saved.spent.seconds,
        **detail,
    }
    write_whole(folder / LOOKUP_PLAN, (json.dumps(document, indent=1) + "\n").encode())


def has_pages(folder: Path) -> bool:
    """Tell whether any page is there."""
    return next(folder.rglob("page-*.json.gz"), None) is not None


def _read_chain(place: Path, number: int) -> Chain | None:
    """Give a run up to the first page that is missing or damaged, from where on it is fetched again."""
    pages = {int(match[1]): path for path in place.iterdir() if (match := _PAGE.fullmatch(path.name))}
    count = next(page for page in range(len(pages) + 1) if page + 1 not in pages or not _is_whole(pages[page + 1]))
    for last in range(count, 0, -1):
        chain = _chain_at(pages[last], number, last)
        if chain is not None:
            return chain
    return None


def _is_whole(path: Path) -> bool:
    """Tell whether a page is as it was written: its sum tells."""
    try:
        return bool(gzip.decompress(path.read_bytes()))
    except (OSError, EOFError, zlib.error):
        return False


def _chain_at(path: Path, number: int, page: int) -> Chain | None:
    """Give the run as its page ``page`` says; None where that cannot be read, so that it will be fetched again."""
    try:
        document = json.loads(gzip.decompress(path.read_bytes()))
        asked, token = document["Lookup"], document["NextToken"]
        times = [parse_time(asked[name]) for name in ("start_at", "end_at", "asked_at", "sweep_end_at")]
        events, reached_at = int(asked["events_so_far"]), parse_time(asked["reached_at"])
    except (OSError, EOFError, zlib.error, ValueError, KeyError, TypeError):
        return None
    start_at, end_at, asked_at, sweep_end_at = times
    if start_at is None or end_at is None or asked_at is None or sweep_end_at is None:
        return None
    return Chain(number, Window(start_at, end_at), asked_at, sweep_end_at, page, events, reached_at, token)


def _time_of(row: Mapping[str, Any]) -> datetime | None:
    at = row.get("EventTime")
    if isinstance(at, datetime):
        return at.astimezone(UTC)
    return parse_time(at)


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return str(utc_text(value))
    raise TypeError(f"a page of LookupEvents holds no {type(value).__name__}")
