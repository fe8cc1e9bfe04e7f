"""Faults of every kind in a whole live investigation: it ends with the same answer, names the gap, or says what failed.

What must never happen is an answer that lacks something and does not say so.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from gdkit.cli.live import live_subject
from gdkit.errors import AwsError, FindingError, GdkitError
from gdkit.simulator.faults import FAULT_KINDS, FaultRule
from tests.live.worlds import Investigated, World, investigate, staged_world

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from gdkit.model import Subject

pytestmark = pytest.mark.usefixtures("unpaced")

SERVICES = ("cloudtrail", "ec2", "guardduty", "iam", "sts")
PASSING = ("500", "503", "delay", "reset", "throttle")
"""Kinds that a retry gets over."""

STAYING = tuple(kind for kind in FAULT_KINDS if kind not in PASSING)
HARMFUL = tuple(kind for kind in FAULT_KINDS if kind != "delay")

READING = (
    ("cloudtrail", "DescribeTrails"), ("cloudtrail", "GetEventSelectors"), ("cloudtrail", "GetTrailStatus"),
    ("ec2", "DescribeInstances"), ("ec2", "DescribeNatGateways"), ("ec2", "DescribeRouteTables"),
    ("guardduty", "GetDetector"), ("guardduty", "ListDetectors"), ("guardduty", "ListFilters"),
    ("iam", "GetRole"), ("iam", "GetRolePolicy"),
)  # fmt: skip
"""Calls about the surroundings: without them the session's calls can still be found."""


@dataclass(frozen=True, slots=True)
class Theft:
    """A staged theft, and an investigation of it that nothing disturbed."""

    world: World
    finding_id: str
    subject: Subject
    undisturbed: Investigated

    @property
    def home(self) -> str:
        """The region of the instance."""
        return self.world.staged.region

    def from_finding(self, folder: Path) -> Investigated:
        """Investigate from the finding's id on, as the command does."""
        access = self.world.access(self.home, "us-east-1")
        subject, not_asked = live_subject(self.finding_id, access)
        return investigate(self.world, folder, subject=subject, access=access, not_asked=not_asked)

    def from_subject(self, folder: Path) -> Investigated:
        """Investigate with the finding at hand."""
        access = self.world.access(self.home, "us-east-1")
        return investigate(self.world, folder, subject=self.subject, access=access)


@pytest.fixture(scope="module")
def theft(unpaced: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Theft]:
    """Stage a theft whose thief came from two addresses, and investigate it once without a fault."""
    with staged_world("theft", 1) as world:
        findings = world.findings(world.staged.region)
        assert len(findings) == 2
        access = world.access(world.staged.region, "us-east-1")
        subject, _ = live_subject(findings[0].id, access)
        case = tmp_path_factory.mktemp("undisturbed") / "case"
        undisturbed = investigate(world, case, subject=subject, access=access)
        assert undisturbed.failed == []
        yield Theft(world, findings[0].id, subject, undisturbed)


def _answer(ended: Investigated) -> dict[str, Any]:
    """Give what must not be silently smaller: all but which rule decided."""
    return {name: part for name, part in ended.answer.items() if name != "attribution"}


def _run(
    theft: Theft, run: Callable[[Path], Investigated], folder: Path, *rules: FaultRule
) -> Investigated | GdkitError:
    """Investigate while faults happen, and give the case or the error; at least one fault must have happened."""
    with theft.world.faulty(*rules):
        try:
            ended: Investigated | GdkitError = run(folder)
        except GdkitError as error:
            ended = error
        assert theft.world.accounts.faults.fired() > 0
    return ended


def _hold(theft: Theft, ended: Investigated | GdkitError) -> None:
    """Accept the same answer, a named gap, or an error that says what to do and gives nothing away."""
    if isinstance(ended, GdkitError):
        assert ended.exit_status == 1
        assert ended.problem
        assert ended.action
        analyst = theft.world.staged.analyst
        assert analyst.secret_access_key not in str(ended)
        assert str(analyst.session_token) not in str(ended)
    elif _answer(ended) != _answer(theft.undisturbed):
        assert ended.failed, "the answer lacks something and does not say so"
        assert ended.ids("thief") <= theft.undisturbed.ids("thief")


@pytest.mark.parametrize("kind", PASSING)
def test_passing_fault(theft: Theft, kind: Any, tmp_path: Path) -> None:
    """Faults that pass, some in every service, change nothing in the answer and leave no gap."""
    delay_s = 0.05 if kind == "delay" else 0.0
    rules = [FaultRule(kind, service, times=2, probability=0.2, delay_s=delay_s) for service in SERVICES]
    ended = _run(theft, theft.from_finding, tmp_path / "case", *rules)
    assert isinstance(ended, Investigated), ended
    assert ended.answer == theft.undisturbed.answer
    assert ended.failed == []


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("kind", STAYING)
def test_refused_in_between(theft: Theft, kind: Any, service: str, tmp_path: Path) -> None:
    """What no retry gets over, after a first good answer, is an error or a named gap, never silence."""
    run = theft.from_finding if service == "guardduty" else theft.from_subject
    _hold(theft, _run(theft, run, tmp_path / "case", FaultRule(kind, service, times=2, skip=1)))


@pytest.mark.parametrize("kind", HARMFUL)
@pytest.mark.parametrize("place", ["home", "us-east-1", "second account", "everywhere"])
def test_lasting_fault(theft: Theft, kind: Any, place: str, tmp_path: Path) -> None:
    """A fault that lasts, in a region, an account or everywhere, is an error or a named gap."""
    rule = {
        "home": FaultRule(kind, region=theft.home),
        "us-east-1": FaultRule(kind, "cloudtrail", region="us-east-1"),
        "second account": FaultRule(kind, account_id=theft.world.staged.second_account_id),
        "everywhere": FaultRule(kind),
    }[place]
    ended = _run(theft, theft.from_subject, tmp_path / "case", rule)
    _hold(theft, ended)
    assert isinstance(ended, GdkitError) == (place == "everywhere")
    if isinstance(ended, Investigated):
        named = theft.world.staged.second_account_id if place == "second account" else place.replace("home", theft.home)
        assert any(named in gap for gap in ended.failed)


@pytest.mark.parametrize("kind", ["deny", "truncate"])
@pytest.mark.parametrize(("service", "operation"), READING, ids=str)
def test_surroundings_not_read(theft: Theft, service: str, operation: str, kind: Any, tmp_path: Path) -> None:
    """Where one call about the surroundings fails, the answer stands, and the ledger names what was not read."""
    ended = _run(theft, theft.from_subject, tmp_path / "case", FaultRule(kind, service, operation))
    assert isinstance(ended, Investigated), ended
    _hold(theft, ended)
    before = theft.undisturbed.result["coverage"]["not_searched"]
    fresh = [gap["what"] for gap in ended.result["coverage"]["not_searched"] if gap not in before]
    assert any(what.startswith("environment: ") for what in fresh)


@pytest.mark.parametrize("kind", ["deny", "truncate", "500"])
@pytest.mark.parametrize("skip", [1, 4, 9])
def test_event_history_breaks_off(theft: Theft, kind: Any, skip: int, tmp_path: Path) -> None:
    """A look-up that breaks off in the middle of its pages names the spans that are missing."""
    ended = _run(theft, theft.from_subject, tmp_path / "case", FaultRule(kind, "cloudtrail", "LookupEvents", skip=skip))
    assert isinstance(ended, Investigated), ended
    assert ended.failed
    _hold(theft, ended)


def test_event_history_comes_back(theft: Theft, tmp_path: Path) -> None:
    """After a look-up that broke off, a second run fills the gap and gives the whole answer."""
    broken = _run(theft, theft.from_subject, tmp_path / "case", FaultRule("deny", "cloudtrail", "LookupEvents", skip=4))
    assert isinstance(broken, Investigated)
    assert broken.failed
    whole = theft.from_subject(tmp_path / "case")
    assert (whole.failed, whole.answer) == ([], theft.undisturbed.answer)


@pytest.mark.parametrize("kind", ["deny", "truncate", "500", "expire"])
def test_second_account_cannot_be_entered(theft: Theft, kind: Any, tmp_path: Path) -> None:
    """Where the role in the second account cannot be taken, the ledger names the account and AWS's reason."""
    ended = _run(theft, theft.from_subject, tmp_path / "case", FaultRule(kind, "sts", "AssumeRole"))
    assert isinstance(ended, Investigated), ended
    _hold(theft, ended)
    second = theft.world.staged.second_account_id
    reasons = {"deny": "no permission for sts:AssumeRole", "truncate": "cut off", "500": "the service itself failed",
               "expire": "have expired"}  # fmt: skip
    assert any(gap.startswith(f"account {second}: ") and reasons[kind] in gap for gap in ended.failed)


def test_role_taken_at_the_second_try(theft: Theft, tmp_path: Path) -> None:
    """A passing fault while the second account's role is taken loses nothing."""
    ended = _run(theft, theft.from_subject, tmp_path / "case", FaultRule("500", "sts", "AssumeRole", times=2))
    assert isinstance(ended, Investigated)
    assert (ended.failed, ended.answer) == ([], theft.undisturbed.answer)


@pytest.mark.parametrize("kind", ["deny", "truncate", "500"])
@pytest.mark.parametrize("operation", ["ListDetectors", "ListFindings", "GetFindings"])
def test_finding_cannot_be_read(theft: Theft, operation: str, kind: Any, tmp_path: Path, capsys: Any) -> None:
    """Where the finding cannot be read, that is told as a failure of the asking, not as wrong use."""
    ended = _run(theft, theft.from_finding, tmp_path / "case", FaultRule(kind, "guardduty", operation))
    assert isinstance(ended, FindingError)
    _hold(theft, ended)
    assert f"not asked: GuardDuty of account {theft.world.staged.account_id} in {theft.home}" in capsys.readouterr().err


def test_detectors_of_another_region_cannot_be_read(theft: Theft, tmp_path: Path, capsys: Any) -> None:
    """A region where GuardDuty may not be asked does not hinder a finding that is elsewhere, and is named."""
    rule = FaultRule("deny", "guardduty", region="us-east-1")
    ended = _run(theft, theft.from_finding, tmp_path / "case", rule)
    assert isinstance(ended, Investigated)
    assert ended.answer == theft.undisturbed.answer
    assert "in us-east-1: no permission for guardduty:ListDetectors" in capsys.readouterr().err


@pytest.mark.parametrize("kind", ["deny", "truncate", "500"])
def test_siblings_cannot_be_read(theft: Theft, kind: Any, tmp_path: Path, capsys: Any) -> None:
    """Where the other findings of the session cannot be read, that is said: they name the thief's other addresses."""
    ended = _run(theft, theft.from_finding, tmp_path / "case", FaultRule(kind, "guardduty", "ListFindings", skip=1))
    assert isinstance(ended, Investigated)
    assert any(what.startswith("other findings of the session: ") for what in ended.failed)
    assert f"not asked: GuardDuty of account {theft.world.staged.account_id} in {theft.home}" in capsys.readouterr().err


def test_regions_cannot_be_listed(theft: Theft, tmp_path: Path) -> None:
    """Without the permission to list regions the known ones are asked, with a warning; half a list is an error."""
    ended = _run(theft, theft.from_subject, tmp_path / "denied", FaultRule("deny", "ec2", "DescribeRegions"))
    assert isinstance(ended, Investigated)
    assert _answer(ended) == _answer(theft.undisturbed)
    gaps = [gap["reason"] for gap in ended.result["coverage"]["not_searched"]]
    assert any("regions could not be listed (ec2:DescribeRegions is missing)" in reason for reason in gaps)
    cut = _run(theft, theft.from_subject, tmp_path / "cut", FaultRule("truncate", "ec2", "DescribeRegions"))
    assert isinstance(cut, AwsError)
    assert cut.kind == "incomplete"
