"""MaxMind DB files of several makers are read, each with its date; a wrong file is named; no address crashes it."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gdkit.errors import GdkitError
from gdkit.origin.maxmind import open_mmdb
from tests.origin.samples import write_mmdb

if TYPE_CHECKING:
    from pathlib import Path

CITY = {"country": {"iso_code": "NL", "names": {"en": "Netherlands"}}, "city": {"names": {"en": "Amsterdam"}}}
ASN = {"autonomous_system_number": 64496, "autonomous_system_organization": "Example Net"}


@pytest.mark.parametrize(
    ("record", "told"),
    [
        (CITY, ("NL", None, None)),
        (ASN, (None, "64496", "Example Net")),
        ({**CITY, "traits": ASN}, ("NL", "64496", "Example Net")),
        ({"country": "DE", "asn": "AS64500", "as_name": "Example GmbH"}, ("DE", "64500", "Example GmbH")),
        ({"country": "Germany", "country_code": "DE", "asn": "AS64500", "name": "Example"}, ("DE", "64500", "Example")),
        ({"country": "Germany", "asn": "64500"}, (None, "64500", None)),
        ({"asn": "ASX", "autonomous_system_number": True, "country": {"iso_code": 5}, **CITY}, ("NL", None, None)),
    ],
)
def test_shapes(tmp_path: Path, record: dict[str, Any], told: tuple[str | None, ...]) -> None:
    """Country, number and owner are read from the shapes of MaxMind, DB-IP and IPinfo; what is missing is None."""
    with open_mmdb(write_mmdb(tmp_path / "a.mmdb", {"198.51.100.0/24": record})) as mmdb:
        (place,) = mmdb.find("198.51.100.7")
    assert (place.country, place.asn, place.organisation) == told


@pytest.mark.parametrize("record", [{"registered_country": {"iso_code": "US"}}, {"traits": "x"}, {}, "x"])
def test_records_that_tell_nothing(tmp_path: Path, record: Any) -> None:
    """Where a network is registered is not where it is: such a record, or one of another form, tells nothing."""
    with open_mmdb(write_mmdb(tmp_path / "a.mmdb", {"198.51.100.0/24": record})) as mmdb:
        assert mmdb.find("198.51.100.7") == ()


def test_several_files_keep_their_dates(tmp_path: Path) -> None:
    """Each file answers for itself, in the order given, with its own name and the time it was made."""
    first = write_mmdb(tmp_path / "city.mmdb", {"198.51.100.0/24": CITY})
    second = write_mmdb(tmp_path / "asn.mmdb", {"198.51.100.0/24": ASN}, kind="GeoLite2-ASN")
    with open_mmdb([str(first), second]) as mmdb:
        found = mmdb.find("198.51.100.7")
    assert [place.database for place in found] == ["GeoLite2-City", "GeoLite2-ASN"]
    assert all(0 <= time.time() - place.built_at.timestamp() < 600 for place in found)
    assert all(place.built_at.tzinfo is UTC for place in found)
    assert found[0].built_at < datetime.now(UTC)


@pytest.mark.parametrize("ip_version", [4, 6])
@pytest.mark.parametrize(
    "text",
    ["2001:db8::1", "::1", "fe80::1%eth0", "10.0.0.1", "8.8.8.8", "", "AWS Internal", "ec2.amazonaws.com", "035.1.1.1",
     "1.2.3", "HIDDEN", "\x00", "\ud800"],
)  # fmt: skip
def test_no_address_crashes_it(tmp_path: Path, text: str, ip_version: int) -> None:
    """An address that the file does not know or of a version that it does not hold, or no address, is not found."""
    path = write_mmdb(tmp_path / "a.mmdb", {"198.51.100.0/24": CITY}, ip_version=ip_version)
    with open_mmdb(path) as mmdb:
        assert mmdb.find(text) == ()


@pytest.mark.parametrize("text", ["::ffff:198.51.100.7", " 198.51.100.7 ", "198.51.100.7"])
@pytest.mark.parametrize("ip_version", [4, 6])
def test_ipv4_in_other_spellings(tmp_path: Path, text: str, ip_version: int) -> None:
    """IPv4 written inside IPv6 is found as IPv4, in files of both versions."""
    path = write_mmdb(tmp_path / "a.mmdb", {"198.51.100.0/24": CITY}, ip_version=ip_version)
    with open_mmdb(path) as mmdb:
        assert [place.country for place in mmdb.find(text)] == ["NL"]


@pytest.mark.parametrize("content", [b"", b"<html></html>", b"\xab\xcd\xefMaxMind.com", b"\x00" * 5000])
def test_what_is_no_database(tmp_path: Path, content: bytes) -> None:
    """Another file is refused, with its name and what to name in its place."""
    path = tmp_path / "wrong.mmdb"
    path.write_bytes(content)
    with pytest.raises(GdkitError) as caught:
        open_mmdb(path)
    assert caught.value.where == str(path)
    assert "GeoLite2" in caught.value.action


def test_missing_file(tmp_path: Path) -> None:
    """A file that is not there is named, and so is a folder, also where others before it are right."""
    good = write_mmdb(tmp_path / "a.mmdb", {"198.51.100.0/24": CITY})
    with pytest.raises(GdkitError, match=r"gone.mmdb: the file cannot be read \(No such file"):
        open_mmdb([good, tmp_path / "gone.mmdb"])
    with pytest.raises(GdkitError, match=r"test_missing_file\d+: the file cannot be read"):
        open_mmdb(tmp_path)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(st.integers(0, 10_000), st.binary(min_size=1, max_size=8))
def test_damaged_files(tmp_path: Path, at: int, damage: bytes) -> None:
    """A damaged file is refused, or read as it stands; nothing else ever comes of it."""
    whole = write_mmdb(tmp_path / "a.mmdb", {"198.51.100.0/24": CITY, "2001:db8::/32": ASN}).read_bytes()
    place = at % len(whole)
    path = tmp_path / "damaged.mmdb"
    path.write_bytes(whole[:place] + damage + whole[place + len(damage) :])
    try:
        with open_mmdb(path) as mmdb:
            found = [*mmdb.find("198.51.100.7"), *mmdb.find("2001:db8::1")]
    except GdkitError as error:
        assert error.where == str(path)
    else:
        assert all(row.country is None or len(row.country) == 2 for row in found)
