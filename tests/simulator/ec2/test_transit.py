"""Shared transit gateways, networks that were brought, and the organisation, asked over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from tests.simulator.small_world import ACCOUNT, OTHER, REGION, issued_key

if TYPE_CHECKING:
    from tests.simulator.small_world import SmallWorld


@pytest.fixture(scope="module")
def shared(world: SmallWorld) -> tuple[str, str, str, str]:
    """Give gateway, table and two attachments: the other account's gateway, and a VPC of each account."""
    transit, gateway = world.accounts.transit, "tgw-00000000000000001"
    table = transit.share(gateway, OTHER, REGION)
    spoke = transit.attach(gateway, ACCOUNT, "vpc-1", ["subnet-1"])
    egress = transit.attach(gateway, OTHER, "vpc-9", ["subnet-8", "subnet-9"])
    transit.send(gateway, "0.0.0.0/0", egress)
    return gateway, table, spoke, egress


def ec2(world: SmallWorld, account: str = ACCOUNT, region: str = REGION) -> Any:
    """Give EC2 of an account."""
    return world.api("ec2", issued_key(world.accounts.credentials.root(account)), region=region)


def test_attachments(world: SmallWorld, shared: tuple[str, str, str, str]) -> None:
    """Who attached a VPC sees that attachment; the owner sees all, and alone which table they use."""
    gateway, table, spoke, egress = shared
    asked = {"Filters": [{"Name": "transit-gateway-id", "Values": [gateway]}]}
    (mine,) = ec2(world).describe_transit_gateway_attachments(**asked)["TransitGatewayAttachments"]
    assert (mine["TransitGatewayAttachmentId"], mine["TransitGatewayOwnerId"], mine["ResourceOwnerId"]) == (
        spoke, OTHER, ACCOUNT,
    )  # fmt: skip
    assert "Association" not in mine
    seen = ec2(world, OTHER).describe_transit_gateway_attachments(**asked)["TransitGatewayAttachments"]
    assert [row["TransitGatewayAttachmentId"] for row in seen] == [spoke, egress]
    assert {row["Association"]["TransitGatewayRouteTableId"] for row in seen} == {table}


@pytest.mark.parametrize(("name", "values", "found"), [
    ("resource-id", ["vpc-1"], 1), ("resource-id", ["vpc-2"], 0), ("transit-gateway-id", ["tgw-2"], 0),
])  # fmt: skip
def test_filters(
    world: SmallWorld, shared: tuple[str, str, str, str], name: str, values: list[str], found: int
) -> None:
    """A filter lets through what it names."""
    assert shared
    asked = {"Filters": [{"Name": name, "Values": values}]}
    assert len(ec2(world).describe_transit_gateway_attachments(**asked)["TransitGatewayAttachments"]) == found
    assert ec2(world, region="us-east-2").describe_transit_gateway_attachments()["TransitGatewayAttachments"] == []


def test_subnets(world: SmallWorld, shared: tuple[str, str, str, str]) -> None:
    """The VPC's owner sees by which subnets it is attached."""
    asked = {"Filters": [{"Name": "transit-gateway-attachment-id", "Values": [shared[3]]}]}
    (row,) = ec2(world, OTHER).describe_transit_gateway_vpc_attachments(**asked)["TransitGatewayVpcAttachments"]
    assert (row["VpcId"], row["SubnetIds"]) == ("vpc-9", ["subnet-8", "subnet-9"])
    assert ec2(world).describe_transit_gateway_vpc_attachments(**asked)["TransitGatewayVpcAttachments"] == []


def test_routes(world: SmallWorld, shared: tuple[str, str, str, str]) -> None:
    """The owner sees what a route leads to; another account is told nothing of it."""
    asked = {"TransitGatewayRouteTableId": shared[1], "Filters": [{"Name": "state", "Values": ["active"]}]}
    (row,) = ec2(world, OTHER).search_transit_gateway_routes(**asked)["Routes"]
    assert row["TransitGatewayAttachments"] == [
        {"ResourceId": "vpc-9", "ResourceType": "vpc", "TransitGatewayAttachmentId": shared[3]}
    ]
    assert ec2(world).search_transit_gateway_routes(**asked)["Routes"] == []


def test_unknown_gateway(world: SmallWorld) -> None:
    """A scenario that names no gateway is told so."""
    with pytest.raises(KeyError):
        world.accounts.transit.attach("tgw-none", ACCOUNT, "vpc-1", [])


def test_networks_that_were_brought(world: SmallWorld) -> None:
    """A network that an account brought is told in its region alone; pools are empty."""
    world.accounts.pools.bring(ACCOUNT, REGION, "198.51.100.0/24")
    (row,) = ec2(world).describe_byoip_cidrs(MaxResults=5)["ByoipCidrs"]
    assert (row["Cidr"], row["State"]) == ("198.51.100.0/24", "advertised")
    assert ec2(world, OTHER).describe_byoip_cidrs(MaxResults=5)["ByoipCidrs"] == []
    assert ec2(world).describe_public_ipv4_pools()["PublicIpv4Pools"] == []
    assert ec2(world).describe_ipv6_pools()["Ipv6Pools"] == []


def test_organisation(world: SmallWorld) -> None:
    """Any member may describe the organisation, its management account alone lists it, by pages; others are alone."""
    places = world.accounts.world
    places.management_account_id = OTHER
    places.organization_account_ids.update({OTHER, "100000000003", "100000000004"})
    manager = world.api("organizations", issued_key(world.accounts.credentials.root(OTHER)))
    told = manager.describe_organization()["Organization"]
    assert (told["MasterAccountId"], told["Id"][:2], len(told["Id"])) == (OTHER, "o-", 12)
    pages = manager.get_paginator("list_accounts").paginate(PaginationConfig={"PageSize": 2})
    sizes = [[row["Id"] for row in page["Accounts"]] for page in pages]
    assert sizes == [["100000000003", "100000000004"], [OTHER]]
    member = world.api("organizations", issued_key(world.accounts.credentials.root("100000000003")))
    assert member.describe_organization()["Organization"]["Id"] == told["Id"]
    with pytest.raises(ClientError, match="AccessDeniedException"):
        member.list_accounts()
    with pytest.raises(ClientError, match="AWSOrganizationsNotInUseException"):
        world.api("organizations").describe_organization()
