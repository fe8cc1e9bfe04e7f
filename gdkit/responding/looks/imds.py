"""Every instance of the account that still answers IMDSv1, and every region in which a new one would."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gdkit import tables
from gdkit.aws import ask, find_regions, rows
from gdkit.aws.parallel import in_parallel
from gdkit.case.results import load_result
from gdkit.errors import AwsError
from gdkit.responding.looks.look import Look
from gdkit.response.instance.host import tags_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gdkit.aws import ReadOnlyAws
    from gdkit.responding.looks import Asked

OPTIONAL = [{"Name": "metadata-options.http-tokens", "Values": ["optional"]}]
"""Instances that answer IMDSv1. Source: EC2 API Reference, DescribeInstances, Filters."""

_SHOWN = ("instance_id", "name", "region", "state", "hop_limit", "profile_arn", "same_role")
_GONE = ("terminated", "shutting-down")


@dataclass(frozen=True, slots=True)
class _Region:
    """What one region told.

    Attributes:
        instances: those that answer IMDSv1, as DescribeInstances gives them.
        requires: whether new instances are asked for IMDSv2; None where that was not told.
        failed: what could not be asked, and why, a sentence each.
    """

    name: str
    instances: tuple[Mapping[str, Any], ...] = ()
    requires: bool | None = None
    failed: tuple[str, ...] = ()


def look(asked: Asked) -> Look:
    """List the instances of the case's account that answer IMDSv1, of every enabled region.

    Raises:
        CaseError: the case has no result yet.
        AwsError: AWS cannot be reached.
    """
    reader, result = asked.enter().reader, load_result(asked.case)
    account_id = result["session"]["account_id"] or reader.account_id
    regions = find_regions(reader, account_id=account_id)
    told = in_parallel(lambda name: _ask(reader, account_id, name), regions.names)
    role = {row["profile_arn"] for row in result["fleet"] if row["profile_arn"]}
    found = [_row(one, region.name, account_id, role) for region in told for one in region.instances]
    found.sort(key=lambda row: (not row["same_role"], row["region"], row["instance_id"]))
    gaps = [*regions.warnings, *(one for region in told for one in region.failed)]
    frame = tables.frame_of_rows(tables.IMDS, found)
    return Look("Who still answers IMDSv1", _summary(found, told, account_id), frame, _SHOWN, _notes(told, gaps),
                None if gaps and not found else not found)  # fmt: skip


def _ask(aws: ReadOnlyAws, account_id: str, region: str) -> _Region:
    client = aws.client("ec2", region, account_id)
    try:
        groups = list(rows(client, "DescribeInstances", "Reservations", {"Filters": OPTIONAL}, account_id=account_id))
    except AwsError as error:
        return _Region(region, failed=(f"{region} was not searched: {error}",))
    instances = [one for group in groups for one in group["Instances"] if _answers(one)]
    try:
        default = ask(client, "GetInstanceMetadataDefaults", {}, account_id=account_id).get("AccountLevel") or {}
    except AwsError as error:
        return _Region(region, tuple(instances), failed=(f"the default of {region} was not read: {error}",))
    return _Region(region, tuple(instances), default.get("HttpTokens") == "required")


def _answers(instance: Mapping[str, Any]) -> bool:
    options = instance.get("MetadataOptions") or {}
    return options.get("HttpEndpoint") != "disabled" and instance["State"]["Name"] not in _GONE


def _row(instance: Mapping[str, Any], region: str, account_id: str, role: set[str]) -> dict[str, Any]:
    options = instance.get("MetadataOptions") or {}
    profile = (instance.get("IamInstanceProfile") or {}).get("Arn")
    return {"instance_id": instance["InstanceId"], "name": tags_of(instance).get("Name"), "account_id": account_id,
            "region": region, "state": instance["State"]["Name"], "http_tokens": options.get("HttpTokens"),
            "hop_limit": options.get("HttpPutResponseHopLimit"), "profile_arn": profile,
            "same_role": profile in role}  # fmt: skip


def _summary(found: Sequence[Mapping[str, Any]], told: Sequence[_Region], account_id: str) -> str:
    searched = sum(not any("not searched" in one for one in region.failed) for region in told)
    where = f"in {searched} of {len(told)} enabled regions of account {account_id}"
    if not found:
        return f"No instance that answers IMDSv1 was seen {where}."
    mine, bare = sum(row["same_role"] for row in found), sum(row["profile_arn"] is None for row in found)
    return (f"{len(found)} instances answer IMDSv1 {where}: {mine} of the leaked role; {bare} have no role that could "
            "be stolen.")  # fmt: skip


def _notes(told: Sequence[_Region], gaps: Sequence[str]) -> list[str]:
    lax = [region.name for region in told if region.requires is False]
    notes = ["Require IMDSv2 on the leaked instance by require-imdsv2. For the others look first at the CloudWatch "
             "metric MetadataNoToken: while it counts, software there still uses IMDSv1, and would stop."]  # fmt: skip
    if lax:
        notes.append(f"A new instance answers IMDSv1 unless its template or image says otherwise (imds-defaults) in: "
                     f"{', '.join(lax)}.")  # fmt: skip
    return [*notes, *gaps]
