"""Why a query failed, in words that say what to do."""

from __future__ import annotations

import pytest

from gdkit.errors import AwsCall
from gdkit.trail.query.engine import QueryState, is_busy, is_gone
from gdkit.trail.query.failures import clearer, failure_of
from tests.trail.query.engines import error

CALL = AwsCall("athena", "StartQueryExecution", "111122223333", "eu-west-1")

REASONS = {
    "TABLE_NOT_FOUND: line 1:1: Table 'awsdatacatalog.logs.x' does not exist": ("no such table", "other", ""),
    "SCHEMA_NOT_FOUND: line 1:1: Schema 'logs' does not exist": ("no such table", "other", ""),
    "COLUMN_NOT_FOUND: line 1:8: Column 'tlsdetails' cannot be resolved or requester is not authorized": (
        "no column tlsdetails, or Lake Formation hides it", "other", ""),
    "Insufficient permissions to execute the query. User: arn:aws:sts::111122223333:assumed-role/r/s is not authorized "
    "to perform: glue:GetTable on resource: arn": ("no permission for glue:GetTable", "denied", "glue:GetTable"),
    "Insufficient Lake Formation permission(s): Required Select on trail": (
        "no permission in Lake Formation", "denied", "lakeformation:GetDataAccess"),
    "Principal does not have any privilege on specified resource": (
        "no permission in Lake Formation", "denied", "lakeformation:GetDataAccess"),
    "Permission denied on S3 path: s3://trail-logs/AWSLogs/111122223333": (
        "no permission to read the objects at s3://trail-logs/AWSLogs/111122223333", "denied", "s3:GetObject"),
    "Unable to verify/create output bucket results-bucket": ("results cannot be written", "denied", "s3:PutObject"),
    "HIVE_CANNOT_OPEN_SPLIT: The ciphertext refers to a KMS key that does not exist": (
        "the key that objects or results are encrypted with", "denied", "kms:Decrypt"),
    "HIVE_CANNOT_OPEN_SPLIT: Error opening Hive split s3://trail-logs/x.gz (offset=0, length=7): The specified key "
    "does not exist. (Service: Amazon S3; Status Code: 404; Error Code: NoSuchKey)": (
        "was removed while it ran", "other", ""),
    "HIVE_CANNOT_OPEN_SPLIT: Error opening Hive split s3://acme-kms-logs/x.json.gz: Access Denied (Service: Amazon S3; "
    "Status Code: 403)": ("S3 refuses", "denied", "s3:GetObject"),
    "HIVE_FILESYSTEM_ERROR: The specified bucket does not exist (Error Code: NoSuchBucket)": (
        "the place that the table names is not there", "other", ""),
    "HIVE_BAD_DATA: Error parsing field value for field 1 in s3://acme-kms-logs/WorkGroup/projection: KMS": (
        "not of the form", "other", ""),
    "TABLE_NOT_FOUND: line 1:1: Table 'awsdatacatalog.KMS.EventDataStore' does not exist": (
        "no such table", "other", ""),
    "COLUMN_NOT_FOUND: line 1:8: Column 'kms' cannot be resolved": ("no column kms", "other", ""),
    "EXCEEDED_LOCAL_MEMORY_LIMIT: Query exceeded per-node memory limit of WorkGroup x is disabled": (
        "more time or memory", "other", ""),
    "Table logs.kms_trail is configured for partition projection, but its range is not": (
        "projection is set up wrongly", "other", ""),
    "Unable to read s3://acme-lakeformation-KMS/x: Access Denied": ("S3 refuses", "denied", "s3:GetObject"),
    "Access Denied (Service: Amazon S3; Status Code: 403; Error Code: AccessDenied)": (
        "S3 refuses", "denied", "s3:GetObject"),
    "HIVE_BAD_DATA: Error parsing a column in the table: field readonly": ("not of the form", "other", ""),
    "HIVE_BAD_DATA: Not valid Parquet file: s3://b/kept/names.sqlite expected magic number: PAR1 got: 0000": (
        "an object at the place of the table is no Parquet file", "other", ""),
    "HIVE_CURSOR_ERROR: Row is not a valid JSON Object": ("not of the form", "other", ""),
    "Query cancelled! : Bytes scanned limit was exceeded": ("the work group ends queries", "refused_here", ""),
    "Query cancelled by user": ("somebody ended the query", "other", ""),
    "INVALID_TABLE_PROPERTY: Table logs.trail is configured for partition projection, but": (
        "projection is set up wrongly", "other", ""),
    "EXCEEDED_MEMORY_LIMIT: Query exceeded": ("more time or memory", "other", ""),
    "Query exhausted resources at this scale factor": ("more time or memory", "other", ""),
}  # fmt: skip


@pytest.mark.parametrize("reason", REASONS)
def test_reason(reason: str) -> None:
    """Each reason becomes a problem with what to do, the sort of failure, and the permission that is missing."""
    problem, kind, permission = REASONS[reason]
    told = failure_of(QueryState("failed", 0, reason), CALL)
    assert problem in told.problem
    assert (told.kind, told.permission, told.call) == (kind, permission, CALL)
    assert told.action


def test_unknown_reason() -> None:
    """A reason that is not known is shown in AWS's words, on one line and short; without one that is said."""
    told = failure_of(QueryState("failed", 0, "GENERIC_INTERNAL_ERROR:\nsomething\x1b[31m " + "x" * 500), CALL)
    assert told.problem.startswith("the query failed: GENERIC_INTERNAL_ERROR: something")
    assert "\n" not in told.problem
    assert "\x1b" not in told.problem
    assert len(told.problem) < 300
    assert "gives no reason" in failure_of(QueryState("failed"), CALL).problem


def test_no_credential_in_words() -> None:
    """A run of characters that may be a session token is cut out of AWS's words."""
    token = "IQoJb3JpZ2luX2VjEJr" * 6
    assert token not in str(failure_of(QueryState("failed", 0, f"bad token {token}"), CALL))


def test_errors_of_starting() -> None:
    """An error of starting a query says what to do; one that says it already, or is of another sort, stays."""
    odd = clearer(error("AWS refused it (InvalidRequestException): WorkGroup is not found: x"))
    assert "the work group is not there" in odd.problem
    nowhere = clearer(
        error("AWS refused it (InvalidRequestException): No output location provided. An output location")
    )
    assert "names no place for results" in nowhere.problem
    missing = clearer(error("AWS refused it: Table WorkGroup_kms is disabled", code="EntityNotFoundException"))
    assert "there is no such table" in missing.problem
    for stays in (error("x", kind="denied"), error("x", action="do that"), error("something else")):
        assert clearer(stays) is stays


def test_busy_and_gone() -> None:
    """Too many requests or queries are waited for; a query that AWS does not know is begun anew."""
    assert is_busy(error("x", kind="throttled"))
    assert is_busy(error("x", code="MaxConcurrentQueriesException"))
    assert not is_busy(error("x", kind="denied"))
    assert is_gone(error("x", code="QueryIdNotFoundException"))
    assert is_gone(error("QueryExecution 1 was not found", code="InvalidRequestException"))
    assert not is_gone(error("WorkGroup is not valid", code="InvalidRequestException"))
