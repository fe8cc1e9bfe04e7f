"""What the page's script does for panels: a table picks in a list, and no click overtakes what was typed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import pytest
from playwright.sync_api import expect

from gdkit.ui.view import View
from tests.browser.chromium import running_browser

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Locator, Page

ROWS = 30
KERNEL = """<script>
heard = [];
document.querySelector("#apply").onclick = () => heard.push("apply " + document.querySelector("#hash").value);
document.querySelector("select").onchange = (event) => heard.push(event.target.value);
document.querySelector(".gd-order").onclick = () => heard.push("order");
answer = () => { document.querySelector(".gd-order").textContent += "+"; };
</script>"""
"""In the kernel's place: what it hears in order; it answers the hidden button when it is told to."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Give a browser."""
    with running_browser() as one:
        yield one


@pytest.fixture
def page(browser: Browser, tmp_path: Path) -> Iterator[Page]:
    """Give a page with a panel as ipywidgets draws it: a table, a list of its rows, a field, and two buttons."""
    numbers = range(1, ROWS + 1)
    frame = pd.DataFrame({"number": numbers, "role": [f"role-{ROWS - number:02}" for number in numbers]})
    table = View("Findings", "Thirty.", frame=frame, picks=True, loads_tables=True).html()
    options = "".join(f"<option value={number}>{number}.\u00a0role</option>" for number in numbers)
    path = tmp_path / "page.html"
    path.write_text(
        f"<!doctype html><meta charset='utf-8'><title>x</title><div class='gd-panel'>{table}"
        f"<div class='gd-list'><select aria-label='Finding'><option value=''>choose</option>{options}</select></div>"
        "<input id='hash'><button class='widget-button' id='apply'>Apply</button>"
        f"<button class='widget-button gd-order' style='display: none'>0</button></div>{KERNEL}",
        encoding="utf-8",
    )
    opened = browser.new_page()
    opened.goto(path.as_uri())
    opened.locator(".dt-container").wait_for()
    yield opened
    opened.close()


def heard(page: Page) -> list[str]:
    """Give what the kernel heard so far."""
    return list(page.evaluate("heard"))


def picked(page: Page) -> Locator:
    """Give the button of the row that looks picked."""
    return page.locator(".gd-picked .gd-pick[aria-pressed=true]")


def test_row_by_mouse(page: Page) -> None:
    """A click anywhere in a row, found by a search, chooses its number in the list, once, and the row says so."""
    page.get_by_label("Search").fill("role-07")
    page.get_by_role("cell", name="role-07").click()
    assert heard(page) == ["23"]
    expect(page.get_by_label("Finding", exact=True)).to_have_value("23")
    expect(picked(page)).to_have_accessible_name("Choose 23")


def test_row_by_keyboard(page: Page) -> None:
    """A row's button is reached and pressed by keys, in whatever order the table is sorted, and keeps the focus."""
    page.get_by_role("columnheader", name="role").locator("[tabindex='0']").focus()
    page.keyboard.press("Enter")
    button = page.locator(".dataTable .gd-pick").first
    expect(button).to_have_accessible_name("Choose 30")  # the table is sorted a moment after the key
    button.focus()
    page.keyboard.press("Enter")
    assert heard(page) == ["30"]
    expect(picked(page)).to_have_accessible_name("Choose 30")
    expect(button).to_be_focused()


def test_list_shows_in_the_table(page: Page) -> None:
    """What is chosen in the list shows in the table, on a later page of it too; nothing chosen leaves none picked."""
    page.get_by_label("Finding", exact=True).select_option("28")
    expect(picked(page)).to_have_count(0)
    page.locator(".dt-paging-button.next").click()
    expect(picked(page)).to_have_accessible_name("Choose 28")
    page.get_by_label("Finding", exact=True).select_option("")
    expect(picked(page)).to_have_count(0)


def test_click_waits(page: Page) -> None:
    """After something was typed, a click waits for the kernel's answer; clicks meanwhile are the same one."""
    page.locator("#hash").fill("0123")
    page.get_by_role("button", name="Apply").click(click_count=2)
    assert heard(page) == ["order"]
    page.locator("#hash").fill("0123456789ab")
    page.evaluate("answer()")
    page.wait_for_function("heard.length > 1")
    assert heard(page) == ["order", "apply 0123456789ab"]


def test_click_after_what_was_heard(page: Page) -> None:
    """Where nothing was typed or chosen since the last click, it goes at once."""
    page.get_by_role("button", name="Apply").click()
    page.get_by_label("Finding", exact=True).select_option("3")
    page.get_by_role("button", name="Apply").click()
    page.evaluate("answer()")
    page.wait_for_function("heard.length > 3")
    page.get_by_role("button", name="Apply").click()
    assert heard(page) == ["apply ", "3", "order", "apply ", "apply "]


def test_panel_without_order(page: Page) -> None:
    """A panel that has no hidden button, as one of another version, gets its clicks as ever."""
    page.evaluate("document.querySelector('.gd-order').remove()")
    page.locator("#hash").fill("01")
    page.get_by_role("button", name="Apply").click()
    assert heard(page) == ["apply 01"]
