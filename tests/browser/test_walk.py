"""The whole walk in a real browser and a real JupyterLab: finding, verdict, Deny, verified, undone."""

from __future__ import annotations

import re
from itertools import cycle
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from gdkit.case.folder import case_finding
from gdkit.case.verdicts import current_verdict
from gdkit.report.page import write_report
from gdkit.report.run import run_notebook
from tests.browser import shots, walk
from tests.browser.hands import Keyboard, Mouse
from tests.browser.poke import poke
from tests.browser.report_page import broken_words, opened_report, violations
from tests.browser.stage import EVIL, Stage, opened_stage
from tests.browser.themes import THEMES, hard_to_read, white_slabs
from tests.browser.watch import Watch
from tests.hostile.samples import MARK, PAYLOADS
from tests.live.scene import REFUSED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

A4_ON_ITS_SIDE = {"width": 1024, "height": 700}
"""Pixels of a page of paper between its margins, at 96 an inch."""

pytestmark = pytest.mark.xdist_group("browser")

LOOKED_AT = {"2_scope": "stages.timeline(", "3_classify": "stages.verdict(", "4_respond": walk.STEP}
"""A cell of each notebook to look at by eye."""


@pytest.fixture(scope="module")
def stage(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Open JupyterLab on a case that is not begun; the tests go on one after another."""
    with opened_stage(browser, tmp_path_factory.mktemp("walk")) as stage:
        yield stage


def test_by_mouse(stage: Stage) -> None:
    """From the account's findings to the Deny by mouse: verdict and analyst are recorded, and the thief is refused."""
    hands = Mouse(stage.page)
    walk.begin(hands, stage.finding, "ann", "mouse")
    assert case_finding(stage.scene.case).id == stage.finding.id
    walk.decide(hands, "not ours", "mouse")
    assert "ok" in stage.thief()
    walk.deny(hands, "mouse")
    expect(hands.notebook.cell("stages.choices(")).to_contain_text(EVIL)
    decided = current_verdict(stage.scene.case)
    assert (decided.value, decided.reason, decided.decided_by) == ("malicious", "not ours", "ann")
    assert stage.thief() <= REFUSED


def test_kernel_restart(stage: Stage, browser: Browser) -> None:
    """After the kernel's restart, and in another analyst's browser, what was recorded shows; nothing is done twice."""
    hands = Mouse(stage.page)
    applied = stage.applied()
    hands.restart()
    hands.notebook.wait_for("notebooks/4_respond.ipynb")
    hands.run_all()
    _shows_what_was_done(hands, applied[-1])
    other = Watch(browser, stage.address.base)
    other.page.goto(stage.address.of("notebooks/4_respond.ipynb") + "&reset")
    theirs = Mouse(other.page)
    theirs.notebook.wait_for("notebooks/4_respond.ipynb")
    theirs.run_all()
    _shows_what_was_done(theirs, applied[-1])
    theirs.open("3_classify")
    theirs.run_all()
    expect(theirs.notebook.cell("stages.verdict(")).to_contain_text("malicious, decided by ann")
    other.context.close()
    assert stage.applied() == applied
    assert stage.thief() <= REFUSED
    assert other.fired == []


def _shows_what_was_done(hands: Mouse, row: dict[str, Any]) -> None:
    told = f"Applied {row['at']} by {row['actor']}, plan {row['plan_hash'][:12]}."
    expect(hands.notebook.cell(walk.STEP)).to_contain_text(told)
    expect(hands.notebook.cell("stages.response(")).to_contain_text("1 in force")


def test_undo_by_mouse(stage: Stage) -> None:
    """Undone by mouse from the restarted kernel, the role's policies are to the byte what they were."""
    hands = Mouse(stage.page)
    walk.lift(hands, hands.notebook.cell(walk.STEP), "mouse")
    assert stage.scene.role() == stage.role
    assert "ok" in stage.thief()


def test_headless_is_the_same(stage: Stage) -> None:
    """The same step applied and undone headless leaves the same record as by mouse, field by field."""
    stage.scene.apply("deny-session")
    stage.scene.apply("deny-session", "--undo")
    rows = walk.settled(stage.applied())
    assert rows[0:2] == rows[2:4]
    assert [row["did"] for row in rows] == ["applied", "undone"] * 2


def test_error_of_a_callback(stage: Stage) -> None:
    """A hash that no plan has is told in the panel and written in the journal; nothing is done."""
    hands = Mouse(stage.page)
    cell, before = hands.notebook.cell(walk.STEP), stage.applied()
    hands.write(cell, "Plan's hash", "0123456789ab")
    hands.press(cell, "Apply")
    told = cell.get_by_text(re.compile("Not done now.*0123456789ab"))
    expect(told).to_be_in_viewport()
    assert told.evaluate("told => told.scrollWidth <= told.clientWidth"), "the end of the message is cut off"
    (error,) = stage.acts("error")
    assert "0123456789ab" in error["detail"]["error"]
    assert stage.applied() == before
    shots.keep(stage.page, "error")


@pytest.mark.parametrize(("theme", "dark"), THEMES.items())
def test_theme(stage: Stage, theme: str, dark: bool) -> None:
    """In this theme of JupyterLab every text of gdkit can be read, and every picture follows the theme."""
    Keyboard(stage.page).command(f"Use Theme: {theme}")
    stage.page.wait_for_function("theme => document.body.dataset.jpThemeName === theme", arg=theme)
    mouse, faults = Mouse(stage.page), []
    for name in ("2_scope", "3_classify", "4_respond"):
        panel = mouse.open(name).panel
        faults += [f"{name}: {text}" for text in hard_to_read(panel)]
        faults += [f"{name}: {text}" for text in white_slabs(stage.page, panel, dark=dark)]
    for name, source in LOOKED_AT.items():
        cell = mouse.open(name).cell(source)
        cell.scroll_into_view_if_needed()
        shots.keep(stage.page, f"{theme.rsplit(maxsplit=1)[-1].lower()}-{name}")
    assert not faults, "\n".join(dict.fromkeys(faults))


def test_hostile_options(stage: Stage) -> None:
    """An attack that is typed into every field of every step is told as text, in a plan or in what is wrong with it."""
    hands, attacks = Mouse(stage.page), cycle((PAYLOADS[2], PAYLOADS[6], PAYLOADS[20], PAYLOADS[-1]))
    notebook, told = hands.open("4_respond"), []
    for cell in notebook.panel.locator(".jp-CodeCell", has_text="stages.step(").all():
        fields = cell.get_by_role("textbox").and_(stage.page.locator(".gd-panel input:visible"))
        options = fields.and_(cell.locator("input:not([placeholder^='type at least'])")).all()
        for field in options:
            field.fill(next(attacks))
        hands.press(cell, "Preview")
        expect(cell.locator(".gd-status")).not_to_have_text(re.compile("^(working …)?$"))
        told += [cell.locator(".gd-panel").inner_text()] if options else []
        poke(stage.page, cell)
    assert len(told) > 8
    assert len([words for words in told if MARK in words]) > 3, told
    shots.keep(stage.page, "hostile-options")
    assert stage.watch.fired == []


def test_report_page(stage: Stage, browser: Browser) -> None:
    """The report asks for nothing, and axe finds nothing against it, on the screen and on paper, in frames too."""
    case = stage.scene.case
    run_notebook("6_report", case.reports / "6_report.ipynb", {"case": str(case.path)})
    report = write_report(case)
    watch = Watch(browser, report.as_uri())
    with opened_report(watch, report) as page:
        shots.keep(page, "report")
        assert violations(page) == []
        page.set_viewport_size({"width": 420, "height": 900})
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= 420
        page.set_viewport_size(A4_ON_ITS_SIDE)
        page.emulate_media(media="print")
        shots.keep(page, "report-print")
        assert violations(page) == []
        assert broken_words(page) == []
    assert watch.fired == []


def test_nothing_fired(stage: Stage) -> None:
    """The attack in the instance's name did nothing in any of this: no script, no request, no window."""
    assert stage.watch.fired == []
