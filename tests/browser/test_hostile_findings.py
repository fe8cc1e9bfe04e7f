"""Findings full of attacks: in the table to choose from, in the list, and in the case that is begun, they are text."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from gdkit.case.folder import CaseFolder, case_finding
from gdkit.sample import sample_folder
from gdkit.ui.text import visible
from tests.browser import shots
from tests.browser.hands import Keyboard, Mouse
from tests.browser.labs import opened
from tests.browser.poke import poke
from tests.browser.themes import THEMES, hard_to_read
from tests.hostile.samples import MARK, PAYLOADS, hostile_finding

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Locator

    from tests.browser.watch import Watch

pytestmark = pytest.mark.xdist_group("browser")

ATTACKS = [text for text in PAYLOADS if len(text) < 500 and text.isprintable()]
"""Those that a table shows letter by letter."""

TEXTS = "cells => cells.map((cell) => cell.textContent)"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder with a finding for each attack, as the name of its role, and a file that is named as an attack."""
    folder = tmp_path_factory.mktemp("findings")
    inbox = folder / "inbox"
    inbox.mkdir()
    for number, attack in enumerate(PAYLOADS):
        finding = hostile_finding() | {"id": f"{number:032x}"}
        finding["resource"]["accessKeyDetails"]["userName"] = attack
        finding["service"]["action"]["awsApiCallAction"]["api"] = attack
        (inbox / f"{number}.json").write_text(json.dumps(finding))
    (inbox / f"<img src=x onerror=top.pwned='{MARK}'>.json").write_text("{}")
    return folder


@pytest.fixture(scope="module")
def watch(folder: Path, browser: Browser) -> Iterator[Watch]:
    """Open JupyterLab on a case that is not begun, with these findings to choose from; the tests go on in order."""
    with opened(browser, folder, "notebooks/1_triage.ipynb", "--case", "case", "--findings", "inbox") as (_, watch):
        yield watch


def _picker(watch: Watch) -> Locator:
    return Mouse(watch.page).notebook.cell("stages.pick_finding(")


def test_listed(watch: Watch) -> None:
    """The table and the list show every attack letter by letter, and whatever of them is clicked does nothing."""
    hands, cell = Mouse(watch.page), _picker(watch)
    hands.notebook.wait_for("notebooks/1_triage.ipynb")
    hands.run_all()
    expect(cell.get_by_text(f"{len(PAYLOADS)} findings of this kind to choose from.")).to_be_visible()
    cell.get_by_label("rows a page").select_option("100")
    expect(cell.locator(".dataTable tbody tr")).to_have_count(len(PAYLOADS))
    for shown in (cell.locator(".dataTable tbody td"), cell.locator(".gd-list option")):
        texts = [text.replace("\xa0", " ") for text in shown.evaluate_all(TEXTS)]
        for attack in ATTACKS:
            assert any(attack in text for text in texts), attack
    poke(watch.page, cell)
    shots.keep(watch.page, "hostile-findings")
    assert watch.fired == []


def test_chosen(watch: Watch) -> None:
    """Each attack can be chosen, and in the facts of its finding it is text."""
    cell = _picker(watch)
    for attack in (PAYLOADS[0], PAYLOADS[2], PAYLOADS[20], PAYLOADS[-1]):
        cell.get_by_role("button", name=f"Choose {PAYLOADS.index(attack) + 1}", exact=True).click()
        expect(cell.get_by_text("GuardDuty saw the credentials of")).to_contain_text(attack)
        poke(watch.page, cell.locator(".widget-html", has_text="GuardDuty saw the credentials of"))
    assert watch.fired == []


@pytest.mark.parametrize("theme", THEMES)
def test_theme(watch: Watch, theme: str) -> None:
    """In this theme of JupyterLab every text of the picker can be read, the chosen row's too."""
    Keyboard(watch.page).command(f"Use Theme: {theme}")
    watch.page.wait_for_function("theme => document.body.dataset.jpThemeName === theme", arg=theme)
    cell = _picker(watch)
    cell.locator(".gd-picked").scroll_into_view_if_needed()
    shots.keep(watch.page, f"{theme.rsplit(maxsplit=1)[-1].lower()}-1_triage")
    assert hard_to_read(cell) == []


def test_begun(watch: Watch, folder: Path) -> None:
    """A case that is begun about one of them shows it as text too."""
    hands, cell = Mouse(watch.page), _picker(watch)
    hands.write(cell, "Logs", str(sample_folder().trail))
    hands.write(cell, "Analyst", f"<img src=x onerror=top.pwned='{MARK}'>")
    hands.press(cell, "Begin the case")
    expect(cell).to_contain_text("is begun. Go on with 2_scope")
    hands.run_all()
    shown = hands.notebook.cell("stages.finding(")
    expect(shown).to_contain_text(visible(PAYLOADS[-1]))
    poke(watch.page, hands.notebook.panel)
    shots.keep(watch.page, "hostile-1_triage")
    assert case_finding(CaseFolder(folder / "case")).role_name == PAYLOADS[-1]
    assert watch.fired == []
