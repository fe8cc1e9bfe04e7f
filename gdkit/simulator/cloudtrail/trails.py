"""One trail of the simulated account: what it takes, where it delivers, how AWS shows it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from gdkit.simulator.cloudtrail.selectors import DEFAULT_SELECTORS, selected

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from gdkit.simulator.call import Result

_GLOBAL_SOURCES = frozenset({"cloudfront.amazonaws.com", "iam.amazonaws.com", "sts.amazonaws.com"})
_LEADING_REGION = "us-east-1"
_STOPPING = frozenset({"DeleteTrail", "StopLogging"})


@dataclass(frozen=True, slots=True)
class Organization:
    """An AWS organisation, as far as its trails need it."""

    organization_id: str
    management_account_id: str
    account_ids: frozenset[str]


@dataclass(slots=True, eq=False)
class Trail:
    """One trail: what it takes, where it delivers, and whether it is logging.

    Attributes:
        stored: settings that are kept and shown, and change nothing in the simulation.
        logging: calls are recorded now.
        started_at: when logging last began; None where it never did.
        stopped_at: when logging last ended; kept after a new start, as AWS shows it.
        delivered_at: when a log file was last put.
        delivery_error: error code of the last failed put of a log; empty after one that worked.
    """

    name: str
    account_id: str
    home_region: str
    bucket: str
    prefix: str = ""
    multi_region: bool = False
    global_events: bool = True
    validation: bool = False
    organization: Organization | None = None
    selectors: dict[str, list[dict[str, Any]]] = field(
        default_factory=lambda: {"EventSelectors": [dict(one) for one in DEFAULT_SELECTORS]}
    )
    custom_selectors: bool = False
    tags: dict[str, str] = field(default_factory=dict)
    stored: dict[str, str] = field(default_factory=dict)
    logging: bool = False
    started_at: datetime | None = None
    stopped_at: datetime | None = None
    delivered_at: datetime | None = None
    delivery_error: str = ""
    digest_at: datetime | None = None
    digest_error: str = ""

    @property
    def arn(self) -> str:
        """Give the trail's ARN."""
        return f"arn:aws:cloudtrail:{self.home_region}:{self.account_id}:trail/{self.name}"

    def is_of(self, account_id: str) -> bool:
        """Say whether the trail records an account: its owner's, or any of its organisation's."""
        return account_id == self.account_id or (
            self.organization is not None and account_id in self.organization.account_ids
        )

    def reaches(self, region: str) -> bool:
        """Say whether the trail records a region."""
        return self.multi_region or region == self.home_region

    def takes(self, record: Mapping[str, Any], event_at: datetime) -> bool:
        """Say whether the trail is to deliver a record.

        It takes what happened while it was logging, and the call itself that stopped it.

        Source: CloudTrail User Guide, "Validating CloudTrail log file integrity": "up to and including the StopLogging
        event"; CloudTrail API Reference, CreateTrail, ``IncludeGlobalServiceEvents``.
        """
        if not self.is_of(record["recipientAccountId"]) or not self.reaches(record["awsRegion"]):
            return False
        is_global = record["awsRegion"] == _LEADING_REGION and record["eventSource"] in _GLOBAL_SOURCES
        return (self.global_events or not is_global) and self._logged(record, event_at) and self.selects(record)

    def selects(self, record: Mapping[str, Any]) -> bool:
        """Say whether the trail's event selectors take a record."""
        return selected(record, self.selectors)

    def _logged(self, record: Mapping[str, Any], event_at: datetime) -> bool:
        if self.started_at is None or event_at < self.started_at.replace(microsecond=0):
            return False
        if self.logging or self.stopped_at is None:
            return True
        stopped = self.stopped_at.replace(microsecond=0)
        stops = record["eventSource"] == "cloudtrail.amazonaws.com" and record["eventName"] in _STOPPING
        return event_at < stopped or (stops and event_at == stopped)

    def settings(self) -> Result:
        """Give what CreateTrail and UpdateTrail answer."""
        shown: Result = {
            "Name": self.name,
            "S3BucketName": self.bucket,
            "IncludeGlobalServiceEvents": self.global_events,
            "IsMultiRegionTrail": self.multi_region,
            "TrailARN": self.arn,
            "LogFileValidationEnabled": self.validation,
            "IsOrganizationTrail": self.organization is not None,
            **self.stored,
        }
        return shown | ({"S3KeyPrefix": self.prefix} if self.prefix else {})

    def description(self) -> Result:
        """Give what DescribeTrails and GetTrail answer."""
        return self.settings() | {
            "HomeRegion": self.home_region,
            "HasCustomEventSelectors": self.custom_selectors,
            "HasInsightSelectors": False,
        }
