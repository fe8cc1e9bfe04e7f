"""A fetch from a trail's bucket: what matches is kept in the case, and a run goes on where the last one was."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from gdkit.errors import AwsError
from gdkit.trail.fetched import Cost, Fetched
from gdkit.trail.fetched.store import Plan, read_plan, write_plan
from gdkit.trail.s3 import ledger, price
from gdkit.trail.s3.cache import Cache
from gdkit.trail.s3.contents import Contents
from gdkit.trail.s3.copying import copy_objects
from gdkit.trail.s3.failures import explained
from gdkit.trail.s3.kept import Saved, read_saved
from gdkit.trail.s3.listing import list_trail
from gdkit.trail.s3.searching import search_objects

if TYPE_CHECKING:
    from pathlib import Path

    from gdkit.aws import ReadOnlyAws
    from gdkit.trail.fetched import Question, Terms, Watch
    from gdkit.trail.named import S3Trail
    from gdkit.trail.s3.searching import Answer

AT_ONCE = 64
"""Objects that are read at once."""


def fetch_trail(
    source: S3Trail, question: Question, folder: Path, *, aws: ReadOnlyAws, terms: Terms, watch: Watch
) -> Fetched:
    """Fetch what a question asks of a trail's log files in a bucket; see ``fetched.Fetcher``.

    Raises:
        AwsError: the bucket cannot be listed, or it could not be read, or not on, and nothing was found by then.
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
    cache, objects = Cache(terms.cache, bucket.name), listing.objects
    done = saved if not _new_names(question, saved, earlier) else Saved()  # for these every object may be read again
    left = [one for one in objects if not done.has(one.stored) and not cache.has(one.stored)]
    watch.check(source.text, price.estimate(left, listing.requests), terms)
    write_plan(folder, plan)
    contents = Contents(bucket, cache, at_once=AT_ONCE, requester_pays=terms.requester_pays)
    answer: Answer = (
        copy_objects(question, objects, folder, saved, contents, watch)
        if question.names_nobody
        else search_objects(question, objects, folder, saved, contents, watch)
    )
    refused = contents.hopeless
    if not (answer.unfinished or any(saved.has(one.stored) for one in objects)):
        refused = refused or contents.nothing_read
    spent = price.cost(contents.counted.objects, listing.requests, contents.counted.bytes, time.monotonic() - begun_s)
    plan = replace(plan, question=answer.question.document(), cost=_sum(earlier.cost, spent) if earlier else spent,
                   complete=not (answer.unfinished or refused), with_data=tuple(sorted(saved.with_data)))  # fmt: skip
    write_plan(folder, plan)
    if refused and not answer.records:
        raise refused  # else what was found is shown, and every object that was not read is a gap
    outcome = ledger.Outcome(
        source.text, question, listing, contents.failed, answer, saved.problems, listed_at, cache.damaged
    )
    stopped = bool(answer.unfinished or contents.hopeless)
    return _fetched(folder, outcome, plan.cost, f"s3://{bucket.name}/", stopped=stopped)


def _fetched(folder: Path, outcome: ledger.Outcome, cost: Cost, origin: str, *, stopped: bool) -> Fetched:
    return Fetched(
        folder=folder,
        source=outcome.source,
        question=outcome.answer.question,
        records=outcome.answer.records,
        cost=cost,
        not_searched=tuple(ledger.gaps_of(outcome)),
        warnings=tuple(ledger.warnings_of(outcome)),
        places=tuple(ledger.rows_of(outcome)),
        passed_over=tuple(ledger.passed_over_of(outcome)),
        unread=tuple(ledger.unread_of(outcome)),
        origin=origin,
        stopped=stopped,
    )


def _same_names(earlier: Plan, plan: Plan) -> bool:
    """Tell whether an earlier run searched for the same names: what it is through with need not be read again then.

    One that copied everything named none, not even a key.
    """
    names = ("principal_ids", "session_names", "instance_id", "addresses")
    same = all(list(earlier.question.get(name) or ()) == list(plan.question[name] or ()) for name in names)
    of_all = [not any(one.question.get(name) for name in (*names, "access_key_ids")) for one in (earlier, plan)]
    return same and of_all[0] == of_all[1]


def _new_names(question: Question, saved: Saved, earlier: Plan | None) -> set[str]:
    """Give the keys and principals that a question names, and that an earlier run neither searched for nor found."""
    found = earlier.question if earlier else {}
    known = {*saved.names, *found.get("access_key_ids", ()), *found.get("grown_ids", ())}
    return set(question.names) - known


def _sum(one: Cost, other: Cost) -> Cost:
    return Cost(one.objects + other.objects, one.requests + other.requests, one.bytes + other.bytes,
                one.seconds + other.seconds, (one.dollars or 0.0) + (other.dollars or 0.0), other.priced)  # fmt: skip
