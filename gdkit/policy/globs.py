"""Which combinations of patterns one text can meet: all of them, each with a text that shows it.

The patterns are followed together, character by character, as one automaton: each state says how far which pattern got.
So overlaps of any number of wildcards are found, and not only those of pairs.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from gdkit.policy.patterns import MANY, MANY_INSIDE, ONE, Tokens

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

MOST_STATES = 4_000
"""States that are followed at most; patterns with many asterisks inside can make more."""

ONE_INSIDE = "one-inside"
"""Wildcard for exactly one character other than the colon."""

_OTHERS = "zqxjkvwyZQXJKVWY0123456789abcdefghilmnoprstuABCDEFGHILMNOPRSTU-_/.+=,@#%&!"
"""Characters to stand for whatever no pattern names, the most readable first."""
_COLON = ":"
_WILD = frozenset({MANY, MANY_INSIDE, ONE, ONE_INSIDE, ""})

_State: TypeAlias = frozenset[int]


@dataclass(frozen=True, slots=True)
class Arrangement:
    """The classes of texts that patterns make.

    Attributes:
        patterns: the patterns that were followed.
        texts: one text of each class: of every combination of patterns that a text can meet, none of them included.
        met: for each text the patterns that it meets, as bits in the order of ``patterns``.
        complete: whether every class was found; False where there were too many states to follow.
    """

    patterns: tuple[Tokens, ...]
    texts: tuple[str, ...]
    met: tuple[int, ...]
    complete: bool


def either_case(text: str) -> Tokens:
    """Give tokens for text in which upper and lower case are the same; case is that of ASCII.

    >>> either_case("a1")
    ('aA', '1')
    """
    return tuple(sign.lower() + sign.upper() if sign.isascii() and sign.isalpha() else sign for sign in text)


def arrangement(
    patterns: Iterable[Tokens],
    *,
    seeds: Iterable[str] = (),
    must: Sequence[Tokens] = (),
    never: Sequence[Tokens] = (),
    most: int = MOST_STATES,
) -> Arrangement:
    """Give a text for each combination of patterns that a text can meet.

    Args:
        patterns: the patterns.
        seeds: texts to prefer where one of them is of a class; they must fit ``must`` and ``never`` to be taken.
        must: patterns that every text has to meet.
        never: patterns that no text may meet.
        most: how many states are followed.

    >>> sorted(arrangement([("a", "many"), ("many", "b")]).texts)
    ['', 'a', 'ab', 'b']
    """
    listed = list(dict.fromkeys([*patterns, *must, *never]))
    machine = _Machine(listed)
    wanted, barred = machine.bits(must), machine.bits(never)
    found: dict[int, str] = {}
    for text in dict.fromkeys(seeds):
        found.setdefault(machine.met_by(text), text)
    complete = True
    for reached, (met, text) in enumerate(machine.walk()):
        found.setdefault(met, text)
        if reached >= most:
            complete = False
            break
    kept = {met: text for met, text in found.items() if met & wanted == wanted and not met & barred}
    return Arrangement(tuple(listed), tuple(kept.values()), tuple(kept), complete)


class _Machine:
    """All patterns as one automaton; a place is a number that tells pattern and token."""

    def __init__(self, patterns: Sequence[Tokens]) -> None:
        self._patterns = patterns
        self._tokens: list[str] = []
        self._owner: list[int] = []
        self._starts: list[int] = []
        for number, tokens in enumerate(patterns):
            self._starts.append(len(self._tokens))
            self._tokens += [*tokens, ""]
            self._owner += [number] * (len(tokens) + 1)

    def bits(self, patterns: Iterable[Tokens]) -> int:
        """Give the bits of patterns."""
        return sum(1 << self._patterns.index(tokens) for tokens in dict.fromkeys(patterns))

    def met_by(self, text: str) -> int:
        """Give the bits of the patterns that a text meets."""
        state = self._settled(self._starts)
        for sign in text:
            state = self._after(state, sign)
        return self._met(state)

    def walk(self) -> Iterator[tuple[int, str]]:
        """Give every state that can be reached, as the patterns that it meets and a shortest text to it."""
        start = self._settled(self._starts)
        seen, queue = {start}, deque([(start, "")])
        while queue:
            state, text = queue.popleft()
            yield self._met(state), text
            for sign in self._signs(state):
                after = self._after(state, sign)
                if after not in seen:
                    seen.add(after)
                    queue.append((after, text + sign))

    def _signs(self, state: _State) -> Iterator[str]:
        """Give the characters that can lead to different states: those named here, the colon, and any other one."""
        named = {sign for place in state for sign in self._named(place)}
        other = next((sign for sign in _OTHERS if sign not in named), None) or next(
            chr(code) for code in range(0xA1, 0x2000) if chr(code) not in named
        )
        yield other
        yield from sorted(named | {_COLON})

    def _named(self, place: int) -> str:
        token = self._tokens[place]
        return "" if token in _WILD else token

    def _after(self, state: _State, sign: str) -> _State:
        reached: list[int] = []
        for place in state:
            token = self._tokens[place]
            if token == MANY or (token == MANY_INSIDE and sign != _COLON):
                reached.append(place)
            elif _stands_for(token, sign):
                reached.append(place + 1)
        return self._settled(reached)

    def _settled(self, places: Iterable[int]) -> _State:
        """Add the places behind asterisks, and leave out what an asterisk further on makes needless."""
        reached = set(places)
        for place in tuple(reached):
            at = place
            while self._tokens[at] in (MANY, MANY_INSIDE):
                at += 1
                reached.add(at)
        last: dict[int, int] = {}
        for place in reached:
            if self._tokens[place] == MANY:
                last[self._owner[place]] = max(place, last.get(self._owner[place], 0))
        return frozenset(place for place in reached if place >= last.get(self._owner[place], 0))

    def _met(self, state: _State) -> int:
        return sum(1 << self._owner[place] for place in state if not self._tokens[place])


def _stands_for(token: str, sign: str) -> bool:
    """Tell whether a token of one character stands for this one."""
    if token in _WILD:
        return token == ONE or (token == ONE_INSIDE and sign != _COLON)
    return sign in token


def filled(tokens: Tokens, filler: str = "x") -> str:
    """Give a readable text that fits a pattern.

    >>> filled(("a", "many", "one"))
    'axx'
    """
    return "".join(filler[:1] if len(token) > 2 else token[:1] for token in tokens)
