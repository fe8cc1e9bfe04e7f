"""The ledger of a fetch from a bucket: which accounts, regions and times were searched, and what was not."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cached_property
from os.path import commonprefix
from typing import TYPE_CHECKING, TypeAlias

from gdkit.ledger_row import LedgerRow
from gdkit.model import NotSearched, Unread, utc_text
from gdkit.trail.delivery import LATE_DELIVERY
from gdkit.trail.ledger import NOT_PARSED
from gdkit.trail.lookup.failures import gap_of
from gdkit.trail.lookup.plan import LATE_BY
from gdkit.trail.s3.layout import DEEPEST, MOST_ABOVE

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from gdkit.errors import AwsError
    from gdkit.trail.fetched import Question
    from gdkit.trail.s3.listing import Listing, LogObject
    from gdkit.trail.s3.searching import Answer

Place: TypeAlias = tuple[str | None, str | None]
"""Account and region; None where they are not told."""

_HOW = "log files in S3"
_ACCOUNT = re.compile(r"/(\d{12})/")
_MOST_NAMED = 10
"""So many folders are named one by one."""

_UNLIKE = (
    "they may hold events, and were not read: in a bucket log files, and copies of them, are told by their ending, "
    ".json.gz or .json; what to do: where they are copies or exports, copy them with aws s3 cp, and name the folder"
)


@dataclass(frozen=True)
class Outcome:
    """What became of a fetch.

    Attributes:
        source: as it was named.
        listing: what the trail holds for the question.
        failed: objects that could not be read, by key, and why.
        answer: what came of reading them.
        problems: places in objects that could not be read, by key.
        listed_at: when it was listed.
        damaged: objects whose files in the cache were not as they were written.
    """

    source: str
    question: Question
    listing: Listing
    failed: Mapping[str, AwsError]
    answer: Answer
    problems: Mapping[str, Iterable[tuple[int | None, str]]]
    listed_at: datetime
    damaged: Collection[str] = ()

    @cached_property
    def places(self) -> list[tuple[Place, _Tally]]:
        """Objects, and those that could not be read, by account and region."""
        return _by_place(self)


@dataclass(slots=True)
class _Tally:
    """Objects of one account and region, those that could not be read, and whether all of them could be listed."""

    objects: int = 0
    is_listed: bool = True
    failed: dict[str, list[AwsError]] = field(default_factory=lambda: defaultdict(list))


def rows_of(outcome: Outcome) -> Iterator[LedgerRow]:
    """Give a row for each account and region that was searched, and for what of it was not."""
    source, question = outcome.source, outcome.question
    span = (question.since, question.until)
    for (account_id, region), tally in outcome.places:
        bad = sum(map(len, tally.failed.values()))
        if bad < tally.objects or (tally.is_listed and not tally.objects):
            yield LedgerRow(source, "searched", account_id, region, None, *span, None if tally.objects else 0, _HOW,
                            f"{_objects(tally.objects - bad)} delivered in this time, searched")  # fmt: skip
        for reason, errors in tally.failed.items():
            yield LedgerRow(source, gap_of(errors[0]), account_id, region, None, *span, None, _HOW,
                            f"{len(errors):,} of {_objects(tally.objects)} not read: {reason}")  # fmt: skip
    for account_id, left_region in outcome.listing.layout.left_out:
        yield LedgerRow(
            source, "not searched", account_id, left_region, None, *span, None, _HOW, "it was not asked for"
        )
    for prefix, (account_id, region), error in _unlisted(outcome):
        yield LedgerRow(source, gap_of(error), account_id, region, None, *span, None, _HOW,
                        f"the folder {prefix} was not listed whole: {error.problem}")  # fmt: skip
    if cut := outcome.listing.layout.cut:
        yield LedgerRow(source, "not searched", None, None, None, *span, None, _HOW,
                        f"{_folders(cut)}: no trail was looked for in them")  # fmt: skip
    if unlike := outcome.listing.unlike:
        yield LedgerRow(source, "unread", None, None, None, *span, None, _HOW,
                        f"{_objects(unlike)} not named as CloudTrail names log files")  # fmt: skip
    if outcome.answer.unfinished:
        yield LedgerRow(source, "not searched", None, None, None, *span, None, _HOW,
                        f"{_objects(outcome.answer.unfinished)}: the fetch was stopped")  # fmt: skip
    if question.until > outcome.listed_at - LATE_BY:
        yield LedgerRow(source, "delayed", None, None, None, question.until - LATE_BY, question.until, None, _HOW,
                        "CloudTrail may not have delivered them yet")  # fmt: skip


def gaps_of(outcome: Outcome) -> Iterator[NotSearched]:
    """Name everything that was not looked at."""
    if not outcome.listing.objects:
        yield _nothing_there(outcome)
    yield from _gaps_of_folders(outcome)
    yield from _gaps_of_layout(outcome)
    for (account_id, region), tally in outcome.places:
        for reason, errors in tally.failed.items():
            where = f"account {account_id}, region {region}" if account_id else outcome.source
            what = f"{len(errors):,} of {_objects(tally.objects)} of {where}"
            yield NotSearched(what, reason, failed=True, kind=gap_of(errors[0]))
    if unlike := outcome.listing.unlike:
        first = next(folder.first_unlike for folder in outcome.listing.folders if folder.unlike)
        yield NotSearched(f"{outcome.source}: {_objects(unlike)}, such as {first}", _UNLIKE, failed=True, kind="unread")
    yield from (replace(gap, what=f"{outcome.source}: {gap.what}") for gap in outcome.answer.gaps)
    if unfinished := outcome.answer.unfinished:
        yield NotSearched(f"{outcome.source}: {_objects(unfinished)}",
                          "the fetch was stopped before it was through with them; run it again to go on",
                          failed=True)  # fmt: skip
    left: dict[str, list[str]] = defaultdict(list)
    for account_id, left_region in outcome.listing.layout.left_out:
        left[account_id] += [left_region] if left_region else []
    for account_id, regions in left.items():
        named = f", regions {', '.join(sorted(regions))}" if regions else ""
        yield NotSearched(f"{outcome.source}: account {account_id}{named}", "they were not asked for")


def _nothing_there(outcome: Outcome) -> NotSearched:
    question = outcome.question
    outside = sum(folder.outside for folder in outcome.listing.folders)
    also = f"; {_objects(outside)} of other times, accounts or regions lie there" if outside else ""
    return NotSearched(
        outcome.source,
        f"no log file was delivered there for {utc_text(question.since)} to {utc_text(question.until)}, which proves "
        f"nothing: the prefix or the span may be the wrong one, or the trail did not log{also}",
        failed=True,
    )


def passed_over_of(outcome: Outcome) -> Iterator[NotSearched]:
    """Name what was left alone because it can hold no call."""
    others = outcome.listing.layout.others
    if others:
        named = ", ".join(f"{name} ({count:,})" for name, count in sorted(others.items()))
        yield NotSearched(f"{outcome.source}: folders of other things: {named}", "they hold no log files of the trail")
    if objects := sum(folder.others for folder in outcome.listing.folders):
        yield NotSearched(f"{outcome.source}: {_objects(objects)} of other kinds",
                          "digests, Insights events and what is no log file by its name were not read")  # fmt: skip


def unread_of(outcome: Outcome) -> Iterator[Unread]:
    """Name the places in objects that could not be read."""
    bucket = outcome.source.split("/")[2]
    for key, places in sorted(outcome.problems.items()):
        for line, reason in places:
            yield Unread(f"s3://{bucket}/{key}", line, reason)


def warnings_of(outcome: Outcome) -> Iterator[str]:
    """Give what limits the conclusions beside the gaps."""
    question, listing = outcome.question, outcome.listing
    if outcome.damaged:
        bucket = outcome.source.split("/")[2]
        yield (f"{outcome.source}: {_objects(len(outcome.damaged))} in the folder of --cache did not hold what was "
               f"written there, so the bucket was asked again: s3://{bucket}/{min(outcome.damaged)}"
               f"{'' if len(outcome.damaged) == 1 else ' and others'}. See whether its disk is failing.")  # fmt: skip
    if not listing.objects:
        return
    if not question.names_nobody:
        yield NOT_PARSED
    until = question.until + LATE_DELIVERY
    if until < outcome.listed_at:
        yield (f"{outcome.source}: what CloudTrail delivered after {utc_text(until)}, more than "
               f"{LATE_DELIVERY // timedelta(hours=1)} hours late, was not looked at.")  # fmt: skip


def _by_place(outcome: Outcome) -> list[tuple[Place, _Tally]]:
    """Count objects, and those that could not be read, by account and region."""
    found: dict[Place, _Tally] = {}
    for listed in outcome.listing.folders:
        folder = listed.folder
        if folder.account_id:
            tally = found.setdefault((folder.account_id, folder.region), _Tally())
            tally.is_listed = tally.is_listed and listed.error is None
        for one in listed.objects:
            place = (folder.account_id, folder.region) if folder.account_id else _named(one)
            tally = found.setdefault(place, _Tally())
            tally.objects += 1
            error = outcome.failed.get(one.stored.key)
            if error is not None:
                tally.failed[_sentence(error)].append(error)
    return sorted(found.items(), key=lambda one: tuple(part or "" for part in one[0]))


def _named(one: LogObject) -> Place:
    return (one.place.account_id, one.place.region) if one.place else (None, None)


def _unlisted(outcome: Outcome) -> Iterator[tuple[str, Place, AwsError]]:
    """Give the folders that could not be listed whole, with the account and region that they are of."""
    for prefix, error in outcome.listing.layout.failed:
        account = _ACCOUNT.search(prefix)
        yield prefix, (account[1] if account else None, None), error
    for listed in outcome.listing.folders:
        if listed.error:
            yield listed.folder.prefix, (listed.folder.account_id, listed.folder.region), listed.error


def _gaps_of_folders(outcome: Outcome) -> Iterator[NotSearched]:
    """Name folders that could not be listed whole: each sort of error once, with the first of them."""
    errors = list(_unlisted(outcome))
    counts = Counter(error.problem for _, _, error in errors)
    told: set[str] = set()
    for prefix, _, error in errors:
        if error.problem not in told:
            told.add(error.problem)
            more = counts[error.problem] - 1
            others = "" if not more else " and 1 other" if more == 1 else f" and {more:,} others"
            what = f"the folder {prefix}{others}"
            yield NotSearched(f"{outcome.source}: {what}", _sentence(error), failed=True, kind=gap_of(error))


def _gaps_of_layout(outcome: Outcome) -> Iterator[NotSearched]:
    """Name folders in which no trail was looked for, and those in which there is none."""
    layout = outcome.listing.layout
    if layout.cut:
        yield NotSearched(
            f"{outcome.source}: {_folders(layout.cut)}",
            f"no trail was looked for in them, though one may lie there: AWSLogs is looked for in up to {MOST_ABOVE:,} "
            f"folders, and {DEEPEST} folders deep; what to do: name a longer prefix for each trail, the one before "
            "AWSLogs/, as its settings show",
            failed=True,
        )
    if layout.beside:
        yield NotSearched(
            f"{outcome.source}: {_folders(layout.beside)}",
            "no AWSLogs lies there, so they were not read; where log files were copied there, name the folder itself",
        )


def _folders(folders: Sequence[str]) -> str:
    """Name folders: each where they are few, else the folders that part them, with how many lie in each."""
    names = list(folders)
    if len(names) > _MOST_NAMED:
        above = commonprefix([one[: one.rfind("/", 0, -1) + 1] for one in names])  # noqa: RUF071 - cut at a slash below
        begin = above.rfind("/") + 1
        parts: dict[str, list[str]] = defaultdict(list)
        for one in names:
            parts[one[: one.index("/", begin) + 1]].append(one)
        names = [held[0] if len(held) == 1 else f"{part} ({len(held):,} in it)" for part, held in parts.items()]
    more = len(names) - _MOST_NAMED
    named = ", ".join(names[:_MOST_NAMED]) + (f" and {more:,} others" if more > 0 else "")
    return f"the folder{'s' if len(folders) > 1 else ''} {named}"


def _sentence(error: AwsError) -> str:
    permission = f"the permission {error.permission} is missing: " if error.permission else ""
    todo = f"; what to do: {error.action}" if error.action else ""
    return f"{permission}{error.problem.rstrip('.')}{todo}"


def _objects(count: int) -> str:
    return "1 object" if count == 1 else f"{count:,} objects"
