"""The whole walk in a real browser and a real JupyterLab: finding, verdict, Deny, verified, undone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from gdkit.case.folder import start_case
from gdkit.case.journal import broken_entry, read_entries
from gdkit.case.results import load_result
from gdkit.case.verdicts import all_verdicts, current_verdict
from gdkit.report.page import write_report
from gdkit.report.run import run_notebook
from tests.browser import shots, walk
from tests.browser.hands import Keyboard, Mouse
from tests.browser.labs import Address, address_of, started
from tests.browser.report_page import opened_report, violations
from tests.browser.themes import THEMES, hard_to_read, white_slabs
from tests.browser.watch import Watch
from tests.live.scene import REFUSED, THIEF, Scene
from tests.live.worlds import World, staged_world

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.xdist_group("browser")

LOOKED_AT = {"2_scope": "stages.timeline(", "3_classify": "stages.verdict(", "4_respond": walk.STEP}
"""A cell of each notebook to look at by eye."""

EVIL = '<img src=x onerror="top.pwned=1">'
"""The name that the thief gave the instance."""


@dataclass(frozen=True, slots=True)
class Stage:
    """A staged theft with its case, JupyterLab on it with a browser before it, and the role's policies as they were."""

    scene: Scene
    address: Address
    watch: Watch
    role: Any

    @property
    def page(self) -> Page:
        """The analyst's page."""
        return self.watch.page

    def thief(self) -> set[str]:
        """Call everything as the thief does, and give what came of it."""
        return set(self.scene.outcomes(self.scene.key(self.scene.world.staged.instance_id), THIEF).values())

    def acts(self, act: str) -> list[dict[str, Any]]:
        """Give the journal's entries of one sort; the journal is whole."""
        entries = read_entries(self.scene.case.journal)
        assert broken_entry(entries) is None
        return [entry for entry in entries if entry["act"] == act]


@pytest.fixture(scope="module")
def stage(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Stage a theft, begin a case about it and open JupyterLab on it; the tests go on one after another."""
    folder = tmp_path_factory.mktemp("walk")
    with staged_world("theft", 7) as world:
        _name_instances(world)
        region = world.staged.region
        case = start_case(folder / "case", world.subject(region), trail=["lookup"], analyst="ann",
                          access=world.access(region))  # fmt: skip
        with started(folder, "--case", str(case.path)) as process:
            address = address_of(process)
            watch = Watch(browser, address.base)
            watch.page.goto(address.of("notebooks/1_triage.ipynb"))
            scene = Scene(world, case)
            yield Stage(scene, address, watch, scene.role())
            watch.context.close()


def _name_instances(world: World) -> None:
    """Let the thief write an attack into the name of the instance that he is on."""
    ec2 = world.accounts.backend.client("ec2", world.staged.account_id, world.staged.region)
    ec2.create_tags(Resources=[world.staged.instance_id], Tags=[{"Key": "Name", "Value": EVIL}])


def test_by_mouse(stage: Stage) -> None:
    """From the finding to the Deny by mouse: the verdict is recorded, and the thief, who could call, is refused."""
    hands = Mouse(stage.page)
    hands.notebook.wait_for("notebooks/1_triage.ipynb")
    hands.run_all()
    shots.keep(stage.page, "mouse-triage")
    hands.open("2_scope")
    hands.run_all()
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
    applied = _applied(stage)
    hands.menu("Kernel", "kernelmenu:restart-and-clear")
    stage.page.get_by_role("button", name="Confirm Kernel Restart").click()
    hands.notebook.wait_cleared()
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
    assert _applied(stage) == applied
    assert stage.thief() <= REFUSED
    assert other.fired == []


def _applied(stage: Stage) -> list[dict[str, Any]]:
    return list(load_result(stage.scene.case)["response"]["applied"])


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


def test_by_keyboard(stage: Stage) -> None:
    """The same walk by keyboard alone, with the focus in sight, ends in the same."""
    hands = Keyboard(stage.page)
    walk.decide(hands, "not a vendor's either", "keyboard")
    cell = walk.deny(hands, "keyboard")
    assert stage.thief() <= REFUSED
    walk.lift(hands, cell, "keyboard")
    assert stage.scene.role() == stage.role
    assert "ok" in stage.thief()
    assert [one.value for one in all_verdicts(stage.scene.case)] == ["malicious", "malicious"]


def test_headless_is_the_same(stage: Stage) -> None:
    """The same step applied and undone headless leaves the same record as by mouse and by keyboard, field by field."""
    stage.scene.apply("deny-session")
    stage.scene.apply("deny-session", "--undo")
    rows = [
        {name: value for name, value in row.items() if name not in ("at", "request_ids")} for row in _applied(stage)
    ]
    assert rows[0:2] == rows[2:4] == rows[4:6]
    assert [row["did"] for row in rows] == ["applied", "undone"] * 3


def test_error_of_a_callback(stage: Stage) -> None:
    """A hash that no plan has is told in the panel and written in the journal; nothing is done."""
    hands = Mouse(stage.page)
    cell, before = hands.notebook.cell(walk.STEP), _applied(stage)
    hands.write(cell, "Plan's hash", "0123456789ab")
    hands.press(cell, "Apply")
    told = cell.get_by_text(re.compile("Not done now.*0123456789ab"))
    expect(told).to_be_in_viewport()
    assert told.evaluate("told => told.scrollWidth <= told.clientWidth"), "the end of the message is cut off"
    (error,) = stage.acts("error")
    assert "0123456789ab" in error["detail"]["error"]
    assert _applied(stage) == before
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


def test_report_page(stage: Stage, browser: Browser) -> None:
    """The report asks for nothing, and axe finds nothing against it, on the screen and on paper, in frames too."""
    case = stage.scene.case
    run_notebook("6_report", case.reports / "6_report.ipynb", {"case": str(case.path)})
    report = write_report(case)
    watch = Watch(browser, report.as_uri())
    with opened_report(watch, report) as page:
        shots.keep(page, "report")
        assert violations(page) == []
        page.emulate_media(media="print")
        shots.keep(page, "report-print")
        assert violations(page) == []
    assert watch.fired == []


def test_nothing_fired(stage: Stage) -> None:
    """The attack in the instance's name did nothing in any of this: no script, no request, no window."""
    assert stage.watch.fired == []
