"""A canonical finding becomes a ``Finding``: the only place that knows where each field stands.

Source: GuardDuty API Reference, Finding and the types below it (``resource``, ``service``, ``awsApiCallAction``).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from gdkit.findings.fields import (
    JsonObject,
    account,
    asn,
    child,
    flag,
    instant,
    items,
    json_in,
    mapping,
    number,
    text,
    whole,
)
from gdkit.findings.oddities import oddities
from gdkit.identifiers import address_kind, normal_address, parse_arn
from gdkit.model import Finding, InstanceDetails, RemoteParty, Variant

if TYPE_CHECKING:
    from datetime import datetime

    from gdkit.findings.shapes import Candidate

_TIMES = {
    "created_at": ("createdAt",),
    "updated_at": ("updatedAt",),
    "first_seen_at": ("service", "eventFirstSeen"),
    "last_seen_at": ("service", "eventLastSeen"),
}
_LAUNCH = ("resource", "instanceDetails", "launchTime")
_SAMPLE_INSTANCE = "i-99999999"
"""The instance of every sample finding. Source: findings that CreateSampleFindings makes."""


def id_of(body: JsonObject, sha256: str) -> str:
    """Give the finding's id, from its ARN where it has none of its own; else a name made of the input's hash."""
    arn = text(body.get("arn")) or ""
    in_arn = arn.rpartition("/finding/")[2] if "/finding/" in arn else None
    return text(body.get("id")) or in_arn or f"no-id-{sha256[:12]}"


def parse_finding(candidate: Candidate, variant: Variant, raw: bytes, sha256: str) -> Finding:
    """Read a canonical finding.

    Args:
        candidate: the finding, its type one of the family.
        variant: the member of the family.
        raw: the input's bytes.
        sha256: hex SHA-256 of them.

    Returns:
        The finding, its warnings included; fields that it does not hold are None.
    """
    body = candidate.body
    arn = parse_arn(body.get("arn"))
    finding = Finding(
        id=id_of(body, sha256),
        type=text(body.get("type")) or "",
        variant=variant,
        account_id=account(body.get("accountId")) or (arn.account_id or None if arn else None),
        region=text(body.get("region")) or (arn.region or None if arn else None),
        raw=raw,
        raw_sha256=sha256,
        shape=candidate.shape,
        arn=text(body.get("arn")),
        partition=text(body.get("partition")) or (arn.partition or None if arn else None),
        severity=number(body.get("severity")),
        title=text(body.get("title")),
        description=text(body.get("description")),
        sample=_is_sample(body),
        attack_sequence_arn=text(body.get("associatedAttackSequenceArn")),
        detector_id=text(child(body, "service", "detectorId")) or _detector_in(arn.resource if arn else ""),
    )
    finding = _with_call(_with_resource(_with_service(finding, body), body), body)
    envelope = candidate.envelope_account_id
    if envelope and finding.account_id and envelope != finding.account_id:
        finding = replace(finding, envelope_account_id=envelope)
    return replace(finding, warnings=oddities(finding, body, _unread_times(body)))


def _detector_in(resource: str) -> str | None:
    parts = resource.split("/")
    return parts[1] if len(parts) > 2 and parts[0] == "detector" and parts[1] else None


def _time(body: JsonObject, path: tuple[str, ...]) -> datetime | None:
    return instant(child(body, *path))


def _unread_times(body: JsonObject) -> tuple[str, ...]:
    paths = (*_TIMES.values(), _LAUNCH)
    return tuple(
        ".".join(path) for path in paths if child(body, *path) not in (None, "") and instant(child(body, *path)) is None
    )


def _with_service(finding: Finding, body: JsonObject) -> Finding:
    return replace(
        finding,
        created_at=_time(body, _TIMES["created_at"]),
        updated_at=_time(body, _TIMES["updated_at"]),
        first_seen_at=_time(body, _TIMES["first_seen_at"]),
        last_seen_at=_time(body, _TIMES["last_seen_at"]),
        count=whole(child(body, "service", "count")),
        archived=flag(child(body, "service", "archived")),
        threat_lists=_threat_lists(body),
    )


def _threat_lists(body: JsonObject) -> tuple[str, ...]:
    """Name the threat lists that the finding's evidence rests on: service.evidence.threatIntelligenceDetails."""
    details = items(body, "service", "evidence", "threatIntelligenceDetails")
    return _once([text(child(detail, "threatListName")) for detail in details])


def _with_resource(finding: Finding, body: JsonObject) -> Finding:
    resource = mapping(body, "resource")
    key = mapping(resource, "accessKeyDetails")
    buckets = (text(child(bucket, "name")) for bucket in items(resource, "s3BucketDetails"))
    return replace(
        finding,
        principal_id=text(key.get("principalId")),
        access_key_id=text(key.get("accessKeyId")),
        role_name=text(key.get("userName")),
        user_type=text(key.get("userType")),
        resource_type=text(resource.get("resourceType")),
        bucket_names=tuple(dict.fromkeys(name for name in buckets if name)),
        instance=_instance(body),
    )


def _instance(body: JsonObject) -> InstanceDetails:
    details = mapping(body, "resource", "instanceDetails")
    private, public, vpcs = _addresses(items(details, "networkInterfaces"))
    return InstanceDetails(
        instance_id=text(details.get("instanceId")),
        private_addresses=private,
        public_addresses=public,
        vpc_ids=vpcs,
        profile_arn=text(child(details, "iamInstanceProfile", "arn")),
        image_id=text(details.get("imageId")),
        launched_at=_time(body, _LAUNCH),
        outpost_arn=text(details.get("outpostArn")),
    )


def _addresses(interfaces: list[object]) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Give private addresses, public ones and VPCs of all interfaces, each once; IPv6 goes by what it can reach."""
    private: list[str | None] = []
    public: list[str | None] = []
    for interface in interfaces:
        private.append(normal_address(child(interface, "privateIpAddress")))
        private += [
            normal_address(child(entry, "privateIpAddress") if isinstance(entry, dict) else entry)
            for entry in items(interface, "privateIpAddresses")
        ]
        public.append(normal_address(child(interface, "publicIp")))
        for address in items(interface, "ipv6Addresses"):
            (public if address_kind(address) == "public" else private).append(normal_address(address))
    vpcs = [text(child(interface, "vpcId")) for interface in interfaces]
    return _once(private), _once(public), _once(vpcs)


def _once(values: list[str | None]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(found for value in values if (found := text(value))))


def _with_call(finding: Finding, body: JsonObject) -> Finding:
    call = mapping(body, "service", "action", "awsApiCallAction")
    return replace(
        finding,
        remote=_remote(call),
        api=text(call.get("api")),
        api_service=text(call.get("serviceName")),
        user_agent=text(call.get("userAgent")),
        error_code=text(call.get("errorCode")),
    )


def _remote(call: JsonObject) -> RemoteParty:
    ip = mapping(call, "remoteIpDetails")
    organization = mapping(ip, "organization")
    remote_account = mapping(call, "remoteAccountDetails")
    address = text(ip.get("ipAddressV4")) or text(ip.get("ipAddressV6"))
    return RemoteParty(
        address=normal_address(address),
        asn=asn(organization.get("asn")),
        asn_org=text(organization.get("asnOrg")),
        isp=text(organization.get("isp")),
        organization=text(organization.get("org")),
        country=text(child(ip, "country", "countryName")),
        country_code=text(child(ip, "country", "countryCode")),
        city=text(child(ip, "city", "cityName")),
        account_id=account(remote_account.get("accountId")),
        affiliated=flag(remote_account.get("affiliated")),
        aws_service=text(remote_account.get("awsServiceName")),
    )


def _is_sample(body: JsonObject) -> bool:
    """Tell a generated sample finding by its flag, wherever it stands, or by the values that only samples hold.

    Source: GuardDuty User Guide, "Sample findings"; the members of findings that CreateSampleFindings makes.
    """
    info = child(body, "service", "additionalInfo")
    for holder in (info, json_in(info), json_in(child(info, "value"))):
        if flag(child(holder, "sample")):
            return True
    if text(child(body, "resource", "instanceDetails", "instanceId")) == _SAMPLE_INSTANCE:
        return True
    key = mapping(body, "resource", "accessKeyDetails")
    return any(isinstance(value, str) and value.startswith("GeneratedFinding") for value in key.values())
