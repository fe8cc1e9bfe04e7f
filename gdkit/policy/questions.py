"""What policies ask of a request, each question once: does the action fit, the resource, one condition?

A statement is a bit; it applies where every question that it has is met.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

from gdkit.policy.conditions import holds
from gdkit.policy.document import Statement
from gdkit.policy.patterns import Template, Variable, resource_template, template_of
from gdkit.policy.statements import names_action, names_resource

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator, Sequence

    from gdkit.policy.document import Condition, Policy
    from gdkit.policy.request import Request

ACTION, RESOURCE = "action", "resource"

Bits: TypeAlias = int


@dataclass(frozen=True, slots=True)
class Question:
    """A part of statements that a request meets or does not.

    Attributes:
        number: its place among the questions.
        side: ``action``, ``resource``, or the condition key in lower case.
        variables: the condition keys whose values it takes in.
        users: the statements that have it, as bits.
        statement: one of them.
        condition: the condition; None for action and resource.
    """

    number: int
    side: str
    variables: frozenset[str]
    users: Bits
    statement: Statement
    condition: Condition | None

    def met(self, request: Request) -> bool:
        """Tell whether a request meets it."""
        if self.condition is not None:
            return holds(self.condition, request)
        return (names_action if self.side == ACTION else names_resource)(self.statement, request)


@dataclass(frozen=True, slots=True)
class Layers:
    """Which statements stand where, as bits.

    Attributes:
        allow_before: those that allow, in the policies before the change; ``allow_after`` likewise.
        deny_before: those that deny before the change, the boundary's among them; ``deny_after`` likewise.
        allow_boundary: those of the boundary that allow; None without a boundary.
        left_open: for each pattern of actions that is meant to stay open, its bit.
    """

    allow_before: Bits
    deny_before: Bits
    allow_after: Bits
    deny_after: Bits
    allow_boundary: Bits | None
    left_open: tuple[Bits, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """All questions of a change, and where its statements stand."""

    questions: tuple[Question, ...]
    layers: Layers
    every: Bits


def asked_by(before: Sequence[Policy], after: Sequence[Policy], boundary: Policy | None,
             left_open: Sequence[str]) -> Asked:  # fmt: skip
    """Take policies apart into questions; statements that say the same are one.

    Args:
        before: the role's policies before the change.
        after: those after it.
        boundary: the role's permissions boundary; None where it has none.
        left_open: patterns of actions that are meant to stay open, as ``Action`` writes them.
    """
    numbers: dict[Statement, int] = {}

    def bits(statements: Iterable[Statement], effect: str) -> Bits:
        alike = (replace(one, index=0, sid="") for one in statements if one.effect == effect)
        return sum(1 << numbers.setdefault(one, len(numbers)) for one in dict.fromkeys(alike))

    limit = boundary.statements if boundary else ()
    layers = Layers(
        allow_before=bits(_statements(before), "Allow"),
        deny_before=bits([*_statements(before), *limit], "Deny"),
        allow_after=bits(_statements(after), "Allow"),
        deny_after=bits([*_statements(after), *limit], "Deny"),
        allow_boundary=bits(limit, "Allow") if boundary else None,
        left_open=tuple(bits([_named(pattern)], "Allow") for pattern in left_open),
    )
    return Asked(tuple(_questions(numbers)), layers, (1 << len(numbers)) - 1)


def _statements(policies: Iterable[Policy]) -> list[Statement]:
    return [statement for policy in policies for statement in policy.statements]


def _named(pattern: str) -> Statement:
    return Statement("Allow", 0, "", (pattern,), False, None, False, None, False, (), True)


def _questions(numbers: dict[Statement, int]) -> Iterator[Question]:
    users: dict[Hashable, Bits] = {}
    shown: dict[Hashable, tuple[str, Statement, Condition | None]] = {}
    for statement, number in numbers.items():
        for same, side, condition in _parts(statement):
            users[same] = users.get(same, 0) | 1 << number
            shown.setdefault(same, (side, statement, condition))
    for number, (same, (side, statement, condition)) in enumerate(shown.items()):
        yield Question(number, side, _variables(statement, side, condition), users[same], statement, condition)


def _parts(statement: Statement) -> Iterator[tuple[Hashable, str, Condition | None]]:
    """Give the parts of a statement, each with what makes two of them the same question."""
    actions = tuple(pattern.lower() for pattern in statement.actions)
    yield (ACTION, actions, statement.not_action), ACTION, None
    if statement.resources is not None:
        yield (RESOURCE, statement.resources, statement.not_resource, statement.variables), RESOURCE, None
    for condition in statement.conditions:
        same = replace(condition, name="", key=condition.key.lower())
        yield same, condition.key.lower(), condition


def _variables(statement: Statement, side: str, condition: Condition | None) -> frozenset[str]:
    templates: list[Template] = []
    if condition is not None:
        has = condition.variables and condition.operator.base.variables
        templates = [template_of(text, has) for text in condition.values]
    elif side == RESOURCE:
        templates = [resource_template(text, statement.variables) for text in statement.resources or ()]
    return frozenset(piece.key for template in templates for piece in template if isinstance(piece, Variable))
