"""An exercise with attacks in it, by the thief and in the trainee's own answers: in the notebook they are text."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from botocore.config import Config
from playwright.sync_api import expect

from gdkit.simulator.scenarios.cast import key_of, read_credential
from gdkit.simulator.sessions import isolated_session
from gdkit.training.course import answers
from tests.browser import shots
from tests.browser.hands import Mouse
from tests.browser.labs import opened
from tests.browser.poke import poke
from tests.hostile.samples import MARK, PAYLOADS
from tests.live.scene import THIEF
from tests.training.played import Exercise, staged_exercise

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

    from tests.browser.watch import Watch

pytestmark = pytest.mark.xdist_group("browser")

SENT = [text for text in PAYLOADS if text.isascii() and text.isprintable() and len(text) < 300]
"""What can stand in a user agent."""

ANSWERS = {"whose": PAYLOADS[2], "where": PAYLOADS[0], "grown": PAYLOADS[-1], "begun": PAYLOADS[20]}
"""What the trainee writes into the fields of a part."""


@pytest.fixture(scope="module")
def exercise(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Exercise]:
    """Stage a theft in which the thief goes on calling, with an attack for a user agent each time."""
    with staged_exercise(tmp_path_factory.mktemp("tabletop"), "theft", 7) as exercise:
        about = exercise.world.about()
        key = key_of(read_credential(exercise.simulator.metadata_url(about["instance_id"]), "2.0"))
        for text in SENT:
            client = isolated_session(*key).create_client("sts", about["region"], endpoint_url=exercise.simulator.url,
                                                          config=Config(user_agent=text))  # fmt: skip
            client.meta.events.register("before-send", lambda request, **_: request.headers.update(THIEF.headers()))
            client.get_caller_identity()
        yield exercise


@pytest.fixture(scope="module")
def watch(exercise: Exercise, browser: Browser) -> Iterator[Watch]:
    """Open JupyterLab on the exercise; the tests go on one after another."""
    with opened(browser, exercise.case.path.parent, "notebooks/tabletop.ipynb", "--case", "case") as (_, watch):
        yield watch


def test_live(watch: Watch) -> None:
    """What the thief sent stands letter by letter among the calls, and does nothing."""
    hands = Mouse(watch.page)
    hands.notebook.wait_for("notebooks/tabletop.ipynb")
    hands.run_all()
    cell = hands.notebook.cell("stages.calls(")
    cell.get_by_label("Search").fill(MARK)
    cell.get_by_label("rows a page").select_option("100")
    shown = cell.locator(".dataTable tbody td").evaluate_all("cells => cells.map((cell) => cell.textContent)")
    assert set(SENT) <= set(shown)
    poke(watch.page, hands.notebook.panel)
    assert watch.fired == []


def test_answers(watch: Watch, exercise: Exercise) -> None:
    """An attack for an answer is recorded as it was written, and is text in its panel, when it is run anew too."""
    hands = Mouse(watch.page)
    for part in ("whose", "where", "grown", "begun"):
        cell, attack = hands.notebook.cell(f'stages.question(case, "{part}"'), ANSWERS[part]
        for field in cell.locator(".gd-panel").get_by_role("textbox").all():
            field.fill(attack)
        hands.press(cell, "Save answers")
        expect(cell.locator(".gd-status")).to_contain_text("answered.")
        hands.press(cell, cell.get_by_role("button", name="Open the hint").inner_text())
        expect(cell.locator(".gd-status")).to_contain_text("The hint is open.")
    shots.keep(watch.page, "hostile-answers")
    assert MARK in str(answers(exercise.case))
    hands.run_all()
    poke(watch.page, hands.notebook.panel)
    assert watch.fired == []


def test_score(watch: Watch) -> None:
    """At the end the score names the attacks among what was wrongly named, as text."""
    hands = Mouse(watch.page)
    cell = hands.notebook.cell("stages.score(")
    hands.write(cell, "To end it", "END")
    hands.press(cell, "End the exercise")
    expect(cell.locator(".gd-status")).to_contain_text("The exercise has ended.")
    expect(cell.locator(".gd-view").filter(has_text=MARK).first).to_be_visible()
    poke(watch.page, cell)
    shots.keep(watch.page, "hostile-score")
    assert watch.fired == []
