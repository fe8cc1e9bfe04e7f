"""The metadata service of the leaked instance: its use over time, and its settings."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from hypothesis import given
from hypothesis import strategies as st

from gdkit.environment.collector import Collector
from gdkit.environment.metadata import (
    MOST_POINTS,
    REJECTED,
    MetadataOptions,
    ask_metadata_use,
    metadata_options,
    metadata_use,
    metadata_use_period_s,
    period_for,
)
from tests.aws.fakes import ACCOUNT, FakeAws, Refusal, reader
from tests.environment.samples import documents, instance
from tests.findings.samples import INSTANCE

if TYPE_CHECKING:
    import pytest

    from tests.aws.fakes import Answer

START = datetime(2026, 11, 1, 3, 4, 5, tzinfo=UTC)
END = START + timedelta(days=2)
LATER, EARLIER = START + timedelta(minutes=10), START + timedelta(minutes=5)
POINTS: dict[str, Any] = {
    "Label": "x", "Datapoints": [{"Timestamp": LATER, "Sum": 0.0, "Unit": "Count"},
                                 {"Timestamp": EARLIER, "Sum": 3.0, "Unit": "Count"}],
}  # fmt: skip


def _asked(monkeypatch: pytest.MonkeyPatch, answer: Answer) -> tuple[FakeAws, Collector]:
    fake, aws = reader(monkeypatch, {("cloudwatch", "GetMetricStatistics"): answer})
    books = Collector(aws, ACCOUNT, "eu-west-1")
    ask_metadata_use(books, INSTANCE, start_at=START, end_at=END)
    return fake, books


def test_both_metrics_are_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Answered and refused reads are asked for by instance, from a full period on, in sums."""
    fake, _ = _asked(monkeypatch, POINTS)
    asked = {call.parameters["MetricName"]: call.parameters for call in fake.made("GetMetricStatistics")}
    assert set(asked) == {"MetadataNoToken", "MetadataNoTokenRejected"}
    assert asked["MetadataNoToken"] == {
        "Namespace": "AWS/EC2", "MetricName": "MetadataNoToken", "Statistics": ["Sum"], "Period": 300,
        "Dimensions": [{"Name": "InstanceId", "Value": INSTANCE}],
        "StartTime": datetime(2026, 11, 1, 3, 0, tzinfo=UTC), "EndTime": END,
    }  # fmt: skip


def test_figures(monkeypatch: pytest.MonkeyPatch) -> None:
    """The figures come in order of time, which CloudWatch does not keep, each for a period that is told."""
    _, books = _asked(monkeypatch, POINTS)
    assert metadata_use(books.documents) == [(EARLIER, 3.0), (LATER, 0.0)]
    assert metadata_use_period_s(books.documents) == 300


def test_no_figures(monkeypatch: pytest.MonkeyPatch) -> None:
    """No figures are an empty list; not asked, denied or cut off is None, and the latter two are gaps."""
    _, books = _asked(monkeypatch, {"Label": "x", "Datapoints": []})
    assert metadata_use(books.documents, REJECTED) == []
    assert metadata_use({}) is None
    assert metadata_use_period_s({}) is None
    for answer in (Refusal("AccessDenied"), {}):
        _, books = _asked(monkeypatch, answer)
        assert metadata_use(books.documents) is None
        assert [gap.failed for gap in books.not_searched] == [True, True]
        assert books.not_searched[0].what == f"MetadataNoToken of {INSTANCE} since 2026-11-01T03:04:05Z"


@given(st.timedeltas(timedelta(seconds=1), timedelta(days=455)))
def test_period(window: timedelta) -> None:
    """A window never gives more points than one answer holds, and the period is one that CloudWatch still keeps."""
    period_s = period_for(END - window, END)
    first = int((END - window).timestamp()) // period_s * period_s
    assert (END.timestamp() - first) / period_s <= MOST_POINTS
    assert period_s % (3600 if window > timedelta(days=63) else 300) == 0


def test_options() -> None:
    """The settings are the instance's own; without an instance there are none, without settings each is missing."""
    options = {"HttpTokens": "optional", "HttpPutResponseHopLimit": 2, "HttpEndpoint": "enabled", "State": "applied"}
    found = documents(instance=[{"Instances": [instance(MetadataOptions=options)]}])
    assert metadata_options(found) == MetadataOptions("optional", 2, "enabled")
    bare = documents(instance=[{"Instances": [{"InstanceId": INSTANCE}]}])
    assert metadata_options(bare) == MetadataOptions(None, None, None)
    assert metadata_options({}) is None
