"""The panel of progress: what it shows, how it stops what runs, and that a click reaches it while a cell runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from gdkit import stages
from gdkit.case.journal import read_entries
from gdkit.errors import StoppedError, TrailError
from gdkit.gathering import Tellers
from gdkit.trail import Progress
from gdkit.trail.lookup import LookupProgress
from gdkit.ui import progress_panel
from gdkit.ui.progress_panel import STOPPED, ProgressPanel, shown_progress
from tests.case.samples import new_case
from tests.ui.kernels import Kernel, running_kernel

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from gdkit.case.folder import CaseFolder

HALF = LookupProgress(requests=5, throttled=0, pages=5, rows=90, queries_open=5, queries=10, seconds_left=12.0)


class Handle:
    """Stands for the place of an output in a notebook."""

    def __init__(self) -> None:
        self.shown: list[Any] = []

    def update(self, shown: Any) -> None:
        """Take what the place shows now."""
        self.shown.append(shown)


@pytest.fixture
def case(tmp_path: Path) -> CaseFolder:
    """Give a case whose logs were not read yet."""
    return new_case(tmp_path / "case")


@pytest.fixture
def panels(monkeypatch: pytest.MonkeyPatch) -> list[tuple[ProgressPanel, Handle]]:
    """Give the panels that are shown, each with its place."""
    shown: list[tuple[ProgressPanel, Handle]] = []

    def show(panel: ProgressPanel) -> Handle:
        shown.append((panel, Handle()))
        return shown[-1][1]

    monkeypatch.setattr(ProgressPanel, "show", show)
    monkeypatch.setattr(progress_panel, "EVERY_S", 0.0)
    return shown


def test_what_it_shows() -> None:
    """The panel says which part is at work, how far it is and how long is left, as bar and as words."""
    panel = ProgressPanel()
    panel._changed_s -= 1
    panel.tellers.begin("Reading the logs")
    assert panel.part.value == "Reading the logs …"
    assert panel.tellers.lookup
    panel.tellers.lookup(HALF)
    assert panel.bar.value == 0.5
    assert panel.line.value.endswith("about 12 s left")
    panel._changed_s -= 1
    panel.tellers.reading(Progress(1, 4, 25, 100, 7))
    assert panel.bar.value == 0.25
    assert panel.line.value.startswith("1 of 4 files")


def test_cancel(case: CaseFolder, panels: list[tuple[ProgressPanel, Handle]]) -> None:
    """The button stops the work at its next step; the panel's place says what to do, and the journal keeps it."""
    with pytest.raises(StoppedError, match="goes on where it was"), shown_progress(case, live=True) as told:
        told.begin("Reading the logs")
        panels[0][0].button.click()
        told.begin("Judging")
    ((_, handle),) = panels
    assert [view.summary for view in handle.shown] == [STOPPED]
    assert read_entries(case.journal)[-1]["act"] == "stopped"


def test_stopped_by_the_notebooks_own_button(case: CaseFolder, panels: list[tuple[ProgressPanel, Handle]]) -> None:
    """An interrupt, as the notebook's stop button sends it, ends in the same."""
    with pytest.raises(StoppedError), shown_progress(case, live=True):
        raise KeyboardInterrupt
    assert panels[0][1].shown[0].summary == STOPPED
    assert read_entries(case.journal)[-1]["act"] == "stopped"


def test_failure_is_not_called_stopped(case: CaseFolder, panels: list[tuple[ProgressPanel, Handle]]) -> None:
    """What fails by itself is told as a failure, and no act of a person stands in the journal for it."""
    before = len(read_entries(case.journal))
    with pytest.raises(TrailError), shown_progress(case, live=True):
        raise TrailError("no such folder")
    assert panels[0][1].shown[0].summary == "Not finished: see the error below."
    assert len(read_entries(case.journal)) == before


def test_done(case: CaseFolder, panels: list[tuple[ProgressPanel, Handle]]) -> None:
    """When all is done, words stand in the place of the controls."""
    view = stages.scope(str(case.path), [], interactive=True)
    assert "78 calls" in view.summary
    ((panel, handle),) = panels
    assert handle.shown[0].summary.startswith("Done in ")
    assert panel.part.value == "Keeping what was found …"


def test_stopped_scope_leaves_no_half_answer(case: CaseFolder, panels: list[tuple[ProgressPanel, Handle]],
                                             monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    """A scope that is stopped while it reads keeps no result; the next one does all of it."""
    monkeypatch.setattr(ProgressPanel, "_files", lambda panel, _progress: panel.cancel())
    with pytest.raises(StoppedError):
        stages.scope(str(case.path), [], interactive=True)
    assert not case.result.exists()
    assert "78 calls" in stages.scope(str(case.path), []).summary


def test_headless(case: CaseFolder, panels: list[tuple[ProgressPanel, Handle]]) -> None:
    """Without a person nothing is shown but plain lines, and nobody can stop it."""
    with shown_progress(case, live=False) as told:
        assert told.stop is None
        told.begin("Reading the logs")
    assert not panels
    assert Tellers().begin("x") is None


CELL = """
import time
from gdkit.errors import StoppedError
from gdkit.ui.progress_panel import ProgressPanel
panel = ProgressPanel()
panel.show()
until = time.monotonic() + 20
try:
    while time.monotonic() < until:
        panel.tellers.begin("Working")
        time.sleep(0.05)
    print("nobody stopped it")
except StoppedError:
    print("stopped")
"""


@pytest.fixture(scope="module")
def kernel() -> Iterator[Kernel]:
    """Give a real kernel."""
    with running_kernel() as one:
        yield one


def test_a_click_reaches_a_busy_kernel(kernel: Kernel) -> None:
    """While a cell runs, a click that comes by a side channel, as JupyterLab sends it, stops the cell's work."""
    message = kernel.execute(CELL)
    kernel.click("Cancel", aside=True)
    assert kernel.printed(message) == "stopped"
