"""The case folder: begun once, taken up again, and never mixed with something else."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

import pytest

from gdkit.case.folder import case_about, case_finding, case_subject, case_trail, open_case, start_case
from gdkit.case.journal import read_entries
from gdkit.errors import CaseConflictError, CaseError, CaseWriteError
from gdkit.model import Subject
from tests.case.samples import new_case, sample_subject

if TYPE_CHECKING:
    from pathlib import Path


def _content(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_begin(tmp_path: Path) -> None:
    """A new case holds the finding byte for byte, what it is about, and one journal entry."""
    subject = sample_subject()
    case = start_case(tmp_path / "a" / "case", subject, trail=["logs"], analyst="ann")
    about = case_about(case)
    assert subject.finding is not None
    assert case.finding.read_bytes() == subject.finding.raw
    assert about["finding_sha256"] == hashlib.sha256(case.finding.read_bytes()).hexdigest()
    assert (about["trail"], about["analyst"], about["sample"]) == (["logs"], "ann", False)
    assert {"gdkit", "python", "pandas"} <= set(about["versions"])
    assert [(entry["act"], entry["actor"]) for entry in read_entries(case.journal)] == [("begin", "ann")]
    assert case_subject(case) == subject
    assert case_finding(case) == subject.finding


def test_begin_without_finding(tmp_path: Path) -> None:
    """A case begun from an identifier holds no finding and gives the same subject again."""
    arn = "arn:aws:sts::111122223333:assumed-role/web/i-0a1b2c3d4e5f60718"
    subject = Subject(instance_id="i-0a1b2c3d4e5f60718", session_arn=arn)
    case = start_case(tmp_path / "case", subject, trail=[], analyst="ann")
    assert not case.finding.exists()
    assert case_about(case)["finding_sha256"] is None
    assert case_subject(case) == subject


def test_begin_in_empty_folder(tmp_path: Path) -> None:
    """A folder that exists and is empty is taken."""
    assert new_case(tmp_path).about.exists()


def test_nameless_user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the system knows no name of the user, the case says unknown."""

    def nobody() -> str:
        raise KeyError("getpwuid(): uid not found")

    monkeypatch.setattr("gdkit.case.folder.getpass.getuser", nobody)
    case = start_case(tmp_path / "case", sample_subject(), trail=[])
    assert case_about(case)["analyst"] == "unknown"


def test_resume(tmp_path: Path) -> None:
    """The same finding takes the case up again, with the sources given now; the journal notes it."""
    case = new_case(tmp_path / "case")
    before = _content(case.path)
    again = start_case(case.path, sample_subject(), trail=["more"], analyst="bob")
    after = _content(case.path)
    assert again == case
    assert {name for name in after if after[name] != before.get(name)} == {"journal.jsonl", "case.json"}
    assert case_trail(case) == ["more"]
    last = read_entries(case.journal)[-1]
    assert (last["act"], last["actor"], last["detail"]) == ("resume", "bob", {"trail": ["more"]})


def test_resume_with_newer_finding(tmp_path: Path) -> None:
    """A newer form of the finding is used from then on; the older one is kept as evidence, and the journal says so."""
    case = new_case(tmp_path / "case")
    old = case.finding.read_bytes()
    newer = sample_subject(updatedAt="2026-12-01T00:00:00Z")
    start_case(case.path, newer, trail=[], analyst="bob")
    assert case.finding.read_bytes() == newer.finding.raw
    assert [path.read_bytes() for path in case.evidence.glob("finding-*.json")] == [old]
    assert case_about(case)["finding_sha256"] == newer.finding.raw_sha256
    assert read_entries(case.journal)[-1]["detail"]["finding_sha256"] == newer.finding.raw_sha256


@pytest.mark.parametrize("other", [sample_subject(id="f" * 32), Subject(instance_id="i-0a1b2c3d4e5f60718")])
def test_other_case(tmp_path: Path, other: Subject) -> None:
    """Another subject is refused, both are named, and nothing in the folder changes."""
    case = new_case(tmp_path / "case")
    before = _content(case.path)
    with pytest.raises(CaseConflictError, match=r"already holds another case: finding 5ac0.*--case DIR"):
        start_case(case.path, other, trail=[], analyst="ann")
    assert _content(case.path) == before


def test_unreadable_case(tmp_path: Path) -> None:
    """A case.json without a subject is refused as one that this version cannot read."""
    (tmp_path / "case.json").write_text("{}")
    with pytest.raises(CaseConflictError, match="one that this version cannot read"):
        new_case(tmp_path)


def test_stranger_folder(tmp_path: Path) -> None:
    """A folder with other files and no case is refused and left as it is."""
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(CaseConflictError, match="not empty and holds no case"):
        new_case(tmp_path)
    assert _content(tmp_path) == {"thesis.txt": b"mine"}


def test_file_in_the_way(tmp_path: Path) -> None:
    """A file where the folder should be is refused and left as it is."""
    (tmp_path / "case").write_text("mine")
    with pytest.raises(CaseConflictError, match="a file stands where the case folder should be"):
        new_case(tmp_path / "case")
    assert (tmp_path / "case").read_text() == "mine"


def test_file_on_the_path(tmp_path: Path) -> None:
    """A file on the way to the folder is told as such."""
    (tmp_path / "file").write_text("mine")
    with pytest.raises(CaseWriteError, match="a part of the path is a file"):
        new_case(tmp_path / "file" / "case")


def test_name_too_long(tmp_path: Path) -> None:
    """A name that no file system takes is an error of the case, not a stack trace."""
    with pytest.raises(CaseWriteError, match="cannot be written"):
        new_case(tmp_path / ("x" * 5000))


def test_open(tmp_path: Path) -> None:
    """A case that was begun opens by its path as text."""
    case = new_case(tmp_path / "case")
    assert open_case(str(case.path)) == case


def test_open_without_case(tmp_path: Path) -> None:
    """A folder without a case is refused with the command that begins one."""
    with pytest.raises(CaseError, match=r"holds no case.*gdkit investigate"):
        open_case(tmp_path)


def test_damaged_about(tmp_path: Path) -> None:
    """A damaged case.json is named."""
    case = new_case(tmp_path / "case")
    case.about.write_text(json.dumps({"subject": 1})[:-4])
    with pytest.raises(CaseError, match=r"case\.json: it cannot be read as JSON"):
        new_case(case.path)
