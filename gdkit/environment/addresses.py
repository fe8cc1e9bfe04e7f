"""The instance's own addresses and ways out, from the documents that AWS gave: pure functions.

How subnets are routed is read in ``routing``. Source: Amazon VPC User Guide, "NAT gateways".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gdkit.environment.model import OwnAddress
from gdkit.environment.routing import (
    EVERYWHERE,
    destination_of,
    instance_of,
    instance_subnets,
    interfaces_of,
    routes_of,
    rows_of,
    table_of,
)
from gdkit.identifiers import address_kind, normal_address
from gdkit.trail.times import parse_time

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from datetime import datetime

    from gdkit.environment.model import Document

__all__ = ["instance_of", "other_ways_out", "own_addresses", "unrouted_subnets"]

_OUT = ("TransitGatewayId", "VpcPeeringConnectionId", "CarrierGatewayId", "LocalGatewayId", "CoreNetworkArn",
        "NetworkInterfaceId")  # fmt: skip
"""Targets of a route beyond which the address that AWS sees cannot be read from this VPC."""


def own_addresses(documents: Mapping[str, Document]) -> tuple[OwnAddress, ...]:
    """List the addresses of the instance's interfaces, and of the NAT gateways and VPNs that its subnets route to.

    Args:
        documents: those named ``instance``, ``network_interfaces``, ``elastic_addresses``, ``route_tables``,
            ``nat_gateways``, ``vpn_connections`` and ``customer_gateways``; a missing one gives no address.

    Returns:
        Each address once; an address of the instance itself goes before a shared one.
    """
    found = (*_of_interfaces(documents), *_of_elastic(documents), *_of_nat_gateways(documents), *_of_vpns(documents))
    once: dict[str, OwnAddress] = {}
    for own in found:
        once.setdefault(own.address, own)
    return tuple(once.values())


def other_ways_out(
    documents: Mapping[str, Document], followed: Collection[tuple[str, str]] = frozenset()
) -> tuple[str, ...]:
    """Name the routes by which the instance can leave through something whose public address is not known here.

    Args:
        documents: those that ``own_addresses`` reads.
        followed: subnet and target of routes that were followed to their end all the same.
    """
    told = []
    for subnet in instance_subnets(documents):
        for route in routes_of(documents, subnet):
            target = next((str(route[name]) for name in _OUT if route.get(name)), None)
            gateway = str(route.get("GatewayId") or "")
            if target is None and gateway.startswith("vgw-"):
                target = gateway
            if target is not None and (subnet, target) not in followed:
                told.append(
                    f"Subnet {subnet} sends {destination_of(route)} to {target}: the address it then leaves by is not "
                    "known from this VPC."
                )
    return tuple(dict.fromkeys(told))


def unrouted_subnets(documents: Mapping[str, Document]) -> tuple[str, ...]:
    """Name the instance's subnets whose route table is not among the documents, as in a VPC shared by its owner."""
    return tuple(subnet for subnet in instance_subnets(documents) if table_of(documents, subnet) is None)


def _of_interfaces(documents: Mapping[str, Document]) -> Iterator[OwnAddress]:
    """List what the interfaces hold: private addresses since they were attached, public ones of AWS since the launch.

    Source: EC2 User Guide, "Amazon EC2 instance IP addressing": a public address that AWS assigned stays until the
    instance stops, and LaunchTime is the last start; InstanceNetworkInterfaceAssociation, IpOwnerId.
    """
    instance = instance_of(documents) or {}
    launched_at = parse_time(instance.get("LaunchTime"))
    for interface in interfaces_of(documents):
        name = interface.get("NetworkInterfaceId", "an interface")
        attached_at = parse_time((interface.get("Attachment") or {}).get("AttachTime"))
        private = f"private address of {name} of the instance"
        entries = [interface, *interface.get("PrivateIpAddresses", [])]
        for entry in entries:
            yield from _own([entry.get("PrivateIpAddress")], private, since=attached_at)
            association = entry.get("Association") or {}
            since = launched_at if association.get("IpOwnerId") == "amazon" else None
            yield from _own([association.get("PublicIp")], f"public address of {name}", since=since)
        ipv6 = [entry.get("Ipv6Address") for entry in interface.get("Ipv6Addresses", [])]
        yield from _own(ipv6, f"IPv6 address of {name} of the instance", since=attached_at)
    yield from _own([instance.get("PrivateIpAddress")], "private address of the instance")
    yield from _own([instance.get("PublicIpAddress"), instance.get("Ipv6Address")], "public address of the instance")


def _of_elastic(documents: Mapping[str, Document]) -> Iterator[OwnAddress]:
    instance = (instance_of(documents) or {}).get("InstanceId")
    for address in rows_of(documents, "elastic_addresses"):
        if instance and address.get("InstanceId") == instance:
            yield from _own([address.get("PublicIp"), address.get("CarrierIp")], "Elastic IP of the instance")


def _of_nat_gateways(documents: Mapping[str, Document]) -> Iterator[OwnAddress]:
    gateways = {gateway.get("NatGatewayId"): gateway for gateway in rows_of(documents, "nat_gateways")}
    for subnet in instance_subnets(documents):
        for route in routes_of(documents, subnet):
            gateway = gateways.get(route.get("NatGatewayId"))
            if gateway is None:
                continue
            public = [entry.get("PublicIp") for entry in gateway.get("NatGatewayAddresses", [])]
            yield from _own(
                public,
                f"subnet {subnet} sends {destination_of(route)} to NAT gateway {gateway['NatGatewayId']}",
                shared=True,
            )


def _of_vpns(documents: Mapping[str, Document]) -> Iterator[OwnAddress]:
    """List the far ends of the VPNs by which everything leaves: the company's side, whose address AWS then sees.

    Source: Site-to-Site VPN User Guide, "Customer gateway device": the address of the customer gateway is the
    company's own; whether its proxy leaves by the same one, AWS cannot know.
    """
    devices = {row.get("CustomerGatewayId"): row for row in rows_of(documents, "customer_gateways")}
    for subnet in instance_subnets(documents):
        gateways = {str(route.get("GatewayId")) for route in routes_of(documents, subnet)
                    if destination_of(route) in EVERYWHERE}  # fmt: skip
        for vpn in rows_of(documents, "vpn_connections"):
            device = devices.get(vpn.get("CustomerGatewayId"))
            if device is None or vpn.get("VpnGatewayId") not in gateways or vpn.get("State") in {"deleting", "deleted"}:
                continue
            reason = (f"subnet {subnet} sends everything to {vpn['VpnGatewayId']}, whose VPN {vpn['VpnConnectionId']} "
                      f"ends at the customer gateway {device['CustomerGatewayId']}")  # fmt: skip
            yield from _own([device.get("IpAddress")], reason, shared=True)


def _own(
    addresses: Iterable[object], reason: str, *, shared: bool = False, since: datetime | None = None
) -> Iterator[OwnAddress]:
    for address in addresses:
        text = normal_address(address)
        if text:
            yield OwnAddress(text, "private" if address_kind(text) == "private" else "public", shared, reason, since)
