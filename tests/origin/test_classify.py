"""Many addresses at once: one row each, in order, from what is on this machine alone, and fast."""

from __future__ import annotations

import ipaddress
import subprocess
import sys
import time
from random import Random
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdkit import tables
from gdkit.errors import GdkitError
from gdkit.identifiers import address_kind, normal_address
from gdkit.origin.aws_ranges import parse_aws_ranges
from gdkit.origin.classify import classify_addresses
from gdkit.origin.maxmind import open_mmdb
from gdkit.origin.published import published
from gdkit.origin.ranges import RangeTable
from tests.origin.samples import aws_entry, aws_text, write_mmdb

if TYPE_CHECKING:
    from pathlib import Path

AWS = parse_aws_ranges(
    aws_text(prefixes=[aws_entry("52.95.110.0/24", name) for name in ("AMAZON", "EC2")]), where="here"
)


def rows(*addresses: object, **sources: object) -> list[dict[str, object]]:
    """Classify addresses and give the rows as plain values."""
    return list(tables.rows_of(classify_addresses(addresses, **sources)))  # type: ignore[arg-type]


def test_offline() -> None:
    """Kind, published lists and AWS's list are told; what nothing tells is missing."""
    amazons, unlisted = rows("52.95.110.1", "198.14.0.1", aws=AWS)
    assert amazons == {
        "address": "52.95.110.1", "kind": "public", "listed_as": "hosting", "provider": "Amazon AWS",
        "aws_services": "AMAZON, EC2", "aws_region": "us-west-2", "aws_border_group": "us-west-2", "country": None,
        "asn": None, "organisation": None, "team_owner": None,
    }  # fmt: skip
    assert unlisted == {**dict.fromkeys(amazons), "address": "198.14.0.1", "kind": "public"}


def test_what_is_no_address() -> None:
    """Names, redacted text, junk and missing values have a row too, with their kind and nothing else."""
    given = [
        " ec2.amazonaws.com",
        "AWS Internal",
        "HIDDEN_DUE_TO_SECURITY_REASONS",
        "035.2.3.4",
        "",
        None,
        float("nan"),
        5,
    ]
    found = rows(*given, aws=AWS, team=RangeTable.of([("0.0.0.0/0", "all")]))
    kinds = ["aws_service", "aws_internal", "redacted", "unparseable", "none", "none", "none", "none"]
    assert [row["kind"] for row in found] == kinds
    assert [row["address"] for row in found][:5] == [
        *(text.strip() for text in given[:4] if isinstance(text, str)),
        None,
    ]
    assert all(row[name] is None for row in found for name in row if name not in ("address", "kind"))


def test_spellings_meet() -> None:
    """Spellings of one address are one address, and IPv4 inside IPv6 is IPv4."""
    found = rows("2600:1F00:0::1", "2600:1f00::1", "::ffff:52.95.110.1", " 52.95.110.1 ", aws=AWS)
    assert [row["address"] for row in found] == ["2600:1f00::1", "2600:1f00::1", "52.95.110.1", "52.95.110.1"]
    assert found[2] == found[3]


def test_order_and_repeats() -> None:
    """Each address given has its row, in the order given, repeated ones again."""
    addresses = ["10.0.0.1", "52.95.110.1", "10.0.0.1", None, "52.95.110.1", None]
    assert [row["address"] for row in rows(*addresses, aws=AWS)] == addresses


def test_team_networks() -> None:
    """The owner of the narrowest range of the team is told, for private addresses too."""
    team = RangeTable.of([("10.0.0.0/8", "company"), ("10.1.0.0/16", "office"), ("52.95.110.1", "vendor")])
    found = rows("10.1.0.1", "10.2.0.1", "52.95.110.1", "52.95.110.2", team=team)
    assert [row["team_owner"] for row in found] == ["office", "company", "vendor", None]


def test_maxmind_files(tmp_path: Path) -> None:
    """Country and network owner come from the files, the first that tells each; private addresses are not looked up."""
    place = {"country": {"iso_code": "NL"}}
    city = write_mmdb(tmp_path / "city.mmdb", {"8.8.8.0/24": place, "10.0.0.0/8": place})
    owner = {"autonomous_system_number": 64496, "autonomous_system_organization": "Example Net"}
    asn = write_mmdb(tmp_path / "asn.mmdb", {"8.8.0.0/16": {**owner, "country": "DE"}})
    with open_mmdb([city, asn]) as mmdb:
        found = rows("8.8.8.8", "8.8.9.9", "10.0.0.1", "AWS Internal", mmdb=mmdb)
    told = [(row["country"], row["asn"], row["organisation"]) for row in found]
    nothing = (None, None, None)
    assert told == [("NL", "64496", "Example Net"), ("DE", "64496", "Example Net"), nothing, nothing]


def test_damaged_maxmind_file(tmp_path: Path) -> None:
    """A file that turns out to be damaged is an error that names it, not a table with holes."""
    path = write_mmdb(tmp_path / "a.mmdb", {"8.8.8.0/24": {"country": {"iso_code": "NL"}}})
    path.write_bytes(path.read_bytes().replace(b"NL", b"\x80\x80"))
    with (
        open_mmdb(path) as mmdb,
        pytest.raises(GdkitError, match=r"a\.mmdb: this is not a MaxMind DB file, or it is da"),
    ):
        classify_addresses(["8.8.8.8"], mmdb=mmdb)


def test_empty() -> None:
    """No address makes an empty table with all columns and types."""
    made = classify_addresses([], aws=AWS)
    assert (len(made), tuple(made.columns)) == (0, tables.ADDRESS_ORIGINS.names)
    assert {name: str(dtype) for name, dtype in made.dtypes.items()} == tables.dtypes(tables.ADDRESS_ORIGINS)


@given(st.lists(st.one_of(st.ip_addresses().map(str), st.text(max_size=12), st.none()), max_size=5))
def test_agrees_with_asking_one_by_one(addresses: list[str | None]) -> None:
    """Each row says what the functions for one address say."""
    for address, row in zip(addresses, rows(*addresses, aws=AWS), strict=True):
        spelled = normal_address(address)
        lists = published(spelled or "")
        place = AWS.find(spelled or "")
        assert (row["address"], row["kind"]) == (spelled, address_kind(address))
        assert (row["listed_as"], row["provider"]) == (lists.kind, lists.provider or None)
        assert row["aws_region"] == (place.region if place else None)


def test_speed() -> None:
    """A hundred thousand different addresses are told in less than two seconds of this thread."""
    chance = Random(7)  # noqa: S311 - made-up addresses
    addresses = [str(ipaddress.IPv4Address(chance.getrandbits(32))) for _ in range(100_000)]
    classify_addresses(addresses[:10], aws=AWS)  # loads the lists
    begun = time.thread_time()
    made = classify_addresses(addresses, aws=AWS)
    assert time.thread_time() - begun < 2
    assert len(made) == 100_000
    assert made["listed_as"].notna().sum() > 10_000


def test_import_is_light() -> None:
    """Importing it loads neither a reader of files nor an HTTP library, and not pandas before it is needed."""
    heavy = "{'pandas', 'maxminddb', 'httpx', 'ipwhois', 'boto3', 'netaddr'}"
    code = f"import sys, gdkit.origin.classify; print({heavy} & set(sys.modules))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603
    assert run.stdout.strip() == "set()"
