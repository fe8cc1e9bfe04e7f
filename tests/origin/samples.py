"""Small made-up data that tests of an address's origin share."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from mmdb_writer import MMDBWriter
from netaddr import IPSet

if TYPE_CHECKING:
    from pathlib import Path


def aws_entry(network: str, service: str, region: str = "us-west-2", group: str = "") -> dict[str, str]:
    """Give one entry of ``ip-ranges.json``."""
    name = "ipv6_prefix" if ":" in network else "ip_prefix"
    return {name: network, "region": region, "service": service, "network_border_group": group or region}


AWS_DOCUMENT: dict[str, Any] = {
    "syncToken": "1787433425",
    "createDate": "2026-08-22-21-17-05",
    "prefixes": [
        aws_entry("203.0.113.0/24", "AMAZON"),
        aws_entry("203.0.113.0/25", "EC2", group="us-west-2-lax-1"),
        aws_entry("198.51.100.0/24", "AMAZON", "GLOBAL"),
        aws_entry("198.51.100.0/24", "CLOUDFRONT", "GLOBAL"),
    ],
    "ipv6_prefixes": [aws_entry("2001:db8:1::/48", "AMAZON", "eu-west-1")],
}


def aws_text(**changed: Any) -> bytes:
    """Give a made-up ``ip-ranges.json``, with some of its fields changed."""
    return json.dumps({**AWS_DOCUMENT, **changed}).encode()


def write_mmdb(path: Path, networks: dict[str, Any], *, kind: str = "GeoLite2-City", ip_version: int = 6) -> Path:
    """Write a MaxMind DB file of these networks."""
    writer = MMDBWriter(ip_version=ip_version, database_type=kind, ipv4_compatible=ip_version == 6)
    for network, record in networks.items():
        writer.insert_network(IPSet([network]), record)
    writer.to_db_file(str(path))
    return path
