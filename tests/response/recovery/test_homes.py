"""Where instances and endpoints are: read out of AWS's own descriptions, whatever these lack."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from gdkit.environment.model import Document
from gdkit.response.recovery.homes import homes_of
from gdkit.response.recovery.seen import Homes
from tests.response.recovery.made import ENDPOINT, HOME, INSTANCE, PRIVATE, REGION, SIBLING, VPC


def document(operation: str, **answer: Any) -> Document:
    """Give a document of the environment."""
    return Document("x", HOME, REGION, "ec2", operation, {}, datetime(2026, 11, 2, tzinfo=UTC), answer)


def described(*instances: dict[str, Any]) -> Document:
    """Give a description of instances."""
    return document("DescribeInstances", Reservations=[{"Instances": [one]} for one in instances])


def test_instances_and_endpoints() -> None:
    """Instances of every document and endpoints are found; other documents say nothing."""
    documents = [
        described({"InstanceId": INSTANCE, "VpcId": VPC, "PrivateIpAddress": PRIVATE}),
        described({"InstanceId": SIBLING, "VpcId": "vpc-0bbb", "PrivateIpAddress": "10.1.0.9"}),
        document("DescribeVpcEndpoints", VpcEndpoints=[{"VpcEndpointId": ENDPOINT, "VpcId": VPC}]),
        document("DescribeVpcs", Vpcs=[{"VpcId": "vpc-0ccc"}]),
    ]
    assert homes_of(documents) == Homes({INSTANCE: VPC, SIBLING: "vpc-0bbb"}, {INSTANCE: PRIVATE, SIBLING: "10.1.0.9"},
                                        {ENDPOINT: VPC})  # fmt: skip


def test_what_is_missing_stays_open() -> None:
    """An instance that has ended is in no VPC any more, and an empty answer describes nothing."""
    assert homes_of([described({"InstanceId": INSTANCE}), document("DescribeVpcEndpoints")]) == Homes({}, {}, {})
    assert homes_of([]) == Homes({}, {}, {})
