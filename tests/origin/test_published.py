"""What published lists say of an address, and what is reserved."""

from __future__ import annotations

import ipaddress
from datetime import UTC, datetime

import iporigin
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from gdkit.analysis.providers import Network, internet_network_of, network_of
from gdkit.identifiers import address_kind
from gdkit.origin.published import published, published_at, published_networks
from gdkit.origin.reserved import reserved_as

RELAY = "Apple Private Relay"


@pytest.mark.parametrize(
    ("address", "meaning"),
    [
        ("10.0.0.1", "private"), ("172.31.255.255", "private"), ("fd00::1", "private"), ("fec0::1", "private"),
        ("100.64.0.1", "shared address space"), ("127.0.0.1", "loopback"), ("::1", "loopback"),
        ("169.254.169.254", "link local"), ("192.0.2.1", "documentation"), ("2001:db8::1", "documentation"),
        ("3fff::1", "documentation"), ("198.18.0.1", "benchmarking"), ("64:ff9b::a00:1", "translation"),
        ("2002:a00:1::1", "translation"), ("224.0.0.1", "multicast"), ("ff02::1", "multicast"),
        ("240.0.0.1", "future use"), ("255.255.255.255", "broadcast"), ("0.0.0.1", "this network"),
        ("::ffff:10.0.0.1", "private"), ("2001:10::1", "protocol assignment"),
        ("192.0.0.9", None), ("2001:20::1", None), ("8.8.8.8", None), ("2600::1", None), ("AWS Internal", None),
    ],
)  # fmt: skip
def test_reserved(address: str, meaning: str | None) -> None:
    """Reserved addresses are named by what they are for; those of the internet and other text are not reserved."""
    assert reserved_as(address) == meaning


@given(st.ip_addresses())
def test_what_python_calls_not_global_is_reserved(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    """No address that the standard library knows to be none of the internet is taken for one of the internet."""
    meant = getattr(address, "ipv4_mapped", None) or address
    exceptions = [
        ipaddress.ip_network(text) for text in ("192.0.0.0/24", "2001::/23")
    ]  # older Pythons know none of them
    assume(not any(meant in network for network in exceptions if network.version == meant.version))
    assert meant.is_global or reserved_as(str(address)) is not None


@given(st.ip_addresses())
def test_private_is_always_reserved(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    """Nothing that address_kind calls private counts as an address of the internet."""
    assert address_kind(str(address)) == "public" or reserved_as(str(address)) is not None


@given(st.ip_addresses(v=4))
def test_the_fast_way_agrees_with_the_library(address: ipaddress.IPv4Address) -> None:
    """Asking by number gives what the library gives for the same address of the internet."""
    found = next(iter(published_networks([str(address)])))
    expected = iporigin.classify(str(address))
    if expected.kind == iporigin.UNKNOWN:
        assert found is None or found.kind == "reserved"  # multicast: the library does not call it reserved
    else:
        assert found is not None
        kinds = {"private relay"} if expected.provider == RELAY else {expected.kind, "reserved"}
        assert found.kind in kinds


@pytest.mark.parametrize("text", ["2600:1f00::1", "2606:4700::1111", "2001:4860:4860::8888", "2a00::1"])
def test_numbers_of_ipv6(text: str) -> None:
    """IPv6 is asked by number too, with the library's own answer."""
    assert internet_network_of(6, int(ipaddress.IPv6Address(text))) == network_of(text)


def test_hosting() -> None:
    """An address of a hosting provider is told with the provider and the date of the lists."""
    found = published("52.95.110.1")
    assert (found.kind, found.provider) == ("hosting", "Amazon AWS")
    assert found.as_of == published_at() == datetime.fromtimestamp(iporigin.dataset_info()["built_at"], tz=UTC)


def test_private_relay_is_no_vpn() -> None:
    """A private relay is told apart from VPN services: it hides people, and no instance leaves by it."""
    block = ipaddress.ip_network("172.224.0.0/12")  # Akamai's, by which relays leave
    candidates = (str(block[number]) for number in range(0, block.num_addresses, 64))
    address = next(text for text in candidates if network_of(text) == Network(iporigin.VPN, RELAY))
    assert (published(address).kind, published(address).provider) == ("private relay", RELAY)


@pytest.mark.parametrize("text", ["AWS Internal", "ec2.amazonaws.com", "", "HIDDEN_DUE_TO_SECURITY_REASONS", "1.2.3"])
def test_what_is_no_address(text: str) -> None:
    """Text that is no address has no kind and no provider."""
    assert (published(text).kind, published(text).provider) == (None, "")


def test_reserved_has_no_provider() -> None:
    """A reserved address is told as such, in whatever spelling."""
    assert [published(text).kind for text in ("10.0.0.1", "::ffff:10.0.0.1", "2001:0DB8::1")] == ["reserved"] * 3
    assert published("10.0.0.1").provider == ""
