"""Whether a case is as it was left: the finding, every file of evidence, every plan, the journal's chain."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gdkit.case.evidence import manifest
from gdkit.case.files import read_json, sha256_of
from gdkit.case.folder import case_about
from gdkit.case.journal import broken_entry, read_entries
from gdkit.errors import CaseError, ResponseError
from gdkit.response.plan import read_plan

if TYPE_CHECKING:
    from pathlib import Path

    from gdkit.case.folder import CaseFolder


@dataclass(frozen=True, slots=True)
class Integrity:
    """What was compared and what differs.

    Attributes:
        files: how many files of evidence were hashed, the finding among them.
        faults: each thing that is not as it was left, one sentence; none where all is.
        unlisted: files in the evidence folder that no manifest lists, by their path in it.
        entries: how many entries the journal holds.
    """

    files: int
    faults: tuple[str, ...]
    unlisted: tuple[str, ...]
    entries: int


def check_integrity(case: CaseFolder) -> Integrity:
    """Hash every file of evidence and every plan anew, and follow the journal's chain.

    A journal whose last entries were cut off, and a manifest that was rewritten together with its files, cannot be told
    from whole ones: keep a copy of both elsewhere.

    Raises:
        CaseError: the folder holds no case, or a file of it cannot be read.
    """
    rows, faults = manifest(case), []
    for row in rows:
        faults += _fault(case.evidence / row["file"], row["file"], row["sha256"])
    expected = case_about(case)["finding_sha256"]
    if expected is not None:
        faults += _fault(case.finding, "finding.json", expected)
    entries = read_entries(case.journal)
    broken = broken_entry(entries)
    if broken is not None:
        faults.append(f"the journal's chain breaks at entry {broken}")
    plans = sorted((case.path / "plans").glob("*.json"))
    faults += [f"plans/{path.name} is not the plan that was previewed" for path in plans if not _is_its_plan(path)]
    listed = {"manifest.json", *(row["file"] for row in rows)}
    files = (path for path in sorted(case.evidence.rglob("*")) if path.is_file())
    names = tuple(path.relative_to(case.evidence).as_posix() for path in files)
    return Integrity(len(rows) + (expected is not None), tuple(faults),
                     tuple(name for name in names if name not in listed), len(entries))  # fmt: skip


def _is_its_plan(path: Path) -> bool:
    """Tell whether a kept plan has the hash that is its name."""
    try:
        return read_plan(read_json(path)).hash == path.stem
    except (CaseError, ResponseError):
        return False


def _fault(path: Path, name: str, expected: str) -> list[str]:
    if not path.is_file():
        return [f"{name} is missing"]
    found = sha256_of(path)
    return [] if found == expected else [f"{name} was changed: its SHA-256 is {found[:12]}…, {expected[:12]}… was kept"]
