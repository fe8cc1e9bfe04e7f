"""The rows in a table's objects, and how many bytes are read to get them."""

from __future__ import annotations

import gzip
import io
import json
from typing import TYPE_CHECKING, Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from gdkit.simulator.athena.catalog import PARQUET_SERDE, partitions_in
from gdkit.simulator.athena.columns import arrow_type, row_of
from gdkit.simulator.athena.failures import QueryFailedError, bad_parquet
from gdkit.simulator.athena.projection import Partition, in_folders, listed, projected

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from sqlglot import exp

    from gdkit.simulator.athena.catalog import GlueTable


class Read(NamedTuple):
    """What was read of a table for one query.

    Attributes:
        rows: the rows of the partitions that its conditions leave.
        bytes: bytes of the objects as they lie in the bucket; of Parquet those of the columns that are asked for.
        objects: how many objects.
    """

    rows: pa.Table
    bytes: int
    objects: int


def read_table(s3: Any, glue: Any, table: GlueTable, conditions: Sequence[exp.Expr], asked: frozenset[str],
               now: datetime) -> Read:  # fmt: skip
    """Read what a query needs of a table.

    Args:
        s3: moto's S3.
        glue: moto's Glue, which knows the partitions of a table without projection.
        table: the table.
        conditions: what must hold of every row.
        asked: names of the columns that the query uses.
        now: the present.

    Raises:
        QueryFailedError: the partitions are not told, or an object is not what the table says.
    """
    columns = dict(table.columns) | dict(table.partition_keys)
    schema = pa.schema([(name, arrow_type(kind)) for name, kind in columns.items()])
    parts, size, objects = [schema.empty_table()], 0, 0
    for partition in _partitions(s3, glue, table, conditions, now):
        for key in _keys(s3, partition.location):
            body = s3.get_object(Bucket=_bucket(partition.location), Key=key)["Body"].read()
            objects += 1
            if table.library == PARQUET_SERDE or table.is_iceberg:
                try:
                    rows, read = _of_parquet(body, partition.values, schema, asked)
                except pa.ArrowException as error:
                    raise bad_parquet(f"{_bucket(partition.location)}/{key}", error) from error
            else:
                rows, read = _of_log_file(body, table, partition.values, schema), len(body)
            parts.append(rows)
            size += read
    return Read(pa.concat_tables(parts), size, objects)


def _partitions(s3: Any, glue: Any, table: GlueTable, conditions: Sequence[exp.Expr], now: datetime) -> list[Partition]:
    if table.is_iceberg:
        start = len(table.location.rstrip("/")) - len(f"s3://{_bucket(table.location)}/") + 1
        return in_folders(table, (key[start:] for key in _keys(s3, table.location)), conditions)
    if not table.partition_keys:
        return [Partition({}, table.location)]
    if table.parameters.get("projection.enabled") == "true":
        return projected(table, conditions, now)
    return listed(table, partitions_in(glue, table), conditions)


def _of_log_file(body: bytes, table: GlueTable, values: Mapping[str, str], schema: pa.Schema) -> pa.Table:
    """Give the rows of a CloudTrail log file, as CloudTrailInputFormat gives them: one for each record."""
    try:
        records = json.loads(gzip.decompress(body)).get("Records", [])
    except (OSError, EOFError, ValueError) as error:
        raise QueryFailedError(f"HIVE_CURSOR_ERROR: Row is not a valid JSON Object: {error}") from error
    rows = [{**row_of(record, table.columns), **values} for record in records]
    return pa.Table.from_pylist(rows, schema=schema)


def _of_parquet(
    body: bytes, values: Mapping[str, str], schema: pa.Schema, asked: frozenset[str]
) -> tuple[pa.Table, int]:
    """Give the rows of a Parquet object with the columns that are asked for, and the compressed bytes of these."""
    file = pq.ParquetFile(io.BytesIO(body))
    wanted = [name for name in file.schema_arrow.names if name.lower() in asked]
    told = file.metadata
    size = sum(
        chunk.total_compressed_size
        for group in range(told.num_row_groups)
        for chunk in map(told.row_group(group).column, range(told.num_columns))
        if chunk.path_in_schema.partition(".")[0] in wanted
    )
    read = file.read(columns=wanted)

    def filled(field: pa.Field) -> pa.Array | pa.ChunkedArray:
        if field.name in wanted:
            return read[field.name].cast(field.type)
        return pa.array([values.get(field.name)] * told.num_rows, field.type)

    return pa.table([filled(field) for field in schema], schema=schema), size


def _bucket(location: str) -> str:
    return location.removeprefix("s3://").partition("/")[0]


def _keys(s3: Any, location: str) -> Iterator[str]:
    """Give the keys of the objects below a location; a place where nothing is has none."""
    bucket, _, prefix = location.removeprefix("s3://").partition("/")
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=f"{prefix.rstrip('/')}/")
    for page in pages:
        for entry in page.get("Contents", ()):
            if not entry["Key"].endswith("/"):
                yield str(entry["Key"])
