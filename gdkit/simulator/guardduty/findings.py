"""GuardDuty's operations on findings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gdkit.errors import UsageError
from gdkit.findings.criteria import Criteria, Use, matches, parse_criteria
from gdkit.simulator.guardduty.pages import finding_ids, in_order, page
from gdkit.simulator.guardduty.samples import add_samples
from gdkit.simulator.guardduty.shapes import to_boto3
from gdkit.simulator.guardduty.state import invalid
from gdkit.simulator.guardduty.statistics import statistics

if TYPE_CHECKING:
    from collections.abc import Callable

    from gdkit.simulator.call import Call, Result
    from gdkit.simulator.guardduty.state import DetectorState, State, StoredFinding

_FEEDBACK = ("USEFUL", "NOT_USEFUL")


def criteria_of(document: object, use: Use) -> Criteria:
    """Check criteria that a call carries.

    Raises:
        ApiError: GuardDuty would refuse them; what is wrong with them stands behind its own words.
    """
    try:
        return parse_criteria(document or {}, use=use)
    except UsageError as error:
        raise invalid("findingCriteria", f"({error})") from error


def _create_samples(state: State, call: Call) -> Result:
    add_samples(state, state.detector(call), call.parameters.get("FindingTypes"))
    return {}


def _list(state: State, call: Call) -> Result:
    found = in_order(_chosen(state, call), call.parameters.get("SortCriteria"))
    ids, following = page(call, [finding["id"] for finding in found])
    return {"FindingIds": ids, "NextToken": following}


def _get(state: State, call: Call) -> Result:
    """Give findings by their ids; that AWS passes over ids it does not know is unproven."""
    shown = state.seen_by(state.detector(call))
    found = [shown[one].view for one in dict.fromkeys(finding_ids(call)) if one in shown]
    order = call.parameters.get("SortCriteria")
    return {"Findings": [to_boto3(finding, "Finding") for finding in (in_order(found, order) if order else found)]}


def _statistics(state: State, call: Call) -> Result:
    return statistics(call, _chosen(state, call))


def _archive(state: State, call: Call) -> Result:
    for stored in _named(state, state.managed_detector(call), call):
        stored.archived, stored.by_filter = True, False
    return {}


def _unarchive(state: State, call: Call) -> Result:
    for stored in _named(state, state.managed_detector(call), call):
        stored.archived = stored.by_filter = False
    return {}


def _feedback(state: State, call: Call) -> Result:
    detector, feedback = state.detector(call), call.parameters.get("Feedback")
    if feedback not in _FEEDBACK:
        raise invalid("feedback")
    for stored in _named(state, detector, call):
        stored.feedback = feedback
        stored.comments = call.parameters.get("Comments")
    return {}


def _chosen(state: State, call: Call) -> list[dict[str, Any]]:
    """Give the findings that meet a call's criteria."""
    detector = state.detector(call)
    criteria = criteria_of(call.parameters.get("FindingCriteria"), "list")
    views = (stored.view for stored in state.seen_by(detector).values())
    return [view for view in views if matches(criteria, view, cidr=state.cidr_in_equals)]


def _named(state: State, detector: DetectorState, call: Call) -> list[StoredFinding]:
    """Give the findings that a call names; that AWS refuses ids it does not know is unproven."""
    shown = state.seen_by(detector)
    ids = finding_ids(call)
    if any(one not in shown for one in ids):
        raise invalid("findingIds")
    return [shown[one] for one in ids]


OPERATIONS: dict[str, Callable[[State, Call], Result]] = {
    "CreateSampleFindings": _create_samples,
    "ListFindings": _list,
    "GetFindings": _get,
    "GetFindingsStatistics": _statistics,
    "ArchiveFindings": _archive,
    "UnarchiveFindings": _unarchive,
    "UpdateFindingsFeedback": _feedback,
}
