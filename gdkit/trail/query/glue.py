"""What AWS says of a table and of a work group before a query is put to them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gdkit.aws.calls import ask, need
from gdkit.errors import AwsCall, AwsError, TrailError
from gdkit.trail.query.failures import clearer
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


def read_table(aws: ReadOnlyAws, region: str, database: str, name: str) -> TableShape:
    """Ask the Glue catalogue for a table; a link that Lake Formation made to another account's table is followed.

    Raises:
        AwsError: it is not there, or may not be read.

    Source: Glue API Reference, GetTable; Lake Formation Developer Guide, "Resource links".
    """
    client = aws.client("glue", region)
    found = _table(client, aws.account_id, {"DatabaseName": database, "Name": name})
    target = found.get("TargetTable")
    if target and not found.get("StorageDescriptor"):
        there = {"CatalogId": target["CatalogId"], "DatabaseName": target["DatabaseName"], "Name": target["Name"]}
        found = {**_table(client, aws.account_id, there), "DatabaseName": database, "Name": name}
    return shape_of(found)


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
