"""CloudTrail's names for calls, and IAM's."""

from __future__ import annotations

import pytest

from gdkit.analysis.impact.names import action_names, operation, operations_of, prefixes
from tests.analysis.impact.made import call, session


@pytest.mark.parametrize(
    ("source", "name", "expected"),
    [
        ("lambda.amazonaws.com", "CreateFunction20150331", "lambda:CreateFunction"),
        ("lambda.amazonaws.com", "UpdateFunctionCode20150331v2", "lambda:UpdateFunctionCode"),
        ("cloudfront.amazonaws.com", "CreateDistribution2020_05_31", "cloudfront:CreateDistribution"),
        ("monitoring.amazonaws.com", "DeleteAlarms", "cloudwatch:DeleteAlarms"),
        ("S3.amazonaws.com", "GetObject", "s3:GetObject"),
        ("servicecatalog-appregistry.amazonaws.com", "ListApplications", "servicecatalog:ListApplications"),
        ("ec2.amazonaws.com.cn", "RunInstances", "ec2:RunInstances"),
        ("s3.amazonaws.com", "ListObjectsV2", "s3:ListObjectsV2"),
        (None, "DeleteBucket", ":DeleteBucket"),
        ("iam.amazonaws.com", None, "iam:"),
        ("", "20150331", ":20150331"),
    ],
)
def test_operation(source: str | None, name: str | None, expected: str) -> None:
    """A call has one name for look-ups, whatever date its event name carries and however the service is written."""
    assert operation(source, name) == expected


def test_operations_of_a_table() -> None:
    """Each event gets its own operation, and one without a name or a service still gets one."""
    frame = session(call("iam:CreateUser"), call("monitoring:DeleteAlarms"), call("s3:x", event_name=None))
    frame.index = [7, 7, 9]
    assert operations_of(frame).tolist() == ["iam:CreateUser", "cloudwatch:DeleteAlarms", "s3:"]


def test_prefixes_of_a_dotted_source() -> None:
    """Of a source in several parts the whole is tried first, then each part as IAM may name it."""
    assert list(prefixes("models.lex.amazonaws.com")) == ["models.lex", "lex", "models"]
    assert next(prefixes("streams.dynamodb.amazonaws.com")) == "dynamodb"


@pytest.mark.parametrize(
    ("prefix", "name", "expected"),
    [
        ("s3", "GetBucketLifecycle", "GetLifecycleConfiguration"),
        ("s3", "DeleteBucketReplication", "PutReplicationConfiguration"),
        ("s3", "DeletePublicAccessBlock", "PutBucketPublicAccessBlock"),
        ("s3", "ListBuckets", "ListAllMyBuckets"),
        ("apigateway", "GetRestApis", "GET"),
        ("apigateway", "UpdateStage", "PATCH"),
        ("bedrock", "Converse", "InvokeModel"),
        ("lambda", "Invoke", "InvokeFunction"),
    ],
)
def test_action_names(prefix: str, name: str, expected: str) -> None:
    """Where IAM names an action otherwise than the API does, the regular ways of it are among the names tried."""
    assert expected in list(action_names(prefix, name))


def test_rules_of_one_service_are_not_anothers() -> None:
    """S3's ways of naming hold for S3 alone."""
    assert list(action_names("ec2", "DeleteBucketEncryption")) == ["DeleteBucketEncryption"]
