"""How a subnet's traffic is routed, from the documents that AWS gave: pure functions, and the only place that knows.

Source: Amazon VPC User Guide, "Route tables" (explicit and main associations, longest prefix match).
"""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import TYPE_CHECKING, Any, TypeAlias

from gdkit.identifiers import address_kind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from gdkit.environment.model import Document

Row: TypeAlias = "Mapping[str, Any]"
Network: TypeAlias = IPv4Network | IPv6Network

EVERYWHERE = frozenset({"0.0.0.0/0", "::/0"})
"""What a default route matches, in IPv4 and IPv6."""

_DESTINATIONS = ("DestinationCidrBlock", "DestinationIpv6CidrBlock", "DestinationPrefixListId")
_TARGETS = ("NatGatewayId", "TransitGatewayId", "VpcPeeringConnectionId", "EgressOnlyInternetGatewayId",
            "CarrierGatewayId", "LocalGatewayId", "CoreNetworkArn", "NetworkInterfaceId", "InstanceId",
            "GatewayId")  # fmt: skip
"""Members of a route that name where it leads. Source: EC2 API Reference, Route; an endpoint stands in GatewayId."""

LISTS = {
    "customer_gateways": "CustomerGateways",
    "elastic_addresses": "Addresses",
    "instance": "Reservations",
    "nat_gateways": "NatGateways",
    "network_interfaces": "NetworkInterfaces",
    "peerings": "VpcPeeringConnections",
    "prefix_list": "Entries",
    "route_interfaces": "NetworkInterfaces",
    "route_tables": "RouteTables",
    "subnets": "Subnets",
    "transit_attachments": "TransitGatewayAttachments",
    "transit_gateway_attachments": "TransitGatewayAttachments",
    "transit_routes": "Routes",
    "transit_vpc_attachments": "TransitGatewayVpcAttachments",
    "vpc_endpoints": "VpcEndpoints",
    "vpn_connections": "VpnConnections",
}
"""The list in the answer of each kind of document, by the part of its name before the first point."""


def rows_of(documents: Mapping[str, Document], name: str) -> Sequence[Row]:
    """Give the list in the document of this name; an empty one where it was not answered."""
    document = documents.get(name)
    return [] if document is None else document.answer[LISTS[name.partition(".")[0]]]


def rows_like(documents: Mapping[str, Document], name: str) -> Iterator[Row]:
    """Give the rows of the document of this name, and of those that add to it from further off (``NAME.ID``)."""
    for known in documents:
        if known == name or known.startswith(f"{name}."):
            yield from rows_of(documents, known)


def instance_of(documents: Mapping[str, Document]) -> Mapping[str, Any] | None:
    """Give the instance as DescribeInstances describes it; None where that was not answered."""
    for reservation in rows_of(documents, "instance"):
        for instance in reservation.get("Instances", []):
            return dict(instance)
    return None


def interfaces_of(documents: Mapping[str, Document]) -> tuple[Row, ...]:
    """Give the instance's interfaces, as the instance and as the interfaces themselves describe them."""
    instance = instance_of(documents) or {}
    return (*instance.get("NetworkInterfaces", []), *rows_of(documents, "network_interfaces"))


def instance_subnets(documents: Mapping[str, Document]) -> tuple[str, ...]:
    """Name the subnets that the instance has an interface in, the first interface's first."""
    instance = instance_of(documents) or {}
    named = [instance.get("SubnetId"), *(interface.get("SubnetId") for interface in interfaces_of(documents))]
    return tuple(dict.fromkeys(str(name) for name in named if name))


def vpc_of(documents: Mapping[str, Document], subnet: str) -> str | None:
    """Name the VPC of a subnet; where no subnet of this id is described, the instance's."""
    found = next((row for row in rows_like(documents, "subnets") if row.get("SubnetId") == subnet), None)
    if found is not None and found.get("VpcId"):
        return str(found["VpcId"])
    vpc = (instance_of(documents) or {}).get("VpcId") if subnet in instance_subnets(documents) else None
    return str(vpc) if vpc else None


def table_of(documents: Mapping[str, Document], subnet: str) -> Row | None:
    """Give the route table of a subnet: its own, else the main one of its VPC; None where neither was read."""
    tables = list(rows_like(documents, "route_tables"))
    for table in tables:
        if any(link.get("SubnetId") == subnet for link in table.get("Associations", [])):
            return table
    vpc = vpc_of(documents, subnet)
    for table in tables:
        if table.get("VpcId") == vpc and any(link.get("Main") for link in table.get("Associations", [])):
            return table
    return None


def routes_of(documents: Mapping[str, Document], subnet: str) -> Sequence[Row]:
    """Give the routes of a subnet, those that lead into nothing left out."""
    table = table_of(documents, subnet) or {}
    return [route for route in table.get("Routes", []) if route.get("State") != "blackhole"]


def destination_of(route: Row) -> str:
    """Say what a route matches: a CIDR, or a prefix list's id."""
    return next((str(route[name]) for name in _DESTINATIONS if route.get(name)), "some addresses")


def target_of(route: Row) -> str:
    """Name where a route leads; an empty text for what this version of gdkit does not know."""
    return next((str(route[name]) for name in _TARGETS if route.get(name)), "")


def network_of(text: object) -> Network | None:
    """Read a CIDR; None where it is none, as for a prefix list's id."""
    try:
        return ip_network(str(text), strict=False)
    except ValueError:
        return None


def is_inside(network: Network, wider: Network) -> bool:
    """Tell whether one network lies within another, or is the same."""
    if isinstance(network, IPv4Network):
        return isinstance(wider, IPv4Network) and network.subnet_of(wider)
    return isinstance(wider, IPv6Network) and network.subnet_of(wider)


def routes_toward(routes: Sequence[Row], destination: str) -> list[tuple[str, Row]]:
    """Choose the routes that traffic takes which was sent to a destination, each with what goes by it.

    Args:
        routes: of one table, those into nothing among them.
        destination: a CIDR; anything else is taken as everywhere in IPv4.

    Returns:
        The longest prefix that holds the whole destination, then every longer one inside it. Of those inside, private
        ones are left out: AWS's public endpoints are not there.
    """
    wanted = network_of(destination)
    sought = wanted or ip_network("0.0.0.0/0")
    known = [(network, route) for route in routes if (network := network_of(destination_of(route))) is not None]
    holding = [(network, route) for network, route in known if is_inside(sought, network)]
    best = max(holding, key=lambda pair: pair[0].prefixlen, default=None)
    inside = [(str(network), route) for network, route in known if network != sought and is_inside(network, sought)
              and address_kind(str(network.network_address)) == "public"]  # fmt: skip
    return [*([(destination, best[1])] if best else []), *inside]
