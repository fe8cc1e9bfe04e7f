"""One account's client of the simulated GuardDuty, which checks every answer against botocore's model."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import botocore.session
import pytest
from botocore.validate import ParamValidator

from gdkit.simulator.call import ApiError, Call, Principal, Source
from gdkit.simulator.clock import Clock
from tests.findings import samples as s

if TYPE_CHECKING:
    from gdkit.simulator.guardduty.service import GuardDuty

ACCOUNT, MEMBER, REGION = s.ACCOUNT, s.OTHER_ACCOUNT, s.REGION
START = datetime(2026, 11, 1, 3, 0, tzinfo=UTC)
OF_TYPE = {"Criterion": {"type": {"Equals": [s.OUTSIDE]}}}
MODEL = botocore.session.get_session().get_service_model("guardduty")


class Account:
    """One account's client of a simulated GuardDuty: it checks what it sends and gets against botocore's model."""

    def __init__(self, guardduty: GuardDuty, clock: Clock, account_id: str = ACCOUNT) -> None:
        self.guardduty, self.clock, self.id = guardduty, clock, account_id
        self.detector_id = ""

    def __call__(self, operation: str, **parameters: Any) -> dict[str, Any]:
        """Call an operation on this account's detector, unless told another."""
        shapes = MODEL.operation_model(operation)
        if "DetectorId" in shapes.input_shape.members:
            parameters.setdefault("DetectorId", self.detector_id)
        result = self.raw(operation, **parameters)
        validate(result, shapes.output_shape)
        return result

    def raw(self, operation: str, **parameters: Any) -> dict[str, Any]:
        """Call an operation and check nothing."""
        principal = Principal("Root", self.id, self.id, f"arn:aws:iam::{self.id}:root")
        source = Source("203.0.113.9", "test")
        now = self.clock.now()
        call = Call("guardduty", operation, parameters, self.id, REGION, now, principal, source)
        return self.guardduty.handlers()["guardduty", operation](call)

    def refusal(self, operation: str, **parameters: Any) -> str:
        """Give what an operation is refused with."""
        with pytest.raises(ApiError) as raised:
            self(operation, **parameters)
        assert (raised.value.code, raised.value.status) == ("BadRequestException", 400)
        return raised.value.message

    def ids(self, criteria: dict[str, Any] | None = None, **more: Any) -> list[str]:
        """Give the ids that ListFindings gives."""
        asked = {"FindingCriteria": {"Criterion": criteria}} if criteria else {}
        ids: list[str] = self("ListFindings", **asked, **more)["FindingIds"]
        return ids

    def add(self, **changes: Any) -> str:
        """Put in a finding that is created now, and give its id."""
        at = self.clock.now().isoformat().replace("+00:00", "Z")
        document = s.finding(**{"createdAt": at, "updatedAt": at, "accountId": self.id, **changes})
        self.guardduty.add_finding(document)
        identifier: str = document["id"]
        return identifier

    def archived(self, identifier: str) -> bool:
        """Tell whether GetFindings shows a finding as archived."""
        archived: bool = self("GetFindings", FindingIds=[identifier])["Findings"][0]["Service"]["Archived"]
        return archived


def validate(value: Any, shape: Any) -> None:
    """Hold a result against its shape: required members, types, and no member that the shape lacks."""
    report = ParamValidator().validate(value, shape)
    assert not report.has_errors(), report.generate_report()


def standing_clock() -> Clock:
    """Give a clock that stands still."""
    return Clock(START, running=False)


def account_with_detector(guardduty: GuardDuty, clock: Clock, account_id: str = ACCOUNT) -> Account:
    """Give an account with a detector that it made itself."""
    made = Account(guardduty, clock, account_id)
    made.detector_id = made("CreateDetector", Enable=True)["DetectorId"]
    return made
