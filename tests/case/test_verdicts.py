"""Verdicts: a person's decision with a reason, recorded for good."""

from __future__ import annotations

import errno
import json
from typing import TYPE_CHECKING

import pytest

from gdkit.case.journal import read_entries
from gdkit.case.results import load_result
from gdkit.case.verdicts import UNDECIDED, all_verdicts, current_verdict, record_verdict
from gdkit.errors import CaseWriteError, VerdictError
from gdkit.model import VERDICT_VALUES
from tests.case.samples import new_case, refuse_writes, scoped_case

if TYPE_CHECKING:
    from pathlib import Path

    from gdkit.case.folder import CaseFolder


@pytest.fixture
def case(tmp_path: Path) -> CaseFolder:
    """Give a case in which nothing is decided."""
    return new_case(tmp_path / "case")


def test_undecided(case: CaseFolder) -> None:
    """Before a person decides, the verdict is undetermined by nobody."""
    assert (current_verdict(case), all_verdicts(case)) == (UNDECIDED, ())
    assert UNDECIDED.decided_by is None


@pytest.mark.parametrize("value", VERDICT_VALUES)
def test_record(case: CaseFolder, value: str) -> None:
    """Each value is recorded with its reason, who and when, and is in force."""
    verdict = record_verdict(case, value, "  our own scanner ", "bob")
    assert (verdict.value, verdict.reason, verdict.decided_by) == (value, "our own scanner", "bob")
    assert verdict.at is not None
    assert current_verdict(case) == verdict
    noted = {"value": value, "reason": "our own scanner", "proposed": None, "rests_on": []}
    assert read_entries(case.journal)[-1]["detail"] == noted


def test_analyst_of_case(case: CaseFolder) -> None:
    """Without a name the decision is that of who began the case."""
    assert record_verdict(case, "benign", "known", None).decided_by == "ann"


@pytest.mark.parametrize(
    ("value", "reason", "told"),
    [
        ("guilty", "because", "'guilty' is no verdict.*benign, malicious, undetermined"),
        ("", "because", "no verdict was chosen"),
        ("Benign", "because", "is no verdict"),
        ("benign", "", "without a reason"),
        ("benign", " \n\t", "without a reason"),
    ],
)
def test_refused(case: CaseFolder, value: str, reason: str, told: str) -> None:
    """An unknown value or a missing reason is refused and nothing is recorded anywhere."""
    before = case.journal.read_bytes()
    with pytest.raises(VerdictError, match=told):
        record_verdict(case, value, reason)
    assert case.journal.read_bytes() == before
    assert not case.verdict.exists()


def test_old_kept(case: CaseFolder) -> None:
    """A later verdict is in force and the earlier one stays on record."""
    first = record_verdict(case, "benign", "known address", "ann")
    second = record_verdict(case, "malicious", "the laptop was stolen", "bob")
    assert (all_verdicts(case), current_verdict(case)) == ((first, second), second)


def test_same_twice(case: CaseFolder) -> None:
    """The same verdict again, as when a notebook is run again, is recorded once."""
    first = record_verdict(case, "benign", "known", "ann")
    entries = len(read_entries(case.journal))
    assert record_verdict(case, "benign", " known ", "ann") == first
    assert (len(all_verdicts(case)), len(read_entries(case.journal))) == (1, entries)


def test_same_after_another(case: CaseFolder) -> None:
    """A verdict that comes back after another one is a new decision."""
    for value in ("benign", "malicious", "benign"):
        record_verdict(case, value, "known", "ann")
    assert [verdict.value for verdict in all_verdicts(case)] == ["benign", "malicious", "benign"]


def test_journal_first(case: CaseFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where verdict.json cannot be written the journal already holds the decision, and the error tells why."""
    refuse_writes(monkeypatch, errno.ENOSPC)
    with pytest.raises(CaseWriteError, match=r"verdict\.json: the disk is full"):
        record_verdict(case, "malicious", "seen it", "ann")
    assert read_entries(case.journal)[-1]["detail"]["value"] == "malicious"
    assert current_verdict(case) == UNDECIDED


def test_result_follows(tmp_path: Path) -> None:
    """The machine-readable result carries the verdict as soon as it is recorded."""
    case = scoped_case(tmp_path / "case")
    before = load_result(case)
    verdict = record_verdict(case, "malicious", "not ours", "bob")
    after = load_result(case)
    assert after["verdict"] == json.loads(case.verdict.read_text())[0]
    assert after["verdict"]["value"] == verdict.value
    assert {**after, "verdict": None} == {**before, "verdict": None}
