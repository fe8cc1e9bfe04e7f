"""The panels of an exercise: answers to a part with its hint, and the end. Their state is the case folder's alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gdkit.errors import ParameterError
from gdkit.training.catalogue import costs, part_named
from gdkit.training.course import answers, open_hint, opened_hints, record_answers
from gdkit.training.ending import end_exercise, score_from
from gdkit.training.exercise import has_ended
from gdkit.training.model import NONE
from gdkit.ui import exercise_words, text
from gdkit.ui.guard import told_error
from gdkit.ui.panel_box import panel_box, panel_bundle, say, status_line

if TYPE_CHECKING:
    from collections.abc import Callable

    from gdkit.case.folder import CaseFolder
    from gdkit.training.catalogue import Question
    from gdkit.ui.view import View

CONFIRMED = "END"
"""What is typed to end an exercise."""

_WIDE = {"style": {"description_width": "initial"}}


class QuestionPanel:
    """Asks the questions of a part, records the answers, and opens the hint."""

    def __init__(self, case: CaseFolder, part: str) -> None:
        import ipywidgets as widgets  # noqa: PLC0415 - loaded on first use; headless runs never need it

        self.case, self.part = case, part_named(part)
        given = answers(case)
        self.fields = {one.name: _field(widgets, one, given.get(one.name)) for one in self.part.questions}
        self.save_button = widgets.Button(description="Save answers", disabled=not self.fields)
        cost = costs()["hint"].points
        self.hint_button = widgets.Button(description=f"Open the hint (costs {cost} points)",
                                          layout=widgets.Layout(width="max-content"))  # fmt: skip
        self.hint, self.status = widgets.HTML(), status_line()
        self.save_button.on_click(lambda _button: _guarded(self, self.save))
        self.hint_button.on_click(lambda _button: _guarded(self, self.open_hint))
        if part in opened_hints(case):
            self._show_hint(self.part.hint)
        buttons = [self.save_button, self.hint_button] if self.fields else [self.hint_button]
        self._box = panel_box([*self.fields.values(), widgets.HBox(buttons), self.hint, self.status])

    def save(self) -> str:
        """Record what the fields say, and say so."""
        record_answers(self.case, {name: _lines(field.value) for name, field in self.fields.items()})
        return self._shown().summary

    def open_hint(self) -> str:
        """Open the hint, which costs points once."""
        self._show_hint(open_hint(self.case, self.part.name))
        return "The hint is open."

    def _show_hint(self, hint: str) -> None:
        self.hint.value = text.section(text.paragraph(hint), "The hint")
        self.hint_button.disabled = True

    def _shown(self) -> View:
        hint = self.part.hint if self.part.name in opened_hints(self.case) else ""
        return exercise_words.answered(self.part, answers(self.case), hint)

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, Any]:
        return panel_bundle(self._box, self._shown().text(), self._shown().html())


class EndPanel:
    """Ends the exercise after a typed word, and shows the score; before that, what is still open."""

    def __init__(self, case: CaseFolder, shown: View) -> None:
        import ipywidgets as widgets  # noqa: PLC0415 - as above

        self.case, self._view = case, shown
        self.word = widgets.Text(description="To end it", placeholder=f"type {CONFIRMED}", **_WIDE)
        self.button = widgets.Button(description="End the exercise")
        self.shown = widgets.HTML(value=shown.html())
        self.status = status_line()
        self.button.on_click(lambda _button: _guarded(self, self.end))
        controls = [] if has_ended(case) else [widgets.HBox([self.word, self.button])]
        self._box = panel_box([self.shown, *controls, self.status])

    def end(self) -> str:
        """End the exercise if the word was typed, and show the score.

        Raises:
            ParameterError: the word was not typed; the exercise goes on.
        """
        if self.word.value.strip() != CONFIRMED:
            raise ParameterError(f"the exercise ends when {CONFIRMED} is typed beside the button", where="end")
        document = end_exercise(self.case)
        self._view = exercise_words.score_view(document, score_from(document))
        self.shown.value = self._view.html()
        self.button.disabled = self.word.disabled = True
        return "The exercise has ended."

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, Any]:
        return panel_bundle(self._box, self._view.text(), self._view.html())


def _guarded(panel: QuestionPanel | EndPanel, act: Callable[[], str]) -> None:
    """Do an act of a panel and say in it what came of it; an error is written to the journal too."""
    say(panel.status, "working …")
    try:
        said = act()
    except Exception as error:
        said = f"Not done. {told_error(error, panel.case, actor='panel')}"
    say(panel.status, said)


def _field(widgets: Any, question: Question, given: tuple[str, ...] | None) -> Any:
    """Give the control of a question, filled with what was answered before."""
    value = "" if given is None else "\n".join(given) or NONE
    named = {"description": question.asks, "layout": widgets.Layout(width="95%", max_width="60rem"), **_WIDE}
    if question.kind == "choice":
        return widgets.Dropdown(options=[("not answered", ""), *((one, one) for one in (*question.choices, NONE))],
                                value=value, **named)  # fmt: skip
    if question.kind == "list":
        return widgets.Textarea(value=value, placeholder=f"one a line, or {NONE}", rows=3, **named)
    return widgets.Text(value=value, placeholder=f"a name, or {NONE}", **named)


def _lines(value: str) -> list[str]:
    return [part.strip() for line in value.splitlines() for part in line.split(",") if part.strip()]
