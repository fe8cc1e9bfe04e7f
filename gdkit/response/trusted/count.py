"""What GuardDuty itself counted of a filter's matches, which it does for a filter without an action too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gdkit.aws import ask, need
from gdkit.errors import AwsCall
from gdkit.response.step import Need

if TYPE_CHECKING:
    from datetime import datetime

    from gdkit.aws import ReadOnlyAws
    from gdkit.response.trusted.home import Home

NAMESPACE, MATCHED = "AWS/GuardDuty", "FindingsMatchedByFilter"
"""Source: GuardDuty User Guide, "Suppression rule metrics": a data point a match, by the dimension FilterName, in the
administrator's account for all members."""

NEEDS = (Need("cloudwatch:GetMetricStatistics"),)

_DAY_S = 86_400


def matches_counted(aws: ReadOnlyAws, home: Home, name: str, since: datetime, until: datetime) -> int:
    """Give how many matches of a filter CloudWatch counted.

    Args:
        aws: the reader.
        home: the detector.
        name: of the filter.
        since: from when, aware UTC.
        until: up to when, aware UTC.

    Raises:
        AwsError: it could not be read.
    """
    if since >= until:
        return 0
    asked = {
        "Namespace": NAMESPACE, "MetricName": MATCHED, "Dimensions": [{"Name": "FilterName", "Value": name}],
        "StartTime": since, "EndTime": until, "Period": _DAY_S, "Statistics": ["Sum"],
    }  # fmt: skip
    client = aws.client("cloudwatch", home.region, home.account_id)
    call = AwsCall("cloudwatch", "GetMetricStatistics", home.account_id, home.region)
    points = need(ask(client, "GetMetricStatistics", asked, account_id=home.account_id), "Datapoints", call)
    return int(sum(point["Sum"] for point in points))
