"""Picking a finding in the accounts in reach, by real calls: all regions, gaps named, the session's others counted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gdkit import stages
from gdkit.case.folder import case_access, case_not_asked, case_subject, case_trail, open_case
from gdkit.simulator.faults import FaultRule
from gdkit.ui.pick_panel import PickPanel
from tests.live.worlds import World, staged_world

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="module")
def world(unpaced: None) -> Iterator[World]:
    """Stage a theft."""
    with staged_world("theft", 7) as one:
        yield one


def _panel(case: Path) -> PickPanel:
    panel = stages.pick_finding(str(case), member_role="gdkit-analyst", interactive=True)
    assert isinstance(panel, PickPanel)
    return panel


def test_picked_in_the_account(world: World, tmp_path: Path) -> None:
    """The account's open findings are listed; the case of the chosen one knows the other's address, and how to ask."""
    panel = _panel(tmp_path / "case")
    findings = world.findings(world.staged.region)
    assert {value for _, value in panel.chosen.options if value} == {one.id for one in findings}
    panel.choose(findings[0].id)
    panel.button.click()
    assert panel.status.value.endswith("is begun. Go on with 2_scope; run this notebook again to see the case.")
    case = open_case(tmp_path / "case")
    access = case_access(case)
    assert access is not None
    assert access.member_role == "gdkit-analyst"
    assert case_trail(case) == ["lookup"]
    assert set(case_subject(case).reported_addresses) == {one.remote.address for one in findings}
    assert case_not_asked(case) == ()


def test_a_region_that_cannot_be_asked_is_named(world: World, tmp_path: Path) -> None:
    """A region where GuardDuty may not be asked is named above the list, and the others are listed."""
    with world.faulty(FaultRule("deny", "guardduty", region="us-east-1")):
        panel = _panel(tmp_path / "case")
    assert len(panel.offered.findings) == len(world.findings(world.staged.region))
    assert any(note.startswith("Not asked: ") and "us-east-1" in note for note in panel.offered.notes)
