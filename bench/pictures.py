"""The pictures of 100,000 calls: made in Python and drawn by chromium: ``python -m bench.pictures``."""

from __future__ import annotations

import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from gdkit import tables
from gdkit.ui.address_chart import address_chart
from gdkit.ui.coverage_chart import coverage_chart
from gdkit.ui.page_library import page_library
from gdkit.ui.timeline_chart import timeline_chart
from gdkit.ui.view import View
from tests.browser.chromium import running_browser

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd
    from playwright.sync_api import Page

CALLS = 100_000
BEGIN = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)
PARTIES = ("thief", "workload", "unknown")


def events() -> pd.DataFrame:
    """Give calls of a week, of three parties, 300 operations, ten regions and fifty addresses."""
    numbers = range(CALLS)
    return tables.frame(tables.SESSION_EVENTS, {
        "event_id": [f"e-{number}" for number in numbers],
        "event_at": [BEGIN + timedelta(seconds=6 * number) for number in numbers],
        "event_name": [f"Operation{number % 300}" for number in numbers],
        "event_source": ["s3.amazonaws.com"] * CALLS,
        "source_address": [f"198.51.100.{number % 50}" for number in numbers],
        "party": [PARTIES[number % 3] for number in numbers],
        "account_id": ["111122223333"] * CALLS,
        "region": [f"region-{number % 10}" for number in numbers],
        "hop": [number % 2 for number in numbers],
    })  # fmt: skip


def seen(calls: pd.DataFrame) -> pd.DataFrame:
    """Give who was seen where, a row a call."""
    return tables.frame(tables.ADDRESS_SEEN, {
        "address": calls["source_address"].tolist(), "party": calls["party"].tolist(),
        "minute_at": calls["event_at"].tolist(), "calls": [1] * CALLS,
    })  # fmt: skip


def ledger() -> pd.DataFrame:
    """Give a ledger of 34 regions in 20 accounts."""
    return tables.frame_of_rows(tables.COVERAGE_LEDGER, [
        {"source": "lookup", "state": "searched", "account_id": f"{account:012}", "region": f"region-{region}",
         "start_at": BEGIN, "end_at": BEGIN + timedelta(days=7), "records": region} for account in range(20)
        for region in range(34)])  # fmt: skip


def measure(page: Page, name: str, make: Callable[[], str | None]) -> None:
    """Print how long a picture takes to make and to be seen in chromium, and how large it is."""
    begun = time.perf_counter()
    picture = make()
    made_s = time.perf_counter() - begun
    assert picture is not None
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "page.html"
        path.write_text(f"<!doctype html><meta charset='utf-8'><title>x</title>{page_library()}{picture}",
                        encoding="utf-8")  # fmt: skip
        begun = time.perf_counter()
        page.goto(path.as_uri())
        if "<iframe" in picture:
            page.frame_locator("iframe").locator("svg").wait_for()
        elif "gd-rows" in picture:
            page.locator(".dt-container").wait_for()
        drawn_s = time.perf_counter() - begun
    print(
        f"{name:<16} made in {made_s:5.2f} s, {len(picture) / 1e3:6,.0f} kB, drawn {drawn_s:5.2f} s after it is opened"
    )


def main() -> None:
    """Measure and print."""
    calls = events()
    timeline_chart(calls.head(10), "x")  # the library is put together once a machine
    with running_browser() as browser:
        page = browser.new_page()
        page.goto("about:blank")
        print(f"{CALLS:,} calls:")
        measure(page, "timeline", lambda: timeline_chart(calls, "x"))
        measure(page, "address history", lambda: address_chart(seen(calls), (), BEGIN + timedelta(days=3), "x"))
        measure(page, "coverage map", lambda: coverage_chart(ledger(), calls, "x"))
        measure(page, "table", lambda: View("Calls", "x", frame=calls).html())


if __name__ == "__main__":
    main()
