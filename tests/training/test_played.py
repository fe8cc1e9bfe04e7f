"""Exercises played to their end in a simulated account, by gdkit's own steps, and scored by real calls."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from gdkit import stages
from gdkit.aws.simulation import ask_simulator
from gdkit.case.journal import broken_entry, read_entries
from gdkit.case.results import load_result
from gdkit.errors import CaseConflictError, CaseError, ResponseError
from gdkit.stages import common
from gdkit.stages.common import opened
from gdkit.training.acting import take_steps
from gdkit.training.course import answers, open_hint, opened_hints, record_answers
from gdkit.training.ending import standing_from
from gdkit.training.exercise import Asked, begin_exercise, open_exercise
from gdkit.training.score import cut_off
from gdkit.training.sealed import SCENARIOS
from tests.training.played import Exercise, kept_truths, rows, staged_exercise

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = [pytest.mark.xdist_group("exercises"), pytest.mark.usefixtures("unpaced")]

THEFTS = ("theft", "inside", "same-account")
RULE = {"owner": "netops", "reason": "our way out", "expires": "2027-01-31"}


@pytest.fixture
def exercise(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Exercise]:
    """Begin an exercise about the scenario that the test names."""
    scenario, seed = request.param
    with staged_exercise(tmp_path, scenario, seed) as begun:
        yield begun


def about(*scenarios: str, seed: int = 5) -> pytest.MarkDecorator:
    """Give the exercises of a test."""
    return pytest.mark.parametrize("exercise", [(name, seed) for name in scenarios], indirect=True, ids=scenarios)


@about(*SCENARIOS)
def test_everybody_works_at_the_beginning(exercise: Exercise) -> None:
    """Before anything was done, every credential that has not ended is answered, and the truth fits the scenario."""
    standing = standing_from(exercise.world.ended()["standing"])
    assert standing.tried
    assert [one for one in standing.tried if one.refused and not one.ended] == []
    assert (cut_off(standing), standing.rules) == ((), ())
    scenario, truth = exercise.truth.scenario, exercise.truth
    assert truth.situation == ("malicious" if scenario in THEFTS else "quiet" if scenario == "quiet" else "benign")
    assert bool(truth.expected["addresses"]) == (scenario in THEFTS)
    assert {one.side for one in standing.tried} == ({"thief", "grown", "bystander"} if scenario in THEFTS
                                                    else {"bystander"})  # fmt: skip


@about(*THEFTS)
def test_perfect_responder(exercise: Exercise) -> None:
    """Who names everything and takes gdkit's own steps has all points, by real calls of the thief and the others."""
    exercise.look_up()
    exercise.name_everything()
    exercise.decide("malicious")
    exercise.act("deny-session", "grown")
    document = exercise.end()
    assert [row for row in document["rows"] if row["points"] != row["of"]] == []
    assert document["total"] == 100
    assert exercise.end() == document, "an exercise that has ended keeps its score"
    assert broken_entry(read_entries(exercise.case.journal)) is None


@about("theft")
def test_whole_role(exercise: Exercise) -> None:
    """Who denies the whole role stops the thief, and is told whom he cut off, by name."""
    exercise.look_up()
    exercise.decide("malicious")
    exercise.act("deny-role")
    document = exercise.end()
    row, found = rows(document)["cut_off"], load_result(exercise.case)
    siblings = {one["instance_id"] for one in found["fleet"]} - {found["session"]["instance_id"]}
    assert len(siblings) == len(row["wrong"]) == 2
    assert all(any(name in said and "shop-web" in said for said in row["wrong"]) for name in siblings)
    assert rows(document)["stopped"]["points"] == 20
    shown = stages.score(str(exercise.case.path), end=False, interactive=False)
    assert all(any(name in note for note in shown.notes) for name in siblings)


@about("theft")
def test_theft_suppressed_and_a_sibling_isolated(exercise: Exercise) -> None:
    """A rule that hides the thief's finding and an instance put away for nothing cost points, each by name."""
    exercise.look_up()
    exercise.decide("benign")  # once it is judged malicious, no rule for it can be made any more
    sibling = next(one["instance_id"] for one in load_result(exercise.case)["fleet"] if not one["leaked"])
    address = str(dict(stages.finding(str(exercise.case.path)).facts)["Remote address"])
    exercise.act("suppression-rule", address=address, **RULE)
    exercise.decide("malicious")
    staged = exercise.world.about()
    ec2 = exercise.simulator.accounts.backend.client("ec2", staged["account_id"], staged["region"])
    ec2.stop_instances(InstanceIds=[sibling])
    document = exercise.end()
    assert rows(document)["hid_theft"]["points"] == -15
    assert any(sibling in said and "stopped" in said for said in rows(document)["cut_off"]["wrong"])
    assert rows(document)["stopped"]["points"] == 0


@about("onprem", "hub")
def test_trusted_address(exercise: Exercise) -> None:
    """Where the way out is the company's own, a verdict and a narrow rule earn everything, and nobody is contained."""
    exercise.look_up()
    exercise.name_everything()
    exercise.decide("benign")
    finding = stages.finding(str(exercise.case.path))
    remote = dict(finding.facts)
    told = {"address": str(remote["Remote address"])}
    if remote["Remote account"]:
        told = {"remote-account": str(remote["Remote account"])[:12]}
    exercise.act("suppression-rule", **told, **RULE)
    assert exercise.end()["total"] == 100


@about("onprem")
def test_trusted_address_contained(exercise: Exercise) -> None:
    """Who contains a harmless instance has cut it off, and is told so by its name."""
    exercise.look_up()
    exercise.decide("malicious")
    exercise.act("deny-session")
    document = exercise.end()
    instance_id = exercise.truth.expected["instance"][0].names[0]
    assert any(instance_id in said for said in rows(document)["cut_off"]["wrong"])
    assert (rows(document)["left_alone"]["points"], rows(document)["verdict"]["points"]) == (0, 0)


@about("quiet")
def test_nothing_is_wrong(exercise: Exercise) -> None:
    """Where nothing is wrong, a reasoned verdict and no act earn everything."""
    exercise.look_up()
    exercise.name_everything()
    exercise.decide("benign")
    assert exercise.end()["total"] == 100


@about("theft")
def test_nothing_betrays_the_truth(exercise: Exercise) -> None:
    """Before the end no file of the case and no switch of the account says what happened; after it all is said."""
    exercise.look_up()
    scenario, what = exercise.truth.scenario, exercise.truth.what
    texts = kept_truths(exercise.case)
    assert texts
    assert [text for text in texts if what in text or f'"{scenario}"' in text or '"expected"' in text] == []
    shown = stages.tabletop(str(exercise.case.path), scenario, 5).text()
    assert (what in shown, scenario in shown) == (False, False)
    url = exercise.simulator.url
    assert [ask_simulator(url, name) for name in ("truth", "state", "end", "faults")] == [None] * 4
    assert what not in json.dumps(ask_simulator(url, "about"))
    assert exercise.end()["truth"]["what"] == what


@about("quiet")
def test_answers_and_hints_are_kept(exercise: Exercise) -> None:
    """A later answer takes the place of an earlier one, a hint costs once, and after the end nothing more counts."""
    case = exercise.case
    record_answers(case, {"instance": "i-0aaa", "users": ["none"], "role": ""})
    record_answers(case, {"instance": "i-0bbb"})
    before = len(read_entries(case.journal))
    record_answers(case, {"instance": "i-0bbb"})
    assert len(read_entries(case.journal)) == before
    assert answers(case) == {"instance": ("i-0bbb",), "users": ()}
    assert "stages." in open_hint(case, "whose")
    open_hint(case, "whose")
    assert opened_hints(case) == ("whose",)
    assert rows(exercise.end())["hint"]["points"] == -2
    for late in (lambda: record_answers(case, {"role": "x"}), lambda: open_hint(case, "act")):
        with pytest.raises(CaseError, match="has ended"):
            late()
    assert record_answers(case, {"instance": "i-0bbb"})["users"] == ()


@about("quiet")
def test_another_exercise_is_refused(exercise: Exercise, tmp_path: Path) -> None:
    """A folder that holds another exercise, or something else, is left as it is."""
    for asked in (Asked("theft"), Asked("quiet", 6), Asked("", 5)):
        with pytest.raises(CaseConflictError, match="another exercise"):
            begin_exercise(exercise.case.path, asked)
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "mine.txt").write_text("keep")
    with pytest.raises(CaseConflictError, match="holds no exercise"):
        begin_exercise(tmp_path / "notes", Asked("quiet"))
    with pytest.raises(CaseError, match="holds no exercise"):
        open_exercise(tmp_path / "notes")
    assert begin_exercise(exercise.case.path, Asked()).path == exercise.case.path


def test_steps_at_once_are_for_exercises() -> None:
    """Outside an exercise no step is taken without its plan being read."""
    with pytest.raises(ResponseError, match="in an exercise alone"):
        take_steps(opened(""), [("deny-session", {})])


@about("quiet")
def test_no_name_means_the_exercise(exercise: Exercise, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a notebook that began an exercise without a folder, no name means that exercise, for every stage."""
    monkeypatch.setattr(common, "_unnamed", [])
    with pytest.raises(CaseError, match=r"no exercise was begun.*stages\.tabletop first"):
        stages.score("", end=False, interactive=False)
    common.take_for_unnamed(exercise.case)
    assert "goes on" in stages.score("", end=False, interactive=False).summary
    assert dict(stages.begin("").facts)["Case folder"] == exercise.case.path
