"""Findings that people judged malicious reach the steps that could hide them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gdkit.case.folder import case_subject
from gdkit.case.verdicts import record_verdict
from gdkit.responding.judged import judged_malicious, with_judged
from tests.case.samples import scoped_case

if TYPE_CHECKING:
    from pathlib import Path


def test_cases_beside(tmp_path: Path) -> None:
    """A finding judged malicious in the case or in one beside it counts; benign, undecided and damaged ones do not."""
    case, other = scoped_case(tmp_path / "a"), scoped_case(tmp_path / "b")
    (tmp_path / "damaged").mkdir()
    (tmp_path / "damaged" / case.journal.name).write_text("{", encoding="utf-8")
    (tmp_path / "notes.txt").write_text("no case", encoding="utf-8")
    finding = case_subject(case).finding
    assert finding is not None
    assert judged_malicious(case) == frozenset()
    record_verdict(other, "benign", "our office")
    assert judged_malicious(case) == frozenset()
    record_verdict(other, "malicious", "not our office after all")
    assert judged_malicious(case) == {finding.id}
    record_verdict(other, "undetermined", "who knows")
    record_verdict(case, "malicious", "not ours")
    assert judged_malicious(case) == {finding.id}


def test_options(tmp_path: Path) -> None:
    """They are added to what was told, and only where a step asks for them."""
    case = scoped_case(tmp_path / "a")
    finding = case_subject(case).finding
    assert finding is not None
    record_verdict(case, "malicious", "not ours")
    assert with_judged(case, {"action": "NOOP"}) == {"action": "NOOP"}
    told = with_judged(case, {"malicious": " other-id, "})
    assert told == {"malicious": ",".join(sorted(["other-id", finding.id]))}
    assert with_judged(case, told) == told
