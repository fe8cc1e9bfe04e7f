"""The ways by which the instance's traffic leaves, followed hop by hop through what AWS described: pure functions.

Of each route the target is followed as far as the documents reach, into other accounts too; what cannot be followed is
an open end with its reason. An API call takes the way whose destination holds the endpoint's address most exactly.

Source: Amazon VPC User Guide, "Route tables"; Amazon VPC Transit Gateways guide, "How transit gateways work";
AWS PrivateLink Guide, "Gateway endpoints".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gdkit.environment.model import OwnAddress
from gdkit.environment.routing import (
    EVERYWHERE,
    destination_of,
    instance_subnets,
    is_inside,
    network_of,
    routes_of,
    rows_like,
    rows_of,
    table_of,
    target_of,
    vpc_of,
)
from gdkit.identifiers import normal_address
from gdkit.origin.follow import Trace, follow
from gdkit.origin.model import Hop, Way
from gdkit.origin.sender import sender_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from gdkit.environment.model import Document
    from gdkit.environment.routing import Network

_OF_OTHERS = frozenset({"nat gateway", "customer gateway", "network interface"})
"""Last hops whose addresses are not the instance's."""

_GONE = frozenset({"deleted", "deleting", "failed", "rejected", "expired"})


def ways_of(documents: Mapping[str, Document]) -> tuple[Way, ...]:
    """Follow every route of the instance's subnets, and name the endpoints of its VPC.

    Args:
        documents: as ``collect_environment`` gives them; a missing one is an open end and no error.

    Returns:
        Each way once, in the order of the subnets and their routes; routes within the VPC, and routes into nothing,
        are no ways out. A way through an endpoint has the service as its destination, and the instance's private
        addresses: those are what CloudTrail then shows, with the endpoint's id.
    """
    found: list[Way] = []
    for subnet in instance_subnets(documents):
        start = Trace(documents, sender_in(documents, subnet), vpc_of(documents, subnet) or "",
                      hops=(Hop("subnet", subnet),))  # fmt: skip
        table = table_of(documents, subnet)
        if table is None:
            found.append(start.ends(open_end="its route table was not found; the owner of the VPC may have it"))
            continue
        for route in routes_of(documents, subnet):
            destination = destination_of(route)
            if target_of(route) not in {"local", ""}:
                begun = start.to(destination).on("route table", str(table["RouteTableId"]), destination)
                found += follow(begun, route)
        found += _interface_endpoints(start)
    return tuple(dict.fromkeys(found))


def leaves_by(ways: Iterable[Way], address: object) -> tuple[Way, ...]:
    """Give the ways by which what leaves is seen under an address; none where the text is no address."""
    wanted = normal_address(address)
    return tuple(way for way in ways if wanted is not None and wanted in way.addresses)


def ways_to(ways: Iterable[Way], address: str, documents: Mapping[str, Document]) -> tuple[Way, ...]:
    """Give the ways that traffic to an address takes: of each subnet's, those of the longest prefix that holds it.

    Args:
        ways: from ``ways_of``.
        address: of an API endpoint, say; text that is no address gives none.
        documents: the same as for ``ways_of``; they hold the entries of prefix lists.
    """
    sought = network_of(address)
    best: dict[str, tuple[int, list[Way]]] = {}
    for way in ways if sought is not None else ():
        holding = [one for one in _networks(way, documents) if sought is not None and is_inside(sought, one)]
        longest = max((one.prefixlen for one in holding), default=-1)
        subnet = way.hops[0].resource_id
        known, same = best.get(subnet, (-1, []))
        if longest > known:
            best[subnet] = (longest, [way])
        elif longest == known and longest >= 0:
            same.append(way)
    return tuple(way for _, same in best.values() for way in same)


def far_addresses(ways: Iterable[Way]) -> tuple[OwnAddress, ...]:
    """Give the addresses that are not the instance's own by which everything leaves: the network's, shared."""
    return tuple(
        OwnAddress(address, "public", True, f"the way out was followed: {way_text(way)}")
        for way in ways
        if way.destination in EVERYWHERE and way.hops[-1].kind in _OF_OTHERS
        for address in way.addresses
    )


def followed_routes(ways: Iterable[Way]) -> frozenset[tuple[str, str]]:
    """Give subnet and first target of every route whose ways were all followed to an address."""
    ends: dict[tuple[str, str], bool] = {}
    for way in ways:
        if len(way.hops) > 2:
            key = (way.hops[0].resource_id, way.hops[2].resource_id)
            ends[key] = ends.get(key, True) and bool(way.addresses) and not way.open_end
    return frozenset(key for key, known in ends.items() if known)


def way_text(way: Way) -> str:
    """Tell a way as a path: ``subnet-1 → rtb-2 (0.0.0.0/0) → nat-3 → 52.1.2.3``; an open end says why it is open."""
    steps = [f"{hop.resource_id} ({hop.detail})" if hop.detail else hop.resource_id for hop in way.hops]
    if way.addresses:
        steps.append(" or ".join(way.addresses))
    path = " → ".join(steps)
    return f"{path} → ? ({way.open_end})" if way.open_end else path


def _networks(way: Way, documents: Mapping[str, Document]) -> list[Network]:
    """Give the networks that a way is for; a service's own addresses are not known, so an endpoint has none."""
    if way.destination.startswith("pl-"):
        named = [row.get("Cidr") for row in rows_of(documents, f"prefix_list.{way.destination}")]
    else:
        named = [way.destination]
    return [network for text in named if (network := network_of(text)) is not None]


def _interface_endpoints(start: Trace) -> Iterator[Way]:
    """Name the interface endpoints of the VPC: with private DNS, every call to their service goes through them."""
    for row in rows_like(start.documents, "vpc_endpoints"):
        state = str(row.get("State", "")).lower()
        if row.get("VpcEndpointType") != "Interface" or row.get("VpcId") != start.vpc or state in _GONE:
            continue
        dns = "for every call to the service" if row.get("PrivateDnsEnabled") else "for callers that name it"
        there = start.to(str(row.get("ServiceName"))).on("endpoint", str(row.get("VpcEndpointId")), dns)
        yield there.ends(start.sender.private)
