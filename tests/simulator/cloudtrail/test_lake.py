"""CloudTrail Lake in the simulated account: stores, imports, and queries whose very text is run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.simulator.athena.tables import make_bucket, put_log, record
from tests.simulator.small_world import ACCOUNT, outcome

if TYPE_CHECKING:
    from tests.simulator.small_world import SmallWorld

DATA = [{"FieldSelectors": [{"Field": "eventCategory", "Equals": ["Data"]},
                            {"Field": "resources.type", "Equals": ["AWS::S3::Object"]}]}]  # fmt: skip


@pytest.fixture(scope="module")
def store(world: SmallWorld) -> str:
    """Make a store with the management events of a trail, and give its id."""
    bucket = make_bucket(world, "lake-trail-1")
    put_log(world, bucket, "2026/11/01", [
        record(1, eventCategory="Management"),
        record(2, eventCategory="Management", eventTime="2026-11-05T00:00:00Z"),
        record(3, eventCategory="Data", managementEvent=False),
    ])  # fmt: skip
    lake = world.api("cloudtrail")
    arn = lake.create_event_data_store(Name="store")["EventDataStoreArn"]
    place = {"S3LocationUri": f"s3://{bucket}/", "S3BucketRegion": "eu-west-1",
             "S3BucketAccessRoleArn": f"arn:aws:iam::{ACCOUNT}:role/copy"}  # fmt: skip
    told = lake.start_import(Destinations=[arn], ImportSource={"S3": place})
    assert told["ImportStatus"] == "COMPLETED"
    return str(arn.rpartition("/")[2])


def asked(world: SmallWorld, sql: str) -> dict[str, Any]:
    """Run a query, and give what is said of it, with its rows."""
    lake = world.api("cloudtrail")
    query = lake.start_query(QueryStatement=sql)["QueryId"]
    told = {"QueryStatus": "RUNNING"}
    while told["QueryStatus"] == "RUNNING":
        told = lake.describe_query(QueryId=query)
    page = lake.get_query_results(QueryId=query)
    return {**told, "rows": [[value for cell in row for value in cell.values()] for row in page["QueryResultRows"]]}


def test_columns_and_bounds(world: SmallWorld, store: str) -> None:
    """Columns are asked for by CloudTrail's names; a bound on the time, written as text, limits rows and bytes."""
    both = asked(world, f"SELECT eventID, userIdentity.accessKeyId FROM {store} ORDER BY eventTime")  # noqa: S608
    assert both["rows"] == [["e1", "AKIA0000000000000001"], ["e2", "AKIA0000000000000002"]]
    first = asked(world, f"SELECT eventID FROM {store} WHERE eventTime <= '2026-11-02 00:00:00'")  # noqa: S608
    assert first["rows"] == [["e1"]]
    scanned = [one["QueryStatistics"]["BytesScanned"] for one in (first, both)]
    assert 0 < scanned[0] < scanned[1]


def test_whole_record(world: SmallWorld, store: str) -> None:
    """The record stands whole in eventJson."""
    (row,) = asked(world, f"SELECT eventJson FROM {store} WHERE strpos(eventJson, 'b1') > 0")["rows"]  # noqa: S608
    assert '"requestParameters":{"bucketName":"b1"}' in row[0]


def test_selectors_of_the_store(world: SmallWorld, store: str) -> None:
    """A store takes management events unless told otherwise, and says which kinds it takes."""
    settings = world.api("cloudtrail").get_event_data_store(EventDataStore=store)
    assert settings["AdvancedEventSelectors"][0]["FieldSelectors"][0]["Equals"] == ["Management"]
    made = world.api("cloudtrail").create_event_data_store(Name="data", AdvancedEventSelectors=DATA)
    assert made["AdvancedEventSelectors"] == DATA


def test_refused(world: SmallWorld, store: str) -> None:
    """A statement that is none, is too long, changes something, or asks a store that is not there, is refused."""
    lake = world.api("cloudtrail")
    nowhere = "00000000-0000-4000-8000-000000000000"
    for sql, code in (
        ("SELECT FROM", "InvalidQueryStatementException"),
        (f"DELETE FROM {store}", "InvalidQueryStatementException"),  # noqa: S608
        (f"SELECT eventID FROM {nowhere}", "EventDataStoreNotFoundException"),  # noqa: S608
        (f"SELECT eventID FROM {store} WHERE eventID = '{'x' * 10_000}'", "InvalidParameterException"),  # noqa: S608
    ):
        assert outcome(lake.start_query, QueryStatement=sql) == code
    assert outcome(lake.describe_query, QueryId=nowhere) == "QueryIdNotFoundException"
    failed = asked(world, f"SELECT nothing FROM {store}")  # noqa: S608
    assert failed["QueryStatus"] == "FAILED"
    assert "COLUMN_NOT_FOUND" in failed["ErrorMessage"]


def test_cancelled(world: SmallWorld, store: str) -> None:
    """A running query can be cancelled, one that is over cannot."""
    lake = world.api("cloudtrail")
    running = lake.start_query(QueryStatement=f"SELECT eventID FROM {store}")["QueryId"]  # noqa: S608
    assert lake.get_query_results(QueryId=running)["QueryResultRows"] == []
    assert lake.cancel_query(QueryId=running)["QueryStatus"] == "CANCELLED"
    assert outcome(lake.cancel_query, QueryId=running) == "InactiveQueryException"
    assert lake.describe_query(QueryId=running)["QueryStatus"] == "CANCELLED"
