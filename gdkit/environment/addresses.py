"""The instance's own addresses and ways out, from the documents that AWS gave: pure functions.

Source: Amazon VPC User Guide, "Route tables" (explicit and main associations) and "NAT gateways".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gdkit.environment.model import OwnAddress
from gdkit.identifiers import address_kind, normal_address
from gdkit.trail.times import parse_time

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from gdkit.environment.model import Document

_OUT = ("TransitGatewayId", "VpcPeeringConnectionId", "CarrierGatewayId", "LocalGatewayId", "CoreNetworkArn",
        "NetworkInterfaceId")  # fmt: skip
"""Targets of a route beyond which the address that AWS sees cannot be read from this VPC."""


def instance_of(documents: Mapping[str, Document]) -> Mapping[str, Any] | None:
    """Give the instance as DescribeInstances describes it; None where that was not answered."""
    for reservation in _rows(documents, "instance", "Reservations"):
        for instance in reservation.get("Instances", []):
            return dict(instance)
    return None


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


def other_ways_out(documents: Mapping[str, Document]) -> tuple[str, ...]:
    """Name the routes by which the instance can leave through something whose public address is not known here."""
    told = []
    for subnet in _subnets(documents):
        for route in _routes_of(documents, subnet):
            target = next((str(route[name]) for name in _OUT if route.get(name)), None)
            gateway = str(route.get("GatewayId") or "")
            if target is None and gateway.startswith("vgw-"):
                target = gateway
            if target is not None and route.get("State") != "blackhole":
                told.append(
                    f"Subnet {subnet} sends {_destination(route)} to {target}: the address it then leaves by is not "
                    "known from this VPC."
                )
    return tuple(dict.fromkeys(told))


def unrouted_subnets(documents: Mapping[str, Document]) -> tuple[str, ...]:
    """Name the instance's subnets whose route table is not among the documents, as in a VPC shared by its owner."""
    return tuple(subnet for subnet in _subnets(documents) if _table_of(documents, subnet) is None)


def _of_interfaces(documents: Mapping[str, Document]) -> Iterator[OwnAddress]:
    """List what the interfaces hold: private addresses since they were attached, public ones of AWS since the launch.

    Source: EC2 User Guide, "Amazon EC2 instance IP addressing": a public address that AWS assigned stays until the
    instance stops, and LaunchTime is the last start; InstanceNetworkInterfaceAssociation, IpOwnerId.
    """
    instance = instance_of(documents) or {}
    launched_at = parse_time(instance.get("LaunchTime"))
    for interface in (*instance.get("NetworkInterfaces", []), *_rows(documents, "network_interfaces")):
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
    for address in _rows(documents, "elastic_addresses"):
        if instance and address.get("InstanceId") == instance:
            yield from _own([address.get("PublicIp"), address.get("CarrierIp")], "Elastic IP of the instance")


def _of_nat_gateways(documents: Mapping[str, Document]) -> Iterator[OwnAddress]:
    gateways = {gateway.get("NatGatewayId"): gateway for gateway in _rows(documents, "nat_gateways")}
    for subnet in _subnets(documents):
        for route in _routes_of(documents, subnet):
            gateway = gateways.get(route.get("NatGatewayId"))
            if gateway is None or route.get("State") == "blackhole":
                continue
            public = [entry.get("PublicIp") for entry in gateway.get("NatGatewayAddresses", [])]
            yield from _own(
                public,
                f"subnet {subnet} sends {_destination(route)} to NAT gateway {gateway['NatGatewayId']}",
                shared=True,
            )


def _of_vpns(documents: Mapping[str, Document]) -> Iterator[OwnAddress]:
    """List the far ends of the VPNs by which everything leaves: the company's side, whose address AWS then sees.

    Source: Site-to-Site VPN User Guide, "Customer gateway device": the address of the customer gateway is the
    company's own; whether its proxy leaves by the same one, AWS cannot know.
    """
    devices = {row.get("CustomerGatewayId"): row for row in _rows(documents, "customer_gateways")}
    for subnet in _subnets(documents):
        gateways = {str(route.get("GatewayId")) for route in _routes_of(documents, subnet)
                    if _destination(route) in _EVERYWHERE and route.get("State") != "blackhole"}  # fmt: skip
        for vpn in _rows(documents, "vpn_connections"):
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


def _subnets(documents: Mapping[str, Document]) -> tuple[str, ...]:
    instance = instance_of(documents) or {}
    interfaces = (*instance.get("NetworkInterfaces", []), *_rows(documents, "network_interfaces"))
    named = [instance.get("SubnetId"), *(interface.get("SubnetId") for interface in interfaces)]
    return tuple(dict.fromkeys(str(name) for name in named if name))


def _routes_of(documents: Mapping[str, Document], subnet: str) -> Sequence[Mapping[str, Any]]:
    table = _table_of(documents, subnet)
    return table.get("Routes", []) if table else []


def _table_of(documents: Mapping[str, Document], subnet: str) -> Mapping[str, Any] | None:
    """Give the route table of a subnet: its own, else the main one of its VPC."""
    tables = _rows(documents, "route_tables")
    for table in tables:
        if any(link.get("SubnetId") == subnet for link in table.get("Associations", [])):
            return table
    vpc = next((row.get("VpcId") for row in _rows(documents, "subnets") if row.get("SubnetId") == subnet), None)
    vpc = vpc or (instance_of(documents) or {}).get("VpcId")
    for table in tables:
        if table.get("VpcId") == vpc and any(link.get("Main") for link in table.get("Associations", [])):
            return table
    return None


def _destination(route: Mapping[str, Any]) -> str:
    names = ("DestinationCidrBlock", "DestinationIpv6CidrBlock", "DestinationPrefixListId")
    return next((str(route[name]) for name in names if route.get(name)), "some addresses")


_EVERYWHERE = frozenset({"0.0.0.0/0", "::/0"})

_LISTS = {
    "vpn_connections": "VpnConnections",
    "customer_gateways": "CustomerGateways",
    "network_interfaces": "NetworkInterfaces",
    "elastic_addresses": "Addresses",
    "route_tables": "RouteTables",
    "nat_gateways": "NatGateways",
    "subnets": "Subnets",
}


def _rows(documents: Mapping[str, Document], name: str, key: str = "") -> Sequence[Mapping[str, Any]]:
    document = documents.get(name)
    return [] if document is None else document.answer[key or _LISTS[name]]
