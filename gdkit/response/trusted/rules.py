"""Filters of a detector as a step sees them: read, and the calls from one state of a rule to another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gdkit.aws import ask, need, rows
from gdkit.errors import AwsCall
from gdkit.response.step import Action, Need
from gdkit.response.trusted.home import DETECTORS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gdkit.aws import ReadOnlyAws
    from gdkit.response.step import Target
    from gdkit.response.trusted.home import Home

MOST_FILTERS = 100
"""Filters of an account and region. Source: GuardDuty API Reference, CreateFilter."""

READS = (Need("guardduty:ListFilters", DETECTORS), Need("guardduty:GetFilter", DETECTORS))
WRITES = tuple(
    Need(f"guardduty:{name}", DETECTORS, writes=True)
    for name in ("CreateFilter", "UpdateFilter", "DeleteFilter", "TagResource", "UntagResource")
)

_OLD_SPELLINGS = {"Eq": "Equals", "Neq": "NotEquals", "Gt": "GreaterThan", "Gte": "GreaterThanOrEqual",
                  "Lt": "LessThan", "Lte": "LessThanOrEqual"}  # fmt: skip


def rule_names(aws: ReadOnlyAws, home: Home) -> list[str]:
    """Give the names of all filters of a detector.

    Raises:
        AwsError: they could not be read.
    """
    asked = {"DetectorId": home.detector_id}
    listed = rows(home.client(aws), "ListFilters", "FilterNames", asked, account_id=home.account_id)
    return [str(name) for name in listed]


def raw_rule(aws: ReadOnlyAws, home: Home, name: str) -> dict[str, Any]:
    """Give a filter as GetFilter does, with its times.

    Raises:
        AwsError: it could not be read, or is not there.
    """
    answer = ask(home.client(aws), "GetFilter", {"DetectorId": home.detector_id, "FilterName": name},
                 account_id=home.account_id)  # fmt: skip
    need(answer, "FindingCriteria", AwsCall("guardduty", "GetFilter", home.account_id, home.region))
    return answer


def rule_state(answer: Mapping[str, Any]) -> dict[str, Any]:
    """Give what of a filter a step may set: action, criteria, description, tags."""
    return {
        "action": answer.get("Action"),
        "criteria": plain_criteria(answer["FindingCriteria"]),
        "description": answer.get("Description") or "",
        "tags": dict(answer.get("Tags") or {}),
    }


def plain_criteria(criteria: Mapping[str, Any]) -> dict[str, Any]:
    """Give criteria without what stands twice: an old spelling beside the new one with the same values.

    >>> plain_criteria({"Criterion": {"type": {"Eq": ["a"], "Equals": ["a"]}, "id": {"Eq": ["b"]}}})
    {'Criterion': {'type': {'Equals': ['a']}, 'id': {'Eq': ['b']}}}
    """
    criterion = {
        path: {name: operand for name, operand in asked.items()
               if operand != [] and not (name in _OLD_SPELLINGS and asked.get(_OLD_SPELLINGS[name]) == operand)}
        for path, asked in (criteria.get("Criterion") or {}).items()
    }  # fmt: skip
    return {"Criterion": criterion}


def rule_calls(target: Target, place: Mapping[str, Any], now: dict[str, Any] | None,
               wanted: dict[str, Any] | None) -> tuple[Action, ...]:  # fmt: skip
    """Give the calls that lead a rule from one state to another; the rank is never told, so that it stays.

    Args:
        target: of the step.
        place: the state that names account, region, detector and the rule's name.
        now: the rule as it is; None where there is none.
        wanted: the rule that is wanted; None for none.
    """
    if now == wanted:
        return ()
    named = {"DetectorId": place["detector"], "FilterName": place["name"]}
    if wanted is None:
        return (_call(place, "DeleteFilter", named, f"Delete the rule {place['name']}"),)
    body = {"Action": wanted["action"], "Description": wanted["description"], "FindingCriteria": wanted["criteria"]}
    if now is None:
        given = {"DetectorId": place["detector"], "Name": place["name"], **body, "Tags": wanted["tags"]}
        does = f"Make the rule {place['name']} with the action {wanted['action']}"
        return (_call(place, "CreateFilter", {name: value for name, value in given.items() if value != {}}, does),)
    arn = (f"arn:{target.partition}:guardduty:{place['region']}:{place['account']}:detector/{place['detector']}"
           f"/filter/{place['name']}")  # fmt: skip
    added = {key: value for key, value in wanted["tags"].items() if now["tags"].get(key) != value}
    gone = sorted(set(now["tags"]) - set(wanted["tags"]))
    calls = []
    if added:
        does = f"Tag the rule {place['name']}: {', '.join(sorted(added))}"
        calls.append(_call(place, "TagResource", {"ResourceArn": arn, "Tags": added}, does))
    if {**now, "tags": None} != {**wanted, "tags": None}:
        does = f"Give the rule {place['name']} the action {wanted['action']} and its criteria"
        calls.append(_call(place, "UpdateFilter", {**named, **body}, does))
    if gone:
        does = f"Take tags from the rule {place['name']}: {', '.join(gone)}"
        calls.append(_call(place, "UntagResource", {"ResourceArn": arn, "TagKeys": gone}, does))
    return tuple(calls)


def _call(place: Mapping[str, Any], operation: str, parameters: Mapping[str, Any], does: str) -> Action:
    return Action("guardduty", operation, parameters, does, str(place["region"]), str(place["account"]))
