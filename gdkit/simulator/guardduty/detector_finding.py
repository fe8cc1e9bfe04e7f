"""Findings as the simulator's detection writes them: the API's JSON, one version after the other.

Source: GuardDuty API Reference, Finding; titles and descriptions of published findings of the family.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from gdkit.findings.family import FAMILY
from gdkit.findings.fields import child, instant, text
from gdkit.model import utc_text
from gdkit.simulator.guardduty.shapes import wire_time
from gdkit.simulator.guardduty.state import partition_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from gdkit.simulator.guardduty.service import DetectorView
    from gdkit.simulator.world import Place

Document = dict[str, Any]

HIGH, MEDIUM = 8.0, 5.0
"""Severity; medium where the remote account is affiliated.

Source: GuardDuty User Guide, "GuardDuty IAM finding types", InstanceCredentialExfiltration.InsideAWS.
"""


@dataclass(frozen=True, slots=True)
class LeakedUse:
    """One call with an instance's credential from where it does not belong.

    Attributes:
        record: the CloudTrail record.
        instance_region: where the instance is, which need not be where the call was made.
        address: the caller's public address; None where the call came by a private one.
        remote_account_id: inside AWS, the account that the call came from.
    """

    record: Mapping[str, Any]
    principal_id: str
    role_name: str
    access_key_id: str
    instance_id: str
    account_id: str
    instance_region: str
    region: str
    at: datetime
    is_data_event: bool
    variant: Literal["OutsideAWS", "InsideAWS"] = "OutsideAWS"
    address: str | None = None
    place: Place | None = None
    remote_account_id: str | None = None
    affiliated: bool = False

    @property
    def type(self) -> str:
        """The finding's type."""
        return f"{FAMILY}.{self.variant}"

    @property
    def remote(self) -> str:
        """Who used it: the account inside AWS, the address outside."""
        return self.remote_account_id or self.address or ""


def first_version(identifier: str, detector: DetectorView, use: LeakedUse, details: Document, at: datetime) -> Document:
    """Write a new finding.

    Args:
        identifier: its id.
        detector: whose it is.
        use: the first use.
        details: the instance, as ``resource.instanceDetails``; empty where nothing is known of it.
        at: when it is created.
    """
    title, description = _words(use)
    created = wire_time(at)
    return {
        "schemaVersion": "2.0",
        "accountId": use.account_id,
        "region": use.region,
        "partition": partition_of(use.region),
        "id": identifier,
        "arn": f"{detector.arn}/finding/{identifier}",
        "type": use.type,
        "severity": _severity(use),
        "createdAt": created,
        "updatedAt": created,
        "title": title,
        "description": description,
        "resource": _resource(use, details),
        "service": {
            "serviceName": "guardduty",
            "detectorId": detector.id,
            "action": _action(use),
            "resourceRole": "TARGET",
            "additionalInfo": {"value": "{}", "type": "default"},
            "eventFirstSeen": utc_text(use.at),
            "eventLastSeen": utc_text(use.at),
            "archived": False,
            "count": 1,
        },
    }


def next_version(before: Document, use: LeakedUse, at: datetime) -> Document:
    """Add a use to a finding; a use that is earlier than the last one is counted, and what is shown stays.

    Args:
        before: the finding so far; it stays as it is.
        use: the further use.
        at: when GuardDuty has seen it.
    """
    service = before["service"]
    first_at, last_at = instant(service["eventFirstSeen"]) or use.at, instant(service["eventLastSeen"]) or use.at
    updated_at = instant(before["updatedAt"]) or at
    counted = {
        **service,
        "count": service["count"] + 1,
        "eventFirstSeen": utc_text(min(first_at, use.at)),
        "eventLastSeen": utc_text(max(last_at, use.at)),
    }
    version = {**before, "updatedAt": wire_time(max(updated_at, at)), "service": counted}
    if use.at < last_at:
        return version
    counted["action"] = _action(use)
    key = {**before["resource"]["accessKeyDetails"], "accessKeyId": use.access_key_id}
    version["resource"] = {**before["resource"], "accessKeyDetails": key, **_buckets(use, before["resource"])}
    title, description = _words(use)
    return {**version, "severity": _severity(use), "title": title, "description": description}


def _severity(use: LeakedUse) -> float:
    return MEDIUM if use.affiliated else HIGH


def _words(use: LeakedUse) -> tuple[str, str]:
    created = f"Credentials created exclusively for an EC2 instance using instance role {use.role_name} have been used"
    if use.variant == "OutsideAWS":
        title = f"Credentials for the EC2 instance role {use.role_name} were used from an external IP address."
        return title, f"{created} from external IP address {use.address}."
    title = f"Credentials for the EC2 instance role {use.role_name} were used from a remote AWS account."
    return title, f"{created} from a remote AWS account {use.remote_account_id}."


def _resource(use: LeakedUse, details: Document) -> Document:
    key = {
        "accessKeyId": use.access_key_id,
        "principalId": use.principal_id,
        "userType": "AssumedRole",
        "userName": use.role_name,
    }
    buckets = _buckets(use, {})
    resource = {"resourceType": "S3Bucket" if buckets else "AccessKey", "accessKeyDetails": key, **buckets}
    return {**resource, "instanceDetails": details} if details else resource


def _bucket(use: LeakedUse) -> str | None:
    return text(child(dict(use.record), "requestParameters", "bucketName"))


def _buckets(use: LeakedUse, resource: Document) -> Document:
    """Give the buckets of data events so far, this use's among them; nothing where there are none."""
    listed = resource.get("s3BucketDetails", [])
    name = _bucket(use) if use.is_data_event else None
    if name and name not in [bucket["name"] for bucket in listed]:
        listed = [*listed, {"name": name, "arn": f"arn:{partition_of(use.region)}:s3:::{name}"}]
    return {"s3BucketDetails": listed} if listed else {}


def _action(use: LeakedUse) -> Document:
    record, bucket = use.record, _bucket(use)
    call: Document = {
        "api": text(record.get("eventName")) or "",
        "serviceName": text(record.get("eventSource")) or "",
        "callerType": "Remote IP",
        "userAgent": text(record.get("userAgent")) or "",
        "affectedResources": {"AWS::S3::Bucket": bucket} if bucket else {},
    }
    if error_code := text(record.get("errorCode")):
        call["errorCode"] = error_code
    if use.address and use.place:
        call["remoteIpDetails"] = _remote_ip(use.address, use.place)
    if use.remote_account_id:
        call["remoteAccountDetails"] = {"accountId": use.remote_account_id, "affiliated": use.affiliated}
    return {"actionType": "AWS_API_CALL", "awsApiCallAction": call}


def _remote_ip(address: str, place: Place) -> Document:
    organization = dict.fromkeys(("asnOrg", "isp", "org"), place.organization)
    return {
        "ipAddressV6" if ":" in address else "ipAddressV4": address,
        "organization": {"asn": place.asn, **organization},
        "country": {"countryName": place.country, "countryCode": place.country_code},
        "city": {"cityName": place.city},
        "geoLocation": {"lat": place.latitude, "lon": place.longitude},
    }
