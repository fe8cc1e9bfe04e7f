"""IAM's decision on every call: the principal's policies with their conditions, judged by ``gdkit.policy``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from gdkit.model import utc_text
from gdkit.policy import Decision, Policy, Request, decide, parse_policy
from gdkit.policy import Principal as PolicyPrincipal
from gdkit.simulator.call import ApiError
from gdkit.simulator.faults import denied_code
from gdkit.simulator.iam.actions import action_of, resources_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gdkit.simulator.call import Call
    from gdkit.simulator.ec2.compute import Compute
    from gdkit.simulator.iam.principals import Bound, Documents, Policies

NEVER_REFUSED = frozenset({("sts", "GetCallerIdentity")})
"""Source: AWS STS API Reference, "GetCallerIdentity": no permissions are required."""

_OF_ASSUME_ROLE = ("ExternalId", "RoleSessionName", "SourceIdentity")
"""Parameters that are condition keys. Source: Service Authorization Reference, "AWS Security Token Service"."""


_POLICY_WORDS = {
    "identity": "identity-based policy",
    "boundary": "permissions boundary",
    "session": "session policy",
    "resource": "resource-based policy",
    "scp": "service control policy",
}
"""What AWS calls the layers of ``gdkit.policy``."""


_TAGGED = ("security-group", "snapshot")
"""Kinds of things whose tags a policy here can ask for."""


class Authorizer:
    """Decides calls by the policies in force."""

    def __init__(self, policies: Policies, compute: Compute) -> None:
        """Begin.

        Args:
            policies: of everybody.
            compute: tells what a call on EC2 acts on, and how that is tagged.
        """
        self._policies = policies
        self._compute = compute

    def check(self, call: Call) -> None:
        """Let a call pass, or refuse it as AWS does.

        Raises:
            ApiError: IAM refuses.
        """
        if (call.service, call.operation) in NEVER_REFUSED or call.principal.kind in ("Root", "AWSService"):
            return
        if (call.service, call.operation) == ("sts", "AssumeRole"):
            return  # decided together with the role's trust policy
        action = action_of(call)
        for resource in self._resources(call):
            decision = self.decision(call, action, resource)
            if decision.decision != "Allow":
                raise self.refusal(call, action, resource, decision)

    def _resources(self, call: Call) -> list[str]:
        """Give what a call acts on; a call on a profile's association acts on the instance.

        Source: Service Authorization Reference, "Amazon EC2": ReplaceIamInstanceProfileAssociation.
        """
        association = call.parameters.get("AssociationId")
        if not isinstance(association, str) or "IamInstanceProfile" not in call.operation:
            return resources_of(call)
        instance_id = self._compute.with_profile(call.account_id, call.region, association)
        return [f"arn:aws:ec2:{call.region}:{call.account_id}:instance/{instance_id or '*'}"]

    def decision(self, call: Call, action: str, resource: str, trust: Policy | None = None,
                 owner: str | None = None) -> Decision:  # fmt: skip
        """Decide one action of a call's principal on one resource."""
        bound = self.bound(call)
        context = {**context_of(call), **self._tags(call, resource)}
        request = Request(action, resource, context, PolicyPrincipal("AWS", call.principal.arn), owner)
        if bound is None:
            return decide(request, identity=[], resource_policy=trust)
        return decide(
            request,
            identity=_parsed(bound.policies),
            boundary=next(iter(_parsed(bound.boundary)), None),
            session=[parse_policy(json.loads(text), name="session") for text in call.principal.session_policies],
            resource_policy=trust,
        )

    def _tags(self, call: Call, resource: str) -> dict[str, str]:
        """Give the tags of a security group or snapshot that a call changes, as condition keys.

        Source: Service Authorization Reference, "Amazon EC2", aws:ResourceTag/${TagKey}.
        """
        kind, _, identifier = resource.rpartition(":")[2].partition("/")
        if call.service != "ec2" or kind not in _TAGGED or identifier in ("", "*"):
            return {}
        tags = self._compute.tags(call.account_id, call.region, identifier)
        return {f"aws:ResourceTag/{key}": value for key, value in tags.items()}

    def bound(self, call: Call) -> Bound | None:
        """Give what binds a call's principal; None where role or user is gone."""
        who = call.principal
        if who.kind == "AssumedRole":
            return self._policies.of_role(who.account_id, who.name)
        return self._policies.of_user(who.account_id, who.name) if who.kind == "IAMUser" else None

    def assuming(self, call: Call, role: Bound, account_id: str) -> Decision:
        """Decide whether a principal may take a role: its trust policy admits it, and its own policies let it ask.

        Source: IAM User Guide, "Policy evaluation logic", as ``gdkit.policy.decide`` has it.
        """
        trust = parse_policy(role.trust["trust"], name="trust policy", kind="resource")
        return self.decision(call, "sts:AssumeRole", role.arn, trust, account_id)

    def refusal(self, call: Call, action: str, resource: str, decision: Decision | None) -> ApiError:
        """Word a refusal as AWS does; without a decision, there is no such role.

        Source: IAM User Guide, "Troubleshoot access denied error messages".
        """
        kind = _POLICY_WORDS[decision.layer if decision else "resource"]
        article = "an" if kind[0] in "aeiou" else "a"
        why = (
            f"with an explicit deny in {article} {kind}"
            if decision and decision.decision == "ExplicitDeny"
            else f"because no {kind} allows the {action} action"
        )
        place = "" if resource == "*" else f" on resource: {resource}"
        text = f"User: {call.principal.arn} is not authorized to perform: {action}{place} {why}"
        return ApiError(denied_code(call.service), text, 403)


def context_of(call: Call) -> dict[str, str | Sequence[str]]:
    """Give the condition keys of a call.

    Source: IAM User Guide, "AWS global condition context keys". ``aws:SourceIp`` is absent through a VPC endpoint,
    ``aws:SourceVpc`` and its kin are absent outside one.
    """
    who, source = call.principal, call.source
    context: dict[str, str | Sequence[str]] = {
        "aws:userid": who.principal_id,
        "aws:PrincipalArn": who.issuer_arn or who.arn,
        "aws:PrincipalAccount": who.account_id,
        "aws:PrincipalType": who.kind,
        "aws:PrincipalIsAWSService": "false",
        "aws:ViaAWSService": "false",
        "aws:SecureTransport": "true",
        "aws:RequestedRegion": call.region,
        "aws:UserAgent": source.user_agent,
        "aws:CurrentTime": utc_text(call.at) or "",
        "aws:EpochTime": str(int(call.at.timestamp())),
        **who.context,
    }
    if who.kind == "IAMUser":
        context["aws:username"] = who.name
    if (call.service, call.operation) == ("sts", "AssumeRole"):
        context |= {f"sts:{name}": str(call.parameters[name]) for name in _OF_ASSUME_ROLE if name in call.parameters}
    if call.service == "iam" and "PolicyArn" in call.parameters:
        context["iam:PolicyARN"] = str(call.parameters["PolicyArn"])
    if who.issued_at is not None:
        context["aws:TokenIssueTime"] = utc_text(who.issued_at) or ""
    if source.vpc_id is None:
        context["aws:SourceIp"] = source.address
    else:
        context |= {"aws:SourceVpc": source.vpc_id, "aws:VpcSourceIp": source.address}
        context |= {"aws:SourceVpce": source.vpc_endpoint_id} if source.vpc_endpoint_id else {}
    return context


def _parsed(documents: Documents) -> list[Policy]:
    return [parse_policy(document, name=name) for name, document in documents.items()]
