"""What an attacker wrote into logs, finding and names does nothing in JupyterLab and in the report but stand there."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from gdkit.case.folder import CaseFolder, start_case
from gdkit.cli.investigate import named_subject
from gdkit.report.page import write_report
from gdkit.report.run import run_notebook
from tests.browser import shots
from tests.browser.hands import Keyboard, Mouse
from tests.browser.labs import opened
from tests.browser.poke import poke
from tests.browser.report_page import opened_report, violations
from tests.browser.watch import Watch
from tests.hostile.samples import MARK, PAYLOADS, hostile_sample

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

    from gdkit.sample import Sample

pytestmark = pytest.mark.xdist_group("browser")

NAME = f"case <img src=x onerror=top.pwned='{MARK}'>"
"""The name of the case folder, of a log file, and what the analyst calls himself."""


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> CaseFolder:
    """Give the case of the hostile sample, investigated headless."""
    folder = tmp_path_factory.mktemp("hostile")
    sample = hostile_sample(folder / "input")
    _worse(sample)
    subject = named_subject(str(sample.finding))
    case = start_case(folder / NAME, subject, trail=[str(sample.trail)], analyst=NAME)
    decided = {"verdict": "malicious", "verdict_reason": PAYLOADS[2]}
    for name, more in (("2_scope", {}), ("3_classify", decided), ("6_report", {})):
        run_notebook(name, case.reports / f"{name}.ipynb", {"case": str(case.path), **more})
    write_report(case)
    return case


def _worse(sample: Sample) -> None:
    """Let a user agent be a megabyte long, and a log file be named as an attack."""
    path = sorted(sample.trail.rglob("*.gz"))[-1]
    records = json.loads(gzip.decompress(path.read_bytes()))["Records"]
    records[0]["userAgent"] = PAYLOADS[2] * (1_000_000 // len(PAYLOADS[2]))
    path.with_name(f"{NAME}.json.gz").write_bytes(gzip.compress(json.dumps({"Records": records}).encode()))
    path.unlink()


@pytest.fixture(scope="module")
def watch(case: CaseFolder, browser: Browser) -> Iterator[Watch]:
    """Open JupyterLab on the case; the tests go on one after another."""
    with opened(browser, case.path.parent, "notebooks/1_triage.ipynb", "--case", NAME) as (_, watch):
        yield watch


@pytest.mark.parametrize("name", ["1_triage", "2_scope", "3_classify", "4_respond", "5_recover"])
def test_live(watch: Watch, name: str) -> None:
    """Run in JupyterLab, the notebook shows what the attacker wrote as text, and nothing of it happens."""
    hands = Mouse(watch.page)
    notebook = hands.open(name)
    hands.run_all()
    expect(notebook.panel.locator(".gd-view").filter(has_text=MARK).first).to_be_visible()
    poke(watch.page, notebook.panel)
    shots.keep(watch.page, f"hostile-{name}")
    assert watch.fired == []


def test_payloads_are_text(watch: Watch) -> None:
    """In the table of calls each attack that is looked for stands letter by letter."""
    cell = Mouse(watch.page).open("2_scope").cell('party="unknown"')
    for told in (PAYLOADS[0], PAYLOADS[9], PAYLOADS[10], PAYLOADS[15]):
        cell.get_by_label("Search").fill(told)
        expect(cell.get_by_role("cell", name=told).first).to_be_visible()
    cell.get_by_label("Search").fill("")
    cell.locator(".jp-InputArea-editor").click()  # out of the field, which keeps the keys of shortcuts to itself
    assert watch.fired == []


def test_executed(watch: Watch) -> None:
    """Executed headless and opened here, first as nobody's and then trusted, the notebook is as harmless."""
    keys = Keyboard(watch.page)
    notebook = keys.open("6_report", "reports")
    poke(watch.page, notebook.panel)
    keys.command("Trust Notebook")
    watch.page.get_by_role("dialog").get_by_role("button", name="Trust").click()
    expect(notebook.panel.locator(".dt-container").first).to_be_visible()
    poke(watch.page, notebook.panel)
    shots.keep(watch.page, "hostile-executed")
    assert watch.fired == []


def test_report(case: CaseFolder, browser: Browser) -> None:
    """In the report nothing happens either, and axe finds nothing against it."""
    report = case.reports / "report.html"
    watch = Watch(browser, report.as_uri())
    with opened_report(watch, report) as page:
        expect(page.locator(".gd-view").filter(has_text=MARK).first).to_be_visible()
        poke(page, page.locator("main"))
        shots.keep(page, "hostile-report")
        assert violations(page) == []
    assert watch.fired == []
