"""IAM's policy simulation, which moto lacks: answered by the same decision function that guards every call.

Source: AWS IAM API Reference, "SimulatePrincipalPolicy" and "SimulateCustomPolicy".
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from gdkit.errors import GdkitError
from gdkit.policy import Policy, Request, decide, parse_policy
from gdkit.simulator.call import ApiError, Call, Handlers, Result

if TYPE_CHECKING:
    from gdkit.simulator.iam.principals import Bound, Policies

_WORDS = {"Allow": "allowed", "ExplicitDeny": "explicitDeny", "ImplicitDeny": "implicitDeny"}


class PolicySimulation:
    """Answers IAM's simulation of policies."""

    def __init__(self, policies: Policies) -> None:
        self._policies = policies

    def handlers(self) -> Handlers:
        """Give the operations."""
        return {
            ("iam", "SimulatePrincipalPolicy"): self.principal_policy,
            ("iam", "SimulateCustomPolicy"): self.custom_policy,
        }

    def principal_policy(self, call: Call) -> Result:
        """Decide actions by the policies of a role or user, and those given beside them."""
        arn = str(call.parameters["PolicySourceArn"])
        bound = self._bound(arn)
        given = [_parsed(text, f"PolicyInputList.{number}") for number, text in
                 enumerate(call.parameters.get("PolicyInputList", ()), start=1)]  # fmt: skip
        gone = {one["InlinePolicyIdentifier"]["PolicyName"] for one in call.parameters.get("PolicyExclusionList", ())
                if "InlinePolicyIdentifier" in one}  # fmt: skip
        own = [parse_policy(document, name=name) for name, document in bound.policies.items() if name not in gone]
        boundaries = [parse_policy(document, name=name) for name, document in bound.boundary.items()]
        return _evaluated(call, [*own, *given], next(iter(boundaries), None), {"aws:PrincipalArn": bound.arn})

    def custom_policy(self, call: Call) -> Result:
        """Decide actions by the policies given."""
        given = [_parsed(text, f"PolicyInputList.{number}") for number, text in
                 enumerate(call.parameters["PolicyInputList"], start=1)]  # fmt: skip
        return _evaluated(call, given, None, {})

    def _bound(self, arn: str) -> Bound:
        account_id, _, rest = arn.partition("::")[2].partition(":")
        kind, _, path = rest.partition("/")
        name = path.rsplit("/", 1)[-1]
        read = {"role": self._policies.of_role, "user": self._policies.of_user}.get(kind)
        bound = read(account_id, name) if read else None
        if bound is None:
            raise ApiError("NoSuchEntity", f"{arn} cannot be found.", 404)
        return bound


def _evaluated(call: Call, identity: list[Policy], boundary: Policy | None, known: dict[str, str]) -> Result:
    context: dict[str, Any] = dict(known)
    for entry in call.parameters.get("ContextEntries", ()):
        values = [str(value) for value in entry["ContextKeyValues"]]
        context[str(entry["ContextKeyName"])] = values if entry["ContextKeyType"].endswith("List") else values[0]
    results = []
    for action in call.parameters["ActionNames"]:
        for resource in call.parameters.get("ResourceArns", ["*"]):
            decision = decide(Request(str(action), str(resource), context), identity=identity, boundary=boundary)
            results.append({"EvalActionName": action, "EvalResourceName": resource,
                            "EvalDecision": _WORDS[decision.decision], "MatchedStatements": [],
                            "MissingContextValues": []})  # fmt: skip
    return {"EvaluationResults": results, "IsTruncated": False}


def _parsed(text: str, name: str) -> Policy:
    try:
        return parse_policy(json.loads(text), name=name)
    except (ValueError, GdkitError) as error:
        raise ApiError("InvalidInput", str(error)) from error
