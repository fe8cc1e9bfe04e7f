"""GuardDuty in the simulated account: its operations, and the way for a scenario to put findings in.

::

    guardduty ─→ _detectors, _findings (_samples, _statistics), _filters, _members ─→ _pages, _shapes ─→ _state

Findings are kept as the API's JSON; a finding is seen from the clock's time of its creation, meets the filters of that
moment, and is updated as further versions fall due.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from gdkit.findings.fields import instant
from gdkit.simulator.guardduty import detectors, filters, findings, lists, members
from gdkit.simulator.guardduty.detectors import S3_DATA_EVENTS, open_detector
from gdkit.simulator.guardduty.shapes import check_document
from gdkit.simulator.guardduty.state import State, StoredFinding

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from datetime import datetime

    from gdkit.simulator.call import Call, Handlers, Result
    from gdkit.simulator.clock import Clock
    from gdkit.simulator.guardduty.state import DetectorState, Organization

_OPERATIONS: dict[str, Callable[[State, Call], Result]] = {
    **detectors.OPERATIONS,
    **findings.OPERATIONS,
    **filters.OPERATIONS,
    **lists.OPERATIONS,
    **members.OPERATIONS,
}


@dataclass(frozen=True, slots=True)
class FilterCount:
    """What CloudWatch's FindingsMatchedByFilter and FindingsSuppressedByFilter count: the times of each."""

    matched_at: tuple[datetime, ...]
    suppressed_at: tuple[datetime, ...]


@dataclass(frozen=True, slots=True)
class DetectorView:
    """A detector as a scenario sees it; ``s3_data_events`` tells whether it watches them."""

    id: str
    arn: str
    s3_data_events: bool


class GuardDuty:
    """GuardDuty of all simulated accounts and regions; safe to use from several threads.

    Args:
        clock: the simulated time.
        seed: makes other ids.
        cidr_in_equals: let networks among the values of Equals stand for their addresses, which is unproven on AWS;
            see ``gdkit.findings.criteria.matches``.
    """

    def __init__(self, clock: Clock, *, seed: int = 0, cidr_in_equals: bool = False) -> None:
        self._state = State(clock, seed=seed, cidr_in_equals=cidr_in_equals)

    @property
    def lock(self) -> AbstractContextManager[bool]:
        """Held by every operation; a caller may hold it over several, and again within itself."""
        return self._state.lock

    def new_id(self, *parts: object) -> str:
        """Make an id of 32 hex digits; the same seed and parts give the same id."""
        return self._state.new_id(*parts)

    def handlers(self) -> Handlers:
        """Give the operations, as the gateway calls them."""
        return {("guardduty", name): partial(self._answer, operation) for name, operation in _OPERATIONS.items()}

    def _answer(self, operation: Callable[[State, Call], Result], call: Call) -> Result:
        with self._state.lock:
            self._state.settle()
            return operation(self._state, call)

    def enable(self, account_id: str, region: str) -> str:
        """Make a detector, as CreateDetector would, and give its id.

        Raises:
            ApiError: there is one already.
        """
        with self._state.lock:
            return open_detector(self._state, account_id, region).id

    def enabled_detector(self, account_id: str, region: str) -> DetectorView | None:
        """Give the detector that watches an account and region; None where none does."""
        with self._state.lock:
            found = self._state.detectors.get((account_id, region))
            if found is None or not found.enabled:
                return None
            return DetectorView(found.id, found.arn, found.features.get(S3_DATA_EVENTS) == "ENABLED")

    def set_organization(self, organization: Organization | None) -> None:
        """Say who administers GuardDuty for whom, in all regions."""
        with self._state.lock:
            self._state.settle()
            self._state.organization = organization

    def add_finding(self, document: dict[str, Any]) -> None:
        """Put in a finding; it is seen from its ``createdAt`` on.

        Args:
            document: the API's camelCase JSON; it is kept as it is, so it must not be changed afterwards.

        Raises:
            ValueError: it is not as GuardDuty writes findings, its id is taken, or its account has no detector there.
        """
        check_document(document, "Finding")
        with self._state.lock:
            self._state.settle()
            holder = self._holder(document)
            if document["id"] in holder.findings:
                raise ValueError("there is a finding with this id")
            archived = bool(document.get("service", {}).get("archived"))
            coming = deque([(_due(document, "createdAt"), document)])
            holder.findings[document["id"]] = StoredFinding(coming, archived=archived)
            self._state.settle()

    def update_finding(self, document: dict[str, Any]) -> None:
        """Give a finding a later version, seen from its ``updatedAt`` on; filters are not asked again.

        Raises:
            ValueError: as in ``add_finding``, or there is no such finding.
        """
        check_document(document, "Finding")
        with self._state.lock:
            self._state.settle()
            stored = self._holder(document).findings.get(document["id"])
            if stored is None:
                raise ValueError("there is no finding with this id")
            stored.coming.append((_due(document, "updatedAt"), document))
            self._state.settle()

    def archived_by_hand(self, account_id: str, region: str, finding_id: str) -> bool:
        """Tell whether someone archived a finding, and no filter did."""
        with self._state.lock:
            self._state.settle()
            found = self._state.detectors.get((account_id, region))
            stored = found.findings.get(finding_id) if found else None
            return stored is not None and stored.archived and not stored.by_filter

    def filter_count(self, account_id: str, region: str, name: str) -> FilterCount:
        """Give what a filter matched and suppressed so far; nothing for a filter that is not there."""
        with self._state.lock:
            self._state.settle()
            found = self._state.detectors.get((account_id, region))
            for rule in found.filters if found else ():
                if rule.name == name:
                    return FilterCount(tuple(rule.matched_at), tuple(rule.suppressed_at))
            return FilterCount((), ())

    def _holder(self, document: dict[str, Any]) -> DetectorState:
        place = document["accountId"], document["region"]
        if place not in self._state.detectors:
            raise ValueError(f"account {place[0]} has no detector in {place[1]}")
        return self._state.detectors[place]


def _due(document: dict[str, Any], name: str) -> datetime:
    at = instant(document[name])
    if at is None:
        raise ValueError(f"{name} is no time")
    return at
