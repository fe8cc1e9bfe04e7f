"""The panel by which a finding is picked from a table, and a case is begun for it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from gdkit.errors import UsageError
from gdkit.findings.table import findings_table
from gdkit.gathering.offered import begin_case
from gdkit.trail.sources import LOOKUP
from gdkit.ui import text
from gdkit.ui.guard import told_error
from gdkit.ui.page_library import page_library
from gdkit.ui.panel_box import panel_box, say, status_line
from gdkit.ui.view import View
from gdkit.ui.words import finding_facts, finding_summary, many

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gdkit.case.folder import CaseFolder
    from gdkit.gathering.offered import Offered
    from gdkit.model import Finding

SHOWN = ("number", "last_seen_at", "severity", "remote_address", "role_name", "instance_id", "account_id", "region",
         "api", "count", "sample", "type", "id")  # fmt: skip
"""Columns of the table; the number is how the list below it names a finding."""

NOBODY = "choose a finding"

_LOGS = "folders, files or globs of CloudTrail's logs, parted by semicolons; lookup for AWS's event history"


class PickPanel:
    """Shows the findings as a table and as a list, shows the chosen one, and begins a case for it.

    The list is what the kernel hears: a row that is picked in the table is chosen in the list. Displaying the panel
    shows the controls in a live notebook. Its state is the case folder's: once the case is begun, the notebook shows
    the case instead.
    """

    def __init__(self, offered: Offered, case: str, trail: Sequence[str] = ()) -> None:
        import ipywidgets as widgets  # noqa: PLC0415 - loaded on first use; headless runs never need it

        self.offered, self.asked_for = offered, case
        self.begun: CaseFolder | None = None
        wide = {"layout": {"width": "min(100% - 4px, 62rem)"}, "style": {"description_width": "6rem"}}
        listed = [(_line(number, one), one.id) for number, one in enumerate(offered.findings, start=1)]
        self.chosen = widgets.Dropdown(options=[(NOBODY, ""), *listed], description="Finding", **wide)
        self.chosen.add_class("gd-list")
        self.facts, self.status = widgets.HTML(), status_line()
        self.folder = widgets.Text(description="Case folder", value=case, **wide)
        logs = "; ".join(trail) or ("" if offered.sets else LOOKUP)
        self.trail = widgets.Text(description="Logs", value=logs, placeholder=_LOGS, **wide)
        self.analyst = widgets.Text(description="Analyst", placeholder="empty for this system's user", **wide)
        self.button = widgets.Button(description="Begin the case", layout={"width": "12rem"})
        self.button.on_click(lambda _button: self.begin())
        self.chosen.observe(lambda _change: self._show(), names="value")
        table = widgets.HTML(value=offered_view(offered, table=True, picks=True).html())
        asked = [self.folder] if not case else []  # where the notebook names the folder, it is no question
        self._box = panel_box([table, self.chosen, self.facts, *asked, self.trail, self.analyst, self.button,
                               self.status])  # fmt: skip

    def choose(self, finding_id: str) -> None:
        """Choose a finding, as a row of the table or an entry of the list does.

        Raises:
            FindingError: it is not among those to choose from.
        """
        self.chosen.value = self.offered.find(finding_id).id

    def begin(self) -> None:
        """Begin a case for the chosen finding; an error is shown in the panel, and nothing is guessed."""
        say(self.status, "working …")
        try:
            self.begun = begin_case(self.offered, self._choice(), self.folder.value, self.trail.value.split(";"),
                                    self.analyst.value)  # fmt: skip
        except Exception as error:
            say(self.status, f"Not begun. {told_error(error, None, actor='panel')}")
        else:
            say(self.status, f"The case {self.begun.path.absolute()} is begun. {self._next_step()}")

    def _choice(self) -> str:
        if not self.chosen.value:
            raise UsageError("no finding is chosen", action="choose one in the table or in the list")
        return str(self.chosen.value)

    def _next_step(self) -> str:
        if self.begun is not None and self.asked_for and self.begun.path == Path(self.asked_for).expanduser():
            return "Go on with 2_scope; run this notebook again to see the case."
        return "Now write its folder as case into the first cell of each notebook, and run this one again."

    def _show(self) -> None:
        if not self.chosen.value:
            self.facts.value = ""
            return
        found = self.offered.find(self.chosen.value)
        self.facts.value = View("Finding", finding_summary(found), finding_facts(found), found.warnings).html()
        if not self.folder.value:
            self.folder.value = f"cases/{found.instance.instance_id or 'case'}-{found.id[:8]}"

    def _ipython_display_(self) -> None:
        """Show the controls, and before them what a page needs: no case has brought it yet."""
        from IPython.display import display  # noqa: PLC0415 - loaded on first use

        display({"text/html": page_library(), "text/plain": ""}, raw=True)  # type: ignore[no-untyped-call]
        display(self._box)  # type: ignore[no-untyped-call]


def offered_view(offered: Offered, *, loads_tables: bool = False, table: bool = False, picks: bool = False) -> View:
    """Say how many findings there are to choose from, and what limits the list.

    Args:
        offered: the findings.
        loads_tables: whether the view brings the table library into the page.
        table: whether it shows them.
        picks: whether a row of the table is picked, in a panel.
    """
    number = len(offered.findings)
    summary = (
        f"{many(number, 'finding')} of this kind to choose from." if number else "No finding of this kind was seen."
    )
    where = "The open findings of every GuardDuty detector in reach." if not offered.sets else "From the files named."
    frame = findings_table(offered.findings) if table else None
    if frame is not None:
        frame.insert(0, "number", range(1, number + 1))
    return View("Findings to choose from", summary, notes=[where, *offered.notes], frame=frame, shown=SHOWN,
                loads_tables=loads_tables, picks=picks)  # fmt: skip


def _line(number: int, found: Finding) -> str:
    """Say in one line which finding it is; names in it come from outside."""
    seen = [("used from", found.remote.address or found.remote.account_id), ("last seen", found.last_seen_at),
            ("instance", found.instance.instance_id), ("role", found.role_name), ("account", found.account_id),
            ("region", found.region), ("finding", found.id)]  # fmt: skip
    said: list[Any] = [f"{name} {text.visible(value, 200)}" for name, value in seen]
    return " ".join(f"{number}. {', '.join(said)}".split())
