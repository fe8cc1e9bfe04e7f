"""Which actions and resources have to be tried, so that every way in which patterns can cover them is seen."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from gdkit.policy.globs import ONE_INSIDE, Arrangement, arrangement, filled
from gdkit.policy.patterns import MANY, MANY_INSIDE, Tokens, fixed, matches, template_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from gdkit.policy.document import Statement

PROBED = ("s3:GetObject", "sqs:SendMessage", "ec2:DescribeInstances", "sts:AssumeRole", "iam:CreateAccessKey",
          "secretsmanager:GetSecretValue", "dynamodb:GetItem", "ssm:GetParameter", "lambda:InvokeFunction",
          "kms:Decrypt", "logs:PutLogEvents", "s3:PutObject", "s3:ListAllMyBuckets")  # fmt: skip
"""Actions to show where several would do; they have no part in what is found."""

_ACTION: Tokens = (ONE_INSIDE, MANY_INSIDE, ":", ONE_INSIDE, MANY_INSIDE)
_ARN: Tokens = (*"arn:", MANY_INSIDE, ":", MANY_INSIDE, ":", MANY_INSIDE, ":", MANY_INSIDE, ":", MANY)


@dataclass(frozen=True, slots=True)
class Places:
    """Actions or resources, one of each class.

    Attributes:
        texts: each with the patterns that cover it.
        complete: whether they are all.
    """

    texts: tuple[tuple[str, frozenset[Tokens]], ...]
    complete: bool


def action_patterns(statement: Statement) -> tuple[Tokens, ...]:
    """Give what ``Action`` or ``NotAction`` names as patterns, in lower case."""
    found = (fixed(template_of(pattern.lower(), False)) for pattern in statement.actions)
    return tuple(tokens for tokens in found if tokens is not None)


@lru_cache(maxsize=16)
def actions_of(patterns: tuple[Tokens, ...]) -> Places:
    """Give actions, one for each way in which the patterns can cover them."""
    known = {action.lower(): action for action in PROBED}
    named = [filled(tokens) for tokens in patterns]
    found = arrangement(patterns, seeds=[*known, *(text for text in named if text.count(":") == 1)], must=[_ACTION])
    return Places(tuple((known.get(text, text), met) for text, met in _covered(found)), found.complete)


@lru_cache(maxsize=256)
def resources_of(patterns: tuple[Tokens, ...]) -> Places:
    """Give resources, ``*`` for none and ARNs, one for each way in which the patterns can cover them."""
    found = arrangement(patterns, seeds=[filled(tokens) for tokens in patterns], must=[_ARN])
    none = ("*", frozenset(tokens for tokens in patterns if matches(tokens, "*")))
    return Places((none, *_covered(found)), found.complete)


def _covered(found: Arrangement) -> Iterable[tuple[str, frozenset[Tokens]]]:
    for text, met in zip(found.texts, found.met, strict=True):
        yield text, frozenset(tokens for number, tokens in enumerate(found.patterns) if met >> number & 1)


def covered(met: frozenset[Tokens], patterns: Sequence[Tokens]) -> bool:
    """Tell whether one of the patterns covers a place."""
    return not met.isdisjoint(patterns)
