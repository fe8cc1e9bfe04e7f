"""Asking where the ways out lead on: only what routes name is asked, in the account that owns it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from gdkit.environment.collector import Collector
from gdkit.environment.onward import ask_onward
from gdkit.origin.route import way_text, ways_of
from gdkit.permissions import PERMISSIONS
from tests.aws.fakes import ACCOUNT, MEMBER, Called, FakeAws, Refusal, reader
from tests.environment.samples import VPC
from tests.origin.networks import FAR_SUBNET, FAR_VPC, network, route, table, transit_route

if TYPE_CHECKING:
    from tests.aws.fakes import Answer

OWNER = "777788889999"
DENIED = Refusal("UnauthorizedOperation", "no")
MINE = {"TransitGatewayAttachmentId": "tgw-attach-1", "TransitGatewayId": "tgw-1", "TransitGatewayOwnerId": OWNER,
        "ResourceOwnerId": ACCOUNT, "ResourceType": "vpc", "ResourceId": VPC}  # fmt: skip


def _answers(**changes: Answer) -> dict[tuple[str, str], Answer]:
    """Answer as a transit gateway's owner, and as the owner of the egress VPC behind it."""
    seen = {**MINE, "Association": {"TransitGatewayRouteTableId": "tgw-rtb-1", "State": "associated"}}
    far = {**MINE, "TransitGatewayAttachmentId": "tgw-attach-9", "ResourceId": FAR_VPC, "ResourceOwnerId": MEMBER}
    nat = {"NatGatewayId": "nat-9", "VpcId": FAR_VPC, "NatGatewayAddresses": [{"PublicIp": "203.0.113.99"}]}
    made: dict[str, Answer] = {
        "DescribeTransitGatewayAttachments": {"TransitGatewayAttachments": [seen, far]},
        "SearchTransitGatewayRoutes": {"Routes": [transit_route(), transit_route("10.0.0.0/8", "tgw-attach-1")],
                                       "AdditionalRoutesAvailable": False},
        "DescribeTransitGatewayVpcAttachments": {"TransitGatewayVpcAttachments": [
            {"TransitGatewayAttachmentId": "tgw-attach-9", "SubnetIds": [FAR_SUBNET]}]},
        "DescribeSubnets": {"Subnets": [{"SubnetId": FAR_SUBNET, "VpcId": FAR_VPC}]},
        "DescribeRouteTables": {"RouteTables": [table(route("nat-9"), route("eni-9", "192.0.2.0/24"), name="rtb-9",
                                                      subnet=FAR_SUBNET, vpc=FAR_VPC)]},
        "DescribeNatGateways": {"NatGateways": [nat]},
        "DescribeVpcEndpoints": {"VpcEndpoints": []},
        "DescribeNetworkInterfaces": {"NetworkInterfaces": []},
        "DescribeVpcPeeringConnections": {"VpcPeeringConnections": []},
        "GetManagedPrefixListEntries": {"Entries": [{"Cidr": "192.0.2.0/24"}]},
        "DescribeVpnConnections": {"VpnConnections": [{"VpnConnectionId": "vpn-9", "CustomerGatewayId": "cgw-9"}]},
        "DescribeCustomerGateways": {"CustomerGateways": [{"CustomerGatewayId": "cgw-9", "IpAddress": "192.0.2.9"}]},
    }  # fmt: skip
    return {("ec2", name): answer for name, answer in (made | changes).items()}


def _asked(
    monkeypatch: pytest.MonkeyPatch,
    *routes: dict[str, Any],
    attachments: tuple[dict[str, Any], ...] = (MINE,),
    endpoints: tuple[dict[str, Any], ...] = (),
    role: str = "reader",
    **changes: Answer,
) -> tuple[FakeAws, Collector]:
    """Ask onward from a VPC with these routes."""
    fake, aws = reader(monkeypatch, _answers(**changes), member_role=role)
    books = Collector(aws, ACCOUNT, "eu-west-1")
    books.documents |= network(*routes, transit_gateway_attachments=list(attachments), vpc_endpoints=list(endpoints))
    fake.calls.clear()
    ask_onward(books)
    return fake, books


def _told(fake: FakeAws) -> list[tuple[str, str]]:
    return [(call.operation, call.account_id) for call in fake.calls if call.service == "ec2"]


def test_nothing_to_ask(monkeypatch: pytest.MonkeyPatch) -> None:
    """Routes whose ends are known already, and dead ones, raise no question."""
    dead = route("tgw-1", "10.9.0.0/16", State="blackhole")
    fake, books = _asked(monkeypatch, route("nat-1"), route("igw-1", "::/0"), dead)
    assert _told(fake) == []
    assert books.not_searched == []


def test_through_two_accounts(monkeypatch: pytest.MonkeyPatch) -> None:
    """The gateway's owner is asked for its routes, and the VPC's owner for what is in the VPC; the way is whole."""
    fake, books = _asked(monkeypatch, route("tgw-1"))
    assert _told(fake) == [
        ("DescribeTransitGatewayAttachments", OWNER), ("SearchTransitGatewayRoutes", OWNER),
        ("DescribeTransitGatewayVpcAttachments", MEMBER), ("DescribeSubnets", MEMBER),
        ("DescribeRouteTables", MEMBER), ("DescribeNatGateways", MEMBER), ("DescribeVpcEndpoints", MEMBER),
        ("DescribeNetworkInterfaces", MEMBER),
    ]  # fmt: skip
    assert books.documents[f"route_tables.{FAR_VPC}"].account_id == MEMBER
    assert books.not_searched == []
    first, second = (way_text(way) for way in ways_of(books.documents))
    assert first.endswith("rtb-9 (0.0.0.0/0) → nat-9 → 203.0.113.99")
    assert "rtb-9 (192.0.2.0/24) → eni-9 → ? (" in second


def test_questions_are_narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each question names what it is about, by its own filter."""
    fake, _ = _asked(monkeypatch, route("tgw-1"))
    (routes,) = fake.made("SearchTransitGatewayRoutes")
    assert routes.parameters == {"TransitGatewayRouteTableId": "tgw-rtb-1",
                                 "Filters": [{"Name": "state", "Values": ["active", "blackhole"]}]}  # fmt: skip
    assert fake.made("DescribeNatGateways")[0].parameters == {"Filter": [{"Name": "vpc-id", "Values": [FAR_VPC]}]}
    (attachments,) = fake.made("DescribeTransitGatewayAttachments")
    assert attachments.parameters == {"Filters": [{"Name": "transit-gateway-id", "Values": ["tgw-1"]}]}


def test_only_what_the_table_allows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every call that is made is in the table of permissions."""
    fake, _ = _asked(monkeypatch, route("tgw-1"), route("pcx-1", "10.8.0.0/16"), route("eni-1", "pl-1"))
    asked = {f"{call.service}:{call.operation}" for call in fake.calls} - {"sts:AssumeRole"}
    assert asked <= {permission.action for permission in PERMISSIONS}
    assert len(asked) > 9


def test_vpn_behind_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """A VPN behind the gateway is asked for its far end, and nothing else is."""
    rows = {"Routes": [transit_route(kind="vpn", resource="vpn-9")], "AdditionalRoutesAvailable": False}
    fake, books = _asked(monkeypatch, route("tgw-1"), SearchTransitGatewayRoutes=rows)
    assert _told(fake)[2:] == [("DescribeVpnConnections", MEMBER), ("DescribeCustomerGateways", MEMBER)]
    (way,) = ways_of(books.documents)
    assert way.addresses == ("192.0.2.9",)


@pytest.mark.parametrize("kind", ["direct-connect-gateway", "peering", "connect"])
def test_what_is_not_asked(monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    """What EC2 cannot describe further is not asked about; the way says so."""
    rows = {"Routes": [transit_route(kind=kind)], "AdditionalRoutesAvailable": False}
    fake, books = _asked(monkeypatch, route("tgw-1"), SearchTransitGatewayRoutes=rows)
    assert len(_told(fake)) == 2
    assert [bool(way.open_end) for way in ways_of(books.documents)] == [True]


def test_owner_out_of_reach(monkeypatch: pytest.MonkeyPatch) -> None:
    """A gateway whose owner cannot be asked is one gap that names the account, and the way ends there."""
    fake, books = _asked(monkeypatch, route("tgw-1"), role="")
    assert _told(fake) == []
    (gap,) = books.not_searched
    assert gap.what == "the routes of transit gateway tgw-1"
    assert gap.reason.startswith(f"account {OWNER} cannot be asked: it is another account than gdkit's own")
    assert (gap.failed, gap.kind) == (False, "surroundings")
    (way,) = ways_of(books.documents)
    assert way.open_end == f"its routes were not read; account {OWNER} owns it"


def test_owner_not_known(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without an attachment that names the owner nobody is asked."""
    fake, books = _asked(monkeypatch, route("tgw-1"), attachments=())
    assert _told(fake) == []
    assert "its owner is not known" in books.not_searched[0].reason


@pytest.mark.parametrize(("operation", "words"), [
    ("SearchTransitGatewayRoutes", "the routes of transit gateway tgw-1 (table tgw-rtb-1 of account 777788889999)"),
    ("DescribeRouteTables", f"the route tables of VPC {FAR_VPC} of account {MEMBER}"),
])  # fmt: skip
def test_one_denied(monkeypatch: pytest.MonkeyPatch, operation: str, words: str) -> None:
    """A missing permission in another account is a gap that names both, and stops nothing."""
    _, books = _asked(monkeypatch, route("tgw-1"), **{operation: DENIED})
    (gap,) = books.not_searched
    assert (gap.what, gap.reason) == (words, f"no permission for ec2:{operation}")
    (way,) = ways_of(books.documents)
    assert way.open_end


def test_appliances_peerings_and_lists(monkeypatch: pytest.MonkeyPatch) -> None:
    """Interfaces, peerings and prefix lists that routes name are asked for; a service's own list is not."""
    gateway = {"VpcEndpointId": "vpce-1", "VpcEndpointType": "Gateway", "ServiceName": "s3"}
    routes = (route("eni-7"), route("pcx-1", "10.8.0.0/16"), route("nat-1", "pl-1"), route("vpce-1", "pl-s3"))
    fake, books = _asked(monkeypatch, *routes, endpoints=(gateway,))
    assert [call.parameters for call in fake.calls] == [
        {"Filters": [{"Name": "network-interface-id", "Values": ["eni-7"]}]},
        {"Filters": [{"Name": "vpc-peering-connection-id", "Values": ["pcx-1"]}]},
        {"PrefixListId": "pl-1"},
    ]
    assert {"route_interfaces", "peerings", "prefix_list.pl-1"} <= set(books.documents)


def test_pages_of_routes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every page of a gateway's routes is read."""

    def routes(call: Called) -> dict[str, Any]:
        if "NextToken" in call.parameters:
            return {"Routes": [transit_route()], "AdditionalRoutesAvailable": False}
        return {"Routes": [transit_route("10.0.0.0/8")], "AdditionalRoutesAvailable": True, "NextToken": "1"}

    _, books = _asked(monkeypatch, route("tgw-1"), SearchTransitGatewayRoutes=routes)
    assert len(books.documents["transit_routes.tgw-rtb-1"].answer["Routes"]) == 2
    assert any(way.addresses for way in ways_of(books.documents))
