"""Which of many address ranges hold an address: a table built once and asked often."""

from __future__ import annotations

import socket
from bisect import bisect_right
from dataclasses import dataclass
from ipaddress import IPv6Network, ip_network
from typing import TYPE_CHECKING, Generic, TypeVar

from gdkit.identifiers import parse_ip

if TYPE_CHECKING:
    from collections.abc import Iterable
    from ipaddress import IPv4Network

T_co = TypeVar("T_co", covariant=True)

_MAPPED = 0xFFFF  # the upper 96 bits of an IPv4 address that is written inside an IPv6 one


@dataclass(frozen=True, slots=True)
class _Segments(Generic[T_co]):
    """The line of all addresses of one version, cut where a range begins or ends.

    Attributes:
        starts: the first number of each segment, ascending; the first is 0.
        holders: for each segment, what the ranges that hold it stand for, most specific first.
    """

    starts: tuple[int, ...]
    holders: tuple[tuple[T_co, ...], ...]


@dataclass(frozen=True, slots=True)
class RangeTable(Generic[T_co]):
    """Address ranges of both versions, each with what it stands for; make one by ``of``."""

    ranges: int
    _four: _Segments[T_co]
    _six: _Segments[T_co]

    @staticmethod
    def of(pairs: Iterable[tuple[str, T_co]]) -> RangeTable[T_co]:
        """Build a table.

        Args:
            pairs: CIDR text, or one address, with what it stands for. Bits beyond the prefix are ignored, and a range
                of IPv4 addresses written inside IPv6 is one of IPv4. The same range may be given more than once.

        Raises:
            ValueError: a text that is no range; the message quotes it.
        """
        four: list[tuple[int, int, T_co]] = []
        six: list[tuple[int, int, T_co]] = []
        for text, value in pairs:
            network = as_network(text)
            versioned = four if network.version == 4 else six
            versioned.append((int(network.network_address), int(network.broadcast_address), value))
        return RangeTable(len(four) + len(six), _cut(four), _cut(six))

    def find(self, address: str) -> tuple[T_co, ...]:
        """Give what all ranges that hold an address stand for, most specific first.

        Ranges of one size keep the order in which they were given. Text that is no address is in no range.

        >>> table = RangeTable.of([("10.0.0.0/8", "company"), ("10.1.0.0/16", "office")])
        >>> table.find("10.1.2.3"), table.find("::ffff:10.2.0.1"), table.find("AWS Internal")
        (('office', 'company'), ('company',), ())
        """
        found = number_of(address)
        if found is None:
            return ()
        version, number = found
        segments = self._four if version == 4 else self._six
        return segments.holders[bisect_right(segments.starts, number) - 1]


def as_network(text: str) -> IPv4Network | IPv6Network:
    """Read CIDR text or one address; bits beyond the prefix are ignored, IPv4 inside IPv6 is given as IPv4.

    >>> as_network("198.51.100.2/24"), as_network("::ffff:192.0.2.0/120")
    (IPv4Network('198.51.100.0/24'), IPv4Network('192.0.2.0/24'))

    Raises:
        ValueError: the text is no range.
    """
    network = ip_network(text.strip(), strict=False)
    mapped = network.network_address.ipv4_mapped if isinstance(network, IPv6Network) else None
    return ip_network(f"{mapped}/{network.prefixlen - 96}") if mapped and network.prefixlen >= 96 else network


def number_of(text: str) -> tuple[int, int] | None:
    """Give version and number of an address, IPv4 inside IPv6 as IPv4; None for other text.

    >>> number_of("0.0.1.0"), number_of("::ffff:0.0.1.0"), number_of("AWS Internal")
    ((4, 256), (4, 256), None)

    The C library reads plain addresses ten times faster than ``ipaddress``, and as strictly; what it refuses is tried
    again, because it knows neither blanks around an address nor zones.
    """
    try:
        if ":" not in text:
            return 4, int.from_bytes(socket.inet_pton(socket.AF_INET, text), "big")
        number = int.from_bytes(socket.inet_pton(socket.AF_INET6, text), "big")
    except (OSError, ValueError):
        address = parse_ip(text)
        return None if address is None else (address.version, int(address))
    return (4, number & 0xFFFF_FFFF) if number >> 32 == _MAPPED else (6, number)


def _cut(ranges: list[tuple[int, int, T_co]]) -> _Segments[T_co]:
    """Cut the line of addresses; ranges of CIDR form lie inside each other or apart, so a stack is enough."""
    starts, holders = [0], [()]  # type: tuple[list[int], list[tuple[T_co, ...]]]
    open_ranges: list[tuple[int, tuple[T_co, ...]]] = []

    def begin(number: int, holding: tuple[T_co, ...]) -> None:
        if starts[-1] == number:
            holders[-1] = holding
        else:
            starts.append(number)
            holders.append(holding)

    def close_before(number: int | None) -> None:
        while open_ranges and (number is None or open_ranges[-1][0] < number):
            last, _ = open_ranges.pop()
            begin(last + 1, open_ranges[-1][1] if open_ranges else ())

    wide_first = sorted(enumerate(ranges), key=lambda row: (row[1][0], -row[1][1], -row[0]))
    for _, (first, last, value) in wide_first:
        close_before(first)
        holding = (value, *(open_ranges[-1][1] if open_ranges else ()))
        begin(first, holding)
        open_ranges.append((last, holding))
    close_before(None)
    return _Segments(tuple(starts), tuple(holders))
