"""Follows one route to its end, through as many gateways as the documents describe: pure functions.

Source: Amazon VPC User Guide, "NAT gateways", "Internet gateways", "Middlebox routing"; Amazon VPC Transit Gateways
guide; VPC Peering Guide, "VPC peering limitations"; Site-to-Site VPN User Guide; AWS Outposts and Wavelength guides.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from gdkit.environment.routing import routes_toward, rows_like, table_of, target_of
from gdkit.identifiers import normal_address
from gdkit.origin.model import Hop, Way

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from gdkit.environment.model import Document
    from gdkit.environment.routing import Row
    from gdkit.origin.sender import Sender

_BEHIND_VPN = "the company's network goes on behind it, and may leave by another address than its VPN device's"
_CLOSED = frozenset({"deleting", "deleted"})


@dataclass(frozen=True, slots=True)
class Trace:
    """A way as far as it has been followed.

    Attributes:
        sender: what the instance has in the subnet where the way begins.
        vpc: the VPC that the way is in now.
        destination: what goes this way.
        at_home: whether the instance's own addresses still stand in its packets, and can be translated here.
    """

    documents: Mapping[str, Document]
    sender: Sender
    vpc: str
    destination: str = "0.0.0.0/0"
    hops: tuple[Hop, ...] = ()
    at_home: bool = True

    def on(self, kind: str, resource_id: str, detail: str = "") -> Trace:
        """Give the way with one more hop."""
        return replace(self, hops=(*self.hops, Hop(kind, resource_id, detail)))

    def to(self, destination: str) -> Trace:
        """Give the way for another destination."""
        return replace(self, destination=destination)

    def ends(self, addresses: tuple[str, ...] = (), open_end: str = "") -> Way:
        """Give the way as it ends here."""
        return Way(self.destination, self.hops, addresses, open_end)

    def has_been(self, resource_id: str) -> bool:
        """Tell whether the way has come through here before."""
        return any(hop.resource_id == resource_id for hop in self.hops)


def follow(trace: Trace, route: Row) -> Iterator[Way]:
    """Follow a route from its table on; where it forks, each branch is a way."""
    target = target_of(route)
    if route.get("State") == "blackhole":
        yield trace.ends(open_end=f"the route leads into nothing: {target or 'its target'} is gone")
    elif trace.has_been(target):
        yield trace.ends(open_end=f"the way comes back to {target}")
    else:
        step = next((step for prefix, step in _STEPS if target.startswith(prefix)), _unknown)
        yield from step(trace, target)


def _into_subnet(trace: Trace, subnet: str) -> Iterator[Way]:
    """Go on by the table of a subnet: of a NAT gateway, an inspecting endpoint or a transit gateway's attachment."""
    trace = trace.on("subnet", subnet)
    table = table_of(trace.documents, subnet)
    if table is None:
        yield trace.ends(open_end=f"the route table of subnet {subnet} was not read")
        return
    name = str(table["RouteTableId"])
    if trace.has_been(name):
        yield trace.ends(open_end=f"the way comes back to {name}")
        return
    chosen = routes_toward(table.get("Routes", []), trace.destination)
    if not chosen:
        yield trace.on("route table", name).ends(open_end=f"no route of {name} leads there")
    for destination, route in chosen:
        yield from follow(trace.to(destination).on("route table", name, destination), route)


def _nat_gateway(trace: Trace, target: str) -> Iterator[Way]:
    row = _find(trace, "nat_gateways", "NatGatewayId", target)
    here = trace.on("nat gateway", target, "private" if row and row.get("ConnectivityType") == "private" else "")
    if row is None:
        yield here.ends(open_end="it is not described: it is gone, or another account's")
        return
    entries = row.get("NatGatewayAddresses", [])
    if row.get("ConnectivityType") != "private":
        public = _addresses(entry.get("PublicIp") for entry in entries)
        yield here.ends(public, "" if public else "no address of it is described")
        return
    yield from _into_subnet(replace(here, at_home=False), str(row.get("SubnetId")))


def _internet_gateway(trace: Trace, target: str) -> Iterator[Way]:
    kind = "egress-only internet gateway" if target.startswith("eigw-") else "internet gateway"
    here = trace.on(kind, target)
    own = trace.sender.ipv6 if ":" in trace.destination else trace.sender.public
    if not trace.at_home:
        yield here.ends(open_end="nothing there gives traffic from another network a public address")
    elif not own:
        yield here.ends(open_end="the instance has no public address now, so nothing can leave this way")
    else:
        yield here.ends(own)


def _transit_gateway(trace: Trace, target: str) -> Iterator[Way]:
    documents = trace.documents
    rows = [*rows_like(documents, "transit_gateway_attachments"), *rows_like(documents, "transit_attachments")]
    mine = [row for row in rows if row.get("TransitGatewayId") == target and row.get("ResourceId") == trace.vpc]
    owner = next((str(row["TransitGatewayOwnerId"]) for row in mine if row.get("TransitGatewayOwnerId")), "")
    here = replace(trace.on("transit gateway", target, f"of account {owner}" if owner else ""), at_home=False)
    tables = {str((row.get("Association") or {}).get("TransitGatewayRouteTableId") or "") for row in mine} - {""}
    read = sorted(table for table in tables if f"transit_routes.{table}" in documents)
    if not read:
        yield here.ends(open_end=f"its routes were not read; account {owner or '(not known)'} owns it")
    for table in read:
        chosen = routes_toward(documents[f"transit_routes.{table}"].answer["Routes"], trace.destination)
        if not chosen:
            yield here.on("route table", table).ends(open_end=f"no route of {table} leads there")
        for destination, route in chosen:
            yield from _attached(here.to(destination).on("route table", table, destination), route)


def _attached(trace: Trace, route: Row) -> Iterator[Way]:
    """Go on by what a route of a transit gateway leads to; several attachments share the traffic."""
    if route.get("State") == "blackhole":
        yield trace.ends(open_end="the transit gateway drops it")
        return
    if not route.get("TransitGatewayAttachments"):
        yield trace.ends(open_end="AWS did not say what the route leads to")
    for row in route.get("TransitGatewayAttachments", []):
        kind, resource = str(row.get("ResourceType")), str(row.get("ResourceId"))
        attachment = str(row.get("TransitGatewayAttachmentId"))
        known = _find(trace, "transit_attachments", "TransitGatewayAttachmentId", attachment) or {}
        whose = f", account {known['ResourceOwnerId']}" if known.get("ResourceOwnerId") else ""
        here = trace.on(f"{kind} attachment", attachment, f"{resource}{whose}")
        if kind == "vpc":
            yield from _attached_vpc(replace(here, vpc=resource), attachment, whose)
        elif kind == "vpn":
            yield from _vpn(here, [_find(here, "vpn_connections", "VpnConnectionId", resource)], resource)
        else:
            yield here.ends(open_end=_FAR_SIDES.get(kind, f"what is behind a {kind} attachment was not asked"))


def _attached_vpc(trace: Trace, attachment: str, whose: str) -> Iterator[Way]:
    row = _find(trace, "transit_vpc_attachments", "TransitGatewayAttachmentId", attachment)
    subnets = row.get("SubnetIds", []) if row else []
    if not subnets:
        yield trace.ends(open_end=f"its subnets were not read ({trace.vpc}{whose})")
    for subnet in subnets:
        yield from _into_subnet(trace, str(subnet))


def _vpn_gateway(trace: Trace, target: str) -> Iterator[Way]:
    here = trace.on("vpn gateway", target)
    found = [row for row in rows_like(trace.documents, "vpn_connections")
             if row.get("VpnGatewayId") == target and row.get("State") not in _CLOSED]  # fmt: skip
    if found:
        yield from _vpn(here, list(found), "")
    else:
        yield here.ends(open_end="no VPN connection of it was found: it may lead to a Direct Connect")


def _vpn(trace: Trace, found: list[Row | None], name: str) -> Iterator[Way]:
    """End at the company's side of VPN connections."""
    for row in found:
        here = trace.on("vpn connection", str(row["VpnConnectionId"]) if row else name)
        if row is None:
            yield here.ends(open_end="it was not read, so its far end is not known")
            continue
        gateway = str(row.get("CustomerGatewayId"))
        device = _find(trace, "customer_gateways", "CustomerGatewayId", gateway) or {}
        address = _addresses([device.get("IpAddress")])
        yield here.on("customer gateway", gateway).ends(address, _BEHIND_VPN)


def _peering(trace: Trace, target: str) -> Iterator[Way]:
    row = _find(trace, "peerings", "VpcPeeringConnectionId", target) or {}
    sides = [row.get(side) or {} for side in ("AccepterVpcInfo", "RequesterVpcInfo")]
    far = next((side for side in sides if side.get("VpcId") and side["VpcId"] != trace.vpc), None)
    to = f"VPC {far['VpcId']} of account {far.get('OwnerId', '(not known)')}" if far else ""
    yield trace.on("peering", target, to).ends(
        open_end="AWS routes nothing through a peered VPC to its gateways; a proxy or an endpoint in it would have to "
        "take it"
    )


def _endpoint(trace: Trace, target: str) -> Iterator[Way]:
    """Go through an endpoint that a route names: a gateway to one service, or an inspection whose subnet routes on."""
    row = _find(trace, "vpc_endpoints", "VpcEndpointId", target)
    if row is None:
        yield trace.on("endpoint", target).ends(open_end="it is not described: it is gone, or another account's")
    elif row.get("VpcEndpointType", "Gateway") == "Gateway":
        service = str(row.get("ServiceName"))
        own = trace.sender.private if trace.at_home else ()
        yield trace.on("endpoint", target, service).to(service).ends(own, "" if own else "its sender is not known")
    else:
        here = trace.on("endpoint", target, "an appliance inspects it")
        for subnet in row.get("SubnetIds", []):
            yield from _into_subnet(here, str(subnet))


def _appliance(trace: Trace, target: str) -> Iterator[Way]:
    row = _find(trace, "route_interfaces", "NetworkInterfaceId", target) or {}
    entries = (row, *row.get("PrivateIpAddresses", []))
    public = _addresses((entry.get("Association") or {}).get("PublicIp") for entry in entries)
    of = str((row.get("Attachment") or {}).get("InstanceId") or row.get("Description") or "")
    reason = "" if public else "the appliance behind it decides by which address it leaves"
    yield trace.on("network interface", target, of).ends(public, reason)


def _local_gateway(trace: Trace, target: str) -> Iterator[Way]:
    own = trace.sender.customer if trace.at_home else ()
    yield trace.on("local gateway", target).ends(own, "the company's network goes on behind the Outpost")


def _carrier_gateway(trace: Trace, target: str) -> Iterator[Way]:
    own = trace.sender.carrier if trace.at_home else ()
    reason = "" if own else "the instance has no address of the carrier's network now"
    yield trace.on("carrier gateway", target).ends(own, reason)


def _core_network(trace: Trace, target: str) -> Iterator[Way]:
    yield trace.on("core network", target).ends(open_end="the routes of a Cloud WAN are not asked for")


def _unknown(trace: Trace, target: str) -> Iterator[Way]:
    yield trace.on("target", target).ends(open_end="this kind of target is not known to gdkit")


_STEPS: tuple[tuple[str, Callable[[Trace, str], Iterator[Way]]], ...] = (
    ("nat-", _nat_gateway), ("igw-", _internet_gateway), ("eigw-", _internet_gateway), ("tgw-", _transit_gateway),
    ("vgw-", _vpn_gateway), ("pcx-", _peering), ("vpce-", _endpoint), ("eni-", _appliance),
    ("lgw-", _local_gateway), ("cagw-", _carrier_gateway), ("arn:", _core_network),
)  # fmt: skip

_FAR_SIDES: Mapping[str, str] = {
    "direct-connect-gateway": "the company's network goes on behind the Direct Connect",
    "peering": "another transit gateway goes on there, which was not asked",
    "tgw-peering": "another transit gateway goes on there, which was not asked",
    "connect": "an appliance of the company's wide-area network goes on there",
}


def _find(trace: Trace, name: str, member: str, value: str) -> Mapping[str, Any] | None:
    return next((row for row in rows_like(trace.documents, name) if row.get(member) == value), None)


def _addresses(texts: Iterable[object]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(address for text in texts if (address := normal_address(text))))
