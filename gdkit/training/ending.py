"""The end of an exercise: the account is asked how it stands and what really happened, and the score is kept."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from gdkit.case.files import read_json, write_json
from gdkit.case.folder import case_analyst
from gdkit.case.journal import append_entry
from gdkit.model import utc_text
from gdkit.training.course import answers, course_of
from gdkit.training.exercise import has_ended, score_file
from gdkit.training.link import end_account
from gdkit.training.model import Machine, Rule, Score, ScoreRow, Standing, Thing, Tried, Truth
from gdkit.training.score import Played, score

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gdkit.case.folder import CaseFolder

ENDED = "exercise: ended"


def end_exercise(case: CaseFolder) -> dict[str, Any]:
    """End an exercise and score it; one that has ended keeps its score. Its account is stopped.

    Returns:
        The document of the score, as ``score.json`` holds it: what happened, the rows, the total.

    Raises:
        CaseError: the account does not answer; it is taken up again by beginning the exercise again.
        CaseWriteError: the score cannot be written.
    """
    if not has_ended(case):
        ended = end_account(case)
        truth = truth_from(ended["truth"])
        played = Played(truth, answers(case), course_of(case), standing_from(ended["standing"]))
        found = score(played)
        append_entry(case.journal, actor=case_analyst(case), act=ENDED, detail={"total": found.total})
        write_json(score_file(case), _document(played, found))
    return kept_score(case)


def kept_score(case: CaseFolder) -> dict[str, Any]:
    """Give the document of the score of an exercise that has ended.

    Raises:
        CaseError: it has not, or the file is damaged.
    """
    document: dict[str, Any] = read_json(score_file(case))
    return document


def score_from(document: Mapping[str, Any]) -> Score:
    """Read a score from its document."""
    rows = (ScoreRow(**{**row, **{name: tuple(row[name]) for name in ("found", "missed", "wrong")}})
            for row in document["rows"])  # fmt: skip
    return Score(tuple(rows))


def truth_from(document: Mapping[str, Any]) -> Truth:
    """Read what really happened from what the account told."""
    expected = {name: tuple(Thing(one["what"], tuple(one["names"])) for one in things)
                for name, things in document["expected"].items()}  # fmt: skip
    accepted = {name: tuple(names) for name, names in document["accepted"].items()}
    return Truth(document["scenario"], document["what"], document["situation"], expected, accepted)


def standing_from(document: Mapping[str, Any]) -> Standing:
    """Read how the account stands from what it told."""
    tried = (Tried(**{**one, "passed": tuple(one["passed"]), "refused": tuple(one["refused"])})
             for one in document["tried"])  # fmt: skip
    machines, rules = (Machine(**one) for one in document["machines"]), (Rule(**one) for one in document["rules"])
    return Standing(tuple(tried), tuple(machines), tuple(rules))


def _document(played: Played, found: Score) -> dict[str, Any]:
    course = {name: utc_text(value) if isinstance(value, datetime) else value
              for name, value in asdict(played.course).items()}  # fmt: skip
    return {"ended_at": utc_text(datetime.now(UTC).replace(microsecond=0)), "total": found.total,
            "rows": [asdict(row) for row in found.rows], "course": course, "answers": dict(played.answers),
            "truth": asdict(played.truth), "standing": asdict(played.standing)}  # fmt: skip
