"""Requests as boto3 really makes them, read back to what boto3 was given."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdkit.simulator.accounts import Accounts
from gdkit.simulator.call import ApiError
from gdkit.simulator.wire.models import Asked, HttpRequest, asked_for, known_services, service_model
from gdkit.simulator.wire.requests import parameters_of
from tests.simulator.wire.made_up import client_of, request_of, seeded, structure_of

if TYPE_CHECKING:
    from random import Random

OWN = sorted({(service, operation) for service, operation in Accounts().handlers
              if operation in service_model(service).operation_names})  # fmt: skip
WHOLE_SERVICES = ("cloudtrail", "guardduty", "iam", "kms", "secretsmanager", "sns", "sqs", "ssm", "cloudformation",
                  "autoscaling", "elbv2", "organizations", "logs", "account", "detective", "eks", "batch")  # fmt: skip
PROTOCOLS = {"guardduty": "rest-json", "cloudtrail": "json", "iam": "query", "ec2": "ec2", "s3": "rest-xml"}
CODED = {("autoscaling", "CreateLaunchConfiguration"), ("ec2", "RunInstances")}
"""Operations whose user data boto3 codes before it sends it."""

BUCKET = "some-bucket"
client = cache(client_of)


def understood(service: str, operation: str, parameters: dict[str, Any]) -> tuple[Asked, dict[str, Any]]:
    """Let boto3 make a request, and read it."""
    request = request_of(client(service), operation, parameters)
    asked = asked_for(request)
    assert asked is not None
    return asked, parameters_of(asked, request)


def check(service: str, operation: str, random: Random) -> None:
    """Make up parameters, and hold what is read against what boto3 was given."""
    shape = service_model(service).operation_model(operation).input_shape
    parameters = structure_of(shape, random) if shape is not None else {}
    asked, found = understood(service, operation, parameters)
    assert (asked.service, asked.operation, asked.region) == (service, operation, "eu-west-1")
    assert (asked.access_key_id, asked.token) == ("AKIANOBODYNOBODYNOBO", "token")
    assert found == parameters, operation


def test_protocols() -> None:
    """The services of these tests still speak the protocols that they are here for."""
    assert {service: service_model(service).resolved_protocol for service in PROTOCOLS} == PROTOCOLS


@pytest.mark.parametrize("service, operation", OWN)
def test_own_operations(service: str, operation: str) -> None:
    """Every operation that the simulator answers itself gets exactly what boto3's caller gave."""
    for seed in range(5):
        check(service, operation, seeded(f"{operation} {seed}"))


@pytest.mark.parametrize("service", WHOLE_SERVICES)
def test_whole_services(service: str) -> None:
    """Every operation of a service is told from the others, and its parameters are read."""
    for operation in service_model(service).operation_names:
        if (service, operation) in CODED:
            continue
        check(service, operation, seeded(f"{operation}"))


def test_ec2() -> None:
    """Operations of EC2, with its own spelling of names and lists."""
    names = [name for name in service_model("ec2").operation_names if ("ec2", name) not in CODED]
    for operation in names[::6]:
        check("ec2", operation, seeded(operation))


@given(seed=st.integers())
def test_any_criteria(seed: int) -> None:
    """Whatever is asked of GuardDuty's findings and of the event history arrives as it was given."""
    for service, operation in (("guardduty", "ListFindings"), ("cloudtrail", "LookupEvents"),
                               ("iam", "SimulatePrincipalPolicy"), ("ec2", "DescribeInstances")):  # fmt: skip
        check(service, operation, seeded(seed))


@given(key=st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=20))
def test_any_key(key: str) -> None:
    """A key of S3 of any letters arrives as it is."""
    _, found = understood("s3", "GetObject", {"Bucket": BUCKET, "Key": key})
    assert (found["Bucket"], found["Key"]) == (BUCKET, key)


@pytest.mark.parametrize(
    "key", ["a b", "100%", "%2F", "a%20b", "a+b", "trailing/", "//double", "../up", "é/漢", "?x=1#y"]
)
def test_keys(key: str) -> None:
    """Keys that a URL could spoil arrive as they are."""
    assert understood("s3", "PutObject", {"Bucket": BUCKET, "Key": key, "Body": b"x"})[1]["Key"] == key


S3_OPERATIONS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("ListBuckets", {}),
    ("GetObject", {"IfModifiedSince": datetime(2026, 11, 2, 3, 4, 5, tzinfo=UTC), "Range": "bytes=0-0"}),
    ("GetObject", {"VersionId": "v 1", "PartNumber": 7}),
    ("GetObjectAttributes", {"ObjectAttributes": ["ETag", "ObjectSize"]}),
    ("HeadObject", {}),
    ("PutObject", {"ContentType": "text/plain", "ACL": "private", "BucketKeyEnabled": True}),
    ("CopyObject", {"CopySource": "other-bucket/some-key"}),
    ("UploadPart", {"PartNumber": 3, "UploadId": "u/1"}),
    ("UploadPartCopy", {"PartNumber": 3, "UploadId": "u", "CopySource": "b/k"}),
    ("GetObjectRetention", {}),
    ("GetObjectAcl", {}),
    ("DeleteObject", {"VersionId": "1"}),
    ("HeadBucket", {}),
    ("ListObjects", {"Prefix": "a b/"}),
    ("ListObjectsV2", {"Prefix": "a b/", "MaxKeys": 3, "StartAfter": "%"}),
    ("ListObjectVersions", {"KeyMarker": "k"}),
    ("ListMultipartUploads", {}),
    ("GetBucketLifecycleConfiguration", {}),
    ("GetBucketNotificationConfiguration", {}),
    ("GetBucketAnalyticsConfiguration", {"Id": "one"}),
    ("ListBucketAnalyticsConfigurations", {}),
    ("GetBucketPolicy", {}),
    ("DeleteBucketPolicy", {}),
    ("GetPublicAccessBlock", {}),
    ("CreateBucket", {}),
    ("DeleteBucket", {}),
)


@pytest.mark.parametrize(
    "operation, parameters", S3_OPERATIONS, ids=lambda value: value if isinstance(value, str) else ""
)
def test_s3(operation: str, parameters: dict[str, Any]) -> None:
    """S3's operations, many at one path, are told apart by query and headers, and their parameters are read."""
    members = service_model("s3").operation_model(operation).input_shape.members
    given_ = parameters | {name: text for name, text in (("Bucket", BUCKET), ("Key", "some/key")) if name in members}
    asked, found = understood("s3", operation, given_)
    assert asked.operation == operation
    assert given_.items() <= {name: found.get(name) for name in given_}.items()


def test_bodies_of_s3_are_not_kept() -> None:
    """What is in an object or in a bucket's policy stands in no parameter, so it comes into no record."""
    _, put = understood("s3", "PutObject", {"Bucket": BUCKET, "Key": "k", "Body": b'{"Body": "x", "Key": "other"}'})
    assert "Body" not in put
    assert put["Key"] == "k"
    _, policy = understood("s3", "PutBucketPolicy", {"Bucket": BUCKET, "Policy": '{"Policy": "x"}'})
    assert "Policy" not in policy


def test_data_that_looks_like_parameters() -> None:
    """What is sent to a function is data, even where it is JSON with the names of parameters."""
    _, found = understood(
        "lambda", "Invoke", {"FunctionName": "f", "Payload": b'{"Payload": "no base64!", "Qualifier": "x"}'}
    )
    assert found == {"FunctionName": "f"}


@pytest.mark.parametrize("service, operation, parameters", [
    ("bedrock-runtime", "InvokeModel", {"modelId": "anthropic.some-model", "body": b"{}"}),
    ("bedrock", "ListFoundationModels", {}),
    ("sesv2", "GetAccount", {}),
    ("ses", "GetSendQuota", {}),
    ("service-quotas", "ListServices", {}),
    ("cloudwatch", "GetMetricData", {"MetricDataQueries": [{"Id": "a"}], "StartTime": datetime(2026, 1, 1, tzinfo=UTC),
                                     "EndTime": datetime(2026, 1, 2, tzinfo=UTC)}),
    ("resourcegroupstaggingapi", "GetResources", {}),
    ("stepfunctions", "ListStateMachines", {}),
    ("accessanalyzer", "ListAnalyzers", {}),
    ("elbv2", "DescribeTargetHealth", {"TargetGroupArn": "arn:x"}),
])  # fmt: skip
def test_other_signing_names(service: str, operation: str, parameters: dict[str, Any]) -> None:
    """Services that sign with another name than botocore's own are known all the same."""
    asked, found = understood(service, operation, parameters)
    assert (asked.service, asked.operation) == (service, operation)
    assert found.items() <= parameters.items()
    assert len(found) >= len([name for name in parameters if name != "body"])


def signed(body: bytes, service: str = "guardduty", **more: Any) -> HttpRequest:
    """Make a request by hand that carries a signature."""
    credential = f"AWS4-HMAC-SHA256 Credential=AKIA1/20261102/eu-west-1/{service}/aws4_request, Signature=0"
    headers = {"authorization": credential, **more.pop("headers", {})}
    return HttpRequest(more.get("method", "POST"), more.get("path", "/"), more.get("query", ""), headers, body, "")


def test_unsigned() -> None:
    """A request without a signature asks for nothing."""
    assert asked_for(HttpRequest("GET", "/", "", {}, b"", "")) is None
    assert (
        asked_for(HttpRequest("GET", "/", "X-Amz-Credential=nonsense", {"authorization": "Bearer x"}, b"", "")) is None
    )


def test_presigned() -> None:
    """A presigned URL asks for what it was signed for, with key and token from its query."""
    url = client("s3").generate_presigned_url("get_object", Params={"Bucket": BUCKET, "Key": "a b%.txt"})
    path, _, query = url.removeprefix("http://127.0.0.1:9").partition("?")
    request = HttpRequest("GET", path, query, {}, b"", "")
    asked = asked_for(request)
    assert asked is not None
    assert (asked.service, asked.operation, asked.token) == ("s3", "GetObject", "token")
    assert parameters_of(asked, request)["Key"] == "a b%.txt"


def test_unknown_service() -> None:
    """A service that botocore does not know is asked for by its signing name, and its JSON is given as it stands."""
    request = signed(b'{"InstanceId": "i-1"}', "no-such-service")
    asked = asked_for(request)
    assert asked is not None
    assert (asked.service, asked.operation, asked.model) == ("no-such-service", "Unknown", None)
    assert "no-such-service" not in known_services()
    assert parameters_of(asked, request) == {"InstanceId": "i-1"}


def test_unknown_operation() -> None:
    """An operation that agents use and botocore lacks is known by its name, and its JSON is given as it stands."""
    request = signed(b'{"AgentName": "x"}', "ssm", headers={"x-amz-target": "AmazonSSM.UpdateInstanceInformation"})
    asked = asked_for(request)
    assert asked is not None
    assert (asked.operation, asked.model) == ("UpdateInstanceInformation", None)
    assert parameters_of(asked, request) == {"AgentName": "x"}


@pytest.mark.parametrize("body", [b"{", b'{"FindingCriteria": 5}', b'{"FindingCriteria": {"criterion": []}}', b"[1]",
                                  b'{"criterion": "\xff"}', b'{"maxResults": 1}x'])  # fmt: skip
def test_rest_json_that_cannot_be_read(body: bytes) -> None:
    """A body that is not what the model says gives a clean error, or no parameter; never another exception."""
    request = signed(body, path="/detector/abc/findings")
    asked = asked_for(request)
    assert asked is not None
    assert asked.operation == "ListFindings"
    try:
        assert parameters_of(asked, request)["DetectorId"] == "abc"
    except ApiError as error:
        assert error.code == "SerializationException"


NAMES = st.sampled_from(["LookupAttributes", "StartTime", "x"])
JSON = st.recursive(st.none() | st.booleans() | st.integers() | st.text(),
                    lambda inner: st.lists(inner) | st.dictionaries(NAMES, inner))  # fmt: skip


@given(body=st.binary() | JSON.map(lambda value: json.dumps(value).encode()))
def test_any_body(body: bytes) -> None:
    """Any body of any protocol is read or cleanly refused."""
    for service, target in (
        ("cloudtrail", "CloudTrail_20131101.LookupEvents"),
        ("iam", ""),
        ("ec2", ""),
        ("ssm", "x.y"),
    ):
        headers = {"x-amz-target": target} if target else {}
        start = b"Action=SimulatePrincipalPolicy&ContextEntries.member.1.ContextKeyName=" if service == "iam" else b""
        request = signed(start + body, service, headers=headers)
        asked = asked_for(request)
        assert asked is not None
        try:
            assert isinstance(parameters_of(asked, request), dict)
        except ApiError as error:
            assert (error.code, error.status) == ("SerializationException", 400)
