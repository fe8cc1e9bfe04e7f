"""Objects searched as they are read: the records that match are kept, with those that are chained from them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from gdkit.trail.fetched.store import write_records
from gdkit.trail.load import collector_paused
from gdkit.trail.s3.ahead import Ahead
from gdkit.trail.s3.crowd import Crowd
from gdkit.trail.s3.kept import NOTHING, Keeper, held_records
from gdkit.trail.saving import now_and_then
from gdkit.trail.search.follow import Known
from gdkit.trail.search.look import Looked, look_in
from gdkit.trail.search.run import Search

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from gdkit.model import NotSearched
    from gdkit.trail.fetched import Question, Watch
    from gdkit.trail.load import Progress
    from gdkit.trail.s3.contents import Contents
    from gdkit.trail.s3.kept import Saved
    from gdkit.trail.s3.listing import LogObject
    from gdkit.trail.search.needles import Sought

_NEVER = datetime.max.replace(tzinfo=UTC)
_NOT_READ = Looked([], [], readable=False, records=False)


class Answer(NamedTuple):
    """What came of reading objects.

    Attributes:
        question: as it was answered, with the keys and principals that were found on the way and followed.
        records: records, or whole log files, that were kept.
        unfinished: objects that were not come to, or lack a look for what turned up later.
        gaps: what was left out.
    """

    question: Question
    records: int
    unfinished: int
    gaps: tuple[NotSearched, ...] = ()


def search_objects(
    question: Question, listed: Sequence[LogObject], folder: Path, saved: Saved, contents: Contents, watch: Watch
) -> Answer:
    """Search objects, and keep the records that match.

    Args:
        question: what is searched for.
        listed: the objects, those that an earlier run was through with among them.
        folder: the fetch's own.
        saved: how far the earlier run came; it grows.
        contents: reads objects.
        watch: progress, and stopping.

    Raises:
        CaseWriteError: the folder, or the cache, cannot be written.
    """
    objects = sorted(listed, key=_delivered)
    known = Known(question.subject, also=[f'"{address}' for address in question.addresses])
    known.follow(saved.names if saved.done else question.names)
    crowd, stopped = Crowd(question.addresses, known, saved.left_out), contents.is_stopped(watch.is_stopped)
    ahead = Ahead([one for one in objects if not saved.has(one.stored)], contents.first, stopped)
    search = Search(objects, known, lambda: watch.is_stopped() or (contents.hopeless is not None and ahead.is_drained),
                    _look(ahead, contents, crowd))  # fmt: skip
    held = {number: held_records(folder, one.stored.key) for number, one in enumerate(objects)
            if saved.has(one.stored)}  # fmt: skip
    search.take_up(held)
    crowd.take_up(one for candidates in held.values() for one in candidates)
    search.follow(question.names)
    keeper = Keeper(folder, objects, saved, question.names, crowd.left_out)
    try:
        with collector_paused(), ahead.reading(contents.at_once):
            search.run(on_progress=_teller(watch, lambda: keeper.save(search, contents.failed)))
    finally:
        records = keeper.save(search, contents.failed)
    if not records and search.unfinished < max(1, len(objects)) and (saved.done or not contents.failed):
        write_records(folder / NOTHING, ())
    answered = question.with_keys(known.keys).with_grown(known.principals)
    return Answer(answered, records, search.unfinished, tuple(crowd.gaps()))


def _look(ahead: Ahead, contents: Contents, crowd: Crowd) -> Callable[..., Looked]:
    """Give what looks at one object: the first time as it was read ahead, later from memory or the bucket."""

    def look(file: Any, sought: Sought, *, again: bool = False, ask_for_data: bool = False) -> Looked:
        content = contents.read(file) if again else ahead.take(file)
        if content is None:
            return _NOT_READ
        if not again:
            contents.remember(file, content)
        looked = look_in(file, content, sought, again=again, ask_for_data=ask_for_data)
        return crowd.thinned(file.stored.key, looked, again=again)

    return look


def _teller(watch: Watch, save: Callable[[], int]) -> Callable[[Progress], None]:
    """Give what is told of progress: it saves now and then, and tells on."""
    maybe_save = now_and_then(save)

    def tell(progress: Progress) -> None:
        maybe_save()
        if watch.on_progress:
            watch.on_progress(replace(progress, what="objects"))

    return tell


def _delivered(one: LogObject) -> datetime:
    """Give when an object was delivered: the order in which it will be searched."""
    return (one.place.at if one.place else None) or _NEVER
