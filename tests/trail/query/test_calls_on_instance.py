"""Calls of others on an instance: every source in AWS finds them wherever a record names it, and from an address."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from gdkit.aws import AwsAccess, open_read_only
from gdkit.simulator.securitylake.tables import SecurityLake, database_of, table_name
from gdkit.simulator.server import in_environment
from gdkit.trail import load_trail
from gdkit.trail.fetched import Question, Terms, Watch, fetch
from gdkit.trail.named import parse_source
from gdkit.trail.query import run
from tests.simulator.athena.tables import DATABASE, GROUP, ask, make_bucket, open_athena, put_log, record, statement_of
from tests.simulator.small_world import ACCOUNT, REGION, SmallWorld, small_world

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

INSTANCE, ADDRESS, BUCKET = "i-0123456789abcdef0", "192.0.2.5", "trail-logs-1"
DAY = datetime(2026, 11, 1, tzinfo=UTC)
ON_IT: tuple[dict[str, Any], ...] = (
    {"requestParameters": {"instanceId": INSTANCE}},
    {"responseElements": {"instancesSet": {"items": [{"instanceId": INSTANCE}]}}},
    {"additionalEventData": {"target": INSTANCE}},
    {"serviceEventDetails": {"instance": INSTANCE}},
    {"resources": [{"ARN": f"arn:aws:ec2:{REGION}:{ACCOUNT}:instance/{INSTANCE}", "accountId": ACCOUNT,
                    "type": "AWS::EC2::Instance"}]},
    {"sourceIPAddress": ADDRESS},
)  # fmt: skip
NOT_ON_IT: tuple[dict[str, Any], ...] = (
    {"requestParameters": {"instanceId": INSTANCE.replace("0", "1")}},
    {"sourceIPAddress": f"{ADDRESS}0"},
    {"requestParameters": {"cidrIp": f"{ADDRESS}/32"}},
)
LAKE = f"securitylake:{GROUP}/{database_of(REGION)}"
SOURCES = {
    "s3": f"s3://{BUCKET}",
    "athena": f"athena:{GROUP}/{DATABASE}.trail@{REGION}",
    "security lake, version 1": f"{LAKE}.{table_name(REGION, 'cloud_trail_mgmt', 1)}",
    "security lake, version 2": f"{LAKE}.{table_name(REGION, 'cloud_trail_mgmt', 2)}",
}


@pytest.fixture(scope="module")
def world() -> Iterator[SmallWorld]:
    """Run a small world whose trail holds such calls and others, and a reader of it."""
    with small_world() as running, pytest.MonkeyPatch.context() as patch:
        patch.setattr(run, "_FIRST_PAUSE_S", 0.0)
        open_athena(running)
        make_bucket(running, BUCKET)
        of_all = {"eventVersion": "1.11", "eventCategory": "Management", "sourceIPAddress": "198.51.100.1"}
        put_log(running, BUCKET, "2026/11/01",
                [record(number, **of_all | more) for number, more in enumerate((*ON_IT, *NOT_ON_IT))])  # fmt: skip
        assert ask(running, statement_of(BUCKET, "trail"))[0] == "SUCCEEDED"
        SecurityLake(running.accounts.backend, ACCOUNT, REGION, 1).take_from(BUCKET)
        SecurityLake(running.accounts.backend, ACCOUNT, REGION, 2).take_from(BUCKET)
        policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
        running.site.role("reader", {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, json.dumps(policy))
        reader = running.accounts.role_session(ACCOUNT, "reader", "someone", 3600)
        with in_environment(running.simulator.environment(reader)):
            yield running


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize("name", SOURCES)
def test_found_wherever_it_is_named(tmp_path: Path, name: str) -> None:
    """Calls on the instance and from the address are found; those from a longer one, or that mention it, are not."""
    asked = Question(DAY, DAY + timedelta(hours=20), instance_id=INSTANCE, addresses=(ADDRESS,))
    aws = open_read_only(AwsAccess(regions=(REGION,)))
    fetched = fetch(parse_source(SOURCES[name]), asked, tmp_path, aws=aws, terms=Terms(), watch=Watch())  # type: ignore[arg-type]
    assert sorted(load_trail([fetched.folder]).events["event_id"]) == [f"e{number}" for number in range(len(ON_IT))]
