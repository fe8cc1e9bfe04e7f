"""The report: one file that needs nothing else and in which nothing from outside is markup."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import nbformat
import pytest

from gdkit.errors import CaseError
from gdkit.report.page import render, write_report
from tests.case.samples import new_case
from tests.report.markup import Page
from tests.report.runs import investigated

if TYPE_CHECKING:
    from pathlib import Path

    from gdkit.case.folder import CaseFolder

INSIDE = ("data:", "blob:", "#", "about:srcdoc")
FETCHING = ("src", "href", "xlink:href", "action", "formaction", "poster", "data", "background", "srcset", "manifest")


@pytest.fixture(scope="module")
def case() -> CaseFolder:
    """Give the investigated sample."""
    return investigated().case


@pytest.fixture(scope="module")
def page(case: CaseFolder) -> Page:
    """Give the report of the investigated sample, parsed."""
    return Page((case.reports / "report.html").read_text(encoding="utf-8"))


def test_no_reference_outside(page: Page) -> None:
    """No attribute of the page or its frames points outside of it, and there is no link element."""
    pointing = [
        (tag, name, value)
        for tag, named in page.tags
        for name, value in named.items()
        if name in FETCHING and not value.startswith(INSIDE)
    ]
    assert pointing == []
    assert "link" not in {tag for tag, _ in page.tags}
    refresh = [named for tag, named in page.tags if tag == "meta" and named.get("http-equiv", "").lower() == "refresh"]
    assert refresh == []


def test_no_reference_in_styles(page: Page) -> None:
    """No style sheet, of the page, its frames or its table library, imports or fetches anything."""
    libraries = page.unpacked()
    assert len(libraries) == 2
    inline = [named["style"] for _, named in page.tags if "style" in named]
    sheet = next(text for text in libraries if text.lstrip().startswith((":", "@", ".", "/*", "table", "html")))
    for style in [*page.styles, *inline, sheet]:
        assert "@import" not in style
        pointed = re.findall(r"url\(\s*['\"]?([^'\")]*)", style)
        assert [url for url in pointed if not url.startswith(INSIDE)] == []


def test_frames_and_scripts(page: Page) -> None:
    """The timeline stands in a sandboxed frame without an origin, and no script is fetched."""
    frames = [named for tag, named in page.tags if tag == "iframe"]
    assert [named["sandbox"] for named in frames] == ["allow-scripts"]
    assert all("srcdoc" in named and "src" not in named for named in frames)
    assert page.scripts
    assert all("src" not in named for tag, named in page.tags if tag == "script")


def test_policy(page: Page) -> None:
    """The page forbids itself every connection and every form."""
    policies = [named["content"] for tag, named in page.tags if named.get("http-equiv") == "Content-Security-Policy"]
    assert len(policies) == 1
    rules = dict(rule.strip().partition(" ")[::2] for rule in policies[0].split(";"))
    assert (rules["default-src"], rules["base-uri"], rules["form-action"]) == ("'none'", "'none'", "'none'")
    assert "http" not in policies[0]
    assert "connect-src" not in rules


def test_size(case: CaseFolder) -> None:
    """The report fits into a mail: less than 3 MB."""
    assert 100_000 < (case.reports / "report.html").stat().st_size < 3_000_000


def test_content(page: Page) -> None:
    """The report tells the verdict, the instance, the coverage and the hashes, and shows no code."""
    for told in (
        "malicious, decided by ann",
        "not one of our addresses",
        "12 of 78 calls with the credentials of instance i-0a1b2c3d4e5f60718 were made by a thief",
        "i-0a1b2c3d4e5f60718",
        "the journal is whole",
        "Finding SHA-256",
    ):
        assert told in page.text
    assert "stages." not in page.text
    assert "SAMPLE finding" not in page.text


def _executed(folder: Path, cells: list[nbformat.NotebookNode]) -> Path:
    path = folder / "6_report.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    return path


def test_raw_html_in_words(tmp_path: Path) -> None:
    """Raw HTML and script links in Markdown come out as text."""
    words = "# A\n\n<script>alert(1)</script> <img src=x onerror=alert(1)>\n\n[x](javascript:alert(1))\n\n<b>bold</b>"
    page = Page(render(_executed(tmp_path, [nbformat.v4.new_markdown_cell(words)])))
    assert not {"script", "img", "b"} & {tag for tag, _ in page.tags}
    assert "<script>alert(1)</script>" in page.text
    assert not any(value.startswith("javascript:") for _, named in page.tags for value in named.values())


def test_only_html_outputs(tmp_path: Path) -> None:
    """What cells showed as HTML is in the report; code, prints, errors and pictures of others are not."""
    outputs = [
        nbformat.v4.new_output("display_data", data={"text/html": "<p>shown</p>", "text/plain": "plain"}),
        nbformat.v4.new_output("display_data", data={"image/svg+xml": "<svg onload=x></svg>"}),
        nbformat.v4.new_output("stream", text="progress line"),
        nbformat.v4.new_output("error", ename="E", evalue="v", traceback=["frame"]),
    ]
    html = render(_executed(tmp_path, [nbformat.v4.new_code_cell("secret_code()", outputs=outputs)]))
    assert "<p>shown</p>" in html
    assert not any(word in html for word in ("secret_code", "progress line", "svg", "frame</", "plain</"))


def test_made_at_in_one_place(tmp_path: Path) -> None:
    """Two pages of the same notebook differ in the one line that says when they were made."""
    executed = _executed(tmp_path, [nbformat.v4.new_markdown_cell("# A")])
    pages = [render(executed, datetime(2026, 11, day, tzinfo=UTC)) for day in (1, 2)]
    assert [page.count("Made at 2026-11-0") for page in pages] == [1, 1]
    assert pages[0].replace("2026-11-01 00:00:00Z", "2026-11-02 00:00:00Z") == pages[1]


def test_note_first(tmp_path: Path) -> None:
    """What every reader must see stands before everything else, and is text."""
    page = Page(render(_executed(tmp_path, [nbformat.v4.new_markdown_cell("# A")]), note="REDACTED <b>names</b>"))
    assert "b" not in {tag for tag, _ in page.tags}
    assert page.text.index("REDACTED <b>names</b>") < page.text.index("A\n")


def test_on_paper(page: Page, case: CaseFolder) -> None:
    """Each live table has its plain form, and the timeline a still picture, for paper."""
    html = (case.reports / "report.html").read_text(encoding="utf-8")
    assert "<noscript>" not in html
    assert html.count('<div class="gd-paper"><table') == len(page.tables()) > 10
    assert html.count('<div class="gd-paper"><img') == 1
    assert "@media print" in html


def test_not_run_yet(tmp_path: Path) -> None:
    """A case whose report notebook was not run has no report, and says what to run."""
    with pytest.raises(CaseError, match=r"was not run yet.*gdkit investigate"):
        write_report(new_case(tmp_path / "case"))
