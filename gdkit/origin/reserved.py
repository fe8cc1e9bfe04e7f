"""Addresses that are nobody's on the internet: private, documentation, multicast and the like."""

from __future__ import annotations

from gdkit.origin.ranges import RangeTable

_GLOBAL = ""

_RESERVED = RangeTable.of(
    (network, meaning)
    for meaning, networks in {
        "this network": ("0.0.0.0/8", "::/128"),
        "private": ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7", "fec0::/10"),
        "shared address space": ("100.64.0.0/10",),
        "loopback": ("127.0.0.0/8", "::1/128"),
        "link local": ("169.254.0.0/16", "fe80::/10"),
        "documentation": ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32", "3fff::/20"),
        "benchmarking": ("198.18.0.0/15",),
        "protocol assignment": ("192.0.0.0/24", "2001::/23", "5f00::/16"),
        "translation": ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "192.88.99.0/24"),
        "discard": ("100::/64", "100:0:0:1::/64"),
        "multicast": ("224.0.0.0/4", "ff00::/8"),
        "future use": ("240.0.0.0/4",),
        "broadcast": ("255.255.255.255/32",),
        _GLOBAL: ("192.0.0.9/32", "192.0.0.10/32", "2001:1::1/128", "2001:1::2/128", "2001:1::3/128", "2001:3::/32",
                  "2001:4:112::/48", "2001:20::/28", "2001:30::/28"),
    }.items()
    for network in networks
)  # fmt: skip


def reserved_as(address: str) -> str | None:
    """Say what an address is reserved for; None for an address of the internet, and for text that is no address.

    An IPv4 address packed into IPv6 by a translator (6to4, NAT64) is reserved too: the address inside, which may be a
    private one, is what matters.

    >>> reserved_as("10.0.0.1"), reserved_as("2001:db8::1"), reserved_as("52.95.110.1")
    ('private', 'documentation', None)

    Source: IANA, "IPv4 Special-Purpose Address Registry" and "IPv6 Special-Purpose Address Registry" (not globally
    reachable); RFC 5771 and RFC 4291 for multicast; RFC 3879 for fec0::/10.
    """
    found = _RESERVED.find(address)
    return found[0] or None if found else None
