"""Ranges that hold an address are found, all of them, whatever the spelling; other text is in none."""

from __future__ import annotations

import ipaddress
import time
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdkit.identifiers import parse_ip
from gdkit.origin.ranges import RangeTable, as_network, number_of

# Few bits, so that ranges meet often.
FOUR = st.builds(
    lambda number, prefix: ipaddress.ip_network((number << 28, prefix), strict=False),
    st.integers(0, 15), st.integers(0, 6),
)  # fmt: skip
SIX = st.builds(
    lambda number, prefix: ipaddress.ip_network((number << 124, prefix), strict=False),
    st.integers(0, 15), st.integers(0, 6),
)  # fmt: skip
ADDRESSES = st.one_of(
    st.ip_addresses(),
    st.builds(lambda n: ipaddress.IPv4Address(n << 26), st.integers(0, 63)),
    st.builds(lambda n: ipaddress.IPv6Address(n << 122), st.integers(0, 63)),
)


@given(st.lists(st.one_of(FOUR, SIX), max_size=12), ADDRESSES)
def test_agrees_with_asking_every_range(networks: list[ipaddress.IPv4Network], address: ipaddress.IPv4Address) -> None:
    """The table gives what a loop over all ranges gives, the narrowest first, equal ones in the order given."""
    table = RangeTable.of((str(network), number) for number, network in enumerate(networks))
    asked = parse_ip(str(address))
    assert asked is not None
    holding = [n for n, network in enumerate(networks) if network.version == asked.version and asked in network]
    assert table.find(str(address)) == tuple(sorted(holding, key=lambda n: -networks[n].prefixlen))
    assert table.ranges == len(networks)


@pytest.mark.parametrize(
    "text",
    ["", " ", "AWS Internal", "ec2.amazonaws.com", "035.2.3.4", "1.2.3", "1.2.3.4/32", "1.2.3.4.5", "0x7f.1", "HIDDEN",
     "1.2.3.4\x00", "\ud800", "\u0661.\u0662.\u0663.\u0664", "::g", "1:2", "fe80::1%", "localhost"],
)  # fmt: skip
def test_other_text_is_in_no_range(text: str) -> None:
    """What is no address, or can be read in two ways, is in no range, not even in that of all addresses."""
    assert RangeTable.of([("0.0.0.0/0", "all"), ("::/0", "all")]).find(text) == ()


@given(st.one_of(st.text(max_size=20), st.from_regex(r"[0-9a-f:.%x ]{1,20}", fullmatch=True), ADDRESSES.map(str)))
def test_numbers_are_those_of_the_standard_library(text: str) -> None:
    """The fast way of reading agrees with the one that the rest of gdkit uses, on text of any kind."""
    expected = parse_ip(text)
    assert number_of(text) == (None if expected is None else (expected.version, int(expected)))


@pytest.mark.parametrize("text", ["::ffff:10.1.2.3", "::FFFF:0a01:0203", " 10.1.2.3 ", "0:0:0:0:0:ffff:10.1.2.3"])
def test_ipv4_in_other_spellings(text: str) -> None:
    """IPv4 written inside IPv6, or with blanks around, is found as IPv4."""
    assert RangeTable.of([("10.0.0.0/8", "company")]).find(text) == ("company",)


def test_zone_of_a_link_local_address() -> None:
    """The zone of an address is no part of its number."""
    assert RangeTable.of([("fe80::/10", "link")]).find("fe80::1%eth0") == ("link",)


def test_edges() -> None:
    """The first and the last address of a range are in it, their neighbours are not, up to the end of the line."""
    table = RangeTable.of([("10.0.0.0/30", "a"), ("10.0.0.4/32", "b"), ("255.255.255.0/24", "end"), ("ffff::/16", "6")])
    found = [table.find(text) for text in ("9.255.255.255", "10.0.0.0", "10.0.0.3", "10.0.0.4", "10.0.0.5")]
    assert found == [(), ("a",), ("a",), ("b",), ()]
    assert table.find("255.255.255.255") == ("end",)
    assert table.find("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff") == ("6",)


def test_empty_table() -> None:
    """A table of no range holds nothing."""
    table: RangeTable[str] = RangeTable.of([])
    assert (table.ranges, table.find("10.0.0.1"), table.find("::1")) == (0, (), ())


@pytest.mark.parametrize("text", ["10.0.0.0/33", "10.0.0.0/a", "", "office", "2001:db8::/129"])
def test_wrong_ranges_are_named(text: str) -> None:
    """A text that is no range is an error that quotes it."""
    with pytest.raises(ValueError, match=text.split("/", maxsplit=1)[0] or "''"):
        RangeTable.of([("10.0.0.0/8", "company"), (text, "wrong")])


def test_networks_are_read_leniently() -> None:
    """Bits beyond the prefix are ignored, an address is a network of one, mapped IPv4 is IPv4 as far as it is whole."""
    texts = ("198.51.100.2/24", "192.0.2.1", "::ffff:192.0.2.0/120", "::ffff:0:0/95", "::/0")
    found = [str(as_network(text)) for text in texts]
    assert found == ["198.51.100.0/24", "192.0.2.1/32", "192.0.2.0/24", "::fffe:0:0/95", "::/0"]


def test_speed() -> None:
    """A hundred thousand addresses are looked up in 17,000 ranges in well under half a second of this thread."""
    chance = Random(7)  # noqa: S311 - made-up ranges
    table = RangeTable.of((f"{chance.randrange(1, 224)}.{n % 256}.{n // 256}.0/{chance.randrange(12, 29)}", n)
                          for n in range(17_000))  # fmt: skip
    addresses = [str(ipaddress.IPv4Address(chance.getrandbits(32))) for _ in range(100_000)]
    begun = time.thread_time()
    found = sum(1 for address in addresses if table.find(address))
    assert time.thread_time() - begun < 0.5
    assert found > 1000
