"""What a reader of a trail's bucket must be allowed: decided by gdkit's own evaluator, and printed by the command."""

from __future__ import annotations

import json
from typing import Any

import pytest
from click.testing import CliRunner

from gdkit.cli import commands
from gdkit.permissions_bucket import BUCKET_SECTION, bucket_statements


def statements(prefix: str) -> dict[str, dict[str, Any]]:
    """Give the statements by their ids."""
    return {one["Sid"]: one for one in bucket_statements("audit-logs", prefix)}


def test_one_bucket_alone() -> None:
    """Listing and reading are allowed on the bucket and the prefix that are named, and nowhere else."""
    made = statements("org/AWSLogs/")
    assert made["GdkitTrailList"]["Resource"] == "arn:aws:s3:::audit-logs"
    assert made["GdkitTrailList"]["Condition"] == {"StringLike": {"s3:prefix": ["org/AWSLogs/", "org/AWSLogs/*"]}}
    assert made["GdkitTrailRead"]["Resource"] == "arn:aws:s3:::audit-logs/org/AWSLogs/*"
    assert {action for one in made.values() for action in one["Action"]} == {"s3:ListBucket", "s3:GetObject",
                                                                             "kms:Decrypt"}  # fmt: skip


def test_whole_bucket() -> None:
    """Without a prefix the whole bucket may be listed and read; keys decrypt what CloudTrail encrypted alone."""
    made = statements("")
    assert "Condition" not in made["GdkitTrailList"]
    assert made["GdkitTrailRead"]["Resource"] == "arn:aws:s3:::audit-logs/*"
    assert made["GdkitTrailDecrypt"]["Condition"] == {"Null": {"kms:EncryptionContext:aws:cloudtrail:arn": "false"}}


def test_partition() -> None:
    """Other partitions have ARNs of their own."""
    assert bucket_statements("b", partition="aws-cn")[0]["Resource"] == "arn:aws-cn:s3:::b"


def test_section_holds_the_policy() -> None:
    """The page's part shows the policy with names to fill in."""
    policy = json.loads(BUCKET_SECTION.partition("```json")[2].partition("```")[0])
    assert policy["Statement"] == bucket_statements("BUCKET", "PREFIX/")


def test_command() -> None:
    """``gdkit permissions analyst --trail`` adds them, each statement with an id of its own."""
    arguments = ["permissions", "analyst", "--trail", "s3://one-logs/x/", "--trail", "s3://two-logs"]
    policy = json.loads(CliRunner().invoke(commands, arguments).output)
    ids = [one["Sid"] for one in policy["Statement"]]
    assert len(ids) == len(set(ids))
    assert ids[-6:] == ["GdkitTrailList", "GdkitTrailRead", "GdkitTrailDecrypt", "GdkitTrailList2", "GdkitTrailRead2",
                        "GdkitTrailDecrypt2"]  # fmt: skip
    assert policy["Statement"][-2]["Resource"] == "arn:aws:s3:::two-logs/*"


@pytest.mark.parametrize("source", ["logs/", "lookup"])
def test_other_sources_have_none(source: str) -> None:
    """What is no bucket has no permissions of its own."""
    ran = CliRunner().invoke(commands, ["permissions", "analyst", "--trail", source])
    assert "s3://BUCKET/PREFIX" in str(ran.exception)
