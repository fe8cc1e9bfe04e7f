"""What GuardDuty remembers: detectors, their filters, and findings with what is still to come of them."""

from __future__ import annotations

import hashlib
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from gdkit.findings.criteria import matches
from gdkit.simulator.call import ApiError

if TYPE_CHECKING:
    from collections import deque
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from gdkit.findings.criteria import Criteria
    from gdkit.simulator.call import Call
    from gdkit.simulator.clock import Clock

NOT_OWNED = "The request is rejected because the input detectorId is not owned by the current account."
NO_SUCH = "The request is rejected since no such resource found."
NOT_ALLOWED = "The request is rejected because the caller is not authorized to call this API."
"""Sources: the first two, error texts that the Terraform AWS provider looks for; the third, GuardDuty API Reference of
2018, CreateFilter, Errors."""


def refused(message: str) -> ApiError:
    """Make the one error that GuardDuty's older operations know."""
    return ApiError("BadRequestException", message, 400)


def invalid(parameter: str, detail: str = "") -> ApiError:
    """Refuse a parameter.

    Args:
        parameter: its name on the wire.
        detail: what AWS does not say: why. It stands behind AWS's own words.

    Source: GuardDuty API Reference of 2018, Errors of ListFindings and CreateFilter.
    """
    words = f"The request is rejected because the parameter {parameter} has an invalid value."
    return refused(f"{words} {detail}".rstrip())


def out_of_bounds(parameter: str) -> ApiError:
    """Refuse a number."""
    return refused(f"The request is rejected because the parameter {parameter} is out-of-bounds.")


@dataclass(slots=True)
class Filter:
    """A filter, or with ARCHIVE a suppression rule.

    Attributes:
        document: its criteria as they were given.
        matched_at: when findings matched it, whatever its action.
        suppressed_at: when it archived findings.
    """

    name: str
    action: str
    document: dict[str, Any]
    criteria: Criteria
    created_at: datetime
    updated_at: datetime
    description: str = ""
    tags: dict[str, str] = field(default_factory=dict)
    version: int = 1
    matched_at: list[datetime] = field(default_factory=list)
    suppressed_at: list[datetime] = field(default_factory=list)


@dataclass(slots=True)
class StoredFinding:
    """A finding and what became of it.

    Attributes:
        coming: versions with the time from which each is seen, in that order.
        document: the version that is seen; empty before the first is.
        by_filter: archived by a filter, not by hand.
    """

    coming: deque[tuple[datetime, dict[str, Any]]]
    document: dict[str, Any] = field(default_factory=dict)
    archived: bool = False
    by_filter: bool = False
    feedback: str | None = None
    comments: str | None = None

    @property
    def view(self) -> dict[str, Any]:
        """The finding as GuardDuty shows it now."""
        service = {**self.document.get("service", {}), "archived": self.archived}
        if self.feedback:
            service["userFeedback"] = self.feedback
        return {**self.document, "service": service}


@dataclass(slots=True)
class DetectorState:
    """One detector of one account and region; ``filters`` stand in the order of their rank."""

    id: str
    account_id: str
    region: str
    created_at: datetime
    updated_at: datetime
    enabled: bool = True
    frequency: str = "SIX_HOURS"
    features: dict[str, str] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    filters: list[Filter] = field(default_factory=list)
    findings: dict[str, StoredFinding] = field(default_factory=dict)

    @property
    def arn(self) -> str:
        """The detector's ARN."""
        return f"arn:{partition_of(self.region)}:guardduty:{self.region}:{self.account_id}:detector/{self.id}"


@dataclass(frozen=True, slots=True)
class Organization:
    """Who administers GuardDuty for whom.

    Attributes:
        administrator_id: the account that sees its members' findings and makes their filters.
        members: their e-mail addresses by account id.
        management_account_id: the account that may ask who the administrator is; None for any.
    """

    administrator_id: str
    members: Mapping[str, str]
    management_account_id: str | None = None


class State:
    """Everything of all accounts and regions, behind one lock that every operation holds while it runs."""

    def __init__(self, clock: Clock, *, seed: int, cidr_in_equals: bool) -> None:
        self.lock = threading.RLock()
        self.seed = seed
        self.clock = clock
        self.cidr_in_equals = cidr_in_equals
        self.organization: Organization | None = None
        self.detectors: dict[tuple[str, str], DetectorState] = {}

    def new_id(self, *parts: object) -> str:
        """Make an id of 32 hex digits; the same seed and parts give the same id."""
        return hashlib.sha256("\0".join(map(str, (self.seed, *parts))).encode()).hexdigest()[:32]

    def detector(self, call: Call) -> DetectorState:
        """Give the detector that a call names.

        Raises:
            ApiError: it is not the calling account's in this region.
        """
        found = self.detectors.get((call.account_id, call.region))
        if found is None or found.id != call.parameters.get("DetectorId"):
            raise refused(NOT_OWNED)
        return found

    def managed_detector(self, call: Call) -> DetectorState:
        """Give the detector that a call names, for what only an administrator or a lone account may do.

        Source: GuardDuty API Reference, ArchiveFindings; GuardDuty User Guide, "Suppression rules".
        """
        found = self.detector(call)
        if self.administrator_of(found.account_id) is not None:
            raise refused(NOT_ALLOWED)
        return found

    def administrator_of(self, account_id: str) -> str | None:
        """Give the account that administers an account; None where none does."""
        organization = self.organization
        if organization is None or account_id not in organization.members:
            return None
        return organization.administrator_id

    def members_of(self, account_id: str) -> Mapping[str, str]:
        """Give the members that an account administers."""
        organization = self.organization
        return organization.members if organization and organization.administrator_id == account_id else {}

    def seen_by(self, detector: DetectorState) -> dict[str, StoredFinding]:
        """Give the findings that a detector shows now: its own, and for an administrator its members'."""
        shown: dict[str, StoredFinding] = {}
        for account_id in (detector.account_id, *self.members_of(detector.account_id)):
            holder = self.detectors.get((account_id, detector.region))
            for finding_id, stored in holder.findings.items() if holder else ():
                if stored.document:
                    shown[finding_id] = stored
        return shown

    def settle(self) -> None:
        """Let everything happen that is due: findings appear, meet the filters of that moment, and are updated."""
        now = self.clock.now()
        for detector in self.detectors.values():
            for stored in detector.findings.values():
                while stored.coming and stored.coming[0][0] <= now:
                    at, document = stored.coming.popleft()
                    is_new = not stored.document
                    stored.document = document
                    if is_new:
                        self._filter(stored, detector, at)

    def _filter(self, stored: StoredFinding, detector: DetectorState, at: datetime) -> None:
        """Apply filters to a finding that has just appeared; never again afterwards.

        Source: GuardDuty User Guide, "Suppression rules": only new findings are archived.
        """
        for rule in self._filters_for(detector):
            if not matches(rule.criteria, stored.view, cidr=self.cidr_in_equals):
                continue
            rule.matched_at.append(at)
            if rule.action == "ARCHIVE" and not stored.archived:
                rule.suppressed_at.append(at)
                stored.archived = stored.by_filter = True

    def _filters_for(self, detector: DetectorState) -> Iterator[Filter]:
        administrator = self.administrator_of(detector.account_id)
        holder = self.detectors.get((administrator, detector.region)) if administrator else detector
        yield from holder.filters if holder else ()


def partition_of(region: str) -> str:
    """Give the partition that a region belongs to."""
    prefixes = {"cn-": "aws-cn", "us-gov-": "aws-us-gov"}
    return next((partition for prefix, partition in prefixes.items() if region.startswith(prefix)), "aws")
