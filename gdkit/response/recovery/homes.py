"""Where instances and endpoints are, out of what the case collected of the environment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gdkit.response.recovery.seen import Homes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from gdkit.environment.model import Document


def homes_of(documents: Iterable[Document]) -> Homes:
    """Give VPC and primary private address of each instance, and the VPC of each endpoint, that documents describe.

    Source: EC2 API Reference, Instance (VpcId, PrivateIpAddress: of the primary interface), VpcEndpoint.
    """
    vpcs: dict[str, str] = {}
    addresses: dict[str, str] = {}
    endpoints: dict[str, str] = {}
    for document in documents:
        for instance in _instances(document):
            if instance.get("VpcId"):
                vpcs[str(instance["InstanceId"])] = str(instance["VpcId"])
            if instance.get("PrivateIpAddress"):
                addresses[str(instance["InstanceId"])] = str(instance["PrivateIpAddress"])
        if document.operation == "DescribeVpcEndpoints":
            found = document.answer.get("VpcEndpoints") or ()
            endpoints |= {str(one["VpcEndpointId"]): str(one["VpcId"]) for one in found if one.get("VpcId")}
    return Homes(vpcs, addresses, endpoints)


def _instances(document: Document) -> Iterator[Mapping[str, Any]]:
    if document.operation == "DescribeInstances":
        for group in document.answer.get("Reservations") or ():
            yield from group.get("Instances") or ()
