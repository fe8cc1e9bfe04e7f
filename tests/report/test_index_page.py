"""The index of a folder of cases: one offline page in which nothing from outside is markup, and a table that sorts."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import replace
from importlib import resources
from typing import TYPE_CHECKING, Any

import pytest

from gdkit.analysis.thefts import Unusable
from gdkit.report.index_page import CaseRow, index_page, missing_of, write_index
from tests.hostile.samples import PAYLOADS
from tests.report.markup import Page

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ROW = CaseRow(
    "done", "web-1", "web-1/reports/report.html", ("a" * 32,), "OutsideAWS", 8.0, "111122223333", "eu-west-1", "web",
    "i-0aaa", "AROAEXAMPLE:i-0aaa", "2026-11-02T10:00:00Z", ("inbox/a.json",), ("203.0.113.9",),
    {"thief": 12, "workload": 1065, "unknown": 0}, "malicious", "deny-session",
)  # fmt: skip
FAILED = replace(ROW, state="failed", folder="web-2", report="", instance_id="i-0bbb", calls=None, contained="",
                 verdict="undetermined", missing="notebook 2_scope: no event could be read")  # fmt: skip
GAPS = replace(ROW, state="gaps", folder="web-3", report="web-3/reports/report.html", instance_id="i-0ccc",
               calls={"thief": 3, "workload": 9, "unknown": 4}, missing="account 444455556666: denied")  # fmt: skip
BAD = Unusable("inbox/x.json", "it is not JSON")


def test_rows_are_told() -> None:
    """Each case has its row, the failed one with the reason and no link; files that could not be used are named."""
    other = Unusable("inbox/y.json", "another type", failed=False)
    page = Page(index_page([ROW, FAILED, GAPS], [BAD, other], "Read once."))
    assert "3 cases: 1 done, 1 with gaps, 1 failed. 1 file could not be used." in page.text
    links = [named["href"] for tag, named in page.tags if tag == "a"]
    assert links == ["./web-1/reports/report.html", "./web-3/reports/report.html"]
    for word in ("FAILED", "no event could be read", "NOT USED", "inbox/x.json", "passed over", "Read once.", "1065"):
        assert word in page.text


def test_same_frame_as_the_report() -> None:
    """The page has the report's own policy of what may be loaded, and points at nothing outside its folder."""
    frame = resources.files("gdkit.report").joinpath("page.html").read_text(encoding="utf-8")
    made = index_page([ROW], [], "")
    (policy,) = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', frame)
    assert policy in made
    assert "<title>Stolen EC2 instance credentials: cases</title>" in made
    page = Page(made)
    pointing = [value for _, named in page.tags for name, value in named.items() if name in ("src", "href", "action")]
    assert pointing == ["./web-1/reports/report.html"]
    assert not any("@import" in style or "url(" in style for style in page.styles)


@pytest.mark.parametrize("payload", PAYLOADS, ids=range(len(PAYLOADS)))
def test_hostile_text(payload: str) -> None:
    """Whatever stands in a name, a path or an error, the page has the same markup as without it."""
    plain, bad = index_page([ROW], [BAD], "Read."), Unusable(payload, payload)
    row = replace(ROW, role_name=payload, instance_id=payload, account_id=payload, verdict=payload, missing=payload,
                  addresses=(payload,), finding_ids=(payload,), contained=payload, folder=payload)  # fmt: skip
    hostile = Page(index_page([row], [bad], payload))
    assert hostile.shape() - {("br",)} == Page(plain).shape() - {("br",)}
    assert hostile.scripts == Page(plain).scripts


def test_link_stays_beside_the_page() -> None:
    """A path with signs of its own leads nowhere else: it is relative and written as a path."""
    row = replace(ROW, report='javascript:alert(1)//"onclick="x')
    (link,) = [named for tag, named in Page(index_page([row], [], "")).tags if tag == "a"]
    assert link == {"href": "./javascript%3Aalert%281%29//%22onclick%3D%22x"}


def test_twin_for_programs(tmp_path: Path) -> None:
    """``index.json`` holds the same rows, and an empty folder of cases has a page, too."""
    write_index(tmp_path, [ROW, FAILED], [BAD], "Read once.")
    document = json.loads((tmp_path / "index.json").read_text(encoding="utf-8"))
    assert [row["state"] for row in document["cases"]] == ["done", "failed"]
    assert document["cases"][0]["calls"] == {"thief": 12, "workload": 1065, "unknown": 0}
    assert document["not_used"] == [{"where": "inbox/x.json", "problem": "it is not JSON", "failed": True}]
    assert "0 cases" in index_page([], [], "")


def test_gaps_in_words() -> None:
    """The first gaps are named, the rest counted; what was left out on purpose is none."""
    gaps = [{"what": f"region {number}", "reason": "denied", "failed": number > 0} for number in range(6)]
    result: dict[str, Any] = {"coverage": {"not_searched": gaps, "unread": []}, "events": {"total": 1}}
    assert missing_of(result) == ("region 1: denied", "region 2: denied", "region 3: denied",
                                  "and 2 more, in coverage.json")  # fmt: skip
    quiet = {"coverage": {"not_searched": gaps[:1], "unread": []}, "events": {"total": 0}}
    assert missing_of(quiet) == ("none of the session's calls was seen",)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Start the machine's chromium, with no network."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="needs playwright, of the extra 'test'")
    path = shutil.which("chromium")
    if path is None:
        pytest.skip("needs a browser: apt-get install -y --no-install-recommends chromium")
    with sync_api.sync_playwright() as started:
        opened = started.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        yield opened
        opened.close()


def test_sorted_in_a_browser(browser: Any, tmp_path: Path) -> None:
    """A click on a head, and Enter on it, sort the rows, numbers as numbers, the missing last; nothing is fetched."""
    hostile = [replace(GAPS, role_name=payload[:200]) for payload in PAYLOADS]
    page_file = write_index(tmp_path, [GAPS, FAILED, ROW, *hostile], [BAD], "Read once.")
    page, said, asked = browser.new_page(), [], []
    for event in ("console", "pageerror", "dialog"):
        page.on(event, lambda told: said.append(str(told)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(page_file.as_uri())
    counts = page.locator("table.gd-table").first.locator("tbody tr td:nth-child(8)")
    head = page.get_by_role("button", name="thief", exact=True)
    head.click()
    assert (counts.first.inner_text(), counts.last.inner_text()) == ("3", "—")
    assert counts.nth(counts.count() - 2).inner_text() == "12"
    head.press("Enter")
    assert (counts.first.inner_text(), counts.last.inner_text()) == ("12", "—")
    assert page.locator("th[aria-sort=descending]").inner_text() == "thief"
    assert (said, asked) == ([], [page_file.as_uri()])
