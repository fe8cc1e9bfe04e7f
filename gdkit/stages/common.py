"""What every stage begins and ends with: the case folder, and a view that carries the case's stamp."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gdkit.analysis.subject import subject_of_finding
from gdkit.case.files import write_json
from gdkit.case.folder import CaseFolder, case_about, open_case, start_case
from gdkit.case.results import load_result
from gdkit.findings import load_findings, select_finding
from gdkit.sample import sample_folder
from gdkit.ui import words
from gdkit.ui.view import View

if TYPE_CHECKING:
    from collections.abc import Sequence


_unnamed: list[CaseFolder] = []


def opened(case: str) -> CaseFolder:
    """Open a case; without a name, one about the sample theft in a temporary folder: any notebook can be tried.

    In a notebook that began an exercise without naming a folder, no name means that exercise.

    Raises:
        CaseError: there is no case, or it is damaged.
    """
    return open_case(case) if case else unnamed_case() or _sample_case()


def is_begun(case: str) -> bool:
    """Tell whether a named case was begun; without a name there always is one."""
    return not case or CaseFolder(Path(case).expanduser()).about.exists()


def take_for_unnamed(folder: CaseFolder) -> None:
    """Let no name mean this case from now on, in this process."""
    _unnamed[:] = [folder]


def unnamed_case() -> CaseFolder | None:
    """Give the case that no name means in this process; None where it means the sample."""
    return _unnamed[-1] if _unnamed else None


@cache
def _sample_case() -> CaseFolder:
    from gdkit.stages.scope import scope  # noqa: PLC0415 - it opens cases itself

    sample = sample_folder()
    subject = subject_of_finding(select_finding(load_findings(sample.finding)))
    folder = start_case(sample.finding.parent / "case", subject, trail=[str(sample.trail)], analyst="sample")
    write_json(folder.about, {**case_about(folder), "made_up": True})
    scope(str(folder.path), [])
    return folder


def view(folder: CaseFolder, title: str, summary: str, facts: Sequence[tuple[str, object]] = (),
         notes: Sequence[str] = (), **named: Any) -> View:  # fmt: skip
    """Give a view that says whether the case is a sample or simulated."""
    return View(title, summary, facts, notes, stamp=words.stamp(case_about(folder)), **named)


def limit(folder: CaseFolder) -> tuple[str, str]:
    """Give the fact by which every answer is limited: what was searched."""
    return ("In what was searched", load_result(folder)["coverage"]["statement"])
