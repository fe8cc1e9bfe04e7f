"""What can come of a change, followed over all combinations of classes without going through each of them.

The sides of a request (its action, its resource, each condition key) are fixed one after another. What matters of those
already fixed is only which statements can still apply; combinations that leave the same ones are one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gdkit.policy.questions import Bits, Layers

MOST_STEPS = 150_000
"""Combinations that are followed at most; beyond them nothing is claimed."""

Assignment: TypeAlias = "tuple[tuple[str, str | tuple[str, ...] | None], ...]"
"""Values of sides; None for a condition key that the request lacks."""


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a request, or several that hang together.

    Attributes:
        classes: one assignment for each class, with the statements that cannot apply there, as bits. Never empty.
        reach: all statements that one of the classes rules out.
    """

    classes: tuple[tuple[Assignment, Bits], ...]
    reach: Bits


@dataclass(frozen=True, slots=True)
class Outcome:
    """What becomes of a request.

    Attributes:
        before: whether it was allowed before the change.
        after: whether it is allowed after it.
        left_open: which patterns of actions that are meant to stay open its action fits, as bits.
    """

    before: bool
    after: bool
    left_open: Bits


Found: TypeAlias = "dict[Outcome, Assignment]"
"""Every outcome that can be had, but for requests that are denied before and after, with a request that has it."""


def side_of(classes: Iterator[tuple[Assignment, Bits]]) -> Side:
    """Make a side; of classes that rule out the same statements the first one stands for all."""
    distinct: dict[Bits, Assignment] = {}
    reach = 0
    for assignment, ruled_out in classes:
        distinct.setdefault(ruled_out, assignment)
        reach |= ruled_out
    return Side(tuple((assignment, ruled_out) for ruled_out, assignment in distinct.items()), reach)


def outcomes(sides: list[Side], start: Bits, layers: Layers) -> Found | None:
    """Give every outcome that some combination of classes has; None where there are too many to follow.

    Args:
        sides: the sides, each independent of the others.
        start: the statements that can apply.
        layers: where the statements stand.
    """
    search = _Search(sides, layers)
    found = search.at(_State(start, False, False), 0)
    return None if search.steps > MOST_STEPS else found


@dataclass(frozen=True, slots=True)
class _State:
    """The statements that can still apply, and on which side of the change nothing can be allowed any more."""

    alive: Bits
    shut_before: bool
    shut_after: bool


@dataclass(slots=True)
class _Search:
    sides: list[Side]
    layers: Layers
    steps: int = 0
    known: dict[tuple[_State, int], Found] = field(default_factory=dict)
    later: list[Bits] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Note for each level which statements the sides from there on can still rule out."""
        self.later = [0]
        for side in reversed(self.sides):
            self.later.append(self.later[-1] | side.reach)
        self.later.reverse()

    def at(self, state: _State, level: int) -> Found:
        """Give the outcomes from a state on."""
        state = self._reduced(state, level)
        if state.shut_before and state.shut_after:
            return {}
        if level == len(self.sides):
            return {self._outcome(state): ()}
        place = (state, level)
        if place not in self.known:
            self.steps += 1
            self.known[place] = {} if self.steps > MOST_STEPS else self._next(state, level)
        return self.known[place]

    def _next(self, state: _State, level: int) -> Found:
        found: Found = {}
        tried: set[Bits] = set()
        side = self.sides[level]
        for assignment, ruled_out in side.classes if state.alive & side.reach else side.classes[:1]:
            alive = state.alive & ~ruled_out
            if alive in tried:
                continue
            tried.add(alive)
            for outcome, rest in self.at(_State(alive, state.shut_before, state.shut_after), level + 1).items():
                found.setdefault(outcome, assignment + rest)
        return found

    def _reduced(self, state: _State, level: int) -> _State:
        """Leave out statements that can change nothing any more, so that more states are the same."""
        alive, layers = state.alive, self.layers
        sure = alive & ~self.later[level]
        bounded = layers.allow_boundary is not None and not alive & layers.allow_boundary
        shut_before = state.shut_before or bounded or bool(sure & layers.deny_before) or not alive & layers.allow_before
        shut_after = state.shut_after or bounded or bool(sure & layers.deny_after) or not alive & layers.allow_after
        needed = 0
        for bit in layers.left_open:
            needed |= bit
        if not shut_before:
            needed |= layers.deny_before | _enough(alive, sure, layers.allow_before)
        if not shut_after:
            needed |= layers.deny_after | _enough(alive, sure, layers.allow_after)
        if layers.allow_boundary is not None:
            needed |= _enough(alive, sure, layers.allow_boundary)
        return _State(alive & needed, shut_before, shut_after)

    def _outcome(self, state: _State) -> Outcome:
        left_open = sum(1 << number for number, bit in enumerate(self.layers.left_open) if state.alive & bit)
        return Outcome(not state.shut_before, not state.shut_after, left_open)


def _enough(alive: Bits, sure: Bits, allowing: Bits) -> Bits:
    """Give the statements that can decide whether one allows: one that surely does is enough."""
    surely = sure & allowing
    return surely & -surely if surely else alive & allowing
