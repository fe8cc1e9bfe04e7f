"""Fields of records that few calls have, through a simulated Athena: those that a table has columns for come back."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from gdkit.aws import AwsAccess, open_read_only
from gdkit.simulator.server import in_environment
from gdkit.trail import load_trail
from gdkit.trail.fetched import Question, Terms, Watch, fetch
from gdkit.trail.named import parse_source
from gdkit.trail.query.ddl import COLUMNS
from tests.simulator.athena.tables import DATABASE, GROUP, make_bucket, open_athena, put_log, record
from tests.simulator.small_world import ACCOUNT, REGION, small_world
from tests.trail.query.tables import KEY, PRINCIPAL

if TYPE_CHECKING:
    from pathlib import Path

ADDENDUM = {"reason": "DELIVERY_DELAY", "updatedFields": "responseElements", "originalRequestID": "r"}
STRUCT = "struct<reason:string,updatedfields:string,originalrequestid:string>"
WEB = {"federatedProvider": "cognito-identity.amazonaws.com", "attributes": {"aud": "pool", "amr": "authenticated"}}
USER = {
    "type": "AssumedRole", "principalId": PRINCIPAL, "accessKeyId": KEY, "credentialId": "not shown",
    "inScopeOf": {"sourceArn": "arn:aws:lambda:eu-west-1:111122223333:function:f", "sourceAccount": ACCOUNT},
    "sessionContext": {"webIdFederationData": WEB},
}  # fmt: skip


def test_rare_fields(tmp_path: Path) -> None:
    """Web identity, where a credential is in scope, an edge device and an addendum come back as they were logged."""
    with small_world() as world:
        open_athena(world)
        bucket = make_bucket(world, "trail-logs-1")
        put_log(world, bucket, "2026/11/01", [record(1, userIdentity=USER, addendum=ADDENDUM, eventVersion="1.11",
                                                     edgeDeviceDetails={"deviceType": "snow"}), record(2)])  # fmt: skip
        place = f"s3://{bucket}/AWSLogs/{ACCOUNT}/CloudTrail/{REGION}/"
        columns = [{"Name": name, "Type": kind} for name, kind in (COLUMNS | {"addendum": STRUCT}).items()]
        world.accounts.backend.client("glue", ACCOUNT, REGION).create_table(DatabaseName=DATABASE, TableInput={
            "Name": "rare", "TableType": "EXTERNAL_TABLE", "PartitionKeys": [{"Name": "day", "Type": "string"}],
            "Parameters": {"projection.enabled": "true", "projection.day.type": "date",
                           "projection.day.format": "yyyy/MM/dd", "projection.day.range": "2026/10/01,2026/12/01",
                           "storage.location.template": f"{place}${{day}}"},
            "StorageDescriptor": {"Columns": columns, "Location": place},
        })  # fmt: skip
        policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
        world.site.role("reader", {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, json.dumps(policy))
        day = datetime(2026, 11, 1, tzinfo=UTC)
        reader = world.accounts.role_session(ACCOUNT, "reader", "someone", 3600)
        with in_environment(world.simulator.environment(reader)):
            found = fetch(parse_source(f"athena:{GROUP}/{DATABASE}.rare@{REGION}"),  # type: ignore[arg-type]
                          Question(day, day + timedelta(hours=20), (KEY,)), tmp_path,
                          aws=open_read_only(AwsAccess(regions=(REGION,))), terms=Terms(), watch=Watch())  # fmt: skip
    (text,) = load_trail([tmp_path]).records
    given = json.loads(text)
    assert given["userIdentity"] == {name: value for name, value in USER.items() if name != "credentialId"}
    assert (given["addendum"], given["edgeDeviceDetails"]) == (ADDENDUM, {"deviceType": "snow"})
    assert [gap.what.partition("records, ")[2] for gap in found.not_searched if "of its records" in gap.what] == [
        "userIdentity.credentialId"
    ]
