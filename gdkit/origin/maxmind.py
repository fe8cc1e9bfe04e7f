"""MaxMind DB files that the user has: country, autonomous system and its owner, offline, each with its date."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gdkit.errors import GdkitError
from gdkit.identifiers import parse_ip
from gdkit.origin.ranges import number_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from types import TracebackType

    from maxminddb import Reader

_ACTION = "name a MaxMind DB file (.mmdb) with countries or autonomous systems, such as GeoLite2-City or GeoLite2-ASN"
_DAMAGED = "this is not a MaxMind DB file, or it is damaged"

_DAMAGE = (RuntimeError, ValueError, TypeError, LookupError, OverflowError, MemoryError, struct.error)
"""What the library raises on damaged files: its own error, a RuntimeError, and whatever it then stumbles over."""


@dataclass(frozen=True, slots=True)
class MmdbPlace:
    """What one file says of an address; what it does not tell is None.

    Attributes:
        country: two-letter code of the country where the file puts the address.
        asn: number of the autonomous system, without "AS".
        organisation: who runs it.
        database: the file's own name of itself, such as ``GeoLite2-ASN``.
        built_at: when the file was made, aware.
    """

    country: str | None
    asn: str | None
    organisation: str | None
    database: str
    built_at: datetime


@dataclass(frozen=True, slots=True)
class _Database:
    path: str
    name: str
    built_at: datetime
    knows_ipv6: bool
    reader: Reader

    def find(self, address: str) -> MmdbPlace | None:
        """Say what the file tells of an address that is one; None where it tells nothing of use."""
        if ":" in address and not self.knows_ipv6:
            return None
        try:
            record = self.reader.get(address)
        except _DAMAGE as error:
            raise GdkitError(_DAMAGED, where=self.path, action=_ACTION) from error
        if not isinstance(record, dict):
            return None
        told = (_country(record), _asn(record), _organisation(record))
        return MmdbPlace(*told, self.name, self.built_at) if any(told) else None


@dataclass(frozen=True, slots=True)
class Mmdb:
    """MaxMind DB files, open; close them, or use ``with``."""

    databases: tuple[_Database, ...]

    def find(self, address: str) -> tuple[MmdbPlace, ...]:
        """Say what each file tells of an address, in the order of the files; () where none tells anything.

        Names, redacted text and what else is no address is in no file.

        Raises:
            GdkitError: a file is damaged.
        """
        if number_of(address) is None:
            return ()
        text = address.strip() if ":" not in address else str(parse_ip(address)).partition("%")[0]
        found = [database.find(text) for database in self.databases]
        return tuple([place for place in found if place is not None])

    def close(self) -> None:
        """Close the files."""
        for database in self.databases:
            database.reader.close()

    def __enter__(self) -> Mmdb:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


def open_mmdb(paths: str | Path | Iterable[str | Path]) -> Mmdb:
    """Open MaxMind DB files: GeoLite2 and GeoIP2 of City, Country, ASN and ISP, DB-IP, IPinfo.

    Raises:
        GdkitError: a file cannot be read or is none; which one, and why.

    Source: MaxMind, "GeoIP databases" (field names); IPinfo, "Database schemas"; the MaxMind DB file format.
    """
    listed = [paths] if isinstance(paths, (str, Path)) else list(paths)
    opened: list[_Database] = []
    try:
        for path in listed:
            opened.append(_open(Path(path).expanduser()))  # one by one: those before a wrong one are closed
    except GdkitError:
        Mmdb(tuple(opened)).close()
        raise
    return Mmdb(tuple(opened))


def _open(path: Path) -> _Database:
    import maxminddb  # noqa: PLC0415 - loaded only where a file is given

    try:
        reader = maxminddb.open_database(
            path, maxminddb.MODE_MMAP
        )  # in C it is faster, and ends Python on damaged files
        about = reader.metadata()
        built_at = datetime.fromtimestamp(about.build_epoch, tz=UTC)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise GdkitError(f"the file cannot be read ({reason})", where=str(path), action=_ACTION) from error
    except _DAMAGE as error:
        raise GdkitError(_DAMAGED, where=str(path), action=_ACTION) from error
    return _Database(str(path), str(about.database_type) or path.name, built_at, about.ip_version == 6, reader)


def _country(record: Mapping[str, Any]) -> str | None:
    """Give the code: MaxMind and DB-IP nest it, IPinfo has it in country_code, or in older files in country.

    The country where the network is registered is another thing, and is not taken for it.
    """
    country = record.get("country")
    nested = country.get("iso_code") if isinstance(country, dict) else country
    return next(
        (code for code in (record.get("country_code"), nested) if isinstance(code, str) and len(code) == 2), None
    )


def _asn(record: Mapping[str, Any]) -> str | None:
    """Give the number: an integer of MaxMind and DB-IP, some of them below traits; ``AS64496`` of IPinfo."""
    for found in (_with_traits(record, "autonomous_system_number"), record.get("asn")):
        text = str(found).upper().removeprefix("AS") if isinstance(found, (int, str)) else ""
        if text.isdecimal() and text.isascii():
            return text
    return None


def _organisation(record: Mapping[str, Any]) -> str | None:
    named = (
        _with_traits(record, "autonomous_system_organization"), record.get("as_name"),
        record.get("name") if "asn" in record else None,
    )  # fmt: skip
    return next((name for name in named if isinstance(name, str) and name), None)


def _with_traits(record: Mapping[str, Any], name: str) -> Any:
    traits = record.get("traits")
    return record.get(name, traits.get(name) if isinstance(traits, dict) else None)
