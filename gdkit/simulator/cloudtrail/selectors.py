"""Which events a trail takes: basic and advanced event selectors, checked and applied.

Source: CloudTrail API Reference, PutEventSelectors, ``EventSelector``, ``DataResource``, ``AdvancedFieldSelector``;
CloudTrail User Guide, "Logging data events".
"""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any

from gdkit.simulator.call import ApiError
from gdkit.simulator.cloudtrail.history_rows import is_management

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

DEFAULT_SELECTORS: tuple[dict[str, Any], ...] = (
    {
        "ReadWriteType": "All",
        "IncludeManagementEvents": True,
        "DataResources": [],
        "ExcludeManagementEventSources": [],
    },
)
"""What a trail takes until told otherwise: every management event, and no data event."""

_MOST_SELECTORS = 5
_MOST_RESOURCES = 250
_MOST_VALUES = 500
_BASIC_TYPES = {
    "AWS::S3::Object": "arn:aws:s3",
    "AWS::Lambda::Function": "arn:aws:lambda",
    "AWS::DynamoDB::Table": "arn:aws:dynamodb",
}
_EXCLUDABLE = frozenset({"kms.amazonaws.com", "rdsdata.amazonaws.com"})
_FIELDS = frozenset(
    {
        "errorCode", "eventCategory", "eventName", "eventSource", "eventType", "readOnly", "resources.ARN",
        "resources.type", "sessionCredentialFromConsole", "userIdentity.arn", "vpcEndpointId",
    }
)  # fmt: skip
_TESTS: dict[str, Callable[[str, str], bool]] = {
    "Equals": operator.eq,
    "StartsWith": str.startswith,
    "EndsWith": str.endswith,
}
"""A condition by its name; the same name after ``Not`` excludes."""


def checked_selectors(asked: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Give the selectors of a PutEventSelectors call as a trail keeps them, either basic or advanced ones.

    Raises:
        ApiError: ``InvalidEventSelectorsException``.
    """
    basic, advanced = asked.get("EventSelectors") or [], asked.get("AdvancedEventSelectors") or []
    if bool(basic) == bool(advanced):
        raise _refusal("Specify either event selectors or advanced event selectors, and not both.")
    if advanced:
        _check_advanced(advanced)
        return {"AdvancedEventSelectors": [dict(selector) for selector in advanced]}
    filled = [{**DEFAULT_SELECTORS[0], **selector} for selector in basic]
    _check_basic(filled)
    return {"EventSelectors": filled}


def selected(record: Mapping[str, Any], selectors: Mapping[str, Sequence[Mapping[str, Any]]]) -> bool:
    """Say whether a trail with these selectors takes a record."""
    if advanced := selectors.get("AdvancedEventSelectors"):
        return any(_fits_fields(record, selector) for selector in advanced)
    return any(_fits(record, selector) for selector in selectors.get("EventSelectors") or ())


def _refusal(message: str) -> ApiError:
    return ApiError("InvalidEventSelectorsException", message)


def _check_basic(selectors: Sequence[Mapping[str, Any]]) -> None:
    resources = [resource for selector in selectors for resource in selector["DataResources"]]
    if len(selectors) > _MOST_SELECTORS:
        raise _refusal(f"A trail can have up to {_MOST_SELECTORS} event selectors.")
    if sum(len(resource.get("Values") or ()) for resource in resources) > _MOST_RESOURCES:
        raise _refusal(f"A trail can have up to {_MOST_RESOURCES} data resources.")
    for selector in selectors:
        if selector["ReadWriteType"] not in {"All", "ReadOnly", "WriteOnly"}:
            raise _refusal("The ReadWriteType is not valid.")
        if not _EXCLUDABLE.issuperset(selector["ExcludeManagementEventSources"]):
            raise _refusal("ExcludeManagementEventSources can hold only KMS and the RDS Data API.")
    for resource in resources:
        _check_resource(resource)


def _check_resource(resource: Mapping[str, Any]) -> None:
    beginning = _BASIC_TYPES.get(resource.get("Type", ""))
    if beginning is None:
        raise _refusal("The type of a data resource is not valid for basic event selectors.")
    for value in resource.get("Values") or ():
        whole = value in (beginning, f"{beginning}:::")
        of_bucket = resource["Type"] == "AWS::S3::Object" and "/" not in value
        if not whole and (of_bucket or not value.startswith(f"{beginning}:")):
            raise _refusal("A value of DataResources.Values is not valid; a bucket is written arn:aws:s3:::bucket/.")


def _check_advanced(selectors: Sequence[Mapping[str, Any]]) -> None:
    fields = [field for selector in selectors for field in selector["FieldSelectors"]]
    if sum(len(values) for field in fields for _, values in _conditions(field)) > _MOST_VALUES:
        raise _refusal(f"A trail can have up to {_MOST_VALUES} values in its advanced event selectors.")
    for field in fields:
        if field["Field"] not in _FIELDS or not any(_conditions(field)):
            raise _refusal("A field selector names no known field, or no condition.")
    for selector in selectors:
        categories = _equals(selector, "eventCategory")
        if len(categories) != 1 or categories[0] not in {"Management", "Data", "NetworkActivity"}:
            raise _refusal("An advanced event selector must have one eventCategory.")
        if categories == ["Data"] and len(_equals(selector, "resources.type")) != 1:
            raise _refusal("An advanced event selector of data events must have one resources.type.")


def _equals(selector: Mapping[str, Any], name: str) -> list[str]:
    return [
        value for field in selector["FieldSelectors"] if field["Field"] == name for value in field.get("Equals", [])
    ]


def _conditions(field: Mapping[str, Any]) -> Iterable[tuple[str, list[str]]]:
    return [(name, values) for name, values in field.items() if name != "Field" and values]


def _fits(record: Mapping[str, Any], selector: Mapping[str, Any]) -> bool:
    if selector["ReadWriteType"] != "All" and (selector["ReadWriteType"] == "ReadOnly") != bool(record.get("readOnly")):
        return False
    if is_management(record):
        excluded = selector["ExcludeManagementEventSources"]
        return bool(selector["IncludeManagementEvents"]) and record.get("eventSource") not in excluded
    if record.get("eventCategory", "Data") != "Data":
        return False
    return any(
        kind == wanted.get("Type") and arn.startswith(value)
        for wanted in selector["DataResources"]
        for value in wanted.get("Values") or ()
        for kind, arn in _data_resources(record)
    )


def _fits_fields(record: Mapping[str, Any], selector: Mapping[str, Any]) -> bool:
    types = _equals(selector, "resources.type")
    return all(_fits_field(_values(record, field["Field"], types), field) for field in selector["FieldSelectors"])


def _fits_field(values: Sequence[str], field: Mapping[str, Any]) -> bool:
    wanted = [(test, text) for name, test in _TESTS.items() for text in field.get(name) or ()]
    unwanted = [(test, text) for name, test in _TESTS.items() for text in field.get(f"Not{name}") or ()]
    if any(test(value, text) for value in values for test, text in unwanted):
        return False
    return not wanted or any(test(value, text) for value in values for test, text in wanted)


def _values(record: Mapping[str, Any], field: str, types: Sequence[str]) -> list[str]:
    """Give the texts that a field selector looks at; none where the record has no such field.

    Args:
        record: the record.
        field: name of the field, as in the selector.
        types: resource types that the selector asks for; only their ARNs are looked at.
    """
    if field == "resources.type":
        return [kind for kind, _ in _data_resources(record)]
    if field == "resources.ARN":
        return [arn for kind, arn in _data_resources(record) if kind in types or not types]
    if field == "eventCategory":
        return [record.get("eventCategory") or ("Management" if is_management(record) else "Data")]
    holder = record.get("userIdentity") or {} if field == "userIdentity.arn" else record
    value = holder.get(field.rpartition(".")[2])
    if value is None:
        return []
    return [str(value).lower() if isinstance(value, bool) else str(value)]


def _data_resources(record: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Give type and ARN of what a data event touched; of S3 the object, or the bucket's beginning where it lists.

    Source: CloudTrail User Guide, "Logging data events": ``resources`` of S3 holds the bucket and the object, or the
    object's ``ARNPrefix``.
    """
    listed = [
        (str(resource.get("type", "")), str(resource.get("ARN") or resource.get("ARNPrefix") or ""))
        for resource in record.get("resources") or ()
    ]
    asked = record.get("requestParameters") or {}
    is_s3 = record.get("eventSource") == "s3.amazonaws.com"
    if is_s3 and asked.get("bucketName") and not any(kind == "AWS::S3::Object" for kind, _ in listed):
        listed.append(("AWS::S3::Object", f"arn:aws:s3:::{asked['bucketName']}/{asked.get('key') or ''}"))
    return listed
