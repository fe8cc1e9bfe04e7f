"""The values to try on one side of a session's requests, and which statements each of them rules out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from gdkit.policy.conditions import wanted
from gdkit.policy.globs import ONE_INSIDE
from gdkit.policy.operators import parse_operator
from gdkit.policy.patterns import MANY_INSIDE, Tokens, resource_template
from gdkit.policy.places import action_patterns, actions_of, covered, resources_of
from gdkit.policy.questions import ACTION, RESOURCE
from gdkit.policy.request import Request
from gdkit.policy.sessions import ALWAYS_THERE, NEVER_THERE
from gdkit.policy.values import KINDS, MULTIVALUED, Comparison, Domain, several, values_of

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Sequence

    from gdkit.policy.questions import Bits, Question
    from gdkit.policy.search import Assignment
    from gdkit.policy.sessions import RoleSession

Value: TypeAlias = str | tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Standing:
    """What is settled about a session's requests before anything else of them is known.

    Attributes:
        fixed: the condition keys that the session fixes, lower case.
        session: the session.
        known: the user ids of all sessions that have names.
    """

    fixed: dict[str, str]
    session: RoleSession
    known: tuple[str, ...]

    def is_free(self, key: str) -> bool:
        """Tell whether a condition key can have several values, or be there or not."""
        return key not in self.fixed and key not in NEVER_THERE

    def touched(self, question: Question) -> frozenset[str]:
        """Give the sides that decide whether a question is met."""
        own = {question.side} if question.side in (ACTION, RESOURCE) or self.is_free(question.side) else set()
        return frozenset(own | {key for key in question.variables if self.is_free(key)})

    def limits(self, questions: Iterable[Question]) -> Hashable:
        """Give what distinguishes the session's values from those of other sessions, as far as it is asked for."""
        sides = {side for one in questions for side in self.touched(one)}
        return (
            frozenset(sides),
            (self.session.issued_from, self.session.issued_before) if "aws:tokenissuetime" in sides else None,
            self.session.role_id if "aws:userid" in sides else None,
        )

    def expanded(self, question: Question) -> Hashable:
        """Give what distinguishes a question from the same one of another session: the values it takes in."""
        taken = tuple(self.fixed.get(key) for key in sorted(question.variables))
        return (question.number, taken, self.fixed.get(question.side)) if question.variables else question.number

    def request(self, assignment: Assignment) -> Request:
        """Give the request with the values of sides; the action and resource of a side that is not given are any."""
        given = dict(assignment)
        action, resource = given.pop(ACTION, None), given.pop(RESOURCE, None)
        context = self.fixed | {key: value for key, value in given.items() if value is not None}
        return Request(str(action or "gdkit:Any"), str(resource or "*"), context)

    def domain(self, key: str) -> Domain:
        """Give the values that a free key can have."""
        if key == "aws:tokenissuetime":
            return Domain(key, self.session.issued_from, self.session.issued_before)
        if key == "aws:userid":
            # Source: IAM and STS quotas: a role session name has 2 to 64 characters, and no colon is among them.
            shape = (*self.session.role_id, ":", ONE_INSIDE, ONE_INSIDE, MANY_INSIDE)
            return Domain(key, must=(shape,), never=self.known, seeds=(self.session.user_id,))
        return Domain(key)

    def patterns(self, question: Question, assignment: Assignment = ()) -> tuple[Tokens, ...]:
        """Give the patterns of a question, with values in the place of variables; those without a value not."""
        if question.side == ACTION:
            return action_patterns(question.statement)
        request = self.request(assignment)
        if question.condition is not None:
            return tuple(wanted(question.condition, request))
        statement = question.statement
        texts = (request.expand(resource_template(text, statement.variables)) for text in statement.resources or ())
        return tuple(tokens for tokens in texts if tokens is not None)


@dataclass(frozen=True, slots=True)
class Side:
    """The values of one side.

    Attributes:
        classes: values, with the statements that each rules out, as bits.
        gap: why there may be classes without a value; empty where there are none.
    """

    classes: tuple[tuple[Assignment, Bits], ...]
    gap: str


@dataclass(slots=True)
class SideValues:
    """Finds the values of sides, each kind of side once."""

    _known: dict[Hashable, Side] = field(default_factory=dict)

    def of(self, side: str, questions: Sequence[Question], standing: Standing,
           more: tuple[Tokens, ...] = ()) -> Side:  # fmt: skip
        """Give the values of a side.

        Args:
            side: the side.
            questions: those that the side alone decides.
            standing: the session.
            more: patterns that matter too.
        """
        same = (side, standing.limits(questions), more, standing.domain(side), *(map(standing.expanded, questions)))
        if same not in self._known:
            make = _places if side in (ACTION, RESOURCE) else _keys
            self._known[same] = make(side, questions, standing, more)
        return self._known[same]


def _places(side: str, questions: Sequence[Question], standing: Standing, more: tuple[Tokens, ...]) -> Side:
    asked = [(one, standing.patterns(one)) for one in questions]
    patterns = tuple(dict.fromkeys([tokens for _, each in asked for tokens in each] + list(more)))
    found = (actions_of if side == ACTION else resources_of)(patterns)
    classes = []
    for text, met in found.texts:
        ruled_out = 0
        for one, each in asked:
            inverted = one.statement.not_action if side == ACTION else one.statement.not_resource
            ruled_out |= one.users if covered(met, each) is inverted else 0
        classes.append((((side, text),), ruled_out))
    gap = "" if found.complete else f"the patterns of {side}s overlap in too many ways to try all"
    return Side(tuple(classes), gap)


def _keys(key: str, questions: Sequence[Question], standing: Standing, more: tuple[Tokens, ...]) -> Side:
    comparisons = [Comparison(one.condition.operator, standing.patterns(one)) for one in questions if one.condition]
    like = parse_operator("StringLike")
    if more and like:
        comparisons.append(Comparison(like, more))
    found = values_of(standing.domain(key), comparisons)
    # a key that every request of a role's session holds once, such as aws:userid, is neither empty nor a list
    quantified = any(one.operator.quantifier for one in comparisons) and key not in KINDS and key not in ALWAYS_THERE
    gaps = [found.gap] if found.gap else []
    values: list[Value] = [] if key in ALWAYS_THERE else [None]
    if key not in MULTIVALUED:
        values += [*found.texts, *([""] if quantified else [])]
    if key in MULTIVALUED or quantified:
        lists, complete = several(found.texts, comparisons)
        values += lists
        gaps += [] if complete else [f"the values of {key} can be put together in too many ways to try all"]
    return Side(tuple(_ruled_out(key, value, questions, standing) for value in values), "; ".join(gaps))


def _ruled_out(key: str, value: Value, questions: Sequence[Question], standing: Standing) -> tuple[Assignment, Bits]:
    assignment: Assignment = ((key, value),)
    request = standing.request(assignment)
    ruled_out = 0
    for one in questions:
        ruled_out |= 0 if one.met(request) else one.users
    return assignment, ruled_out
