"""Whether a policy refuses one logged call: yes, no, or undecided where that rests on what nobody logged.

The call is put to ``gdkit.policy.decide`` twice: with every condition that rests on a key the log does not settle taken
to hold, and with such statements left out. A Deny that stands without them denies; a call that passes even with them is
allowed; in between nobody can say.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from gdkit.errors import UsageError
from gdkit.identifiers import parse_arn
from gdkit.policy import Policy, Principal, Request, decide, parse_policy
from gdkit.policy.operators import NULL
from gdkit.policy.patterns import Variable, template_of
from gdkit.response.recovery.pattern import KEYS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gdkit.policy.document import Condition, Statement
    from gdkit.response.recovery.pattern import Pattern, Place
    from gdkit.response.recovery.seen import Seen

Outcome = Literal["allowed", "denied", "undecided"]

ACTION, RESOURCE, CALLER = "the call's IAM action", "the resource", "who called"
"""What a policy can rest on beside condition keys, in words."""

_UNLOGGED = "(not logged)"
_SPELLED = {key.lower(): key for key in KEYS}
_ALL = {"Effect": "Allow", "Action": "*", "Resource": "*"}
_GRANT = parse_policy({"Statement": _ALL}, name="everything")
_RCP_GRANT = parse_policy({"Statement": {**_ALL, "Principal": "*"}}, name="everything", kind="resource")


@dataclass(frozen=True, slots=True)
class Weighed:
    """What a policy does to a call.

    Attributes:
        missing: condition keys, or words, that the log does not settle; only where it is undecided.
    """

    outcome: Outcome
    missing: tuple[str, ...] = ()


def read_pattern(pattern: Pattern) -> Policy:
    """Read a pattern's policy.

    Raises:
        PolicyError: it is malformed.
        UsageError: it allows something: only what denies can be tried by itself.
    """
    policy = parse_policy(
        pattern.document, name=pattern.name, kind="resource" if pattern.place == "RCP" else "identity"
    )
    if any(statement.effect != "Deny" for statement in policy.statements):
        raise UsageError("only policies that deny can be tried on the log", where=f"policy {pattern.name}")
    return policy


def mentioned(policy: Policy) -> frozenset[str]:
    """Give every condition key that a policy rests on, in lower case, those in variables too."""
    return frozenset(key for statement in policy.statements for one in statement.conditions for key in _keys(one))


def weigh(policy: Policy, place: Place, call: Seen, identity_arn: str | None) -> Weighed:
    """Tell whether a policy refuses a call, everything else allowing it.

    Args:
        policy: from ``read_pattern``.
        place: where it goes.
        call: the call as IAM saw it.
        identity_arn: who called; needed for a resource control policy.
    """
    account = parse_arn(identity_arn)
    if place == "RCP" and (account is None or not account.account_id):
        return Weighed("undecided", (CALLER,))
    gaps = [(statement, tuple(_gaps(statement, call))) for statement in policy.statements]
    surely = tuple(statement for statement, missing in gaps if not missing)
    if not _passes(replace(policy, statements=surely), place, call, identity_arn):
        return Weighed("denied")
    harsh = [(_harsh(statement, call), missing) for statement, missing in gaps if missing]
    against = [missing for statement, missing in harsh
               if not _passes(replace(policy, statements=(statement,)), place, call, identity_arn)]  # fmt: skip
    if not against:
        return Weighed("allowed")
    return Weighed("undecided", tuple(dict.fromkeys(key for missing in against for key in missing)))


def _passes(policy: Policy, place: Place, call: Seen, identity_arn: str | None) -> bool:
    context = {**dict.fromkeys(call.present, _UNLOGGED), **call.known}
    principal = Principal("AWS", identity_arn) if place == "RCP" and identity_arn else None
    request = Request(call.action or "unknown:Unknown", call.resource or "*", context, principal)
    if place == "role":
        return decide(request, identity=(_GRANT, policy)).allowed
    if place == "SCP":
        return decide(request, identity=(_GRANT,), scps=((_GRANT, policy),)).allowed
    whole = replace(policy, statements=(*_RCP_GRANT.statements, *policy.statements))
    return decide(request, identity=(_GRANT,), resource_policy=whole).allowed


def _gaps(statement: Statement, call: Seen) -> Iterator[str]:
    """Give what a statement rests on and the log does not settle."""
    if call.action is None and (statement.not_action or "*" not in statement.actions):
        yield ACTION
    if call.resource is None and statement.resources not in (None, ("*",)):
        yield RESOURCE
    for condition in statement.conditions:
        yield from _open_keys(condition, call)


def _open_keys(condition: Condition, call: Seen) -> tuple[str, ...]:
    """Give the keys by which a condition is open; none where it is settled whatever value was there."""
    key = condition.key.lower()
    if key in call.absent:
        return ()
    if condition.operator.base is NULL:
        return () if call.told(key) or key in call.present else (condition.key,)
    if not call.told(key) and key not in call.present:
        return (condition.key,)
    values = [_variables(condition, text) for text in condition.values]
    if all(any(one.key in call.absent and one.default is None for one in used) for used in values):
        return ()
    unsettled = [_SPELLED.get(one.key, one.key) for used in values for one in used if not call.told(one.key)]
    return (*(() if key in call.known else (condition.key,)), *unsettled)


def _harsh(statement: Statement, call: Seen) -> Statement:
    """Give a statement with what the log does not settle taken to fit."""
    kept = tuple(one for one in statement.conditions if not _open_keys(one, call))
    if call.action is None:
        statement = replace(statement, actions=("*",), not_action=False)
    if call.resource is None:
        statement = replace(statement, resources=("*",), not_resource=False)
    return replace(statement, conditions=kept)


def _keys(condition: Condition) -> Iterator[str]:
    yield condition.key.lower()
    for text in condition.values:
        yield from (one.key for one in _variables(condition, text))


def _variables(condition: Condition, text: str) -> tuple[Variable, ...]:
    known = condition.variables and condition.operator.base.variables
    return tuple(piece for piece in template_of(text, known) if isinstance(piece, Variable))
