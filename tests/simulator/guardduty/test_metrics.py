"""The simulated CloudWatch: how many findings a filter matched and suppressed."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.findings import samples as s
from tests.response.trusted import office
from tests.simulator.small_world import ACCOUNT, REGION, outcome

if TYPE_CHECKING:
    from tests.simulator.small_world import SmallWorld

OF_TYPE = {"Criterion": {"type": {"Equals": [s.OUTSIDE]}}}


def window(world: SmallWorld, name: str, **changes: Any) -> dict[str, Any]:
    """Give the question for a filter's matches of the last day."""
    now = world.accounts.clock.now()
    return {
        "Namespace": "AWS/GuardDuty", "MetricName": "FindingsMatchedByFilter", "Period": 3600, "Statistics": ["Sum"],
        "Dimensions": [{"Name": "FilterName", "Value": name}],
        "StartTime": now - timedelta(days=1), "EndTime": now + timedelta(minutes=1), **changes,
    }  # fmt: skip


def points(world: SmallWorld, name: str, region: str = REGION, **changes: Any) -> list[float]:
    """Give the sums of the points, oldest first."""
    asked = window(world, name, **changes)
    found = world.api("cloudwatch", region=region).get_metric_statistics(**asked)["Datapoints"]
    return [point["Sum"] for point in sorted(found, key=lambda point: point["Timestamp"])]


@pytest.fixture
def counted(world: SmallWorld) -> SmallWorld:
    """Give a world in which one filter counts and one archives, and three findings have come in two hours."""
    office.detector_of(world)
    if not office.rules(world):
        office.do(world, "CreateFilter", Name="counts", Action="NOOP", FindingCriteria=OF_TYPE)
        office.do(world, "CreateFilter", Name="hides", Action="ARCHIVE", FindingCriteria=OF_TYPE)
        world.go_on(minutes=1)
        office.add(world)
        office.add(world)
        office.add(world, type=s.INSIDE)
        world.go_on(hours=2)
        office.add(world)
    return world


def test_matches_count_whatever_the_action(counted: SmallWorld) -> None:
    """A filter that only counts and one that archives count the same; a period without a match has no point."""
    assert points(counted, "counts") == points(counted, "hides") == [2.0, 1.0]
    since = counted.accounts.clock.now() - timedelta(hours=12)
    assert points(counted, "counts", Period=86_400, StartTime=since) == [3.0]
    assert points(counted, "counts", MetricName="FindingsSuppressedByFilter") == []
    assert points(counted, "hides", MetricName="FindingsSuppressedByFilter") == [2.0, 1.0]


def test_nothing_for_what_is_not_there(counted: SmallWorld) -> None:
    """Another filter, region or metric, and a question without the filter's name, have no points."""
    assert points(counted, "other") == []
    assert points(counted, "counts", region="us-east-1") == []
    assert points(counted, "counts", MetricName="FindingsLost") == []
    assert points(counted, "counts", Dimensions=[]) == []
    assert points(counted, "counts", Dimensions=[{"Name": "DetectorId", "Value": "counts"}]) == []


def test_window(counted: SmallWorld) -> None:
    """Only matches in the window count, its end left out."""
    now = counted.accounts.clock.now()
    last = max(counted.accounts.guardduty.filter_count(ACCOUNT, REGION, "counts").matched_at)
    assert points(counted, "counts", StartTime=now - timedelta(hours=1)) == [1.0]
    assert points(counted, "counts", EndTime=last) == [2.0]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"Period": 90}, "InvalidParameterValue"),
        ({"Period": 60, "days": 2}, "InvalidParameterCombination"),
        ({"days": -1}, "InvalidParameterValue"),
    ],
)
def test_refused_questions(counted: SmallWorld, changes: dict[str, Any], code: str) -> None:
    """Odd periods, too many points and a window that ends before it begins are refused as CloudWatch does."""
    days = changes.pop("days", 1)
    asked = window(counted, "counts", **changes)
    asked["StartTime"] = asked["EndTime"] - timedelta(days=days)
    assert outcome(counted.api("cloudwatch").get_metric_statistics, **asked) == code


def test_other_namespaces_are_answered_as_before(counted: SmallWorld) -> None:
    """A question about instances goes on to who knows of instances."""
    assert points(counted, "counts", Namespace="AWS/EC2") == []
