"""The tables as a browser draws them, from a file, without a network: sorted, searched, copied, and never obeyed."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from gdkit.ui.view import View
from tests.browser.chromium import running_browser

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Locator, Page

HOSTILE = ("<img src=x onerror=\"window.fired='cell'\">", "<script>window.fired='script'</script>", "=cmd|'/C calc'!A0",
           "a\nb", 'say "x"', "&lt;b&gt;", "\ttab")  # fmt: skip


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Give a browser."""
    with running_browser() as one:
        yield one


@pytest.fixture
def page(browser: Browser, tmp_path: Path) -> Iterator[Page]:
    """Give a page, opened from a file, with one view of 60 rows; a request that it makes fails the test."""
    frame = pd.DataFrame({
        "number": pd.array([*range(58), None, 1000], dtype="Int64"),
        "text": [*HOSTILE, *(f"plain {number}" for number in range(60 - len(HOSTILE)))],
        "<b>head</b>": ["x"] * 60,
    })  # fmt: skip
    path = tmp_path / "page.html"
    view = View("Calls, all", "Sixty calls.", frame=frame, loads_tables=True)
    path.write_text(f"<!doctype html><html lang='en'><head><meta charset='utf-8'><title>x</title></head><body>"
                    f"<main><h1>x</h1>{view.html()}</main></body></html>", encoding="utf-8")  # fmt: skip
    context = browser.new_context(permissions=["clipboard-read", "clipboard-write"])
    opened, asked = context.new_page(), []
    opened.on("request", lambda request: asked.append(request.url))
    opened.goto(path.as_uri())
    opened.locator(".dt-container").wait_for()
    yield opened
    assert [url for url in asked if not url.startswith(("file:", "blob:", "data:"))] == []
    context.close()


def column(page: Page, number: int) -> list[str]:
    """Give what stands in a column of the page's table."""
    return page.locator(f".dataTable tbody td:nth-child({number})").all_inner_texts()


def copied(page: Page) -> list[list[str]]:
    """Press the button by the keyboard, and give the rows that the clipboard holds then."""
    page.get_by_role("button", name="Copy as CSV").focus()
    page.keyboard.press("Enter")
    said(page).get_by_text("Copied").wait_for()
    text = page.evaluate("navigator.clipboard.readText()")
    return list(csv.reader(text.splitlines(keepends=True)))


def said(page: Page) -> Locator:
    """Give the place where the table says what was done, which screen readers hear."""
    return page.locator(".gd-said[role=status]")


def test_hostile_text_is_text(page: Page) -> None:
    """What an attacker wrote is seen as he wrote it, in cells and heads, and nothing of it runs."""
    shown = column(page, 2)
    assert list(HOSTILE[:3]) == shown[:3]
    assert "&lt;b&gt;" in shown
    assert page.get_by_role("columnheader").all_inner_texts() == ["number", "text", "<b>head</b>"]
    page.get_by_label("Search").fill("onerror")
    assert column(page, 2) == [HOSTILE[0]]
    assert page.evaluate("window.fired") is None


def test_n_of_m(page: Page) -> None:
    """The table says how many rows there are, which of them are seen, and how many were found."""
    assert page.get_by_text("Rows 1 to 25 of 60").is_visible()
    page.get_by_label("Search").fill('"plain 1"')
    expect(page.get_by_text("Rows 1 to 11 of 11 found among 60")).to_be_visible()


def test_numbers_sort_as_numbers(page: Page) -> None:
    """Numbers stand at the right and sort by their value, the missing one first; the head says how it is sorted."""
    head = page.get_by_role("columnheader", name="number")
    head.locator("[tabindex='0']").focus()
    page.keyboard.press("Enter")
    expect(head).to_have_attribute("aria-sort", "ascending")
    assert column(page, 1)[:3] == ["—", "0", "1"]
    page.keyboard.press("Enter")
    expect(head).to_have_attribute("aria-sort", "descending")
    assert column(page, 1)[:2] == ["1000", "57"]
    assert page.locator(".dataTable tbody td").first.evaluate("cell => getComputedStyle(cell).textAlign") == "right"


def test_copy_takes_what_is_found(page: Page) -> None:
    """The copy holds the rows that the search left, in the order on the screen, and says how many they are."""
    page.get_by_label("Search").fill('"plain 1"')
    rows = copied(page)
    assert said(page).inner_text() == "Copied 11 of 60 rows."
    assert rows[0] == ["number", "text", "<b>head</b>"]
    assert [row[1] for row in rows[1:]] == column(page, 2)


def test_copy_is_guarded(page: Page) -> None:
    """A cell that begins as a formula is behind an apostrophe, quotes and lines stay whole, numbers are bare."""
    rows = copied(page)
    assert len(rows) == 61
    assert [row[1] for row in rows[1:8]] == [*HOSTILE[:2], "'" + HOSTILE[2], "a\nb", 'say "x"', "&lt;b&gt;", "'\ttab"]
    assert [row[0] for row in rows[-3:]] == ["57", "", "1000"]


def test_download(page: Page) -> None:
    """The file that is saved is named after the table and holds what the copy holds."""
    with page.expect_download() as saved:
        page.get_by_role("button", name="Download CSV").click()
    assert saved.value.suggested_filename == "calls-all.csv"
    with saved.value.path().open(encoding="utf-8", newline="") as file:
        assert list(csv.reader(file)) == copied(page)


def test_long_cells_are_shown_whole(page: Page) -> None:
    """A button that the keyboard reaches shows lines as lines, and says whether it is pressed."""
    cell = page.get_by_role("cell", name="a b")
    before = cell.evaluate("cell => getComputedStyle(cell).whiteSpace")
    button = page.get_by_role("button", name="Show cells whole")
    button.focus()
    page.keyboard.press("Space")
    assert button.get_attribute("aria-pressed") == "true"
    assert (before, cell.evaluate("cell => getComputedStyle(cell).whiteSpace")) == ("nowrap", "pre-wrap")


def test_a_later_table_is_drawn_too(page: Page) -> None:
    """A view that a panel puts into the page by innerHTML, where no script runs, is drawn as well."""
    later = View("Later", "One row.", frame=pd.DataFrame({"a": ["x"]})).html()
    page.evaluate("html => { document.body.appendChild(document.createElement('div')).innerHTML = html; }", later)
    page.get_by_role("group", name="Later").get_by_role("button", name="Copy as CSV").wait_for()


def test_dark(page: Page) -> None:
    """Where JupyterLab says that it is dark, the table is as transparent as in the light, and its words are light."""
    page.evaluate("document.body.dataset.jpThemeLight = 'false'; document.body.style.color = 'white'")
    page.wait_for_function("document.documentElement.classList.contains('dark')")
    look = "one => [getComputedStyle(one).backgroundColor, getComputedStyle(one).color]"
    assert page.locator(".dt-container").evaluate(look) == ["rgba(0, 0, 0, 0)", "rgb(255, 255, 255)"]


def test_accessible(page: Page) -> None:
    """Axe finds nothing against it."""
    assert Axe().run(page).response["violations"] == []
