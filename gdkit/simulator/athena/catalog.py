"""Tables of the simulated Glue catalogue: read from moto, and made by the text of a CREATE TABLE."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError
from sqlglot import exp

from gdkit.simulator.athena.columns import glue_type, hive_type
from gdkit.simulator.athena.failures import QueryFailedError, no_table

if TYPE_CHECKING:
    from collections.abc import Mapping

PARQUET_SERDE = "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe"
_PARQUET = {
    "InputFormat": "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat",
    "OutputFormat": "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat",
    "SerdeInfo": {"SerializationLibrary": PARQUET_SERDE},
}
"""What STORED AS PARQUET stands for. Source: Athena User Guide, "Parquet SerDe"."""


@dataclass(frozen=True, slots=True)
class GlueTable:
    """A table as the catalogue has it.

    Attributes:
        columns: types by name, those of partitions left out.
        partition_keys: types of the partition columns by name, in order.
        parameters: the table's properties.
        location: where its objects are, ``s3://…``.
        library: its SerDe.
    """

    database: str
    name: str
    columns: Mapping[str, exp.DataType]
    partition_keys: Mapping[str, exp.DataType]
    parameters: Mapping[str, str]
    location: str
    library: str

    @property
    def is_iceberg(self) -> bool:
        """Whether its partitions are hidden in its metadata."""
        return self.parameters.get("table_type", "").upper() == "ICEBERG"


def table_of(glue: Any, database: str, name: str) -> GlueTable:
    """Read a table.

    Args:
        glue: moto's Glue, for the account and region.
        database: its database.
        name: its name.

    Raises:
        QueryFailedError: there is none.
    """
    try:
        found = glue.get_table(DatabaseName=database, Name=name)["Table"]
    except ClientError as error:
        raise no_table(database, name) from error
    storage = found["StorageDescriptor"]
    return GlueTable(
        database,
        name,
        _types(storage["Columns"]),
        _types(found.get("PartitionKeys", ())),
        found.get("Parameters", {}),
        storage["Location"],
        storage.get("SerdeInfo", {}).get("SerializationLibrary", ""),
    )


def partitions_in(glue: Any, table: GlueTable) -> list[tuple[list[str], str]]:
    """Give the partitions of a table that the catalogue lists: the values of their columns, and where they are."""
    pages = glue.get_paginator("get_partitions").paginate(DatabaseName=table.database, TableName=table.name)
    return [(one["Values"], one["StorageDescriptor"]["Location"]) for page in pages for one in page["Partitions"]]


def create_table(glue: Any, statement: exp.Create, database: str) -> None:
    """Make the table that a statement describes.

    Args:
        glue: moto's Glue, for the account and region.
        statement: a CREATE EXTERNAL TABLE.
        database: the one that the query was started in, for a name without one.

    Raises:
        QueryFailedError: it is there already, its database is not, or the statement lacks something.
    """
    schema = statement.this
    place, properties = schema.this, statement.args["properties"].expressions
    by_kind = {type(one): one for one in properties}
    location = by_kind.get(exp.LocationProperty)
    if exp.ExternalProperty not in by_kind or location is None:
        raise QueryFailedError("FAILED: SemanticException: only EXTERNAL tables with a LOCATION can be created")
    partitions = by_kind.get(exp.PartitionedByProperty)
    table = {
        "Name": place.name.lower(),
        "TableType": "EXTERNAL_TABLE",
        "Parameters": {"EXTERNAL": "TRUE"}
        | {one.this.name: one.args["value"].name for one in properties if type(one) is exp.Property},
        "PartitionKeys": _columns(partitions.this.expressions) if partitions else [],
        "StorageDescriptor": {
            "Columns": _columns(schema.expressions),
            "Location": location.this.name,
            **_form(by_kind),
        },
    }
    try:
        glue.create_table(DatabaseName=place.db.lower() or database, TableInput=table)
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code == "AlreadyExistsException" and statement.args.get("exists"):
            return
        raise QueryFailedError(f"FAILED: Execution Error, return code 1 from org.apache.hadoop.hive.ql.exec.DDLTask. "
                               f"{code}(message:{error.response['Error']['Message']})") from error  # fmt: skip


def _form(by_kind: Mapping[type, Any]) -> dict[str, Any]:
    """Give the formats and the SerDe that a statement names, one by one or as PARQUET."""
    formats = by_kind[exp.FileFormatProperty].this
    if formats.name.upper() == "PARQUET":
        return _PARQUET
    return {
        "InputFormat": formats.args["input_format"].name,
        "OutputFormat": formats.args["output_format"].name,
        "SerdeInfo": {"SerializationLibrary": by_kind[exp.RowFormatSerdeProperty].this.this},
    }


def _columns(definitions: Any) -> list[dict[str, str]]:
    return [{"Name": one.name.lower(), "Type": glue_type(one.args["kind"])} for one in definitions]


def _types(columns: Any) -> dict[str, exp.DataType]:
    return {column["Name"].lower(): hive_type(column["Type"]) for column in columns}
