"""Columns of a Glue table: their Hive types, as Arrow types, and what a JSON SerDe makes of a value of such a type."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from sqlglot import exp

from gdkit.simulator.athena.failures import bad_data

if TYPE_CHECKING:
    from collections.abc import Mapping

_SIMPLE = {
    exp.DataType.Type.TEXT: pa.string(),
    exp.DataType.Type.VARCHAR: pa.string(),
    exp.DataType.Type.BOOLEAN: pa.bool_(),
    exp.DataType.Type.INT: pa.int32(),
    exp.DataType.Type.BIGINT: pa.int64(),
    exp.DataType.Type.DOUBLE: pa.float64(),
    exp.DataType.Type.TIMESTAMP: pa.timestamp("us"),
    exp.DataType.Type.DATE: pa.date32(),
}


def hive_type(text: str) -> exp.DataType:
    """Read a type as Glue writes it, such as ``struct<arn:string,accountid:string>``."""
    return exp.DataType.build(text, dialect="hive")


def glue_type(kind: exp.DataType) -> str:
    """Write a type as Glue does.

    >>> glue_type(hive_type("array<struct<`arn`:string, `type` : STRING>>"))
    'array<struct<arn:string,type:string>>'
    """
    if kind.this == exp.DataType.Type.STRUCT:
        return f"struct<{','.join(f'{name}:{glue_type(inner)}' for name, inner in fields_of(kind).items())}>"
    if kind.this in (exp.DataType.Type.ARRAY, exp.DataType.Type.MAP):
        return f"{kind.this.value.lower()}<{','.join(map(glue_type, kind.expressions))}>"
    return str(kind.sql(dialect="hive")).lower()


def fields_of(kind: exp.DataType) -> dict[str, exp.DataType]:
    """Give the fields of a struct, in small letters."""
    return {field.name.lower(): field.args["kind"] for field in kind.expressions}


def arrow_type(kind: exp.DataType) -> pa.DataType:
    """Give the Arrow type that holds values of a Hive type.

    Raises:
        KeyError: the simulator does not know the type.
    """
    if kind.this == exp.DataType.Type.STRUCT:
        return pa.struct([(name, arrow_type(inner)) for name, inner in fields_of(kind).items()])
    if kind.this == exp.DataType.Type.ARRAY:
        return pa.list_(arrow_type(kind.expressions[0]))
    if kind.this == exp.DataType.Type.MAP:
        return pa.map_(*(arrow_type(inner) for inner in kind.expressions))
    return _SIMPLE[kind.this]


def row_of(record: Mapping[str, Any], columns: Mapping[str, exp.DataType]) -> dict[str, Any]:
    """Give the columns of a record of JSON; names are compared without case, what it lacks is missing.

    Raises:
        QueryFailedError: a value cannot be of its column's type.

    Source: Hive, ``org.apache.hive.hcatalog.data.JsonSerDe``; Athena User Guide, "CloudTrail logs": objects are read
    into columns of type STRING as their JSON text.
    """
    held = {name.lower(): value for name, value in record.items()}
    return {name: _value(kind, held.get(name), name) for name, kind in columns.items()}


def _value(kind: exp.DataType, value: Any, column: str) -> Any:
    if value is None:
        return None
    if kind.this in (exp.DataType.Type.TEXT, exp.DataType.Type.VARCHAR):
        return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))
    read = _READERS.get(kind.this)
    return value if read is None else read(kind, value, column)


def _struct(kind: exp.DataType, value: Any, column: str) -> dict[str, Any]:
    return row_of(_of_type(dict, value, column), fields_of(kind))


def _array(kind: exp.DataType, value: Any, column: str) -> list[Any]:
    return [_value(kind.expressions[0], item, column) for item in _of_type(list, value, column)]


def _map(kind: exp.DataType, value: Any, column: str) -> list[tuple[str, Any]]:
    entries = _of_type(dict, value, column).items()
    return [(key, _value(kind.expressions[1], item, column)) for key, item in entries]


def _boolean(_: exp.DataType, value: Any, column: str) -> Any:
    return _of_type(bool, value, column)


_READERS = {
    exp.DataType.Type.STRUCT: _struct,
    exp.DataType.Type.ARRAY: _array,
    exp.DataType.Type.MAP: _map,
    exp.DataType.Type.BOOLEAN: _boolean,
}


def _of_type(wanted: type, value: Any, column: str) -> Any:
    if not isinstance(value, wanted):
        raise bad_data(column, value)
    return value
