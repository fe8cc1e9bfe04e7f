"""A step of a response as a person sees it: what it does, its plan, what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gdkit.ui import response_words, text
from gdkit.ui.view import View

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gdkit.response.engine import Applied
    from gdkit.response.plan import Plan
    from gdkit.response.record import Application
    from gdkit.response.step import Action, Check, Step


def step_view(step: Step, said: str, *, stamp: str = "") -> View:
    """Show what a step is, and one sentence on where it stands in the case."""
    short, further = (words(step.explanation) for words in (response_words.short_facts, response_words.further_facts))
    return View(step.title, said, short, folded=further, stamp=stamp)


def plan_view(step: Step, plan: Plan, *, stamp: str = "") -> View:
    """Show a plan: its hash, side effects, checks, the change as a diff; the calls and the step itself folded away."""
    summary = f"{response_words.plan_summary(plan)} {response_words.checks_sentence(plan.checks)}".strip()
    facts: list[tuple[str, object]] = [("It calls", "\n".join(_called(action) for action in plan.actions))]
    facts = [*(facts if plan.actions else ()), ("Plan", f"{plan.short_hash}\nSHA-256 {plan.hash}")]
    notes = [f"Side effect: {effect.what}." for effect in plan.effects]
    notes += [f"Left as it is: {what}." for what in plan.left]
    notes += [f"Collects {name}." for name in plan.collects]
    shown = [text.difference(plan.diff(), "The change: - goes, + comes")] if plan.diff() else []
    if plan.actions:
        shown.append(
            text.folded("The calls, exactly as they will be made", text.preformatted(plan.calls(), "The calls"))
        )
    return View(step.title, summary, facts, notes, checks=response_words.checked(plan.checks),
                picture="".join(shown) or None, folded=response_words.explanation_facts(step.explanation),
                stamp=stamp)  # fmt: skip


def _called(action: Action) -> str:
    return f"{action.service} {action.operation}: {action.does}"


def applied_view(title: str, done: Sequence[Applied], *, stamp: str = "") -> View:
    """Show what came of applying plans, one after another."""
    several = len(done) > 1
    says = [(f"{one.plan.step}: " if several else "") + response_words.applied_summary(one) for one in done]
    checks = [row for one in done for row in response_words.checked(one.checks)]
    facts = [("Plan", f"{one.plan.short_hash}, {one.plan.step}") for one in done]
    return View(title, " ".join(says), facts, checks=checks, stamp=stamp)


def verified_view(step: Step, done: Application, checks: tuple[Check, ...], *, stamp: str = "") -> View:
    """Show whether what a step did is still in force."""
    held = all(check.holds for check in checks)
    ended = "" if done.status == "done" else f"; it did not end well ({done.status})"
    summary = f"Applied {done.at} by {done.actor}{ended}: "
    summary += "it is in force." if held else "it is NOT as it was left."
    facts = [("Plan", done.plan_hash[:12])]
    return View(step.title, summary, facts, checks=response_words.checked(checks), stamp=stamp)
