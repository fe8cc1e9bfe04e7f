"""What AWS says of a table and of a work group before a query is put to them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from gdkit.aws.calls import ask, need, rows
from gdkit.errors import AwsCall, AwsError, TrailError
from gdkit.trail.query.failures import clearer
from gdkit.trail.query.listed import ListedPartition
from gdkit.trail.query.table import TableShape, shape_of

if TYPE_CHECKING:
    from gdkit.aws import ReadOnlyAws


@dataclass(frozen=True, slots=True)
class Workgroup:
    """A work group's settings, as far as queries meet them.

    Attributes:
        cutoff: bytes after which a query is ended; None where there is no such limit.
        warning: what the reader must know of it; empty for nothing.
    """

    cutoff: int | None = None
    warning: str = ""


def read_table(aws: ReadOnlyAws, region: str, database: str, name: str, *, with_partitions: bool = False) -> TableShape:
    """Ask the Glue catalogue for a table; a link that Lake Formation made to another account's table is followed.

    Args:
        aws: the reader.
        region: where the catalogue is.
        database: the table's database.
        name: its name.
        with_partitions: whether the partitions of a table without projection are asked for, too.

    Raises:
        AwsError: it is not there, or may not be read.

    Source: Glue API Reference, GetTable, GetPartitions; Lake Formation Developer Guide, "Resource links".
    """
    client = aws.client("glue", region)
    there = {"DatabaseName": database, "Name": name}
    found = _table(client, aws.account_id, there)
    target = found.get("TargetTable")
    if target and not found.get("StorageDescriptor"):
        there = {"CatalogId": target["CatalogId"], "DatabaseName": target["DatabaseName"], "Name": target["Name"]}
        found = {**_table(client, aws.account_id, there), "DatabaseName": database, "Name": name}
    table = shape_of(found)
    if not with_partitions or table.is_projected or not table.partition_keys:
        return table
    return replace(table, listed=_partitions(client, aws.account_id, there))


def read_workgroup(aws: ReadOnlyAws, region: str, name: str) -> Workgroup:
    """Ask for a work group's settings; without leave to read them, queries are tried all the same.

    Raises:
        AwsError: it is not there, or AWS cannot be reached.
        TrailError: it is turned off, or of another engine than SQL.

    Source: Athena API Reference, GetWorkGroup.
    """
    try:
        answer = ask(aws.client("athena", region), "GetWorkGroup", {"WorkGroup": name}, account_id=aws.account_id)
    except AwsError as error:
        if error.kind != "denied":
            raise clearer(error) from None
        return Workgroup(warning=f"The settings of the work group {name} may not be read ({error.permission}), so that "
                                 "its limit on what a query may scan is not known before.")  # fmt: skip
    group = need(answer, "WorkGroup", AwsCall("athena", "GetWorkGroup", aws.account_id, region))
    if group.get("State") == "DISABLED":
        raise TrailError("the work group is turned off", where=name, action="name another, or turn it on")
    settings = group.get("Configuration") or {}
    engine = str((settings.get("EngineVersion") or {}).get("EffectiveEngineVersion") or "")
    if "spark" in engine.lower():
        raise TrailError(f"the work group is for {engine}, which runs no SQL", where=name, action="name another")
    return Workgroup(settings.get("BytesScannedCutoffPerQuery"))


def _table(client: Any, account_id: str, asked: dict[str, str]) -> dict[str, Any]:
    call = AwsCall("glue", "GetTable", account_id, client.meta.region_name)
    try:
        table: dict[str, Any] = need(ask(client, "GetTable", asked, account_id=account_id), "Table", call)
    except AwsError as error:
        raise clearer(error) from None
    return table


def _partitions(client: Any, account_id: str, table: dict[str, str]) -> tuple[ListedPartition, ...]:
    """Ask for a table's partitions, whatever their number; a page has a thousand at most."""
    asked = {**table, "TableName": table["Name"], "ExcludeColumnSchema": True}
    del asked["Name"]
    try:
        listed = list(rows(client, "GetPartitions", "Partitions", asked, account_id=account_id))
    except AwsError as error:
        raise clearer(error) from None
    return tuple(ListedPartition(tuple(one["Values"]), str((one.get("StorageDescriptor") or {}).get("Location") or ""))
                 for one in listed)  # fmt: skip
