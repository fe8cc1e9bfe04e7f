"""``gdkit demo`` and ``gdkit simulate``, each in a process of its own, as a newcomer runs them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from gdkit.case.folder import start_case
from gdkit.model import Subject

if TYPE_CHECKING:
    from collections.abc import Iterator

GDKIT = (sys.executable, "-c", "from gdkit.cli import main; main()")
POISON = {
    "AWS_PROFILE": "nobodys",
    "AWS_ACCESS_KEY_ID": "AKIAREALWORLDREALKEY",
    "AWS_SECRET_ACCESS_KEY": "never-to-be-used",
    "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
    "AWS_ENDPOINT_URL_STS": "http://127.0.0.1:9",
    "HTTP_PROXY": "http://127.0.0.1:9",
    "HTTPS_PROXY": "http://127.0.0.1:9",
}
"""A machine's own settings, which must not matter: nothing listens at port 9."""


class Ended(NamedTuple):
    """How a command ended."""

    status: int
    out: str
    err: str


def _run(folder: Path, *arguments: object, **environment: str) -> Ended:
    command = [*GDKIT, *map(str, arguments)]
    variables = {**os.environ, **POISON, **environment}
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder, env=variables)  # noqa: S603
    assert "Traceback" not in done.stderr, done.stderr
    assert "nobodys" not in done.stdout + done.stderr
    return Ended(done.returncode, done.stdout, done.stderr)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Ended]:
    """Run the demo once, beside an older one."""
    folder = tmp_path_factory.mktemp("demo")
    (folder / "demo").mkdir()
    (folder / "demo" / "kept").write_text("older")
    return folder, _run(folder, "demo")


@pytest.mark.xdist_group("the demo")
def test_demo_ends_with_the_report(demo: tuple[Path, Ended]) -> None:
    """The demo ends with 0, its last line is the report's path, and the report says that all of it is simulated."""
    folder, ended = demo
    assert ended.status == 0, ended.err
    label, _, path = ended.out.splitlines()[-1].partition(": ")
    report = Path(path)
    assert label == "Report"
    assert report.is_absolute()
    assert report.is_relative_to(folder)
    assert "SIMULATED" in report.read_text(encoding="utf-8")


@pytest.mark.xdist_group("the demo")
def test_demo_leaves_an_older_one_alone(demo: tuple[Path, Ended]) -> None:
    """A folder named demo is left as it is, and the new demo stands beside it."""
    folder, ended = demo
    assert [path.name for path in (folder / "demo").iterdir()] == ["kept"]
    assert f"{folder}/demo-2/" in ended.out.splitlines()[-1]


@pytest.mark.xdist_group("the demo")
def test_demo_finds_what_happened(demo: tuple[Path, Ended]) -> None:
    """The truth lies beside the case and not in it, and the case's thief is the true one."""
    folder, _ = demo
    truth = json.loads((folder / "demo-2" / "truth.json").read_text())
    assert not list((folder / "demo-2" / "case").rglob("truth*"))
    result = json.loads((folder / "demo-2" / "case" / "result.json").read_text())
    found = set(result["events"]["thief_event_ids"])
    assert len(found) > 15
    assert found <= set(truth["thief_event_ids"])
    assert result["session"]["principal_id"] == truth["principal_id"]


class Simulated(NamedTuple):
    """A simulator that runs in another process, and the variables that it printed."""

    process: subprocess.Popen[str]
    variables: dict[str, str]
    told: str
    sources: list[str]
    began_at: datetime


@pytest.fixture(scope="module")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulated]:
    """Run ``gdkit simulate theft`` and read what it prints, as somebody does who copies it into another terminal."""
    folder = tmp_path_factory.mktemp("simulate")
    with subprocess.Popen(  # noqa: S603
        [*GDKIT, "simulate", "theft", "--queries", "--truth", "truth.json"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=folder,
        env={**os.environ, **POISON, "PYTHONUNBUFFERED": "1"},
    ) as process:  # fmt: skip
        try:
            assert process.stdout is not None
            assert process.stderr is not None
            told = process.stderr.readline()
            assert "/AWSLogs/" in process.stderr.readline()
            sources = [process.stderr.readline().partition("--trail ")[2].strip() for _ in range(4)]
            assert "running" in process.stderr.readline()
            lines = [process.stdout.readline() for _ in range(7)]
            pairs = [line.removeprefix("export ").strip().partition("=") for line in lines]
            assert all(line.startswith("export GDKIT_SIMULATOR") for line in lines)
            yield Simulated(process, {name: value for name, _, value in pairs}, told, sources,
                            datetime.now(UTC))  # fmt: skip
        finally:
            process.kill()


def _member_role(simulated: Simulated) -> str:
    return simulated.told.partition("--member-role ")[2].partition(";")[0]


@pytest.fixture(scope="module")
def finding(simulated: Simulated, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Give the oldest finding, as ``gdkit findings --json`` lists it in another process."""
    ended = _run(tmp_path_factory.mktemp("findings"), "findings", "--json", **simulated.variables)
    assert ended.status == 0, ended.err
    listed: list[dict[str, Any]] = json.loads(ended.out)["findings"]
    assert listed
    return listed[-1]


def test_check_another_process(simulated: Simulated, tmp_path: Path) -> None:
    """``gdkit check`` works on the simulated account, says that it is simulated, and finds no permission missing.

    Of three calls it cannot tell: S3 says to everybody that a bucket is not there, and moto fails on one id.
    """
    ended = _run(tmp_path, "check", "--json", **simulated.variables)
    reach = json.loads(ended.out)
    assert reach["simulated"] is True
    states = {row["action"]: row["state"] for row in reach["permissions"]}
    assert {action for action, state in states.items() if state != "allowed"} == {
        "s3:GetBucketPolicy", "s3:GetBucketAcl", "kms:ListGrants"}  # fmt: skip
    assert "missing" not in states.values()
    assert ended.status == 3
    assert not any("NoSuchBucket" in gap for gap in reach["gaps"])


def test_investigate_from_another_process(simulated: Simulated, finding: dict[str, Any], tmp_path: Path) -> None:
    """``gdkit investigate`` by the finding's ARN works on the simulated account, from the finding to the report."""
    role = _member_role(simulated)
    ended = _run(
        tmp_path, "investigate", finding["arn"], "--case", "case", "--member-role", role, **simulated.variables
    )
    assert ended.status == 0, ended.err
    assert json.loads((tmp_path / "case" / "result.json").read_text())["events"]["thief"] > 15
    assert (tmp_path / "case" / "reports" / "report.html").exists()


def test_gap_is_an_exit_status(simulated: Simulated, finding: dict[str, Any], tmp_path: Path) -> None:
    """Without a role for the second account the case is done with a named gap, and the exit status is 3."""
    region = ("--region", finding["region"])
    ended = _run(tmp_path, "investigate", finding["id"], "--case", "case", *region, **simulated.variables)
    assert ended.status == 3, ended.err
    gaps = json.loads((tmp_path / "case" / "coverage.json").read_text())["not_searched"]
    assert any(gap["failed"] and "no role to assume there was named" in gap["reason"] for gap in gaps)
    assert "There are gaps" in ended.err


def test_queries_from_another_process(simulated: Simulated, tmp_path: Path) -> None:
    """Athena, Security Lake and CloudTrail Lake of the simulated account answer another process, and agree.

    Of what was delivered when it began: later log files come into the bucket, which Athena reads, and into no lake.
    """
    athena, *security_lake, lake = simulated.sources
    session = simulated.told.rpartition("session: ")[2].strip()
    until, events = f"{simulated.began_at - timedelta(minutes=30):%Y-%m-%dT%H:%M:%SZ}", []
    for sources in ([athena], security_lake, [lake]):
        named = [argument for one in sources for argument in ("--trail", one)]
        ended = _run(tmp_path, "events", session, *named, "--until", until, "--json", **simulated.variables)
        assert ended.status == 0, ended.err
        events.append({event["event_id"] for event in json.loads(ended.out)["events"]})
    assert len(events[0]) > 50
    assert events[0] == events[1] == events[2]


def test_unknown_finding(simulated: Simulated, tmp_path: Path) -> None:
    """An id that no detector knows is told in one line, and no case is begun."""
    ended = _run(tmp_path, "investigate", "0" * 32, "--case", "case", **simulated.variables)
    assert ended.status == 1
    assert f"finding '{'0' * 32}': it is in none of the 1 GuardDuty detectors" in ended.err
    assert not (tmp_path / "case").exists()


def test_stopped_by_the_keyboard(tmp_path: Path) -> None:
    """Ctrl-C stops a simulator in a moment, with exit status 0 and without a stack trace."""
    with subprocess.Popen(  # noqa: S603
        [*GDKIT, "simulate", "quiet"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=tmp_path,
        env={**os.environ, **POISON},
    ) as process:  # fmt: skip
        assert process.stderr is not None
        while "running" not in process.stderr.readline():
            assert process.poll() is None
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=20)
    assert process.returncode == 0
    assert "Traceback" not in said


def test_unknown_scenario(tmp_path: Path) -> None:
    """A scenario that does not exist is wrong use, and the message lists those that do."""
    ended = _run(tmp_path, "simulate", "earthquake")
    assert (ended.status, ended.out) == (2, "")
    assert "choose one of theft, onprem, hub, inside, same-account, quiet" in ended.err


def test_case_of_a_simulation_stays_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A case begun on a simulated account is not taken up on the real AWS: nothing is asked, and the error says why."""
    from gdkit.aws import AwsAccess

    principal = "AROAEXAMPLEEXAMPLE001:i-0123456789abcdef0"
    subject = Subject(principal_id=principal, instance_id=principal.partition(":")[2])
    monkeypatch.setenv("GDKIT_SIMULATOR", "http://127.0.0.1:9")
    start_case(tmp_path / "case", subject, trail=["lookup"], access=AwsAccess())
    monkeypatch.delenv("GDKIT_SIMULATOR")
    refused = _run(tmp_path, "investigate", principal, "--case", "case")
    assert refused.status == 1
    assert "simulated account" in refused.err
    assert "start the simulator" in refused.err
