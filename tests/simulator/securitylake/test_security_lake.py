"""Security Lake in the simulated account: records as OCSF of both versions, in tables that its Athena asks."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from gdkit.simulator.securitylake.ocsf import ocsf_event
from gdkit.simulator.securitylake.tables import SecurityLake, database_of, table_name
from tests.simulator.athena.tables import ask, make_bucket, open_athena, put_log, record
from tests.simulator.small_world import ACCOUNT, REGION

if TYPE_CHECKING:
    from tests.simulator.small_world import SmallWorld

FULL: dict[str, Any] = {
    "eventVersion": "1.11", "eventID": "e", "eventTime": "2026-11-02T03:04:05Z", "eventName": "GetRole",
    "eventSource": "iam.amazonaws.com", "awsRegion": "us-east-1", "eventCategory": "Management",
    "eventType": "AwsApiCall", "recipientAccountId": ACCOUNT, "readOnly": True, "requestID": "r",
    "sourceIPAddress": "198.51.100.7", "userAgent": "aws-cli", "errorCode": "AccessDenied", "errorMessage": "no",
    "requestParameters": {"roleName": "x"}, "responseElements": None, "sharedEventID": "s",
    "tlsDetails": {"tlsVersion": "TLSv1.3"}, "additionalEventData": {"bytesTransferredOut": 7},
    "resources": [{"ARN": "arn:aws:iam::111122223333:role/x", "accountId": ACCOUNT, "type": "AWS::IAM::Role"}],
    "userIdentity": {
        "type": "AssumedRole", "principalId": "AROAX:i-1", "arn": "arn:aws:sts::111122223333:assumed-role/r/i-1",
        "accountId": ACCOUNT, "accessKeyId": "ASIAX",
        "sessionContext": {"attributes": {"creationDate": "2026-11-02T03:00:00Z", "mfaAuthenticated": "false"},
                           "sessionIssuer": {"arn": "arn:aws:iam::111122223333:role/r"}, "ec2RoleDelivery": "2.0"},
    },
}  # fmt: skip


def test_version_2() -> None:
    """Version 2 has the ARN in uid, the principal in uid_alt, requests and answers in the call, and the time twice."""
    event = ocsf_event(FULL, 2)
    user = event["actor"]["user"]
    assert (user["uid"], user["uid_alt"]) == ("arn:aws:sts::111122223333:assumed-role/r/i-1", "AROAX:i-1")
    assert user["account"] == {"uid": ACCOUNT}
    assert event["api"]["request"] == {"uid": "r", "data": '{"roleName":"x"}'}
    assert event["api"]["response"] == {"error": "AccessDenied", "message": "no", "data": None}
    assert event["time"] == 1793588645000
    assert f"{event['time_dt']}" == "2026-11-02 03:04:05"
    assert event["metadata"]["event_code"] == "AwsApiCall"
    assert event["class_uid"] == 6003
    unmapped = dict(event["unmapped"])
    assert unmapped["userIdentity.sessionContext.ec2RoleDelivery"] == "2.0"
    assert unmapped["additionalEventData.bytesTransferredOut"] == "7"
    assert "requestParameters.roleName" not in unmapped


def test_version_1() -> None:
    """Version 1 has the principal in uid, the ARN in uuid, and requests as whole texts beside what is not mapped."""
    event = ocsf_event(FULL, 1)
    user = event["actor"]["user"]
    assert (user["uid"], user["uuid"], user["account_uid"]) == ("AROAX:i-1", FULL["userIdentity"]["arn"], ACCOUNT)
    unmapped = dict(event["unmapped"])
    assert json.loads(unmapped["requestParameters"]) == {"roleName": "x"}
    assert unmapped["eventType"] == "AwsApiCall"
    assert event["eventday"] == "20261102"
    assert "time_dt" not in event


@pytest.mark.parametrize("version", [1, 2])
def test_services_and_classes(version: Any) -> None:
    """A service's host name is a domain, and sign-ins and changes of accounts are of classes of their own."""
    event = ocsf_event({**FULL, "sourceIPAddress": "ec2.amazonaws.com", "eventName": "AssumeRole"}, version)
    assert event["src_endpoint"] == {"ip": None, "domain": "ec2.amazonaws.com", "uid": None}
    assert event["class_uid"] == 3002
    assert ocsf_event({**FULL, "eventName": "CreateUser"}, version)["class_name"] == "Account Change"


@pytest.mark.parametrize("version", [1, 2])
def test_tables(world: SmallWorld, version: Any) -> None:
    """Events of a trail stand in the table of their kind; a bound on the days reads those days' objects alone."""
    if version == 1:
        open_athena(world)
    bucket = make_bucket(world, f"lake-logs-{version}")
    two = [record(1, eventCategory="Management", eventVersion="1.11"),
           record(2, eventCategory="Data", eventVersion="1.11", eventTime="2026-11-02T00:00:00Z")]  # fmt: skip
    put_log(world, bucket, "2026/11/01", two)
    lake = SecurityLake(world.accounts.backend, ACCOUNT, REGION, version)
    assert lake.take_from(bucket) == 2
    database = database_of(REGION)
    bound = "eventday = '20261102'" if version == 1 else "time_dt >= TIMESTAMP '2026-11-02 00:00:00'"

    def asked(source: str, where: str) -> tuple[list[list[str | None]], int]:
        table = table_name(REGION, source, version)
        sql = f'SELECT metadata.uid FROM "{database}"."{table}" WHERE {where}'  # noqa: S608 - a test's own
        state, reason, rows, size = ask(world, sql)
        assert (state, reason) == ("SUCCEEDED", "")
        return rows, size

    assert asked("cloud_trail_mgmt", "1 = 1")[0] == [["e1"]]
    assert asked("cloud_trail_mgmt", bound) == ([], 0)
    rows, size = asked("s3_data", bound)
    assert rows == [["e2"]]
    assert size > 0
    assert asked("lambda_execution", "1 = 1") == ([], 0)
