"""The whole walk by keyboard alone, in a world of its own: finding, verdict, Deny, verified, undone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gdkit.case.folder import case_finding
from gdkit.case.verdicts import all_verdicts
from tests.browser import walk
from tests.browser.hands import Keyboard
from tests.browser.stage import Stage, opened_stage
from tests.live.scene import REFUSED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

pytestmark = pytest.mark.xdist_group("browser")


@pytest.fixture(scope="module")
def stage(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Open JupyterLab on a case that is not begun; the tests go on one after another."""
    with opened_stage(browser, tmp_path_factory.mktemp("keyboard")) as stage:
        yield stage


def test_to_the_deny(stage: Stage) -> None:
    """From the account's findings to the Deny, with the focus in sight at every stop; the thief is refused then."""
    hands = Keyboard(stage.page)
    walk.begin(hands, stage.finding, "kim", "keyboard")
    assert case_finding(stage.scene.case).id == stage.finding.id
    walk.decide(hands, "not a vendor's either", "keyboard")
    assert "ok" in stage.thief()
    walk.deny(hands, "keyboard")
    assert stage.thief() <= REFUSED
    assert [(one.value, one.decided_by) for one in all_verdicts(stage.scene.case)] == [("malicious", "kim")]


def test_undo_after_a_restart(stage: Stage) -> None:
    """After a restart of the kernel the Deny is undone by keys, and the role's policies are to the byte as before."""
    hands = Keyboard(stage.page)
    hands.restart()
    hands.notebook.wait_for("notebooks/4_respond.ipynb")
    hands.run_all()
    walk.lift(hands, hands.notebook.cell(walk.STEP), "keyboard")
    assert stage.scene.role() == stage.role
    assert "ok" in stage.thief()


def test_headless_is_the_same(stage: Stage) -> None:
    """The same step applied and undone headless leaves the same record as by keyboard, field by field."""
    stage.scene.apply("deny-session")
    stage.scene.apply("deny-session", "--undo")
    rows = walk.settled(stage.applied())
    assert rows[0:2] == rows[2:4]
    assert [row["did"] for row in rows] == ["applied", "undone"] * 2


def test_nothing_fired(stage: Stage) -> None:
    """The attack in the instance's name did nothing in any of this."""
    assert stage.watch.fired == []
