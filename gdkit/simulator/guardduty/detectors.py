"""GuardDuty's operations on detectors: one an account and region."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gdkit.simulator.guardduty.pages import page
from gdkit.simulator.guardduty.shapes import wire_time
from gdkit.simulator.guardduty.state import DetectorState, invalid, partition_of, refused

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from gdkit.simulator.call import Call, Result
    from gdkit.simulator.guardduty.state import State

_FREQUENCIES = ("FIFTEEN_MINUTES", "ONE_HOUR", "SIX_HOURS")
_ALWAYS = ("CLOUD_TRAIL", "DNS_LOGS", "FLOW_LOGS")
S3_DATA_EVENTS = "S3_DATA_EVENTS"
_FEATURES = {
    S3_DATA_EVENTS: "ENABLED",
    "EKS_AUDIT_LOGS": "ENABLED",
    "EBS_MALWARE_PROTECTION": "ENABLED",
    "RDS_LOGIN_EVENTS": "ENABLED",
    "LAMBDA_NETWORK_LOGS": "ENABLED",
    "EKS_RUNTIME_MONITORING": "DISABLED",
    "RUNTIME_MONITORING": "DISABLED",
    "AI_PROTECTION": "DISABLED",
    "AI_ANALYST": "DISABLED",
}
"""What can be switched, and how it stands in a new detector.

Source: botocore's model of GuardDuty, ``DetectorFeature`` and CreateDetector ("enabled by default, with an exception to
RUNTIME_MONITORING"); how the two AI features stand is not said there, off is a guess.
"""


def open_detector(state: State, account_id: str, region: str) -> DetectorState:
    """Make the detector of an account and region.

    Raises:
        ApiError: there is one already.

    Source: GuardDuty API Reference, CreateDetector ("one detector per account per Region"); the error's text, issues of
    the Terraform AWS provider.
    """
    if (account_id, region) in state.detectors:
        raise refused("The request is rejected because a detector already exists for the current account.")
    now = state.clock.now()
    made = DetectorState(
        id=state.new_id("detector", account_id, region, now.isoformat()),
        account_id=account_id,
        region=region,
        created_at=now,
        updated_at=now,
        features=dict(_FEATURES),
    )
    state.detectors[account_id, region] = made
    return made


def _create(state: State, call: Call) -> Result:
    changes = _changes(call)
    made = open_detector(state, call.account_id, call.region)
    _apply(made, changes)
    made.tags.update(call.parameters.get("Tags") or {})
    return {"DetectorId": made.id}


def _list(state: State, call: Call) -> Result:
    found = state.detectors.get((call.account_id, call.region))
    ids, following = page(call, [found.id] if found else [])
    return {"DetectorIds": ids, "NextToken": following}


def _get(state: State, call: Call) -> Result:
    found = state.detector(call)
    features = {**dict.fromkeys(_ALWAYS, "ENABLED"), **found.features}
    service_role = "role/aws-service-role/guardduty.amazonaws.com/AWSServiceRoleForAmazonGuardDuty"
    return {
        "CreatedAt": wire_time(found.created_at),
        "FindingPublishingFrequency": found.frequency,
        "ServiceRole": f"arn:{partition_of(found.region)}:iam::{found.account_id}:{service_role}",
        "Status": "ENABLED" if found.enabled else "DISABLED",
        "UpdatedAt": wire_time(found.updated_at),
        "Tags": dict(found.tags),
        "Features": [
            {"Name": name, "Status": status, "UpdatedAt": found.updated_at} for name, status in features.items()
        ],
    }


def _update(state: State, call: Call) -> Result:
    found = state.detector(call)
    _apply(found, _changes(call))
    found.updated_at = state.clock.now()
    return {}


def _delete(state: State, call: Call) -> Result:
    found = state.managed_detector(call)
    if state.members_of(found.account_id):
        raise refused(
            "The request is rejected because the current account cannot delete detector while it has invited or "
            "associated members."
        )
    del state.detectors[found.account_id, found.region]
    return {}


def _changes(call: Call) -> dict[str, Any]:
    """Check what a call sets, before anything is changed."""
    given = call.parameters
    frequency = given.get("FindingPublishingFrequency")
    if frequency is not None and frequency not in _FREQUENCIES:
        raise invalid("findingPublishingFrequency")
    features = _of_data_sources(given.get("DataSources") or {})
    for feature in given.get("Features") or ():
        if feature.get("Name") not in _FEATURES or feature.get("Status") not in ("ENABLED", "DISABLED"):
            raise invalid("features")
        features[feature["Name"]] = feature["Status"]
    return {"enabled": given.get("Enable"), "frequency": frequency, "features": features}


def _apply(detector: DetectorState, changes: Mapping[str, Any]) -> None:
    if changes["enabled"] is not None:
        detector.enabled = changes["enabled"]
    if changes["frequency"] is not None:
        detector.frequency = changes["frequency"]
    detector.features.update(changes["features"])


def _of_data_sources(sources: Mapping[str, Any]) -> dict[str, str]:
    """Read the older way of switching features."""
    switches = {
        S3_DATA_EVENTS: sources.get("S3Logs", {}).get("Enable"),
        "EKS_AUDIT_LOGS": sources.get("Kubernetes", {}).get("AuditLogs", {}).get("Enable"),
        "EBS_MALWARE_PROTECTION": sources.get("MalwareProtection", {})
        .get("ScanEc2InstanceWithFindings", {})
        .get("EbsVolumes"),
    }
    return {name: "ENABLED" if on else "DISABLED" for name, on in switches.items() if on is not None}


OPERATIONS: dict[str, Callable[[State, Call], Result]] = {
    "CreateDetector": _create,
    "ListDetectors": _list,
    "GetDetector": _get,
    "UpdateDetector": _update,
    "DeleteDetector": _delete,
}
