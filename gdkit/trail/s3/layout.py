"""Where in a bucket a trail's log files lie: by account and region, below any prefix that is named."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from gdkit.aws.parallel import in_parallel
from gdkit.errors import AwsError

if TYPE_CHECKING:
    from collections.abc import Callable

    from gdkit.trail.fetched import Question

_PATH = re.compile(
    r"(?:.*/)?AWSLogs/(?:o-[a-z0-9]{10,32}/)?"
    r"(?:(?P<account>\d{12})/(?P<logs>CloudTrail/(?:(?P<region>[a-z]{2,}(?:-[a-z]+)+-\d+)/"
    r"(?P<days>\d{4}/(?:\d\d/(?:\d\d/)?)?)?)?)?)?"
)
"""Folders on the way to log files.

Source: CloudTrail User Guide, "Finding your CloudTrail log files", and "Organization trails" (``AWSLogs/O-ID/``).
"""
_ACCOUNT_OR_ORGANIZATION = re.compile(r".*/(?:\d{12}|o-[a-z0-9]{10,32})/")
_REGION = re.compile(r".*/[a-z]{2,}(?:-[a-z]+)+-\d+/")
_LOGS = "CloudTrail/"
_ABOVE = 3
"""How many folders deep AWSLogs is looked for: a prefix may have several parts, and a bucket several trails."""
_MOST_ABOVE = 200
"""Folders above AWSLogs that are looked into."""


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
        left_out: accounts and regions that were found and not asked for; of an account that was not, no region.
        others: folders of other things, such as digests, by name.
        failed: folders that could not be listed, and why.
        requests: how many it took.
    """

    folders: list[Folder] = field(default_factory=list)
    left_out: list[tuple[str, str | None]] = field(default_factory=list)
    others: Counter[str] = field(default_factory=Counter)
    failed: list[tuple[str, AwsError]] = field(default_factory=list)
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
    named = f"{prefix.rstrip('/')}/" if prefix.strip("/") else ""
    layout, level, above = Layout(), [named], 0
    while level:
        asked = [one for one in level if not _is_logs(one, question, layout)]
        below = in_parallel(lambda one: _listed(folders_of, one), asked)
        layout.requests += len(asked)
        above += not all(_PATH.fullmatch(one) for one in asked)
        level = []
        for one, found in zip(asked, below, strict=True):
            if isinstance(found, AwsError):
                if one == named:
                    raise found
                layout.failed.append((one, found))
            elif _PATH.fullmatch(one) or above <= _ABOVE:
                level += _following(one, found, question, layout)
        above_them = [one for one in level if not _PATH.fullmatch(one)]
        level = [one for one in level if one not in above_them[_MOST_ABOVE:]]
    if not (layout.folders or layout.left_out or layout.failed):
        layout.folders.append(Folder(named))
    return layout


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
        return [one for one in below if one.endswith(("/AWSLogs/", "AWSLogs/"))] or below
    wanted = [f"{prefix}{_LOGS}"] if place["account"] and not place["logs"] else None
    form = _REGION if place["logs"] else _ACCOUNT_OR_ORGANIZATION
    found = [one for one in below if (one in wanted if wanted is not None else form.fullmatch(one))]
    layout.others.update(one.removeprefix(prefix).rstrip("/") for one in below if one not in found)
    following = []
    for one in found:
        account = _PATH.fullmatch(one)
        account_id = account["account"] if account else None
        if account_id and question.account_ids and account_id not in question.account_ids:
            layout.left_out.append((account_id, None))
        else:
            following.append(one)
    return following
