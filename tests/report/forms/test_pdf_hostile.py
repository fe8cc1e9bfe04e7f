"""The PDF of a hostile case: nothing ran when it was printed, nobody was asked, and nothing in the file can act."""

from __future__ import annotations

import re
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING

import pytest
from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject, NameObject

from gdkit import stages
from gdkit.analysis.subject import subject_of_finding
from gdkit.case.folder import start_case
from gdkit.case.verdicts import record_verdict
from gdkit.findings import load_findings, select_finding
from gdkit.report.forms.pdf import find_browser, print_page
from gdkit.report.page import render
from gdkit.report.run import notebook_path
from tests.hostile.samples import MARK, PAYLOADS, hostile_sample
from tests.report.forms.cases import MADE_AT
from tests.report.runs import execute_here

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

BROWSER = find_browser()
pytestmark = pytest.mark.skipif(BROWSER is None, reason="no browser to print with: apt-get install -y chromium")

ACTIVE = {"/JavaScript", "/JS", "/OpenAction", "/AA", "/URI", "/Launch", "/EmbeddedFile", "/EmbeddedFiles", "/Filespec",
          "/GoToR", "/GoToE", "/SubmitForm", "/ImportData", "/AcroForm", "/XFA", "/RichMedia", "/Movie", "/Sound",
          "/Rendition"}  # fmt: skip
"""Names by which a PDF does something, or leads out of itself. Source: ISO 32000-2, 12.6 "Actions" and 7.11.4."""

RAN = "RAN42"
"""What an attack writes on the paper if it runs; none holds it as it stands."""

_WRITES = "document.body.append('RAN' + 6 * 7)"


@pytest.fixture(scope="module")
def beacon() -> Iterator[tuple[str, list[str]]]:
    """Run a server on loopback; give its address, and the paths that it was asked for."""
    asked: list[str] = []

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(204)
            self.end_headers()

    with ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}", asked
        server.shutdown()


def _attacks(url: str) -> tuple[str, ...]:
    """Give texts that would tell of themselves, were they markup: by a request, a word on the paper, or a link."""
    return (
        f"<script>{_WRITES}; fetch('{url}/script')</script>",
        f'</td></table><img src="{url}/img" onload="{_WRITES}" onerror="{_WRITES}">',
        f"<style>@import '{url}/style'; body {{ background: url({url}/background) }}</style>",
        f'<iframe src="{url}/frame"></iframe><embed src="{url}/embed"><object data="{url}/object"></object>',
        f'<a href="{url}/link">{MARK}</a>',
        f'<a href="file:///etc/passwd">{MARK}</a><a href="javascript:{_WRITES}">x</a>',
        f"<meta http-equiv=refresh content='0;url={url}/refresh'><base href={url}/base>",
        f"<svg onload=\"{_WRITES}\"><image href='{url}/svg'/></svg>",
        f"%PDF-1.7 /OpenAction << /S /JavaScript /JS (app.alert(1)) >> endobj {MARK}",
    )


def _names(pdf: Path) -> set[str]:
    """Give every name in the objects of a PDF: keys, and values that are names."""
    reader, found = PdfReader(pdf), set[str]()
    count = int(reader.trailer["/Size"])  # type: ignore[call-overload]
    waiting: list[object] = [reader.trailer, *(reader.get_object(number) for number in range(1, count))]
    while waiting:
        one = waiting.pop()
        if isinstance(one, DictionaryObject):
            found |= set(map(str, one))
            waiting += [one.raw_get(name) for name in one]
        elif isinstance(one, ArrayObject):
            waiting += list.__iter__(one)
        elif isinstance(one, NameObject):
            found.add(str(one))
    return found


def _words(pdf: Path) -> str:
    """Give what stands on the paper without any space; the number of a page, which can part a word, is left out."""
    pages = PdfReader(pdf).pages
    text = [re.sub(rf"\b\d+ ?/ ?{len(pages)}\b", "", page.extract_text()) for page in pages]
    return re.sub(r"\s+", "", "".join(text))


def test_hostile(tmp_path: Path, beacon: tuple[str, list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    """On paper attacks stand letter by letter: nothing ran, nothing was asked for, and nothing in the file can act."""
    url, asked = beacon
    attacks = _attacks(url)
    monkeypatch.setattr("tests.hostile.samples.PAYLOADS", (*attacks, *PAYLOADS[:-2]))
    sample = hostile_sample(tmp_path / "input")
    subject = subject_of_finding(select_finding(load_findings(sample.finding)))
    case = start_case(tmp_path / "case", subject, trail=[str(sample.trail)], analyst=attacks[0])
    stages.scope(str(case.path), [])
    record_verdict(case, "malicious", attacks[1])
    execute_here(notebook_path("6_report"), tmp_path / "6_report.ipynb", parameters={"case": str(case.path)})
    (tmp_path / "report.html").write_text(render(tmp_path / "6_report.ipynb", MADE_AT), encoding="utf-8")
    print_page(tmp_path / "report.html", tmp_path / "report.pdf", BROWSER, MADE_AT)
    words = _words(tmp_path / "report.pdf")
    assert [attack for attack in attacks if re.sub(r"\s+", "", attack) not in words] == []
    assert RAN not in words
    assert _names(tmp_path / "report.pdf") & ACTIVE == set()
    assert asked == []


def test_what_is_active_is_seen(tmp_path: Path, beacon: tuple[str, list[str]]) -> None:
    """The checks above see what they look for: markup that is let through runs, and its link stands in the file."""
    attacks = _attacks(beacon[0])
    page = tmp_path / "page.html"
    page.write_text(f"<!doctype html><title>t</title><p>kept</p>{attacks[1]}{attacks[4]}", encoding="utf-8")
    print_page(page, tmp_path / "page.pdf", BROWSER, MADE_AT)
    assert RAN in _words(tmp_path / "page.pdf")
    assert "/URI" in _names(tmp_path / "page.pdf")
