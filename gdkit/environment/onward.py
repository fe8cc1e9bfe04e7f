"""Questions about where the ways out lead on: appliances, peerings, prefix lists, what is behind transit gateways.

A transit gateway often belongs to another account, and what is attached to it to a third one: each is asked by the
member role, and an account that cannot be reached is a gap.

Source: Amazon VPC Transit Gateways guide, "How transit gateways work": the attachment's route table decides where its
traffic goes on; its owner alone can read that table.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gdkit.environment.collector import Collector, Question
from gdkit.environment.routing import destination_of, routes_toward, rows_of, target_of
from gdkit.errors import AwsError
from gdkit.model import NotSearched

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_FAR_VPC = (
    # name, words, operation, list in the answer
    ("subnets", "the subnets", "DescribeSubnets", "Subnets"),
    ("route_tables", "the route tables", "DescribeRouteTables", "RouteTables"),
    ("nat_gateways", "the NAT gateways", "DescribeNatGateways", "NatGateways"),
    ("vpc_endpoints", "the endpoints", "DescribeVpcEndpoints", "VpcEndpoints"),
)
_LIVE_ROUTES = [{"Name": "state", "Values": ["active", "blackhole"]}]


def ask_onward(books: Collector) -> None:
    """Ask what the routes of the instance's VPC lead to, where that is not yet an address.

    Args:
        books: with the answers ``route_tables``, ``vpc_endpoints`` and ``transit_gateway_attachments``; the new
            answers go there too, named after what they are about (``route_tables.vpc-…``).
    """
    routes = _routes(rows_of(books.documents, "route_tables"))
    _ask_targets(books, routes)
    for gateway in _ids(routes, "tgw-"):
        _ask_transit(books, gateway)


def _ask_targets(books: Collector, routes: Sequence[Mapping[str, Any]], add: str = "") -> None:
    """Ask about appliances, peerings and prefix lists that routes name."""
    for prefix, name, words, operation, key, filter_name in (
        ("eni-", "route_interfaces", "interfaces that routes lead to", "DescribeNetworkInterfaces",
         "NetworkInterfaces", "network-interface-id"),
        ("pcx-", "peerings", "peerings that routes lead to", "DescribeVpcPeeringConnections",
         "VpcPeeringConnections", "vpc-peering-connection-id"),
    ):  # fmt: skip
        found = _ids(routes, prefix)
        if found:
            books.ask(Question(f"{name}{add}", words, "ec2", operation, key, _filters(filter_name, found)))
    gateway_endpoints = {row.get("VpcEndpointId") for row in rows_of(books.documents, f"vpc_endpoints{add}")
                         if row.get("VpcEndpointType", "Gateway") == "Gateway"}  # fmt: skip
    lists = {destination_of(route) for route in routes if target_of(route) not in gateway_endpoints}
    for one in sorted(name for name in lists if name.startswith("pl-")):
        question = Question(f"prefix_list.{one}", f"entries of prefix list {one}", "ec2",
                            "GetManagedPrefixListEntries", "Entries", {"PrefixListId": one})  # fmt: skip
        books.ask(question)


def _ask_transit(books: Collector, gateway: str) -> None:
    """Ask for the routes of a transit gateway, in its owner's account, and what they lead to."""
    own = [row for row in rows_of(books.documents, "transit_gateway_attachments")
           if row.get("TransitGatewayId") == gateway]  # fmt: skip
    owner = next((str(row["TransitGatewayOwnerId"]) for row in own if row.get("TransitGatewayOwnerId")), "")
    what = f"the routes of transit gateway {gateway}"
    if not owner:
        books.missed(what, "no attachment of the VPC to it was found, so its owner is not known")
        return
    there = _in_account(books, owner, what)
    if there is None:
        return
    listed = there.list(
        Question(f"transit_attachments.{gateway}", f"attachments of transit gateway {gateway} of account {owner}",
                 "ec2", "DescribeTransitGatewayAttachments", "TransitGatewayAttachments",
                 _filters("transit-gateway-id", [gateway]))
    )  # fmt: skip
    mine = {row["TransitGatewayAttachmentId"] for row in own}
    tables = {(row.get("Association") or {}).get("TransitGatewayRouteTableId") for row in (*own, *listed)
              if row["TransitGatewayAttachmentId"] in mine}  # fmt: skip
    reached: dict[str, Mapping[str, Any]] = {}
    for table in sorted(filter(None, tables)):
        asked = {"TransitGatewayRouteTableId": table, "Filters": _LIVE_ROUTES}
        question = Question(f"transit_routes.{table}", f"{what} (table {table} of account {owner})", "ec2",
                            "SearchTransitGatewayRoutes", "Routes", asked)  # fmt: skip
        routes = there.list(question)
        for _, route in (*routes_toward(routes, "0.0.0.0/0"), *routes_toward(routes, "::/0")):
            reached |= {row["TransitGatewayAttachmentId"]: row for row in route.get("TransitGatewayAttachments", [])}
    books.take(there)
    owners = {row["TransitGatewayAttachmentId"]: str(row.get("ResourceOwnerId") or owner) for row in listed}
    for attachment, row in reached.items():
        if attachment not in mine:
            _ask_attachment(books, row, owners.get(attachment, owner))


def _ask_attachment(books: Collector, row: Mapping[str, Any], owner: str) -> None:
    """Ask about what is attached: a VPC and how its subnets are routed, or a VPN and its far end."""
    attachment, resource = str(row["TransitGatewayAttachmentId"]), str(row.get("ResourceId"))
    if row.get("ResourceType") not in {"vpc", "vpn"}:
        return
    there = _in_account(books, owner, f"{row['ResourceType']} {resource} behind a transit gateway")
    if there is None:
        return
    if row["ResourceType"] == "vpn":
        _ask_vpn(there, resource)
    else:
        _ask_far_vpc(there, attachment, resource)
    books.take(there)


def _ask_vpn(there: Collector, vpn: str) -> None:
    words = f"VPN connection {vpn} of account {there.account_id}"
    listed = there.list(Question(f"vpn_connections.{vpn}", words, "ec2", "DescribeVpnConnections", "VpnConnections",
                                 _filters("vpn-connection-id", [vpn])))  # fmt: skip
    for device in sorted({str(row["CustomerGatewayId"]) for row in listed if row.get("CustomerGatewayId")}):
        there.ask(Question(f"customer_gateways.{device}", f"customer gateway {device}", "ec2",
                           "DescribeCustomerGateways", "CustomerGateways",
                           _filters("customer-gateway-id", [device])))  # fmt: skip


def _ask_far_vpc(there: Collector, attachment: str, vpc: str) -> None:
    of = f"of VPC {vpc} of account {there.account_id}"
    there.ask(Question(f"transit_vpc_attachments.{attachment}", f"the transit gateway's subnets {of}", "ec2",
                       "DescribeTransitGatewayVpcAttachments", "TransitGatewayVpcAttachments",
                       _filters("transit-gateway-attachment-id", [attachment])))  # fmt: skip
    for name, words, operation, key in _FAR_VPC:
        member = "Filter" if operation == "DescribeNatGateways" else "Filters"
        question = Question(f"{name}.{vpc}", f"{words} {of}", "ec2", operation, key, _filters("vpc-id", [vpc], member))
        there.ask(question)
    _ask_targets(there, _routes(rows_of(there.documents, f"route_tables.{vpc}")), f".{vpc}")


def _in_account(books: Collector, account_id: str, what: str) -> Collector | None:
    """Give books for another account; None, and a gap, where it cannot be reached."""
    try:
        books.aws.client("ec2", books.region, account_id)
    except AwsError as error:
        reason = f"account {account_id} cannot be asked: {error.problem}"
        books.not_searched.append(NotSearched(what, reason, kind="surroundings"))
        return None
    return Collector(books.aws, account_id, books.region)


def _routes(tables: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return [route for table in tables for route in table.get("Routes", []) if route.get("State") != "blackhole"]


def _ids(routes: Iterable[Mapping[str, Any]], prefix: str) -> list[str]:
    return sorted({target for route in routes if (target := target_of(route)).startswith(prefix)})


def _filters(name: str, values: list[str], member: str = "Filters") -> dict[str, Any]:
    return {member: [{"Name": name, "Values": values}]}
