"""Which statements of policies apply to a request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gdkit.policy.conditions import holds
from gdkit.policy.patterns import action_matches, matches, resource_template
from gdkit.policy.principals import Directness, directness

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gdkit.policy.document import Policy, Statement
    from gdkit.policy.request import Request


def denying(policies: Iterable[Policy], request: Request, *, bounded: bool = False) -> tuple[Policy, Statement] | None:
    """Give the first Deny that applies.

    Args:
        policies: the policies of one layer.
        request: what is asked.
        bounded: whether the one who asks has a permissions boundary. A Deny with ``NotPrincipal`` then applies whomever
            it excepts. Source: IAM User Guide, "AWS JSON policy elements: NotPrincipal".
    """
    for policy in policies:
        for statement in policy.statements:
            if statement.effect != "Deny" or not applies(statement, request):
                continue
            if (bounded and statement.not_principal) or _named(statement, request):
                return policy, statement
    return None


def allowing(
    policies: Iterable[Policy], request: Request, *, way: Directness | None = None
) -> tuple[Policy, Statement] | None:
    """Give the first Allow that applies.

    Args:
        policies: the policies of one layer.
        request: what is asked.
        way: how the statement must name the one who asks, in a resource's policy; None in all others.
    """
    for policy in policies:
        for statement in policy.statements:
            grants = statement.effect == "Allow" and (way is None or way in _named(statement, request))
            if grants and applies(statement, request):
                return policy, statement
    return None


def applies(statement: Statement, request: Request) -> bool:
    """Tell whether action, resource and conditions of a statement fit, whoever asks."""
    if not names_action(statement, request) or not names_resource(statement, request):
        return False
    return all(holds(condition, request) for condition in statement.conditions)


def names_action(statement: Statement, request: Request) -> bool:
    """Tell whether ``Action`` or ``NotAction`` fits."""
    return any(action_matches(pattern, request.action) for pattern in statement.actions) is not statement.not_action


def names_resource(statement: Statement, request: Request) -> bool:
    """Tell whether ``Resource`` or ``NotResource`` fits; a statement without either fits every resource."""
    return statement.resources is None or _covers(statement, request) is not statement.not_resource


def _covers(statement: Statement, request: Request) -> bool:
    """Tell whether one of the patterns covers the resource; one with a variable that has no value covers nothing."""
    for pattern in statement.resources or ():
        tokens = request.expand(resource_template(pattern, statement.variables))
        if tokens is not None and matches(tokens, request.resource):
            return True
    return False


def _named(statement: Statement, request: Request) -> frozenset[Directness]:
    """Tell in which ways a statement names the one who asks; a policy without principals speaks of its owner."""
    if statement.principals is None:
        return frozenset({"direct"})
    if request.principal is None:
        return frozenset()
    ways = frozenset(way for entry in statement.principals if (way := directness(entry, request.principal)))
    if statement.not_principal:
        return frozenset() if ways else frozenset({"direct"})
    return ways
