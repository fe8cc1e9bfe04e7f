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
    from gdkit.response.step import Check, Step


def step_view(step: Step, said: str, *, stamp: str = "") -> View:
    """Show what a step is, and one sentence on where it stands in the case."""
    return View(step.title, said, response_words.explanation_facts(step.explanation), stamp=stamp)


def plan_view(step: Step, plan: Plan, *, stamp: str = "") -> View:
    """Show a plan: the change as a diff, the calls as they will be made, side effects, checks, hash."""
    facts = [*response_words.explanation_facts(step.explanation), ("Plan", f"{plan.short_hash}\nSHA-256 {plan.hash}")]
    shown = [text.preformatted(plan.diff(), "The change of state")] if plan.diff() else []
    shown += [text.preformatted(plan.calls(), "The calls")] if plan.actions else []
    shown += [text.bullet_list((f"collects {name}" for name in plan.collects), "notes")] if plan.collects else []
    return View(step.title, response_words.plan_summary(plan), facts, response_words.plan_notes(plan),
                picture="".join(shown) or None, stamp=stamp)  # fmt: skip


def applied_view(title: str, done: Sequence[Applied], *, stamp: str = "") -> View:
    """Show what came of applying plans, one after another."""
    several = len(done) > 1
    says = [(f"{one.plan.step}: " if several else "") + response_words.applied_summary(one) for one in done]
    notes = [response_words.check_sentence(check) for one in done for check in one.checks]
    facts = [("Plan", f"{one.plan.short_hash}, {one.plan.step}") for one in done]
    return View(title, " ".join(says), facts, notes, stamp=stamp)


def verified_view(step: Step, done: Application, checks: tuple[Check, ...], *, stamp: str = "") -> View:
    """Show whether what a step did is still in force."""
    held = all(check.holds for check in checks)
    ended = "" if done.status == "done" else f"; it did not end well ({done.status})"
    summary = f"Applied {done.at} by {done.actor}{ended}: "
    summary += "it is in force." if held else "it is NOT as it was left."
    notes = [response_words.check_sentence(check) for check in checks]
    return View(step.title, summary, [("Plan", done.plan_hash[:12])], notes, stamp=stamp)
