"""The condition operators of IAM: how each compares one value of the request with one value of the policy."""

from __future__ import annotations

import base64
import binascii
import ipaddress
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from operator import eq, ge, gt, le, lt
from typing import Literal, TypeAlias, TypeVar

from gdkit.policy.patterns import Tokens, literal, matches

Comparison: TypeAlias = Callable[[str, Tokens], bool]
"""Takes the request's value and the policy's, expanded."""

_Value = TypeVar("_Value", Decimal, datetime)

_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)")
_EPOCH = re.compile(r"-?[0-9]{1,3}|-?[0-9]{5,12}(?:\.[0-9]{1,6})?")
_MONTH = re.compile(r"[0-9]{4}(?:-[0-9]{2})?")
_INSTANT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:T[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?(?:Z|[+-][0-9]{2}:[0-9]{2})?)?"
)
_NETWORK = re.compile(r"[0-9A-Fa-f:.]+(?:/[0-9]{1,3})?")


@lru_cache(maxsize=4096)
def number(text: str) -> Decimal | None:
    """Read an integer or decimal; None where it is none."""
    return Decimal(text) if _NUMBER.fullmatch(text) else None


@lru_cache(maxsize=4096)
def instant(text: str) -> datetime | None:
    """Read a date: a W3C form of ISO 8601, or seconds since 1970; None where it is neither.

    Four digits are a year. A time without a zone is UTC.

    >>> instant("2026-11-23T10:00:00Z") == instant("1795428000")
    True

    Source: IAM User Guide, "Date condition operators"; W3C note "Date and Time Formats".
    """
    try:
        if _MONTH.fullmatch(text):
            return datetime.fromisoformat(f"{text}-01-01"[:10]).replace(tzinfo=UTC)
        if _EPOCH.fullmatch(text):
            return datetime.fromtimestamp(float(text), UTC)
        found = datetime.fromisoformat(text) if _INSTANT.fullmatch(text) else None
        return found if found is None or found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, OverflowError, OSError):
        return None


@lru_cache(maxsize=4096)
def network(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    """Read an address range, or one address; None where it is neither.

    Source: IAM User Guide, "IP address condition operators".
    """
    try:
        return ipaddress.ip_network(text, strict=False) if _NETWORK.fullmatch(text) else None
    except ValueError:
        return None


@lru_cache(maxsize=4096)
def binary(text: str) -> bytes | None:
    """Read base64; None where it is none."""
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None


def boolean(text: str) -> bool | None:
    """Read ``true`` or ``false`` in any case; None for other text."""
    return {"true": True, "false": False}.get(text.lower())


def _equals(actual: str, wanted: Tokens) -> bool:
    return actual == literal(wanted)


def _equals_ignoring_case(actual: str, wanted: Tokens) -> bool:
    return actual.lower() == literal(wanted).lower()


def _like(actual: str, wanted: Tokens) -> bool:
    return matches(wanted, actual)


def _bool(actual: str, wanted: Tokens) -> bool:
    value = boolean(actual)
    return value is not None and value == boolean(literal(wanted))


def _binary(actual: str, wanted: Tokens) -> bool:
    value = binary(actual)
    return value is not None and value == binary(literal(wanted))


def _address(actual: str, wanted: Tokens) -> bool:
    block = network(literal(wanted))
    try:
        return block is not None and ipaddress.ip_address(actual) in block
    except ValueError:
        return False


def _arn(actual: str, wanted: Tokens) -> bool:
    """Compare the six parts one by one; text that is no ARN equals none."""
    parts = actual.split(":", 5)
    patterns = _split(wanted)
    return len(parts) == len(patterns) == 6 and all(map(matches, patterns, parts))


def _split(tokens: Tokens) -> list[Tokens]:
    """Split a pattern at its first five colons."""
    colons = [place for place, sign in enumerate(tokens) if sign == ":"][:5]
    starts = [0, *(place + 1 for place in colons)]
    return [tokens[start:end] for start, end in zip(starts, [*colons, len(tokens)], strict=True)]


def _ordered(read: Callable[[str], _Value | None], holds: Callable[[_Value, _Value], bool]) -> Comparison:
    """Make a comparison of values that have an order; text that cannot be read compares with nothing."""

    def compare(actual: str, wanted: Tokens) -> bool:
        left, right = read(actual), read(literal(wanted))
        return left is not None and right is not None and holds(left, right)

    return compare


@dataclass(frozen=True, slots=True)
class Base:
    """A condition operator without its prefix and ``IfExists``.

    Attributes:
        name: as the IAM User Guide writes it.
        compare: whether one value of the request meets one of the policy; for a negated operator, its opposite.
        negated: holds where no value of the policy is met.
        variables: whether its values may hold policy variables.
        readable: whether text is a value that the operator can compare with.
    """

    name: str
    compare: Comparison
    negated: bool = False
    variables: bool = False
    readable: Callable[[str], bool] = lambda text: True


def _pair(name: str, negation: str, compare: Comparison) -> tuple[Base, Base]:
    return (
        Base(name, compare, variables=True),
        Base(negation, compare, negated=True, variables=True),
    )


def _family(name: str, read: Callable[[str], _Value | None]) -> tuple[Base, ...]:
    """Make the six operators over values that have an order."""

    def readable(text: str) -> bool:
        return read(text) is not None

    return (
        Base(f"{name}Equals", _ordered(read, eq), readable=readable),
        Base(f"{name}NotEquals", _ordered(read, eq), negated=True, readable=readable),
        Base(f"{name}LessThan", _ordered(read, lt), readable=readable),
        Base(f"{name}LessThanEquals", _ordered(read, le), readable=readable),
        Base(f"{name}GreaterThan", _ordered(read, gt), readable=readable),
        Base(f"{name}GreaterThanEquals", _ordered(read, ge), readable=readable),
    )


def _is_network(text: str) -> bool:
    return network(text) is not None


_ALL = (
    *_pair("StringEquals", "StringNotEquals", _equals),
    *_pair("StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase", _equals_ignoring_case),
    *_pair("StringLike", "StringNotLike", _like),
    *_pair("ArnEquals", "ArnNotEquals", _arn),
    *_pair("ArnLike", "ArnNotLike", _arn),
    *_family("Numeric", number),
    *_family("Date", instant),
    Base("Bool", _bool, variables=True, readable=lambda text: boolean(text) is not None),
    Base("BinaryEquals", _binary, readable=lambda text: binary(text) is not None),
    Base("IpAddress", _address, readable=_is_network),
    Base("NotIpAddress", _address, negated=True, readable=_is_network),
)

NULL = Base("Null", _bool, readable=lambda text: boolean(text) is not None)
"""Asks whether the key is there; it takes neither a prefix nor ``IfExists``."""

BASES = {base.name.lower(): base for base in (*_ALL, NULL)}
"""Every operator by its name in lower case. Source: IAM User Guide, "IAM JSON policy elements: Condition operators"."""


@dataclass(frozen=True, slots=True)
class Operator:
    """A condition operator as a policy writes it, taken apart.

    Attributes:
        quantifier: ``all`` for ForAllValues, ``any`` for ForAnyValue, None without a prefix.
    """

    base: Base
    quantifier: Literal["all", "any"] | None = None
    if_exists: bool = False


_QUANTIFIERS: dict[str, Literal["all", "any"]] = {"forallvalues": "all", "foranyvalue": "any"}


def parse_operator(text: str) -> Operator | None:
    """Take an operator's name apart; None where IAM has none of that name. Upper and lower case are the same.

    >>> parse_operator("ForAnyValue:StringLikeIfExists").base.name
    'StringLike'
    >>> parse_operator("NullIfExists") is None
    True
    """
    prefix, colon, name = text.lower().rpartition(":")
    bare = name.removesuffix("ifexists")
    base, quantifier = BASES.get(bare), _QUANTIFIERS.get(prefix)
    if base is None or (colon and quantifier is None):
        return None
    if base is NULL and (colon or bare != name):
        return None
    return Operator(base, quantifier, bare != name)
