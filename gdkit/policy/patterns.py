"""Text with wildcards and variables, as IAM policies hold it: taken apart once, matched in linear time.

A pattern is a tuple of tokens. A token of one character stands for itself; the longer ones are wildcards. Policies may
come from an attacker, so nothing here becomes a regular expression that could be made to run for ever.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable

MANY = "many"
"""Wildcard for any number of any characters."""
MANY_INSIDE = "many-inside"
"""Wildcard for any number of characters other than the colon: it stays inside its part of an ARN."""
ONE = "one"
"""Wildcard for exactly one character."""

Tokens: TypeAlias = tuple[str, ...]

_WILDCARDS = {"*": MANY, "?": ONE}
_PIECE = re.compile(r"\$\{([^}]*)\}|.", re.DOTALL)
_DEFAULT = re.compile(r"\s*([^,]*?)\s*,\s*'(.*)'\s*", re.DOTALL)
_ARN_COLONS = 5


@dataclass(frozen=True, slots=True)
class Variable:
    """A policy variable such as ``${aws:PrincipalTag/team, 'none'}``.

    Attributes:
        key: the condition key, lower case.
        default: the text to use where the request lacks the key; None where the policy gives none.
    """

    key: str
    default: str | None = None


Template: TypeAlias = tuple[str | Variable, ...]


@lru_cache(maxsize=8192)
def template_of(text: str, variables: bool) -> Template:
    """Take a policy's text apart into characters, wildcards and variables.

    Args:
        text: as it stands in the policy.
        variables: whether ``${...}`` has a meaning; without it those characters stand for themselves.

    >>> template_of("a${*}?", True)
    ('a', '*', 'one')

    Source: IAM User Guide, "IAM policy elements: Variables and tags".
    """
    pieces: list[str | Variable] = []
    for found in _PIECE.finditer(text):
        inside = found.group(1)
        if inside is None:
            pieces.append(_WILDCARDS.get(found.group(), found.group()))
        elif not variables:
            pieces += [_WILDCARDS.get(character, character) for character in found.group()]
        elif inside in {"*", "?", "$"}:
            pieces.append(inside)
        else:
            pieces.append(_variable(inside))
    return tuple(pieces)


def _variable(inside: str) -> Variable:
    with_default = _DEFAULT.fullmatch(inside)
    if with_default:
        return Variable(with_default.group(1).lower(), with_default.group(2))
    return Variable(inside.strip().lower())


@lru_cache(maxsize=8192)
def resource_template(text: str, variables: bool) -> Template:
    """Take the text of ``Resource`` or ``NotResource`` apart.

    Before the fifth colon of an ARN a wildcard stays between its colons, unless it is an asterisk right before a colon
    or at the end; and there are no variables: their characters stand for themselves.

    Source: IAM User Guide, "IAM JSON policy elements: Resource", on wildcards; "Variables and tags", on where variables
    can be used.
    """
    parts = text.split(":", _ARN_COLONS)
    if len(parts) <= _ARN_COLONS:
        return _bounded(text)
    head = text[: len(text) - len(parts[-1])]
    return _bounded(head) + template_of(parts[-1], variables)


def _bounded(head: str) -> Template:
    pieces: list[str | Variable] = []
    follower: str | Variable = ":"
    for piece in reversed(template_of(head, False)):
        if piece != MANY:
            follower = piece
        pieces.append(MANY_INSIDE if piece == MANY and follower != ":" else piece)
    return tuple(reversed(pieces))


@lru_cache(maxsize=8192)
def fixed(template: Template) -> Tokens | None:
    """Give the tokens of a template that holds no variable, so that it is the same for every request; else None."""
    tokens = tuple(piece for piece in template if isinstance(piece, str))
    return tokens if len(tokens) == len(template) else None


@lru_cache(maxsize=8192)
def literal(tokens: Tokens) -> str:
    """Give the text that the tokens stand for where wildcards have no meaning.

    >>> literal(("a", "many"))
    'a*'
    """
    signs = {MANY: "*", MANY_INSIDE: "*", ONE: "?"}
    return "".join(signs.get(token, token) for token in tokens)


@lru_cache(maxsize=65536)
def matches(tokens: Tokens, text: str) -> bool:
    """Tell whether the whole text fits the pattern.

    >>> matches(template_of("i-0?a*", True), "i-0aaa")
    True
    """
    if tokens == (MANY,):
        return True
    here = _reach(tokens, (0,))
    for character in text:
        here = _reach(tokens, (after for place in here for after in _step(tokens, place, character)))
        if not here:
            return False
    return len(tokens) in here


def _step(tokens: Tokens, place: int, character: str) -> tuple[int, ...]:
    """Give the places that one character leads to from a place."""
    if place == len(tokens):
        return ()
    token = tokens[place]
    if token == MANY or (token == MANY_INSIDE and character != ":"):
        return (place,)
    return (place + 1,) if token in {ONE, character} else ()


def _reach(tokens: Tokens, places: Iterable[int]) -> set[int]:
    """Give the places themselves and those behind asterisks, which may stand for nothing."""
    reached: set[int] = set()
    for place in places:
        at = place
        reached.add(at)
        while at < len(tokens) and tokens[at] in {MANY, MANY_INSIDE}:
            at += 1
            reached.add(at)
    return reached


@lru_cache(maxsize=8192)
def action_matches(pattern: str, action: str) -> bool:
    """Tell whether an action fits ``Action`` text; upper and lower case are the same, and there are no variables.

    >>> action_matches("S3:Get*", "s3:getObject")
    True
    """
    tokens = fixed(template_of(pattern.lower(), False))
    return tokens is not None and matches(tokens, action.lower())
