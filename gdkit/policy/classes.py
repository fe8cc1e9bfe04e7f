"""Classes of requests of one session: on each side, requests that policies cannot tell apart are one class.

Where the values of a side are known to be complete, its classes are exact. Where they are not (patterns that overlap in
too many ways, a key compared in two ways, a variable that ties one key to another), there are two sets of sides. In the
*wide* one the questions of such a side are free: each may be met or not, whatever the others are. It holds every real
request, so what is not found in it does not exist. The *shown* one holds real values only: what is found in it exists.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING

from gdkit.policy.questions import ACTION, RESOURCE
from gdkit.policy.request import Request
from gdkit.policy.search import Side, side_of
from gdkit.policy.sides import SideValues, Standing
from gdkit.policy.tied import groups, joint_side

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

    from gdkit.policy.questions import Asked, Bits, Question
    from gdkit.policy.sessions import RoleSession


@dataclass(frozen=True, slots=True)
class Classes:
    """The classes of a session's requests.

    Attributes:
        start: the statements that can apply to the session at all.
        wide: sides that hold every real request, and where ``gaps`` are, more.
        shown: sides that hold real requests only, and where ``gaps`` are, not all.
        gaps: why the two differ, in words.
    """

    start: Bits
    wide: tuple[Side, ...]
    shown: tuple[Side, ...]
    gaps: tuple[str, ...]

    @property
    def number(self) -> int:
        """How many combinations of classes there are."""
        return prod(len(side.classes) for side in self.wide)


class Classifier:
    """Gives the classes of sessions; sessions that the policies cannot tell apart share them.

    Args:
        asked: what the policies ask.
        sessions: all sessions; one of any other name is none of these.
    """

    def __init__(self, asked: Asked, sessions: Sequence[RoleSession]) -> None:
        self._asked = asked
        self._known = tuple(dict.fromkeys(one.user_id for one in sessions if not one.any_name))
        self._values = SideValues()
        self._classes: dict[Hashable, Classes] = {}

    def of(self, session: RoleSession) -> Classes:
        """Give the classes of a session's requests."""
        standing = _standing(session, self._known)
        request = Request("gdkit:Any", "*", standing.fixed)
        start, open_questions = self._asked.every, []
        for question in self._asked.questions:
            if _is_open(question, standing):
                open_questions.append(question)
            elif not question.met(request):
                start &= ~question.users
        alive = [one for one in open_questions if one.users & start]
        same = (start, standing.limits(alive), *(standing.expanded(one) for one in alive))
        if same not in self._classes:
            self._classes[same] = self._made(start, alive, standing)
        return self._classes[same]

    def _made(self, start: Bits, questions: list[Question], standing: Standing) -> Classes:
        plain: dict[str, list[Question]] = {ACTION: [], RESOURCE: []}
        ties: list[Question] = []
        for one in questions:
            if standing.touched(one) == {one.side} and not one.variables & {one.side}:
                plain.setdefault(one.side, []).append(one)
            else:
                ties.append(one)
                plain |= {side: [] for side in standing.touched(one) if side not in plain}
        wide, shown, gaps = [], [], []
        grouped = groups([standing.touched(one) for one in ties])
        for side, asking in plain.items():
            values = self._values.of(side, asking, standing)
            made = side_of(iter(values.classes))
            wide += [made] if not values.gap else [self._alone(one, standing) for one in asking]
            gaps += [values.gap] if values.gap else []
            shown += [] if any(side in group for group in grouped) else [made]
        for group in grouped:
            tied = [one for one in ties if standing.touched(one) <= group]
            wide += [_free(one) for one in tied]
            gaps.append(f"a variable ties {' and '.join(sorted(group))} to each other")
            shown.append(joint_side({side: plain[side] for side in group}, tied, standing, self._values))
        return Classes(start, tuple(wide), tuple(shown), tuple(gaps))

    def _alone(self, question: Question, standing: Standing) -> Side:
        """Give the classes of one question as if no other were about its side."""
        values = self._values.of(question.side, [question], standing)
        return _free(question) if values.gap else side_of(iter(values.classes))


def _standing(session: RoleSession, known: tuple[str, ...]) -> Standing:
    fixed = session.context()
    if session.any_name:
        fixed.pop("aws:userid")
    return Standing(fixed, session, known)


def _is_open(question: Question, standing: Standing) -> bool:
    return question.side in (ACTION, RESOURCE) or bool(standing.touched(question))


def _free(question: Question) -> Side:
    """Make a side of a question that may be met or not, whatever the rest of the request is."""
    return Side((((), 0), ((), question.users)), question.users)
