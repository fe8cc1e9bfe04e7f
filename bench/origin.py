"""How long it takes to say offline what 100,000 different addresses are.

Beside it: reading each address with the standard library and nothing more, which is the floor; the library iporigin
alone; and what is written first, a loop over all of AWS's ranges as ``ip_network`` objects, on a small part of the
addresses and scaled. CPU seconds, because the machine may be shared, and ratios. Then what importing costs.

AWS's list is the copy that ``GDKIT_IP_RANGES`` names or that ``gdkit feeds`` fetched; without one, a made-up list of
the same size.
"""

from __future__ import annotations

import ipaddress
import json
import subprocess
import sys
import time
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import iporigin

from gdkit.feeds.cache import cached_aws_ranges
from gdkit.origin.aws_ranges import parse_aws_ranges
from gdkit.origin.classify import classify_addresses
from gdkit.origin.ranges import RangeTable

if TYPE_CHECKING:
    from collections.abc import Callable

    from gdkit.origin.aws_ranges import AwsRanges
    from gdkit.origin.maxmind import Mmdb

ADDRESSES = 100_000
NAIVE = 200  # addresses that the naive loop is timed with
RANGES = 17_000
ROUNDS = 3


def made_up_addresses() -> list[str]:
    """Give addresses of all kinds: two thirds anywhere, some private, some IPv6."""
    chance = Random(7)  # noqa: S311 - a benchmark, nothing is kept secret by it
    made = [str(ipaddress.IPv4Address(chance.getrandbits(32))) for _ in range(ADDRESSES * 2 // 3)]
    made += [f"10.{n >> 16 & 255}.{n >> 8 & 255}.{n & 255}" for n in range(ADDRESSES // 6)]
    made += [str(ipaddress.IPv6Address(0x26 << 120 | chance.getrandbits(112))) for _ in range(ADDRESSES - len(made))]
    chance.shuffle(made)
    return made


def made_up_ranges() -> bytes:
    """Give a list in AWS's form, as long as AWS's own."""
    chance = Random(7)  # noqa: S311 - a benchmark, nothing is kept secret by it
    rows = [
        {
            "ip_prefix": f"{chance.randrange(3, 60)}.{chance.randrange(256)}.{n % 256}.0/{chance.randrange(24, 29)}",
            "region": "us-east-1",
            "network_border_group": "us-east-1",
            "service": chance.choice(("AMAZON", "EC2", "S3")),
        }
        for n in range(RANGES)
    ]
    document = {"syncToken": "1", "createDate": "2026-01-01-00-00-00", "prefixes": rows, "ipv6_prefixes": []}
    return json.dumps(document).encode()


def naive_loop(addresses: list[str], networks: list[ipaddress.IPv4Network | ipaddress.IPv6Network]) -> int:
    """Ask every network about every address."""
    found = 0
    for text in addresses:
        address = ipaddress.ip_address(text)
        found += any(address in network for network in networks)
    return found


def networks_of(aws: AwsRanges) -> list[ipaddress.IPv4Network | ipaddress.IPv6Network]:
    """Give AWS's ranges as objects of the standard library."""
    holders = (holding for segments in (aws.table._four, aws.table._six) for holding in segments.holders)
    return [ipaddress.ip_network(text) for text in sorted({entry.network for holding in holders for entry in holding})]


def with_mmdb(folder: Path, addresses: list[str], aws: AwsRanges) -> float:
    """Time the whole with a MaxMind file too; it holds one network in sixteen."""
    from mmdb_writer import MMDBWriter
    from netaddr import IPSet

    from gdkit.origin.maxmind import open_mmdb

    writer = MMDBWriter(ip_version=6, database_type="Bench-City", ipv4_compatible=True)
    for block in range(1, 224, 4):
        writer.insert_network(IPSet([f"{block}.0.0.0/10"]), {"country": {"iso_code": "NL"}})
    writer.to_db_file(str(folder / "bench.mmdb"))
    mmdb: Mmdb
    with open_mmdb(folder / "bench.mmdb") as mmdb:
        return cpu_of(lambda: len(classify_addresses(addresses, aws=aws, mmdb=mmdb)))


def cpu_of(call: Callable[[], object]) -> float:
    """Give the least CPU time of several rounds, in seconds."""
    seconds = []
    for _ in range(ROUNDS):
        begun = time.process_time()
        call()
        seconds.append(time.process_time() - begun)
    return min(seconds)


def import_ms(code: str) -> float:
    """Give the CPU time, in milliseconds, of importing in a fresh interpreter."""
    timed = f"import time; b = time.process_time(); {code}; print((time.process_time() - b) * 1000)"
    runs = [subprocess.run([sys.executable, "-c", timed], capture_output=True, text=True, check=True) for _ in range(3)]
    return min(float(run.stdout) for run in runs)


def main() -> None:
    """Measure each contender on the same addresses, and the imports."""
    addresses = made_up_addresses()
    known = cached_aws_ranges()
    aws = known or parse_aws_ranges(made_up_ranges(), where="made up")
    team = RangeTable.of([("10.0.0.0/8", "company"), ("10.1.0.0/16", "office")])
    networks = networks_of(aws)
    assert len(classify_addresses(addresses[:10], aws=aws, team=team)) == 10, "the lists are loaded"
    print(f"{ADDRESSES:,} addresses; AWS's list {'of ' + f'{known.published_at:%Y-%m-%d}' if known else 'made up'}, "
          f"{aws.table.ranges:,} ranges\n")  # fmt: skip
    floor = cpu_of(lambda: [ipaddress.ip_address(text) for text in addresses])
    with TemporaryDirectory() as folder:
        measured = {
            "floor: ipaddress reads them": floor,
            "peer: iporigin alone": cpu_of(lambda: list(iporigin.classify_many(addresses))),
            "peer: loop over ip_network": cpu_of(lambda: naive_loop(addresses[:NAIVE], networks)) * ADDRESSES / NAIVE,
            "gdkit: AWS's list alone": cpu_of(lambda: [aws.find(text) for text in addresses]),
            "gdkit: table, lists and team": cpu_of(lambda: classify_addresses(addresses, aws=aws, team=team)),
            "gdkit: the same, and MaxMind": with_mmdb(Path(folder), addresses, aws),
        }
    print(f"{'contender':<32}{'CPU s':>9}{'x floor':>9}")
    for name, seconds in measured.items():
        print(f"{name:<32}{seconds:>9.2f}{seconds / floor:>9.1f}")
    pandas, own = import_ms("import pandas"), import_ms("import pandas, gdkit.origin.classify")
    print(f"\nimport pandas {pandas:.0f} ms CPU, with gdkit.origin.classify {own - pandas:.0f} ms more")


if __name__ == "__main__":
    main()
