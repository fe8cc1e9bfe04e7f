"""Faults under the real command: its kernels are processes of their own, and its exit status is what a script sees."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from gdkit.simulator.faults import FaultRule
from tests.live.worlds import World, staged_world

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class Ended(NamedTuple):
    """How a command ended."""

    status: int
    err: str
    result: dict[str, Any] | None


@pytest.fixture(scope="module")
def theft() -> Iterator[World]:
    """Stage a theft."""
    with staged_world("theft", 1) as world:
        yield world


def _investigate(world: World, folder: Path, *rules: FaultRule) -> Ended:
    """Run ``gdkit investigate`` on the oldest finding in a process of its own, while faults happen."""
    staged, finding = world.staged, world.findings(world.staged.region)[0]
    command = [
        *(sys.executable, "-c", "from gdkit.cli import main; main()", "investigate", finding.id),
        *("--case", str(folder / "case"), "--member-role", staged.member_role),
        *("--region", staged.region, "--region", "us-east-1"),
    ]
    with world.faulty(*rules):
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
        assert world.accounts.faults.fired() > 0
    assert "Traceback" not in done.stderr
    assert str(staged.analyst.session_token) not in done.stdout + done.stderr
    result = folder / "case" / "result.json"
    return Ended(done.returncode, done.stderr, json.loads(result.read_text()) if result.exists() else None)


def test_passing_faults(theft: World, tmp_path: Path) -> None:
    """Failures that pass leave no trace: the exit status is 0, and every call of the thief is found."""
    rules = [
        FaultRule(kind, service, times=2, skip=1) for kind in ("500", "reset") for service in ("ec2", "cloudtrail")
    ]
    ended = _investigate(theft, tmp_path, *rules)
    assert ended.status == 0, ended.err
    assert ended.result is not None
    assert set(ended.result["events"]["thief_event_ids"]) == theft.staged.event_ids("thief", data_events=False)


def test_second_account_denied(theft: World, tmp_path: Path) -> None:
    """Where the second account refuses, the exit status is 3 and the coverage names that account."""
    second = theft.staged.second_account_id
    ended = _investigate(theft, tmp_path, FaultRule("deny", account_id=second))
    assert ended.status == 3, ended.err
    assert ended.result is not None
    assert any(gap["failed"] and second in gap["what"] for gap in ended.result["coverage"]["not_searched"])


def test_event_history_denied(theft: World, tmp_path: Path) -> None:
    """Where no look-up is allowed at all, the exit status is 1, and the message names the missing permission."""
    ended = _investigate(theft, tmp_path, FaultRule("deny", "cloudtrail", "LookupEvents"))
    assert (ended.status, ended.result) == (1, None)
    assert "cloudtrail:LookupEvents is missing" in ended.err
