"""GuardDuty's language of finding criteria: checked, and decided over one finding without asking AWS.

Wildcard rules cannot be tried with ListFindings, so a rule is tried here before it is made.

Source: GuardDuty API Reference, Condition, FindingCriteria, CreateFilter and ListFindings; GuardDuty User Guide,
"Filtering findings" (attributes are joined by AND, values of one attribute by OR).

Not said by AWS, and decided here: a finding without the attribute holds every negative condition and no other; a list
holds a negative condition where none of its members is named; several conditions on one attribute are joined by AND;
letters' case counts.
"""

from __future__ import annotations

import fnmatch
import re
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cache
from importlib import resources
from ipaddress import ip_network
from typing import TYPE_CHECKING, Literal

from gdkit.errors import UsageError
from gdkit.findings.fields import instant, number, quoted
from gdkit.identifiers import parse_ip

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

Use = Literal["filter", "list"]
"""What criteria are for: a filter (CreateFilter, UpdateFilter), or a question (ListFindings, GetFindingsStatistics)."""

Operator = Literal[
    "equals",
    "notEquals",
    "matches",
    "notMatches",
    "greaterThan",
    "greaterThanOrEqual",
    "lessThan",
    "lessThanOrEqual",
]

MOST_FIELDS = 50
"""Attributes in one filter. Source: GuardDuty User Guide, "Filtering findings"."""
MOST_VALUES: dict[Operator, int] = {"equals": 50, "notEquals": 50, "matches": 5, "notMatches": 5}
"""Values of one condition. Source: GuardDuty API Reference, Condition."""
LONGEST_PATTERN = 512
"""Characters of a value with wildcards, at least 1. Source: GuardDuty API Reference, Condition."""

_COMPARISONS: dict[Operator, Callable[[float, float], bool]] = {
    "greaterThan": lambda value, bound: value > bound,
    "greaterThanOrEqual": lambda value, bound: value >= bound,
    "lessThan": lambda value, bound: value < bound,
    "lessThanOrEqual": lambda value, bound: value <= bound,
}
_OPERATORS: dict[str, Operator] = {
    **{name: name for name in (*MOST_VALUES, *_COMPARISONS)},
    "eq": "equals",
    "neq": "notEquals",
    "gt": "greaterThan",
    "gte": "greaterThanOrEqual",
    "lt": "lessThan",
    "lte": "lessThanOrEqual",
}
_ADDRESSES = ("ipAddressV4", "ipAddressV6", "publicIp", "privateIpAddress", "ipv6Addresses")


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition on one attribute.

    Attributes:
        path: of the attribute, for example ``resource.accessKeyDetails.userName``.
        operator: in the API's newer spelling.
        values: of equals and matches and their opposites; one of them is enough.
        bound: of a comparison; a time in milliseconds since 1970.
        patterns: the values with wildcards, ready to match.
    """

    path: str
    operator: Operator
    values: tuple[str, ...] = ()
    bound: int = 0
    patterns: tuple[re.Pattern[str], ...] = field(default=(), compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Criteria:
    """Criteria that were found right: all conditions must hold."""

    conditions: tuple[Condition, ...]

    @property
    def fields(self) -> tuple[str, ...]:
        """The attributes that the criteria ask about, each once, in their order."""
        return tuple(dict.fromkeys(condition.path for condition in self.conditions))


@cache
def known_fields() -> Mapping[str, bool]:
    """Give the attributes that criteria can name, and whether each is a time."""
    text = resources.files("gdkit.findings").joinpath("filter_fields.txt").read_text(encoding="utf-8")
    lines = (line.split() for line in text.splitlines() if line and not line.startswith("#"))
    return {words[0]: len(words) > 1 for words in lines}


def parse_criteria(document: object, *, use: Use = "filter", check_fields: bool = True) -> Criteria:
    """Check criteria as they are given to GuardDuty.

    Args:
        document: ``{"Criterion": {attribute: {operator: value}}}`` as boto3 takes it, or in the API's camelCase.
        use: a question refuses wildcards; a filter needs 1 to 50 attributes, a question may have none.
        check_fields: refuse attributes that AWS does not list. That GuardDuty refuses them too is unproven.

    Raises:
        UsageError: AWS would refuse it, or it cannot mean anything; names the attribute.

    >>> parse_criteria({"Criterion": {"type": {"Equals": ["Recon:EC2/Portscan"]}}}).fields
    ('type',)
    """
    criterion = _criterion(document)
    if use == "filter" and not 1 <= len(criterion) <= MOST_FIELDS:
        raise UsageError(f"a filter needs 1 to {MOST_FIELDS} attributes, not {len(criterion)}", where="Criterion")
    conditions: list[Condition] = []
    for name, asked in criterion.items():
        _check_field(name, check_fields=check_fields)
        if not isinstance(asked, dict) or not asked:
            raise UsageError("it has no condition", where=quoted(name, 200))
        conditions += [_condition(name, operator, operand, use) for operator, operand in asked.items()]
    return Criteria(tuple(dict.fromkeys(conditions)))


def matches(criteria: Criteria, finding: Mapping[str, object], *, cidr: bool = False) -> bool:
    """Tell whether a finding meets all conditions.

    Args:
        criteria: from ``parse_criteria``.
        finding: one finding in the API's camelCase.
        cidr: let a network such as ``198.51.100.0/24`` among the values of Equals and NotEquals stand for its
            addresses. The User Guide speaks of "IP address or CIDR range" for suppression rules, the API Reference
            does not: unproven, so off unless asked for.
    """
    return all(holds(condition, values_at(finding, condition.path), cidr=cidr) for condition in criteria.conditions)


def holds(condition: Condition, values: Sequence[object], *, cidr: bool = False) -> bool:
    """Tell whether one condition holds of the values that a finding has at its path.

    Args:
        condition: of criteria that were parsed.
        values: from ``values_at``; none where the finding lacks the attribute.
        cidr: as in ``matches``.
    """
    compare = _COMPARISONS.get(condition.operator)
    if compare is not None:
        numbers = [found for value in values if (found := comparable(value)) is not None]
        return any(compare(found, condition.bound) for found in numbers)
    if condition.operator in ("matches", "notMatches"):
        met = any(pattern.match(_text(value)) for value in values for pattern in condition.patterns)
    else:
        met = any(_equal(value, wanted, condition.path, cidr=cidr) for value in values for wanted in condition.values)
    return met is not condition.operator.startswith("not")


def values_at(finding: Mapping[str, object], path: str) -> tuple[object, ...]:
    """Give what stands at a path of a finding, through every list on the way.

    >>> values_at({"a": [{"b": 1}, {"b": [2, 3]}, {}]}, "a.b")
    (1, 2, 3)
    """
    return tuple(_values(finding, path))


def comparable(value: object) -> float | None:
    """Give a number, or a time in milliseconds since 1970; None for all else."""
    if isinstance(value, bool):
        return None
    found = number(value)
    at = instant(value) if found is None else None
    return at.timestamp() * 1000 if at is not None else found


def _criterion(document: object) -> dict[str, object]:
    if not isinstance(document, dict) or set(document) - {"Criterion", "criterion"} or len(document) > 1:
        raise UsageError('finding criteria are written {"Criterion": {attribute: {operator: value}}}')
    criterion: object = next(iter(document.values()), {})
    if not isinstance(criterion, dict):
        raise UsageError("it holds no attributes", where="Criterion")
    return criterion


def _check_field(name: object, *, check_fields: bool) -> None:
    if not isinstance(name, str) or not name:
        raise UsageError("an attribute is named by text", where="Criterion")
    if not check_fields or name in known_fields():
        return
    near = get_close_matches(name, known_fields(), n=1)
    raise UsageError(
        "GuardDuty does not list it among the attributes of a filter",
        where=quoted(name, 200),
        action=f"use {near[0]}." if near else "write attributes in camelCase, as they stand in the finding's JSON.",
    )


def _condition(name: str, spelled: object, operand: object, use: Use) -> Condition:
    text = spelled if isinstance(spelled, str) else ""
    operator = _OPERATORS.get(text[:1].lower() + text[1:])
    where = quoted(name, 200)
    if operator is None:
        raise UsageError(f"there is no operator {quoted(spelled)}", where=where, action=f"use {_one_of(_OPERATORS)}.")
    if operator in _COMPARISONS:
        if not isinstance(operand, int) or isinstance(operand, bool):
            raise UsageError(f"{operator} needs one whole number, a time in milliseconds since 1970", where=where)
        return Condition(name, operator, bound=operand)
    wild = operator in ("matches", "notMatches")
    if wild and use == "list":
        raise UsageError(f"{operator} is for filters only; GuardDuty answers no question with wildcards", where=where)
    values = _texts(operand, operator, where)
    return Condition(name, operator, values, patterns=tuple(map(_pattern, values)) if wild else ())


def _texts(operand: object, operator: Operator, where: str) -> tuple[str, ...]:
    if not isinstance(operand, list | tuple) or not all(isinstance(value, str) for value in operand):
        raise UsageError(f"{operator} needs a list of texts", where=where)
    if not 1 <= len(operand) <= MOST_VALUES[operator]:
        raise UsageError(f"{operator} takes 1 to {MOST_VALUES[operator]} values, not {len(operand)}", where=where)
    lengths = [len(value) for value in operand]
    if operator in ("matches", "notMatches") and not all(1 <= length <= LONGEST_PATTERN for length in lengths):
        raise UsageError(f"values of {operator} have 1 to {LONGEST_PATTERN} characters", where=where)
    return tuple(operand)


def _pattern(value: str) -> re.Pattern[str]:
    """Make a pattern of a value where only ``*`` and ``?`` are special; it takes no time beyond the text's length."""
    return re.compile(fnmatch.translate(re.sub(r"\*+", "*", value).replace("[", "[[]")))


def _one_of(names: Iterable[str]) -> str:
    return ", ".join(name[0].upper() + name[1:] for name in names)


def _values(finding: object, path: str) -> list[object]:
    nodes = [finding]
    for key in path.split("."):
        nodes = [node[key] for node in nodes if isinstance(node, dict) and key in node]
        nodes = [member for node in nodes for member in (node if isinstance(node, list) else [node])]
    return [node for node in nodes if node is not None]


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _equal(value: object, wanted: str, path: str, *, cidr: bool) -> bool:
    if _text(value) == wanted:
        return True
    if isinstance(value, int | float) or known_fields().get(path):  # 8.0 is 8; a time is named in milliseconds
        return comparable(value) is not None and comparable(value) == number(wanted)
    return cidr and path.rpartition(".")[2] in _ADDRESSES and _in_network(value, wanted)


def _in_network(value: object, wanted: str) -> bool:
    address = parse_ip(value) if isinstance(value, str) else None
    if address is None or "/" not in wanted:
        return False
    try:
        return address in ip_network(wanted, strict=False)
    except ValueError:
        return False
