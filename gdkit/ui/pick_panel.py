"""The panel by which a finding is picked from a list that can be sorted, and a case is begun for it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from gdkit import tables
from gdkit.errors import UsageError
from gdkit.findings.table import findings_table
from gdkit.gathering.offered import begin_case
from gdkit.trail.sources import LOOKUP
from gdkit.ui import text
from gdkit.ui.guard import told_error
from gdkit.ui.page_library import page_library
from gdkit.ui.view import View
from gdkit.ui.words import finding_facts, finding_summary, many

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from gdkit.case.folder import CaseFolder
    from gdkit.gathering.offered import Offered

COLUMNS = {"last_seen_at": ("last seen", 20), "severity": ("sev.", 4), "remote_address": ("used from", 15),
           "account_id": ("account", 12), "region": ("region", 14), "role_name": ("role", 14),
           "instance_id": ("instance", 19)}  # fmt: skip
"""What the list shows of a finding: the column, its head and its width in characters."""

ORDERS = ("falling", "rising")

_LOGS = "folders, files or globs of CloudTrail's logs, parted by semicolons; lookup for AWS's event history"


class PickPanel:
    """Lists findings, sorted by any column, shows the chosen one, and begins a case for it.

    Displaying it shows the controls in a live notebook. Its state is the case folder's: once the case is begun, the
    notebook shows the case instead.
    """

    def __init__(self, offered: Offered, case: str, trail: Sequence[str] = ()) -> None:
        import ipywidgets as widgets  # noqa: PLC0415 - loaded on first use; headless runs never need it

        self.offered, self.asked_for = offered, case
        self.begun: CaseFolder | None = None
        wide, named = {"width": "min(100% - 4px, 62rem)"}, {"style": {"description_width": "6rem"}}
        self.sort = widgets.Dropdown(options=[(head, name) for name, (head, _) in COLUMNS.items()],
                                     description="Sort by", **named)  # fmt: skip
        self.order = widgets.Dropdown(options=ORDERS, description="Order", **named)
        self.search = widgets.Text(description="Search", placeholder="in all columns", continuous_update=False, **named)
        self.chosen = widgets.Select(rows=8, description="Finding", layout=wide, **named)
        self.facts, self.status = widgets.HTML(), widgets.Label()
        self.status.add_class("gd-status")
        self.folder = widgets.Text(description="Case folder", value=case, layout=wide, **named)
        logs = "; ".join(trail) or ("" if offered.sets else LOOKUP)
        self.trail = widgets.Text(description="Logs", value=logs, placeholder=_LOGS, layout=wide, **named)
        self.analyst = widgets.Text(description="Analyst", placeholder="empty for this system's user", **named)
        self.button = widgets.Button(description="Begin the case", layout={"width": "12rem"})
        self.button.on_click(lambda _button: self.begin())
        for control in (self.sort, self.order, self.search):
            control.observe(lambda _change: self._list(), names="value")
        self.chosen.observe(lambda _change: self._show(), names="value")
        intro = widgets.HTML(value=offered_view(offered).html())
        heads = widgets.Label(value=_row(head for head, _ in COLUMNS.values()))
        heads.add_class("gd-pick-heads")
        sorting = widgets.HBox([self.sort, self.order, self.search], layout={"flex_flow": "row wrap"})
        self._box = widgets.VBox([intro, sorting, heads, self.chosen, self.facts, self.folder, self.trail, self.analyst,
                                  self.button, self.status])  # fmt: skip
        self._box.add_class("gd-panel")
        self._box.add_class("gd-pick")
        self._list()

    def begin(self) -> None:
        """Begin a case for the chosen finding; an error is shown in the panel, and nothing is guessed."""
        try:
            self.begun = begin_case(self.offered, self._choice(), self.folder.value, self.trail.value.split(";"),
                                    self.analyst.value)  # fmt: skip
        except Exception as error:
            self.status.value = f"Not begun. {told_error(error, None, actor='panel')}"
        else:
            self.status.value = text.visible(f"The case {self.begun.path.absolute()} is begun. {self._next_step()}")

    def _choice(self) -> str:
        if self.chosen.value is None:
            raise UsageError("no finding is chosen", action="choose one in the list")
        return str(self.chosen.value)

    def _next_step(self) -> str:
        if self.begun is not None and self.asked_for and self.begun.path == Path(self.asked_for).expanduser():
            return "Now run the cells below."
        return "Now write its folder as case into the first cell of each notebook, and run this one again."

    def _list(self) -> None:
        """Show the findings that the search leaves, in the order that is wanted; keep the choice where it can be."""
        table = findings_table(self.offered.findings)
        words = self.search.value.lower().split()
        table = table[[all(word in _haystack(row) for word in words) for row in tables.rows_of(table)]]
        table = table.sort_values(self.sort.value, ascending=self.order.value == "rising", kind="stable")
        before = self.chosen.value
        options = [(_line(row), row["id"]) for row in tables.rows_of(table)]
        self.chosen.options = options
        self.chosen.value = before if before in {value for _, value in options} else None
        self.status.value = f"{len(options):,} of {many(len(self.offered.findings), 'finding')} listed."

    def _show(self) -> None:
        if self.chosen.value is None:
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


def offered_view(offered: Offered, *, loads_tables: bool = False, table: bool = False) -> View:
    """Say how many findings there are to choose from, and what limits the list.

    Args:
        offered: the findings.
        loads_tables: whether the view brings the table library into the page.
        table: whether it shows them, for a notebook without controls.
    """
    number = len(offered.findings)
    summary = (
        f"{many(number, 'finding')} of this kind to choose from." if number else "No finding of this kind was seen."
    )
    where = "The open findings of every GuardDuty detector in reach." if not offered.sets else "From the files named."
    frame = findings_table(offered.findings) if table else None
    return View("Findings to choose from", summary, notes=[where, *offered.notes], frame=frame,
                loads_tables=loads_tables)  # fmt: skip


def _line(row: dict[str, Any]) -> str:
    """Give a finding in one line, its columns below one another in a font of one width."""
    return _row(text.visible(row[name], 60).replace("\n", " ") for name in COLUMNS)


def _row(cells: Iterable[str]) -> str:
    return " │ ".join(cell[:width].ljust(width) for cell, (_, width) in zip(cells, COLUMNS.values(), strict=True))


def _haystack(row: dict[str, Any]) -> str:
    return " ".join(text.visible(value) for value in row.values()).lower()
