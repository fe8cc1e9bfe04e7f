"""Archiving the findings at hand: those that are meant, fifty a call, and exactly those back."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from gdkit.errors import AwsError, ResponseError
from gdkit.response.trusted.archive_findings import STEP
from tests.findings import samples as s
from tests.response import conformance
from tests.response.trusted import office
from tests.response.trusted.office import ADDRESS, OTHER_ADDRESS

if TYPE_CHECKING:
    from pathlib import Path

    from tests.response.desk import Desk
    from tests.simulator.small_world import SmallWorld

READS = sorted(need.action for need in STEP.needs if not need.writes and need.action != "guardduty:ListMembers")


@pytest.fixture
def desk(world: SmallWorld, tmp_path: Path) -> Desk:
    """Give a desk about one finding."""
    return office.trusted_desk(world, STEP, tmp_path / "case", finding_id=office.add(world))


def of_address(world: SmallWorld, folder: Path, role: str) -> Desk:
    """Give a desk about every finding of a role at the address, as of a minute from now."""
    made = office.trusted_desk(world, STEP, folder / "case", role=role, address=ADDRESS)
    return replace(made, target=replace(made.target, at=world.accounts.clock.now() + timedelta(minutes=1)))


def test_conformance(desk: Desk) -> None:
    """The case's finding is archived, verified and brought back."""
    conformance.holds_preview(desk, lambda: office.shown(desk.world, str(desk.target.finding_id)))
    conformance.holds_apply_and_undo(desk, lambda: office.shown(desk.world, str(desk.target.finding_id)))


def test_changed_ground(desk: Desk) -> None:
    """Somebody who archives the finding after the preview makes the plan void."""
    ids = [str(desk.target.finding_id)]
    conformance.holds_changed_ground(desk, lambda: office.do(desk.world, "ArchiveFindings", FindingIds=ids))


def test_missing_permission(desk: Desk) -> None:
    """The call that archives and is not allowed is named; so is the one that brings back."""
    conformance.holds_missing_permission(desk, "guardduty:ArchiveFindings")
    desk.apply(desk.preview())
    with pytest.raises(AwsError) as refused:
        desk.apply(desk.preview_undo(), without=["guardduty:UnarchiveFindings"])
    assert refused.value.permission == "guardduty:UnarchiveFindings"


@pytest.mark.parametrize("action", READS)
def test_missing_reading(world: SmallWorld, tmp_path: Path, action: str) -> None:
    """Each reading that the analyst may not make is named."""
    office.add(world, role="reading")
    conformance.holds_missing_reading(of_address(world, tmp_path, "reading"), action)


def test_throttled(desk: Desk) -> None:
    """A busy service is asked again."""
    conformance.holds_throttling(desk)


def test_many_in_several_calls(world: SmallWorld, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """More than a hundred findings go in three calls; those archived before stay archived when it is undone."""
    made = [office.add(world, role="many") for _ in range(103)]
    before = made[7]
    office.do(world, "ArchiveFindings", FindingIds=[before])
    unlike = [{"role": "few"}, {"address": OTHER_ADDRESS}, {"address": "2001:db8::7"}, {"type": s.INSIDE}]
    others = [office.add(world, **{"role": "many", **changes}) for changes in unlike]

    def snapshot() -> set[str]:
        return {one for one in made + others if office.archived(world, one)}

    desk = of_address(world, tmp_path, "many")
    plan = desk.preview()
    assert [len(action.parameters["FindingIds"]) for action in plan.actions] == [50, 50, 2]
    assert desk.apply(plan).verified
    assert snapshot() == set(made)
    world.go_on(minutes=5)
    late = office.add(world, role="many")
    undo = desk.preview_undo()
    assert [len(action.parameters["FindingIds"]) for action in undo.actions] == [50, 50, 2]
    assert late not in str(undo.actions), "it was made after the preview"
    assert late not in undo.before["archived"]
    desk.apply(undo)
    assert snapshot() == {before}
    conformance.holds_kill(replace(desk, folder=tmp_path / "killed"), monkeypatch, snapshot)


def test_undo_leaves_what_others_brought_back(desk: Desk) -> None:
    """A finding that somebody brought back since is not touched by the undo."""
    desk.apply(desk.preview())
    office.do(desk.world, "UnarchiveFindings", FindingIds=[str(desk.target.finding_id)])
    assert desk.preview_undo().actions == ()


def test_malicious_ones_are_named(world: SmallWorld, tmp_path: Path) -> None:
    """A finding that was judged malicious, here or by its mark in AWS, fails the check by name."""
    good, told, marked = (office.add(world, role="judged") for _ in range(3))
    desk = of_address(world, tmp_path, "judged")
    assert desk.preview().checks[0].holds is True
    office.do(world, "UpdateFindingsFeedback", FindingIds=[marked], Feedback="USEFUL")
    check = desk.told(address=ADDRESS, malicious=f"{told},{'f' * 32}").preview().checks[0]
    assert check.holds is False
    assert told in check.found and marked in check.found and good not in check.found
    assert f"{s.OUTSIDE} 3" in check.found


def test_nothing_matches(world: SmallWorld, tmp_path: Path) -> None:
    """Where no finding is of that role and address, there is nothing to do."""
    plan = of_address(world, tmp_path, "nobody").preview()
    assert plan.nothing_to_do and "no finding matches" in plan.checks[0].found


def test_without_a_finding(world: SmallWorld, tmp_path: Path) -> None:
    """A case without a finding says what to tell; a finding that GuardDuty has no more is told as well."""
    with pytest.raises(ResponseError, match="no GuardDuty finding"):
        office.trusted_desk(world, STEP, tmp_path / "case").preview()
    with pytest.raises(AwsError, match="1 of 1 findings were not given"):
        office.trusted_desk(world, STEP, tmp_path / "gone", finding_id="e" * 32).preview()
