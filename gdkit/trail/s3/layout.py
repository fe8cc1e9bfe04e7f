"""Where in a bucket a trail's log files lie: by account and region, below any prefix that is named."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING

from gdkit.aws.parallel import in_parallel
from gdkit.errors import AwsError

if TYPE_CHECKING:
    from collections.abc import Callable

    from gdkit.trail.fetched import Question

_PATH = re.compile(
    r"(?s:.*/)?AWSLogs/(?:o-[a-z0-9]{10,32}/)?"
    r"(?:(?P<account>\d{12})/(?P<logs>CloudTrail/(?:(?P<region>[a-z]{2,}(?:-[a-z]+)+-\d+)/"
    r"(?P<days>\d{4}/(?:\d\d/(?:\d\d/)?)?)?)?)?)?"
)
"""Folders on the way to log files.

Source: CloudTrail User Guide, "Finding your CloudTrail log files", and "Organization trails" (``AWSLogs/O-ID/``).
"""
_REGION = re.compile(r"(?s:.*/)[a-z]{2,}(?:-[a-z]+)+-\d+/")
_OF_AN_ACCOUNT = ("CloudTrail/", "AWSLogs/")
"""Folders of an account that are gone on with: its trail's, and the one of a trail whose prefix names the account."""
_OF_OTHER_SERVICES = re.compile(r"(?s:.*/)aws-account-id=\d{12}/")
"""Source: VPC User Guide, "Flow log files" (Hive-compatible prefixes)."""
DEEPEST = 5
"""So many folders below the named one AWSLogs is looked for: a prefix may have parts, and a bucket several trails."""
MOST_ABOVE = 500
"""So many folders that are not on CloudTrail's way are looked into for AWSLogs: some seconds, a quarter of a cent."""


@dataclass(frozen=True, slots=True)
class Folder:
    """Log files of one account and region.

    Attributes:
        prefix: what their keys begin with, a slash at its end; of all of a region's, or of the days that were named.
        account_id: None where the folder is laid out in another way, so that only names of files tell.
        by_day: whether folders of days follow the prefix.
    """

    prefix: str
    account_id: str | None = None
    region: str | None = None
    by_day: bool = False


@dataclass(slots=True)
class Layout:
    """What lies below a prefix.

    Attributes:
        folders: where log files are to be looked for.
        left_out: accounts and regions that were found and not asked for, each once; of an account that was not, no
            region.
        others: folders of other things, such as digests, by name.
        failed: folders that could not be listed, and why.
        cut: folders that were not looked into, for they lie too deep or are too many; a trail may lie there.
        beside: folders beside trails in which no AWSLogs lies.
        requests: how many it took.
    """

    folders: list[Folder] = field(default_factory=list)
    left_out: list[tuple[str, str | None]] = field(default_factory=list)
    others: Counter[str] = field(default_factory=Counter)
    failed: list[tuple[str, AwsError]] = field(default_factory=list)
    cut: list[str] = field(default_factory=list)
    beside: list[str] = field(default_factory=list)
    requests: int = 0


def find_layout(folders_of: Callable[[str], list[str]], prefix: str, question: Question) -> Layout:
    """Find the accounts' and regions' folders below a prefix, whichever part of the way it names.

    Where nothing is laid out as CloudTrail does it, the whole prefix is one folder: names of files alone tell then.

    Args:
        folders_of: lists the folders below a prefix.
        prefix: as it was named.
        question: which accounts and regions are asked for.

    Raises:
        AwsError: the prefix itself cannot be listed.
    """
    named = prefix if prefix.endswith("/") or not prefix else f"{prefix}/"
    layout, level = Layout(), [named]
    above: list[str] = []  # what was looked into for AWSLogs
    on_the_way: list[str] = []  # that CloudTrail goes
    for depth in count():
        on_the_way += [one for one in level if _PATH.fullmatch(one)]
        followed = [one for one in level if not _is_logs(one, question, layout)]
        looked_into, cut = _within(followed, MOST_ABOVE - len(above) if depth <= DEEPEST else 0)
        above += looked_into
        layout.cut += cut
        left = set(cut)
        asked = [one for one in followed if one not in left]
        if not asked:
            break
        below = in_parallel(lambda one: _listed(folders_of, one), asked)
        layout.requests += len(asked)
        level = []
        for one, found in zip(asked, below, strict=True):
            if isinstance(found, AwsError):
                if one == named:
                    raise found
                layout.failed.append((one, found))
            else:
                level += _following(one, found, question, layout)
    if not (layout.folders or layout.left_out or layout.failed):
        return Layout([Folder(named)], others=layout.others, requests=layout.requests)
    layout.left_out = list(dict.fromkeys(layout.left_out))
    layout.beside = _topmost(above, [*on_the_way, *layout.cut, *(one for one, _ in layout.failed)])
    return layout


def _within(folders: list[str], room: int) -> tuple[list[str], list[str]]:
    """Give the folders that are not on CloudTrail's way: those to look into, and those that there is no room for.

    Folders with few beside them come first: days and partitions are many, and the parts of a trail's prefix are not.
    """
    above = [one for one in folders if not _PATH.fullmatch(one)]
    siblings = Counter(map(_parent, above))
    above.sort(key=lambda one: siblings[_parent(one)])
    return above[:room], sorted(above[room:])


def _topmost(above: list[str], told: list[str]) -> list[str]:
    """Give the folders in which nothing lies that is told of in another way, without those that lie in another one."""
    with_more = {""}
    for one in told:
        folder = one
        while folder not in with_more:
            with_more.add(folder)
            folder = _parent(folder)
    return sorted(one for one in above if one not in with_more and _parent(one) in with_more)


def _parent(folder: str) -> str:
    """Give the folder above one; empty for none.

    >>> _parent("org-trail/AWSLogs/")
    'org-trail/'
    """
    return folder[: folder.rfind("/", 0, -1) + 1]


def _listed(folders_of: Callable[[str], list[str]], prefix: str) -> list[str] | AwsError:
    try:
        return folders_of(prefix)
    except AwsError as error:
        return error


def _is_logs(prefix: str, question: Question, layout: Layout) -> bool:
    """Take in a prefix that is a region's, or days of one; say whether it is."""
    place = _PATH.fullmatch(prefix)
    if place is None or not place["region"]:
        return False
    if question.regions and place["region"] not in question.regions:
        layout.left_out.append((place["account"], place["region"]))
    else:
        layout.folders.append(Folder(prefix, place["account"], place["region"], by_day=not place["days"]))
    return True


def _following(prefix: str, below: list[str], question: Question, layout: Layout) -> list[str]:
    """Give the folders to go on with, of those below a prefix."""
    place = _PATH.fullmatch(prefix)
    if place is None:  # above AWSLogs
        return below
    following = []
    for one in below:
        if not _may_lead_on(one, prefix, place):
            layout.others[one.removeprefix(prefix).rstrip("/")] += 1
            continue
        account = _PATH.fullmatch(one)
        account_id = account["account"] if account else None
        if account_id and question.account_ids and account_id not in question.account_ids:
            layout.left_out.append((account_id, None))
        else:
            following.append(one)
    return following


def _may_lead_on(folder: str, prefix: str, place: re.Match[str]) -> bool:
    """Tell whether a trail may lie in a folder below a prefix on CloudTrail's way; else it is another service's."""
    if place["logs"]:
        return _REGION.fullmatch(folder) is not None
    if place["account"]:
        return folder.removeprefix(prefix) in _OF_AN_ACCOUNT
    return not _OF_OTHER_SERVICES.fullmatch(folder)
