"""Ways out: each kind of target is followed to its end, or told as an open end with its reason."""

from __future__ import annotations

from ipaddress import ip_address, ip_network
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdkit.environment.addresses import other_ways_out, own_addresses
from gdkit.environment.routing import routes_toward
from gdkit.origin.model import Hop, Way
from gdkit.origin.route import far_addresses, followed_routes, leaves_by, way_text, ways_of, ways_to
from tests.environment.samples import NAT, SUBNET, VPC, documents, instance, interface, nat_gateways, route_tables
from tests.origin.networks import EVERYWHERE, FAR_SUBNET, FAR_VPC, HUB, hub, kinds, network, route, table, transit_route

PUBLIC, PRIVATE = ("203.0.113.6",), ("10.0.1.5", "10.0.1.6")


def only(documents: Any) -> Way:
    """Give the one way that there is."""
    (way,) = ways_of(documents)
    return way


def test_nat_gateway() -> None:
    """A NAT gateway ends the way at its public addresses, and the path is told in one line."""
    way = only(network(route(NAT), nat_gateways=nat_gateways()))
    assert way == Way(
        EVERYWHERE,
        (Hop("subnet", SUBNET), Hop("route table", "rtb-1", EVERYWHERE), Hop("nat gateway", NAT)),
        ("198.51.100.1", "198.51.100.2"),
    )
    assert way_text(way) == "subnet-1 → rtb-1 (0.0.0.0/0) → nat-1 → 198.51.100.1 or 198.51.100.2"
    assert leaves_by([way], "198.51.100.2") == (way,)
    assert leaves_by([way], "198.51.100.9") == leaves_by([way], None) == ()


def test_nat_gateway_that_is_gone() -> None:
    """A NAT gateway that is not described, or has no address, is an open end."""
    assert only(network(route("nat-7"), nat_gateways=nat_gateways())).open_end.startswith("it is not described")
    bare = {"NatGatewayId": NAT, "NatGatewayAddresses": []}
    assert only(network(route(NAT), nat_gateways=[bare])).open_end == "no address of it is described"


def test_private_nat_gateway() -> None:
    """A private NAT gateway leads on by its own subnet's table, and the instance's addresses end there."""
    private = {"NatGatewayId": NAT, "ConnectivityType": "private", "SubnetId": "subnet-2"}
    made = network(route(NAT), nat_gateways=[private])
    tables = [table(route(NAT)), table(route("igw-1"), name="rtb-2", subnet="subnet-2")]
    way = only(made | network(route(NAT), route_tables=tables, nat_gateways=[private]))
    assert kinds(way) == ["subnet", "route table", "nat gateway", "subnet", "route table", "internet gateway"]
    assert way.addresses == ()
    assert way.open_end == "nothing there gives traffic from another network a public address"
    way = only(made)
    assert way.open_end == "the route table of subnet subnet-2 was not read"


def test_internet_gateway() -> None:
    """Through an internet gateway the instance is seen by its own public address; in IPv6 by its own."""
    first, second = ways_of(network(route("igw-1"), route("eigw-1", "::/0")))
    assert (first.addresses, first.open_end) == (PUBLIC, "")
    assert (second.addresses, kinds(second)[-1]) == (("2001:db8::5",), "egress-only internet gateway")


def test_elastic_address_of_the_instance() -> None:
    """An Elastic IP of the instance is one of those by which it leaves; another instance's is not."""
    mine = instance()["InstanceId"]
    rows = [{"PublicIp": "203.0.113.7", "InstanceId": mine, "NetworkInterfaceId": "eni-1"},
            {"PublicIp": "203.0.113.8", "InstanceId": "i-2", "NetworkInterfaceId": "eni-1"},
            {"PublicIp": "203.0.113.9", "InstanceId": mine, "NetworkInterfaceId": "eni-2"}]  # fmt: skip
    assert only(network(route("igw-1"), elastic_addresses=rows)).addresses == ("203.0.113.6", "203.0.113.7")


def test_no_public_address() -> None:
    """Without a public address nothing leaves through an internet gateway, and that is told."""
    bare = {**interface(), "PrivateIpAddresses": [], "Association": None}
    held = [{"Instances": [instance(NetworkInterfaces=[bare])]}]
    way = only(network(route("igw-1"), instance=held, network_interfaces=[bare]))
    assert (way.addresses, way.open_end) == (
        (),
        "the instance has no public address now, so nothing can leave this way",
    )


def test_shared_egress_of_another_account() -> None:
    """A transit gateway is followed through its owner's table into the egress VPC, to the NAT gateway there."""
    way = only(hub())
    assert way.addresses == ("203.0.113.99",)
    assert way_text(way) == (
        f"{SUBNET} → rtb-1 (0.0.0.0/0) → tgw-1 (of account {HUB}) → tgw-rtb-1 (0.0.0.0/0) → tgw-attach-9 ({FAR_VPC}, "
        f"account {HUB}) → {FAR_SUBNET} → rtb-9 (0.0.0.0/0) → nat-9 → 203.0.113.99"
    )


@pytest.mark.parametrize(("missing", "reason"), [
    ("transit_routes", f"its routes were not read; account {HUB} owns it"),
    ("transit_attachments", f"its routes were not read; account {HUB} owns it"),
    ("transit_vpc_attachments", f"its subnets were not read ({FAR_VPC}, account {HUB})"),
    ("route_tables", "its route table was not found; the owner of the VPC may have it"),
    ("nat_gateways", "it is not described: it is gone, or another account's"),
])  # fmt: skip
def test_other_account_out_of_reach(missing: str, reason: str) -> None:
    """What another account did not tell is an open end that names the account where it is known."""
    made = hub(**{missing: True})
    if missing == "route_tables":
        del made[missing]
    way = only(made)
    assert (way.addresses, way.open_end) == ((), reason)


def test_far_subnet_without_a_table() -> None:
    """Where the egress VPC's tables were not read, the subnet that was reached is named."""
    made = hub()
    del made[f"route_tables.{FAR_VPC}"]
    assert only(made).open_end == f"the route table of subnet {FAR_SUBNET} was not read"


@pytest.mark.parametrize(("rows", "reason"), [
    ([transit_route("10.0.0.0/8")], "no route of tgw-rtb-1 leads there"),
    ([transit_route(State="blackhole", TransitGatewayAttachments=[])], "the transit gateway drops it"),
    ([transit_route(TransitGatewayAttachments=[])], "AWS did not say what the route leads to"),
    ([transit_route(kind="direct-connect-gateway")], "the company's network goes on behind the Direct Connect"),
    ([transit_route(kind="peering")], "another transit gateway goes on there, which was not asked"),
    ([transit_route(kind="new-kind")], "what is behind a new-kind attachment was not asked"),
    ([transit_route(kind="vpn", resource="vpn-9")], "it was not read, so its far end is not known"),
])  # fmt: skip
def test_open_ends_of_a_transit_gateway(rows: list[dict[str, Any]], reason: str) -> None:
    """What a transit gateway's route leads to is told, where it cannot be followed."""
    way = only(hub(*rows))
    assert (way.addresses, way.open_end) == ((), reason)


def test_narrower_routes_of_a_transit_gateway() -> None:
    """A longer public prefix behind the gateway is a way of its own; longer private ones are none."""
    rows = (transit_route(), transit_route("52.94.0.0/16", kind="connect"), transit_route("10.0.0.0/8", kind="vpn"))
    wide, narrow = ways_of(hub(*rows))
    assert (wide.destination, wide.addresses) == (EVERYWHERE, ("203.0.113.99",))
    assert (narrow.destination, narrow.addresses) == ("52.94.0.0/16", ())
    assert ways_to([wide, narrow], "52.94.1.1", {}) == (narrow,)
    assert ways_to([wide, narrow], "52.95.1.1", {}) == (wide,)


def test_way_that_comes_back() -> None:
    """A way that leads back to where it was ends there, instead of going on for ever."""
    way = only(hub(far_routes=(route("tgw-1"),)))
    assert way.open_end == "the way comes back to tgw-1"


def test_inspection_on_the_way() -> None:
    """A firewall's endpoint passes traffic on by the table of its own subnet."""
    inspect = {"VpcEndpointId": "vpce-fw", "VpcEndpointType": "GatewayLoadBalancer", "SubnetIds": ["subnet-fw"]}
    tables = [table(route("vpce-fw")), table(route(NAT), name="rtb-fw", subnet="subnet-fw")]
    way = only(network(route_tables=tables, vpc_endpoints=[inspect], nat_gateways=nat_gateways()))
    assert kinds(way) == ["subnet", "route table", "endpoint", "subnet", "route table", "nat gateway"]
    assert way.addresses == ("198.51.100.1", "198.51.100.2")


def test_gateway_endpoint() -> None:
    """A route of a prefix list to a gateway endpoint is for its service, by the instance's private addresses."""
    gateway = {"VpcEndpointId": "vpce-1", "VpcEndpointType": "Gateway", "ServiceName": "com.amazonaws.eu-west-1.s3"}
    way, unknown = ways_of(network(route("vpce-1", "pl-s3"), route("vpce-2", "pl-x"), vpc_endpoints=[gateway]))
    assert (way.destination, way.addresses) == ("com.amazonaws.eu-west-1.s3", PRIVATE)
    assert unknown.open_end == "it is not described: it is gone, or another account's"


def test_interface_endpoints() -> None:
    """Interface endpoints of the instance's VPC are ways; those of another VPC, and those that are gone, are not."""
    row = {"VpcEndpointId": "vpce-1", "VpcEndpointType": "Interface", "ServiceName": "com.amazonaws.eu-west-1.sts",
           "VpcId": VPC, "State": "available", "PrivateDnsEnabled": True}  # fmt: skip
    gone, other = {**row, "State": "Deleted"}, {**row, "VpcId": "vpc-2"}
    named = {**row, "VpcEndpointId": "vpce-2", "PrivateDnsEnabled": False}
    first, second = ways_of(network(vpc_endpoints=[row, gone, other, named]))
    assert (first.destination, first.addresses) == ("com.amazonaws.eu-west-1.sts", PRIVATE)
    assert [way.hops[-1].detail for way in (first, second)] == ["for every call to the service",
                                                                "for callers that name it"]  # fmt: skip


VPN = {"VpnConnectionId": "vpn-1", "VpnGatewayId": "vgw-1", "CustomerGatewayId": "cgw-1", "State": "available"}
DEVICE = {"CustomerGatewayId": "cgw-1", "IpAddress": "192.0.2.130"}


def test_vpn() -> None:
    """A VPN ends at the company's device, and the way stays open behind it."""
    way = only(network(route("vgw-1"), vpn_connections=[VPN], customer_gateways=[DEVICE]))
    assert kinds(way)[2:] == ["vpn gateway", "vpn connection", "customer gateway"]
    assert way.addresses == ("192.0.2.130",)
    assert "may leave by another address" in way.open_end


@pytest.mark.parametrize("vpn", [{**VPN, "State": "deleted"}, {**VPN, "VpnGatewayId": "vgw-2"}])
def test_vpn_gateway_without_a_vpn(vpn: dict[str, str]) -> None:
    """A VPN gateway whose VPN is gone may lead to a Direct Connect; no address is claimed."""
    way = only(network(route("vgw-1"), vpn_connections=[vpn], customer_gateways=[DEVICE]))
    assert (way.addresses, way.open_end) == ((), "no VPN connection of it was found: it may lead to a Direct Connect")


def test_vpn_of_a_transit_gateway() -> None:
    """A VPN behind a transit gateway ends at the company's device as well."""
    more = network(vpn_connections__vpn_of_9=[{**VPN, "VpnConnectionId": "vpn-9"}], customer_gateways__cgw=[DEVICE])
    made = hub(transit_route(kind="vpn", resource="vpn-9"))
    way = only(made | {name: one for name, one in more.items() if name.startswith(("vpn_", "customer_"))})
    assert way.addresses == ("192.0.2.130",)


def test_peering() -> None:
    """A peered VPC is named with its account, and is no way to the internet."""
    peering = {"VpcPeeringConnectionId": "pcx-1", "AccepterVpcInfo": {"VpcId": VPC, "OwnerId": "111122223333"},
               "RequesterVpcInfo": {"VpcId": "vpc-8", "OwnerId": HUB}}  # fmt: skip
    way = only(network(route("pcx-1", "10.8.0.0/16"), peerings=[peering]))
    assert way.hops[-1] == Hop("peering", "pcx-1", f"VPC vpc-8 of account {HUB}")
    assert way.open_end.startswith("AWS routes nothing through a peered VPC")
    assert only(network(route("pcx-1"))).hops[-1].detail == ""


def test_appliance() -> None:
    """A route to an interface ends at that interface's public address, or is open."""
    held = {"NetworkInterfaceId": "eni-7", "Association": {"PublicIp": "203.0.113.70"},
            "Attachment": {"InstanceId": "i-nat"}}  # fmt: skip
    way = only(network(route("eni-7"), route_interfaces=[held]))
    assert (way.addresses, way.hops[-1].detail, way.open_end) == (("203.0.113.70",), "i-nat", "")
    way = only(network(route("eni-7")))
    assert (way.addresses, way.open_end) == ((), "the appliance behind it decides by which address it leaves")


def test_outpost_and_carrier() -> None:
    """On an Outpost and in a Wavelength zone the instance is seen by the company's and the carrier's addresses."""
    held = {**interface(), "Association": {"CarrierIp": "198.51.100.77", "CustomerOwnedIp": "192.0.2.77"}}
    outpost, carrier = ways_of(network(route("lgw-1", "192.0.2.0/24"), route("cagw-1"), network_interfaces=[held]))
    assert outpost.addresses == ("192.0.2.77",)
    assert "behind the Outpost" in outpost.open_end
    assert (carrier.addresses, carrier.open_end) == (("198.51.100.77",), "")
    (bare,) = ways_of(network(route("cagw-1")))
    assert bare.open_end == "the instance has no address of the carrier's network now"


def test_targets_that_are_not_followed() -> None:
    """A Cloud WAN and a target of a new kind are open ends."""
    wan, odd = ways_of(network(route("arn:aws:networkmanager::1:core-network/c"), route("new-1", "192.0.2.0/24")))
    assert wan.open_end == "the routes of a Cloud WAN are not asked for"
    assert odd.open_end == "this kind of target is not known to gdkit"


def test_no_way() -> None:
    """Routes within the VPC, and into nothing, are no ways; without documents there is none, and no error."""
    assert ways_of(network(route(NAT, State="blackhole"))) == ()
    assert ways_of({}) == ()


def test_longest_prefix() -> None:
    """An address takes the longest prefix that holds it: a narrower route, or a prefix list whose entries are known."""
    made = network(route("igw-1"), route(NAT, "52.94.0.0/16"), route("eni-7", "pl-1"), nat_gateways=nat_gateways(),
                   prefix_list__pl_of_1=[{"Cidr": "52.94.5.0/24"}])  # fmt: skip
    ways = ways_of(made)
    assert [kinds(way)[-1] for way in ways_to(ways, "52.94.5.9", made)] == ["network interface"]
    assert [kinds(way)[-1] for way in ways_to(ways, "52.94.6.9", made)] == ["nat gateway"]
    assert [kinds(way)[-1] for way in ways_to(ways, "8.8.8.8", made)] == ["internet gateway"]
    assert ways_to(ways, "2001:db8::1", made) == ways_to(ways, "no address", made) == ()


@given(st.lists(st.tuples(st.integers(0, 2**32 - 1), st.integers(0, 32)), max_size=8), st.integers(0, 2**32 - 1))
def test_longest_prefix_of_any_table(some: list[tuple[int, int]], address: int) -> None:
    """Of any table, the route that is chosen first holds the destination, and none that holds it is longer."""
    networks = {ip_network((start, length), strict=False) for start, length in some}
    chosen = routes_toward([{"DestinationCidrBlock": str(one)} for one in networks], f"{ip_address(address)}/32")
    holding = [one.prefixlen for one in networks if ip_address(address) in one]
    assert [ip_network(row["DestinationCidrBlock"]).prefixlen for _, row in chosen] == (
        [max(holding)] if holding else []
    )


def test_far_addresses() -> None:
    """Addresses at the end of a way that are not the instance's are the network's, shared; a narrower way has none."""
    (own,) = far_addresses(ways_of(hub()))
    assert (own.address, own.kind, own.shared, own.proven_from) == ("203.0.113.99", "public", True, None)
    assert own.reason.startswith("the way out was followed: subnet-1 → rtb-1")
    near = far_addresses(ways_of(network(route(NAT), nat_gateways=nat_gateways())))
    assert [one.address for one in near] == ["198.51.100.1", "198.51.100.2"]
    assert (
        far_addresses(ways_of(network(route("igw-1"), route(NAT, "52.94.0.0/16"), nat_gateways=nat_gateways()))) == ()
    )
    assert far_addresses(ways_of(hub(transit_route("52.94.0.0/16")))) == ()


def test_followed_routes() -> None:
    """A route counts as followed when all of its ways end at an address, and not when one is open."""
    assert followed_routes(ways_of(hub())) == {(SUBNET, "tgw-1")}
    rows = (transit_route(), transit_route("52.94.0.0/16", kind="connect"))
    assert followed_routes(ways_of(hub(*rows))) == frozenset()
    made = hub()
    assert other_ways_out(made) != ()
    assert other_ways_out(made, followed_routes(ways_of(made))) == ()


def test_same_addresses_as_own() -> None:
    """The shared public addresses that are called the instance's own are those at the ends of its ways."""
    tables = route_tables()
    tables[1]["Routes"].append(route("vgw-1"))
    made = documents(route_tables=tables, vpn_connections=[VPN], customer_gateways=[DEVICE])
    own = {one.address for one in own_addresses(made) if one.shared}
    ends = {address for way in ways_of(made) for address in way.addresses}
    assert own == ends == {"198.51.100.1", "198.51.100.2", "192.0.2.130"}
