"""What the accounts in reach hold, as networks, and which of it an address belongs to: pure functions.

Not everything that names an address proves who has it: see ``Proof``.

Source: Amazon VPC User Guide, "VPC CIDR blocks" (a VPC may use public ranges that another holds on the internet),
"Managed prefix lists"; EC2 User Guide, "Bring your own IP addresses"; Site-to-Site VPN User Guide.
"""

from __future__ import annotations

from functools import lru_cache
from ipaddress import IPv4Address, summarize_address_range
from typing import TYPE_CHECKING, Literal, TypeAlias

from gdkit.environment.routing import Network, is_inside, network_of
from gdkit.identifiers import address_kind, normal_address, parse_ip
from gdkit.origin.model import Holding

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from gdkit.environment.model import Document
    from gdkit.environment.routing import Row

Proof: TypeAlias = Literal["held", "company", "inside", "named", "aws side"]
"""What a holding proves of an address that is seen on the internet.

``held``: AWS has given it to the account, or the account has brought it. ``company``: the account has entered it as
the far end of its VPN. ``inside``: a VPC uses it within; on the internet it may be another's. ``named``: a prefix list
names it, a partner's perhaps. ``aws side``: AWS's end of a VPN tunnel, by which no call comes.
"""

ELASTIC, BROUGHT, POOL = "Elastic IP", "network brought to AWS", "pool of public addresses"
NAT, INTERFACE, IPV6, PRIVATE = ("public address of a NAT gateway", "public address of a network interface",
                                 "IPv6 address of a network interface",
                                 "private address of a network interface")  # fmt: skip
DEVICE, TUNNEL = "customer gateway", "AWS's side of a VPN tunnel"
CIDR, SECONDARY, IPV6_CIDR, STRANGE = ("CIDR of a VPC", "secondary CIDR of a VPC", "IPv6 CIDR of a VPC",
                                       "public range used as CIDR of a VPC")  # fmt: skip
LISTED = "entry of a prefix list of its own"

_PROOFS: Mapping[str, Proof] = {
    ELASTIC: "held", NAT: "held", INTERFACE: "held", IPV6: "held", BROUGHT: "held", POOL: "held", IPV6_CIDR: "held",
    DEVICE: "company", CIDR: "inside", SECONDARY: "inside", STRANGE: "inside", PRIVATE: "inside", LISTED: "named",
    TUNNEL: "aws side",
}  # fmt: skip
_STRENGTH: tuple[Proof, ...] = ("held", "company", "inside", "named", "aws side")
_WIDEST = {4: 8, 6: 16}
"""Shortest prefix, by IP version, that an entry of a prefix list may have: nobody holds more; 0.0.0.0/0 means all."""

_CLOSED = frozenset({"deleting", "deleted", "failed", "deprovisioned", "failed-provision", "pending-provision",
                     "disassociated", "disassociating", "failing"})  # fmt: skip

Found: TypeAlias = tuple[object, str, object]
"""A network's text, what it is, and the id of it."""


def proof_of(holding: Holding) -> Proof:
    """Say what a holding proves of an address that is seen on the internet."""
    return _PROOFS[holding.what]


def holdings_from(documents: Mapping[str, Document]) -> tuple[Holding, ...]:
    """Read every network and address out of what the accounts said.

    Args:
        documents: of ``collect_holdings``.

    Returns:
        Each once; an address that AWS names in several places (an Elastic IP on a NAT gateway) stands once for each.
    """
    names = {str(row["PrefixListId"]): str(row.get("PrefixListName") or "")
             for document in documents.values() for row in document.answer.get("PrefixLists", [])}  # fmt: skip
    found: list[Holding] = []
    for document in documents.values():
        kind, _, rest = document.name.partition(".")
        if kind == "entries":
            found += _holdings(document, {}, _entries(document.answer["Entries"], rest, names.get(rest, "")))
        elif kind in _READERS:
            key, read = _READERS[kind]
            for row in document.answer[key]:
                found += _holdings(document, row, read(row))
    return tuple(dict.fromkeys(found))


def holdings_of(holdings: Iterable[Holding], address: object) -> tuple[Holding, ...]:
    """Give the holdings that an address is in, the most specific first, and of those the best proof first."""
    text = normal_address(address)
    sought = _network(text) if text else None
    if sought is None:
        return ()
    found = [(one, network) for one in holdings if (network := _network(one.network)) and is_inside(sought, network)]
    order = sorted(found, key=lambda pair: (-pair[1].prefixlen, _STRENGTH.index(proof_of(pair[0]))))
    return tuple(holding for holding, _ in order)


@lru_cache(maxsize=1 << 18)
def _network(text: str) -> Network | None:
    return network_of(text)


def _holdings(document: Document, row: Row, found: Iterable[Found]) -> Iterator[Holding]:
    """Make holdings of what a row names; its owner may be another account, which shares it."""
    owner = str(row.get("OwnerId") or document.account_id)
    for text, what, resource_id in found:
        network = network_of(text) if text else None
        if network is not None:
            yield Holding(str(network), what, str(resource_id or ""), owner, document.region, document.asked_at)


def _elastic(row: Row) -> Iterator[Found]:
    for member in ("PublicIp", "CarrierIp", "CustomerOwnedIp"):
        yield row.get(member), ELASTIC, row.get("AllocationId") or row.get("PublicIp")


def _interface(row: Row) -> Iterator[Found]:
    name = row.get("NetworkInterfaceId")
    for entry in (row, *row.get("PrivateIpAddresses", [])):
        yield entry.get("PrivateIpAddress"), PRIVATE, name
        association = entry.get("Association") or {}
        for member in ("PublicIp", "CarrierIp", "CustomerOwnedIp"):
            yield association.get(member), INTERFACE, name
    for entry in row.get("Ipv6Addresses", []):
        yield _by_kind(entry.get("Ipv6Address"), IPV6, PRIVATE, name)
    for entry in row.get("Ipv4Prefixes") or []:
        yield entry.get("Ipv4Prefix"), PRIVATE, name
    for entry in row.get("Ipv6Prefixes") or []:
        yield _by_kind(entry.get("Ipv6Prefix"), IPV6, PRIVATE, name)


def _nat(row: Row) -> Iterator[Found]:
    if row.get("State") not in _CLOSED:
        for entry in row.get("NatGatewayAddresses", []):
            yield entry.get("PublicIp"), NAT, row.get("NatGatewayId")


def _device(row: Row) -> Iterator[Found]:
    if row.get("State") not in _CLOSED:
        yield row.get("IpAddress"), DEVICE, row.get("CustomerGatewayId")


def _tunnels(row: Row) -> Iterator[Found]:
    if row.get("State") not in _CLOSED:
        options = (row.get("Options") or {}).get("TunnelOptions", [])
        for entry in (*options, *row.get("VgwTelemetry", [])):
            yield entry.get("OutsideIpAddress"), TUNNEL, row.get("VpnConnectionId")


def _vpc(row: Row) -> Iterator[Found]:
    name, first = row.get("VpcId"), row.get("CidrBlock")
    yield _by_kind(first, STRANGE, CIDR, name)
    for entry in row.get("CidrBlockAssociationSet", []):
        if (entry.get("CidrBlockState") or {}).get("State") not in _CLOSED and entry.get("CidrBlock") != first:
            yield _by_kind(entry.get("CidrBlock"), STRANGE, SECONDARY, name)
    for entry in row.get("Ipv6CidrBlockAssociationSet", []):
        if (entry.get("Ipv6CidrBlockState") or {}).get("State") not in _CLOSED:
            yield _by_kind(entry.get("Ipv6CidrBlock"), IPV6_CIDR, SECONDARY, name)


def _byoip(row: Row) -> Iterator[Found]:
    if row.get("State") not in _CLOSED:
        yield row.get("Cidr"), BROUGHT, row.get("Cidr")


def _ipv4_pool(row: Row) -> Iterator[Found]:
    for entry in row.get("PoolAddressRanges", []):
        first, last = (parse_ip(str(entry.get(member))) for member in ("FirstAddress", "LastAddress"))
        if isinstance(first, IPv4Address) and isinstance(last, IPv4Address) and first <= last:
            for network in summarize_address_range(first, last):
                yield str(network), POOL, row.get("PoolId")


def _ipv6_pool(row: Row) -> Iterator[Found]:
    for entry in row.get("PoolCidrBlocks", []):
        yield entry.get("Cidr"), POOL, row.get("PoolId")


def _entries(rows: Iterable[Row], list_id: str, name: str) -> Iterator[Found]:
    for row in rows:
        network = network_of(row.get("Cidr"))
        if network is not None and network.prefixlen >= _WIDEST[network.version]:
            yield str(network), LISTED, f"{list_id} {name}".strip()


def _by_kind(text: object, public: str, private: str, name: object) -> Found:
    """Say what a network of a VPC is, by whether the internet knows its kind of address."""
    network = network_of(text)
    kind = address_kind(str(network.network_address)) if network else "none"
    return text, public if kind == "public" else private, name


_READERS: Mapping[str, tuple[str, Callable[[Row], Iterator[Found]]]] = {
    "addresses": ("Addresses", _elastic), "interfaces": ("NetworkInterfaces", _interface),
    "nat_gateways": ("NatGateways", _nat), "customer_gateways": ("CustomerGateways", _device),
    "vpn_connections": ("VpnConnections", _tunnels), "vpcs": ("Vpcs", _vpc), "byoip": ("ByoipCidrs", _byoip),
    "ipv4_pools": ("PublicIpv4Pools", _ipv4_pool), "ipv6_pools": ("Ipv6Pools", _ipv6_pool),
}  # fmt: skip
