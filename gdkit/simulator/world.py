"""Who holds which address in the simulated world: what GuardDuty knows of a remote address."""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network


@dataclass(frozen=True, slots=True)
class Place:
    """What is known of a network's addresses.

    Attributes:
        aws_account_id: the account that holds the address, for an address of AWS; None outside AWS.
    """

    asn: str
    organization: str
    country: str
    country_code: str
    city: str
    latitude: float
    longitude: float
    aws_account_id: str | None = None


UNKNOWN_PLACE = Place("64496", "EXAMPLE-UNKNOWN", "Netherlands", "NL", "Amsterdam", 52.37, 4.9)
"""Where an address that no one registered seems to be. ASN: RFC 5398, for documentation."""


@dataclass(slots=True)
class World:
    """Networks and their holders, and the accounts of one's own organisation.

    Attributes:
        organization_account_ids: accounts that GuardDuty knows as affiliated.
        management_account_id: the one of them that may list them; empty where there is no organisation.
    """

    places: dict[IPv4Network | IPv6Network, Place] = field(default_factory=dict)
    organization_account_ids: set[str] = field(default_factory=set)
    management_account_id: str = ""

    def add(self, network: str, place: Place) -> None:
        """Register a network, or one address, as held by someone."""
        self.places[ip_network(network)] = place

    def place_of(self, address: str) -> Place:
        """Give the most exact entry that holds an address.

        Raises:
            ValueError: the text is no address.
        """
        found = ip_address(address)
        holding = [network for network in self.places if found in network]
        return self.places[max(holding, key=lambda network: network.prefixlen)] if holding else UNKNOWN_PLACE
