"""A search that goes on where an earlier one was left: in which files that found nothing, and for what it looked."""

from __future__ import annotations

import gzip
import hashlib
import json
import zlib
from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from gdkit import __version__
from gdkit.errors import CaseWriteError
from gdkit.model import utc_text
from gdkit.trail.folders import state_of
from gdkit.trail.saving import now_and_then
from gdkit.trail.search.look import NOTHING_ODD
from gdkit.trail.search.needles import Needle
from gdkit.trail.times import parse_time
from gdkit.trail.written import write_whole

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from gdkit.model import Subject
    from gdkit.trail.load import Progress
    from gdkit.trail.search.follow import Known
    from gdkit.trail.search.run import Search
    from gdkit.trail.sources import LogFile

Mark = tuple[int, int]
"""What ``folders.state_of`` tells of a file: as long as it stays, the file is taken for the same."""


class Earlier(NamedTuple):
    """What an earlier search is known to have done.

    Attributes:
        empty: files in which none of the identifiers stood, and nothing was odd, with their marks.
        needles: the identifiers.
        with_data: files that showed that there are data events of an account, with their marks: of other files of that
            account it was not asked.
    """

    empty: dict[str, Mark]
    needles: frozenset[Needle]
    with_data: dict[str, Mark]


NOTHING = Earlier({}, frozenset(), {})


def state_file(folder: Path, subject: Subject, sources: Sequence[str]) -> Path:
    """Give the file for one question: the same each time, another one for each session and each list of sources."""
    asked = (subject.principal_id, subject.instance_id, subject.access_key_id, subject.session_arn, *sources)
    mark = hashlib.sha256("\0".join(text or "" for text in asked).encode("utf-8", "surrogatepass")).hexdigest()[:16]
    return folder / f"search-{mark}.state"


class Keeper:
    """Leaves out what an earlier search was through with, and keeps how far this one is.

    Files in which something was found are searched again: they are few, and lead to the same identifiers as before.

    Args:
        path: where that is kept.
        search: the search, before it runs.
        known: what it searches for.
        files: what it searches, in the order of its numbers.

    Raises:
        CaseWriteError: nothing can be kept there.

    Attributes:
        problem: why it could not be kept in the end; empty where it could.
    """

    def __init__(self, path: Path, search: Search, known: Known, files: Sequence[LogFile]) -> None:
        self.problem = ""
        self._path = path
        self._search = search
        self._known = known
        self._paths = [file.path for file in files]
        self._marks = {name: state_of(name) for name in self._paths}  # before they are read: they may change meanwhile
        earlier = read_earlier(path)
        if any(self._marks.get(name) != mark for name, mark in earlier.with_data.items()):
            earlier = NOTHING
        empty = earlier.empty
        same = [number for number, name in enumerate(self._paths) if name in empty and empty[name] == self._marks[name]]
        search.leave_out(same, earlier.needles)
        write_earlier(path, earlier)  # now, rather than when there is much to lose

    def run(self, workers: int | None = None, on_progress: Callable[[Progress], None] | None = None) -> None:
        """Run the search as ``Search.run`` does, and keep how far it is: now and then, and whatever ends it."""
        maybe_save = now_and_then(self.save)

        def tell(progress: Progress) -> None:
            maybe_save()
            if on_progress:
                on_progress(progress)

        try:
            self._search.run(workers, tell)
        finally:
            self.save()

    def save(self) -> None:
        """Keep how far the search is; where that fails, it goes on and the problem is noted."""
        needles = frozenset(self._known.needles)  # before it is asked how far it is: more may be known by then
        done, found = self._search.state()
        looked = self._search.looked
        with_data = [number for number, one in enumerate(looked) if one and one.with_data]
        empty = [number for number in done if number not in found and looked[number] is NOTHING_ODD]
        try:
            write_earlier(self._path, Earlier(self._marked(empty), needles, self._marked(with_data)))
            self.problem = ""
        except CaseWriteError as error:
            self.problem = f"How far the search is was not kept: {error}"

    def _marked(self, numbers: Sequence[int]) -> dict[str, Mark]:
        return {name: mark for number in numbers if (mark := self._marks[name := self._paths[number]])}


def read_earlier(path: Path) -> Earlier:
    """Give what an earlier search did; nothing where there was none, it was another version's, or it cannot be read."""
    try:
        document = json.loads(gzip.decompress(path.read_bytes()))
        if document["gdkit"] != __version__:
            return NOTHING
        empty, with_data = (_marks(document[name]) for name in ("empty", "with_data"))
        return Earlier(empty, frozenset(_needles(document["needles"])), with_data)
    except (OSError, EOFError, zlib.error, ValueError, KeyError, TypeError):
        return NOTHING


def write_earlier(path: Path, earlier: Earlier) -> None:
    """Keep what a search did.

    Raises:
        CaseWriteError: it cannot be written.
    """
    needles = [[one.text, utc_text(one.since), utc_text(one.until), one.late.total_seconds(), one.name]
               for one in sorted(earlier.needles, key=repr)]  # fmt: skip
    document = {"gdkit": __version__, "needles": needles,
                "empty": list(earlier.empty.items()), "with_data": list(earlier.with_data.items())}  # fmt: skip
    write_whole(path, gzip.compress(json.dumps(document, separators=(",", ":")).encode(), 1, mtime=0))


def _marks(rows: list[Any]) -> dict[str, Mark]:
    return {path: (int(size), int(changed)) for path, (size, changed) in rows}


def _needles(rows: list[Any]) -> Iterator[Needle]:
    for text, since, until, late_s, name in rows:
        yield Needle(text, parse_time(since), parse_time(until), timedelta(seconds=late_s), name)
