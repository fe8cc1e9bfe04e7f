"""Sides of a request that variables tie to each other: their values are tried together.

Nothing here claims to be complete: it finds requests that exist, not that none does.
"""

from __future__ import annotations

import re
from itertools import islice, product
from typing import TYPE_CHECKING

from gdkit.policy.patterns import literal
from gdkit.policy.search import side_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from gdkit.policy.patterns import Tokens
    from gdkit.policy.questions import Bits, Question
    from gdkit.policy.search import Assignment, Side
    from gdkit.policy.sides import SideValues, Standing

MOST_TOGETHER = 6_000
"""Combinations of values that are tried at most."""
_MOST_EXPANDED = 60
_PART = re.compile(r"[^:/*?]+")


def groups(touched: Iterable[frozenset[str]]) -> list[frozenset[str]]:
    """Put together what hangs together.

    >>> [sorted(group) for group in groups([frozenset("ab"), frozenset("bc"), frozenset("d")])]
    [['a', 'b', 'c'], ['d']]
    """
    found: list[frozenset[str]] = []
    for sides in touched:
        near = [group for group in found if group & sides]
        found = [group for group in found if not group & sides]
        found.append(sides.union(*near))
    return found


def joint_side(plain: Mapping[str, Sequence[Question]], ties: Sequence[Question], standing: Standing,
               values: SideValues) -> Side:  # fmt: skip
    """Give the values of tied sides together.

    Args:
        plain: for each side the questions that it alone decides.
        ties: the questions that tie the sides.
        standing: the session.
        values: finds values.
    """
    single: dict[str, tuple[tuple[Assignment, Bits], ...]] = {}
    for side, questions in plain.items():
        hints = _hints(side, plain, ties, standing)
        single[side] = values.of(side, questions, standing, hints).classes
    for side, questions in plain.items():
        more = [tokens for one in ties if one.side == side for tokens in _expanded(one, single, standing)]
        if more:
            hints = _hints(side, plain, ties, standing)
            single[side] = values.of(side, questions, standing, tuple(dict.fromkeys([*more, *hints]))).classes
    return side_of(_together(single, ties, standing))


def _hints(key: str, plain: Mapping[str, Sequence[Question]], ties: Sequence[Question],
           standing: Standing) -> tuple[Tokens, ...]:  # fmt: skip
    """Give texts that can matter as values of a variable: what stands where it is put in, whole and in parts."""
    texts: list[str] = []
    for one in ties:
        if key not in one.variables:
            continue
        texts += [standing.fixed[one.side]] if one.side in standing.fixed else []
        texts += [literal(tokens) for other in plain.get(one.side, ()) for tokens in standing.patterns(other)]
    parts = [part for text in texts for part in (text, *_PART.findall(text))]
    return tuple(tuple(part) for part in dict.fromkeys(parts))[:_MOST_EXPANDED]


def _expanded(tie: Question, single: Mapping[str, tuple[tuple[Assignment, Bits], ...]],
              standing: Standing) -> Iterator[Tokens]:  # fmt: skip
    """Give the patterns of a tie, for combinations of values of its variables."""
    sides = [single[key] for key in sorted(tie.variables) if standing.is_free(key)]
    for chosen in islice(product(*sides), _MOST_EXPANDED):
        yield from standing.patterns(tie, tuple(pair for assignment, _ in chosen for pair in assignment))


def _together(single: Mapping[str, tuple[tuple[Assignment, Bits], ...]], ties: Sequence[Question],
              standing: Standing) -> Iterator[tuple[Assignment, Bits]]:  # fmt: skip
    for chosen in islice(product(*single.values()), MOST_TOGETHER):
        assignment = tuple(pair for each, _ in chosen for pair in each)
        ruled_out = 0
        for _, bits in chosen:
            ruled_out |= bits
        request = standing.request(assignment)
        for one in ties:
            ruled_out |= 0 if one.met(request) else one.users
        yield assignment, ruled_out
