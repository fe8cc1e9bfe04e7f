"""A step's plan as a person reads it at night: the answer first, the change with its signs, nothing of it obeyed."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from gdkit.response.catalogue import step_named
from gdkit.response.plan import Plan
from gdkit.response.step import Action, Check, SideEffect, Target
from gdkit.ui import step_view
from gdkit.ui.response_words import checks_sentence
from gdkit.ui.view import FOLDED
from tests.report.markup import Page

STEP = step_named("deny-session")
TARGET = Target("case", "aws", "111122223333", "eu-west-1", datetime(2026, 11, 2, tzinfo=UTC))
HOSTILE = "<img src=x onerror=alert(1)>\u202e"


def _plan(name: str = "shop-web", checks: tuple[Check, ...] = ()) -> Plan:
    action = Action("iam", "PutRolePolicy", {"RoleName": name}, f"Put a policy on {name}")
    return Plan("deny-session", TARGET, {"sessions": {}}, {"sessions": {name: True}}, (action,),
                (SideEffect(f"{name} loses all access"),), checks, left=(f"what {name} had",))  # fmt: skip


def test_plan_at_a_glance() -> None:
    """The summary says that nothing was changed and how the checks went; call, hash and side effect stand below it."""
    checks = (Check("it blocks the session", True, "proven"), Check("it blocks nobody else", None, "not asked"))
    view = step_view.plan_view(STEP, _plan(checks=checks))
    assert view.summary == (
        "Applying it would make 1 changing call. Nothing was changed yet. Of 2 checks 1 holds, 1 cannot be told."
    )
    page = Page(view.html())
    for told in ("iam PutRolePolicy: Put a policy on shop-web", "Side effect: shop-web loses all access.",
                 "Left as it is: what shop-web had.", f"SHA-256 {_plan(checks=checks).hash}"):  # fmt: skip
        assert told in page.words
    assert (
        page.words.index("cannot be told") < page.words.index("it blocks nobody else") < page.words.index("not asked")
    )


def test_change_is_told_by_signs() -> None:
    """What goes and what comes are marked by sign and by element; the calls open in full from the keyboard."""
    page = Page(step_view.plan_view(STEP, _plan()).html())
    tags = [tag for tag, _ in page.tags]
    assert tags.count("del") == 1
    assert tags.count("ins") == 3
    assert '-  "sessions": {}' in page.words
    assert tags.count("summary") == 2
    assert "The calls, exactly as they will be made" in page.words
    assert FOLDED in page.words
    assert all(named["tabindex"] == "0" and named["aria-label"] for tag, named in page.tags if tag == "pre")


def test_explanation_is_short_first() -> None:
    """Of a step, what it does and what it breaks are seen at once; the rest opens, and is there as text."""
    view = step_view.step_view(STEP, "Not applied in this case.")
    assert [name for name, _ in view.facts] == ["What it does", "What it breaks"]
    before, _, after = view.html().partition("<details")
    for name in ("Why", "What it leaves open", "Undo", "Source"):
        assert name not in Page(before).words
        assert name in Page(after).words
        assert f"{name}: " in view.text()


def test_hostile_plan() -> None:
    """A name that an attacker chose is text everywhere in the plan, with nothing hidden in it."""
    hostile = _plan(HOSTILE, (Check(HOSTILE, False, HOSTILE),))
    page, plain = (
        Page(step_view.plan_view(STEP, plan).html()) for plan in (hostile, _plan("x", (Check("y", False, "z"),)))
    )
    assert [tag for tag, _ in page.tags] == [tag for tag, _ in plain.tags]
    assert "\u202e" not in page.text + step_view.plan_view(STEP, hostile).text()


@pytest.mark.parametrize(("holds", "said"), [
    ((), ""),
    ((True,), "The check holds."),
    ((True, True), "All 2 checks hold."),
    ((True, False, None), "Of 3 checks 1 holds, 1 does NOT, 1 cannot be told."),
    ((False, False), "Of 2 checks 0 hold, 2 do NOT."),
])  # fmt: skip
def test_checks_in_a_sentence(holds: tuple[bool | None, ...], said: str) -> None:
    """A sentence counts the checks by their answer; one that is not known is never counted as holding."""
    assert checks_sentence([Check("a", one, "b") for one in holds]) == said


def test_text_says_the_same() -> None:
    """The view as plain text holds the checks with their answers."""
    text = step_view.plan_view(
        STEP, _plan(checks=(Check("it blocks nobody else", False, "it blocks one more"),))
    ).text()
    assert "- it blocks nobody else? NO: it blocks one more." in text
