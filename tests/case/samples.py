"""Cases about the sample theft, for the tests."""

from __future__ import annotations

import atexit
import shutil
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Any

from gdkit import stages
from gdkit.analysis.subject import subject_of_finding
from gdkit.case.folder import CaseFolder, open_case, start_case
from gdkit.findings import load_findings, select_finding
from gdkit.sample import sample_finding, sample_folder

if TYPE_CHECKING:
    import pytest

    from gdkit.model import Subject


def sample_subject(**changes: Any) -> Subject:
    """Give the subject of the sample finding, with changes at the finding's top."""
    return subject_of_finding(select_finding(load_findings({**sample_finding(), **changes})))


def new_case(path: Path) -> CaseFolder:
    """Begin a case about the sample theft; nothing is searched yet."""
    return start_case(path, sample_subject(), trail=[str(sample_folder().trail)], analyst="ann")


@cache
def _scoped() -> CaseFolder:
    folder = Path(mkdtemp(prefix="gdkit-test-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    case = new_case(folder / "case")
    stages.scope(str(case.path), [])
    return case


def scoped_case(path: Path) -> CaseFolder:
    """Give a case about the sample theft of its own, scoped."""
    shutil.copytree(_scoped().path, path)
    return open_case(path)


def refuse_writes(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    """Let every write of a case file fail as a full, read-only or forbidden disk lets it fail."""

    def refuse(path: Path, _content: bytes) -> int:
        raise OSError(number, "injected", str(path))

    monkeypatch.setattr(Path, "write_bytes", refuse)
