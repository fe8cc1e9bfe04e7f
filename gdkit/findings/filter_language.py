"""What a filter would say of a finding, with "unknown" as an answer: where findings are hidden, a guess is no answer.

``criteria`` decides as GuardDuty is believed to; here what nobody can be sure of is told apart. A finding that lacks an
attribute, a value that cannot be compared, an operator or an attribute that gdkit does not know: unknown. One condition
that surely fails is enough for a sure no, because the conditions are joined by AND.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gdkit.errors import FindingError, UsageError
from gdkit.findings.criteria import Condition, Criteria, comparable, holds, parse_criteria, values_at
from gdkit.findings.fields import plain
from gdkit.findings.shapes import recognise

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_COMPARING = frozenset({"greaterThan", "greaterThanOrEqual", "lessThan", "lessThanOrEqual"})


@dataclass(frozen=True, slots=True)
class Rule:
    """The criteria of a filter, as far as they can be understood.

    Attributes:
        criteria: the conditions that are understood.
        unreadable: each thing that is not, in words.
    """

    criteria: Criteria
    unreadable: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a rule says of one finding.

    Attributes:
        answer: whether it matches; None where that cannot be known.
        why: what cannot be known, in words; empty where the answer is sure.
        networks: networks such as ``198.51.100.0/24`` whose standing for their addresses decided; that AWS takes
            them so is unverified.
    """

    answer: bool | None
    why: tuple[str, ...] = ()
    networks: tuple[str, ...] = ()


def read_rule(document: object) -> Rule:
    """Understand a filter's criteria, condition by condition, and refuse nothing.

    Args:
        document: ``{"Criterion": {attribute: {operator: value}}}`` as GetFilter gives it.

    >>> read_rule({"Criterion": {"type": {"Sounds": ["x"]}}}).unreadable[0][:25]
    "'type': there is no opera"
    """
    criterion = next(iter(document.values()), None) if isinstance(document, dict) and len(document) == 1 else None
    if not isinstance(criterion, dict) or not criterion:
        return Rule(Criteria(()), ("it has no criteria that can be read",))
    conditions: list[Condition] = []
    unreadable: list[str] = []
    for name, asked in criterion.items():
        parts = asked.items() if isinstance(asked, dict) and asked else [("", None)]
        for operator, operand in parts:
            try:
                found = parse_criteria({"Criterion": {name: {operator: operand}}}, check_fields=False)
            except UsageError as error:
                unreadable.append(plain(f"{error.where}: {error.problem}", 300))
                continue
            conditions += found.conditions
    return Rule(Criteria(tuple(dict.fromkeys(conditions))), tuple(unreadable))


def judge(rule: Rule | Criteria, finding: Mapping[str, Any]) -> Judgement:
    """Say whether a rule matches a finding; None where that cannot be known.

    Args:
        rule: from ``read_rule`` or ``parse_criteria``.
        finding: in GuardDuty's camelCase; ``canonical`` gives it from any shape.
    """
    criteria, unreadable = (rule.criteria, rule.unreadable) if isinstance(rule, Rule) else (rule, ())
    why: list[str] = list(unreadable)
    networks: list[str] = []
    for condition in criteria.conditions:
        values = values_at(finding, condition.path)
        reason = _unknown(condition, values)
        if reason:
            why.append(reason)
            continue
        met = holds(condition, values, cidr=True)
        if met != holds(condition, values):
            networks += [value for value in condition.values if "/" in value]
        if not met:
            return Judgement(answer=False, networks=tuple(dict.fromkeys(networks)))
    return Judgement(None if why else True, tuple(why), tuple(dict.fromkeys(networks)))


def canonical(document: object) -> Mapping[str, Any]:
    """Give a finding in GuardDuty's camelCase, from whatever shape it is in: the API's, an event's, Security Hub's.

    Raises:
        FindingError: it holds no finding, or more than one.

    >>> canonical({"Type": "Recon:EC2/Portscan", "Service": {"Count": 1}, "Id": "a"})["service"]
    {'count': 1}
    """
    found = recognise([document]).candidates
    if len(found) != 1:
        raise FindingError(f"it holds {len(found)} findings, not one")
    return found[0].body


def _unknown(condition: Condition, values: Iterable[object]) -> str:
    """Say why a condition cannot be judged over these values; empty where it can."""
    listed = list(values)
    if not listed:
        return f"the finding has no {plain(condition.path, 200)}"
    if condition.operator in _COMPARING and all(comparable(value) is None for value in listed):
        return f"{plain(condition.path, 200)} is no number and no time"
    if any(isinstance(value, dict) for value in listed):
        return f"{plain(condition.path, 200)} holds more than a value"
    return ""
