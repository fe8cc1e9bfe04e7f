"""The notebooks as pages of Voilà, served by ``gdkit lab``: from the finding to the verdict, without a network."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from gdkit.case.folder import CaseFolder, case_finding
from gdkit.case.verdicts import all_verdicts
from gdkit.sample import Sample, write_sample
from tests.browser import shots
from tests.browser.labs import Address, address_of, started
from tests.browser.watch import Watch

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

pytest.importorskip("voila", reason="Voilà is not installed; install it with: pip install voila")
pytestmark = pytest.mark.xdist_group("browser")

OUTSIDE = "request https://cdn"
"""How what Voilà's own page asks public servers for is told: styles of icons, and formulas. Nothing answers it here."""


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    """Write the sample theft."""
    return write_sample(tmp_path_factory.mktemp("voila") / "input")


@pytest.fixture(scope="module")
def folder(sample: Sample) -> Path:
    """Give the folder in which the analyst works."""
    return sample.finding.parents[1]


@pytest.fixture(scope="module")
def address(sample: Sample, folder: Path) -> Iterator[Address]:
    """Run ``gdkit lab`` on a case that is not begun."""
    with started(folder, "--case", "case", "--findings", str(sample.finding)) as process:
        yield address_of(process)


@pytest.fixture
def watch(address: Address, browser: Browser) -> Iterator[Watch]:
    """Give a browser that reaches nothing but this machine."""
    watch = Watch(browser, address.base)
    watch.context.route(lambda url: not url.startswith((address.base, "data:", "blob:")), lambda route: route.abort())
    yield watch
    assert [entry for entry in watch.fired if not entry.startswith(OUTSIDE)] == []
    watch.context.close()


def _open(watch: Watch, address: Address, name: str) -> Page:
    """Open a notebook as a page, which runs it; wait for its last view."""
    watch.page.goto(f"{address.base}/voila/render/notebooks/{name}.ipynb?token={address.token}")
    watch.page.locator(".gd-view").last.wait_for(timeout=180_000)
    return watch.page


def test_finding(watch: Watch, address: Address, sample: Sample, folder: Path) -> None:
    """The finding is picked in the table, and its case is begun; no code stands on the page."""
    page = _open(watch, address, "1_triage")
    page.get_by_role("button", name="Choose 1", exact=True).click()
    page.get_by_role("textbox", name="Logs").fill(str(sample.trail))
    page.get_by_role("textbox", name="Analyst").fill("ann")
    page.get_by_role("button", name="Begin the case").click()
    expect(page.locator(".gd-status")).to_contain_text("is begun. Go on with 2_scope")
    assert case_finding(CaseFolder(folder / "case")).id
    expect(page.get_by_text("stages.pick_finding(")).to_have_count(0)


def test_scope(watch: Watch, address: Address) -> None:
    """The logs are read, and the calls stand in tables that can be searched."""
    page = _open(watch, address, "2_scope")
    expect(page.get_by_text("78 calls with the session's credentials").first).to_be_visible(timeout=180_000)
    table = page.get_by_role("group", name="Calls", exact=True).first
    table.get_by_label("Search").fill("no such call")
    expect(table.get_by_text("No row holds that.")).to_be_visible()


def test_verdict(watch: Watch, address: Address, folder: Path) -> None:
    """A verdict is recorded in its panel, and shows when the page is opened again."""
    page = _open(watch, address, "3_classify")
    page.get_by_role("radio", name="malicious").click()
    page.get_by_role("textbox", name="Because").fill("not ours")
    page.get_by_role("button", name="Record verdict").click()
    expect(page.locator(".gd-status")).to_contain_text("malicious, decided by ann")
    assert [one.value for one in all_verdicts(CaseFolder(folder / "case"))] == ["malicious"]
    page = _open(watch, address, "3_classify")
    expect(page.locator(".gd-panel .gd-status")).to_contain_text("malicious, decided by ann")
    shots.keep(page, "voila-3_classify")


def test_token(watch: Watch, address: Address) -> None:
    """Without the token nothing is run: the server asks for it."""
    watch.page.goto(f"{address.base}/voila/render/notebooks/3_classify.ipynb")
    expect(watch.page).to_have_url(f"{address.base}/login?next=%2Fvoila%2Frender%2Fnotebooks%2F3_classify.ipynb")
