"""An archive's parts, copied to a bucket, as a table in Athena: records as they stand, found by the names in them.

Parts are not partitioned: they are sorted by who called, and one part holds many days. What bounds a question is the
time, of which each block of a part has its least and its greatest, and ``names``, which has to be read in all blocks
that are left. ``principal_id`` is no condition: it stands in ``names`` as well, beside records that mention it, and
whatever is asked for by it *or* by something else leaves out no block.

Source: Athena User Guide, "CREATE TABLE", "Data types in Amazon Athena" and "Work with timestamp data"; Parquet format,
"Logical types"; Trino documentation, "Array functions and operators", ``arrays_overlap``.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pyarrow as pa
from sqlglot import exp

from gdkit.errors import TrailError
from gdkit.identifiers import normal_address
from gdkit.trail.archive.parts import SCHEMA
from gdkit.trail.archive.reading import found_again
from gdkit.trail.query.ddl import differences
from gdkit.trail.query.partitions import one_of
from gdkit.trail.query.rendering import Rendering, Shown
from gdkit.trail.query.table import TableShape, column, instant
from gdkit.trail.window import parse_json
from gdkit.trail.wrappers import LOOKUP_ROW

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gdkit.trail.fetched.question import Question

_HIVE = {
    pa.string(): "string",
    pa.int64(): "bigint",
    pa.timestamp("us", tz="UTC"): "timestamp",
    pa.list_(pa.string()): "array<string>",
}
"""Types of a table by those of a part. A table's times have no zone; Athena reads those of Parquet in UTC."""

COLUMNS = {field.name: exp.DataType.build(_HIVE[field.type], dialect="hive") for field in SCHEMA}
_ANSWER = ("record", "row", "line", "form")
_USED = ("event_at", "account_id", "region", "names", *_ANSWER)
_OWN = ("names", "record")
"""Columns that no table of log files has."""


def table_of_archive(location: str, database: str, name: str) -> TableShape:
    """Describe the table over the parts of an archive that were copied to a place, ``s3://bucket/prefix``."""
    return TableShape(database, name, COLUMNS, (), {}, f"{location.rstrip('/')}/")


def is_of_archive(table: TableShape) -> bool:
    """Tell whether a table is meant to be one of an archive's parts, by its columns."""
    return any(name in table.columns for name in _OWN)


def archive_rendering(table: TableShape) -> Rendering:
    """Say how a question is put to a table of an archive's parts.

    Raises:
        TrailError: it lacks columns that are needed, or has them in another type.
    """
    wanted = replace(table, columns={name: COLUMNS[name] for name in _USED})
    lacking = list(differences(wanted, table))
    if lacking:
        raise TrailError(f"the table is not of an archive's parts: {'; '.join(lacking)}",
                         where=f"{table.database}.{table.name}",
                         action="make one that is: 'gdkit athena-table DB.TABLE --archive s3://…' writes the "
                                "statement")  # fmt: skip
    return Rendering(
        table=exp.table_(table.name, db=table.database, quoted=True),
        shown=tuple(Shown(name, column(name)) for name in _ANSWER),
        named=_named,
        places=lambda question: list(_places(question)),
        text_of=text_of,
    )


def text_of(row: Sequence[str | None]) -> str:
    """Give the text of a record for a log file: its exact text, or that of the row which says more.

    A row of a look-up is read again as such a row. Cells of CSV become the record that their table was read as;
    a value that JSON cannot hold, such as Python's set, becomes text. What is none of these is given as a JSON text,
    which the loader names as no record.

    Args:
        row: the record's text, the row that it was taken from, its line, and the form that it came in.
    """
    raw, whole, line, form = row
    try:
        if whole is None or form == LOOKUP_ROW:
            text = (whole or raw or "").strip()
            value, end = parse_json(text)
            return text if isinstance(value, dict) and end == len(text) else json.dumps(text)
        record = found_again(raw or "", whole, int(line or 0), form or "").record
        return json.dumps(record, separators=(",", ":"), default=str)
    except (ValueError, TypeError, StopIteration, RecursionError):
        return json.dumps(whole or raw)


def _named(question: Question) -> exp.Expr | None:
    """Write the condition that a record names what is asked for; addresses also in the one spelling of comparisons."""
    instance = (question.instance_id,) if question.instance_id else ()
    addresses = tuple(filter(None, map(normal_address, question.addresses)))
    names = dict.fromkeys((*question.access_key_ids, *question.principal_ids, *question.session_names, *instance,
                           *question.addresses, *addresses))  # fmt: skip
    if not names:
        return None
    asked = exp.Array(expressions=[exp.Literal.string(name) for name in names])
    return exp.func("arrays_overlap", column("names"), asked, dialect="trino")


def _places(question: Question) -> Iterator[exp.Expr]:
    """Bound time, accounts and regions; a record that does not tell its own may be of any."""
    at = column("event_at")
    yield _or_untold("event_at", exp.Between(this=at, low=instant(question.since), high=instant(question.until)))
    for name, values in (("account_id", question.account_ids), ("region", question.regions)):
        if values:
            yield _or_untold(name, one_of(column(name), values))


def _or_untold(name: str, condition: exp.Expr) -> exp.Expr:
    return exp.paren(exp.or_(condition, exp.Is(this=column(name), expression=exp.Null())))
