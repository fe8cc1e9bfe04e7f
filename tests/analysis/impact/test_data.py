"""Data that calls reached."""

from __future__ import annotations

from typing import Any

import pytest

from gdkit.analysis.impact.data import DATA_NOTE
from tests.analysis.impact.made import call, impact, rows_of
from tests.analysis.records import ACCOUNT, OTHER_ACCOUNT


def data(*rows: dict[str, Any]) -> list[dict[str, Any]]:
    """Give the rows of data that the calls reached."""
    return rows_of(impact(*rows).data)


def get(key: str, **columns: Any) -> dict[str, Any]:
    """Give the reading of one object."""
    return call("s3:GetObject", {"bucketName": "b", "key": key}, **columns)


def test_objects_are_counted_by_bucket() -> None:
    """A bucket's row tells calls, different objects, known bytes and refusals; an unknown size is no zero."""
    (row,) = data(get("a", bytes_out=5), get("a", bytes_out=7), get("c"), get("d", error_code="AccessDenied"),
                  get("e", error_code="NoSuchKey"))  # fmt: skip
    assert (row["kind"], row["id"], row["account_id"], row["access"]) == ("bucket", "b", ACCOUNT, "read")
    assert (row["reached"], row["calls"], row["refused"], row["failed"]) == (True, 3, 1, 1)
    assert (row["objects"], row["bytes_out"], row["bytes_calls"]) == (2, 12, 2)
    assert (row["first_at"].minute, row["last_at"].minute) == (0, 2)


def test_unknown_size_stays_unknown() -> None:
    """Where no record tells the bytes, the size is missing; where one tells zero, it is zero."""
    assert data(get("a"))[0]["bytes_out"] is None
    assert data(get("a", bytes_out=0))[0]["bytes_out"] == 0


def test_what_was_refused_was_not_reached() -> None:
    """A thing of which every call was refused is listed as not reached, with the time of the tries."""
    (row,) = data(get("a", error_code="AccessDenied"))
    assert (row["reached"], row["calls"], row["refused"], row["objects"]) == (False, 0, 1, None)
    assert row["first_at"].minute == 0


def test_parties_and_accounts_stay_apart() -> None:
    """The same name in another account, or called by nobody known, is another row; the workload's calls are none."""
    rows = data(get("a"), get("a", party="unknown"), get("a", account_id=OTHER_ACCOUNT), get("a", party="workload"))
    assert {(row["party"], row["account_id"]) for row in rows} == {
        ("thief", ACCOUNT), ("unknown", ACCOUNT), ("thief", OTHER_ACCOUNT),
    }  # fmt: skip


def test_listing_is_not_reading() -> None:
    """Listing names gives a row of its own, after what was read."""
    rows = data(call("s3:ListObjects", {"bucketName": "b"}), get("a"), call("secretsmanager:ListSecrets"))
    assert [(row["kind"], row["id"], row["access"]) for row in rows] == [
        ("bucket", "b", "read"), ("bucket", "b", "listed"), ("secret", None, "listed"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("operation", "request_", "expected"),
    [
        ("secretsmanager:GetSecretValue", {"secretId": "db"}, ("secret", "db", "read", None)),
        ("secretsmanager:BatchGetSecretValue", {"filters": []}, ("secret", None, "read", None)),
        ("ssm:GetParameter", {"name": "/db", "withDecryption": True}, ("parameter", "/db", "read", None)),
        ("ssm:GetParametersByPath", {"path": "/"}, ("parameter_path", "/", "read", None)),
        ("lambda:GetFunction20150331v2", {"functionName": "f"}, ("lambda_function", "f", "read", None)),
        ("ec2:DescribeInstanceAttribute", {"instanceId": "i-1", "attribute": "userData"},
         ("instance_user_data", "i-1", "read", None)),
        ("ec2:ModifySnapshotAttribute",
         {"snapshotId": "snap-1", "createVolumePermission": {"add": {"items": [{"userId": "1"}, {"group": "all"}]}}},
         ("snapshot", "snap-1", "shared", "1\nall")),
        ("ec2:CreateSnapshot", {"volumeId": "vol-1"}, ("volume", "vol-1", "copied", None)),
        ("rds:ModifyDBSnapshotAttribute", {"dBSnapshotIdentifier": "s", "valuesToAdd": ["all"]},
         ("rds_snapshot", "s", "shared", "all")),
        ("s3:CopyObject", {"bucketName": "mine", "x-amz-copy-source": ["theirs/key"]},
         ("copied_object", "theirs/key", "copied", "mine")),
        ("ecr:BatchGetImage", {"repositoryName": "app"}, ("ecr_repository", "app", "read", None)),
        ("codecommit:GetFile", {"repositoryName": "r", "filePath": "p"}, ("codecommit_repository", "r", "read", "p")),
        ("athena:GetQueryResults", {"queryExecutionId": "q"}, ("athena_query", "q", "read", None)),
        ("dynamodb:Scan", {"tableName": "t"}, ("dynamodb_table", "t", "read", None)),
    ],
)  # fmt: skip
def test_kinds(operation: str, request_: dict[str, Any], expected: tuple[str, str | None, str, str | None]) -> None:
    """Each kind of thing is named from where its call's record holds the name, with whom it was shared with."""
    (row,) = data(call(operation, request_))
    assert (row["kind"], row["id"], row["access"], row["detail"]) == expected


@pytest.mark.parametrize(
    ("operation", "request_"),
    [
        ("ec2:DescribeInstanceAttribute", {"instanceId": "i-1", "attribute": "instanceType"}),
        ("ec2:ModifySnapshotAttribute", {"snapshotId": "s", "createVolumePermission": {"remove": {"items": [{}]}}}),
        ("rds:ModifyDBSnapshotAttribute", {"dBSnapshotIdentifier": "s", "valuesToRemove": ["1"]}),
        ("ec2:CreateVolume", {"size": "8"}),
    ],
)
def test_harmless_sorts_of_a_call(operation: str, request_: dict[str, Any]) -> None:
    """A call whose parameters say that it reached or shared nothing gives no row."""
    assert data(call(operation, request_)) == []


def test_bytes_of_a_call_for_several_things_are_not_shared_out() -> None:
    """A record's bytes count for the one thing it names; for several they are unknown."""
    rows = data(call("ssm:GetParameters", {"names": ["a", "b"]}, bytes_out=9))
    assert [(row["id"], row["bytes_out"]) for row in rows] == [("a", None), ("b", None)]


def test_first_names_by_time() -> None:
    """The row of a bucket names the first objects that were read, each once and by time, and how many more were."""
    (row,) = data(*(get(key) for key in ("z", "a", "z", "m", "b", "c")))
    assert row["detail"].split("\n") == ["z", "a", "m", "and 2 more"]
    (row,) = data(*(get(key) for key in ("z", "a", "m")))
    assert row["detail"].split("\n") == ["z", "a", "m"], "three names are all told"


def test_names_of_what_was_read_hide_no_name_of_what_was_refused() -> None:
    """Where something was read, only that is named; where all was in vain, the names that were tried, as tried."""
    (row,) = data(get("secret", error_code="AccessDenied"), get("a"))
    assert row["detail"] == "a"
    (row,) = data(get("x", error_code="AccessDenied"), get("y", error_code="NoSuchKey"))
    assert row["detail"].split("\n") == ["tried in vain: x", "tried in vain: y"]


def test_names_stand_before_with_whom_it_was_shared() -> None:
    """A bucket that was copied elsewhere and listed by object keeps both: rows of different ways stay apart."""
    rows = data(call("s3:HeadObject", {"bucketName": "b", "key": "k"}), call("ec2:CreateSnapshot", {"volumeId": "v"},
                {"snapshotId": "snap-9"}))  # fmt: skip
    assert {(row["kind"], row["detail"]) for row in rows} == {("bucket", "k"), ("volume", "snap-9")}


def test_numbers_say_what_they_number() -> None:
    """Blocks of a snapshot, which have numbers and no names, are named as blocks."""
    rows = data(*(call("ebs:GetSnapshotBlock", {"snapshotId": "snap-1", "blockIndex": n}) for n in (0, 7)))
    assert rows[0]["detail"].split("\n") == ["block 0", "block 7"]


def test_hostile_names() -> None:
    """A key that breaks its line, is endless or holds markup stays one plain line, and cannot feign another row."""
    (row,) = data(get("a\r\nand 900 more"), get("<img src=x onerror=alert(1)>"), get("k" * 5000))
    first, second, third = row["detail"].split("\n")
    assert first == r"a\r\nand 900 more"
    assert second == "<img src=x onerror=alert(1)>", "text stays text; markup is made of it by the views alone"
    assert (len(third), third[-1]) == (201, "…")


def test_the_note_says_what_is_not_seen() -> None:
    """Readers are told that object reads show only where data events were logged."""
    assert DATA_NOTE in impact(get("a")).notes
