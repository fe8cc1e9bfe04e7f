"""Picking a finding: listed, sorted and searched by native controls, and a case begun for the chosen one alone."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from gdkit import stages
from gdkit.case.folder import case_about, case_access, case_finding, case_trail, open_case
from gdkit.errors import CaseConflictError, FindingError, FindingReadError, TrailError, UsageError
from gdkit.sample import sample_folder
from gdkit.ui.pick_panel import COLUMNS, PickPanel
from gdkit.ui.view import View
from tests.findings import samples
from tests.report.markup import Page

if TYPE_CHECKING:
    from pathlib import Path

HOSTILE = "<img src=x onerror=alert(1)>\x1b[2J\u202e"
SECOND = "bbbbbb0123456789abcdef0123456789"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give a folder with two findings in two files, one of another type, and a file that holds none."""
    folder = tmp_path / "findings"
    folder.mkdir()
    later = samples.finding(id=SECOND, severity=5.0, region="us-east-1", service__eventLastSeen="2026-11-03T00:00:00Z",
                            resource__accessKeyDetails__userName=HOSTILE)  # fmt: skip
    other = samples.finding(id="c" * 32, type="Recon:EC2/Portscan")
    for name, document in (("one", samples.finding()), ("two", [later, other]), ("notes", {"no": "finding"})):
        (folder / f"{name}.json").write_text(json.dumps(document), encoding="utf-8")
    return folder


@pytest.fixture
def logs() -> str:
    """Give a folder of logs."""
    return str(sample_folder().trail)


def _panel(folder: Path, case: str = "") -> PickPanel:
    panel = stages.pick_finding(case, str(folder), interactive=True)
    assert isinstance(panel, PickPanel)
    return panel


def _listed(panel: PickPanel) -> list[str]:
    return [value for _, value in panel.chosen.options]


def test_listed(folder: Path) -> None:
    """Every finding of this kind is listed, the one seen last first; what was passed over is named; none is chosen."""
    panel = _panel(folder)
    assert _listed(panel) == [SECOND, samples.ID]
    assert panel.chosen.value is None
    assert panel.facts.value == ""
    notes = " ".join(panel.offered.notes)
    assert "Recon:EC2/Portscan" in notes
    assert "notes.json" in notes


@pytest.mark.parametrize("column", list(COLUMNS))
def test_sorted(folder: Path, column: str) -> None:
    """Any column sorts, both ways; the choice stays."""
    panel = _panel(folder)
    panel.chosen.value = samples.ID
    panel.sort.value, panel.order.value = column, "rising"
    rising = _listed(panel)
    panel.order.value = "falling"
    assert sorted(rising) == sorted([SECOND, samples.ID])
    assert panel.chosen.value == samples.ID
    if column == "severity":
        assert (rising, _listed(panel)) == ([SECOND, samples.ID], [samples.ID, SECOND])


def test_searched(folder: Path) -> None:
    """A search leaves the findings that hold all of its words, says how many, and drops a choice that is gone."""
    panel = _panel(folder)
    panel.chosen.value = samples.ID
    panel.search.value = "US-east-1 outsideaws"
    assert _listed(panel) == [SECOND]
    assert panel.chosen.value is None
    assert panel.status.value == "1 of 2 findings listed."


def test_facts_of_the_chosen(folder: Path) -> None:
    """The chosen finding's facts are shown, and a folder for its case is proposed."""
    panel = _panel(folder)
    panel.chosen.value = samples.ID
    assert samples.ADDRESS in Page(panel.facts.value).text
    assert panel.folder.value == f"cases/{samples.INSTANCE}-{samples.ID[:8]}"


def test_hostile_finding(folder: Path) -> None:
    """A name that an attacker chose is text in the list and in the facts, one line, with nothing hidden in it."""
    panel = _panel(folder)
    panel.chosen.value = SECOND
    lines = [line for line, _ in panel.chosen.options]
    assert len({line.index("│") for line in lines}) == 1
    for told in (*lines, panel.facts.value):
        assert not set(told.replace("\n", "")) & {"\x1b", "\u202e"}
    assert "img" not in {tag for tag, _ in Page(panel.facts.value).tags}


def test_begun(folder: Path, logs: str, tmp_path: Path) -> None:
    """The button begins the case that the other cells open, about the chosen finding, with the logs named."""
    case = str(tmp_path / "case")
    panel = _panel(folder, case)
    panel.chosen.value = samples.ID
    panel.trail.value, panel.analyst.value = f"{logs}; {logs}", "kim"
    panel.button.click()
    assert panel.status.value == f"The case {case} is begun. Now run the cells below."
    begun = open_case(case)
    assert case_finding(begun).id == samples.ID
    assert case_trail(begun) == [logs, logs]
    assert case_access(begun) is None
    assert case_about(begun)["analyst"] == "kim"
    again = stages.pick_finding(case, str(folder), interactive=True)
    assert isinstance(again, View)
    assert again.summary == f"The case is begun already, about finding {samples.ID}."
    assert samples.ID in stages.begin(case).summary


def test_begun_elsewhere(folder: Path, logs: str, tmp_path: Path) -> None:
    """Where the notebook names no case, the panel says which folder is to be written into the first cell."""
    panel = _panel(folder)
    panel.chosen.value = samples.ID
    panel.folder.value, panel.trail.value = str(tmp_path / "case"), logs
    panel.begin()
    assert "write its folder as case into the first cell" in panel.status.value


@pytest.mark.parametrize(("choice", "trail", "told"), [
    (None, "logs", "no finding is chosen"),
    (samples.ID, "", "the logs must be named"),
    (samples.ID, "no/such/folder", "no/such/folder"),
])  # fmt: skip
def test_nothing_is_guessed(folder: Path, tmp_path: Path, choice: str | None, trail: str, told: str) -> None:
    """Without a choice, or without logs that are there, no case is begun, and the panel says what is missing."""
    panel = _panel(folder, str(tmp_path / "case"))
    panel.chosen.value, panel.trail.value = choice, trail
    panel.button.click()
    assert panel.status.value.startswith("Not begun. ")
    assert told in panel.status.value
    assert not (tmp_path / "case").exists()


def test_headless(folder: Path, logs: str, tmp_path: Path) -> None:
    """A finding that is named beforehand is taken; another one for the same folder is refused."""
    case = str(tmp_path / "case")
    view = stages.pick_finding(case, str(folder), SECOND, [logs], interactive=False)
    assert isinstance(view, View)
    assert f"is begun about finding {SECOND}" in view.summary
    assert case_finding(open_case(case)).id == SECOND
    assert isinstance(stages.pick_finding(case, "", SECOND, interactive=False), View)
    with pytest.raises(CaseConflictError, match="name another folder"):
        stages.pick_finding(case, str(folder), samples.ID, [logs], interactive=False)


def test_headless_without_a_choice(folder: Path, tmp_path: Path) -> None:
    """Without a name nothing is chosen: the findings are listed, or nothing is asked at all."""
    listed: Any = stages.pick_finding(str(tmp_path / "case"), str(folder), interactive=False)
    assert list(listed.frame["id"]) == [SECOND, samples.ID]
    assert not (tmp_path / "case").exists()
    silent: Any = stages.pick_finding("", interactive=False)
    assert silent.summary == "No finding was named, so none was picked."


@pytest.mark.parametrize(("changes", "error"), [
    ({"finding": "d" * 32}, FindingError),
    ({"case": ""}, UsageError),
    ({"findings": "no/such/file"}, FindingReadError),
    ({"trail": ["no/such/folder"]}, TrailError),
])  # fmt: skip
def test_wrong_names(folder: Path, logs: str, tmp_path: Path, changes: dict[str, Any], error: type[Exception]) -> None:
    """What is not there is told, and nothing is written."""
    given = {"case": str(tmp_path / "case"), "findings": str(folder), "finding": samples.ID, "trail": [logs], **changes}
    with pytest.raises(error):
        stages.pick_finding(**given, interactive=False)
    assert not (tmp_path / "case").exists()


def test_folder_without_findings(tmp_path: Path) -> None:
    """A folder in which nothing is a finding of this kind is refused with its name."""
    (tmp_path / "x.json").write_text("{}", encoding="utf-8")
    with pytest.raises(FindingReadError, match=str(tmp_path)):
        stages.pick_finding("", str(tmp_path), interactive=True)
