"""The panel of something long: how far it is, how long it still takes, and a button that stops it.

A cell that runs keeps the kernel busy: a click waits until the cell is over, unless it comes in by another way. The
panel opens two: the kernel's side channels, by which JupyterLab sends clicks, and the notebook's own stop button.
"""

from __future__ import annotations

import time
from contextlib import contextmanager
from threading import Event
from typing import TYPE_CHECKING, Any

from gdkit.case.journal import append_entry
from gdkit.errors import StoppedError
from gdkit.gathering import Tellers
from gdkit.progress import files_line, files_share, lookup_line, lookup_share, progress_tellers
from gdkit.ui.panel_box import say, status_line
from gdkit.ui.view import View

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gdkit.case.folder import CaseFolder

EVERY_S = 0.25
"""Seconds between two changes of the panel, at least."""

STOPPED = "Stopped. What was fetched is kept: run this cell again, and it goes on where it was."


class ProgressPanel:
    """Shows progress while a cell runs, and takes the wish to stop.

    Attributes:
        stop: set where a person wants it to stop.
        tellers: what the work tells its progress to.
    """

    def __init__(self) -> None:
        import ipywidgets as widgets  # noqa: PLC0415 - loaded on first use; headless runs never need it

        self.stop = Event()
        self.tellers = Tellers(self._lookup, self._files, self._part, self.stop)
        self.part, self.line = status_line("Begins …"), widgets.HTML()
        self.bar = widgets.FloatProgress(min=0.0, max=1.0, description="Progress")
        self.button = widgets.Button(description="Cancel", tooltip="Stop; what was fetched is kept")
        self.button.on_click(lambda _button: self.cancel())
        self._aside(self.button)
        self._box = widgets.VBox([self.part, widgets.HBox([self.bar, self.button]), self.line])
        self._begun_s = self._changed_s = time.monotonic()

    def cancel(self) -> None:
        """Take the wish to stop; the work leaves off at its next step."""
        self.stop.set()

    @property
    def seconds(self) -> float:
        """How long it has been going on."""
        return time.monotonic() - self._begun_s

    def show(self) -> Any:
        """Show the controls below the cell, at once; give the handle by which they are replaced at the end."""
        from IPython.display import display  # noqa: PLC0415 - loaded on first use

        return display(self._box, display_id=True)  # type: ignore[no-untyped-call]

    def _lookup(self, progress: Any) -> None:
        self._tell(lookup_share(progress), lookup_line(progress))

    def _files(self, progress: Any) -> None:
        self._tell(files_share(progress), files_line(progress, self.seconds))

    def _part(self, words: str) -> None:
        say(self.part, f"{words} …")
        say(self.line, "")

    def _tell(self, share: float, line: str) -> None:
        now = time.monotonic()
        if now - self._changed_s >= EVERY_S:
            self._changed_s = now
            self.bar.value = share
            say(self.line, line)

    @staticmethod
    def _aside(button: Any) -> None:
        """Let clicks come in by the side channel on which JupyterLab sends them.

        ipykernel notes for each control from which channel it was spoken to last, and sends clicks there; a control
        that is made by a cell would get them only when the cell is over. Where there is no such note, nothing is done.

        Source: ipykernel 7.4, ``ipykernel.comm.comm.BaseComm._reply_subshell_for``; Jupyter Enhancement Proposal 91.
        """
        vars(button.comm).pop("_reply_subshell_id", None)


@contextmanager
def shown_progress(case: CaseFolder, *, live: bool) -> Iterator[Tellers]:
    """Tell of the progress of what runs in the block: in a panel before a person, else in plain lines.

    Args:
        case: whose journal notes that the work was stopped.
        live: whether a person sits before the notebook.

    Raises:
        StoppedError: a person stopped it, by the panel's button or by the notebook's.
    """
    if not live:
        yield progress_tellers()
        return
    panel = ProgressPanel()
    handle = panel.show()
    ended = "Not finished: see the error below."
    try:
        yield panel.tellers
        ended = f"Done in {panel.seconds:.0f} s."
    except (StoppedError, KeyboardInterrupt) as error:
        ended = STOPPED
        append_entry(case.journal, actor="panel", act="stopped", detail={"after_s": round(panel.seconds)})
        if isinstance(error, StoppedError):
            raise
        raise StoppedError("it was stopped; what was fetched is kept in the case",
                           action="run it again: it goes on where it was") from None  # fmt: skip
    finally:
        if handle is not None:  # controls mean nothing in a notebook that is opened again
            handle.update(View("Progress", ended))
