"""Which actions and resources a statement covers, and which requests are refused."""

from __future__ import annotations

from typing import Any

import pytest

from gdkit.errors import UsageError
from gdkit.policy import Principal, Request, decide
from tests.policy.samples import OBJECT, OWN, allow, asked

RESOURCES: list[tuple[str, str, bool]] = [
    ("*", OBJECT, True),
    ("*", "*", True),
    (OBJECT, OBJECT, True),
    (OBJECT, "arn:aws:s3:::data/Key", False),
    ("arn:aws:s3:::data/*", "arn:aws:s3:::data/a/b:c", True),
    ("arn:aws:s3:::data/*/c", "arn:aws:s3:::data/a/b/c", True),
    ("arn:aws:s3:::data/?", "arn:aws:s3:::data/ab", False),
    ("arn:aws:s3:::*", "*", False),
    ("arn:aws:sqs:*:*:q", "arn:aws:sqs:us-east-1:111122223333:q", True),
    ("arn:aws:sqs:*:q", "arn:aws:sqs:us-east-1:111122223333:q", True),
    ("arn:aws:sqs:us-*-1:*:q", "arn:aws:sqs:us-east-1:111122223333:q", True),
    ("arn:aws:sqs:us*1:q", "arn:aws:sqs:us-east-1:111122223331:q", False),
    ("arn:aws:sqs:us**1:q", "arn:aws:sqs:us-east-1:111122223331:q", False),
    ("arn:aws:sqs:us**:q", "arn:aws:sqs:us-east-1:111122223333:q", True),
    ("arn:aws:sqs:us*q", "arn:aws:sqs:us-east-1:111122223333:q", False),
    ("arn:aws:sqs:*", "arn:aws:sqs:us-east-1:111122223333:q", True),
    ("arn:aws:sqs:us-east-1:111122223333:q", "arn:aws:sqs:us-east-1:111122223333:q2", False),
    ("arn:aws:s3:::${aws:userid}/*", "arn:aws:s3:::AROAWEB:i-0aaa/x", True),
    ("arn:aws:s3:::${aws:username}/*", "arn:aws:s3:::anything/x", False),
    ("arn:aws:s3:::${aws:username, 'shared'}/*", "arn:aws:s3:::shared/x", True),
    ("arn:aws:sqs:*:${aws:account}:q", "arn:aws:sqs:us-east-1:111122223333:q", False),
    ("arn:aws:s3:::${aws:star}", "arn:aws:s3:::data", False),
    ("arn:aws:s3:::a${*}b", "arn:aws:s3:::axb", False),
]


@pytest.mark.parametrize(("pattern", "resource", "expected"), RESOURCES)
def test_resources(pattern: str, resource: str, expected: bool) -> None:
    """Resource and NotResource name resources by ARN, wildcard and variable; one is the other's opposite."""
    context = {"aws:userid": "AROAWEB:i-0aaa", "aws:account": OWN, "aws:star": "*"}
    request = asked("s3:GetObject", resource, context=context)
    assert decide(request, identity=[allow(Resource=["arn:aws:x:::y", pattern])]).allowed is expected
    assert decide(request, identity=[allow(NotResource=pattern)]).allowed is not expected


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [("*", True), ("s3:*", True), ("S3:GETobject", True), ("s3:Get?bject", True), ("s3:Get", False), ("sqs:*", False)],
)
def test_actions(pattern: str, expected: bool) -> None:
    """Action and NotAction name actions by wildcard, in any case; one is the other's opposite."""
    assert decide(asked(), identity=[allow(Action=["sns:x", pattern])]).allowed is expected
    assert decide(asked(), identity=[allow(NotAction=pattern)]).allowed is not expected


@pytest.mark.parametrize(
    "arguments",
    [
        {"action": "GetObject"},
        {"action": "a:b:c"},
        {"action": "s3:GetObject", "context": {"aws:a": "1", "AWS:A": "2"}},
        {"action": "s3:GetObject", "context": {"aws:a": True}},
        {"action": "s3:GetObject", "context": {"aws:a": [1]}},
        {"action": "s3:GetObject", "principal": Principal("AWS", "alice")},
    ],
)
def test_wrong_requests(arguments: dict[str, Any]) -> None:
    """A request that means nothing is refused, not decided."""
    with pytest.raises(UsageError):
        Request(**arguments)


def test_request_keeps_its_own_context() -> None:
    """What the caller does to its dictionary afterwards changes nothing in the request."""
    context: dict[str, Any] = {"aws:a": ["1"]}
    request = Request("s3:GetObject", context=context)
    context["aws:a"].append("2")
    context["aws:b"] = "3"
    assert (request.values("AWS:a"), request.values("aws:b")) == (("1",), None)
