"""The values of an exercise: what is asked and answered, what is true, what stands at the end, and the score."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from datetime import datetime

Situation = Literal["malicious", "benign", "quiet"]
"""``malicious``: somebody stole the credentials; ``benign``: nobody did, for all the finding; ``quiet``: no finding."""

Side = Literal["thief", "grown", "bystander"]
"""Whose a credential or machine is: the thief's own, what he made or took with it, or somebody's who did nothing."""

NONE = "none"
"""The word by which a trainee says that there is nothing; an answer that was never given is another thing."""

Answers: TypeAlias = Mapping[str, tuple[str, ...]]
"""What was answered, by question; empty for "none". A question that was not answered is not in it."""


@dataclass(frozen=True, slots=True)
class Thing:
    """One thing that is to be named.

    Attributes:
        what: it in words, for the score.
        names: every name by which it counts as named, in lower case: name, id, last part of an ARN.
    """

    what: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Truth:
    """What really happened.

    Attributes:
        scenario: name of the scenario.
        what: what happened, in a sentence.
        expected: what is to be named, by the award that it earns.
        accepted: names that are neither missed nor wrong, by award, such as an address that the workload uses too.
    """

    scenario: str
    what: str
    situation: Situation
    expected: Mapping[str, tuple[Thing, ...]]
    accepted: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Tried:
    """A credential that was tried at the end, by real calls that its holder made before.

    Attributes:
        who: its holder, in words.
        credential: ``in use``, or ``next``: the one that the host would be given now.
        passed: calls that were answered.
        refused: calls that were not, each with the error's code.
        ended: it had come to its end by the clock, whatever the trainee did.
    """

    who: str
    side: Side
    credential: str
    passed: tuple[str, ...]
    refused: tuple[str, ...]
    ended: bool = False

    @property
    def stopped(self) -> bool:
        """Whether nothing is answered to it any more."""
        return not self.passed


@dataclass(frozen=True, slots=True)
class Machine:
    """An instance at the end.

    Attributes:
        became: what became of it since the beginning, in words: ``stopped``, ``isolated``; empty where nothing did.
    """

    who: str
    side: Side
    became: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """A suppression rule that was made or changed during the exercise.

    Attributes:
        hides_reported: it meets the finding of the exercise.
        hides_others: it also meets the same finding with a stranger's address, or of another role.
    """

    name: str
    hides_reported: bool
    hides_others: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """How the simulated account stands at the end."""

    tried: tuple[Tried, ...] = ()
    machines: tuple[Machine, ...] = ()
    rules: tuple[Rule, ...] = ()


@dataclass(frozen=True, slots=True)
class Course:
    """What the trainee did and when, by the journal.

    Attributes:
        verdict: the one in force; ``undetermined`` where none was recorded.
        verdict_at: when it was recorded; None where none was.
        denied_at: when the first Deny that is in force was put in place; None where none is.
        ruled_at: when the first suppression rule was put in place; None where none was.
        hints: parts of which the hint was opened.
    """

    begun_at: datetime
    verdict: str = "undetermined"
    verdict_at: datetime | None = None
    denied_at: datetime | None = None
    ruled_at: datetime | None = None
    hints: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ScoreRow:
    """One row of a score.

    Attributes:
        name: of the award or the cost.
        points: earned; below zero for a cost.
        of: what could be earned; 0 for a cost.
        said: why so many, in a sentence.
    """

    name: str
    what: str
    points: int
    of: int
    said: str
    found: tuple[str, ...] = ()
    missed: tuple[str, ...] = ()
    wrong: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Score:
    """The score of an exercise: rows in the order of the table, and their sum, never below zero."""

    rows: tuple[ScoreRow, ...]

    @property
    def total(self) -> int:
        """The points, 0 to 100."""
        return max(0, sum(row.points for row in self.rows))
