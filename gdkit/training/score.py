"""The score of an exercise: pure functions from what is true, what was said and what stands, to rows with reasons."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gdkit.training.catalogue import FIELDS, Award, Cost, awards, costs
from gdkit.training.model import Score, ScoreRow
from gdkit.training.naming import hold_against

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from gdkit.training.model import Answers, Course, Standing, Tried, Truth

NOBODY_DECIDED = "no verdict was recorded, and to decide nothing is no decision"


@dataclass(frozen=True, slots=True)
class Played:
    """An exercise that was played: everything that its score is made of."""

    truth: Truth
    answers: Answers
    course: Course
    standing: Standing

    @property
    def verdict_is_right(self) -> bool:
        """Whether the verdict in force fits what happened."""
        return self.course.verdict == ("malicious" if self.truth.situation == "malicious" else "benign")

    @property
    def thief_is_stopped(self) -> bool:
        """Whether nothing is answered to the thief's credentials any more."""
        mine = [one for one in self.standing.tried if one.side == "thief"]
        return bool(mine) and all(one.stopped for one in mine)


def score(played: Played) -> Score:
    """Score an exercise by the table of points."""
    situation = played.truth.situation
    rows = [_JUDGES.get(award.name, _named)(award, played) for award in awards() if situation in award.points]
    return Score((*rows, *(row for row in _costs(played) if row.points)))


def cut_off(standing: Standing) -> tuple[str, ...]:
    """Name those who did nothing and lost access, each once, with how."""
    lost: dict[str, str] = {}
    for one in standing.tried:
        if one.side == "bystander" and one.refused and not one.ended:
            when = "until its next credential" if one.credential == "in use" else "with its next credential too"
            lost[one.who] = f"{one.who}: {', '.join(one.refused)} ({when})"
    for machine in standing.machines:
        if machine.side == "bystander" and machine.became:
            lost[machine.who] = f"{machine.who}: {machine.became}"
    return tuple(lost.values())


def _row(award: Award, played: Played, share: float, said: str) -> ScoreRow:
    most = award.points[played.truth.situation]
    return ScoreRow(award.name, award.what, round(share * most), most, said)


def _named(award: Award, played: Played) -> ScoreRow:
    """Judge what was named for an award."""
    truth, answered = played.truth, [name for name in FIELDS[award.name] if name in played.answers]
    given = [text for name in answered for text in played.answers[name]]
    found = hold_against(given, truth.expected.get(award.name, ()), truth.accepted.get(award.name, ()))
    said = "right" if found.share == 1 else "not all of it right" if found.found else "not right"
    if found.share == 1 and not found.found:
        said = "right: there is nothing to name"
    row = _row(award, played, found.share if answered else 0.0, said if answered else "not answered")
    return ScoreRow(row.name, row.what, row.points, row.of, row.said, found.found, found.missed, found.wrong)


def _verdict(award: Award, played: Played) -> ScoreRow:
    said = f"you said {played.course.verdict}" if played.course.verdict_at else "none was recorded"
    return _row(award, played, float(played.verdict_is_right), said)


def _stopped(award: Award, played: Played) -> ScoreRow:
    mine = [one for one in played.standing.tried if one.side == "thief"]
    stopped = [one for one in mine if one.stopped]
    return _row(award, played, len(stopped) / len(mine) if mine else 0.0, "; ".join(map(_answered, mine)))


def _answered(one: Tried) -> str:
    """Say whether a credential is still answered."""
    if one.ended:
        return f"{one.who}: ended by the clock"
    if one.stopped:
        return f"{one.who}: refused, whatever was tried ({len(one.refused)})"
    return f"{one.who}: still answered ({', '.join(one.passed)})"


def _grown_stopped(award: Award, played: Played) -> ScoreRow:
    """Judge what grew; what the clock ended counts for nobody, and where nothing else grew the thief's access does."""
    alive = {one.who: one.stopped for one in played.standing.tried if one.side == "grown" and not one.ended}
    alive |= {one.who: bool(one.became) for one in played.standing.machines if one.side == "grown"}
    if not alive:
        said = "nothing that grew was alive any more; counted with the thief's own access"
        return _row(award, played, float(played.thief_is_stopped), said)
    said = "; ".join(f"{who}: {'contained' if held else 'still alive'}" for who, held in alive.items())
    return _row(award, played, sum(alive.values()) / len(alive), said)


def _left_alone(award: Award, played: Played) -> ScoreRow:
    if played.course.verdict_at is None:
        return _row(award, played, 0.0, NOBODY_DECIDED)
    lost = cut_off(played.standing)
    return _row(award, played, float(not lost), "; ".join(lost) or "everybody goes on")


def _suppressed(award: Award, played: Played) -> ScoreRow:
    rules = [rule for rule in played.standing.rules if rule.hides_reported]
    if not rules:
        return _row(award, played, 0.0, "no rule of yours meets the finding")
    wide = [rule.name for rule in rules if rule.hides_others]
    said = f"{', '.join(wide)} also hides other uses" if wide else f"{', '.join(rule.name for rule in rules)} is narrow"
    return _row(award, played, 0.5 if wide else 1.0, said)


def _in_time(award: Award, played: Played, at: datetime | None, *, counts: bool) -> ScoreRow:
    if at is None or not counts:
        return _row(award, played, 0.0, "no points: this was not done, so there is no time to judge")
    minutes = (at - played.course.begun_at).total_seconds() / 60
    within = award.within_min or 0
    said = f"after {minutes:.0f} min; in time is {within} min"
    return _row(award, played, float(minutes <= within), said)


def _verdict_time(award: Award, played: Played) -> ScoreRow:
    return _in_time(award, played, played.course.verdict_at, counts=played.verdict_is_right)


def _containment_time(award: Award, played: Played) -> ScoreRow:
    return _in_time(award, played, played.course.denied_at, counts=played.thief_is_stopped)


def _suppression_time(award: Award, played: Played) -> ScoreRow:
    counts = any(rule.hides_reported for rule in played.standing.rules)
    return _in_time(award, played, played.course.ruled_at, counts=counts)


_JUDGES: Mapping[str, Callable[[Award, Played], ScoreRow]] = {
    "verdict": _verdict,
    "stopped": _stopped,
    "grown_stopped": _grown_stopped,
    "left_alone": _left_alone,
    "suppressed": _suppressed,
    "verdict_time": _verdict_time,
    "containment_time": _containment_time,
    "suppression_time": _suppression_time,
}
"""Who judges an award that is not for naming things."""


def _costs(played: Played) -> list[ScoreRow]:
    """Give what cost points, rows of no points among them."""
    table, truth = costs(), played.truth
    lost = cut_off(played.standing)
    hiding = tuple(rule.name for rule in played.standing.rules if rule.hides_reported)
    return [
        _cost(table["hint"], len(played.course.hints), f"opened: {', '.join(played.course.hints)}"),
        _cost(table["cut_off"], len(lost), f"{len(lost)} lost access and had done nothing", lost),
        _cost(table["hid_theft"], len(hiding) if truth.situation == "malicious" else 0, "taken out, it shows again",
              hiding),
    ]  # fmt: skip


def _cost(cost: Cost, times: int, said: str, wrong: tuple[str, ...] = ()) -> ScoreRow:
    return ScoreRow(cost.name, cost.what, -min(cost.points * times, cost.most), 0, said, wrong=wrong)
