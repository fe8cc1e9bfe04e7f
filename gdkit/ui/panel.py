"""The panel by which an analyst records the verdict: native controls, state in the case folder, no silent error."""

from __future__ import annotations

from contextlib import suppress
from textwrap import wrap
from typing import TYPE_CHECKING, Any

from gdkit.case.folder import case_analyst
from gdkit.case.journal import append_entry
from gdkit.case.results import load_result
from gdkit.case.verdicts import all_verdicts, current_verdict, record_verdict
from gdkit.errors import GdkitError
from gdkit.model import VERDICT_VALUES
from gdkit.ui import text
from gdkit.ui.origin_words import causes_summary, deciding_words, origin_summary, settle_notes
from gdkit.ui.words import verdict_sentence

if TYPE_CHECKING:
    from gdkit.case.folder import CaseFolder


LINE = 110
"""Characters of one line of the panel: a label does not break its text, and cuts off what is wider than the page."""


class VerdictPanel:
    """Shows what the evidence proposes, asks for the verdict and records it in the case.

    Displaying it shows the controls in a live notebook and the recorded verdict everywhere else. Its state is the case
    folder's, so a new kernel shows what was recorded.
    """

    def __init__(self, case: CaseFolder) -> None:
        import ipywidgets as widgets  # noqa: PLC0415 - loaded on first use; headless runs never need it

        self.case = case
        told = [text.visible(line).replace("\n", " ") for line in proposal_lines(case)]
        self.proposal = [widgets.Label(value=part) for line in told for part in wrap(line, LINE)]
        self.choice = widgets.RadioButtons(options=list(VERDICT_VALUES), value=None, description="Verdict")
        self.reason = widgets.Textarea(description="Because", placeholder="required: what the verdict rests on")
        self.analyst = widgets.Text(description="Analyst", value=case_analyst(case))
        self.button = widgets.Button(description="Record verdict", button_style="")
        self.status = widgets.Label(value=text.visible(verdict_sentence(current_verdict(case))))
        self.button.on_click(lambda _button: self.record())
        self._box = widgets.VBox([*self.proposal, self.choice, self.reason, self.analyst, self.button, self.status])

    def record(self) -> None:
        """Record what the controls say; an error is shown in the panel and written to the journal."""
        try:
            verdict = record_verdict(self.case, self.choice.value or "", self.reason.value, self.analyst.value)
        except GdkitError as error:
            self.status.value = text.visible(f"Not recorded. {error}")
            with suppress(GdkitError):  # the journal may be what cannot be written; the panel says so all the same
                append_entry(self.case.journal, actor=self.analyst.value, act="error", detail={"error": str(error)})
        else:
            self.status.value = text.visible(verdict_sentence(verdict))

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, Any]:
        verdicts = [verdict_sentence(verdict) for verdict in all_verdicts(self.case)]
        shown = verdicts or [verdict_sentence(current_verdict(self.case))]
        widget = {"version_major": 2, "version_minor": 0, "model_id": self._box.model_id}
        return {
            "text/plain": "\n".join(text.visible(line) for line in shown),
            "text/html": text.section(text.bullet_list(shown), "Verdict"),
            "application/vnd.jupyter.widget-view+json": widget,
        }


def proposal_lines(case: CaseFolder) -> list[str]:
    """Give what the evidence proposes, a line each: the proposal, what decided, the tests, and what would settle it.

    A case whose logs were not read yet has nothing to propose, and the line says so.
    """
    if not case.result.exists():
        return ["Nothing is proposed yet: run 2_scope on this case first."]
    origin = load_result(case)["origin"]
    rows = [deciding_words(row) for row in origin["deciding"]]
    return [origin_summary(origin), *rows, causes_summary(origin), *settle_notes(origin, most=3)]
