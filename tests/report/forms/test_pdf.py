"""The PDF: printed by a real browser where there is one, by a script where only the way around is tested."""

from __future__ import annotations

import os
import re
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pypdf import PdfReader

from gdkit.errors import ReportError, UsageError
from gdkit.report.forms import pdf as printing
from gdkit.report.forms.pdf import find_browser, print_page
from gdkit.report.page import render
from tests.report.forms.cases import MADE_AT
from tests.report.runs import investigated

BROWSER = find_browser()
real = pytest.mark.skipif(BROWSER is None, reason="no browser to print with: apt-get install -y chromium")


def _script(folder: Path, lines: str, name: str = "chromium") -> Path:
    """Put a script in a browser's place; ``$out`` is where it is asked to print to."""
    path = folder / name
    find = 'for a in "$@"; do case "$a" in --print-to-pdf=*) out="${a#*=}";; esac; done\n'
    path.write_text(f"#!/bin/sh\n{find}{lines}\n")
    path.chmod(0o755)
    return path


def _page(folder: Path, html: str = "<h1>Report</h1>") -> Path:
    page = folder / "report.html"
    page.write_text(f"<!doctype html><html lang='en'><title>t</title><body>{html}</body></html>", encoding="utf-8")
    return page


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Print the report of the investigated sample."""
    if BROWSER is None:
        pytest.skip("no browser to print with: apt-get install -y chromium")
    folder = tmp_path_factory.mktemp("pdf")
    page = folder / "page.html"
    page.write_text(render(investigated().case.reports / "6_report.ipynb", MADE_AT), encoding="utf-8")
    print_page(page, folder / "report.pdf", BROWSER, MADE_AT)
    return folder / "report.pdf"


def test_content(printed: Path) -> None:
    """The PDF holds the first page's words, every table's rows in full width, page numbers, headings, and no script."""
    reader = PdfReader(printed)
    text = " ".join(page.extract_text() for page in reader.pages)
    words = re.sub(r"\s+", "", text)
    for part in ("12of78callswiththecredentialsofinstancei-0a1b2c3d4e5f60718", "ASIASAMPLESTOLENKEY1",
                 "Madeat2026-12-01", f"1/{len(reader.pages)}", "FindingSHA-256"):  # fmt: skip
        assert part in words
    assert "Showing 1 to" not in text
    assert reader.pages[0].mediabox.width == pytest.approx(595, abs=1)
    assert reader.outline
    root = reader.trailer["/Root"]
    assert "/JavaScript" not in str(root)
    assert root["/MarkInfo"]["/Marked"]  # type: ignore[index]


def test_same_bytes(printed: Path, tmp_path: Path) -> None:
    """The same page printed again gives the same bytes, and its dates are the one stamp."""
    print_page(printed.with_name("page.html"), tmp_path / "again.pdf", BROWSER, MADE_AT)
    assert (tmp_path / "again.pdf").read_bytes() == printed.read_bytes()
    about = PdfReader(printed).metadata
    assert about is not None
    assert about.creation_date == about.modification_date == MADE_AT


@real
def test_relative_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page that is named from the folder one works in is printed too, as the README does it."""
    _page(tmp_path)
    monkeypatch.chdir(tmp_path)
    print_page(Path("report.html"), Path("report.pdf"), BROWSER, MADE_AT)
    assert len(PdfReader("report.pdf").pages) == 1


@real
def test_needs_no_network(tmp_path: Path) -> None:
    """A page that asks for something outside is printed without it, and nobody is asked."""
    page = _page(tmp_path, "<img src='http://127.0.0.1:9/x.png'><img src='http://outside.example/x.png'>kept")
    print_page(page, tmp_path / "report.pdf", BROWSER, MADE_AT)
    assert "kept" in PdfReader(tmp_path / "report.pdf").pages[0].extract_text()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["report.html", "report.pdf"]


def test_no_browser(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no browser is installed, the error says what to install or to name."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("GDKIT_BROWSER", raising=False)
    monkeypatch.setattr(printing, "ELSEWHERE", {})
    assert find_browser() is None
    with pytest.raises(ReportError, match=r"no browser is installed.*--browser PATH or GDKIT_BROWSER.*report\.html"):
        print_page(_page(tmp_path), tmp_path / "report.pdf", None, MADE_AT)


def test_which_browser(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The option goes before the variable, the variable before what is on the PATH; a wrong name is told."""
    browsers = {name: _script(tmp_path, "exit 0", name) for name in ("mine", "theirs", "google-chrome")}
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_browser() == browsers["google-chrome"]
    monkeypatch.setenv("GDKIT_BROWSER", str(browsers["theirs"]))
    assert find_browser() == browsers["theirs"]
    assert find_browser("mine") == browsers["mine"]
    with pytest.raises(UsageError, match="--browser /no/such: there is no program"):
        find_browser("/no/such")
    monkeypatch.setenv("GDKIT_BROWSER", "nothing<U+001B>")
    with pytest.raises(UsageError, match="GDKIT_BROWSER nothing"):
        find_browser()


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ("echo 'No usable sandbox! Update your kernel' >&2; exit 1", "No usable sandbox.*starts it with --no-sandbox"),
        (
            "echo 'cannot open display\033[31m' >&2; exit 1",
            r"printed nothing: cannot open display<U\+001B>\[31m.*--browser",
        ),
        ("exit 0", "printed nothing: it said nothing"),
        ('echo "<html>" > "$out"', "printed nothing"),
    ],
)
def test_browser_that_fails(tmp_path: Path, lines: str, told: str) -> None:
    """A browser that prints nothing is told with its last words and what to do; an earlier PDF is left alone."""
    (tmp_path / "report.pdf").write_text("earlier")
    with pytest.raises(ReportError, match=told):
        print_page(_page(tmp_path), tmp_path / "report.pdf", _script(tmp_path, lines), MADE_AT)
    assert (tmp_path / "report.pdf").read_text() == "earlier"
    assert not list(tmp_path.glob("printing-*"))


def test_browser_that_cannot_start(tmp_path: Path) -> None:
    """A file that is no program is told so."""
    broken = tmp_path / "chromium"
    broken.write_bytes(b"\x7fELF broken")
    broken.chmod(0o755)
    with pytest.raises(ReportError, match="the browser cannot be started"):
        print_page(_page(tmp_path), tmp_path / "report.pdf", broken, MADE_AT)


def test_browser_that_hangs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A browser that hangs is stopped with all its children."""
    monkeypatch.setattr(printing, "TIME_LIMIT_S", 0.5)
    hanging = _script(tmp_path, f"sleep 600 & echo $! > {tmp_path}/child; sleep 600")
    with pytest.raises(ReportError, match=r"did not print within 0\.5 seconds, and was stopped"):
        print_page(_page(tmp_path), tmp_path / "report.pdf", hanging, MADE_AT)
    child = int((tmp_path / "child").read_text())
    assert _ends(child)


def _ends(process: int) -> bool:
    """Tell whether a process is gone, or only waits to be counted as such, within a second."""
    for _ in range(100):
        state = Path(f"/proc/{process}/stat")
        if not state.exists() or state.read_text().rpartition(")")[2].split()[0] == "Z":
            return True
        time.sleep(0.01)
    return False


def test_no_credential_is_passed_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The browser gets no AWS credential of the environment, no network, and a profile of its own."""
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "s3cret")
    spy = _script(tmp_path, f'env > {tmp_path}/env; echo "$@" > {tmp_path}/given; printf "%%PDF-1.4" > "$out"')
    print_page(_page(tmp_path), tmp_path / "report.pdf", spy, MADE_AT)
    assert "s3cret" not in (tmp_path / "env").read_text()
    given = (tmp_path / "given").read_text()
    assert "--host-resolver-rules=MAP * ~NOTFOUND" in given
    assert f"--user-data-dir={tmp_path}/printing-" in given
    assert ("--no-sandbox" in given) == (os.geteuid() == 0)


def test_stamp_keeps_its_length(tmp_path: Path) -> None:
    """The dates that the browser wrote become the stamp in place, so that nothing in the file moves."""
    lines = (
        """printf "%%PDF-1.4 /CreationDate (D:20200101000000+00'00') /ModDate (D:20200101000000+00'00')" > "$out" """
    )
    print_page(_page(tmp_path), tmp_path / "report.pdf", _script(tmp_path, lines), datetime(2026, 12, 1, tzinfo=UTC))
    assert (tmp_path / "report.pdf").read_bytes().count(b"D:20261201000000+00'00'") == 2
