"""Buckets and tables of the simulated account, for the tests of its Athena."""

from __future__ import annotations

import gzip
import json
from datetime import date
from typing import TYPE_CHECKING, Any

from gdkit.trail.archive.manifest import RUNS
from gdkit.trail.query.ddl import TrailPlace, create_statement, table_over
from tests.simulator.small_world import ACCOUNT, OTHER, REGION

if TYPE_CHECKING:
    from pathlib import Path

    from tests.simulator.small_world import SmallWorld

DATABASE, GROUP = "logs", "ir"


def record(number: int, **more: Any) -> dict[str, Any]:
    """Give a record of one call."""
    return {"eventID": f"e{number}", "eventTime": "2026-11-01T03:04:05Z", "eventName": "ListBuckets",
            "eventSource": "s3.amazonaws.com", "awsRegion": REGION, "recipientAccountId": ACCOUNT, "readOnly": True,
            "userIdentity": {"type": "IAMUser", "accessKeyId": f"AKIA{number:016d}"},
            "requestParameters": {"bucketName": f"b{number}"}, **more}  # fmt: skip


def put_log(world: SmallWorld, bucket: str, day: str, records: list[dict[str, Any]], account: str = ACCOUNT) -> int:
    """Put a log file of one day, and give its bytes."""
    body = gzip.compress(json.dumps({"Records": records}).encode())
    key = f"AWSLogs/{account}/CloudTrail/{REGION}/{day}/{len(records)}.json.gz"
    world.accounts.backend.client("s3", ACCOUNT, REGION).put_object(Bucket=bucket, Key=key, Body=body)
    return len(body)


def put_parts(s3: Any, place: str, archive: Path, *, only: str = "*.parquet") -> int:
    """Copy an archive's parts below a place, ``s3://bucket/prefix``, as 'aws s3 sync' does; give their bytes."""
    bucket, _, prefix = place.removeprefix("s3://").partition("/")
    size = 0
    for path in sorted((archive / RUNS).rglob(only)):
        body = path.read_bytes()
        s3.put_object(Bucket=bucket, Key=f"{prefix}/{path.relative_to(archive / RUNS)}", Body=body)
        size += len(body)
    return size


def make_bucket(world: SmallWorld, name: str) -> str:
    """Make a bucket."""
    s3 = world.accounts.backend.client("s3", ACCOUNT, REGION)
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
    return name


def open_athena(world: SmallWorld) -> None:
    """Make the database and a work group that manages its results."""
    world.accounts.backend.client("glue", ACCOUNT, REGION).create_database(DatabaseInput={"Name": DATABASE})
    world.accounts.backend.client("athena", ACCOUNT, REGION).create_work_group(
        Name=GROUP, Configuration={"ManagedQueryResultsConfiguration": {"Enabled": True}}
    )


def statement_of(bucket: str, name: str, *, accounts: tuple[str, ...] = (ACCOUNT, OTHER)) -> str:
    """Give the statement that makes a table over a bucket."""
    organization = "" if accounts else "o-a1b2c3d4e5"
    place = TrailPlace(bucket, "", organization, accounts, (REGION, "us-east-1"), date(2026, 10, 1))
    return create_statement(table_over(place, DATABASE, name))


def ask(world: SmallWorld, sql: str, **asked: Any) -> tuple[str, str, list[list[str | None]], int]:
    """Run a statement over HTTP; give how it ended, the reason, its rows without the header, and bytes scanned."""
    athena = asked.pop("client", None) or world.api("athena")
    begun = athena.start_query_execution(QueryString=sql, WorkGroup=GROUP,
                                         QueryExecutionContext={"Database": DATABASE}, **asked)  # fmt: skip
    while True:
        told = athena.get_query_execution(QueryExecutionId=begun["QueryExecutionId"])["QueryExecution"]
        if told["Status"]["State"] != "RUNNING":
            break
    state, reason = told["Status"]["State"], told["Status"].get("StateChangeReason", "")
    rows = []
    if state == "SUCCEEDED" and told["StatementType"] == "DML":
        pages = athena.get_paginator("get_query_results").paginate(QueryExecutionId=begun["QueryExecutionId"])
        rows = [
            [cell.get("VarCharValue") for cell in row["Data"]] for page in pages for row in page["ResultSet"]["Rows"]
        ]
    return state, reason, rows[1:], told["Statistics"]["DataScannedInBytes"]
