"""The leaked instance's metadata service: how it is set now, and how often it was read without a token.

Source: EC2 User Guide, "Instance metrics", MetadataNoToken and MetadataNoTokenRejected; CloudWatch API Reference,
GetMetricStatistics.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Literal

from gdkit.environment.addresses import instance_of
from gdkit.environment.collector import Collector, Question
from gdkit.model import utc_text
from gdkit.trail.times import parse_time

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gdkit.environment.model import Document

Metric = Literal["MetadataNoToken", "MetadataNoTokenRejected"]

NO_TOKEN: Metric = "MetadataNoToken"  # noqa: S105 - a metric's name
"""Reads of version 1 (IMDSv1) that were answered; a theft through such a read is among them."""

REJECTED: Metric = "MetadataNoTokenRejected"
"""Reads of version 1 that were refused because the instance demands version 2."""

METADATA_USE = "metadata_use."
"""What the names of the documents begin with; the metric follows."""

MOST_POINTS = 1_440
_PERIODS_S = (300, 3_600, 21_600, 86_400)
_FIVE_MINUTES_KEPT = timedelta(days=63)
"""How long CloudWatch keeps points of five minutes; older ones are of an hour at least."""


@dataclass(frozen=True, slots=True)
class MetadataOptions:
    """How the instance's metadata service is set now. What AWS does not say is None.

    Attributes:
        http_tokens: ``required`` is version 2 alone, ``optional`` lets version 1 in.
        hop_limit: how many network hops an answer with a token may travel.
        http_endpoint: ``enabled`` or ``disabled``.
    """

    http_tokens: str | None
    hop_limit: int | None
    http_endpoint: str | None


def ask_metadata_use(books: Collector, instance_id: str, *, start_at: datetime, end_at: datetime) -> None:
    """Ask CloudWatch how often the metadata service was read without a token, and how often that was refused.

    Args:
        books: where the answers go.
        instance_id: the instance.
        start_at: from when on; it is put back to a full period.
        end_at: until when.
    """
    period_s = period_for(start_at, end_at)
    asked = {
        "Namespace": "AWS/EC2",
        "Dimensions": [{"Name": "InstanceId", "Value": instance_id}],
        "StartTime": _full_period(start_at, period_s),
        "EndTime": end_at,
        "Period": period_s,
        "Statistics": ["Sum"],
    }
    for metric in (NO_TOKEN, REJECTED):
        words = f"{metric} of {instance_id} since {utc_text(start_at)}"
        parameters = {**asked, "MetricName": metric}
        name = f"{METADATA_USE}{metric}"
        books.ask(Question(name, words, "cloudwatch", "GetMetricStatistics", "", parameters, needs="Label"))


def period_for(start_at: datetime, end_at: datetime) -> int:
    """Give the shortest period, in seconds, that CloudWatch still has and can give of the window in one answer.

    >>> day = datetime(2026, 11, 1, tzinfo=UTC)
    >>> period_for(day, day + timedelta(days=2)), period_for(day, day + timedelta(days=30))
    (300, 3600)
    """
    old = end_at - start_at > _FIVE_MINUTES_KEPT
    window_s = (end_at - start_at).total_seconds()
    for period_s in _PERIODS_S[1:] if old else _PERIODS_S:
        if window_s / period_s + 2 <= MOST_POINTS:  # a part of a period at either end
            return period_s
    return _PERIODS_S[-1]


def metadata_use(documents: Mapping[str, Document], metric: Metric = NO_TOKEN) -> list[tuple[datetime, float]] | None:
    """Give how often the metadata service was read without a token, by period.

    Args:
        documents: those named ``metadata_use.METRIC``.
        metric: answered reads, or refused ones.

    Returns:
        The beginning of each period and the sum of reads in it, in order of time; None where it was not asked or not
        answered. No rows means that CloudWatch has no figures, as of an instance that was stopped: not that there
        were no reads, which are rows of 0.
    """
    document = documents.get(f"{METADATA_USE}{metric}")
    if document is None:
        return None
    points = ((parse_time(point.get("Timestamp")), point.get("Sum")) for point in document.answer.get("Datapoints", []))
    return sorted((at, float(count)) for at, count in points if at is not None and count is not None)


def metadata_use_period_s(documents: Mapping[str, Document], metric: Metric = NO_TOKEN) -> int | None:
    """Give how many seconds each row of ``metadata_use`` stands for; None where it was not answered."""
    document = documents.get(f"{METADATA_USE}{metric}")
    return None if document is None else int(document.parameters["Period"])


def metadata_options(documents: Mapping[str, Document]) -> MetadataOptions | None:
    """Give how the instance's metadata service is set now; None where the instance was not described."""
    instance = instance_of(documents)
    if instance is None:
        return None
    options = instance.get("MetadataOptions") or {}
    return MetadataOptions(
        http_tokens=options.get("HttpTokens"),
        hop_limit=options.get("HttpPutResponseHopLimit"),
        http_endpoint=options.get("HttpEndpoint"),
    )


def _full_period(at: datetime, period_s: int) -> datetime:
    seconds = int(at.timestamp())
    return datetime.fromtimestamp(seconds - seconds % period_s, UTC)
