"""Why a query failed, in words that a responder can act on: AWS tells it by a code and a sentence.

Source: Athena User Guide, "Troubleshooting in Athena", "Permissions" and "Lake Formation"; Trino's error codes; Athena
API Reference, WorkGroupConfiguration, BytesScannedCutoffPerQuery.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from gdkit.errors import AwsError

if TYPE_CHECKING:
    from gdkit.errors import AwsCall, AwsErrorKind
    from gdkit.trail.query.engine import QueryState


class _Meaning(NamedTuple):
    """What a reason means, where its words fit; ``{0}`` is what the pattern caught."""

    words: str
    problem: str
    action: str
    kind: AwsErrorKind = "other"
    permission: str = ""


_TABLE = "see that database and table are named right, and that they are in this region and account"
_LAKE_FORMATION = "let an administrator of Lake Formation grant SELECT and DESCRIBE on the table to gdkit's role"
_MEANINGS = (
    _Meaning(r"No output location provided", "the work group names no place for results",
             "let its settings name one, or turn on managed query results, or use another work group"),
    _Meaning(r"WorkGroup", "the work group is not there, or is turned off",
             "name one of this region with --trail athena:WORKGROUP/DB.TABLE; 'primary' is in every account"),
    _Meaning(r"EventDataStore|event data store", "the event data store is not there, or takes no queries",
             "see that its id is right, and that it is in this region and account"),
    _Meaning(r"Bytes scanned limit", "the work group ends queries that scan so much, and this one did",
             "ask for fewer days, accounts or regions, or use a work group with a higher limit", "refused_here"),
    _Meaning(r"cancelled by user|CANCELLED", "somebody ended the query", "run it again"),
    _Meaning(r"Lake Formation|lakeformation|does not have any privilege",
             "no permission in Lake Formation to read the table", _LAKE_FORMATION, "denied",
             "lakeformation:GetDataAccess"),
    _Meaning(r"not authorized to perform: ([a-z0-9-]+:\w+)", "no permission for {0}",
             "let the role or user that gdkit runs as do {0}", "denied", "{0}"),
    _Meaning(r"Permission denied on S3 path: s3://(\S{1,200})", "no permission to read the objects at s3://{0}",
             "let the role that gdkit runs as do s3:GetObject and s3:ListBucket on that bucket; where the objects are "
             "encrypted, kms:Decrypt on the key", "denied", "s3:GetObject"),
    _Meaning(r"(?:verify|create) output bucket|OutputLocation|output location",
             "results cannot be written to the place that the work group names",
             "let the role do s3:GetBucketLocation, s3:ListBucket, s3:GetObject and s3:PutObject there, or use a work "
             "group with managed query results", "denied", "s3:PutObject"),
    _Meaning(r"kms|KMS", "the key that objects or results are encrypted with may not be used",
             "let the role that gdkit runs as do kms:Decrypt on the key, and kms:GenerateDataKey for results", "denied",
             "kms:Decrypt"),
    _Meaning(r"Access ?Denied", "S3 refuses to give objects, or to take the results",
             "let the role read the objects (s3:GetObject, s3:ListBucket) and write results where the work group says "
             "(s3:PutObject)", "denied", "s3:GetObject"),
    _Meaning(r"(?:TABLE|SCHEMA|CATALOG)_NOT_FOUND|EntityNotFound|does not exist", "there is no such table", _TABLE),
    _Meaning(r"COLUMN_NOT_FOUND.{0,40}Column '([^']{1,80})'",
             "the table has no column {0}, or Lake Formation hides it",
             "name another table, or make one: 'gdkit athena-table' writes the statement"),
    _Meaning(r"[Nn]ot (?:a )?valid Parquet [Ff]ile|expected magic number",
             "an object at the place of the table is no Parquet file",
             "remove it; of an archive, copy the parts alone (*.parquet), as docs/sources.md says"),
    _Meaning(r"HIVE_BAD_DATA|HIVE_CURSOR_ERROR|HIVE_CANNOT_OPEN_SPLIT",
             "an object that the query reads is not of the form that the table says",
             "make a table with the columns of 'gdkit athena-table', or copy the log files and name the folder"),
    _Meaning(r"HIVE_INVALID_PARTITION_VALUE|INVALID_TABLE_PROPERTY|projection",
             "the table's partition projection is set up wrongly", "make it anew: 'gdkit athena-table' writes the "
             "statement"),
    _Meaning(r"NoSuchBucket|HIVE_FILESYSTEM_ERROR|HIVE_INVALID_METADATA", "the place that the table names is not there",
             "make the table anew: 'gdkit athena-table' writes the statement"),
    _Meaning(r"EXCEEDED_|exhausted resources|took too long|[Qq]uery timeout",
             "the query took more time or memory than is allowed", "ask for fewer days, accounts or regions"),
)  # fmt: skip

_SECRET_RUN = re.compile(r"[A-Za-z0-9+/=_-]{60,}")


def failure_of(state: QueryState, call: AwsCall) -> AwsError:
    """Give the error that a query which did not end well stands for."""
    for meaning in _MEANINGS:
        found = re.search(meaning.words, state.reason)
        if found is not None:
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
    for meaning in _MEANINGS:
        if "{0}" not in meaning.problem and re.search(meaning.words, f"{error.code} {error.problem}"):
            return AwsError(f"{meaning.problem} ({_plain(error.problem)})", call=error.call, kind=meaning.kind,
                            code=error.code, action=meaning.action, permission=meaning.permission)  # fmt: skip
    return error


def _plain(text: str) -> str:
    """Give AWS's words on one line, short, and without a run of characters that may be a credential."""
    line = "".join(letter if letter.isprintable() else " " for letter in text)
    return _SECRET_RUN.sub("…", line)[:240].strip()
