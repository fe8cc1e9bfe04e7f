"""CloudWatch as far as the metadata service's own figures go: reads without a token, answered and refused.

Source: EC2 User Guide, "Instance metrics"; CloudWatch API Reference, GetMetricStatistics.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from gdkit.simulator.call import ApiError, Call, Handlers, Result

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gdkit.simulator.ec2.compute import Compute
    from gdkit.simulator.ec2.metadata import MetadataService

MOST_POINTS = 1_440
_PUBLISHED_EVERY_S = 300
"""EC2 publishes a figure for every five minutes, 0 where nothing was read. Source: "Basic monitoring"."""


class InstanceMetrics:
    """Answers what CloudWatch knows of instances' metadata services; of every other metric it has no figures."""

    def __init__(self, compute: Compute, metadata: MetadataService) -> None:
        self._compute = compute
        self._metadata = metadata

    def handlers(self) -> Handlers:
        """Give the operations."""
        return {("cloudwatch", "GetMetricStatistics"): self.statistics}

    def statistics(self, call: Call) -> Result:
        """Give a metric's points of a window, in no order, as CloudWatch does."""
        asked = call.parameters
        counted = {
            "MetadataNoToken": self._metadata.without_token,
            "MetadataNoTokenRejected": self._metadata.rejected,
        }.get(str(asked["MetricName"]))
        if asked["Namespace"] != "AWS/EC2" or counted is None:
            return {"Label": asked["MetricName"], "Datapoints": []}
        if asked["Period"] < 60 or asked["Period"] % 60:
            raise ApiError("InvalidParameterValue", "The parameter Period must be a multiple of 60.")
        if (asked["EndTime"] - asked["StartTime"]).total_seconds() / asked["Period"] > MOST_POINTS:
            raise ApiError("InvalidParameterCombination", f"You have requested more than {MOST_POINTS} datapoints.")
        named = {one["Name"]: str(one["Value"]) for one in asked.get("Dimensions", ())}
        instance_id = named.get("InstanceId", "")
        home = self._compute.launched(instance_id)
        if home is None or home[:2] != (call.account_id, call.region):
            return {"Label": asked["MetricName"], "Datapoints": []}
        points = _points(counted.get(instance_id, ()), home[2], asked, call.at)
        return {"Label": asked["MetricName"], "Datapoints": list(reversed(points))}


def _points(reads: Sequence[datetime], launched_at: datetime, asked: Any, now: datetime) -> list[dict[str, Any]]:
    """Give the sum of reads in each period that begins in the window and while the instance was there."""
    period_s = int(asked["Period"])
    end = min(asked["EndTime"], now - timedelta(seconds=_PUBLISHED_EVERY_S))
    at = max(asked["StartTime"], launched_at)
    at = datetime.fromtimestamp(int(at.timestamp()) // period_s * period_s, UTC)
    made = []
    while at < end:
        until = at + timedelta(seconds=period_s)
        count = sum(1 for read in reads if at <= read < until)
        made.append({"Timestamp": at, "Sum": float(count), "Unit": "Count"})
        at = until
    return made
