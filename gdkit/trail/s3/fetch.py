"""A fetch from a trail's bucket: what matches is kept in the case, and a run goes on where the last one was."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from gdkit.errors import AwsError
from gdkit.model import Subject
from gdkit.trail.fetched import Cost, Fetched
from gdkit.trail.fetched.store import Plan, read_plan, write_plan, write_records
from gdkit.trail.load import Progress, collector_paused
from gdkit.trail.s3 import ledger, price
from gdkit.trail.s3.ahead import Ahead
from gdkit.trail.s3.cache import Cache, safe_path
from gdkit.trail.s3.contents import Contents
from gdkit.trail.s3.failures import explained
from gdkit.trail.s3.kept import NOTHING, Keeper, Saved, held_records, read_saved
from gdkit.trail.s3.listing import list_trail
from gdkit.trail.search.follow import Known
from gdkit.trail.search.look import Looked, look_in
from gdkit.trail.search.run import Search
from gdkit.trail.written import write_whole

if TYPE_CHECKING:
    from pathlib import Path

    from gdkit.aws import ReadOnlyAws
    from gdkit.trail.fetched import Question, Terms, Watch
    from gdkit.trail.named import S3Trail
    from gdkit.trail.s3.listing import Listing, LogObject
    from gdkit.trail.search.needles import Sought

AT_ONCE = 32
"""Objects that are read at once."""

SAVED_EVERY_S = 60.0
"""Seconds of work that a run which is killed can lose."""

_NEVER = datetime.max.replace(tzinfo=UTC)
_NOT_READ = Looked([], [], readable=False, records=False)


def fetch_trail(
    source: S3Trail, question: Question, folder: Path, *, aws: ReadOnlyAws, terms: Terms, watch: Watch
) -> Fetched:
    """Fetch what a question asks of a trail's log files in a bucket; see ``fetched.Fetcher``.

    Raises:
        AwsError: the bucket cannot be listed, or nothing in it can be read.
        CostError: reading it would take more than is allowed.
        StoppedError: it was stopped before anything was read.
        CaseWriteError: the folder, or the cache, cannot be written.
    """
    begun_s = time.monotonic()
    try:
        bucket = aws.bucket(source.bucket, source.prefix, requester_pays=terms.requester_pays)
        listed_at = datetime.now(UTC)
        listing = list_trail(bucket, source.prefix, question, watch)
    except AwsError as error:
        raise explained(error, requester_pays=terms.requester_pays) from None
    earlier, plan = read_plan(folder), Plan("s3", source.text, question.document())
    saved = read_saved(folder) if earlier and _same_names(earlier, plan) else Saved()
    cache = Cache(terms.cache, bucket.name)
    left = [one for one in listing.objects if not _is_done(one, saved) and not cache.has(one.stored)]
    watch.check(source.text, price.estimate(left, listing.requests), terms)
    contents = Contents(bucket, cache, requester_pays=terms.requester_pays)
    write_plan(folder, plan)
    read = _copy if question.names_nobody else _search
    answered, records, unfinished = read(question, folder, listing, saved, contents, watch)
    spent = price.cost(contents.counted.objects, listing.requests, contents.counted.bytes, time.monotonic() - begun_s)
    spent = _sum(earlier.cost, spent) if earlier else spent
    outcome = ledger.Outcome(source.text, question, listing, contents.failed, unfinished, saved.problems, listed_at)
    write_plan(folder, replace(plan, question=answered.document(), cost=spent, complete=not unfinished,
                               with_data=tuple(sorted(saved.with_data))))  # fmt: skip
    if contents.hopeless:
        raise contents.hopeless
    return Fetched(
        folder, source.text, answered, records, spent, tuple(ledger.gaps_of(outcome)),
        tuple(ledger.warnings_of(outcome)), tuple(ledger.rows_of(outcome)), tuple(ledger.passed_over_of(outcome)),
        tuple(ledger.unread_of(outcome)), origin=f"s3://{bucket.name}/", stopped=bool(unfinished),
    )  # fmt: skip


def _search(
    question: Question, folder: Path, listing: Listing, saved: Saved, contents: Contents, watch: Watch
) -> tuple[Question, int, int]:
    """Search objects as they are read, and keep the records that match, with those that are chained from them."""
    objects = sorted(listing.objects, key=_delivered)
    known = Known(_subject(question), also=[f'"{address}' for address in question.addresses])
    known.follow_keys(saved.keys if saved.done else question.access_key_ids)

    def look(file: Any, sought: Sought, *, again: bool = False, ask_for_data: bool = False) -> Looked:
        content = contents.read(file) if again else ahead.take(file)
        return _NOT_READ if content is None else look_in(file, content, sought, again=again, ask_for_data=ask_for_data)

    stopped = contents.is_stopped(watch.is_stopped)
    ahead = Ahead([one for one in objects if not _is_done(one, saved)], contents.read, stopped)
    search = Search(objects, known, stopped, look)
    search.take_up({number: held_records(folder, one.stored.key) for number, one in enumerate(objects)
                    if _is_done(one, saved)})  # fmt: skip
    search.follow(question.access_key_ids)
    keeper = Keeper(folder, objects, saved)
    saved_s = time.monotonic()

    def tell(progress: Progress) -> None:
        nonlocal saved_s
        if time.monotonic() - saved_s >= SAVED_EVERY_S:
            keeper.save(search, contents.failed)
            saved_s = time.monotonic()
        if watch.on_progress:
            watch.on_progress(replace(progress, what="objects"))

    try:
        with collector_paused(), ahead.reading(AT_ONCE):
            search.run(on_progress=tell)
    finally:
        saved.keys = question.access_key_ids
        records = keeper.save(search, contents.failed)
    if not records:
        write_records(folder / NOTHING, ())
    return question.with_keys(known.keys), records, search.unfinished


def _copy(
    question: Question, folder: Path, listing: Listing, saved: Saved, contents: Contents, watch: Watch
) -> tuple[Question, int, int]:
    """Copy objects as they are: everything of the span is asked for."""
    objects, stopped = listing.objects, contents.is_stopped(watch.is_stopped)
    begun_s, size = time.monotonic(), sum(one.size_bytes for one in objects)

    def copy(one: LogObject) -> int:
        path = safe_path(folder, one.stored.key)
        if stopped():
            return 0
        if not path.is_file() or path.stat().st_size != one.size_bytes:
            content = contents.read(one)
            if content is None:
                return 0
            write_whole(path, content, durable=False)
        return 1

    done = size_done = 0
    with ThreadPoolExecutor(AT_ONCE, "gdkit-copy") as pool:
        for one, copied in zip(objects, pool.map(copy, objects), strict=True):
            done, size_done = done + copied, size_done + one.size_bytes
            if watch.on_progress:
                spent_s = time.monotonic() - begun_s
                watch.on_progress(Progress(done, len(objects), size_done, size, 0,
                                           spent_s * (size - size_done) / size_done, "objects"))  # fmt: skip
    if not done:
        write_records(folder / NOTHING, ())
    return question, done, len(objects) - done - len(contents.failed)


def _subject(question: Question) -> Subject:
    """Give the session that a question is about; keys that were issued on the way are followed beside it."""
    named = bool(question.principal_ids or question.instance_id)
    return Subject(
        principal_id=next(iter(question.principal_ids), None),
        instance_id=question.instance_id,
        access_key_id=None if named else next(iter(question.access_key_ids), None),
    )


def _same_names(earlier: Plan, plan: Plan) -> bool:
    """Tell whether an earlier run searched for the same names: what it is through with need not be read again then."""
    names = ("principal_ids", "session_names", "instance_id", "addresses")
    return all(list(earlier.question.get(name) or ()) == list(plan.question[name] or ()) for name in names)


def _delivered(one: LogObject) -> datetime:
    """Give when an object was delivered: the order in which it will be searched."""
    return (one.place.at if one.place else None) or _NEVER


def _is_done(one: LogObject, saved: Saved) -> bool:
    return saved.done.get(one.stored.key) == one.stored.etag


def _sum(one: Cost, other: Cost) -> Cost:
    return Cost(one.objects + other.objects, one.requests + other.requests, one.bytes + other.bytes,
                one.seconds + other.seconds, (one.dollars or 0.0) + (other.dollars or 0.0), other.priced)  # fmt: skip
