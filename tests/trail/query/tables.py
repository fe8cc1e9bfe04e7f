"""Tables as the catalogue describes them, and a question, for the tests."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from gdkit.simulator.athena.columns import glue_type
from gdkit.simulator.securitylake.tables import _COLUMNS
from gdkit.trail.fetched import Question
from gdkit.trail.query.ddl import TrailPlace, table_over
from gdkit.trail.query.table import TableShape, shape_of

ACCOUNT, OTHER, REGION = "111122223333", "444455556666", "eu-west-1"
INSTANCE, KEY = "i-0123456789abcdef0", "ASIAEXAMPLEKEY000001"
PRINCIPAL = f"AROAEXAMPLEROLE000001:{INSTANCE}"
UNTIL = datetime(2026, 11, 3, 12, tzinfo=UTC)
WITHOUT_COLUMN = ("addendum", "userIdentity.credentialId")
"""Fields of a record that the table of ``gdkit athena-table`` has no column for."""

PLACE = TrailPlace("trail-logs", "", "", (ACCOUNT, OTHER), ("eu-west-1", "us-east-1"), date(2026, 1, 1))


def question(**changes: Any) -> Question:
    """Give the question about one instance's session, over two days."""
    asked = {
        "since": UNTIL - timedelta(days=2),
        "until": UNTIL,
        "access_key_ids": (KEY,),
        "principal_ids": (PRINCIPAL,),
        "session_names": (INSTANCE,),
        "instance_id": INSTANCE,
        "addresses": ("198.51.100.7",),
    }
    return Question(**{**asked, **changes})


def trail_table(**changes: str) -> TableShape:
    """Give the table that ``gdkit athena-table`` makes, with properties changed; an empty one is left out."""
    made = table_over(PLACE, "logs", "trail")
    parameters = {name: value for name, value in {**made.parameters, **changes}.items() if value}
    return TableShape(made.database, made.name, made.columns, made.partition_keys, parameters, made.location)


def aws_table(*keys: tuple[str, str], parameters: dict[str, str] | None = None, **columns: str) -> TableShape:
    """Give a table with the columns that AWS's own statement makes, and partitions as told."""
    lacking = ("managementevent", "vpcendpointaccountid")
    own = {name: glue_type(kind) for name, kind in table_over(PLACE, "logs", "trail").columns.items()
           if name not in (*lacking, "account", "region", "day")}  # fmt: skip
    own["useridentity"] = (
        "struct<type:string,principalid:string,arn:string,accountid:string,invokedby:string,accesskeyid:string,"
        "username:string,sessioncontext:struct<attributes:struct<mfaauthenticated:string,creationdate:string>,"
        "sessionissuer:struct<type:string,principalid:string,arn:string,accountid:string,username:string>,"
        "ec2roledelivery:string>>"
    )
    own["resources"] = "array<struct<arn:string,accountid:string,type:string>>"
    return shape_of(document(own | columns, keys, parameters))


def lake_table(version: int, name: str = "amazon_security_lake_table_eu_west_1_cloud_trail_mgmt_2_0") -> TableShape:
    """Give a table of Security Lake of one version."""
    keys = [(key, "string") for key in ("region", "accountid", "eventday")] if version == 1 else []
    return shape_of(document(_COLUMNS[version], keys, {}, name))  # type: ignore[index]


def document(
    columns: dict[str, str], keys: Any, parameters: dict[str, str] | None, name: str = "trail"
) -> dict[str, Any]:
    """Give what GetTable answers."""
    return {
        "Name": name,
        "DatabaseName": "logs",
        "Parameters": parameters or {},
        "PartitionKeys": [{"Name": key, "Type": kind} for key, kind in keys],
        "StorageDescriptor": {
            "Location": "s3://trail-logs/AWSLogs/",
            "Columns": [{"Name": column, "Type": kind} for column, kind in columns.items()],
        },
    }
