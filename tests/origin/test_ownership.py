"""Holdings: every network that the accounts in reach name, what each proves, and which one an address is in."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdkit.environment.model import Document, keepable
from gdkit.origin.model import Holding
from gdkit.origin.ownership import _READERS, holdings_from, holdings_of, proof_of
from tests.aws.fakes import ACCOUNT, MEMBER
from tests.environment.samples import AT

REGION = "eu-west-1"


def documents(**rows: list[dict[str, Any]]) -> dict[str, Document]:
    """Give the documents of one account and region; ``entries`` are those of ``pl-1``."""
    keys = {kind: key for kind, (key, _) in _READERS.items()} | {"prefix_lists": "PrefixLists", "entries": "Entries"}
    made = {}
    for kind, found in rows.items():
        name = "entries.pl-1" if kind == "entries" else f"{kind}.{ACCOUNT}.{REGION}"
        made[name] = Document(name, ACCOUNT, REGION, "ec2", "Describe", {}, AT, keepable({keys[kind]: found}))
    return made


def told(**rows: list[dict[str, Any]]) -> list[tuple[str, str, str]]:
    """Give network, kind and resource of every holding."""
    return [(one.network, one.what, one.resource_id) for one in holdings_from(documents(**rows))]


def test_elastic_address() -> None:
    """An Elastic IP is held by the account that was asked, since it was asked there."""
    (one,) = holdings_from(documents(addresses=[{"PublicIp": "203.0.113.7", "AllocationId": "eipalloc-1",
                                                 "NetworkInterfaceOwnerId": "amazon"}]))  # fmt: skip
    assert one == Holding("203.0.113.7/32", "Elastic IP", "eipalloc-1", ACCOUNT, REGION, AT)
    assert proof_of(one) == "held"


def test_interface() -> None:
    """An interface names its private, public and IPv6 addresses and prefixes, each once; its owner is the row's."""
    row = {
        "NetworkInterfaceId": "eni-1",
        "OwnerId": MEMBER,
        "PrivateIpAddress": "10.0.0.5",
        "PrivateIpAddresses": [{"PrivateIpAddress": "10.0.0.5", "Association": {"PublicIp": "203.0.113.5"}}],
        "Association": {"PublicIp": "203.0.113.5", "IpOwnerId": "amazon"},
        "Ipv6Addresses": [{"Ipv6Address": "2001:DB8::5"}, {"Ipv6Address": "fd00::5"}],
        "Ipv4Prefixes": [{"Ipv4Prefix": "10.0.0.16/28"}],
        "Ipv6Prefixes": [{"Ipv6Prefix": "2001:db8:0:1::/80"}],
    }
    assert told(interfaces=[row]) == [
        ("10.0.0.5/32", "private address of a network interface", "eni-1"),
        ("203.0.113.5/32", "public address of a network interface", "eni-1"),
        ("2001:db8::5/128", "IPv6 address of a network interface", "eni-1"),
        ("fd00::5/128", "private address of a network interface", "eni-1"),
        ("10.0.0.16/28", "private address of a network interface", "eni-1"),
        ("2001:db8:0:1::/80", "IPv6 address of a network interface", "eni-1"),
    ]
    assert {one.account_id for one in holdings_from(documents(interfaces=[row]))} == {MEMBER}


@pytest.mark.parametrize(("kind", "row", "expected"), [
    ("nat_gateways", {"NatGatewayId": "nat-1", "NatGatewayAddresses": [{"PublicIp": "203.0.113.1"}]},
     [("203.0.113.1/32", "public address of a NAT gateway", "nat-1")]),
    ("nat_gateways", {"NatGatewayId": "nat-1", "State": "deleted",
                      "NatGatewayAddresses": [{"PublicIp": "203.0.113.1"}]}, []),
    ("customer_gateways", {"CustomerGatewayId": "cgw-1", "IpAddress": "192.0.2.1", "State": "available"},
     [("192.0.2.1/32", "customer gateway", "cgw-1")]),
    ("customer_gateways", {"CustomerGatewayId": "cgw-1", "IpAddress": "192.0.2.1", "State": "deleted"}, []),
    ("customer_gateways", {"CustomerGatewayId": "cgw-1", "CertificateArn": "arn:aws:acm"}, []),
    ("vpn_connections", {"VpnConnectionId": "vpn-1", "VgwTelemetry": [{"OutsideIpAddress": "52.1.1.1"}],
                         "Options": {"TunnelOptions": [{"OutsideIpAddress": "52.1.1.1"}]}},
     [("52.1.1.1/32", "AWS's side of a VPN tunnel", "vpn-1")]),
    ("byoip", {"Cidr": "198.51.100.0/24", "State": "advertised"},
     [("198.51.100.0/24", "network brought to AWS", "198.51.100.0/24")]),
    ("byoip", {"Cidr": "198.51.100.0/24", "State": "deprovisioned"}, []),
    ("ipv4_pools", {"PoolId": "ipv4pool-1", "PoolAddressRanges": [
        {"FirstAddress": "198.51.100.0", "LastAddress": "198.51.100.5"}]},
     [("198.51.100.0/30", "pool of public addresses", "ipv4pool-1"),
      ("198.51.100.4/31", "pool of public addresses", "ipv4pool-1")]),
    ("ipv4_pools", {"PoolId": "p", "PoolAddressRanges": [{"FirstAddress": "198.51.100.9", "LastAddress": "no"}]}, []),
    ("ipv6_pools", {"PoolId": "ipv6pool-1", "PoolCidrBlocks": [{"Cidr": "2001:db8::/40"}]},
     [("2001:db8::/40", "pool of public addresses", "ipv6pool-1")]),
])  # fmt: skip
def test_each_kind(kind: str, row: dict[str, Any], expected: list[tuple[str, str, str]]) -> None:
    """What each kind of resource names is read; what is gone names nothing any more."""
    assert told(**{kind: [row]}) == expected


def test_vpc() -> None:
    """A VPC's ranges are told apart: the first, secondary ones, public ranges used within, and its own IPv6."""
    row = {
        "VpcId": "vpc-1", "CidrBlock": "10.0.0.0/16",
        "CidrBlockAssociationSet": [
            {"CidrBlock": "10.0.0.0/16", "CidrBlockState": {"State": "associated"}},
            {"CidrBlock": "100.64.0.0/16", "CidrBlockState": {"State": "associated"}},
            {"CidrBlock": "198.51.100.0/24", "CidrBlockState": {"State": "associated"}},
            {"CidrBlock": "10.9.0.0/16", "CidrBlockState": {"State": "disassociated"}},
        ],
        "Ipv6CidrBlockAssociationSet": [
            {"Ipv6CidrBlock": "2001:db8::/56", "Ipv6CidrBlockState": {"State": "associated"}},
        ],
    }  # fmt: skip
    assert told(vpcs=[row]) == [
        ("10.0.0.0/16", "CIDR of a VPC", "vpc-1"),
        ("100.64.0.0/16", "secondary CIDR of a VPC", "vpc-1"),
        ("198.51.100.0/24", "public range used as CIDR of a VPC", "vpc-1"),
        ("2001:db8::/56", "IPv6 CIDR of a VPC", "vpc-1"),
    ]


def test_public_range_inside_is_no_elastic_address() -> None:
    """An address in a public range that a VPC uses proves less than an Elastic IP, and the two are told apart."""
    held = documents(addresses=[{"PublicIp": "198.51.100.7", "AllocationId": "eipalloc-1"}],
                     vpcs=[{"VpcId": "vpc-1", "CidrBlock": "198.51.100.0/24"}])  # fmt: skip
    held |= documents(interfaces=[{"NetworkInterfaceId": "eni-1", "PrivateIpAddress": "198.51.100.8"}])
    found = holdings_from(held)
    assert [proof_of(one) for one in holdings_of(found, "198.51.100.7")] == ["held", "inside"]
    assert [(one.resource_id, proof_of(one)) for one in holdings_of(found, "198.51.100.8")] == [
        ("eni-1", "inside"), ("vpc-1", "inside"),
    ]  # fmt: skip


def test_prefix_list() -> None:
    """Entries of an own prefix list are named, with the list's name; what means everything is left out."""
    lists = [{"PrefixListId": "pl-1", "PrefixListName": "offices"}]
    entries = [{"Cidr": "192.0.2.0/24"}, {"Cidr": "0.0.0.0/0"}, {"Cidr": "::/0"}, {"Cidr": "nonsense"}]
    assert told(prefix_lists=lists, entries=entries) == [
        ("192.0.2.0/24", "entry of a prefix list of its own", "pl-1 offices")
    ]
    (one,) = holdings_from(documents(prefix_lists=lists, entries=entries))
    assert proof_of(one) == "named"


def test_most_specific_first() -> None:
    """The narrowest network comes first, and of equal ones the better proof; others are not given."""
    found = holdings_from(
        documents(
            entries=[{"Cidr": "203.0.113.7/32"}, {"Cidr": "203.0.0.0/16"}],
            byoip=[{"Cidr": "203.0.113.0/24", "State": "advertised"}],
            addresses=[{"PublicIp": "203.0.113.7"}, {"PublicIp": "203.0.113.8"}],
        )
    )
    assert [one.network for one in holdings_of(found, "203.0.113.7")] == [
        "203.0.113.7/32", "203.0.113.7/32", "203.0.113.0/24", "203.0.0.0/16",
    ]  # fmt: skip
    assert holdings_of(found, "203.0.113.7")[0].what == "Elastic IP"
    assert holdings_of(found, "::ffff:203.0.113.8")[0].network == "203.0.113.8/32"


@pytest.mark.parametrize("text", [None, "", "AWS Internal", "ec2.amazonaws.com", "192.0.2.9", "2001:db8::1"])
def test_nothing_holds_it(text: str | None) -> None:
    """What is no address, or no one's, has no holding."""
    assert holdings_of(holdings_from(documents(addresses=[{"PublicIp": "203.0.113.7"}])), text) == ()


@given(st.lists(st.ip_addresses(v=4), max_size=6), st.ip_addresses())
def test_only_what_holds_it(some: list[Any], sought: Any) -> None:
    """Of any addresses, exactly the equal one is given."""
    found = holdings_from(documents(addresses=[{"PublicIp": str(one)} for one in some]))
    assert {one.network for one in holdings_of(found, str(sought))} == ({f"{sought}/32"} if sought in some else set())


def test_nothing_asked() -> None:
    """Without documents there is no holding and no error."""
    assert holdings_from({}) == ()
    assert holdings_of((), "203.0.113.7") == ()
