"""Why a query failed, in words that a responder can act on: AWS tells it by a code and a sentence.

Source: Athena User Guide, "Troubleshooting in Athena", "Permissions" and "Lake Formation"; Trino's error codes; Athena
API Reference, WorkGroupConfiguration, BytesScannedCutoffPerQuery.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from gdkit.errors import AwsError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gdkit.errors import AwsCall, AwsErrorKind
    from gdkit.trail.query.engine import QueryState


class _Meaning(NamedTuple):
    """What a reason means, where its code and its words fit; ``{0}`` is what the words caught.

    Attributes:
        code: the codes that the reason may begin with; empty for a reason without one that is known.
        words: what stands in the rest of it; names of customers are no words, unless they are caught.
    """

    code: str
    words: str
    problem: str
    action: str
    kind: AwsErrorKind = "other"
    permission: str = ""


_TABLE = "see that database and table are named right, and that they are in this region and account"
_MAKE_ANEW = "make it anew: 'gdkit athena-table' writes the statement"
_LAKE_FORMATION = "let an administrator of Lake Formation grant SELECT and DESCRIBE on the table to gdkit's role"
_READING = "|HIVE_(?:CANNOT_OPEN_SPLIT|CURSOR_ERROR|FILESYSTEM_ERROR|METASTORE_ERROR|UNKNOWN_ERROR)|PERMISSION_DENIED"
"""Codes of a query that met an object or the catalogue and did not get it, for whatever reason; or no code."""

_NO_TABLE = _Meaning("(?:TABLE|SCHEMA|CATALOG)_NOT_FOUND|EntityNotFound(?:Exception)?", "", "there is no such table",
                     _TABLE)  # fmt: skip
_PROJECTION = _Meaning("HIVE_INVALID_PARTITION_VALUE|INVALID_TABLE_PROPERTY", "",
                       "the table's partition projection is set up wrongly", _MAKE_ANEW)  # fmt: skip
_TOO_MUCH = _Meaning(r"EXCEEDED_\w+", "", "the query took more time or memory than is allowed",
                     "ask for fewer days, accounts or regions")  # fmt: skip
_NO_STORE = _Meaning(r"\w*EventDataStore\w*", "", "the event data store is not there, or takes no queries",
                     "see that its id is right, and that it is in this region and account")  # fmt: skip
_NO_PLACE = _Meaning("HIVE_FILESYSTEM_ERROR|HIVE_INVALID_METADATA", "", "the place that the table names is not there",
                     "make the table anew: 'gdkit athena-table' writes the statement")  # fmt: skip
_MEANINGS = (
    _NO_TABLE,
    _Meaning("COLUMN_NOT_FOUND", r"Column '([^']{1,80})'", "the table has no column {0}, or Lake Formation hides it",
             "name another table, or make one: 'gdkit athena-table' writes the statement"),
    _PROJECTION,
    _TOO_MUCH,
    _NO_STORE,
    _Meaning("", r"No output location provided", "the work group names no place for results",
             "let its settings name one, or turn on managed query results, or use another work group"),
    _Meaning("", r"\bWorkGroup\b.{0,140}(?:not found|not valid|does not exist|disabled|DISABLED)",
             "the work group is not there, or is turned off",
             "name one of this region with --trail athena:WORKGROUP/DB.TABLE; 'primary' is in every account"),
    _NO_STORE._replace(code="", words=r"EventDataStore|event data store"),
    _Meaning("", r"Bytes scanned limit", "the work group ends queries that scan so much, and this one did",
             "ask for fewer days, accounts or regions, or use a work group with a higher limit", "refused_here"),
    _Meaning("", r"cancelled by user|CANCELLED", "somebody ended the query", "run it again"),
    _Meaning(_READING, r"Lake Formation|LakeFormation|lakeformation:|does not have any privilege",
             "no permission in Lake Formation to read the table", _LAKE_FORMATION, "denied",
             "lakeformation:GetDataAccess"),
    _Meaning(_READING, r"not authorized to perform: ([a-z0-9-]+:\w+)", "no permission for {0}",
             "let the role or user that gdkit runs as do {0}", "denied", "{0}"),
    _Meaning(_READING, r"Permission denied on S3 path: s3://(\S{1,200})", "no permission to read the objects at s3://{0}",
             "let the role that gdkit runs as do s3:GetObject and s3:ListBucket on that bucket; where the objects are "
             "encrypted, kms:Decrypt on the key", "denied", "s3:GetObject"),
    _Meaning("", r"(?:verify|create) output bucket|OutputLocation|output location",
             "results cannot be written to the place that the work group names",
             "let the role do s3:GetBucketLocation, s3:ListBucket, s3:GetObject and s3:PutObject there, or use a work "
             "group with managed query results", "denied", "s3:PutObject"),
    _Meaning(_READING, r"AWSKMS|\bKMS\b|\bKMS[A-Z]\w+Exception|\bkms:[A-Z]",
             "the key that objects or results are encrypted with may not be used",
             "let the role that gdkit runs as do kms:Decrypt on the key, and kms:GenerateDataKey for results", "denied",
             "kms:Decrypt"),
    _Meaning(_READING, r"Access ?Denied", "S3 refuses to give objects, or to take the results",
             "let the role read the objects (s3:GetObject, s3:ListBucket) and write results where the work group says "
             "(s3:PutObject)", "denied", "s3:GetObject"),
    _NO_PLACE._replace(code=_READING, words=r"NoSuchBucket|bucket does not exist"),
    _Meaning(_READING, r"NoSuchKey|specified key does not exist",
             "an object that the query was to read was removed while it ran",
             "run it again; see whether a lifecycle rule or a person removes objects there"),
    _NO_TABLE._replace(code="", words=r"(?:[Tt]able|[Dd]atabase|[Ss]chema|[Cc]atalog)\b.{0,200}does not exist"),
    _Meaning("HIVE_BAD_DATA|HIVE_CURSOR_ERROR|HIVE_CANNOT_OPEN_SPLIT|",
             r"[Nn]ot (?:a )?valid Parquet [Ff]ile|expected magic number",
             "an object at the place of the table is no Parquet file",
             "remove it; of an archive, copy the parts alone (*.parquet), as docs/sources.md says"),
    _Meaning("HIVE_BAD_DATA|HIVE_CURSOR_ERROR|HIVE_CANNOT_OPEN_SPLIT", "",
             "an object that the query reads is not of the form that the table says",
             "make a table with the columns of 'gdkit athena-table', or copy the log files and name the folder"),
    _NO_PLACE,
    _PROJECTION._replace(code="", words=r"partition projection"),
    _TOO_MUCH._replace(code="", words=r"exhausted resources|took too long|[Qq]uery timeout"),
)  # fmt: skip
"""Of those that fit, the first holds."""

_LEADING = re.compile(r"\s*([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)\b")
_NAMES = re.compile(r"s3://\S+|arn:\S+|'[^'\s]{1,255}'|\"[^\"\s]{1,255}\"|`[^`\s]{1,255}`")
_SECRET_RUN = re.compile(r"[A-Za-z0-9+/=_-]{60,}")


def failure_of(state: QueryState, call: AwsCall) -> AwsError:
    """Give the error that a query which did not end well stands for."""
    leading = _LEADING.match(state.reason)
    for meaning, found in _fitting(leading[1] if leading else "", state.reason):
        caught = _plain(found[1]) if found.groups() else ""
        problem, action, permission = (
            text.replace("{0}", caught) for text in (meaning.problem, meaning.action, meaning.permission)
        )
        return AwsError(f"{problem} ({_plain(state.reason)})", call=call, kind=meaning.kind, action=action,
                        permission=permission)  # fmt: skip
    told = _plain(state.reason) or "AWS gives no reason"
    return AwsError(f"the query failed: {told}", call=call, action="run it again; see the query in the console")


def clearer(error: AwsError) -> AwsError:
    """Give an error of starting a query, or of asking for its table or work group, with what to do about it."""
    if error.kind != "other" or error.action:
        return error
    for meaning, _ in _fitting(error.code, f"{error.code} {error.problem}"):
        if "{0}" not in meaning.problem:
            return AwsError(f"{meaning.problem} ({_plain(error.problem)})", call=error.call, kind=meaning.kind,
                            code=error.code, action=meaning.action, permission=meaning.permission)  # fmt: skip
    return error


def _fitting(code: str, text: str) -> Iterator[tuple[_Meaning, re.Match[str]]]:
    """Give the meanings that fit a reason, by its code first: its words may be about anything, and bear names."""
    known = code if any(re.fullmatch(one.code, code) for one in _MEANINGS) else ""
    nameless = _NAMES.sub("…", text)
    for one in _MEANINGS:
        if re.fullmatch(one.code, known):
            found = re.search(one.words, text if "{0}" in one.problem else nameless)
            if found is not None:
                yield one, found


def _plain(text: str) -> str:
    """Give AWS's words on one line, short, and without a run of characters that may be a credential."""
    line = "".join(letter if letter.isprintable() else " " for letter in text)
    return _SECRET_RUN.sub("…", line)[:240].strip()
