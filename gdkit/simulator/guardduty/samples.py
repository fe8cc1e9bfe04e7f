"""Sample findings, recognisable as such: made-up values only.

Source: GuardDuty User Guide, "Sample findings"; published findings that CreateSampleFindings made.
"""

from __future__ import annotations

import json
from collections import deque
from typing import TYPE_CHECKING, Any

from gdkit.findings.family import FAMILY
from gdkit.simulator.guardduty.shapes import wire_time
from gdkit.simulator.guardduty.state import StoredFinding, invalid, partition_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gdkit.simulator.guardduty.state import DetectorState, State

SEVERITIES = {
    f"{FAMILY}.OutsideAWS": 8.0,
    f"{FAMILY}.InsideAWS": 8.0,
    "UnauthorizedAccess:IAMUser/TorIPCaller": 5.0,
    "Stealth:IAMUser/CloudTrailLoggingDisabled": 2.0,
    "Persistence:IAMUser/AnomalousBehavior": 5.0,
}
"""The types that the simulator has samples of; AWS has many more. Source: GuardDuty User Guide, "GuardDuty IAM finding
types"."""
_REMOTE_ACCOUNT = "444455556666"


def add_samples(state: State, detector: DetectorState, types: Sequence[str] | None) -> None:
    """Make one sample of each type; one that is there already is counted up.

    Args:
        state: what GuardDuty remembers.
        detector: where they go.
        types: None for all that there are samples of.

    Raises:
        ApiError: there is no sample of a type.
    """
    chosen = list(SEVERITIES) if types is None else list(types)
    if any(kind not in SEVERITIES for kind in chosen):
        raise invalid("findingTypes", f"(the simulator has samples of {', '.join(SEVERITIES)})")
    now = state.clock.now()
    for kind in dict.fromkeys(chosen):
        document = _sample(state, detector, kind)
        stored = detector.findings.get(document["id"])
        if stored is None:
            detector.findings[document["id"]] = StoredFinding(deque([(now, document)]))
        else:
            stored.coming.append((now, _seen_again(stored.document, document)))
    state.settle()


def _seen_again(before: dict[str, Any], now: dict[str, Any]) -> dict[str, Any]:
    service = {
        **now["service"],
        "count": before["service"]["count"] + 1,
        "eventFirstSeen": before["service"]["eventFirstSeen"],
    }
    return {**now, "createdAt": before["createdAt"], "service": service}


def _sample(state: State, detector: DetectorState, kind: str) -> dict[str, Any]:
    identifier = state.new_id("sample", detector.id, kind)
    at = wire_time(state.clock.now())
    title, description = _words(kind)
    return {
        "schemaVersion": "2.0",
        "accountId": detector.account_id,
        "region": detector.region,
        "partition": partition_of(detector.region),
        "id": identifier,
        "arn": f"{detector.arn}/finding/{identifier}",
        "type": kind,
        "severity": SEVERITIES[kind],
        "createdAt": at,
        "updatedAt": at,
        "title": f"[SAMPLE] {title}",
        "description": description,
        "resource": _resource(kind),
        "service": {
            "serviceName": "guardduty",
            "detectorId": detector.id,
            "action": {"actionType": "AWS_API_CALL", "awsApiCallAction": _call(kind)},
            "resourceRole": "TARGET",
            "additionalInfo": {"value": json.dumps({"sample": True}), "type": "default"},
            "eventFirstSeen": at,
            "eventLastSeen": at,
            "archived": False,
            "count": 1,
        },
    }


def _words(kind: str) -> tuple[str, str]:
    role = "GeneratedFindingUserName"
    created = f"Credentials created exclusively for an EC2 instance using instance role {role} have been used from"
    if kind.endswith(".OutsideAWS"):
        title = f"Credentials for the EC2 instance role {role} were used from an external IP address."
        return title, f"{created} external IP address 198.51.100.0."
    if kind.endswith(".InsideAWS"):
        title = f"Credentials for the EC2 instance role {role} were used from a remote AWS account."
        return title, f"{created} a remote AWS account {_REMOTE_ACCOUNT}."
    return f"A finding of type {kind}.", "API GeneratedFindingAPIName was invoked from 198.51.100.0."


def _resource(kind: str) -> dict[str, Any]:
    of_family = kind.startswith(FAMILY)
    key = {
        "accessKeyId": "GeneratedFindingAccessKeyId",
        "principalId": "GeneratedFindingPrincipalId",
        "userType": "AssumedRole" if of_family else "IAMUser",
        "userName": "GeneratedFindingUserName",
    }
    resource: dict[str, Any] = {"resourceType": "AccessKey", "accessKeyDetails": key}
    if of_family:
        resource["instanceDetails"] = {"instanceId": "i-99999999", "imageId": "ami-99999999"}
    return resource


def _call(kind: str) -> dict[str, Any]:
    call: dict[str, Any] = {
        "api": "GeneratedFindingAPIName",
        "serviceName": "GeneratedFindingAPIServiceName",
        "callerType": "Remote IP",
        "affectedResources": {},
        "remoteIpDetails": {
            "ipAddressV4": "198.51.100.0",
            "organization": {
                "asn": "-1",
                "asnOrg": "GeneratedFindingASNOrg",
                "isp": "GeneratedFindingISP",
                "org": "GeneratedFindingORG",
            },
            "country": {"countryName": "GeneratedFindingCountryName"},
            "city": {"cityName": "GeneratedFindingCityName"},
            "geoLocation": {"lat": 0.0, "lon": 0.0},
        },
    }
    if kind.endswith(".InsideAWS"):
        call["remoteAccountDetails"] = {"accountId": _REMOTE_ACCOUNT, "affiliated": False}
    return call
