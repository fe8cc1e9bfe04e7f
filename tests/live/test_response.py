"""A whole response in a simulated account, as a responder makes it: by command, by panel, killed in the middle."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

from gdkit import stages
from gdkit.case.journal import broken_entry, read_entries
from gdkit.case.response_record import CaseRecord
from gdkit.case.results import load_result
from gdkit.case.verdicts import record_verdict
from gdkit.cli import commands
from gdkit.errors import ResponseError
from gdkit.response.record import applications
from gdkit.ui.step_panel import APPLIED, StepPanel
from tests.live.worlds import World, investigate, staged_world

if TYPE_CHECKING:
    from collections.abc import Iterator

    from click.testing import Result

    from gdkit.case.folder import CaseFolder

pytestmark = [pytest.mark.xdist_group("response to a simulated theft"), pytest.mark.usefixtures("unpaced")]

KILLED = """
import os, signal
from gdkit.response import engine
real = engine.perform
def dying(*given, **named):
    answer = real(*given, **named)
    os.kill(os.getpid(), signal.SIGKILL)
engine.perform = dying
from gdkit.cli import main
main()
"""
"""A gdkit that is killed right after its first changing call was answered."""


@dataclass(frozen=True, slots=True)
class Staged:
    """A staged theft, and a case of it in which the address was judged malicious."""

    world: World
    case: CaseFolder

    def gdkit(self, *arguments: str, status: int = 0) -> Result:
        """Run ``gdkit respond`` on the case, in this process."""
        ran = CliRunner().invoke(commands, ["respond", "--case", str(self.case.path), *arguments])
        code = getattr(ran.exception, "exit_status", ran.exit_code)
        assert code == status, ran.output + repr(ran.exception)
        return ran

    def plan(self, *arguments: str) -> dict[str, Any]:
        """Preview, and give the plan as JSON."""
        document: dict[str, Any] = json.loads(self.gdkit(*arguments, "--json").output)
        return document

    @property
    def http_tokens(self) -> str:
        """The metadata service's setting, read past the gateway."""
        staged = self.world.staged
        ec2 = self.world.accounts.backend.client("ec2", staged.account_id, staged.region)
        found = ec2.describe_instances(InstanceIds=[staged.instance_id])["Reservations"][0]["Instances"][0]
        return str(found["MetadataOptions"]["HttpTokens"])


@pytest.fixture(scope="module")
def theft(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Staged]:
    """Stage and investigate it once; the tests go on one after another."""
    with staged_world("theft", 3) as world:
        made = investigate(world, tmp_path_factory.mktemp("response") / "case")
        record_verdict(made.case, "malicious", "not ours")
        yield Staged(world, made.case)


def test_order(theft: Staged) -> None:
    """Without a step the command shows the order: the session Deny is next."""
    lines = theft.gdkit().output.splitlines()
    assert "malicious" in lines[0]
    assert "next" in lines[1]
    assert "deny-session" in lines[1]
    order = json.loads(theft.gdkit("--json").output)
    assert order["playbook"] == "malicious"
    assert stages.response_order(str(theft.case.path)).frame["state"].iloc[0] == "next"


def test_preview_apply_verify_undo(theft: Staged) -> None:
    """By the command alone: previewed, applied by the hash, verified, undone, and all of it in journal and result."""
    assert theft.http_tokens == "optional"
    plan = theft.plan("require-imdsv2")
    assert theft.http_tokens == "optional"
    assert plan["target"]["instance_id"] == theft.world.staged.instance_id
    theft.gdkit("require-imdsv2", "--apply", "--plan", plan["hash"])
    assert theft.http_tokens == "required"
    assert "as planned" in theft.gdkit("require-imdsv2", "--verify").output
    assert load_result(theft.case)["response"]["applied"][-1]["in_force"]
    undo = theft.plan("require-imdsv2", "--undo")
    theft.gdkit("require-imdsv2", "--apply", "--plan", undo["hash"][:12])
    assert theft.http_tokens == "optional"
    assert not load_result(theft.case)["response"]["applied"][-1]["in_force"]
    assert broken_entry(read_entries(theft.case.journal)) is None


def test_wrong_use(theft: Staged) -> None:
    """A hash of another step, no hash, an unknown option and a step without words are refused, and nothing is done."""
    plan = theft.plan("require-imdsv2")
    assert "no plan with this hash" in str(
        theft.gdkit("require-imdsv2", "--apply", "--plan", "0" * 12, status=1).exception
    )
    theft.gdkit("require-imdsv2", "--apply", status=2)
    theft.gdkit("require-imdsv2", "-o", "hop-limit", status=2)
    theft.gdkit("require-imdsv2", "-o", "hops=1", status=1)
    theft.gdkit("--apply", status=2)
    theft.gdkit("imds-defaults", "--apply", "--plan", plan["hash"], status=2)
    theft.gdkit("require-imdsv2", "--undo", status=1)
    assert theft.http_tokens == "optional"


def test_killed_between_call_and_outcome(theft: Staged) -> None:
    """Killed by the system after its call, the command leaves an intent; the next run settles it, and undoes it."""
    plan = theft.plan("require-imdsv2")
    command = [sys.executable, "-c", KILLED, "respond", "--case", str(theft.case.path), "require-imdsv2", "--apply",
               "--plan", plan["hash"]]  # fmt: skip
    died = subprocess.run(command, env=dict(os.environ), capture_output=True, text=True, check=False)  # noqa: S603
    assert died.returncode == -signal.SIGKILL, died.stderr
    assert applications(CaseRecord(theft.case, ""))[-1].status == "open"
    assert theft.http_tokens == "required"
    assert "as planned" in theft.gdkit("require-imdsv2", "--verify").output
    assert applications(CaseRecord(theft.case, ""))[-1].status == "done"
    theft.gdkit("require-imdsv2", "--apply", "--plan", theft.plan("require-imdsv2", "--undo")["hash"])
    assert theft.http_tokens == "optional"


def test_panel(theft: Staged) -> None:
    """The panel previews, refuses a wrong hash, applies the typed one, verifies, undoes; a new one shows the state."""
    panel = stages.step(str(theft.case.path), "require-imdsv2", interactive=True)
    assert isinstance(panel, StepPanel)
    panel.buttons["Preview"].click()
    assert "Nothing was changed yet" in panel.shown.value
    panel.hash.value = "f" * 12
    panel.buttons["Apply"].click()
    assert "Not done" in panel.status.value
    assert theft.http_tokens == "optional"
    assert read_entries(theft.case.journal)[-1]["act"] == "error"
    panel.hash.value = theft.plan("require-imdsv2")["hash"][:12]
    panel.analyst.value = "ben"
    panel.buttons["Apply"].click()
    assert theft.http_tokens == "required"
    assert APPLIED in panel.shown.value
    assert "Nothing was changed yet" not in panel.shown.value
    assert applications(CaseRecord(theft.case, ""))[-1].actor == "ben"
    assert panel.status.value.startswith("Applied ")
    panel.buttons["Verify"].click()
    assert "in force" in panel.outcome.value
    again = stages.step(str(theft.case.path), "require-imdsv2", interactive=True)
    assert isinstance(again, StepPanel)
    assert "Applied " in again.about.value
    again.buttons["Preview undo"].click()
    again.hash.value = theft.plan("require-imdsv2", "--undo")["hash"]
    again.buttons["Apply"].click()
    assert theft.http_tokens == "optional"


def test_headless(theft: Staged) -> None:
    """A headless run previews what is due, contains nothing by itself, and applies a plan whose hash it is given."""
    case = str(theft.case.path)
    shown = stages.step(case, "require-imdsv2", interactive=False)
    assert "Nothing was changed yet" in shown.summary
    assert theft.http_tokens == "optional"
    plan = theft.plan("require-imdsv2", "-o", "hop-limit=2")
    told = stages.step(case, "require-imdsv2", ["require-imdsv2:hop-limit=2"], interactive=False)
    assert any(plan["hash"][:12] in str(value) for _, value in told.facts)
    done = stages.step(case, "require-imdsv2", [], [plan["hash"]], interactive=False)
    assert "applied" in done.summary
    assert theft.http_tokens == "required"
    with pytest.raises(ResponseError, match="STEP:NAME=VALUE"):
        stages.step(case, "require-imdsv2", ["hop-limit=2"], interactive=False)
    theft.gdkit("require-imdsv2", "--apply", "--plan", theft.plan("require-imdsv2", "--undo")["hash"])


def test_skipped_by_a_person(theft: Staged) -> None:
    """A part that is left out stands in the order with the reason."""
    theft.gdkit("imds-defaults", "--skip", "--reason", "another team's setting")
    assert "another team's setting" in theft.gdkit().output
    theft.gdkit("imds-defaults", "--skip", status=1)
