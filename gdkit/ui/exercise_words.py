"""What an exercise says: the call in the night, the questions and what was answered, the score with its reasons."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from gdkit.ui.view import View
from gdkit.ui.words import many

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gdkit.model import Finding, Subject
    from gdkit.training.catalogue import Part
    from gdkit.training.model import Answers, Score, ScoreRow

_RULES = (
    "This is an exercise: the account is simulated, and nothing that you do here reaches a real one.",
    "Work as you would in the night: with the notebooks 1_triage to 5_recover on this case folder, with the gdkit "
    "commands on it, or with calls of your own.",
    "The clock runs. A question that has no answer is answered with none; one that is left open earns nothing.",
    "Each part has a hint. Opening it costs points, once.",
)
STAMP = "EXERCISE on a simulated account"
_TEMPORARY = "The case folder is temporary: set the parameter case to a folder of yours to keep the exercise."
_ASKED = "whose credentials, from where, what grew from it, how it began, whether the address is trusted; and then: act"
_ENDED = "The exercise has ended and its account was stopped: what follows shows what was recorded."
_HANDS = ("an analyst's role that reads both accounts, a responder's role that may change things, and the company's "
          "networks.yaml (it lies in the case)")  # fmt: skip


def situation(subject: Subject, facts: Sequence[tuple[str, object]], notes: Sequence[str]) -> View:
    """Tell the situation as a responder meets it; nothing of it says what really happened.

    Args:
        subject: what the exercise is about: a finding, or an instance where GuardDuty is silent.
        facts: where the exercise is and since when.
        notes: what else is to be known of it.
    """
    summary, caller = _alarm(subject.finding) if subject.finding else _question(subject.instance_id or "an instance")
    told = [("The caller", caller), ("Asked of you", _ASKED), ("In your hands", _HANDS), *facts]
    return View("The call", summary, told, [*_RULES, *notes], stamp=STAMP, loads_tables=True)


def standing_notes(*, anew: Mapping[str, Any] | None, kept: bool, ended: bool) -> list[str]:
    """Say what is to be known of where an exercise stands.

    Args:
        anew: what was said when the account was made anew; None where it never was.
        kept: whether the folder stays when the notebook is closed.
        ended: whether it has ended.
    """
    notes = [] if kept else [_TEMPORARY]
    notes += [] if anew is None else [_made_anew(anew)]
    return [*notes, _ENDED] if ended else notes


def answered(part: Part, given: Answers, hint: str) -> View:
    """Show the questions of a part with what was answered; not whether it is right."""
    facts = [(question.asks, _answer(given.get(question.name))) for question in part.questions]
    count = sum(question.name in given for question in part.questions)
    summary = f"{count} of {many(len(facts), 'question')} answered." if facts else "No question; what you do counts."
    return View(part.title, summary, facts, [f"Hint: {hint}"] if hint else [])


def score_view(document: Mapping[str, Any], score: Score) -> View:
    """Show the score, row by row, each with its reason; and what really happened."""
    course, truth = document["course"], document["truth"]
    facts = [("What really happened", truth["what"]), *_times(course), *((row.what, row_words(row))
                                                                         for row in score.rows)]  # fmt: skip
    cut = [name for row in score.rows if row.name == "cut_off" for name in row.wrong]
    notes = [f"You cut off somebody who did nothing: {name}." for name in cut]
    summary = f"{score.total} of 100 points."
    summary += f" {many(len(cut), 'bystander')} lost access." if cut else ""
    return View("Score", summary, facts, notes, stamp=STAMP)


def not_ended(open_questions: Sequence[str], verdict: str) -> View:
    """Say that the exercise goes on, and what is still open of it."""
    facts = [("Open questions", ", ".join(open_questions) or "none"), ("Verdict", verdict)]
    return View("Score", "The exercise goes on; its score is shown at the end.", facts,
                ["When it is ended, the account is stopped, and nothing more counts."])  # fmt: skip


def row_words(row: ScoreRow) -> str:
    """Say a row of a score in lines: points and reason, then what was found, missed and wrong."""
    lines = [f"{row.points} of {row.of}: {row.said}" if row.of else f"{row.points}: {row.said}"]
    named = (("Found", row.found), ("Missed", row.missed), ("Wrong", row.wrong))
    return "\n".join([*lines, *(f"{name}: {', '.join(things)}" for name, things in named if things)])


def _alarm(finding: Finding) -> tuple[str, str]:
    place = finding.remote.address or "a place that it does not name"
    severity = "" if finding.severity is None else f", severity {finding.severity:g}"
    return (
        f"Your phone rings. GuardDuty{severity}: credentials of an instance are used from {place}.",
        f"the monitoring desk: it has the finding {finding.id}, and nobody who can say what it means",
    )


def _question(instance_id: str) -> tuple[str, str]:
    return (
        f"Your phone rings. There is no alert; somebody asks whether {instance_id} is used by itself alone.",
        "the shop's engineer on call: she has read of stolen instance credentials and is not at ease; GuardDuty "
        "reports nothing",
    )


def _made_anew(told: Mapping[str, Any]) -> str:
    failed = told["failed"]
    said = f"The simulated account had been lost and was made anew: {many(int(told['again']), 'change')} made again"
    return f"{said}, {len(failed)} of them could not be: {'; '.join(failed[:5])}." if failed else f"{said}."


def _answer(given: tuple[str, ...] | None) -> str | None:
    return None if given is None else "\n".join(given) or "none"


def _times(course: Mapping[str, Any]) -> list[tuple[str, object]]:
    """Give how long it took to the verdict and to the first Deny that is in force."""
    begun = datetime.fromisoformat(course["begun_at"])
    named = (("Time to the verdict", "verdict_at"), ("Time to the Deny", "denied_at"), ("Time to the rule", "ruled_at"))
    return [(name, f"{(datetime.fromisoformat(course[key]) - begun).total_seconds() / 60:.0f} min")
            for name, key in named if course[key]]  # fmt: skip
