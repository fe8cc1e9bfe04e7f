"""Between GuardDuty's JSON and boto3's names."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import botocore.session
import pytest
from botocore.parsers import create_parser

from gdkit.simulator.guardduty.samples import SEVERITIES
from gdkit.simulator.guardduty.service import GuardDuty
from gdkit.simulator.guardduty.shapes import check_document, to_boto3, wire_time
from tests.findings import samples as s
from tests.simulator.guardduty.client import account_with_detector, standing_clock

MODEL = botocore.session.get_session().get_service_model("guardduty")


def parsed(document: dict[str, Any]) -> dict[str, Any]:
    """Let botocore's own parser read a finding from the wire."""
    body = json.dumps({"findings": [document]}).encode()
    shape = MODEL.operation_model("GetFindings").output_shape
    answer = create_parser("rest-json").parse({"status_code": 200, "headers": {}, "body": body}, shape)
    found: dict[str, Any] = answer["Findings"][0]
    return found


@pytest.mark.parametrize(
    "document",
    [
        s.finding(),
        s.inside(),
        s.finding(service__additionalInfo={"value": "{}", "type": "default", "sample": True}),
        s.finding(service__action__awsApiCallAction__remoteIpDetails__geoLocation={"lat": 1, "lon": -2}),
        s.finding(resource__instanceDetails__productCodes=[{"productCodeId": "x", "productCodeType": "y"}]),
        s.finding(resource__instanceDetails__imageId=None, tea="strange"),
        s.finding(resource__s3BucketDetails=[{"name": "b", "createdAt": 1793502245}]),
    ],
)
def test_same_as_botocore(document: dict[str, Any]) -> None:
    """The conversion gives what botocore's parser gives, names that differ from the wire's among them."""
    assert to_boto3(document, "Finding") == parsed(document)


def test_names_that_are_not_just_raised() -> None:
    """Where the model names a member otherwise than the wire, the model's name is given."""
    codes = [{"productCodeId": "x", "productCodeType": "y"}]
    converted = to_boto3(s.finding(resource__instanceDetails__productCodes=codes), "Finding")
    assert converted["Resource"]["InstanceDetails"]["ProductCodes"] == [{"Code": "x", "ProductType": "y"}]


@pytest.mark.parametrize(
    "changes",
    [
        {"id": ...},
        {"severity": "8"},
        {"resource": []},
        {"service__count": 1.5},
        {"resource__instanceDetails__tags": {"key": "x"}},
        {"service__action__awsApiCallAction__affectedResources": ["x"]},
    ],
)
def test_wrong_documents(changes: dict[str, Any]) -> None:
    """A document that lacks a required member, or has one of another type, is refused."""
    check_document(s.finding(), "Finding")
    with pytest.raises(ValueError, match="no Finding as GuardDuty writes it"):
        check_document(s.finding(**changes), "Finding")


def test_times_are_utc() -> None:
    """Times are written in UTC to the millisecond, whatever their zone."""
    at = datetime.fromisoformat("2026-11-01T05:00:00.1239+02:00")
    assert wire_time(at) == "2026-11-01T03:00:00.123Z" == wire_time(at.astimezone(UTC))


@pytest.mark.parametrize("kind", SEVERITIES)
def test_samples_are_whole(kind: str) -> None:
    """Every sample is a finding as the model has it, of its type and severity, in the detector that made it."""
    clock = standing_clock()
    account = account_with_detector(GuardDuty(clock), clock)
    account("CreateSampleFindings", FindingTypes=[kind])
    (shown,) = account("GetFindings", FindingIds=account.ids())["Findings"]
    assert (shown["Type"], shown["Severity"]) == (kind, SEVERITIES[kind])
    assert shown["Service"]["DetectorId"] == account.detector_id and account.detector_id in shown["Arn"]
    assert shown["CreatedAt"] == shown["UpdatedAt"] == wire_time(clock.now())
