"""Feedback on findings: given, brought back where there was some, and said where that is impossible."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from gdkit.errors import ResponseError
from gdkit.response.trusted.findings_feedback import STEP
from gdkit.simulator.guardduty.state import Organization
from tests.response import conformance
from tests.response.trusted import office
from tests.response.trusted.office import ADDRESS
from tests.simulator.small_world import ACCOUNT, OTHER

if TYPE_CHECKING:
    from pathlib import Path

    from tests.response.desk import Desk
    from tests.simulator.small_world import SmallWorld


@pytest.fixture
def desk(world: SmallWorld, tmp_path: Path) -> Desk:
    """Give a desk about a finding that somebody has marked useful before."""
    made = office.add(world)
    office.do(world, "UpdateFindingsFeedback", FindingIds=[made], Feedback="USEFUL")
    return office.trusted_desk(world, STEP, tmp_path / "case", finding_id=made, feedback="NOT_USEFUL", comment="Office")


def mark(desk: Desk) -> Any:
    """Give the mark of the desk's finding, past the gateway."""
    return office.shown(desk.world, str(desk.target.finding_id))["Service"].get("UserFeedback")


def test_conformance(desk: Desk) -> None:
    """The mark is previewed, given, verified, and brought back as it was."""
    conformance.holds_preview(desk, lambda: mark(desk))
    conformance.holds_apply_and_undo(desk, lambda: mark(desk))


def test_changed_ground(desk: Desk) -> None:
    """Somebody who marks the finding after the preview makes the plan void."""
    ids = [str(desk.target.finding_id)]
    conformance.holds_changed_ground(
        desk, lambda: office.do(desk.world, "UpdateFindingsFeedback", FindingIds=ids, Feedback="NOT_USEFUL")
    )


def test_missing_permission(desk: Desk) -> None:
    """The call that is not allowed is named."""
    conformance.holds_missing_permission(desk, "guardduty:UpdateFindingsFeedback")


@pytest.mark.parametrize("action", ["guardduty:ListDetectors", "guardduty:GetFindings", "guardduty:ListFindings"])
def test_missing_reading(desk: Desk, action: str) -> None:
    """Each reading that the analyst may not make is named."""
    told = desk.told(feedback="NOT_USEFUL", address=ADDRESS)
    later = desk.world.accounts.clock.now() + timedelta(minutes=1)
    conformance.holds_missing_reading(replace(told, target=replace(told.target, at=later)), action)


def test_throttled(desk: Desk) -> None:
    """A busy service is asked again."""
    conformance.holds_throttling(desk)


def test_killed(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process killed after its call is settled by the next."""
    conformance.holds_kill(desk, monkeypatch, lambda: mark(desk))


def test_first_mark_stays(world: SmallWorld, tmp_path: Path) -> None:
    """Where there was no mark the plan says that it stays, and an undo leaves it and says so."""
    desk = office.trusted_desk(world, STEP, tmp_path / "case", finding_id=office.add(world), feedback="USEFUL")
    plan = desk.preview()
    assert "AWS has no way to take it back to none" in plan.effects[1].what
    desk.apply(plan)
    undo = desk.preview_undo()
    assert undo.actions == () and "stays USEFUL" in undo.left[0]
    assert mark(desk) == "USEFUL"


def test_mark_of_somebody_else_stays(desk: Desk) -> None:
    """A mark that somebody changed since is left as it is."""
    desk.apply(desk.preview())
    ids = [str(desk.target.finding_id)]
    office.do(desk.world, "UpdateFindingsFeedback", FindingIds=ids, Feedback="USEFUL")
    assert desk.preview_undo().actions == ()


def test_comment_goes_along(desk: Desk) -> None:
    """The comment goes with the mark, and not with the older one that an undo brings back."""
    plan = desk.preview()
    assert plan.actions[0].parameters["Comments"] == "Office"
    desk.apply(plan)
    (back,) = desk.preview_undo().actions
    assert (back.parameters["Feedback"], "Comments" in back.parameters) == ("USEFUL", False)


@pytest.mark.parametrize(
    "comment",
    [
        "key ASIAEXAMPLE012345678 leaked",
        "it was AKIAIOSFODNN7EXAMPLE",
        "secret wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        "sessionToken=abc",
        "-----BEGIN RSA",
        "x" * 513,
        "a\x1b[31m",
    ],
)
def test_secrets_are_refused(desk: Desk, comment: str) -> None:
    """A comment with the look of a credential, or unfit for print, is refused, and is not in the error."""
    with pytest.raises(ResponseError) as refused:
        desk.told(feedback="USEFUL", comment=comment).preview()
    assert comment not in str(refused.value)


def test_several_findings(world: SmallWorld, tmp_path: Path) -> None:
    """With an address told, every finding of that role and address is marked, and no other."""
    ours, other = office.add(world, role="marked"), office.add(world, role="marked", address=office.OTHER_ADDRESS)
    desk = office.trusted_desk(world, STEP, tmp_path / "case", role="marked", feedback="NOT_USEFUL", address=ADDRESS)
    later = world.accounts.clock.now() + timedelta(minutes=1)
    plan = replace(desk, target=replace(desk.target, at=later)).preview()
    assert plan.actions[0].parameters["FindingIds"] == [ours]
    assert other not in str(plan.actions)


def test_member_may_give_feedback(desk: Desk) -> None:
    """A member account marks its own findings."""
    office.detector_of(desk.world, OTHER)
    desk.world.accounts.guardduty.set_organization(Organization(OTHER, {ACCOUNT: "a@example.org"}))
    try:
        assert desk.apply(desk.preview()).verified
    finally:
        desk.world.accounts.guardduty.set_organization(None)
