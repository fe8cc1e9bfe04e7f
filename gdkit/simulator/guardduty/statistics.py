"""GetFindingsStatistics: findings counted in groups."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from gdkit.findings.criteria import values_at
from gdkit.findings.fields import instant
from gdkit.simulator.guardduty.state import invalid, out_of_bounds, refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from gdkit.simulator.call import Call, Result

_ONE_OF_BOTH = "Either findingStatisticTypes or groupBy is needed, and not both."
_RESOURCE_IDS = {
    "AccessKey": "resource.accessKeyDetails.accessKeyId",
    "Instance": "resource.instanceDetails.instanceId",
    "S3Bucket": "resource.s3BucketDetails.name",
}
"""Source: botocore's model of GuardDuty, ``ResourceStatistics.ResourceId``."""

Finding = dict[str, Any]


def statistics(call: Call, findings: list[Finding]) -> Result:
    """Count findings as a call asks.

    Raises:
        ApiError: neither or both ways of counting are asked for, or one that does not exist.

    Source: GuardDuty API Reference, GetFindingsStatistics.
    """
    types, group_by = call.parameters.get("FindingStatisticTypes"), call.parameters.get("GroupBy")
    if bool(types) == bool(group_by):
        raise refused(
            f"The request is rejected because one or more input parameters have invalid values. {_ONE_OF_BOTH}"
        )
    if types:
        if set(types) != {"COUNT_BY_SEVERITY"} or {"MaxResults", "OrderBy"} & set(call.parameters):
            raise invalid("findingStatisticTypes")
        return {"FindingStatistics": {"CountBySeverity": _by_severity(findings)}}
    if group_by not in _GROUPS:
        raise invalid("groupBy")
    name, key = _GROUPS[group_by]
    return {"FindingStatistics": {name: _grouped(call, findings, key)}, "NextToken": ""}


def _by_severity(findings: list[Finding]) -> dict[str, int]:
    counts: dict[str, int] = defaultdict(int)
    for finding in findings:
        counts[str(float(finding["severity"]))] += 1
    return dict(counts)


def _grouped(call: Call, findings: list[Finding], key: Callable[[Finding], dict[str, Any]]) -> list[dict[str, Any]]:
    most, order = call.parameters.get("MaxResults", 25), call.parameters.get("OrderBy", "DESC")
    if not 1 <= most <= 100:
        raise out_of_bounds("maxResults")
    if order not in ("ASC", "DESC"):
        raise invalid("orderBy")
    members: dict[tuple[tuple[str, Any], ...], list[Finding]] = defaultdict(list)
    for finding in findings:
        members[tuple(key(finding).items())].append(finding)
    rows = [
        {
            **dict(named),
            "LastGeneratedAt": max(_created_at(finding) for finding in group),
            "TotalFindings": len(group),
        }
        for named, group in members.items()
    ]
    return sorted(rows, key=lambda row: row["TotalFindings"], reverse=order == "DESC")[:most]


def _created_at(finding: Finding) -> datetime:
    return instant(finding["createdAt"]) or datetime.min.replace(tzinfo=UTC)


def _resource(finding: Finding) -> dict[str, Any]:
    kind = finding["resource"].get("resourceType", "")
    ids = values_at(finding, _RESOURCE_IDS.get(kind, "resource.resourceType"))
    return {
        "AccountId": finding["accountId"],
        "ResourceId": str(next(iter(ids), "")),
        "ResourceType": kind,
    }


def _date(finding: Finding) -> dict[str, Any]:
    day = _created_at(finding).replace(hour=0, minute=0, second=0, microsecond=0)
    return {"Date": day, "Severity": float(finding["severity"])}


_GROUPS: dict[str, tuple[str, Callable[[Finding], dict[str, Any]]]] = {
    "ACCOUNT": ("GroupedByAccount", lambda finding: {"AccountId": finding["accountId"]}),
    "DATE": ("GroupedByDate", _date),
    "FINDING_TYPE": ("GroupedByFindingType", lambda finding: {"FindingType": finding["type"]}),
    "RESOURCE": ("GroupedByResource", _resource),
    "SEVERITY": ("GroupedBySeverity", lambda finding: {"Severity": float(finding["severity"])}),
}
