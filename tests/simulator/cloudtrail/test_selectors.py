"""Event selectors: which are refused, and which events they take."""

from __future__ import annotations

from typing import Any

import pytest

from gdkit.simulator.cloudtrail.selectors import DEFAULT_SELECTORS, checked_selectors, selected
from tests.simulator.cloudtrail.samples import data_record, record, refusal

S3 = "AWS::S3::Object"
MANAGEMENT = {"Field": "eventCategory", "Equals": ["Management"]}
DATA = {"Field": "eventCategory", "Equals": ["Data"]}
OBJECTS = {"Field": "resources.type", "Equals": [S3]}
READ, WRITE = record(1, readOnly=True), record(2, readOnly=False)
LISTING = data_record(
    3, eventName="ListObjects", requestParameters={"bucketName": "secrets", "prefix": "a/"}, resources=None
)
LISTING_BY_PREFIX = data_record(4, resources=[{"type": S3, "ARNPrefix": "arn:aws:s3:::secrets/"}])
INVOKE = data_record(
    5,
    eventSource="lambda.amazonaws.com",
    eventName="Invoke",
    requestParameters=None,
    resources=[{"type": "AWS::Lambda::Function", "ARN": "arn:aws:lambda:eu-west-1:111122223333:function:f"}],
)


def basic(*values: str, kind: str = S3, **changes: Any) -> dict[str, Any]:
    """Give the selectors that a trail keeps of one basic selector, with data resources where values are given."""
    resources = [{"Type": kind, "Values": list(values)}] if values else []
    return checked_selectors({"EventSelectors": [{"DataResources": resources, **changes}]})


def advanced(*fields: dict[str, Any]) -> dict[str, Any]:
    """Give the selectors that a trail keeps of one advanced selector."""
    return checked_selectors({"AdvancedEventSelectors": [{"Name": "one", "FieldSelectors": list(fields)}]})


def test_default() -> None:
    """Until told otherwise, every management event is taken and no data event."""
    selectors = {"EventSelectors": list(DEFAULT_SELECTORS)}
    assert selected(READ, selectors)
    assert selected(WRITE, selectors)
    assert not selected(data_record(), selectors)
    assert not selected(record(9, eventCategory="NetworkActivity"), selectors)


@pytest.mark.parametrize(
    ("kind", "taken"), [("All", (True, True)), ("ReadOnly", (True, False)), ("WriteOnly", (False, True))]
)
def test_read_write_type(kind: str, taken: tuple[bool, bool]) -> None:
    """A selector of reads takes what only reads, one of writes the rest."""
    assert (selected(READ, basic(ReadWriteType=kind)), selected(WRITE, basic(ReadWriteType=kind))) == taken


def test_without_management_events() -> None:
    """A selector for data events only takes no management event."""
    selectors = basic("arn:aws:s3", IncludeManagementEvents=False)
    assert not selected(READ, selectors)
    assert selected(data_record(), selectors)


def test_excluded_sources() -> None:
    """A source that is excluded is not taken, and others are."""
    selectors = basic(ExcludeManagementEventSources=["kms.amazonaws.com"])
    assert not selected(record(eventSource="kms.amazonaws.com"), selectors)
    assert selected(READ, selectors)


@pytest.mark.parametrize(
    ("value", "taken"),
    [
        ("arn:aws:s3", True),
        ("arn:aws:s3:::", True),
        ("arn:aws:s3:::secrets/", True),
        ("arn:aws:s3:::secrets/a/", True),
        ("arn:aws:s3:::secrets/z", False),
        ("arn:aws:s3:::other/", False),
        ("arn:aws:s3:::secret/", False),
    ],
)
def test_objects(value: str, taken: bool) -> None:
    """An object's event is taken where its ARN begins with the selector's value."""
    assert selected(data_record(), basic(value)) is taken
    assert selected(data_record(resources=None), basic(value)) is taken


@pytest.mark.parametrize("event", [LISTING, LISTING_BY_PREFIX])
def test_listing_of_a_bucket(event: dict[str, Any]) -> None:
    """The listing of a bucket, which names no object, is taken for the bucket."""
    assert selected(event, basic("arn:aws:s3:::secrets/"))
    assert not selected(event, basic("arn:aws:s3:::other/"))


def test_functions() -> None:
    """A selector of functions takes calls of functions and no object's events."""
    selectors = basic("arn:aws:lambda", kind="AWS::Lambda::Function")
    assert selected(INVOKE, selectors)
    assert not selected(data_record(), selectors)
    assert not selected(INVOKE, basic("arn:aws:s3"))


def test_data_events_by_kind_of_access() -> None:
    """A selector of writes takes no read of an object."""
    assert not selected(data_record(readOnly=True), basic("arn:aws:s3", ReadWriteType="WriteOnly"))


@pytest.mark.parametrize(
    ("fields", "taken"),
    [
        ([DATA, OBJECTS], True),
        ([DATA, {"Field": "resources.type", "Equals": ["AWS::Lambda::Function"]}], False),
        ([DATA, OBJECTS, {"Field": "eventName", "Equals": ["GetObject", "PutObject"]}], True),
        ([DATA, OBJECTS, {"Field": "eventName", "NotEquals": ["GetObject", "PutObject"]}], False),
        ([DATA, OBJECTS, {"Field": "eventName", "StartsWith": ["Get"]}], True),
        ([DATA, OBJECTS, {"Field": "eventName", "EndsWith": ["Tagging"]}], False),
        ([DATA, OBJECTS, {"Field": "eventName", "StartsWith": ["Get"], "NotEndsWith": ["Object"]}], False),
        ([DATA, OBJECTS, {"Field": "readOnly", "Equals": ["true"]}], True),
        ([DATA, OBJECTS, {"Field": "readOnly", "Equals": ["false"]}], False),
        ([DATA, OBJECTS, {"Field": "resources.ARN", "StartsWith": ["arn:aws:s3:::secrets/"]}], True),
        ([DATA, OBJECTS, {"Field": "resources.ARN", "NotStartsWith": ["arn:aws:s3:::secrets/"]}], False),
        ([DATA, OBJECTS, {"Field": "resources.ARN", "NotEquals": ["arn:aws:s3:::secrets"]}], True),
        ([DATA, OBJECTS, {"Field": "userIdentity.arn", "EndsWith": ["/i-0123456789abcdef0"]}], True),
        ([DATA, OBJECTS, {"Field": "vpcEndpointId", "Equals": ["vpce-1"]}], False),
        ([DATA, OBJECTS, {"Field": "vpcEndpointId", "NotEquals": ["vpce-1"]}], True),
        ([MANAGEMENT], False),
    ],
)
def test_advanced(fields: list[dict[str, Any]], taken: bool) -> None:
    """All fields of an advanced selector must fit; of one field any value fits, and none of the excluded ones."""
    assert selected(data_record(), advanced(*fields)) is taken


def test_advanced_management() -> None:
    """An advanced selector of management events takes no data event, and the other way round."""
    assert selected(READ, advanced(MANAGEMENT))
    assert selected(record(eventCategory=...), advanced(MANAGEMENT))
    assert not selected(READ, advanced(DATA, OBJECTS))


def test_any_selector_will_do() -> None:
    """An event is taken where one of several selectors takes it."""
    asked = [{"FieldSelectors": [MANAGEMENT]}, {"FieldSelectors": [DATA, OBJECTS]}]
    selectors = checked_selectors({"AdvancedEventSelectors": asked})
    assert selected(READ, selectors)
    assert selected(data_record(), selectors)
    assert not selected(INVOKE, selectors)


def test_basic_selectors_are_filled() -> None:
    """A basic selector is kept with AWS's defaults for what it does not say."""
    assert checked_selectors({"EventSelectors": [{"ReadWriteType": "WriteOnly"}]}) == {
        "EventSelectors": [
            {
                "ReadWriteType": "WriteOnly",
                "IncludeManagementEvents": True,
                "DataResources": [],
                "ExcludeManagementEventSources": [],
            }
        ]
    }


def _basic(**selector: Any) -> dict[str, Any]:
    return {"EventSelectors": [selector]}


def _resource(kind: str, *values: str) -> dict[str, Any]:
    return _basic(DataResources=[{"Type": kind, "Values": list(values)}])


def _advanced(*fields: dict[str, Any]) -> dict[str, Any]:
    return {"AdvancedEventSelectors": [{"FieldSelectors": list(fields)}]}


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"EventSelectors": [], "AdvancedEventSelectors": []},
        _basic() | _advanced(MANAGEMENT),
        {"EventSelectors": [{}] * 6},
        _basic(ReadWriteType="Some"),
        _basic(ExcludeManagementEventSources=["ec2.amazonaws.com"]),
        _resource("AWS::Bedrock::Model", "arn:aws:bedrock"),
        _resource(S3, "arn:aws:s3:::bucket"),
        _resource(S3, "arn:aws:lambda"),
        _resource(S3, "secrets/"),
        _resource(S3, *(f"arn:aws:s3:::b{number}/" for number in range(251))),
        _resource("AWS::Lambda::Function", "arn:aws:s3:::bucket/"),
        _advanced(OBJECTS),
        _advanced(DATA),
        _advanced(MANAGEMENT, DATA),
        _advanced({"Field": "eventCategory", "Equals": ["Everything"]}),
        _advanced(MANAGEMENT, {"Field": "eventColour", "Equals": ["red"]}),
        _advanced(MANAGEMENT, {"Field": "eventName"}),
        _advanced(MANAGEMENT, {"Field": "eventName", "Equals": []}),
        _advanced(MANAGEMENT, {"Field": "eventName", "Equals": [str(number) for number in range(500)]}),
    ],
)
def test_refusals(asked: dict[str, Any]) -> None:
    """Selectors that AWS does not take are refused with its code."""
    assert refusal(lambda: checked_selectors(asked)) == "InvalidEventSelectorsException"


@pytest.mark.parametrize(
    "asked",
    [
        {"EventSelectors": [{}] * 5},
        _resource(S3, *(f"arn:aws:s3:::b{number}/" for number in range(250))),
        _resource("AWS::DynamoDB::Table", "arn:aws:dynamodb", "arn:aws:dynamodb:eu-west-1:1:table/t"),
        _advanced(MANAGEMENT, {"Field": "eventName", "Equals": [str(number) for number in range(499)]}),
    ],
)
def test_limits_themselves_are_allowed(asked: dict[str, Any]) -> None:
    """What just keeps to a limit is taken."""
    assert refusal(lambda: checked_selectors(asked)) == ""
