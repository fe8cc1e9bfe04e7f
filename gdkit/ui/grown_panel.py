"""The panel of what grew from the theft: one thing is chosen, and its step is previewed and applied as any other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gdkit import tables
from gdkit.case.folder import case_analyst
from gdkit.responding.looks.grown import grown_item
from gdkit.ui import text
from gdkit.ui.guard import told_error
from gdkit.ui.panel_box import panel_box, panel_bundle, say, status_line
from gdkit.ui.step_panel import StepPanel

if TYPE_CHECKING:
    from gdkit.case.folder import CaseFolder
    from gdkit.ui.view import View


class GrownPanel:
    """Shows the things in order and below them the step of the one that is chosen.

    Displaying it shows the controls in a live notebook and the table everywhere else.
    """

    def __init__(self, case: CaseFolder, shown: View, analyst: str = "") -> None:
        import ipywidgets as widgets  # noqa: PLC0415 - loaded on first use; headless runs never need it

        self.case, self.shown, self.analyst = case, shown, analyst or case_analyst(case)
        assert shown.frame is not None  # noqa: S101 - a panel is made only of a look that has rows
        items = [(_label(row), row["item"]) for row in tables.rows_of(shown.frame) if row["step"]]
        self.chosen = widgets.Dropdown(options=[("choose a thing", 0), *items], description="Contain",
                                       layout=widgets.Layout(width="100%"))  # fmt: skip
        self.chosen.observe(self._choose, names="value")
        self.panel: StepPanel | None = None
        self._place, self.status = widgets.VBox([]), status_line()
        self._box = panel_box([widgets.HTML(value=shown.html()), self.chosen, self.status, self._place])

    def _choose(self, change: dict[str, Any]) -> None:
        """Put the panel of the chosen thing's step in place."""
        self.panel, self._place.children = None, ()
        say(self.status, "")
        if not change["new"]:
            return
        try:
            item = grown_item(self.case, change["new"])
            self.panel = StepPanel(self.case, item.step, dict(item.options), self.analyst)
        except Exception as error:
            say(self.status, f"Not shown. {told_error(error, self.case, actor=self.analyst, item=change['new'])}")
        else:
            self._place.children = (self.panel.box,)

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, Any]:
        return panel_bundle(self._box, self.shown.text(), self.shown.html())


def _label(row: dict[str, Any]) -> str:
    """Say in one line which thing it is; names come from logs."""
    said = f"{row['item']}. {row['step']}: {row['kind']} {row['thing'] or '(not named)'}"
    return text.visible(said + (" (a person decides)" if row["decision"] else ""), 120)
