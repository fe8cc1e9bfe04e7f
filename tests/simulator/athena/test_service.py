"""The simulated Athena over HTTP: the very text of statements, over the simulated buckets."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ClientError

from gdkit.simulator.scenarios.site import allow
from tests.simulator.athena.tables import (
    DATABASE,
    GROUP,
    ask,
    make_bucket,
    open_athena,
    put_log,
    record,
    statement_of,
)
from tests.simulator.small_world import ACCOUNT, OTHER, REGION, outcome

if TYPE_CHECKING:
    from tests.simulator.small_world import SmallWorld


@pytest.fixture(scope="module", autouse=True)
def sizes(world: SmallWorld) -> dict[str, int]:
    """Make a table over two days of two accounts, and give the bytes of each file."""
    open_athena(world)
    bucket = make_bucket(world, "trail-logs-1")
    made = {
        "first": put_log(world, bucket, "2026/11/01", [record(1), record(2)]),
        "second": put_log(world, bucket, "2026/11/02", [record(3), record(4), record(5)]),
        "other": put_log(world, bucket, "2026/11/01", [record(6, recipientAccountId=OTHER)], OTHER),
    }
    assert ask(world, statement_of(bucket, "trail"))[0] == "SUCCEEDED"
    return made


def test_statement_makes_a_glue_table(world: SmallWorld) -> None:
    """The statement of ``gdkit athena-table`` makes a table in the catalogue, with its columns and partitions."""
    table = world.api("glue").get_table(DatabaseName=DATABASE, Name="trail")["Table"]
    assert [key["Name"] for key in table["PartitionKeys"]] == ["account", "region", "day"]
    columns = {column["Name"]: column["Type"] for column in table["StorageDescriptor"]["Columns"]}
    assert columns["resources"] == "array<struct<arn:string,arnprefix:string,accountid:string,type:string>>"
    assert table["Parameters"]["projection.enabled"] == "true"
    assert table["StorageDescriptor"]["Location"] == "s3://trail-logs-1/AWSLogs/"


def test_made_once(world: SmallWorld) -> None:
    """The statement may be run again; one without IF NOT EXISTS fails as Athena fails it."""
    again = statement_of("trail-logs-1", "trail")
    assert ask(world, again)[0] == "SUCCEEDED"
    state, reason, _, _ = ask(world, again.replace("IF NOT EXISTS ", ""))
    assert state == "FAILED"
    assert "AlreadyExistsException" in reason


def test_rows_and_bytes_of_matched_partitions(world: SmallWorld, sizes: dict[str, int]) -> None:
    """Only objects of the partitions that the conditions leave are read, and their bytes are what was scanned."""
    one = "SELECT eventid FROM logs.trail WHERE account = '111122223333' AND day = '2026/11/01' ORDER BY 1"
    assert ask(world, one) == ("SUCCEEDED", "", [["e1"], ["e2"]], sizes["first"])
    both = "SELECT eventid FROM trail WHERE account = '111122223333' AND day BETWEEN '2026/11/01' AND '2026/11/09'"
    assert ask(world, both)[3] == sizes["first"] + sizes["second"]
    everything = ask(world, "SELECT count(*) FROM logs.trail")
    assert (everything[2], everything[3]) == ([["6"]], sum(sizes.values()))


def test_values_of_a_row(world: SmallWorld) -> None:
    """Objects in columns of text are their JSON, structs are asked for by field, and what is not there is NULL."""
    sql = ("SELECT requestparameters, useridentity.accesskeyid, readonly, errorcode, account, t.day FROM logs.trail t "
           "WHERE t.day = '2026/11/01' AND account = '444455556666'")  # fmt: skip
    assert ask(world, sql)[2] == [['{"bucketName":"b6"}', "AKIA0000000000000006", "true", None, OTHER, "2026/11/01"]]


@pytest.mark.parametrize(("sql", "reason"), [
    ("SELECT nothing FROM logs.trail WHERE day = '2026/11/01'", "COLUMN_NOT_FOUND: line 1:1: Column 'nothing'"),
    ("SELECT useridentity.nothing FROM logs.trail WHERE day = '2026/11/01'", "COLUMN_NOT_FOUND"),
    ("SELECT 1 FROM logs.nowhere", "TABLE_NOT_FOUND"),
    ("SELECT FROM WHERE", "SYNTAX_ERROR"),
    ("SELECT 1; SELECT 2", "SYNTAX_ERROR"),
    ("DROP TABLE logs.trail", "SYNTAX_ERROR"),
    ("SELECT nosuchfunction(eventid) FROM logs.trail WHERE day = '2026/11/01'", "SYNTAX_ERROR"),
])  # fmt: skip
def test_wrong_statements(world: SmallWorld, sql: str, reason: str) -> None:
    """A wrong column, table or statement fails the query, with Athena's word for it."""
    state, told, _, _ = ask(world, sql)
    assert state == "FAILED"
    assert told.startswith(reason)


def test_wrong_location(world: SmallWorld) -> None:
    """A table over a place where nothing is gives no row and scans nothing; one over no bucket fails."""
    make_bucket(world, "empty-logs-1")
    assert ask(world, statement_of("empty-logs-1", "elsewhere"))[0] == "SUCCEEDED"
    assert ask(world, "SELECT eventid FROM logs.elsewhere WHERE day = '2026/11/01'")[2:] == ([], 0)


def test_injected_column(world: SmallWorld) -> None:
    """A table whose accounts each query names is not read without such a name."""
    bucket = make_bucket(world, "injected-logs-1")
    put_log(world, bucket, "2026/11/01", [record(9)])
    ask(world, statement_of(bucket, "organisation", accounts=()).replace("o-a1b2c3d4e5/", ""))
    state, reason, _, _ = ask(world, "SELECT eventid FROM logs.organisation WHERE day = '2026/11/01'")
    assert (state, reason.partition(":")[0]) == ("FAILED", "CONSTRAINT_VIOLATION")
    named = "SELECT eventid FROM logs.organisation WHERE day = '2026/11/01' AND account IN ('111122223333')"
    assert ask(world, named)[2] == [["e9"]]
    pattern = "SELECT eventid FROM logs.organisation WHERE day = '2026/11/01' AND account LIKE '1%'"
    assert ask(world, pattern)[0] == "FAILED"


def test_broken_object(world: SmallWorld) -> None:
    """An object that is no log file, or holds another type than the table says, fails the query."""
    bucket = make_bucket(world, "broken-logs-1")
    ask(world, statement_of(bucket, "broken"))
    put_log(world, bucket, "2026/11/01", [record(1, userIdentity="nobody")])
    assert ask(world, "SELECT eventid FROM logs.broken WHERE day = '2026/11/01'")[1].startswith("HIVE_BAD_DATA")
    s3 = world.accounts.backend.client("s3", ACCOUNT, REGION)
    s3.put_object(Bucket=bucket, Key=f"AWSLogs/{ACCOUNT}/CloudTrail/{REGION}/2026/11/02/x.json.gz", Body=b"no gzip")
    assert ask(world, "SELECT eventid FROM logs.broken WHERE day = '2026/11/02'")[1].startswith("HIVE_CURSOR_ERROR")


def test_what_cannot_be_worked_out(world: SmallWorld) -> None:
    """A query that meets what the engine cannot hold fails and stays failed, also for one who begins it again."""
    bucket = make_bucket(world, "surrogate-logs-1")
    ask(world, statement_of(bucket, "surrogate"))
    put_log(world, bucket, "2026/11/01", [record(1, userAgent="half \ud800 of a letter")])
    for _ in range(2):
        state, reason, rows, _ = ask(world, "SELECT useragent FROM logs.surrogate WHERE day = '2026/11/01'",
                                     ClientRequestToken="s" * 32)  # fmt: skip
        assert (state, rows) == ("FAILED", [])
        assert reason.startswith("GENERIC_INTERNAL_ERROR: UnicodeEncodeError")


def test_pages(world: SmallWorld) -> None:
    """Rows come a thousand a page; the first row of the first page names the columns."""
    bucket = make_bucket(world, "many-logs-1")
    put_log(world, bucket, "2026/11/01", [record(number) for number in range(2500)])
    ask(world, statement_of(bucket, "many"))
    _, _, rows, _ = ask(world, "SELECT eventid FROM logs.many WHERE day = '2026/11/01'")
    assert {row[0] for row in rows} == {f"e{number}" for number in range(2500)}
    assert len(rows) == 2500


def test_one_query_a_token(world: SmallWorld) -> None:
    """The same token gives the same query; with another statement it is refused."""
    athena, token = world.api("athena"), "t" * 32
    asked = {"QueryString": "SELECT 1", "WorkGroup": GROUP, "ClientRequestToken": token}
    first = athena.start_query_execution(**asked)["QueryExecutionId"]
    assert athena.start_query_execution(**asked)["QueryExecutionId"] == first
    other = outcome(athena.start_query_execution, **{**asked, "QueryString": "SELECT 2"})
    assert other == "InvalidRequestException"


def test_stopped_query(world: SmallWorld) -> None:
    """A running query can be ended, and then has no rows; one that is done stays done."""
    athena = world.api("athena")
    running = athena.start_query_execution(QueryString="SELECT 1", WorkGroup=GROUP)["QueryExecutionId"]
    assert outcome(athena.get_query_results, QueryExecutionId=running) == "InvalidRequestException"
    athena.stop_query_execution(QueryExecutionId=running)
    told = athena.get_query_execution(QueryExecutionId=running)["QueryExecution"]["Status"]
    assert (told["State"], told["StateChangeReason"]) == ("CANCELLED", "Query cancelled by user")


def test_cutoff_of_the_work_group(world: SmallWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    """A query that scans more than its work group allows is cancelled."""
    settings = {"ManagedQueryResultsConfiguration": {"Enabled": True}, "BytesScannedCutoffPerQuery": 10}
    monkeypatch.setattr(world.accounts.athena, "_settings", lambda *_: settings)
    state, reason, rows, _ = ask(world, "SELECT eventid FROM logs.trail WHERE day = '2026/11/01'")
    assert (state, rows) == ("CANCELLED", [])
    assert "Bytes scanned limit" in reason


def test_work_groups(world: SmallWorld) -> None:
    """A work group that is not there, or has no place for results, takes no query."""
    athena = world.api("athena")
    for group, words in (("nowhere", "WorkGroup is not found"), ("primary", "No output location provided")):
        with pytest.raises(ClientError, match=words):
            athena.start_query_execution(QueryString="SELECT 1", WorkGroup=group)
    assert outcome(athena.get_query_execution, QueryExecutionId="0" * 36) == "InvalidRequestException"


@pytest.mark.parametrize(("lacking", "reason"), [
    ("glue:GetTable", "is not authorized to perform: glue:GetTable on resource: arn:aws:glue:eu-west-1:111122223333:"
                      "table/logs/trail"),
    ("s3:GetObject", "Permission denied on S3 path: s3://trail-logs-1/AWSLogs/"),
    ("s3:ListBucket", "Permission denied on S3 path: s3://trail-logs-1"),
])  # fmt: skip
def test_reads_in_the_name_of_the_caller(world: SmallWorld, lacking: str, reason: str) -> None:
    """Athena reads the catalogue and the objects in the name of the one who asks: without leave, the query fails."""
    needed = {"athena:*", "glue:GetTable", "s3:GetObject", "s3:ListBucket"}
    name = lacking.replace(":", "-")
    key = world.role_key(f"without-{name}", allow(sorted(needed - {lacking})))
    state, told, _, _ = ask(world, "SELECT eventid FROM logs.trail WHERE day = '2026/11/01'",
                            client=world.api("athena", key))  # fmt: skip
    assert state == "FAILED"
    assert reason in told


def test_recursive_query_reads_every_step(world: SmallWorld, sizes: dict[str, int]) -> None:
    """A recursive query is planned to its greatest depth, and reads the table at each step of it."""
    sql = """WITH RECURSIVE chain(id) AS (
        SELECT 'e1' UNION ALL
        SELECT t.requestparameters FROM logs.trail t JOIN chain c ON t.eventid = c.id
        WHERE t.day = '2026/11/01' AND t.account = '111122223333')
        SELECT count(*) FROM chain"""
    state, reason, rows, scanned = ask(world, sql)
    assert (state, reason, rows) == ("SUCCEEDED", "", [["2"]])
    assert scanned == 10 * sizes["first"]
