"""Whether a case is as it was left."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from gdkit.case.integrity import check_integrity
from gdkit.case.response_record import CaseRecord
from gdkit.errors import ResponseError
from gdkit.response.plan import Plan, plan_document
from gdkit.response.step import Evidence, Target
from tests.case.samples import scoped_case

if TYPE_CHECKING:
    from pathlib import Path

    from gdkit.case.folder import CaseFolder


@pytest.fixture
def case(tmp_path: Path) -> CaseFolder:
    """Give a scoped case."""
    return scoped_case(tmp_path / "case")


def test_whole(case: CaseFolder) -> None:
    """A case that nobody touched has no fault; every file of evidence and the finding were hashed."""
    found = check_integrity(case)
    assert found.faults == ()
    assert found.files == len(json.loads((case.evidence / "manifest.json").read_text())) + 1
    assert found.unlisted == ()
    assert found.entries > 0


def test_changed_missing_and_strange_files(case: CaseFolder) -> None:
    """A changed file, a missing one and one that nobody listed are each named."""
    with (case.evidence / "keys.parquet").open("ab") as handle:
        handle.write(b"x")
    (case.evidence / "hops.parquet").unlink()
    (case.evidence / "strange.txt").write_text("x")
    found = check_integrity(case)
    assert any(fault.startswith("keys.parquet was changed") for fault in found.faults)
    assert "hops.parquet is missing" in found.faults
    assert len(found.faults) == 2
    assert found.unlisted == ("strange.txt",)


def test_changed_finding(case: CaseFolder) -> None:
    """A finding that is not the one received is named."""
    case.finding.write_bytes(case.finding.read_bytes() + b" ")
    (fault,) = check_integrity(case).faults
    assert fault.startswith("finding.json was changed")


def test_broken_journal(case: CaseFolder) -> None:
    """A journal entry that was rewritten breaks the chain there."""
    lines = case.journal.read_text().splitlines()
    lines[0] = lines[0].replace('"actor": "ann"', '"actor": "eve"')
    case.journal.write_text("\n".join(lines) + "\n")
    assert "the journal's chain breaks at entry 1" in check_integrity(case).faults


def test_changed_plan(case: CaseFolder) -> None:
    """A plan that is not the one that was previewed, or is damaged, is named."""
    plan = Plan(
        "deny-session", Target("c", "aws", "1" * 12, "eu-west-1", datetime(2026, 11, 2, tzinfo=UTC)), {}, {}, ()
    )
    record = CaseRecord(case, "ana")
    record.keep_plan(plan.hash, plan_document(plan))
    assert check_integrity(case).faults == ()
    path = record.plans / f"{plan.hash}.json"
    path.write_text(path.read_text().replace("eu-west-1", "us-east-1"))
    assert check_integrity(case).faults == (f"plans/{plan.hash}.json is not the plan that was previewed",)
    path.write_text("{")
    assert len(check_integrity(case).faults) == 1
    with pytest.raises(ResponseError, match=r"damaged.*preview the step again"):
        record.kept_plan(plan.hash)


def test_evidence_is_never_replaced(case: CaseFolder) -> None:
    """A document of a name that is taken gets a number; the same content again is the same file."""
    record = CaseRecord(case, "ana")
    names = [
        record.keep_evidence(Evidence("i-1-instance.json", content, "EC2")) for content in (b"1", b"2", b"1", b"2")
    ]
    assert names == ["i-1-instance.json", "i-1-instance-2.json", "i-1-instance.json", "i-1-instance-2.json"]
    assert (case.evidence / "i-1-instance.json").read_bytes() == b"1"
    assert check_integrity(case).faults == ()
