"""Which values of one condition key have to be tried, so that every way in which its conditions can hold is seen."""

from __future__ import annotations

import base64
import ipaddress
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from operator import and_, or_
from typing import TYPE_CHECKING, Literal, TypeAlias

from gdkit.model import utc_text
from gdkit.policy.globs import ONE_INSIDE, arrangement, either_case, filled
from gdkit.policy.operators import binary, instant, network, number
from gdkit.policy.patterns import MANY, MANY_INSIDE, ONE, Tokens, literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from gdkit.policy.operators import Operator

Family: TypeAlias = Literal["text", "number", "date", "bool", "binary", "address", "presence"]

KINDS: dict[str, Family] = {
    "aws:tokenissuetime": "date",
    "aws:currenttime": "date",
    "aws:securetransport": "bool",
    "aws:viaawsservice": "bool",
    "aws:principalisawsservice": "bool",
    "aws:multifactorauthpresent": "bool",
    "aws:sourceip": "address",
    "aws:vpcsourceip": "address",
}
"""Keys whose values are all of one kind. Source: IAM User Guide, "AWS global condition context keys", data types."""

MULTIVALUED = frozenset({"aws:calledvia", "aws:tagkeys", "aws:principalorgpaths", "aws:resourceorgpaths",
                         "aws:sourceorgpaths", "aws:principalservicenameslist"})  # fmt: skip
"""Keys that hold several values. Source: as above, value type."""

FRESH = "other-text"
MOST_LISTS = 2_000
_Bits: TypeAlias = tuple[bool, ...]
_SECOND = timedelta(seconds=1)
_UNDECIDED: dict[Family, str] = {"number": "compared as a number", "date": "compared as a date",
                                 "bool": "compared as true or false", "binary": "compared as binary",
                                 "address": "compared as an address", "text": "compared as text",
                                 "presence": "asked for"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Comparison:
    """What one condition compares a key with: its operator and the policy's values, variables replaced."""

    operator: Operator
    wanted: tuple[Tokens, ...]


@dataclass(frozen=True, slots=True)
class Domain:
    """Which values a key can have.

    Attributes:
        key: the key, lower case.
        issued_from: for a date, the first instant; None for no limit.
        issued_before: for a date, the first instant that it cannot be; None for no limit.
        must: patterns that the text has to meet.
        never: texts that it cannot be.
        seeds: texts to prefer.
    """

    key: str
    issued_from: datetime | None = None
    issued_before: datetime | None = None
    must: tuple[Tokens, ...] = ()
    never: tuple[str, ...] = ()
    seeds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Values:
    """The values to try.

    Attributes:
        texts: one of each class.
        gap: why there may be classes that none of them is of; empty where there are none.
    """

    texts: tuple[str, ...]
    gap: str = ""


def family(operator: Operator) -> Family:
    """Tell what an operator takes its values for."""
    name = operator.base.name
    for beginning, found in _FAMILIES:
        if name.startswith(beginning):
            return found
    return "text"


_FAMILIES: tuple[tuple[str, Family], ...] = (("Numeric", "number"), ("Date", "date"), ("Bool", "bool"),
                                             ("Binary", "binary"), ("IpAddress", "address"), ("NotIp", "address"),
                                             ("Null", "presence"))  # fmt: skip


def values_of(domain: Domain, comparisons: Sequence[Comparison]) -> Values:
    """Give single values of a key: one for each way in which comparisons with it can come out together.

    A key that is compared in several ways, as a date and as text say, gets the values that each of them needs; whether
    these are all is not known then, and said.
    """
    families: set[Family] = {family(one.operator) for one in comparisons} - {"presence"}
    kind = KINDS.get(domain.key)
    everything = sorted(families | ({kind} if kind else set()))
    texts: list[str] = []
    gaps: list[str] = []
    for one in everything or ["text"]:
        chosen = [each for each in comparisons if family(each.operator) == one]
        found = _text(domain, chosen) if one == "text" else Values(tuple(_MAKERS[one](domain, chosen)))
        texts += found.texts
        gaps += [found.gap] if found.gap else []
    if kind is None and "text" not in families and families:
        texts.append(FRESH)
    if kind is not None:
        texts = [text for text in texts if _is_of(kind, text)]
    if len(everything) > 1:
        gaps.append(f"{domain.key} is {' and '.join(_UNDECIDED[one] for one in everything)}")
    return Values(tuple(dict.fromkeys(texts)), "; ".join(gaps))


def _is_of(kind: Family, text: str) -> bool:
    if kind == "date":
        return instant(text) is not None
    if kind == "bool":
        return text in {"true", "false"}
    block = network(text)
    return block is not None and block.num_addresses == 1


def text_patterns(comparison: Comparison) -> Iterator[Tokens]:
    """Give the patterns of a comparison of text."""
    name = comparison.operator.base.name
    for tokens in comparison.wanted:
        if name.endswith("IgnoreCase"):
            yield either_case(literal(tokens))
        elif name.startswith("Arn"):
            yield from _arn_pattern(tokens)
        else:
            yield tokens if name.endswith("Like") else tuple(literal(tokens))


def _arn_pattern(tokens: Tokens) -> Iterator[Tokens]:
    """Give an ARN's pattern as one, with wildcards that do not leave the first five parts; text that is none, not."""
    inside = {MANY: MANY_INSIDE, ONE: ONE_INSIDE}
    colons = [place for place, sign in enumerate(tokens) if sign == ":"][:5]
    if len(colons) == 5:
        end = colons[-1]
        yield (*(inside.get(token, token) for token in tokens[:end]), *tokens[end:])


def _text(domain: Domain, comparisons: Sequence[Comparison]) -> Values:
    patterns = [tokens for one in comparisons for tokens in text_patterns(one)]
    seeds = (*domain.seeds, FRESH, *(filled(tokens) for tokens in patterns))
    # An ARN needs its five colons: the shape makes texts that are ARNs and texts that are none two classes.
    shape = [_SHAPE] if any(one.operator.base.name.startswith("Arn") for one in comparisons) else []
    never = [tuple(text) for text in domain.never]
    found = arrangement([*patterns, *shape], seeds=seeds, must=domain.must, never=never)
    gap = "" if found.complete else f"the patterns for {domain.key} overlap in too many ways to try all"
    return Values(found.texts, gap)


_SHAPE: Tokens = (MANY_INSIDE, ":") * 5 + (MANY,)


def _dates(domain: Domain, comparisons: Sequence[Comparison]) -> Iterator[str]:
    """Give each instant that is named, the seconds beside it, and what lies between two that are closer than that."""
    named = {at for one in comparisons for tokens in one.wanted if (at := instant(literal(tokens))) is not None}
    limits = {at for at in (domain.issued_from, domain.issued_before) if at is not None}
    ordered = sorted(at.astimezone(UTC) for at in named | limits)
    tried = [at.replace(microsecond=0) + step * _SECOND for at in ordered for step in (0, -1, 1, 2) if _can_add(at)]
    tried += [*ordered, *(low + (high - low) / 2 for low, high in pairwise(ordered))]
    for at in tried or [_SOME_TIME]:
        after = domain.issued_from is None or at >= domain.issued_from
        if after and (domain.issued_before is None or at < domain.issued_before):
            yield utc_text(at) or ""


_SOME_TIME = datetime(2026, 1, 1, tzinfo=UTC)


def _can_add(at: datetime) -> bool:
    return MINYEAR < at.year < MAXYEAR


def _numbers(domain: Domain, comparisons: Sequence[Comparison]) -> Iterator[str]:
    named = {at for one in comparisons for tokens in one.wanted if (at := number(literal(tokens))) is not None}
    ordered = sorted(named)
    between = [(low + high) / 2 for low, high in pairwise(ordered)]
    around = [ordered[0] - 1, ordered[-1] + 1] if ordered else [Decimal(0)]
    yield from (format(at, "f") for at in [*ordered, *between, *around])


def _booleans(domain: Domain, comparisons: Sequence[Comparison]) -> Iterator[str]:
    yield from ("true", "false")


def _binaries(domain: Domain, comparisons: Sequence[Comparison]) -> Iterator[str]:
    named = {at for one in comparisons for tokens in one.wanted if (at := binary(literal(tokens))) is not None}
    other = b"other"
    while other in named:
        other += b"-"
    yield from (base64.b64encode(at).decode("ascii") for at in [*sorted(named), other])


def _addresses(domain: Domain, comparisons: Sequence[Comparison]) -> Iterator[str]:
    """Give the first address of each stretch between two edges of networks, of both families."""
    blocks = {at for one in comparisons for tokens in one.wanted if (at := network(literal(tokens))) is not None}
    for nicest, wide in (("192.0.2.1", ipaddress.IPv4Address), ("2001:db8::1", ipaddress.IPv6Address)):
        edges = {int(at[0]) for at in blocks if isinstance(at[0], wide)}
        edges |= {int(at[-1]) + 1 for at in blocks if isinstance(at[0], wide) and int(at[-1]) < _LAST[wide]}
        yield nicest
        yield from (str(wide(edge)) for edge in [*sorted(edges), 0])


_LAST: dict[type[ipaddress.IPv4Address | ipaddress.IPv6Address], int] = {
    ipaddress.IPv4Address: 2**32 - 1,
    ipaddress.IPv6Address: 2**128 - 1,
}
_MAKERS = {"date": _dates, "number": _numbers, "bool": _booleans, "binary": _binaries, "address": _addresses}


def several(atoms: Iterable[str], comparisons: Sequence[Comparison]) -> tuple[list[tuple[str, ...]], bool]:
    """Give lists of values for a key that holds several: one for each way in which the comparisons come out together.

    Args:
        atoms: the single values, one of each class.
        comparisons: what the key is compared with.

    Returns:
        The lists, and whether they are all; there are at most ``MOST_LISTS`` of them.
    """
    quantified = [one for one in comparisons if one.operator.quantifier]
    singles: dict[_Bits, str] = {}
    for value in atoms:
        singles.setdefault(tuple(_meets(one, value) for one in quantified), value)
    found: dict[tuple[_Bits, _Bits], tuple[str, ...]] = {(bits, bits): (value,) for bits, value in singles.items()}
    queue = list(found.items())
    while queue and len(found) <= MOST_LISTS:
        (every, some), values = queue.pop()
        for bits, value in singles.items():
            both = (tuple(map(and_, every, bits)), tuple(map(or_, some, bits)))
            if both not in found:
                found[both] = (*values, value)
                queue.append((both, found[both]))
    return [*found.values(), ("",)], not queue


def _meets(one: Comparison, value: str) -> bool:
    base = one.operator.base
    return any(base.compare(value, tokens) for tokens in one.wanted) is not base.negated
