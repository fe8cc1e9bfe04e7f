"""A table as the Glue catalogue describes it: its columns down to the fields of structs, and its partitions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING, Any

from sqlglot import exp
from sqlglot.errors import SqlglotError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from gdkit.trail.query.listed import ListedPartition


@dataclass(frozen=True, slots=True)
class TableShape:
    """What a query must know of a table.

    Attributes:
        columns: types by name in small letters, partition columns among them.
        partition_keys: names of the partition columns, in order.
        parameters: the table's properties, those of partition projection among them.
        location: ``s3://…``; empty where the catalogue does not tell.
        listed: its partitions, where the catalogue lists them and was asked for them; else None.
    """

    database: str
    name: str
    columns: Mapping[str, exp.DataType]
    partition_keys: tuple[str, ...]
    parameters: Mapping[str, str]
    location: str
    listed: tuple[ListedPartition, ...] | None = None

    @property
    def is_projected(self) -> bool:
        """Whether its partitions are told by projection, so that none is listed."""
        return self.parameters.get("projection.enabled", "").lower() == "true"

    def values_of(self, name: str) -> tuple[str, ...]:
        """Give the values that the listed partitions have in a partition column."""
        number = self.partition_keys.index(name)
        return tuple(sorted({one.values[number] for one in self.listed or ()}))

    def type_of(self, path: str) -> exp.DataType | None:
        """Give the type of a column, or of a struct's field such as ``useridentity.arn``; None where there is none."""
        first, *rest = path.split(".")
        kind = self.columns.get(first)
        for name in rest:
            if kind is None or kind.this != exp.DataType.Type.STRUCT:
                return None
            kind = next((field.args["kind"] for field in kind.expressions if field.name.lower() == name), None)
        return kind

    def first_of(self, paths: Iterable[str]) -> str | None:
        """Give the first of several columns or fields that the table has."""
        return next((path for path in paths if self.type_of(path) is not None), None)


def shape_of(document: Mapping[str, Any]) -> TableShape:
    """Read what GetTable answers of a table; a column of a type that cannot be read counts as missing.

    Source: Glue API Reference, GetTable, Table.
    """
    storage = document.get("StorageDescriptor") or {}
    keys = document.get("PartitionKeys") or ()
    columns = {}
    for column in (*(storage.get("Columns") or ()), *keys):
        try:
            columns[column["Name"].lower()] = exp.DataType.build(column.get("Type") or "string", dialect="hive")
        except (SqlglotError, ValueError):
            continue
    return TableShape(
        document.get("DatabaseName") or "",
        document["Name"],
        columns,
        tuple(key["Name"].lower() for key in keys),
        document.get("Parameters") or {},
        str(storage.get("Location") or ""),
    )


def column(path: str) -> exp.Expr:
    """Write a column, or a field in a struct, as an expression; every name is quoted.

    >>> column("useridentity.arn").sql(dialect="athena")
    '"useridentity"."arn"'
    """
    first, *rest = (exp.to_identifier(name, quoted=True) for name in path.split("."))
    return exp.Dot.build([exp.column(first), *rest]) if rest else exp.column(first)


def instant(at: datetime) -> exp.Expr:
    """Write an instant for a column of times without a zone, which are those of UTC; to the second.

    >>> from datetime import UTC, datetime
    >>> instant(datetime(2026, 11, 1, 12, tzinfo=UTC)).sql(dialect="athena")
    "CAST('2026-11-01 12:00:00' AS TIMESTAMP)"
    """
    return exp.cast(exp.Literal.string(f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S}"), "TIMESTAMP")
