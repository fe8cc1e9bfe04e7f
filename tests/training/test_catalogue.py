"""What is asked and what it earns, as data."""

from __future__ import annotations

from itertools import chain
from pathlib import Path

import pytest

from gdkit.errors import CaseError, ParameterError
from gdkit.simulator.scenarios.catalogue import SCENARIOS as PLAYED
from gdkit.training.catalogue import FIELDS, awards, checked_answer, part_named, parts, questions
from gdkit.training.naming import hold_against
from gdkit.training.page import as_markdown
from gdkit.training.sealed import SCENARIOS, drawn_scenario, unseal


def test_every_question_counts() -> None:
    """Each question belongs to one award, and each award for names asks at least one question."""
    asked = list(chain.from_iterable(FIELDS.values()))
    assert sorted(asked) == sorted(questions())
    assert FIELDS.keys() <= {award.name for award in awards()}


def test_every_part_has_a_hint() -> None:
    """Each part has a title and a hint that names where to look."""
    assert all(part.title and "stages." in part.hint for part in parts().values())
    with pytest.raises(ParameterError, match=r"is no part of the exercise.*whose, where"):
        part_named("wherefore")


def test_scenarios_are_the_simulators() -> None:
    """An exercise can be about every scenario that the simulator plays, and about no other; a seed draws each."""
    assert tuple(PLAYED) == SCENARIOS
    assert {drawn_scenario(seed) for seed in range(60)} == set(SCENARIOS)


@pytest.mark.parametrize(("name", "given", "kept"), [
    ("instance", " i-0aaa ", ("i-0aaa",)), ("instance", "", None), ("instance", "none", ()),
    ("users", ["a", " ", "b"], ("a", "b")), ("users", [], None), ("users", ["none"], ()),
    ("contain", "the whole role", ("the whole role",)), ("metadata_version", "none", ()),
])  # fmt: skip
def test_answer_as_it_is_kept(name: str, given: str | list[str], kept: tuple[str, ...] | None) -> None:
    """An answer is kept without spaces around it; none is an answer, and nothing is not."""
    assert checked_answer(name, given) == kept


@pytest.mark.parametrize(("name", "given", "told"), [
    ("colour", "red", "is no question.*choose instance, role"),
    ("instance", ["i-0aaa", "i-0bbb"], "one answer"),
    ("users", ["svc-backup", "none"], "one answer"),
    ("metadata_version", "1", "'1' is not a value.*1.0, 2.0, none"),
])  # fmt: skip
def test_answer_that_does_not_fit(name: str, given: str | list[str], told: str) -> None:
    """An answer that does not fit its question is refused, with what it takes."""
    with pytest.raises(ParameterError, match=told):
        checked_answer(name, given)


def test_page_is_as_the_tables() -> None:
    """The page of the documentation says what the tables say."""
    assert Path("docs/tabletop.md").read_text(encoding="utf-8") == as_markdown(), "run: make docs"


def test_nothing_to_name() -> None:
    """Where there is nothing, none is right and any name is wrong."""
    assert hold_against([], []).share == 1
    assert hold_against(["x"], []).share == 0


@pytest.mark.parametrize("text", ["", "no base64!", "eJw=", "e30="])
def test_damaged_envelope(text: str) -> None:
    """An envelope that was changed is told as such."""
    with pytest.raises(CaseError, match="was changed and cannot be read"):
        unseal(text)
