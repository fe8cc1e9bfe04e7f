"""Queries through the reader's access: one SELECT alone, its results where the work group says."""

from __future__ import annotations

from typing import Any

import pytest

from gdkit.aws import ask
from gdkit.aws.read_only import refusal
from gdkit.aws.select_only import is_one_select, with_bare_store, with_quoted_store
from gdkit.errors import AwsError
from tests.aws.fakes import reader

STORE = "0a1b2c3d-0a1b-4a1b-8a1b-0a1b2c3d4e5f"
SELECT = 'SELECT "eventid" FROM "logs"."trail" WHERE "day" = \'2026/11/01\''

READS = [
    SELECT,
    f"SELECT eventJson FROM {STORE} WHERE eventTime > '2026-11-01 00:00:00'",  # noqa: S608
    "WITH a AS (SELECT 1 AS x) SELECT x FROM a",
    "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < 3) SELECT x FROM c",
    "SELECT 1 UNION ALL SELECT 2",
    "SELECT 'DROP TABLE x; DELETE FROM y' AS words",
]
WRITES = [
    "",
    "   ",
    "DROP TABLE logs.trail",
    "CREATE TABLE logs.copy AS SELECT * FROM logs.trail",
    "INSERT INTO logs.copy SELECT * FROM logs.trail",
    "UNLOAD (SELECT * FROM logs.trail) TO 's3://elsewhere/' WITH (format = 'PARQUET')",
    "SELECT 1; DROP TABLE logs.trail",
    "SELECT 1; SELECT 2",
    "WITH a AS (SELECT 1) INSERT INTO logs.copy SELECT * FROM a",
    "SELECT * INTO logs.copy FROM logs.trail",
    "DELETE FROM logs.trail",
    "MERGE INTO logs.copy USING logs.trail ON true WHEN MATCHED THEN DELETE",
    "MSCK REPAIR TABLE logs.trail",
    "ALTER TABLE logs.trail ADD PARTITION (day = '2026/11/01')",
    "USING EXTERNAL FUNCTION f(x VARCHAR) RETURNS VARCHAR LAMBDA 'l' SELECT f(eventid) FROM logs.trail",
    "EXECUTE prepared",
    "CALL system.flush()",
    "/* SELECT */ DROP TABLE logs.trail",
    "-- SELECT\nDROP TABLE logs.trail",
    "SELECT FROM WHERE (",
    "SELECT " + "(" * 5000,
]


@pytest.mark.parametrize("text", READS)
def test_selects(text: str) -> None:
    """A SELECT passes, whatever its texts say, for either engine."""
    assert is_one_select(text)
    assert refusal("athena", "StartQueryExecution", {"QueryString": text}) == ""
    assert refusal("cloudtrail", "StartQuery", {"QueryStatement": text}) == ""


@pytest.mark.parametrize("text", WRITES)
def test_not_one_select(text: str) -> None:
    """Whatever makes, changes, writes, or is more than one statement, is refused, and so is what cannot be read."""
    assert not is_one_select(text)
    assert refusal("athena", "StartQueryExecution", {"QueryString": text}) == "its statement is not one SELECT"


@pytest.mark.parametrize(("service", "operation", "parameters"), [
    ("athena", "StartQueryExecution", {"QueryString": SELECT, "ResultConfiguration": {"OutputLocation": "s3://x/"}}),
    ("cloudtrail", "StartQuery", {"QueryStatement": SELECT, "DeliveryS3Uri": "s3://x/"}),
    ("cloudtrail", "StartQuery", {"QueryAlias": "mine"}),
])  # fmt: skip
def test_results_elsewhere(service: str, operation: str, parameters: dict[str, Any]) -> None:
    """Results go where the work group says, never to a place that the caller names."""
    assert "elsewhere" in refusal(service, operation, parameters)


def test_nothing_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    """A statement that writes does not leave this machine; one that reads does, and a query can be ended."""
    fake, aws = reader(monkeypatch, {
        ("athena", "StartQueryExecution"): {"QueryExecutionId": "q"}, ("athena", "StopQueryExecution"): {},
        ("cloudtrail", "CancelQuery"): {"QueryId": STORE, "QueryStatus": "CANCELLED"},
    })  # fmt: skip
    before = len(fake.calls)
    with pytest.raises(AwsError, match="not one SELECT"):
        ask(aws.client("athena"), "StartQueryExecution", {"QueryString": "DROP TABLE logs.trail"})
    assert len(fake.calls) == before
    assert ask(aws.client("athena"), "StartQueryExecution", {"QueryString": SELECT}) == {"QueryExecutionId": "q"}
    assert ask(aws.client("athena"), "StopQueryExecution", {"QueryExecutionId": "q" * 36}) == {}
    assert ask(aws.client("cloudtrail"), "CancelQuery", {"QueryId": STORE})


def test_quotes_of_a_store() -> None:
    """The id of an event data store is quoted for the parser and bare for Lake; in a text it stays as it is."""
    bare = f"SELECT eventJson FROM {STORE} WHERE eventID = '{STORE}'"  # noqa: S608
    quoted = with_quoted_store(bare)
    assert quoted == f"SELECT eventJson FROM \"{STORE}\" WHERE eventID = '{STORE}'"  # noqa: S608
    assert with_bare_store(quoted, STORE) == bare
    assert with_quoted_store(quoted) == quoted
