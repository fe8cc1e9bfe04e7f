from __future__ import annotations

import json
from pathlib import Path

import pytest

from gdkit.trail import Trail, load_trail
from tests.trail import samples

DATA = Path(__file__).parents[3] / "shared/data"


def load(name: str) -> Trail:
    """Load logs kept beside the project, where they are there."""
    if not (DATA / name).exists():
        pytest.skip("the real logs are not beside the project")
    return load_trail(DATA / name)


@pytest.mark.parametrize(
    ("name", "files", "records"),
    [
        ("stratus-red-team", 35, 310),
        ("umccr-flaws-slice/AWSLogs", 5, 185),
        ("umccr-flaws-slice/examples", 16, 21),
        ("otrf", 1, 103),
        ("plaso-lookup-events.jsonl", 1, 6),
    ],
)
def test_no_record_is_lost(name: str, files: int, records: int) -> None:
    """Every record of real logs is found, without a gap; one hand-made tree reuses an id, which is told."""
    trail = load(name)
    (searched,) = trail.coverage.searched
    assert (searched.files, searched.records) == (files, records)
    assert searched.events == len(trail.events) == len(trail.records)
    assert trail.coverage.unread == ()
    assert all("1 event id stands on records that differ" in one for one in trail.coverage.warnings)
    assert trail.events.event_at.notna().all()


def test_stolen_keys_of_an_instance() -> None:
    """The Logstash lines of a real theft show the instance's session and its first-version delivery."""
    events = load("otrf").events
    theft = events[events.event_name == "GetObject"]
    assert theft.session_name.str.startswith("i-").all()
    assert set(theft.ec2_role_delivery) == {"1.0"}
    assert theft.bytes_out.notna().any()


def test_rule_tests_load(tmp_path: Path) -> None:
    """Records written by hand for detection rules load: each is an event or a named gap."""
    source = DATA / "panther-analysis-tests/tests.jsonl"
    if not source.exists():
        pytest.skip("the real logs are not beside the project")
    logs = [json.loads(line)["log"] for line in source.read_text().splitlines()]
    for number, log in enumerate(logs):
        if isinstance(log, dict) and "eventID" in log:
            log["eventID"] = f"{number}"
    trail = load_trail(samples.write(tmp_path / "logs.jsonl", "\n".join(map(samples.compact, logs))))
    assert len(logs) == 472
    assert trail.coverage.searched[0].records == 451
    assert all("Athena" in one.reason or "no CloudTrail record" in one.reason for one in trail.coverage.unread)
    assert len(trail.coverage.unread) == 21
