"""Does a condition of a statement hold for a request?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gdkit.policy.operators import NULL, boolean
from gdkit.policy.patterns import template_of

if TYPE_CHECKING:
    from gdkit.policy.document import Condition
    from gdkit.policy.request import Request


def holds(condition: Condition, request: Request) -> bool:
    """Tell whether one condition (one operator, one key) holds.

    Where the request lacks the key: ``IfExists``, ``ForAllValues`` and negated operators without a prefix hold, the
    others do not; ``ForAnyValue`` does not hold even with ``IfExists``. ``ForAllValues`` holds for empty text too. A
    multivalued key meets an operator without a prefix never, negated or not.

    A variable that has no value equals nothing, so a negated operator holds against it. Text that an operator cannot
    read (a request's ``aws:SourceIp`` that is no address) equals nothing either.

    Source: IAM User Guide, "Condition operators", "Single-valued vs. multivalued context keys", and "Variables and
    tags", section "Policy variables with no value".
    """
    base, quantifier = condition.operator.base, condition.operator.quantifier
    found = request.values(condition.key)
    if base is NULL:
        return any(boolean(text) is (found is None) for text in condition.values)
    if found is None:
        return _holds_without_key(condition)
    found_in_policy = wanted(condition, request)

    def meets(value: str) -> bool:
        return any(base.compare(value, tokens) for tokens in found_in_policy) is not base.negated

    if quantifier is None:
        return isinstance(found, str) and meets(found)
    values = (found,) if isinstance(found, str) else found
    if quantifier == "any":
        return any(map(meets, values))
    return not any(values) or all(map(meets, values))


def _holds_without_key(condition: Condition) -> bool:
    operator = condition.operator
    if operator.quantifier is None:
        return operator.if_exists or operator.base.negated
    return operator.quantifier == "all"


def wanted(condition: Condition, request: Request) -> list[tuple[str, ...]]:
    """Give the policy's values with the request's in place of variables; those that have none are left out."""
    variables = condition.variables and condition.operator.base.variables
    expanded = (request.expand(template_of(text, variables)) for text in condition.values)
    return [tokens for tokens in expanded if tokens is not None]
