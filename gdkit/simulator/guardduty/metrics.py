"""CloudWatch as far as GuardDuty's figures of filters go: how many findings each matched and suppressed.

Source: GuardDuty User Guide, "Suppression rule metrics": a data point a match, by the dimension FilterName, in the
account whose filter it is; CloudWatch API Reference, GetMetricStatistics.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from gdkit.simulator.call import ApiError

if TYPE_CHECKING:
    from collections.abc import Callable

    from gdkit.simulator.call import Call, Handlers, Result
    from gdkit.simulator.guardduty.service import GuardDuty

NAMESPACE = "AWS/GuardDuty"
MOST_POINTS = 1_440
"""Points of one answer. Source: CloudWatch API Reference, GetMetricStatistics."""


class FilterMetrics:
    """Answers what CloudWatch knows of filters, and hands on every question of another namespace.

    Args:
        guardduty: whose filters they are.
        otherwise: answers GetMetricStatistics of other namespaces.
    """

    def __init__(self, guardduty: GuardDuty, otherwise: Callable[[Call], Result]) -> None:
        self._guardduty = guardduty
        self._otherwise = otherwise

    def handlers(self) -> Handlers:
        """Give the operations."""
        return {("cloudwatch", "GetMetricStatistics"): self.statistics}

    def statistics(self, call: Call) -> Result:
        """Give a metric's points of a window; a period without a match has none."""
        asked = call.parameters
        if asked["Namespace"] != NAMESPACE:
            return self._otherwise(call)
        if asked["Period"] < 60 or asked["Period"] % 60:
            raise ApiError("InvalidParameterValue", "The parameter Period must be a multiple of 60.")
        if asked["StartTime"] >= asked["EndTime"]:
            raise ApiError("InvalidParameterValue", "The parameter StartTime must be less than the parameter EndTime.")
        if (asked["EndTime"] - asked["StartTime"]).total_seconds() / asked["Period"] > MOST_POINTS:
            raise ApiError("InvalidParameterCombination", f"You have requested more than {MOST_POINTS} datapoints.")
        named = {one["Name"]: str(one["Value"]) for one in asked.get("Dimensions", ())}
        times: tuple[datetime, ...] = ()
        if set(named) == {"FilterName"}:
            count = self._guardduty.filter_count(call.account_id, call.region, named["FilterName"])
            metrics = {"FindingsMatchedByFilter": count.matched_at, "FindingsSuppressedByFilter": count.suppressed_at}
            times = metrics.get(str(asked["MetricName"]), ())
        return {"Label": asked["MetricName"], "Datapoints": _points(times, asked)}


def _points(times: tuple[datetime, ...], asked: Any) -> list[dict[str, Any]]:
    """Give a point for each period that has a match; the start counts to the whole minute."""
    start, period = asked["StartTime"].replace(second=0, microsecond=0), timedelta(seconds=int(asked["Period"]))
    periods = Counter((at - start) // period for at in times if start <= at < asked["EndTime"])
    return [{"Timestamp": start + number * period, "Sum": float(count), "SampleCount": float(count), "Unit": "Count"}
            for number, count in periods.items()]  # fmt: skip
