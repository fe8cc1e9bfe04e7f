"""Where a trail's log files are, as its settings in AWS say, and whether a table over them is there already."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gdkit.aws.calls import ask, need, rows
from gdkit.aws.regions import find_regions
from gdkit.errors import AwsCall, AwsError, UsageError
from gdkit.identifiers import parse_arn
from gdkit.trail.query.ddl import TrailPlace, check_place, differences
from gdkit.trail.query.glue import read_table

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from gdkit.aws import ReadOnlyAws
    from gdkit.trail.query.table import TableShape


def place_of_trail(
    aws: ReadOnlyAws, name: str, *, accounts: Sequence[str], regions: Sequence[str], since: date
) -> TrailPlace:
    """Read where a trail's log files are.

    Args:
        aws: the reader.
        name: of the trail, or its ARN; empty where there is one alone.
        accounts: those to list in the table; empty for the trail's own, or for each query to name where it is an
            organisation's.
        regions: those to list; empty for every enabled one.
        since: the first day.

    Raises:
        UsageError: there is no such trail, there are several and none is named, or its place is none for Athena.
        AwsError: AWS cannot be asked.

    Source: CloudTrail API Reference, DescribeTrails; CloudTrail User Guide, "Finding your CloudTrail log files".
    """
    trail = _trail(aws, name)
    of_organization = bool(trail.get("IsOrganizationTrail"))
    owner = parse_arn(trail["TrailARN"])
    prefix = trail.get("S3KeyPrefix") or ""
    if prefix:
        check_place(trail["S3BucketName"], f"{prefix}/AWSLogs/")
    own = () if of_organization or owner is None else (owner.account_id,)
    if trail.get("IsMultiRegionTrail"):
        places = find_regions(aws, regions).names
    else:
        places = (str(trail.get("HomeRegion") or aws.region),)
    return TrailPlace(
        bucket=trail["S3BucketName"],
        prefix=prefix,
        organization_id=_organization(aws) if of_organization else "",
        accounts=tuple(accounts) or own,
        regions=places,
        since=since,
    )


def look_at(aws: ReadOnlyAws, wanted: TableShape) -> tuple[str, ...] | None:
    """Say what a table that is there has otherwise than wanted; nothing where it is the same, None where there is none.

    Raises:
        AwsError: it cannot be looked at.
    """
    try:
        found = read_table(aws, aws.region, wanted.database, wanted.name)
    except AwsError as error:
        if error.code == "EntityNotFoundException":
            return None
        raise
    return tuple(differences(wanted, found))


def _trail(aws: ReadOnlyAws, name: str) -> dict[str, Any]:
    listed = list(rows(aws.client("cloudtrail"), "DescribeTrails", "trailList", account_id=aws.account_id))
    found = [one for one in listed if name in ("", one["Name"], one["TrailARN"])]
    if len(found) == 1:
        return dict(found[0])
    names = ", ".join(one["Name"] for one in listed) or "none"
    problem = f"there is no trail {name[:80]!r} in reach" if name else f"there are {len(listed)} trails"
    raise UsageError(problem, action=f"name one with --trail; in reach: {names}")


def _organization(aws: ReadOnlyAws) -> str:
    """Give the id of the organisation, which stands in the keys of its trail's files."""
    answer = ask(aws.client("organizations"), "DescribeOrganization", account_id=aws.account_id)
    call = AwsCall("organizations", "DescribeOrganization", aws.account_id)
    return str(need(answer, "Organization", call)["Id"])
