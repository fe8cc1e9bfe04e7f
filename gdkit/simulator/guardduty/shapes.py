"""Between GuardDuty's JSON and what boto3 gives: names and types as botocore's service model has them."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from typing import Any

from botocore.validate import ParamValidator

from gdkit.findings.fields import instant
from gdkit.simulator.wire.models import service_model


def to_boto3(document: dict[str, Any], shape_name: str) -> dict[str, Any]:
    """Give a document of the API's JSON as boto3 would.

    Members that the model does not know are left out, as botocore does.

    Args:
        document: camelCase JSON.
        shape_name: name of its shape in the model, for example ``Finding``.
    """
    converted: dict[str, Any] = _converted(document, _shape(shape_name))
    return converted


def check_document(document: dict[str, Any], shape_name: str) -> None:
    """Refuse a document that GuardDuty would not give.

    Raises:
        ValueError: a member is missing or has another type; names it.
    """
    report = ParamValidator().validate(to_boto3(document, shape_name), _shape(shape_name))
    if report.has_errors():
        raise ValueError(f"it is no {shape_name} as GuardDuty writes it: {report.generate_report()}")


def wire_time(at: datetime) -> str:
    """Write a time as GuardDuty's findings do.

    >>> wire_time(datetime(2026, 11, 1, 3, 10, 35, 123456, UTC))
    '2026-11-01T03:10:35.123Z'
    """
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


@cache
def _shape(name: str) -> Any:
    """Give a shape, the same object each time: it keeps its members, which take long to look up."""
    return service_model("guardduty").shape_for(name)


def _converted(value: Any, shape: Any) -> Any:
    kind = shape.type_name
    if value is None:
        return None
    if kind == "structure" and isinstance(value, dict):
        named = {name: (member.serialization.get("name", name), member) for name, member in shape.members.items()}
        return {
            name: _converted(value[wire], member)
            for name, (wire, member) in named.items()
            if value.get(wire) is not None
        }
    if kind == "list" and isinstance(value, list):
        return [_converted(member, shape.member) for member in value]
    if kind == "map" and isinstance(value, dict):
        return {key: _converted(member, shape.value) for key, member in value.items()}
    if kind == "timestamp":
        return instant(value) or value
    return float(value) if kind == "double" and isinstance(value, int) and not isinstance(value, bool) else value
