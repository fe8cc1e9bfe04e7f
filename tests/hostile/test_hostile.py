"""What an attacker wrote into the logs is text in every view and in the report, never markup."""

from __future__ import annotations

import base64
import json
import re
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

import pytest

from gdkit import stages
from gdkit.analysis.subject import subject_of_finding
from gdkit.case.evidence import load_table
from gdkit.case.folder import CaseFolder, start_case
from gdkit.case.journal import broken_entry, read_entries
from gdkit.case.results import load_result
from gdkit.case.verdicts import record_verdict
from gdkit.findings import load_findings, select_finding
from gdkit.report.page import render
from gdkit.report.run import notebook_path
from gdkit.sample import write_sample
from tests.hostile.samples import MARK, PAYLOADS, hostile_sample
from tests.report.markup import Page
from tests.report.runs import execute_here

if TYPE_CHECKING:
    from pathlib import Path

VIEWS = (
    "address_history",
    "begin", "finding", "session", "timeline", "calls", "chain", "initial_access", "addresses", "coverage",
    "conclusion", "integrity", "verdict", "moments", "impact", "data", "left_behind", "tamper", "costs",
    "capabilities", "refused", "credentials", "fleet",
)  # fmt: skip
UNSEEN = {"\x1b", "\x07", "\x00", "\r", "\u202e", "\u202c", "\u2066", "\u200b", "\ufeff", "\u2028", "\u2029", "\ud800"}
FORBIDDEN = {"img", "svg", "a", "b", "x", "object", "embed", "form", "input", "link", "base", "textarea", "math"}
CONTENTS = re.compile(r"#section-\d+")
"""Where the report's own contents lead."""
ON_PAPER = {("colgroup",), ("col", "style"), ("thead",), ("th", "scope"), ("span", "class")}
"""A table on paper has columns or records, by how wide the words in it are."""


def _case(folder: Path, sample: Any, text: str) -> CaseFolder:
    finding = select_finding(load_findings(sample.finding))
    trail = [str(sample.trail)]
    case = start_case(folder / f"case {text[:80]}", subject_of_finding(finding), trail=trail, analyst=text or "ann")
    stages.scope(str(case.path), [])
    record_verdict(case, "malicious", text or "not ours")
    return case


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> CaseFolder:
    """Give the case of the hostile sample, scoped and decided by a hostile analyst."""
    folder = tmp_path_factory.mktemp("hostile")
    return _case(folder, hostile_sample(folder / "input"), PAYLOADS[2].replace("/", "|"))


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> CaseFolder:
    """Give the case of the sample as it is."""
    folder = tmp_path_factory.mktemp("plain")
    return _case(folder, write_sample(folder / "input"), "")


def _view(case: CaseFolder, name: str) -> Any:
    if name == "verdict":
        return stages.verdict(str(case.path), "", "", "", interactive=False)
    return getattr(stages, name)(str(case.path))


def _hold_harmless(page: Page) -> None:
    """Fail where a page has a tag, an attribute, a link or a hidden character that is not gdkit's own."""
    own = [(tag, named) for tag, named in page.tags if tag == "a" and CONTENTS.fullmatch(named.get("href", ""))]
    assert all(list(named) == ["href"] for _, named in own)
    others = [one for one in page.tags if one not in own]
    tags = {tag for tag, named in others if (tag, named.get("class")) != ("img", "gd-drawing gd-picture")}
    assert not tags & FORBIDDEN
    assert not [(tag, name) for tag, named in page.tags for name in named if name.startswith("on")]
    pointing = [value for _, named in others for name, value in named.items() if name in ("href", "src", "action")]
    drawings = [value for value in pointing if value.startswith("data:image/svg+xml;base64,")]
    assert pointing == drawings
    for drawing in drawings:
        drawn = list(ElementTree.fromstring(base64.b64decode(drawing.partition(",")[2])).iter())  # noqa: S314 - our own
        names = {str(element.tag).rpartition("}")[2] for element in drawn}
        assert names <= {"svg", "defs", "g", "path", "line", "rect", "text", "tspan", "style", "clipPath"}
        assert not [name for element in drawn for name in element.attrib if name.startswith("on") or "href" in name]
    values = [value for _, named in page.tags for name, value in named.items() if name != "srcdoc"]
    assert not [value for value in values if "javascript:" in value.lower()]
    assert not set(page.text) & UNSEEN
    for script in page.scripts:
        assert f"alert('{MARK}')</script>" not in script
        assert "<!--" not in script or MARK not in script
    for head, rows in page.tables():
        assert not set("".join([*head, *(str(cell) for row in rows for cell in row)])) & UNSEEN


@pytest.mark.parametrize("name", VIEWS)
def test_view(case: CaseFolder, plain: CaseFolder, name: str) -> None:
    """A view of the hostile case has no tag or attribute that the same view of the plain case has not."""
    view = _view(case, name)
    page, harmless = Page(view.html()), Page(_view(plain, name).html())
    _hold_harmless(page)
    rows = {("ul", "class"), ("li",), ("br",)}
    assert page.shape() - harmless.shape() <= rows | ON_PAPER
    for tag in ("script", "iframe", "style", "div"):
        if name != "refused":  # its table is empty: an error code that an attacker wrote is no refusal
            assert [each for each, _ in page.tags].count(tag) == [each for each, _ in harmless.tags].count(tag)
    assert not set(view.text()) & UNSEEN


@pytest.mark.parametrize("name", ["finding", "calls", "addresses", "session", "timeline", "verdict", "begin"])
def test_payloads_are_shown(case: CaseFolder, name: str) -> None:
    """The payloads are not dropped: a person sees what the attacker wrote."""
    page = Page(_view(case, name).html())
    assert MARK in page.text + "".join(page.scripts)


def test_cells(case: CaseFolder) -> None:
    """In the table of calls each payload is text, hidden characters written out, templates not worked out."""
    ((_, rows),) = Page(_view(case, "calls").html()).tables()
    shown = [str(cell) for row in rows for cell in row]
    for told in (
        PAYLOADS[0],
        PAYLOADS[2],
        PAYLOADS[6],
        "{{7*7}} ${7*7}",
        "=cmd|'/C calc'!A0",
        "<U+001B>[2J",
        "<U+202E>",
        "&lt;img src=x onerror=alert(1)&gt;",
    ):
        assert any(told in text for text in shown), told
    assert max(len(text) for text in shown) < 5_000


def test_report(case: CaseFolder, plain: CaseFolder, tmp_path: Path) -> None:
    """The report of the hostile case has the plain report's tags and no others, and stays small enough to mail."""
    pages = []
    for number, each in enumerate((case, plain)):
        executed = tmp_path / f"{number}.ipynb"
        execute_here(notebook_path("6_report"), executed, parameters={"case": str(each.path)})
        pages.append(render(executed))
    page, harmless = map(Page, pages)
    _hold_harmless(page)
    assert page.shape() - harmless.shape() <= {("br",)} | ON_PAPER
    for tag in ("iframe", "style", "h1", "h2", "meta"):
        assert [each for each, _ in page.tags].count(tag) == [each for each, _ in harmless.tags].count(tag)
    views = [[named.get("class") for _, named in one.tags].count("gd-view mathjax_ignore") for one in (page, harmless)]
    assert views[0] == views[1]
    scripts = [[each for each, _ in one.tags].count("script") for one in (page, harmless)]
    assert scripts[0] == scripts[1] - 1  # the table of what was refused is empty, see test_view
    assert MARK in page.text
    assert len(pages[0]) < 4_000_000


def test_evidence_is_whole(case: CaseFolder) -> None:
    """What is cut and written out in a view is kept as it was in the evidence."""
    agents = set(load_table(case, "session_events")["user_agent"].dropna())
    for payload in PAYLOADS:
        if "\ud800" not in payload:
            assert payload in agents, payload[:60]


def test_result_is_valid(case: CaseFolder) -> None:
    """The machine-readable result is valid JSON of its schema, and the journal is whole."""
    result = load_result(case)
    assert result["events"]["total"] > 78
    assert json.loads(case.result.read_bytes()) == result
    assert broken_entry(read_entries(case.journal)) is None
