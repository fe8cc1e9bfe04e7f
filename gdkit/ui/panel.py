"""The panel by which an analyst records the verdict: native controls, state in the case folder, no silent error."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gdkit.case.folder import case_analyst
from gdkit.case.results import load_result
from gdkit.case.verdicts import all_verdicts, current_verdict, record_verdict
from gdkit.model import VERDICT_VALUES
from gdkit.ui import text
from gdkit.ui.guard import told_error
from gdkit.ui.origin_words import A_PERSON_DECIDES, causes_summary, deciding_words, origin_summary, settle_notes
from gdkit.ui.panel_box import panel_box, panel_bundle, say, status_line
from gdkit.ui.view import View
from gdkit.ui.words import verdict_sentence

if TYPE_CHECKING:
    from gdkit.case.folder import CaseFolder


class VerdictPanel:
    """Shows what the evidence proposes, asks for the verdict and records it in the case.

    Displaying it shows the controls in a live notebook and the recorded verdict everywhere else. Its state is the case
    folder's, so a new kernel shows what was recorded.
    """

    def __init__(self, case: CaseFolder) -> None:
        import ipywidgets as widgets  # noqa: PLC0415 - loaded on first use; headless runs never need it

        self.case = case
        wide = {"width": "min(100%, 52rem)"}
        self.proposal = widgets.HTML(value=proposal_view(case).html())
        self.choice = widgets.RadioButtons(options=list(VERDICT_VALUES), value=None, description="Verdict")
        self.reason = widgets.Textarea(description="Because", placeholder="required: what the verdict rests on", rows=3,
                                       layout=wide)  # fmt: skip
        self.analyst = widgets.Text(description="Analyst", value=case_analyst(case))
        self.button = widgets.Button(description="Record verdict", button_style="")
        self.status = status_line(verdict_sentence(current_verdict(case)))
        self.button.on_click(lambda _button: self.record())
        self._box = panel_box([self.proposal, self.choice, self.reason, self.analyst, self.button, self.status])

    def record(self) -> None:
        """Record what the controls say; an error is shown in the panel and written to the journal."""
        try:
            verdict = record_verdict(self.case, self.choice.value or "", self.reason.value, self.analyst.value)
        except Exception as error:
            say(self.status, f"Not recorded. {told_error(error, self.case, actor=self.analyst.value)}")
        else:
            say(self.status, verdict_sentence(verdict))

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, Any]:
        verdicts = [verdict_sentence(verdict) for verdict in all_verdicts(self.case)]
        shown = verdicts or [verdict_sentence(current_verdict(self.case))]
        plain = "\n".join(text.visible(line) for line in shown)
        return panel_bundle(self._box, plain, text.section(text.bullet_list(shown), "Verdict"))


def proposal_view(case: CaseFolder) -> View:
    """Show what the evidence proposes: the proposal, what decided, the tests, and what would settle it.

    A case whose logs were not read yet has nothing to propose, and the view says so.
    """
    if not case.result.exists():
        return View("Proposal", "Nothing is proposed yet: run 2_scope on this case first.")
    origin = load_result(case)["origin"]
    notes = [*map(deciding_words, origin["deciding"]), causes_summary(origin), *settle_notes(origin, most=3)]
    return View("Proposal", origin_summary(origin), notes=[*notes, A_PERSON_DECIDES])
