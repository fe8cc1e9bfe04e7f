"""Calls against what watches."""

from __future__ import annotations

from typing import Any

import pytest

from tests.analysis.impact.made import call, impact, rows_of


@pytest.mark.parametrize(
    ("operation", "request_", "watcher", "target"),
    [
        ("guardduty:DeleteDetector", {"detectorId": "d"}, "GuardDuty", "d"),
        ("guardduty:ArchiveFindings", {"findingIds": ["f1", "f2"]}, "GuardDuty", "f1\nf2"),
        ("cloudtrail:StopLogging", {"name": "trail"}, "CloudTrail", "trail"),
        ("monitoring:DeleteAlarms", {"alarmNames": ["a"]}, "CloudWatch alarms", "a"),
        ("ec2:DeleteFlowLogs", {"DeleteFlowLogsRequest": {"FlowLogId": {"content": "fl-1", "tag": 1}}},
         "VPC flow logs", "fl-1"),
        ("config:StopConfigurationRecorder", {"configurationRecorderName": "r"}, "Config", "r"),
        ("kms:ScheduleKeyDeletion", {"keyId": "k"}, "KMS", "k"),
        ("securityhub:DisableSecurityHub", None, "Security Hub", None),
        ("access-analyzer:DeleteAnalyzer", {"analyzerName": "z"}, "Access Analyzer", "z"),
        ("events:DisableRule", {"name": "alarm"}, "EventBridge", "alarm"),
    ],
)  # fmt: skip
def test_watchers(operation: str, request_: Any, watcher: str, target: str | None) -> None:
    """A call against a watcher is told in words, with what it was done to."""
    (row,) = rows_of(impact(call(operation, request_)).tamper)
    assert (row["watcher"], row["target"], row["outcome"], row["event_id"]) == (watcher, target, "succeeded", "e0")
    assert row["what"]


def test_outcomes_and_parties() -> None:
    """Tries that were refused are listed as such; the workload's calls are not."""
    rows = rows_of(
        impact(
            call("cloudtrail:StopLogging", error_code="AccessDenied"),
            call("cloudtrail:StopLogging", party="unknown"),
            call("cloudtrail:StopLogging", party="workload"),
        ).tamper
    )
    assert [(row["outcome"], row["party"]) for row in rows] == [("refused", "thief"), ("succeeded", "unknown")]


def test_what_the_log_cannot_tell_is_said() -> None:
    """A change that may be harmless carries its doubt; stopping a trail carries none."""
    rows = rows_of(impact(call("cloudtrail:UpdateTrail"), call("cloudtrail:StopLogging")).tamper)
    assert [row["doubt"] is None for row in rows] == [False, True]


def test_buckets_of_logs() -> None:
    """Changes of a bucket count where it holds logs; where that is not known, they are listed with that doubt."""
    calls = [call("s3:PutBucketLifecycle", {"bucketName": name}) for name in ("logs", "shop")]
    calls.append(call("s3:DeleteObject", {"bucketName": "logs", "key": "AWSLogs/x"}))
    known = rows_of(impact(*calls, log_buckets={"logs"}).tamper)
    assert [(row["event_name"], row["target"], row["doubt"]) for row in known] == [
        ("PutBucketLifecycle", "logs", None),
        ("DeleteObject", "logs", None),
    ]
    unknown = rows_of(impact(*calls).tamper)
    assert [(row["target"], bool(row["doubt"])) for row in unknown] == [("logs", True), ("shop", True)]
    assert rows_of(impact(*calls, log_buckets=()).tamper) == []
