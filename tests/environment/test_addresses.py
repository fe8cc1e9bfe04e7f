"""The instance's own addresses and ways out, read from documents."""

from __future__ import annotations

from typing import Any

import pytest

from gdkit.environment.addresses import other_ways_out, own_addresses, unrouted_subnets
from tests.environment.samples import (
    NAT,
    SUBNET,
    VPC,
    documents,
    instance,
    interface,
    route_tables,
)


def _addresses(**changes: Any) -> dict[str, tuple[str, bool]]:
    return {own.address: (own.kind, own.shared) for own in own_addresses(documents(**changes))}


def _with_route(**target: str) -> list[dict[str, Any]]:
    tables = route_tables()
    tables[1]["Routes"] = [{"DestinationCidrBlock": "0.0.0.0/0", "State": "active"} | target]
    return tables


def test_all() -> None:
    """Interfaces, secondary and IPv6 addresses, its Elastic IP, and the NAT gateway that its subnet routes to."""
    assert _addresses() == {
        "10.0.1.5": ("private", False),
        "10.0.1.6": ("private", False),
        "203.0.113.6": ("public", False),
        "2001:db8::5": ("public", False),
        "203.0.113.7": ("public", False),
        "198.51.100.1": ("public", True),
        "198.51.100.2": ("public", True),
    }


def test_reasons() -> None:
    """Each address says why it is the instance's."""
    reasons = {own.address: own.reason for own in own_addresses(documents())}
    assert reasons["10.0.1.5"] == "private address of eni-1 of the instance"
    assert reasons["203.0.113.7"] == "Elastic IP of the instance"
    assert reasons["198.51.100.1"] == f"subnet {SUBNET} sends 0.0.0.0/0 to NAT gateway {NAT}"


def test_main_table() -> None:
    """A subnet without a table of its own uses the main one of its VPC: no NAT gateway then."""
    tables = route_tables()
    tables[1]["Associations"] = [{"SubnetId": "subnet-other"}]
    assert not any(shared for _, shared in _addresses(route_tables=tables).values())


def test_main_table_of_another_vpc() -> None:
    """The main table of another VPC is not the instance's."""
    tables = [{**route_tables()[1], "VpcId": "vpc-2", "Associations": [{"Main": True}]}]
    assert not any(shared for _, shared in _addresses(route_tables=tables).values())
    assert unrouted_subnets(documents(route_tables=tables)) == (SUBNET,)


def test_dead_route() -> None:
    """A route into nothing is no way out."""
    tables = route_tables()
    tables[1]["Routes"][1]["State"] = "blackhole"
    assert "198.51.100.1" not in _addresses(route_tables=tables)


def test_second_interface() -> None:
    """The subnet of a second interface counts too."""
    second = {**interface(), "NetworkInterfaceId": "eni-2", "SubnetId": "subnet-2", "PrivateIpAddress": "10.0.2.5",
              "PrivateIpAddresses": [], "Ipv6Addresses": []}  # fmt: skip
    tables = route_tables()
    tables[1]["Associations"] = [{"SubnetId": "subnet-2"}]
    found = _addresses(network_interfaces=[interface(), second], route_tables=tables)
    assert found["10.0.2.5"] == ("private", False)
    assert found["198.51.100.1"] == ("public", True)


def test_public_range_inside() -> None:
    """A VPC on public addresses keeps its kind: such an address looks like an outside one in the logs."""
    strange = {**interface(), "PrivateIpAddress": "172.61.0.9", "PrivateIpAddresses": []}
    found = _addresses(instance=[{"Instances": [instance(NetworkInterfaces=[strange])]}], network_interfaces=[])
    assert found["172.61.0.9"] == ("public", False)


def test_missing_documents() -> None:
    """What could not be read gives no address and no error."""
    assert own_addresses({}) == ()
    nothing = dict.fromkeys(("instance", "network_interfaces"))
    assert _addresses(**nothing) == {}
    assert unrouted_subnets(documents(route_tables=None)) == (SUBNET,)
    assert unrouted_subnets(documents()) == ()


def test_gone_instance() -> None:
    """No reservation means no address of the instance, and no Elastic IP of another one."""
    assert _addresses(instance=[], network_interfaces=[]) == {}


def test_other_ways_out() -> None:
    """A route to a transit gateway, a peer, a VPN or an appliance is told: its outer address is not known here."""
    for target in ({"TransitGatewayId": "tgw-1"}, {"VpcPeeringConnectionId": "pcx-1"}, {"GatewayId": "vgw-1"},
                   {"NetworkInterfaceId": "eni-9"}):  # fmt: skip
        (told,) = other_ways_out(documents(route_tables=_with_route(**target)))
        assert told.startswith(f"Subnet {SUBNET} sends 0.0.0.0/0 to {next(iter(target.values()))}:")
    assert other_ways_out(documents()) == ()
    assert other_ways_out(documents(route_tables=_with_route(GatewayId="igw-1"))) == ()


VPN = {"VpnConnectionId": "vpn-1", "VpnGatewayId": "vgw-1", "CustomerGatewayId": "cgw-1", "State": "available"}
DEVICE = {"CustomerGatewayId": "cgw-1", "IpAddress": "192.0.2.130"}


def test_vpn_as_the_way_out() -> None:
    """Where everything goes down a VPN, its far end is a shared way out, and the reason names the path."""
    found = own_addresses(documents(route_tables=_with_route(GatewayId="vgw-1"), vpn_connections=[VPN],
                                    customer_gateways=[DEVICE]))  # fmt: skip
    far = next(own for own in found if own.address == "192.0.2.130")
    assert (far.kind, far.shared, far.proven_from) == ("public", True, None)
    assert far.reason == (
        f"subnet {SUBNET} sends everything to vgw-1, whose VPN vpn-1 ends at the customer gateway cgw-1"
    )


@pytest.mark.parametrize(
    ("route", "vpn", "device"),
    [
        ({"GatewayId": "igw-1"}, VPN, DEVICE),
        ({"GatewayId": "vgw-1", "DestinationCidrBlock": "10.8.0.0/16"}, VPN, DEVICE),
        ({"GatewayId": "vgw-1", "State": "blackhole"}, VPN, DEVICE),
        ({"GatewayId": "vgw-1"}, {**VPN, "State": "deleted"}, DEVICE),
        ({"GatewayId": "vgw-1"}, {**VPN, "VpnGatewayId": "vgw-2"}, DEVICE),
        ({"GatewayId": "vgw-1"}, VPN, {**DEVICE, "CustomerGatewayId": "cgw-2"}),
    ],
    ids=["another target", "not everything", "dead route", "dead vpn", "another gateway", "another device"],
)
def test_vpn_that_is_no_way_out(route: dict[str, str], vpn: dict[str, str], device: dict[str, str]) -> None:
    """A VPN that the instance's traffic does not take as a whole proves nothing."""
    found = _addresses(route_tables=_with_route(**route), vpn_connections=[vpn], customer_gateways=[device])
    assert "192.0.2.130" not in found


def test_dead_other_way() -> None:
    """A dead route to a transit gateway is not told."""
    tables = _with_route(TransitGatewayId="tgw-1", State="blackhole")
    assert other_ways_out(documents(route_tables=tables)) == ()


def test_subnet_unknown() -> None:
    """Where the subnets could not be read, the instance's own VPC decides which main table counts."""
    tables = [{**route_tables()[1], "VpcId": VPC, "Associations": [{"Main": True}]}]
    assert _addresses(route_tables=tables, subnets=None)["198.51.100.1"] == ("public", True)


def test_since_when_an_address_is_the_instances() -> None:
    """A private address is its own since it was attached, one of AWS since the launch; of others that is not known."""
    launched, attached = "2026-10-28T06:11:00+00:00", "2026-10-01T00:00:00+00:00"
    held = {
        **interface(),
        "Attachment": {"AttachTime": attached},
        "PrivateIpAddresses": [
            {"PrivateIpAddress": "10.0.1.5", "Association": {"PublicIp": "203.0.113.8", "IpOwnerId": "amazon"}},
            {"PrivateIpAddress": "10.0.1.6", "Association": {"PublicIp": "203.0.113.9", "IpOwnerId": "111122223333"}},
        ],
        "Association": None,
    }
    one = instance(LaunchTime=launched, NetworkInterfaces=[held])
    found = own_addresses(documents(instance=[{"Instances": [one]}], network_interfaces=[], elastic_addresses=[]))
    since = {own.address: own.proven_from and own.proven_from.isoformat() for own in found if not own.shared}
    assert since["10.0.1.5"] == since["10.0.1.6"] == attached
    assert since["203.0.113.8"] == launched
    assert since["203.0.113.9"] is None


def test_shared_addresses_are_never_proven() -> None:
    """The address of a NAT gateway, and an Elastic IP, are no proof at any time."""
    found = {own.address: own.proven_from for own in own_addresses(documents())}
    assert found["198.51.100.1"] is None
    assert found["203.0.113.7"] is None
