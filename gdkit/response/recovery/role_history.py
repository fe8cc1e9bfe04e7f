"""What the event history knows of changes to a role, by whomever: read-only calls, at the pace that AWS allows.

Since the theft every call of a kind that can change a role is asked for by the call's name, which finds all of them.
What was before is asked for by the role's name: it may find less, and nothing is concluded from what it does not find.

Source: CloudTrail API Reference, LookupEvents: EventName, ResourceName; two requests a second, 90 days.
"""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

from gdkit import tables
from gdkit.aws import ask, need
from gdkit.errors import AwsCall
from gdkit.trail.lookup.pace import Pacer
from gdkit.trail.record import row_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime

    from gdkit.aws import ReadOnlyAws

CHANGING = ("PutRolePolicy", "DeleteRolePolicy", "AttachRolePolicy", "DetachRolePolicy", "UpdateAssumeRolePolicy",
            "PutRolePermissionsBoundary", "DeleteRolePermissionsBoundary", "CreatePolicyVersion",
            "SetDefaultPolicyVersion")  # fmt: skip
"""Calls that change what a role may do, or who may take it. Source: IAM API Reference."""

MOST_PAGES = 40
"""Pages of fifty events that are read for one question; what is beyond them is told as not read."""

_IAM_REGIONS = {"aws": "us-east-1", "aws-cn": "cn-north-1", "aws-us-gov": "us-gov-west-1"}
"""Region in whose event history IAM's calls stand. Source: IAM User Guide, "Logging IAM and AWS STS API calls"."""

_wait: Callable[[float], None] = time.sleep


def role_events(
    aws: ReadOnlyAws, account_id: str, role_name: str, *, kept_from: datetime, since: datetime, until: datetime
) -> tuple[tuple[dict[str, Any], ...], tuple[str, ...]]:
    """Give the changes that the event history knows of, as rows of ``tables.EVENTS``, and what of it was not read.

    Args:
        aws: the reader.
        account_id: the role's account.
        role_name: the role.
        kept_from: how far the event history goes back.
        since: from when on every change is asked for.
        until: the end.

    Raises:
        AwsError: it could not be asked.
    """
    client = aws.client("cloudtrail", _IAM_REGIONS.get(aws.partition, aws.region), account_id)
    pacer, found, gaps = Pacer(), {}, []
    asked = [("EventName", name, since) for name in CHANGING] + [("ResourceName", role_name, kept_from)]
    for attribute, value, start in asked:
        pages = list(_pages(client, pacer, account_id, {
            "LookupAttributes": [{"AttributeKey": attribute, "AttributeValue": value}],
            "StartTime": max(start, kept_from), "EndTime": until}))  # fmt: skip
        if len(pages) > MOST_PAGES and attribute == "EventName":
            gaps.append(f"there are more than {MOST_PAGES * 50:,} calls {value} since then, and not all were read")
        for row in (row for page in pages[:MOST_PAGES] for row in _rows(page)):
            found[row["event_id"]] = row
    return tuple(found.values()), tuple(gaps)


def _pages(client: Any, pacer: Pacer, account_id: str, asked: dict[str, Any]) -> Iterator[Sequence[Any]]:
    """Give the pages of one question, one beyond the most where there are more."""
    call = AwsCall("cloudtrail", "LookupEvents", account_id)
    for _ in range(MOST_PAGES):
        _wait(pacer.reserve())
        answer = ask(client, "LookupEvents", asked, account_id=account_id)
        yield need(answer, "Events", call)
        if not answer.get("NextToken"):
            return
        asked = {**asked, "NextToken": answer["NextToken"]}
    yield ()


def _rows(page: Sequence[Any]) -> Iterator[dict[str, Any]]:
    for one in page:
        raw = str(one["CloudTrailEvent"])
        yield dict(zip(tables.EVENTS.names, row_of(json.loads(raw), raw, []), strict=False))
