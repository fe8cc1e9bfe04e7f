"""What published lists say of an address: hosting, content network, VPN, Tor, private relay, crawler or reserved."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Literal, cast

from gdkit.analysis.providers import Network, internet_network_of
from gdkit.origin.ranges import number_of
from gdkit.origin.reserved import reserved_as

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

PublishedKind = Literal["hosting", "cdn", "vpn", "tor", "private relay", "bot", "reserved"]

_RELAY = Network("vpn", "Apple Private Relay")
_RESERVED = Network("reserved", "")
_RELAYED = Network("private relay", _RELAY.provider)


@dataclass(frozen=True, slots=True)
class Published:
    """What published lists say of an address.

    Attributes:
        kind: ``hosting``, ``cdn``, ``vpn``, ``tor``, ``private relay``, ``bot`` or ``reserved``; None where no list
            holds it, which says nothing: most networks of companies and households are in none.
        provider: who publishes the range; empty for reserved ones and where no list holds it.
        as_of: when the lists were put together, aware.
    """

    kind: PublishedKind | None
    provider: str
    as_of: datetime


def published(address: str) -> Published:
    """Give what published lists say of an address; its kind is None where none holds it, or it is no address.

    >>> published("52.95.110.1").provider, published("10.0.0.1").kind, published("AWS Internal").kind
    ('Amazon AWS', 'reserved', None)

    Source: the data of the library iporigin, made of the providers' own lists; reserved ranges are IANA's.
    """
    network = next(iter(published_networks([address])))
    if network is None:
        return Published(None, "", published_at())
    return Published(cast("PublishedKind", network.kind), network.provider, published_at())


def published_networks(addresses: Iterable[str]) -> Iterator[Network | None]:
    """Give the same for many addresses, in their order, without the date, which is one for all: ``published_at``."""
    for address in addresses:
        found = number_of(address)
        if found is None:
            yield None
        elif reserved_as(address) is not None:
            yield _RESERVED
        else:
            network = internet_network_of(*found)
            yield _RELAYED if network == _RELAY else network


@cache
def published_at() -> datetime:
    """Say when the lists were put together, aware.

    Source: iporigin, ``dataset_info``: ``built_at``, seconds since 1970.
    """
    import iporigin  # noqa: PLC0415 - its table is read on first use

    return datetime.fromtimestamp(iporigin.dataset_info()["built_at"], tz=UTC)
