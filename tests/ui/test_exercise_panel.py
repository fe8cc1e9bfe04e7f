"""The panels of an exercise: what they ask, record and show, by their own methods and by their buttons."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gdkit import stages
from gdkit.case.journal import read_entries
from gdkit.errors import ParameterError
from gdkit.training.course import answers, opened_hints
from gdkit.ui.exercise_panel import CONFIRMED, EndPanel, QuestionPanel
from tests.report.markup import Page
from tests.training.played import Exercise, staged_exercise

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.xdist_group("exercises")


@pytest.fixture(scope="module")
def exercise(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Exercise]:
    """Begin an exercise once; the tests go on one after another."""
    with staged_exercise(tmp_path_factory.mktemp("panels"), "quiet", 3) as begun:
        yield begun


def _panel(exercise: Exercise, part: str) -> QuestionPanel:
    panel = stages.question(str(exercise.case.path), part, interactive=True)
    assert isinstance(panel, QuestionPanel)
    return panel


def test_answers_are_recorded(exercise: Exercise) -> None:
    """What the fields say is recorded by the button; a field that is left empty stays open."""
    panel = _panel(exercise, "whose")
    panel.fields["instance"].value = " i-0aaa "
    panel.save_button.click()
    assert panel.status.value == "1 of 2 questions answered."
    assert answers(exercise.case) == {"instance": ("i-0aaa",)}


def test_several_names(exercise: Exercise) -> None:
    """Names stand one a line or with commas between, and none says that there is nothing."""
    panel = _panel(exercise, "grown")
    panel.fields["users"].value = "svc-backup, other\nthird"
    panel.fields["keys"].value = "none"
    panel.save()
    given = answers(exercise.case)
    assert (given["users"], given["keys"]) == (("svc-backup", "other", "third"), ())


def test_new_kernel_shows_what_was_recorded(exercise: Exercise) -> None:
    """A panel that is made anew, as after a restart of the kernel, is filled with what the case folder holds."""
    again = _panel(exercise, "grown")
    assert again.fields["users"].value == "svc-backup\nother\nthird"
    assert again.fields["keys"].value == "none"
    assert again.fields["roles"].value == ""
    assert "2 of 4 questions answered." in again._repr_mimebundle_()["text/plain"]


def test_wrong_answer_is_told(exercise: Exercise) -> None:
    """An answer that does not fit is told in the panel and stands in the journal; nothing is recorded."""
    panel, before = _panel(exercise, "grown"), answers(exercise.case)
    panel.fields["users"].value = "none, somebody"
    panel.save_button.click()
    assert "Not done. question users: it takes one answer" in panel.status.value
    assert read_entries(exercise.case.journal)[-1]["act"] == "error"
    assert answers(exercise.case) == before


def test_choices_hold_no_answer_yet(exercise: Exercise) -> None:
    """A choice begins as not answered, and offers none beside its choices."""
    field = _panel(exercise, "begun").fields["metadata_version"]
    assert (field.value, [value for _, value in field.options]) == ("", ["", "1.0", "2.0", "none"])


def test_any_error_is_told(exercise: Exercise, monkeypatch: pytest.MonkeyPatch) -> None:
    """An error that is not gdkit's own is shown too, by its kind, and stands in the journal."""

    def broken(*_given: object) -> None:
        raise KeyError("users")

    monkeypatch.setattr("gdkit.ui.exercise_panel.record_answers", broken)
    panel = _panel(exercise, "grown")
    panel.save_button.click()
    assert Page(panel.status.value).text == "Not done. gdkit failed: KeyError: 'users'"
    assert read_entries(exercise.case.journal)[-1]["detail"] == {"error": "gdkit failed: KeyError: 'users'"}


def test_hint_is_opened_once(exercise: Exercise) -> None:
    """The hint is hidden until its button is pressed, says what it costs, and stays open in a new kernel."""
    panel = _panel(exercise, "act")
    assert panel.hint.value == ""
    assert "costs 2 points" in panel.hint_button.description
    panel.hint_button.click()
    assert "stages.response_order(case)" in Page(panel.hint.value).text
    assert opened_hints(exercise.case) == ("act",)
    again = _panel(exercise, "act")
    assert again.hint.value == panel.hint.value
    assert again.hint_button.disabled


def test_ended_by_a_typed_word(exercise: Exercise) -> None:
    """The exercise ends when the word is typed, shows the score in the panel, and has no button after that."""
    panel = stages.score(str(exercise.case.path), end=False, interactive=True)
    assert isinstance(panel, EndPanel)
    with pytest.raises(ParameterError, match=CONFIRMED):
        panel.end()
    panel.button.click()
    assert "Not done." in panel.status.value
    assert "goes on" in panel.shown.value
    panel.word.value = CONFIRMED
    panel.button.click()
    assert panel.status.value == "The exercise has ended."
    assert "of 100 points" in panel.shown.value
    again = stages.score(str(exercise.case.path), end=False, interactive=True)
    assert isinstance(again, EndPanel)
    assert "of 100 points" in again._repr_mimebundle_()["text/html"]
    assert all(again.button not in getattr(one, "children", ()) for one in again._box.children)


def test_nothing_counts_after_the_end(exercise: Exercise) -> None:
    """After the end the panel tells that nothing more counts."""
    panel = _panel(exercise, "whose")
    panel.fields["role"].value = "shop-web"
    panel.save_button.click()
    assert "the exercise has ended" in panel.status.value
