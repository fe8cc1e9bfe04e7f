"""The panel of one step: preview, typed confirmation, apply, verify, undo. Its state is the case folder's alone."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from gdkit.case.folder import case_analyst
from gdkit.errors import ResponseError
from gdkit.responding import run
from gdkit.responding.overview import step_standing
from gdkit.response.catalogue import step_named
from gdkit.response.engine import reviewed_plan
from gdkit.response.plan import SHORT
from gdkit.ui import step_view
from gdkit.ui.guard import told_error
from gdkit.ui.panel_box import panel_box, panel_bundle, say, status_line

if TYPE_CHECKING:
    from collections.abc import Callable

    from gdkit.case.folder import CaseFolder
    from gdkit.response.plan import Plan
    from gdkit.response.step import Option
    from gdkit.ui.view import View


APPLIED = "This plan was applied; what came of it stands below."
"""What stands above a plan that is no longer one."""


class StepPanel:
    """Shows one step and runs it.

    Nothing is applied without the hash of the plan that stands above it, typed by a person. Displaying the panel shows
    the controls in a live notebook and where the step stands everywhere else.
    """

    def __init__(self, case: CaseFolder, name: str, told: dict[str, str], analyst: str = "") -> None:
        import ipywidgets as widgets  # noqa: PLC0415 - loaded on first use; headless runs never need it

        self.case, self.step = case, step_named(name)
        self._desk: run.Desk | None = None
        self._plan_hash = ""
        self.options = {option.name: _control(widgets, option, told) for option in self.step.options}
        self.analyst = widgets.Text(description="Analyst", value=analyst or case_analyst(case),
                                    placeholder="who acts, as the journal will say")  # fmt: skip
        self.hash = widgets.Text(description="Plan's hash", placeholder=f"type at least {SHORT} digits to apply")
        self.despite = widgets.Text(description="Despite", layout={"display": "none", "width": "min(100%, 52rem)"},
                                    placeholder="why it is applied although a check of it says NO")  # fmt: skip
        self.about, self.shown, self.outcome = widgets.HTML(value=self._start().html()), widgets.HTML(), widgets.HTML()
        self.status = status_line()
        acts = {"Preview": (self.preview, self.shown), "Apply": (self.apply, self.outcome),
                "Verify": (self.verify, self.outcome), "Preview undo": (self.preview_undo, self.shown)}  # fmt: skip
        self.buttons = {name: widgets.Button(description=name, tooltip=f"{name}: {self.step.title}") for name in acts}
        for name_, (act, place) in acts.items():
            self.buttons[name_].on_click(lambda _button, act=act, place=place: self._guarded(act, place))
        after = [self.hash, *(self.buttons[name] for name in ("Apply", "Verify", "Preview undo"))]
        self._box = panel_box([self.about, *self.options.values(), self.analyst, self.buttons["Preview"], self.shown,
                               self.despite, widgets.HBox(after, layout={"flex_flow": "row wrap"}), self.status,
                               self.outcome])  # fmt: skip

    def preview(self) -> View:
        """Plan the step from what the controls say."""
        return self._planned(run.preview_step(self._at_desk(), self.step.name, self._told()))

    def preview_undo(self) -> View:
        """Plan the undoing of what the step did last."""
        return self._planned(run.preview_undo(self._at_desk(), self.step.name))

    def apply(self) -> View:
        """Apply the plan whose hash was typed; it must be one of this step."""
        desk = self._at_desk()
        plan = reviewed_plan(self.hash.value, desk.record)
        if plan.step != self.step.name:
            raise ResponseError(f"this plan was made by the step {plan.step}; nothing was done",
                                where=f"plan {plan.short_hash}")  # fmt: skip
        applied = run.apply_plan(desk, plan.hash, despite=self.despite.value)
        self.hash.value = self.despite.value = ""
        self.despite.layout.display = "none"
        if plan.hash == self._plan_hash:
            self.shown.value = replace(step_view.plan_view(self.step, plan), folded=(), summary=APPLIED).html()
        return step_view.applied_view(self.step.title, [applied])

    def verify(self) -> View:
        """Read back whether what the step did is in force."""
        return step_view.verified_view(self.step, *run.verify_step(self._at_desk(), self.step.name))

    def _planned(self, plan: Plan) -> View:
        self.hash.value = self.despite.value = ""
        self._plan_hash = plan.hash
        stopped = any(check.stops and check.holds is False for check in plan.checks)
        self.despite.layout.display = "flex" if stopped else "none"
        return replace(step_view.plan_view(self.step, plan), folded=())  # it stands above already

    def _guarded(self, act: Callable[[], View], place: Any) -> None:
        """Show what an act gives in its place; an error is shown in the panel and written to the journal.

        An error stands beside where the step stands, so that a second click on Apply does not hide that it was applied.

        A plan is taken away before another is made, so that nobody reads an old one for a new one. It stays above what
        came of it: were it taken away then, the page would jump, and the answer would be out of sight.
        """
        say(self.status, "working …")
        self.outcome.value = place.value = ""
        try:
            view = act()
        except Exception as error:
            told = told_error(error, self.case, actor=self._actor(), step=self.step.name)
            say(self.status, f"Not done now. {told.removesuffix('.')}. {step_standing(self.case, self.step.name)}")
        else:
            place.value, self.about.value = view.html(), self._start().html()
            say(self.status, f"{step_standing(self.case, self.step.name)} {view.summary}")

    def _at_desk(self) -> run.Desk:
        if self._desk is None:
            self._desk = run.open_desk(self.case)
        return replace(self._desk, actor=self._actor())

    def _actor(self) -> str:
        return self.analyst.value.strip() or case_analyst(self.case)

    def _told(self) -> dict[str, str]:
        return {name: str(control.value) for name, control in self.options.items() if str(control.value)}

    def _start(self) -> View:
        return step_view.step_view(self.step, step_standing(self.case, self.step.name))

    @property
    def box(self) -> Any:
        """The controls, to stand in another panel."""
        return self._box

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, Any]:
        start = self._start()
        return panel_bundle(self._box, start.text(), start.html())


def _control(widgets: Any, option: Option, told: dict[str, str]) -> Any:
    """Give the control of an option: its name before it, its meaning in it and, for a choice, behind it."""
    value = told.get(option.name, option.default)
    described = option.name + (" (required)" if option.required else "")
    named = {"description": described, "tooltip": option.meaning, "style": {"description_width": "10rem"},
             "layout": {"width": "min(100%, 52rem)"}}  # fmt: skip
    if not option.choices:
        return widgets.Text(value=value, placeholder=option.meaning, **named)
    choices = [(f"not told: {option.meaning}", "")] if not option.default else []
    return widgets.Dropdown(options=[*choices, *((choice, choice) for choice in option.choices)], value=value, **named)
