"""Networks made up for the tests: documents as AWS describes routes, gateways and what is behind them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gdkit.environment.model import Document, keepable
from gdkit.environment.routing import LISTS
from tests.aws.fakes import ACCOUNT
from tests.environment.samples import AT, SUBNET, VPC, instance, interface

if TYPE_CHECKING:
    from gdkit.origin.model import Way

TABLE, HUB, FAR_VPC, FAR_SUBNET = "rtb-1", "444455556666", "vpc-9", "subnet-9"
EVERYWHERE = "0.0.0.0/0"


def route(target: str, to: str = EVERYWHERE, **changes: Any) -> dict[str, Any]:
    """Give a route as DescribeRouteTables does, its target in the member that its kind stands in."""
    members = {"nat-": "NatGatewayId", "tgw-": "TransitGatewayId", "pcx-": "VpcPeeringConnectionId",
               "eigw": "EgressOnlyInternetGatewayId", "lgw-": "LocalGatewayId", "cagw": "CarrierGatewayId",
               "eni-": "NetworkInterfaceId", "arn:": "CoreNetworkArn"}  # fmt: skip
    where = "DestinationPrefixListId" if to.startswith("pl-") else "DestinationCidrBlock"
    where = "DestinationIpv6CidrBlock" if ":" in to else where
    return {where: to, members.get(target[:4], "GatewayId"): target, "State": "active", **changes}


def table(*routes: dict[str, Any], name: str = TABLE, subnet: str = SUBNET, vpc: str = VPC) -> dict[str, Any]:
    """Give the route table of a subnet."""
    local = {"DestinationCidrBlock": "10.0.0.0/16", "GatewayId": "local", "State": "active"}
    links = [{"SubnetId": subnet}]
    return {"RouteTableId": name, "VpcId": vpc, "Associations": links, "Routes": [local, *routes]}


def network(*routes: dict[str, Any], **more: list[dict[str, Any]]) -> dict[str, Document]:
    """Give the documents of an instance in a subnet with these routes; a name's ``__`` stands for its point."""
    rows = {
        "instance": [{"Instances": [instance()]}],
        "network_interfaces": [interface()],
        "subnets": [{"SubnetId": SUBNET, "VpcId": VPC}],
        "route_tables": [table(*routes)],
        **{name.replace("__", ".").replace("_of_", "-"): found for name, found in more.items()},
    }
    return {name: document(name, found) for name, found in rows.items()}


def document(name: str, rows: list[dict[str, Any]], account: str = ACCOUNT) -> Document:
    """Give one document as the collection makes it."""
    key = LISTS[name.partition(".")[0]]
    return Document(name, account, "eu-west-1", "ec2", "Describe", {}, AT, keepable({key: rows}))


def hub(*routes: dict[str, Any], far_routes: tuple[dict[str, Any], ...] = (), **without: bool) -> dict[str, Document]:
    """Give the documents of a spoke, a transit gateway of another account, and the egress VPC behind it.

    Args:
        routes: of the transit gateway's table.
        far_routes: of the egress VPC's subnet.
        without: names of documents (their part before the point) that were not read.
    """
    mine = {"TransitGatewayAttachmentId": "tgw-attach-1", "TransitGatewayId": "tgw-1", "TransitGatewayOwnerId": HUB,
            "ResourceOwnerId": ACCOUNT, "ResourceType": "vpc", "ResourceId": VPC}  # fmt: skip
    seen = {**mine, "Association": {"TransitGatewayRouteTableId": "tgw-rtb-1", "State": "associated"}}
    far = {**mine, "TransitGatewayAttachmentId": "tgw-attach-9", "ResourceId": FAR_VPC, "ResourceOwnerId": HUB}
    nat = {"NatGatewayId": "nat-9", "VpcId": FAR_VPC, "NatGatewayAddresses": [{"PublicIp": "203.0.113.99"}]}
    rows = {
        "transit_gateway_attachments": [mine],
        "transit_attachments.tgw-1": [seen, far],
        "transit_routes.tgw-rtb-1": list(routes or (transit_route(),)),
        "transit_vpc_attachments.tgw-attach-9": [{"TransitGatewayAttachmentId": "tgw-attach-9",
                                                  "SubnetIds": [FAR_SUBNET]}],
        f"subnets.{FAR_VPC}": [{"SubnetId": FAR_SUBNET, "VpcId": FAR_VPC}],
        f"route_tables.{FAR_VPC}": [table(*(far_routes or (route("nat-9"), route("tgw-1", "10.0.0.0/8"))),
                                          name="rtb-9", subnet=FAR_SUBNET, vpc=FAR_VPC)],
        f"nat_gateways.{FAR_VPC}": [nat],
    }  # fmt: skip
    made = network(route("tgw-1"))
    return made | {name: document(name, found) for name, found in rows.items() if name.partition(".")[0] not in without}


def transit_route(to: str = EVERYWHERE, attachment: str = "tgw-attach-9", kind: str = "vpc", resource: str = FAR_VPC,
                  **changes: Any) -> dict[str, Any]:  # fmt: skip
    """Give a route as SearchTransitGatewayRoutes does."""
    leads = [{"ResourceId": resource, "ResourceType": kind, "TransitGatewayAttachmentId": attachment}]
    return {"DestinationCidrBlock": to, "TransitGatewayAttachments": leads, "State": "active", **changes}


def kinds(way: Way) -> list[str]:
    """Give the kinds of a way's hops."""
    return [hop.kind for hop in way.hops]
