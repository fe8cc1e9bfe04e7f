"""The notebook of the exercise, run headless as papermill runs it: a trainee who plays by parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import nbformat
import pytest

from gdkit.case.files import read_json
from gdkit.case.folder import CaseFolder
from gdkit.case.journal import broken_entry, read_entries
from gdkit.errors import ParameterError
from gdkit.gathering.access import exercise_account
from gdkit.report.run import EXERCISE, run_notebook
from gdkit.training.link import stop_account
from tests.training.played import rows

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.xdist_group("accounts of exercises")

PLAYED: dict[str, Any] = {
    "scenario": "theft", "seed": 7, "verdict": "malicious", "verdict_reason": "not ours", "addresses": ["203.0.113.75"],
    "role": "shop-web", "users": ["svc-backup"], "metadata_version": "1.0", "opened_by": "none",
    "contain": "this session", "steps": ["deny-session", "grown"], "hints": ["begun"],
}  # fmt: skip


def shown(executed: Path) -> dict[str, str]:
    """Give what each cell showed as text, by the call in it."""
    cells = [cell for cell in nbformat.read(executed, as_version=4).cells if cell.cell_type == "code" and cell.outputs]
    return {cell.source.splitlines()[-1]: "".join(one.get("data", {}).get("text/plain", "") for one in cell.outputs)
            for cell in cells}  # fmt: skip


@pytest.fixture
def case(tmp_path: Path) -> Iterator[CaseFolder]:
    """Give a folder for an exercise, whose account is stopped after the test."""
    folder = CaseFolder(tmp_path / "case")
    yield folder
    stop_account(folder)


def test_played_and_taken_up_again(case: CaseFolder, tmp_path: Path) -> None:
    """Answers and steps are recorded in a first run; a second run finds them, ends the exercise and shows the score."""
    first = shown(run_notebook(EXERCISE, tmp_path / "first.ipynb", {"case": str(case.path), **PLAYED}))
    text = "\n".join(first.values())
    assert "Your phone rings." in text
    assert "The exercise goes on" in text
    assert "Hint: " in text
    assert "read through a hole in a web site" not in text
    assert exercise_account(case) is not None, "the account goes on between two runs"
    second = shown(run_notebook(EXERCISE, tmp_path / "second.ipynb", {"case": str(case.path), "scenario": "theft",
                                                                      "seed": 7, "end": True}))  # fmt: skip
    assert exercise_account(case) is None
    document = read_json(case.exercise / "score.json")
    assert f"{document['total']} of 100 points." in second["stages.score(case, end=end, interactive=interactive)"]
    assert "read through a hole in a web site" in "\n".join(second.values())
    found = rows(document)
    earned = {
        name: found[name]["points"] for name in ("role", "addresses", "stopped", "grown_stopped", "verdict", "hint")
    }
    assert earned == {"role": 5, "addresses": 5, "stopped": 20, "grown_stopped": 15, "verdict": 15, "hint": -2}
    assert found["opened_by"]["missed"] == ["deploy-bot"]
    assert broken_entry(read_entries(case.journal)) is None
    third = shown(run_notebook(EXERCISE, tmp_path / "third.ipynb", {"case": str(case.path), "scenario": "theft",
                                                                    "seed": 7}))  # fmt: skip
    assert "has ended" in "\n".join(third.values())
    assert read_json(case.exercise / "score.json") == document


def test_unknown_scenario(tmp_path: Path) -> None:
    """A scenario that does not exist is refused before a kernel starts, with those that do."""
    with pytest.raises(ParameterError, match=r"'earthquake' is not a value.*theft, onprem, hub"):
        run_notebook(EXERCISE, tmp_path / "out.ipynb", {"scenario": "earthquake"})
    assert not (tmp_path / "out.ipynb").exists()
