"""Picking a finding: in a table and a list that agree, and a case begun for the chosen one alone."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from gdkit import stages
from gdkit.case.folder import CaseFolder, case_about, case_access, case_finding, case_trail, open_case
from gdkit.errors import CaseConflictError, CaseError, FindingError, FindingReadError, TrailError, UsageError
from gdkit.lab.copies import copy_notebooks
from gdkit.sample import sample_folder
from gdkit.ui.pick_panel import PickPanel
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
    return [value for _, value in panel.chosen.options if value]


def _table(panel: PickPanel) -> list[dict[str, Any]]:
    """Give the rows that the page's script draws."""
    ((names, rows),) = Page(panel._box.children[0].value).tables()
    return [dict(zip(names, row, strict=True)) for row in rows]


def test_listed(folder: Path) -> None:
    """Every finding of this kind is listed, the one seen last first; what was passed over is named; none is chosen."""
    panel = _panel(folder)
    assert _listed(panel) == [SECOND, samples.ID]
    assert panel.chosen.value == ""
    assert panel.facts.value == ""
    notes = " ".join(panel.offered.notes)
    assert "Recon:EC2/Portscan" in notes
    assert "notes.json" in notes


def test_table_and_list_agree(folder: Path) -> None:
    """A row of the table and the entry of the list with its number are one finding, with its values whole in both."""
    panel = _panel(folder)
    rows, entries = _table(panel), panel.chosen.options[1:]
    assert [row["id"] for row in rows] == [value for _, value in entries]
    for row, (entry, _) in zip(rows, entries, strict=True):
        assert entry.startswith(f"{row['number']}. ")
        for name in ("remote_address", "last_seen_at", "instance_id", "account_id", "region", "id"):
            assert f" {row[name]}" in entry


def test_long_names_stay_apart(tmp_path: Path) -> None:
    """Two roles that differ in their last letter alone can be told apart in the table and in the list."""
    roles = [f"{'a-very-long-name-of-a-role-' * 2}{end}" for end in "xy"]
    (tmp_path / "two.json").write_text(json.dumps([
        samples.finding(id=letter * 32, resource__accessKeyDetails__userName=role)
        for letter, role in zip("ab", roles, strict=True)]), encoding="utf-8")  # fmt: skip
    panel = _panel(tmp_path)
    assert sorted(row["role_name"] for row in _table(panel)) == roles
    for role in roles:
        assert [entry for entry, _ in panel.chosen.options if role in entry]


def test_chosen(folder: Path) -> None:
    """The chosen finding's facts are shown, and a folder for its case is proposed; what is not listed is refused."""
    panel = _panel(folder)
    panel.choose(samples.ID)
    assert panel.chosen.value == samples.ID
    assert samples.ADDRESS in Page(panel.facts.value).text
    assert panel.folder.value == f"cases/{samples.INSTANCE}-{samples.ID[:8]}"
    with pytest.raises(FindingError, match="not among the 2 findings"):
        panel.choose("d" * 32)
    panel.chosen.value = ""
    assert panel.facts.value == ""


def test_folder_is_no_question(folder: Path, tmp_path: Path) -> None:
    """Where the notebook names the case folder, the panel does not ask for it."""
    named, unnamed = _panel(folder, str(tmp_path / "case")), _panel(folder)
    assert named.folder not in named._box.children
    assert unnamed.folder in unnamed._box.children


def test_hostile_finding(folder: Path) -> None:
    """A name that an attacker chose is text in table, list and facts, with nothing hidden in it."""
    panel = _panel(folder)
    panel.choose(SECOND)
    for told in (*(entry for entry, _ in panel.chosen.options), panel.facts.value, panel._box.children[0].value):
        assert not set(told.replace("\n", "")) & {"\x1b", "\u202e"}
    assert not [entry for entry, _ in panel.chosen.options if "\n" in entry]
    for markup in (panel.facts.value, panel._box.children[0].value):
        assert "img" not in {tag for tag, _ in Page(markup).tags}
    assert "<img src=x onerror=alert(1)><U+001B>[2J<U+202E>" in {row["role_name"] for row in _table(panel)}


def test_begun(folder: Path, logs: str, tmp_path: Path) -> None:
    """The button begins the case that the other cells open, about the chosen finding, with the logs named."""
    case = str(tmp_path / "case")
    panel = _panel(folder, case)
    panel.choose(samples.ID)
    panel.trail.value, panel.analyst.value = f"{logs}; {logs}", "kim"
    panel.button.click()
    assert panel.status.value.startswith(f"The case {case} is begun. Go on with 2_scope;")
    begun = open_case(case)
    assert case_finding(begun).id == samples.ID
    assert case_trail(begun) == [logs, logs]
    assert case_access(begun) is None
    assert case_about(begun)["analyst"] == "kim"
    again = stages.pick_finding(case, str(folder), interactive=True)
    assert isinstance(again, View)
    assert again.summary == f"The case is begun already, about finding {samples.ID}."
    assert samples.ID in stages.begin(case, interactive=True).summary


def test_before_it_is_begun(folder: Path, tmp_path: Path) -> None:
    """Before a person the cells below wait for the case; headless a folder that holds none is an error."""
    case = str(tmp_path / "case")
    _panel(folder, case)
    for cell in (stages.begin, stages.finding):
        assert "choose a finding above" in cell(case, interactive=True).summary
        with pytest.raises(CaseError, match="holds no case"):
            cell(case)


def test_notebooks_of_the_case_are_no_strangers(folder: Path, logs: str, tmp_path: Path) -> None:
    """A case can be begun in a folder in which its notebooks stand already, as JupyterLab opens them."""
    case = tmp_path / "case"
    copy_notebooks(CaseFolder(case), {})
    panel = _panel(folder, str(case))
    panel.choose(SECOND)
    panel.trail.value = logs
    panel.begin()
    assert case_finding(open_case(case)).id == SECOND


def test_begun_elsewhere(folder: Path, logs: str, tmp_path: Path) -> None:
    """Where the notebook names no case, the panel says which folder is to be written into the first cell."""
    panel = _panel(folder)
    panel.choose(samples.ID)
    panel.folder.value, panel.trail.value = str(tmp_path / "case"), logs
    panel.begin()
    assert "write its folder as case into the first cell" in panel.status.value


@pytest.mark.parametrize(("choice", "trail", "told"), [
    ("", "logs", "no finding is chosen"),
    (samples.ID, "", "the logs must be named"),
    (samples.ID, "no/such/folder", "no/such/folder"),
])  # fmt: skip
def test_nothing_is_guessed(folder: Path, tmp_path: Path, choice: str, trail: str, told: str) -> None:
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
