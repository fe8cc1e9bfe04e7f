"""The command that writes a report: what it takes, what it writes, what it says, and how it ends."""

from __future__ import annotations

import subprocess
import sys
from functools import partial
from typing import TYPE_CHECKING, Any

import papermill
import pytest

from gdkit.report.forms import pdf as printing
from tests.case.samples import new_case, scoped_case
from tests.report.runs import execute_here

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from gdkit.case.folder import CaseFolder
    from tests.cli.ended import Ended

FORMS = ["report.html", "report.md", "events.csv", "indicators.stix.json", "navigator.json"]


@pytest.fixture
def case(tmp_path: Path) -> CaseFolder:
    """Give a case that was searched."""
    return scoped_case(tmp_path / "case")


@pytest.fixture
def gdkit(gdkit: Callable[..., Ended], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., Ended]:
    """Give the command as a function; its notebook runs in this process, and no browser is installed."""
    monkeypatch.setattr(papermill, "execute_notebook", execute_here)
    monkeypatch.setattr(printing, "BROWSERS", ())
    monkeypatch.setattr(printing, "ELSEWHERE", {})
    monkeypatch.delenv("GDKIT_BROWSER", raising=False)
    monkeypatch.chdir(tmp_path)
    return partial(gdkit, "report")


def _browser(folder: Path, lines: str = 'printf "%%PDF-1.4" > "$out"') -> Path:
    """Put a script in a browser's place."""
    path = folder / "browser"
    find = 'for a in "$@"; do case "$a" in --print-to-pdf=*) out="${a#*=}";; esac; done\n'
    path.write_text(f"#!/bin/sh\n{find}{lines}\n")
    path.chmod(0o755)
    return path


LABELS = ["Ticket:", "Calls:", "Signs:", "Layer:", "PDF:"]


def _paths(case: CaseFolder, names: list[str]) -> str:
    page, *others = (str(case.reports / name) for name in names)
    lines = [f"{label:<8}{path}" for label, path in zip(LABELS, others, strict=False)]
    return "\n".join([*lines, f"Report: {page}"]) + "\n"


def test_every_form(gdkit: Any, case: CaseFolder) -> None:
    """Every form is written and its path said; where no browser is installed a note says so, and that is no failure."""
    ended = gdkit("--case", case.path)
    assert (ended.status, ended.out) == (0, _paths(case, FORMS))
    assert ended.err.startswith("note: no PDF was made. report.pdf: no browser is installed")
    assert len(ended.err.splitlines()) == 1
    assert all((case.reports / name).stat().st_size > 100 for name in FORMS)
    assert all((case.reports / name).stat().st_mode & 0o077 == 0 for name in FORMS)


def test_without_pdf(gdkit: Any, case: CaseFolder) -> None:
    """Without the PDF nothing is said of a browser."""
    ended = gdkit("--case", case.path, "--no-pdf")
    assert (ended.status, ended.out, ended.err) == (0, _paths(case, FORMS), "")


def test_with_pdf(gdkit: Any, case: CaseFolder, tmp_path: Path) -> None:
    """With a browser that is named the PDF is one of the forms."""
    ended = gdkit("--case", case.path, "--pdf", "--browser", _browser(tmp_path))
    assert (ended.status, ended.out, ended.err) == (0, _paths(case, [*FORMS, "report.pdf"]), "")
    assert (case.reports / "report.pdf").read_bytes() == b"%PDF-1.4"


@pytest.mark.parametrize("lines", [None, "echo out of memory >&2; exit 1"])
def test_pdf_that_was_asked_for(gdkit: Any, case: CaseFolder, tmp_path: Path, lines: str | None) -> None:
    """A PDF that was asked for and cannot be made is a failure; every other form is made all the same."""
    named = ["--browser", _browser(tmp_path, lines)] if lines else []
    ended = gdkit("--case", case.path, "--pdf", *named)
    assert (ended.status, ended.out) == (1, _paths(case, FORMS))
    assert ("out of memory" if lines else "install Chromium, Chrome or Edge") in ended.err
    assert len(ended.err.splitlines()) == 1
    assert not (case.reports / "report.pdf").exists()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (
            ["--redact", "accounts,roles"],
            "--redact: 'roles' is nothing that can be taken out. What to do: choose among",
        ),
        (["--redact", ""], "--redact: nothing is named"),
        (["--browser", "/no/such/browser"], "--browser /no/such/browser: there is no program"),
        (["--browser", "\x1b[31mx"], "--browser <U+001B>[31mx: there is no program"),
    ],
)
def test_wrong_use(gdkit: Any, case: CaseFolder, arguments: list[str], told: str) -> None:
    """A wrong value of an option ends with 2 and one line that says what it takes, before anything is written."""
    ended = gdkit("--case", case.path, *arguments)
    assert (ended.status, ended.out) == (2, "")
    assert told in ended.err
    assert len(ended.err.splitlines()) == 1
    assert not case.reports.exists()


def test_no_case(gdkit: Any, tmp_path: Path) -> None:
    """A folder without a case, and a case without a result, are told in one line."""
    ended = gdkit("--case", tmp_path / "nothing")
    assert ended.status == 1
    assert "holds no case" in ended.err
    new = new_case(tmp_path / "new")
    ended = gdkit("--case", new.path, "--no-pdf", "--redact", "all")
    assert ended.status == 1
    assert "no result yet" in ended.err
    assert not new.reports.exists()


def test_help(gdkit: Any) -> None:
    """The help names every form, every sort, and what happens if nothing is said."""
    said = gdkit("--help").out
    for word in ("report.html", "report.md", "events.csv", "indicators.stix.json", "navigator.json", "report.pdf",
                 "accounts, keys, names", "addresses", "GDKIT_BROWSER"):  # fmt: skip
        assert word in " ".join(said.split())


@pytest.mark.xdist_group("a whole run")
def test_redacted_for_real(case: CaseFolder) -> None:
    """The redacted report is made by a process and a kernel of their own, into a folder of its own."""
    command = [sys.executable, "-c", "from gdkit.cli import main; main()", "report", "--case", str(case.path),
               "--no-pdf", "--redact", "accounts, names"]  # fmt: skip
    run = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    assert (run.returncode, run.stderr) == (0, "")
    folder = case.reports / "redacted"
    names = sorted(path.name for path in folder.iterdir())
    assert names == sorted([*FORMS, "6_report.ipynb", "result.json"])
    assert f"Report: {folder / 'report.html'}" in run.stdout
    assert "111122223333" not in (folder / "report.html").read_text(encoding="utf-8")
    assert sorted(path.name for path in case.reports.iterdir()) == ["redacted"]
