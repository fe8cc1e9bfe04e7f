"""Snapshots that gdkit made for a case."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gdkit.response.instance.host import case_filters, listed_of, tags_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gdkit.aws import ReadOnlyAws
    from gdkit.response.step import Target

SNAPSHOTS = "arn:{partition}:ec2:{region}::snapshot/*"
"""Every snapshot, as a policy names it: such an ARN has no account."""

COPY_TAG = "gdkit:copy-of"
"""Tag of a copy: the snapshot that it is of."""


def of_case(aws: ReadOnlyAws, target: Target) -> list[Mapping[str, Any]]:
    """Give the snapshots of the case's instance as DescribeSnapshots does, by id, without copies of them.

    Raises:
        AwsError: they could not be read.
    """
    return [one for one in _tagged(aws, target) if COPY_TAG not in tags_of(one)]


def copies_of_case(aws: ReadOnlyAws, target: Target) -> dict[str, Mapping[str, Any]]:
    """Give the copies that gdkit made of the case's snapshots, by the id of what each is a copy of.

    Raises:
        AwsError: they could not be read.
    """
    return {tags_of(one)[COPY_TAG]: one for one in _tagged(aws, target) if COPY_TAG in tags_of(one)}


def _tagged(aws: ReadOnlyAws, target: Target) -> list[Mapping[str, Any]]:
    asks = {"OwnerIds": ["self"], "Filters": case_filters(target)}
    found = listed_of(aws, target, "ec2", "DescribeSnapshots", "Snapshots", asks)
    return sorted(found, key=lambda one: str(one["SnapshotId"]))
