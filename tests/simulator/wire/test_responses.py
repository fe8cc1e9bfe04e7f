"""Answers and refusals as bytes, read back by botocore's own parsers."""

from __future__ import annotations

from typing import Any

import botocore.parsers
import pytest
from botocore.awsrequest import HeadersDict
from dateutil.tz import tzutc
from hypothesis import given
from hypothesis import strategies as st

from gdkit.simulator.accounts import Accounts
from gdkit.simulator.call import ApiError
from gdkit.simulator.wire.models import service_model
from gdkit.simulator.wire.responses import HttpResponse, error_response, response_of, result_of
from tests.simulator.wire.made_up import seeded, structure_of

OWN = sorted({(service, operation) for service, operation in Accounts().handlers
              if operation in service_model(service).operation_names})  # fmt: skip
OF_PROTOCOL = {"json": ("cloudtrail", "DescribeTrails"), "rest-json": ("guardduty", "ListDetectors"),
               "query": ("iam", "ListRoles"), "ec2": ("ec2", "DescribeRegions"),
               "rest-xml": ("s3", "ListBuckets")}  # fmt: skip


def model_of(service: str, operation: str) -> Any:
    """Give botocore's model of an operation."""
    return service_model(service).operation_model(operation)


def read(model: Any, response: HttpResponse) -> dict[str, Any]:
    """Read a response as boto3 does."""
    raw = {"status_code": response.status, "headers": HeadersDict(dict(response.headers)), "body": response.body}
    parsed: dict[str, Any] = botocore.parsers.create_parser(model.service_model.resolved_protocol).parse(
        raw, model.output_shape
    )
    return parsed


def carries_data(service: str, operation: str) -> bool:
    """Tell whether an operation's answer is the caller's data instead of members."""
    shape = model_of(service, operation).output_shape
    return shape is not None and shape.serialization.get("payload") is not None


@pytest.mark.parametrize("service, operation", [one for one in OWN if not carries_data(*one)])
def test_own_operations(service: str, operation: str) -> None:
    """What a handler gives is what boto3's caller gets, for every operation that the simulator answers itself."""
    model = model_of(service, operation)
    for seed in range(5):
        result = structure_of(model.output_shape, seeded(f"{operation} {seed}")) if model.output_shape else {}
        response = response_of(model, result, "request-1")
        got = read(model, response)
        assert got.pop("ResponseMetadata")["RequestId"] == "request-1"
        assert (response.status, got) == (200, result)
        assert result_of(model, response) == result


def test_callers_data() -> None:
    """Where the answer is the caller's data, its bytes are the body as they are, and are not kept as a result."""
    model = model_of("lambda", "Invoke")
    response = response_of(model, {"StatusCode": 200, "Payload": b"\x00data"}, "request-1")
    assert (response.status, response.body, result_of(model, response)) == (200, b"\x00data", {})
    assert dict(response.headers) == {"x-amzn-RequestId": "request-1"}


@given(seed=st.integers())
def test_any_result(seed: int) -> None:
    """Any events, findings, regions and sessions come through whole."""
    for service, operation in (("cloudtrail", "LookupEvents"), ("guardduty", "GetFindings"), ("ec2", "DescribeRegions"),
                               ("sts", "AssumeRole"), ("iam", "SimulatePrincipalPolicy")):  # fmt: skip
        model = model_of(service, operation)
        result = structure_of(model.output_shape, seeded(seed))
        assert result_of(model, response_of(model, result, "r")) == result


def test_empty_lists() -> None:
    """An empty list comes as an empty list, not as nothing: a client may index it."""
    for service, operation, name in (("guardduty", "ListFindings", "FindingIds"),
                                     ("cloudtrail", "LookupEvents", "Events"),
                                     ("iam", "SimulateCustomPolicy", "EvaluationResults"),
                                     ("ec2", "DescribeRegions", "Regions")):  # fmt: skip
        model = model_of(service, operation)
        assert result_of(model, response_of(model, {name: []}, "r")) == {name: []}


def test_times_are_utc() -> None:
    """An instant comes back as the same instant, aware."""
    model = model_of("sts", "AssumeRole")
    result = structure_of(model.output_shape, seeded(3)) | {
        "Credentials": structure_of(model.output_shape.members["Credentials"], seeded(4))
    }
    at = result_of(model, response_of(model, result, "r"))["Credentials"]["Expiration"]
    assert at == result["Credentials"]["Expiration"]
    assert at.tzinfo == tzutc()


def test_operation_without_model() -> None:
    """An operation that botocore does not know is answered in JSON."""
    response = response_of(None, {"a": [1]}, "r")
    assert (response.status, response.body) == (200, b'{"a": [1]}')


@pytest.mark.parametrize("protocol", OF_PROTOCOL)
@pytest.mark.parametrize("message", ["plain", "<b>&amp; \"quoted\" 'é漢'", "a\nb"])
def test_errors(protocol: str, message: str) -> None:
    """A refusal comes as its code, message and status in every protocol, whatever letters the message has."""
    model = model_of(*OF_PROTOCOL[protocol])
    assert model.service_model.resolved_protocol == protocol
    response = error_response(protocol, ApiError("SomeCode", message, 418), "request-1")
    got = read(model, response)
    assert (got["Error"]["Code"], got["Error"]["Message"]) == ("SomeCode", message)
    assert got["ResponseMetadata"]["HTTPStatusCode"] == 418
    assert got["ResponseMetadata"]["RequestId"] == "request-1"


def test_shown_without_body() -> None:
    """The description of a response does not hold what may be a secret."""
    assert "swordfish" not in repr(HttpResponse(200, (), b"swordfish"))
