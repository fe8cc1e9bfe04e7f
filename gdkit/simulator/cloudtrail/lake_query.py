"""A query of CloudTrail Lake run over the events of its store: the very text, by DuckDB."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from sqlglot import exp, parse_one
from sqlglot.errors import SqlglotError

from gdkit.aws.select_only import with_quoted_store
from gdkit.simulator.athena.columns import arrow_type, hive_type
from gdkit.simulator.athena.engine import run_query
from gdkit.simulator.athena.objects import Read
from gdkit.simulator.athena.projection import filtered
from gdkit.simulator.call import ApiError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from gdkit.simulator.athena.answer import Answer

_COLUMNS = {
    "eventversion": "string",
    "useridentity": "struct<type:string,principalid:string,arn:string,accountid:string,accesskeyid:string,"
    "username:string,invokedby:string>",
    "eventtime": "timestamp",
    "eventsource": "string",
    "eventname": "string",
    "awsregion": "string",
    "sourceipaddress": "string",
    "useragent": "string",
    "errorcode": "string",
    "errormessage": "string",
    "requestid": "string",
    "eventid": "string",
    "readonly": "boolean",
    "eventtype": "string",
    "managementevent": "boolean",
    "recipientaccountid": "string",
    "eventcategory": "string",
    "eventjson": "string",
}
"""Those of a store's columns that need no map.

Source: CloudTrail User Guide, "Supported SQL schemas for event data stores".
"""


def run_lake_query(text: str, records_of: Callable[[str], list[dict[str, Any]]]) -> Answer:
    """Run a query.

    Args:
        text: the statement.
        records_of: gives the records of a store by its id, and refuses one that is not there.

    Raises:
        ApiError: the statement is not one that Lake takes.
        QueryFailedError: it fails.
    """
    try:
        statement = parse_one(with_quoted_store(text), dialect="trino")
    except SqlglotError as error:
        raise ApiError("InvalidQueryStatementException", str(error).partition("\n")[0]) from error
    if not isinstance(statement, exp.Query):
        raise ApiError("InvalidQueryStatementException", "Only SELECT statements are allowed.")
    return run_query(statement, lambda table, conditions, _: _read(records_of(table.name), conditions))


def _read(records: list[dict[str, Any]], conditions: Sequence[exp.Expr]) -> Read:
    """Give a store's events as a table, and the bytes of those in the span that a query bounds.

    Source: CloudTrail User Guide, "Optimize CloudTrail Lake queries": bounds on eventTime limit what is scanned.
    """
    schema = pa.schema([(column, arrow_type(hive_type(kind))) for column, kind in _COLUMNS.items()])
    rows = [_row(record) for record in records]
    sizes = [{"eventtime": str(row["eventtime"]), "size": str(len(row["eventjson"]))} for row in rows]
    scanned = filtered(sizes, [one for one in conditions if _named(one) == {"eventtime"}])
    return Read(pa.Table.from_pylist(rows, schema=schema), sum(int(row["size"]) for row in scanned), 0)


def _row(record: dict[str, Any]) -> dict[str, Any]:
    held = {name.lower(): value for name, value in record.items()}
    held["useridentity"] = {name.lower(): value for name, value in (record.get("userIdentity") or {}).items()}
    held["eventtime"] = datetime.fromisoformat(record["eventTime"]).replace(tzinfo=None)
    held["eventjson"] = json.dumps(record, separators=(",", ":"))
    return {name: held.get(name) for name in _COLUMNS}


def _named(condition: exp.Expr) -> set[str]:
    return {column.name.lower() for column in condition.find_all(exp.Column)}
