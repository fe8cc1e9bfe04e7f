"""What the instance has to be seen by, in one of its subnets: pure functions over AWS's documents."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gdkit.environment.routing import instance_of, interfaces_of, rows_of
from gdkit.identifiers import normal_address

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from gdkit.environment.model import Document


@dataclass(frozen=True, slots=True)
class Sender:
    """The addresses of the instance's interfaces in one subnet, in the spelling that comparisons use.

    Attributes:
        private: IPv4 within the VPC.
        public: public IPv4, Elastic IPs among them.
        ipv6: IPv6, which no gateway translates.
        carrier: of the carrier's network, in a Wavelength zone.
        customer: of the company's own network, on an Outpost.
    """

    private: tuple[str, ...] = ()
    public: tuple[str, ...] = ()
    ipv6: tuple[str, ...] = ()
    carrier: tuple[str, ...] = ()
    customer: tuple[str, ...] = ()


def sender_in(documents: Mapping[str, Document], subnet: str) -> Sender:
    """Give what the instance has in a subnet.

    Source: EC2 API Reference, NetworkInterfaceAssociation, Address.
    """
    instance = instance_of(documents) or {}
    here = [one for one in interfaces_of(documents) if one.get("SubnetId") == subnet]
    names = {one.get("NetworkInterfaceId") for one in here}
    entries = [entry for one in here for entry in (one, *one.get("PrivateIpAddresses", []))]
    links = [entry["Association"] for entry in entries if entry.get("Association")]
    links += [row for row in rows_of(documents, "elastic_addresses") if row.get("InstanceId")
              and row.get("InstanceId") == instance.get("InstanceId")
              and row.get("NetworkInterfaceId", _first(instance, subnet, names)) in names]  # fmt: skip
    first = instance if instance.get("SubnetId") == subnet else {}
    return Sender(
        private=_once([*(entry.get("PrivateIpAddress") for entry in entries), first.get("PrivateIpAddress")]),
        public=_once([*(link.get("PublicIp") for link in links), first.get("PublicIpAddress")]),
        ipv6=_once([row.get("Ipv6Address") for one in (*here, first) for row in one.get("Ipv6Addresses", [])]),
        carrier=_once([link.get("CarrierIp") for link in links]),
        customer=_once([link.get("CustomerOwnedIp") for link in links]),
    )


def _first(instance: Mapping[str, object], subnet: str, names: set[object]) -> object:
    """Give some interface of the instance's first subnet: an Elastic IP that names none is there."""
    return next(iter(names), None) if instance.get("SubnetId") == subnet else None


def _once(addresses: Iterable[object]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for address in addresses if (text := normal_address(address))))
