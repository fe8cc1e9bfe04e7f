"""The trusted IP list is explained, and never used."""

from __future__ import annotations

from gdkit.response.catalogue import MODULES, step_named
from gdkit.response.trusted.explain import TRUSTED_LIST

TRUSTED = [step_named(name) for name, module in MODULES.items() if module.startswith("trusted.")]


def test_no_step_makes_a_trusted_list() -> None:
    """No step about a trusted address may make or change a list, a detector or a member, and none deletes a finding."""
    assert len(TRUSTED) == 3
    declared = {action for step in TRUSTED for action in step.operations}
    assert {
        action for action in declared if "IPSet" in action or "EntitySet" in action or "Detector" in action
    } == set()
    assert {action for action in declared if ":Delete" in action} == {"guardduty:DeleteFilter"}


def test_the_list_is_explained() -> None:
    """Who plans a rule reads what a trusted IP list would do instead."""
    assert "no finding of any type" in TRUSTED_LIST
    assert TRUSTED_LIST in step_named("suppression-rule").explanation.leaves_open


def test_every_text_is_there() -> None:
    """Each step says what, why, what breaks, what stays open, how it is undone and what that rests on."""
    for step in TRUSTED:
        texts = step.explanation
        assert all([texts.what, texts.why, texts.breaks, texts.leaves_open, texts.undo, texts.source]), step.name
        assert step.phase == "trusted address"
