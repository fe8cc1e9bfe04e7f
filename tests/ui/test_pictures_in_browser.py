"""The pictures in a browser: drawn soon however many calls there are, brushed, and readable in both themes."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from gdkit import tables
from gdkit.ui.coverage_chart import coverage_chart
from gdkit.ui.page_library import page_library
from gdkit.ui.text import section
from gdkit.ui.timeline_chart import timeline_chart
from tests.browser.chromium import running_browser

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import pandas as pd
    from playwright.sync_api import Browser, Page

BEGIN = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)
GROUNDS = {"true": "#ffffff", "false": "#111111"}
"""What JupyterLab's two themes have behind an output, by the attribute that names the theme."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Give a browser."""
    with running_browser() as one:
        yield one


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """Give a page of a computer that is set to dark, whatever the notebook's theme is."""
    context = browser.new_context(color_scheme="dark", viewport={"width": 1000, "height": 700})
    yield context.new_page()
    context.close()


def _events(count: int) -> pd.DataFrame:
    """Give calls in turn of thief and workload; the thief's are all in the first half, each of its own operation."""
    half = count // 2
    return tables.frame(tables.SESSION_EVENTS, {
        "event_id": [f"e-{number}" for number in range(count)],
        "event_at": [BEGIN + timedelta(seconds=number) for number in range(count)],
        "event_name": ["ListBuckets" if number < half else "UpdateInstanceInformation" for number in range(count)],
        "event_source": ["s3.amazonaws.com"] * count,
        "party": ["thief" if number < half else "workload" for number in range(count)],
        "account_id": ["111122223333"] * count,
        "region": ["eu-west-1"] * count,
        "hop": [0] * count,
    })  # fmt: skip


def _open(page: Page, folder: Path, picture: str | None, light: str = "true") -> None:
    assert picture is not None
    path = folder / "page.html"
    path.write_text(f"<!doctype html><html lang='en'><meta charset='utf-8'><title>x</title>"
                    f"<body data-jp-theme-light='{light}' style='background:{GROUNDS[light]}'>{page_library()}"
                    f"{section(picture, 'picture')}</body></html>", encoding="utf-8")  # fmt: skip
    page.goto(path.as_uri())


@pytest.mark.parametrize("count", [200, 100_000])
def test_drawn_and_brushed(page: Page, tmp_path: Path, count: int) -> None:
    """The calls are drawn with their counts; dragging over the later half leaves the workload's alone."""
    _open(page, tmp_path, timeline_chart(_events(count), "Calls"))
    frame = page.frame_locator("iframe")
    counted = frame.get_by_text(f"thief: ListBuckets, {count // 2}")
    expect(counted).to_be_visible()
    middle = frame.get_by_text("thief", exact=True).bounding_box()
    drawn = frame.locator("svg").bounding_box()
    assert middle is not None
    assert drawn is not None
    left, right = middle["x"] + middle["width"] + 8, drawn["x"] + drawn["width"] - 8
    page.mouse.move(left + (right - left) * 0.7, middle["y"] + 20)
    page.mouse.down()
    page.mouse.move(right, middle["y"] + 20, steps=5)
    page.mouse.up()
    expect(counted).to_have_count(0)
    expect(frame.get_by_text("workload: UpdateInstanceInformation")).to_be_visible()


def _lights(page: Page) -> tuple[float, float, float]:
    """Give the darkest, the middle and the brightest of the picture's points as they are seen, 0 to 255."""
    shot = base64.b64encode(page.locator(".gd-picture:visible").screenshot()).decode()
    told = page.evaluate(
        """async (shot) => {
        const image = new Image();
        image.src = "data:image/png;base64," + shot;
        await image.decode();
        const canvas = new OffscreenCanvas(image.width, image.height), pen = canvas.getContext("2d");
        pen.drawImage(image, 0, 0);
        const { data } = pen.getImageData(0, 0, image.width, image.height), lights = [];
        for (let at = 0; at < data.length; at += 4)
            lights.push(0.2126 * data[at] + 0.7152 * data[at + 1] + 0.0722 * data[at + 2]);
        lights.sort((one, other) => one - other);
        return [lights[0], lights[lights.length >> 1], lights[lights.length - 1]];
    }""",
        shot,
    )
    return tuple(told)


@pytest.mark.parametrize("kind", ["timeline", "coverage"])
@pytest.mark.parametrize("light", ["true", "false"])
def test_both_themes(page: Page, tmp_path: Path, kind: str, light: str) -> None:
    """A picture has the ground of the page behind it, without a slab of its own, and words that stand out from it."""
    events = _events(200)
    ledger = tables.frame_of_rows(tables.COVERAGE_LEDGER, [
        {"source": "lookup", "state": "searched", "account_id": "111122223333", "region": region, "records": 200,
         "start_at": BEGIN - timedelta(days=1), "end_at": BEGIN + timedelta(hours=1)} for region in ("eu-west-1", "x")
    ])  # fmt: skip
    picture = timeline_chart(events, "Calls") if kind == "timeline" else coverage_chart(ledger, events, "Searched")
    _open(page, tmp_path, picture, light)
    if kind == "timeline":
        expect(page.frame_locator("iframe").get_by_text("thief: ListBuckets, 100")).to_be_visible()
    darkest, middle, brightest = _lights(page)
    if light == "true":
        assert darkest < 60
        assert brightest > 250
        assert kind == "coverage" or middle > 250
    else:
        assert darkest < 25
        assert brightest > 190
        assert middle < (120 if kind == "coverage" else 25)
