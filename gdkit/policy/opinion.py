"""AWS's own opinion on a change: a proof's requests as questions to IAM's policy simulation.

Nothing here calls AWS. Source: IAM API Reference, "SimulatePrincipalPolicy".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gdkit.policy.values import KINDS, Family, family

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from gdkit.policy.document import Policy
    from gdkit.policy.proof import Proof
    from gdkit.policy.request import ContextValue, Request

MOST_REQUESTS = 40
"""Requests of a proof that are asked about; the simulation shares IAM's request rate with everything else."""

_TYPES: dict[Family, str] = {"text": "string", "number": "numeric", "date": "date", "bool": "boolean",
                             "binary": "binary", "address": "ip"}  # fmt: skip
_NAMES = {"aws:userid": "aws:userid", "aws:tokenissuetime": "aws:TokenIssueTime", "aws:principaltype":
          "aws:PrincipalType", "aws:principalaccount": "aws:PrincipalAccount", "ec2:sourceinstancearn":
          "ec2:SourceInstanceARN", "ec2:roledelivery": "ec2:RoleDelivery"}  # fmt: skip
_OWN = "aws:principalarn"
"""What the simulation knows by itself, from ``PolicySourceArn``."""


@dataclass(frozen=True, slots=True)
class Simulation:
    """One call of ``SimulatePrincipalPolicy``.

    Attributes:
        parameters: as boto3 takes them.
        requests: what is asked, one for each of its actions.
    """

    parameters: dict[str, Any]
    requests: tuple[Request, ...]


def requests_of(proof: Proof, role_arn: str) -> tuple[Request, ...]:
    """Give requests that show what a proof says: its counterexamples, and what each session loses and keeps.

    Args:
        proof: the proof.
        role_arn: the role; sessions of other roles are left out, as the simulation is of one role.
    """
    shown = [one for effect in proof.effects for one in (effect.lost, effect.kept) if one is not None]
    own = [one.request for one in (*proof.counterexamples, *shown) if one.session.role_arn == role_arn]
    distinct = {(one.action, one.resource, tuple(sorted(one.context.items()))): one for one in own}
    return tuple(distinct.values())[:MOST_REQUESTS]


def simulations(
    requests: Sequence[Request],
    *,
    role_arn: str,
    added: Sequence[str],
    after: Sequence[Policy],
    replaced: Sequence[str] = (),
) -> tuple[Simulation, ...]:
    """Give the calls that ask AWS about requests after the change.

    The simulation adds ``PolicyInputList`` to all policies that the role has, so only what the change adds is given,
    and what it takes away is excluded. One call asks for one resource and one context: an answer for several resources
    is given in another form.

    Args:
        requests: what to ask.
        role_arn: the role.
        added: the texts of the documents that the change adds or writes anew.
        after: all policies of the role after the change; they tell of what type a condition key is.
        replaced: names of the role's inline policies that the change takes away or writes anew.

    Source: IAM API Reference, "SimulatePrincipalPolicy": PolicyInputList, PolicyExclusionList; ResourceArns is ``*``
    where it is not given; ``IsTruncated`` and ``Marker`` page the answers.
    """
    names, types = _keys(after)
    together: dict[tuple[str, tuple[tuple[str, object], ...]], list[Request]] = {}
    for one in requests:
        together.setdefault((one.resource, tuple(sorted(one.context.items()))), []).append(one)
    excluded = [
        {"InlinePolicyIdentifier": {"PolicyName": name, "AttachmentType": "role",
                                    "AttachmentName": role_arn.rpartition("/")[2]}}
        for name in sorted(set(replaced))
    ]  # fmt: skip
    made = []
    for (resource, _), asked in together.items():
        distinct = {one.action: one for one in asked}
        parameters: dict[str, Any] = {
            "PolicySourceArn": role_arn,
            "PolicyInputList": list(added),
            "ActionNames": list(distinct),
            "ResourceArns": [resource],
            "ContextEntries": list(_entries(asked[0], names, types)),
        }
        parameters |= {"PolicyExclusionList": excluded} if excluded else {}
        made.append(Simulation(parameters, tuple(distinct.values())))
    return tuple(made)


def _keys(policies: Sequence[Policy]) -> tuple[dict[str, str], dict[str, Family]]:
    """Give the spelling of condition keys, and of what type they are."""
    names, types = dict(_NAMES), dict(KINDS)
    for policy in policies:
        for statement in policy.statements:
            for condition in statement.conditions:
                key, kind = condition.key.lower(), family(condition.operator)
                names.setdefault(key, condition.key)
                if kind != "presence":
                    types.setdefault(key, kind)
    return names, types


def _entries(request: Request, names: Mapping[str, str], types: Mapping[str, Family]) -> Iterator[dict[str, Any]]:
    for key in sorted(request.context):
        value: ContextValue | None = request.values(key)
        if key == _OWN or value is None:
            continue
        kind = _TYPES[types.get(key, "text")]
        values = [value] if isinstance(value, str) else list(value)
        yield {
            "ContextKeyName": names.get(key, key),
            "ContextKeyType": kind if isinstance(value, str) else f"{kind}List",
            "ContextKeyValues": values,
        }
