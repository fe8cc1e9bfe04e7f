"""Sources of events by name: what kind each is, and what its name says."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from gdkit.errors import UsageError
from gdkit.identifiers import is_region

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

Source: TypeAlias = str | os.PathLike[str]

LOOKUP = "lookup"
"""The source that means CloudTrail's event history."""

PRIMARY = "primary"
"""The work group of Athena that every account has."""


@dataclass(frozen=True, slots=True)
class Files:
    """Log files on disk: a folder, a file or a glob."""

    text: str


@dataclass(frozen=True, slots=True)
class Archive:
    """An archive of log files on disk, which ``gdkit archive`` made.

    Attributes:
        text: as it was named.
        folder: of the archive, as it was named.
    """

    text: str
    folder: str


@dataclass(frozen=True, slots=True)
class EventHistory:
    """CloudTrail's event history of the last 90 days."""

    text: str = LOOKUP


@dataclass(frozen=True, slots=True)
class S3Trail:
    """A trail's log files in a bucket.

    Attributes:
        text: as it was named.
        prefix: what the keys begin with, as it was named; empty for the whole bucket.
    """

    text: str
    bucket: str
    prefix: str


@dataclass(frozen=True, slots=True)
class AthenaTable:
    """A table of CloudTrail events that Athena asks.

    Attributes:
        text: as it was named.
        region: where the table and the work group are; empty for the home region.
    """

    text: str
    workgroup: str
    database: str
    table: str
    region: str = ""


@dataclass(frozen=True, slots=True)
class SecurityLakeTable:
    """A table of Security Lake, which holds CloudTrail events in OCSF.

    Attributes:
        text: as it was named.
        workgroup: of Athena; the one that every account has, unless another is named.
        region: where the table is; empty where neither the name of the source nor that of the database tells.
    """

    text: str
    database: str
    table: str
    workgroup: str = PRIMARY
    region: str = ""


@dataclass(frozen=True, slots=True)
class EventDataStore:
    """An event data store of CloudTrail Lake.

    Attributes:
        text: as it was named.
        id: its id, the last part of its ARN.
        region: where it is; empty for the home region.
    """

    text: str
    id: str
    region: str = ""


RemoteSource: TypeAlias = S3Trail | AthenaTable | SecurityLakeTable | EventDataStore
"""A source that is no file here: what matters of it is fetched into a folder of log files."""

LocalSource: TypeAlias = Files | Archive
"""A source on disk, which is read where it lies."""

NamedSource: TypeAlias = LocalSource | EventHistory | RemoteSource

ARCHIVE, ARCHIVED = "archive:", "archive"
"""How the name of an archive begins, and its kind in the coverage."""

_SCHEME = re.compile(r"(archive:|s3://|athena:|securitylake:|lake:)(.*)", re.IGNORECASE | re.DOTALL)
_UNKNOWN = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_WORKGROUP = re.compile(r"[A-Za-z0-9._-]{1,128}")
_IDENTIFIER = re.compile(r"[A-Za-z0-9_]{1,255}")
_STORE = re.compile(
    r"(?:arn:aws[a-z-]*:cloudtrail:([a-z0-9-]+):[0-9]{12}:eventdatastore/)?([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"
)
_LAKE_DATABASE = "amazon_security_lake_glue_db_"
"""Source: S3 User Guide, "Bucket naming rules"; Athena API Reference, WorkGroup, Name; Athena User Guide, "Name
databases, tables, and columns"; CloudTrail API Reference, EventDataStore, EventDataStoreArn; Security Lake User Guide,
"Log source table" (the database is named for its region)."""


def parse_source(source: object) -> NamedSource:
    """Take the name of a source apart: its kind, and its parts.

    Args:
        source: a path, a glob, ``archive:FOLDER``, ``lookup``, ``s3://BUCKET/PREFIX``, ``athena:WORKGROUP/DB.TABLE``,
            ``securitylake:DB.TABLE`` (or ``securitylake:WORKGROUP/DB.TABLE``) or ``lake:EVENT-DATA-STORE-ID``. A table
            or store in another region than the home region has that behind it, as in ``lake:ID@eu-west-1``.

    Raises:
        UsageError: it is no text, empty, or not written as its kind is.

    >>> parse_source("s3://audit-logs/org/AWSLogs/").prefix
    'org/AWSLogs/'
    >>> parse_source("athena:primary/logs.cloudtrail@eu-west-1").table
    'cloudtrail'
    """
    text = os.fspath(source) if isinstance(source, str | os.PathLike) else None
    if not isinstance(text, str) or not text.strip():
        given = "an empty text" if isinstance(text, str) else f"{type(source).__name__} {source!r:.60}"
        raise UsageError(
            f"a source of events is a path, not {given}",
            action="name a folder, a file or a glob of log files, or a source in AWS",
        )
    if text == LOOKUP:
        return EventHistory()
    match = _SCHEME.fullmatch(text)
    if match is None:
        if _UNKNOWN.match(text):
            raise UsageError("this kind of source is not known", where=text[:200],
                             action="name a path, archive:, lookup, s3://, athena:, securitylake:, lake:")  # fmt: skip
        return Files(text)
    return _PARSERS[match[1].lower()](text, match[2])


def file_sources(sources: Iterable[str]) -> list[str]:
    """Give those of the sources that are on disk, as they were named: log files, and archives of them.

    Raises:
        UsageError: as ``parse_source`` does.
    """
    return [source for source in sources if isinstance(parse_source(source), LocalSource)]


def holds_archive(sources: Iterable[str]) -> bool:
    """Tell whether any of the sources is an archive.

    Raises:
        UsageError: as ``parse_source`` does.
    """
    return any(isinstance(parse_source(source), Archive) for source in sources)


def absolute(source: str) -> str:
    """Give the name of a source that means the same in every folder; what is not on disk keeps its name.

    >>> absolute("lookup")
    'lookup'
    """
    named = parse_source(source)
    if isinstance(named, Archive):
        return f"{ARCHIVE}{Path(named.folder).expanduser().absolute()}"
    return str(Path(source).expanduser().absolute()) if isinstance(named, Files) else source


def remote_sources(sources: Iterable[str]) -> list[RemoteSource]:
    """Give those of the sources that must be fetched, each once.

    Raises:
        UsageError: as ``parse_source`` does.
    """
    named = (parse_source(source) for source in sources)
    return list(dict.fromkeys(one for one in named if not isinstance(one, LocalSource | EventHistory)))


def needs_aws(sources: Sequence[str]) -> bool:
    """Tell whether AWS must be reached for any of the sources.

    Raises:
        UsageError: as ``parse_source`` does.
    """
    return len(file_sources(sources)) < len(sources)


def _archive(text: str, rest: str) -> Archive:
    if not rest.strip():
        raise _wrong(text, "it names no folder", "archive:FOLDER")
    return Archive(text, rest)


def _s3(text: str, rest: str) -> S3Trail:
    bucket, _, prefix = rest.partition("/")
    if not _BUCKET.fullmatch(bucket):
        raise _wrong(text, f"{bucket[:70]!r} is no bucket's name", "s3://BUCKET/PREFIX, as the trail's settings show")
    return S3Trail(text, bucket, prefix)


def _athena(text: str, rest: str) -> AthenaTable:
    form = "athena:WORKGROUP/DB.TABLE"
    named, region = _region(text, rest, form)
    workgroup, slash, table = named.partition("/")
    if not slash or not _WORKGROUP.fullmatch(workgroup):
        raise _wrong(text, "it names no workgroup", form)
    return AthenaTable(text, workgroup, *_database_and_table(text, table, form), region)


def _security_lake(text: str, rest: str) -> SecurityLakeTable:
    form = "securitylake:DB.TABLE"
    named, region = _region(text, rest, form)
    workgroup, slash, table = named.partition("/")
    if not slash:
        workgroup, table = PRIMARY, named
    elif not _WORKGROUP.fullmatch(workgroup):
        raise _wrong(text, f"{workgroup[:70]!r} is no workgroup's name", form)
    database, name = _database_and_table(text, table, form)
    told = database.removeprefix(_LAKE_DATABASE).replace("_", "-")
    return SecurityLakeTable(text, database, name, workgroup, region or (told if is_region(told) else ""))


def _store(text: str, rest: str) -> EventDataStore:
    form = "lake:EVENT-DATA-STORE-ID, or with its ARN"
    named, region = _region(text, rest, form)
    match = _STORE.fullmatch(named)
    if match is None:
        raise _wrong(text, "its id has 8-4-4-4-12 hexadecimal digits", form)
    return EventDataStore(text, match[2], region or match[1] or "")


def _region(text: str, rest: str, form: str) -> tuple[str, str]:
    """Take the region off that a name ends in, behind an at sign."""
    named, at, region = rest.partition("@")
    if at and not is_region(region):
        raise _wrong(text, f"{region[:40]!r} is no name of a region", f"{form}@eu-west-1")
    return named, region


def _database_and_table(text: str, rest: str, form: str) -> tuple[str, str]:
    database, _, table = rest.partition(".")
    if not (_IDENTIFIER.fullmatch(database) and _IDENTIFIER.fullmatch(table)):
        raise _wrong(text, "database and table are names of letters, digits and underscores, with a dot between", form)
    return database, table


def _wrong(text: str, problem: str, form: str) -> UsageError:
    return UsageError(problem, where=text[:200], action=f"write it like {form}")


_PARSERS: Mapping[str, Callable[[str, str], NamedSource]] = {
    ARCHIVE: _archive,
    "s3://": _s3,
    "athena:": _athena,
    "securitylake:": _security_lake,
    "lake:": _store,
}
"""Who takes the name of a source apart, by how it begins."""
