"""AWS's list of its address ranges is read with its date, asked by address, and refused when it is something else."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdkit.errors import GdkitError
from gdkit.origin.aws_ranges import MAX_BYTES, AwsPlace, parse_aws_ranges, read_aws_ranges
from tests.origin.samples import AWS_DOCUMENT, aws_entry, aws_text

REAL = Path(__file__).parents[3] / "shared" / "data" / "ip" / "aws-ip-ranges-2026-08.json.gz"


def test_date_and_mark() -> None:
    """The publication date is aware UTC, and AWS's own mark is kept as text."""
    ranges = parse_aws_ranges(aws_text(), where="here")
    assert (ranges.published_at, ranges.sync_token) == (datetime(2026, 8, 22, 21, 17, 5, tzinfo=UTC), "1787433425")


@pytest.mark.parametrize(
    ("address", "services", "region", "group", "network"),
    [
        ("203.0.113.7", ("AMAZON", "EC2"), "us-west-2", "us-west-2-lax-1", "203.0.113.0/25"),
        ("203.0.113.200", ("AMAZON",), "us-west-2", "us-west-2", "203.0.113.0/24"),
        ("198.51.100.9", ("AMAZON", "CLOUDFRONT"), "GLOBAL", "GLOBAL", "198.51.100.0/24"),
        ("2001:db8:1::5", ("AMAZON",), "eu-west-1", "eu-west-1", "2001:db8:1::/48"),
        ("::ffff:203.0.113.7", ("AMAZON", "EC2"), "us-west-2", "us-west-2-lax-1", "203.0.113.0/25"),
    ],
)
def test_place(address: str, services: tuple[str, ...], region: str, group: str, network: str) -> None:
    """All services that hold an address are told, with the place of the smallest range."""
    assert parse_aws_ranges(aws_text(), where="here").find(address) == AwsPlace(services, region, group, network)


@pytest.mark.parametrize("text", ["192.0.2.1", "2001:db8:2::1", "ec2.amazonaws.com", "AWS Internal", "", "203.0.113"])
def test_not_amazons(text: str) -> None:
    """An address in none of the ranges, and text that is no address, has no place."""
    assert parse_aws_ranges(aws_text(), where="here").find(text) is None


@pytest.mark.parametrize("zipped", [False, True])
def test_files(tmp_path: Path, zipped: bool) -> None:
    """A copy is read plain or gzipped, whatever its name."""
    path = tmp_path / "list"
    path.write_bytes(gzip.compress(aws_text()) if zipped else aws_text())
    assert read_aws_ranges(str(path)).table.ranges == 5


def test_lists_without_border_groups() -> None:
    """A list from before border groups is read; the region stands for the group."""
    row = {"ip_prefix": "203.0.113.0/24", "region": "us-east-1", "service": "EC2"}
    place = parse_aws_ranges(aws_text(prefixes=[row]), where="here").find("203.0.113.1")
    assert place is not None
    assert place.network_border_group == "us-east-1"


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "it is not JSON, or is cut off"),
        (aws_text()[:-40], "it is not JSON, or is cut off"),
        (b"<html>Sign in</html>", "it is not JSON, or is cut off"),
        (b"\xff\xfe\x00", "it is not JSON, or is cut off"),
        (b"[" * 200_000, "it is not JSON, or is cut off"),
        (b"[]", "it is JSON of another form"),
        (b'{"Records": []}', "it has no createDate and syncToken"),
        (aws_text(createDate="yesterday"), "its createDate is no date"),
        (aws_text(createDate=5), "it has no createDate and syncToken"),
        (aws_text(prefixes=None), "it has no list of ip_prefix"),
        (aws_text(ipv6_prefixes={}), "it has no list of ipv6_prefix"),
        (aws_text(prefixes=[], ipv6_prefixes=[]), "it names no range"),
        (aws_text(prefixes=["203.0.113.0/24"]), "entry 0 of ip_prefix lacks a field"),
        (aws_text(prefixes=[aws_entry("203.0.113.0/24", "")]), "entry 0 of ip_prefix lacks a field"),
        (aws_text(prefixes=[aws_entry("203.0.113.0/99", "EC2")]), "203.0.113.0/99"),
        (b" " * (MAX_BYTES + 1), "it is larger than 20 MB"),
    ],
)
def test_what_is_no_list_is_refused(content: bytes, problem: str) -> None:
    """What is cut off, another document or damaged is refused: where, why, and what to do."""
    with pytest.raises(GdkitError) as caught:
        parse_aws_ranges(content, where="list.json")
    assert caught.value.where == "list.json"
    assert caught.value.problem.startswith("this is not AWS's list of address ranges: ")
    assert problem in caught.value.problem
    assert "ip-ranges.amazonaws.com" in caught.value.action


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.sampled_from(["10.0.0.0/8"]),
                    lambda inner: st.lists(inner, max_size=3)
                    | st.dictionaries(st.sampled_from(["ip_prefix", "region", "service", "x"]), inner, max_size=4),
                    max_leaves=8))  # fmt: skip
def test_any_json_is_read_or_refused(prefixes: Any) -> None:
    """Whatever stands in the list's place, it is read or refused in gdkit's words."""
    try:
        ranges = parse_aws_ranges(aws_text(prefixes=prefixes), where="here")
    except GdkitError as error:
        assert error.where == "here"
    else:
        assert ranges.table.ranges == len(prefixes) + len(AWS_DOCUMENT["ipv6_prefixes"])


def test_missing_file(tmp_path: Path) -> None:
    """A file that is not there is named."""
    with pytest.raises(GdkitError, match=r"no-list\.json: the file cannot be read"):
        read_aws_ranges(tmp_path / "no-list.json")


@pytest.mark.parametrize("damage", [lambda b: b[:-9], lambda b: b[:30] + b"\x00\x01" + b[32:], lambda b: b + b"junk"])
def test_damaged_gzip(tmp_path: Path, damage: Any) -> None:
    """A gzip file that is cut off or damaged is refused as such."""
    path = tmp_path / "list.json.gz"
    path.write_bytes(damage(gzip.compress(aws_text(), mtime=0)))
    with pytest.raises(GdkitError, match=r"list.json.gz: the file cannot be read \(damaged gzip\)"):
        read_aws_ranges(path)


def test_gzip_bomb(tmp_path: Path) -> None:
    """A small file that unpacks to a huge one is given up as soon as it is larger than a list can be."""
    path = tmp_path / "bomb.gz"
    path.write_bytes(gzip.compress(b" " * (MAX_BYTES + 5_000_000), 1))
    with pytest.raises(GdkitError, match="larger than 20 MB"):
        read_aws_ranges(path)


@pytest.mark.skipif(not REAL.exists(), reason="the real list lies beside the repository only on some machines")
def test_the_real_list() -> None:
    """AWS's own list of August 2026 is read whole, and each of its ranges is found at its own first address."""
    ranges = read_aws_ranges(REAL)
    document = json.loads(gzip.decompress(REAL.read_bytes()))
    rows = [(row["ip_prefix"], row) for row in document["prefixes"]]
    rows += [(row["ipv6_prefix"], row) for row in document["ipv6_prefixes"]]
    assert ranges.published_at == datetime(2026, 8, 22, 21, 17, 5, tzinfo=UTC)
    assert ranges.table.ranges == len(rows) == 16826
    for network, row in rows:
        place = ranges.find(network.partition("/")[0])
        assert place is not None
        assert row["service"] in place.services
        assert "AMAZON" in place.services
