"""GuardDuty's operations on filters, and on the tags of filters and detectors."""

from __future__ import annotations

import copy
import re
from typing import TYPE_CHECKING, Any

from gdkit.simulator.guardduty.findings import criteria_of
from gdkit.simulator.guardduty.pages import page
from gdkit.simulator.guardduty.state import NO_SUCH, Filter, invalid, out_of_bounds, refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from gdkit.simulator.call import Call, Result
    from gdkit.simulator.guardduty.state import DetectorState, State

MOST_FILTERS = 100
"""An account and region. Source: GuardDuty API Reference, CreateFilter."""
_NAME = re.compile(r"[A-Za-z0-9._-]{3,64}")
_LONGEST_DESCRIPTION = 512
_MOST_TAGS = 200


def _create(state: State, call: Call) -> Result:
    """Make a filter; it meets only findings that appear from now on.

    Source: GuardDuty API Reference of 2018, CreateFilter: action NOOP and rank 1 unless told, the highest rank one more
    than there are filters, and the errors' texts.
    """
    detector, given = state.managed_detector(call), call.parameters
    name = given.get("Name") or ""
    if not _NAME.fullmatch(name):
        raise invalid("name")
    checked = _checked(call)
    criteria = criteria_of(given.get("FindingCriteria"), "filter")
    if any(rule.name == name for rule in detector.filters):
        raise refused("The request is rejected because a filter with the given name already exists.")
    if len(detector.filters) >= MOST_FILTERS:
        raise refused("The request is rejected because filter limit has exceeded.")
    rank = _rank(call, 1, most=len(detector.filters) + 1)
    now = state.clock.now()
    made = Filter(
        name=name,
        action=checked.get("action", "NOOP"),
        document=copy.deepcopy(dict(given["FindingCriteria"])),
        criteria=criteria,
        created_at=now,
        updated_at=now,
        description=checked.get("description", ""),
        tags=dict(given.get("Tags") or {}),
    )
    detector.filters.insert(rank - 1, made)
    return {"Name": name}


def _get(state: State, call: Call) -> Result:
    detector = state.detector(call)
    rule = _named(detector, call)
    shown: Result = {
        "Name": rule.name,
        "Description": rule.description,
        "Action": rule.action,
        "Rank": detector.filters.index(rule) + 1,
        "FindingCriteria": copy.deepcopy(rule.document),
        "CreatedAt": rule.created_at,
        "UpdatedAt": rule.updated_at,
        "Version": rule.version,
    }
    return {**shown, "Tags": dict(rule.tags)} if rule.tags else shown


def _list(state: State, call: Call) -> Result:
    names, following = page(call, [rule.name for rule in state.detector(call).filters])
    return {"FilterNames": names, "NextToken": following}


def _update(state: State, call: Call) -> Result:
    detector = state.managed_detector(call)
    rule, given = _named(detector, call), call.parameters
    checked = _checked(call)
    rank = _rank(call, detector.filters.index(rule) + 1, most=len(detector.filters))
    if "FindingCriteria" in given:
        rule.criteria = criteria_of(given["FindingCriteria"], "filter")
        rule.document = copy.deepcopy(dict(given["FindingCriteria"]))
    rule.action = checked.get("action", rule.action)
    rule.description = checked.get("description", rule.description)
    rule.updated_at = state.clock.now()
    rule.version += 1
    detector.filters.remove(rule)
    detector.filters.insert(rank - 1, rule)
    return {"Name": rule.name}


def _delete(state: State, call: Call) -> Result:
    detector = state.managed_detector(call)
    detector.filters.remove(_named(detector, call))
    return {}


def _named(detector: DetectorState, call: Call) -> Filter:
    name = call.parameters.get("FilterName")
    for rule in detector.filters:
        if rule.name == name:
            return rule
    raise refused(NO_SUCH)


def _checked(call: Call) -> dict[str, Any]:
    """Give action and description of a call, where it has them and they are right."""
    given = call.parameters
    if given.get("Action", "NOOP") not in ("NOOP", "ARCHIVE"):
        raise invalid("action")
    if len(given.get("Description") or "") > _LONGEST_DESCRIPTION:
        raise invalid("description")
    if len(given.get("Tags") or {}) > _MOST_TAGS:
        raise invalid("tags")
    return {name.lower(): given[name] for name in ("Action", "Description") if name in given}


def _rank(call: Call, unless_told: int, *, most: int) -> int:
    rank: int = call.parameters.get("Rank", unless_told)
    if not 1 <= rank <= most:
        raise out_of_bounds("rank")
    return rank


def _tags_of(state: State, call: Call) -> dict[str, str]:
    """Give the tags of the detector or filter whose ARN a call names."""
    arn = call.parameters.get("ResourceArn") or ""
    detector = state.detectors.get((call.account_id, call.region))
    if detector is not None and arn == detector.arn:
        return detector.tags
    for rule in detector.filters if detector else ():
        if detector and arn == f"{detector.arn}/filter/{rule.name}":
            return rule.tags
    raise refused(NO_SUCH)


def _tag(state: State, call: Call) -> Result:
    tags, added = _tags_of(state, call), call.parameters.get("Tags") or {}
    if not added or len({**tags, **added}) > _MOST_TAGS:
        raise invalid("tags")
    tags.update(added)
    return {}


def _untag(state: State, call: Call) -> Result:
    tags = _tags_of(state, call)
    for key in call.parameters.get("TagKeys") or ():
        tags.pop(key, None)
    return {}


def _list_tags(state: State, call: Call) -> Result:
    return {"Tags": dict(_tags_of(state, call))}


OPERATIONS: dict[str, Callable[[State, Call], Result]] = {
    "CreateFilter": _create,
    "GetFilter": _get,
    "ListFilters": _list,
    "UpdateFilter": _update,
    "DeleteFilter": _delete,
    "TagResource": _tag,
    "UntagResource": _untag,
    "ListTagsForResource": _list_tags,
}
