"""The verdict panel: what it records, what it shows, and what it tells when it does not."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING

import pytest

from gdkit import stages
from gdkit.case.journal import read_entries
from gdkit.case.results import load_result, save_result
from gdkit.case.verdicts import UNDECIDED, all_verdicts, current_verdict
from gdkit.ui.panel import VerdictPanel
from tests.case.samples import new_case, refuse_writes, scoped_case
from tests.report.markup import Page

if TYPE_CHECKING:
    from pathlib import Path

    from gdkit.case.folder import CaseFolder


@pytest.fixture
def case(tmp_path: Path) -> CaseFolder:
    """Give a case in which nothing is decided."""
    return new_case(tmp_path / "case")


def _decide(panel: VerdictPanel, value: str | None, reason: str) -> None:
    panel.choice.value = value
    panel.reason.value = reason
    panel.button.click()


def test_fresh(case: CaseFolder) -> None:
    """A fresh panel chooses nothing beforehand and says that nothing is recorded."""
    panel = VerdictPanel(case)
    assert (panel.choice.value, panel.reason.value, panel.analyst.value) == (None, "", "ann")
    assert panel.status.value == "No verdict recorded: undetermined."


def test_record(case: CaseFolder) -> None:
    """A click on the button records value, reason and analyst, and the panel says so."""
    panel = VerdictPanel(case)
    panel.analyst.value = "bob"
    _decide(panel, "malicious", "not ours")
    verdict = current_verdict(case)
    assert (verdict.value, verdict.reason, verdict.decided_by) == ("malicious", "not ours", "bob")
    assert panel.status.value.startswith("malicious, decided by bob at ")


@pytest.mark.parametrize(
    ("value", "reason", "told"),
    [("benign", "", "a verdict without a reason"), ("benign", "  ", "without a reason"), (None, "why", "no verdict")],
)
def test_refused(case: CaseFolder, value: str | None, reason: str, told: str) -> None:
    """A missing reason or choice is told in the panel and noted in the journal; nothing is recorded."""
    panel = VerdictPanel(case)
    _decide(panel, value, reason)
    assert panel.status.value.startswith("Not recorded. ")
    assert told in panel.status.value
    last = read_entries(case.journal)[-1]
    assert (last["act"], told in last["detail"]["error"]) == ("error", True)
    assert current_verdict(case) == UNDECIDED


def test_full_disk(case: CaseFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the disk is full the panel says so."""
    refuse_writes(monkeypatch, errno.ENOSPC)
    panel = VerdictPanel(case)
    _decide(panel, "benign", "known")
    assert panel.status.value.startswith("Not recorded. ")
    assert "the disk is full" in panel.status.value


def test_full_disk_for_the_journal(case: CaseFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where not even the journal can be written the panel says so, and the click ends well."""

    def refuse(_handle: int) -> None:
        raise OSError(errno.ENOSPC, "injected")

    panel = VerdictPanel(case)
    monkeypatch.setattr("gdkit.case.journal.os.fsync", refuse)
    _decide(panel, "benign", "known")
    assert "journal.jsonl: the disk is full" in panel.status.value
    assert all_verdicts(case) == ()


def test_new_kernel(case: CaseFolder) -> None:
    """A new panel, as after a restart of the kernel, shows what was recorded, every verdict in turn."""
    panel = VerdictPanel(case)
    _decide(panel, "benign", "known address")
    _decide(panel, "malicious", "stolen laptop")
    again = VerdictPanel(case)
    assert again.status.value == panel.status.value
    bundle = again._repr_mimebundle_()
    lines = bundle["text/plain"].splitlines()
    assert [line.partition(",")[0] for line in lines] == ["benign", "malicious"]
    assert Page(bundle["text/html"]).words == lines


def test_mimebundle(case: CaseFolder) -> None:
    """A live notebook gets the controls, an exported one the recorded verdict."""
    panel = VerdictPanel(case)
    bundle = panel._repr_mimebundle_()
    assert bundle["application/vnd.jupyter.widget-view+json"]["model_id"]
    assert bundle["text/plain"] == "No verdict recorded: undetermined."
    assert {tag for tag, _ in Page(bundle["text/html"]).tags} == {"div", "ul", "li"}


def test_hostile_reason(case: CaseFolder) -> None:
    """A reason that holds markup or control characters is text wherever the panel shows it."""
    panel = VerdictPanel(case)
    _decide(panel, "benign", "<img src=x onerror=alert(1)>\x1b[2J\u202e")
    bundle = panel._repr_mimebundle_()
    for markup in (bundle["text/html"], panel.status.value):
        assert "img" not in {tag for tag, _ in Page(markup).tags}
    for shown in (panel.status.value, bundle["text/plain"], bundle["text/html"]):
        assert not set(shown) & {"\x1b", "\u202e"}


def test_result_follows(tmp_path: Path) -> None:
    """A verdict recorded in the panel is in the machine-readable result at once."""
    case = scoped_case(tmp_path / "case")
    panel = stages.verdict(str(case.path), "", "", "", interactive=True)
    assert isinstance(panel, VerdictPanel)
    _decide(panel, "malicious", "not ours")
    assert load_result(case)["verdict"]["value"] == "malicious"


def test_proposal_before_the_logs_are_read(case: CaseFolder) -> None:
    """A case without a result has nothing to propose, and the panel says which step is missing."""
    assert "Nothing is proposed yet: run 2_scope on this case first." in Page(VerdictPanel(case).proposal.value).text


def test_proposal(tmp_path: Path) -> None:
    """The panel shows the proposal, the rows that decided, the tests and what would settle it."""
    shown = Page(VerdictPanel(scoped_case(tmp_path / "case")).proposal.value).words
    assert shown[0].startswith("Proposed: ")
    assert any("benign causes" in line for line in shown)
    assert any(line.startswith("To settle it: ") for line in shown)
    assert any("A person decides" in line for line in shown)


def test_hostile_proposal(tmp_path: Path) -> None:
    """Text of an attacker in a row that decided is shown as text: no tag, no control character."""
    case = scoped_case(tmp_path / "case")
    result = load_result(case)
    row = {"statement": "a client names <img src=x onerror=alert(1)>\x1b[31m\u202e\nall clear", "weight": "against",
           "points": 5, "rule": "attack_tool", "source": "CloudTrail", "as_of": None}  # fmt: skip
    save_result(case, {**result, "origin": {**result["origin"], "deciding": [row]}})
    page = Page(VerdictPanel(case).proposal.value)
    assert "<img src=x onerror=alert(1)>" in page.text
    assert "img" not in {tag for tag, _ in page.tags}
    assert not set("\x1b\u202e") & set(page.text)


def test_any_error_is_told(case: CaseFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    """An error that is not gdkit's own is shown too, by its kind, and stands in the journal."""

    def broken(*_given: object) -> None:
        raise KeyError("analyst")

    monkeypatch.setattr("gdkit.ui.panel.record_verdict", broken)
    panel = VerdictPanel(case)
    panel.button.click()
    assert Page(panel.status.value).text == "Not recorded. gdkit failed: KeyError: 'analyst'"
    assert read_entries(case.journal)[-1]["detail"] == {"error": "gdkit failed: KeyError: 'analyst'"}
