"""What a role's policies would have let the thief do: read from the documents alone, with what that leaves open."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from gdkit import tables
from gdkit.analysis.impact.access import LEVELS, OVERRIDES, level_of, service_actions, service_prefixes
from gdkit.errors import PolicyError
from gdkit.policy import parse_policy
from gdkit.policy.patterns import action_matches

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import pandas as pd

    from gdkit.policy import Policy, Statement

NOT_CONSIDERED = (
    "service control policies and resource control policies of the organisation",
    "policies of the resources themselves (buckets, keys, secrets, queues), which can allow more or less",
    "session policies given when a session was made",
    "conditions: they stand beside each row and are not judged",
    "which resources there are that a pattern fits, and VPC endpoint policies on the way to them",
    "trust policies: sts:AssumeRole works only on roles that trust this one",
)
"""What the documents alone cannot tell. Source: IAM User Guide, "Policy evaluation logic"."""

_ESCALATING = (
    "iam:AttachGroupPolicy iam:AttachRolePolicy iam:AttachUserPolicy iam:CreatePolicyVersion iam:PutGroupPolicy "
    "iam:PutRolePolicy iam:PutUserPolicy iam:SetDefaultPolicyVersion iam:UpdateAssumeRolePolicy "
    "iam:DeleteRolePermissionsBoundary iam:DeleteUserPermissionsBoundary iam:DeleteRolePolicy iam:DetachRolePolicy "
    "iam:PutRolePermissionsBoundary iam:PutUserPermissionsBoundary "
    "sso:AttachManagedPolicyToPermissionSet sso:AttachCustomerManagedPolicyReferenceToPermissionSet "
    "sts:AssumeRole lambda:AddPermission lambda:CreateFunction lambda:CreateEventSourceMapping "
    "lambda:UpdateFunctionCode lambda:UpdateFunctionConfiguration ssm:SendCommand ssm:StartSession "
    "ssm:StartAutomationExecution ssm:CreateAssociation ssm:ResumeSession ssm:UpdateDocument "
    "ec2:RunInstances ec2:ModifyInstanceAttribute ec2:AssociateIamInstanceProfile "
    "ec2:ReplaceIamInstanceProfileAssociation ec2:RequestSpotInstances ec2:CreateLaunchTemplateVersion "
    "ec2-instance-connect:SendSSHPublicKey ec2-instance-connect:SendSerialConsoleSSHPublicKey "
    "cloudformation:CreateStack cloudformation:UpdateStack cloudformation:CreateChangeSet "
    "cloudformation:CreateStackSet codebuild:CreateProject codebuild:UpdateProject codebuild:StartBuild "
    "glue:CreateDevEndpoint glue:UpdateDevEndpoint glue:CreateJob glue:UpdateJob "
    "sagemaker:CreateNotebookInstance sagemaker:CreatePresignedNotebookInstanceUrl sagemaker:CreateTrainingJob "
    "sagemaker:CreateProcessingJob datapipeline:CreatePipeline datapipeline:PutPipelineDefinition "
    "ecs:RegisterTaskDefinition ecs:RunTask ecs:ExecuteCommand ecs:StartTask states:CreateStateMachine "
    "states:UpdateStateMachine apprunner:CreateService autoscaling:CreateLaunchConfiguration batch:SubmitJob "
    "events:PutTargets scheduler:CreateSchedule kms:CreateGrant kms:PutKeyPolicy "
    "secretsmanager:PutResourcePolicy s3:PutBucketPolicy cognito-identity:SetIdentityPoolRoles "
    "bedrock-agentcore:CreateCodeInterpreter"
)
ESCALATIONS: frozenset[str] = OVERRIDES | frozenset(_ESCALATING.split())
"""Actions that lead to more power than the policy names, alone or with ``iam:PassRole``.

Source: Rhino Security Labs, "AWS IAM Privilege Escalation Methods"; Datadog, pathfinding.cloud.
"""


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What the policies tell.

    Attributes:
        rows: ``tables.CAPABILITIES``.
        unread: policies that could not be read, each with the reason; what they allow is not in the rows.
        not_considered: what could make the truth more or less than the rows.
    """

    rows: pd.DataFrame
    unread: tuple[str, ...]
    not_considered: tuple[str, ...] = NOT_CONSIDERED


def capabilities_of(
    policies: Iterable[tuple[str, Mapping[str, object] | str]], boundary: Mapping[str, object] | str | None = None
) -> Capabilities:
    """Read what policies of a role let it do.

    Args:
        policies: name and document of each, inline and managed; a document is JSON text or the object of it.
        boundary: the document of its permissions boundary; None where it has none.

    Returns:
        A row for each action pattern of each statement, and what is left open.
    """
    unread: list[str] = []
    read = [policy for name, document in policies if (policy := _read(name, document, unread))]
    limit = _read("permissions boundary", boundary, unread) if boundary is not None else None
    limits = _permitted((limit,)) if limit else None
    denied = _plainly_denied(read)
    rows = [
        _row(policy, statement, pattern, denied, limits)
        for policy in read
        for statement in policy.statements
        for pattern in ([_all_but(statement)] if statement.not_action else statement.actions)
    ]
    return Capabilities(tables.frame_of_rows(tables.CAPABILITIES, rows), tuple(unread))


def _read(name: str, document: Mapping[str, object] | str, unread: list[str]) -> Policy | None:
    try:
        return parse_policy(document, name=name)
    except PolicyError as error:
        unread.append(str(error))
        return None


def _row(
    policy: Policy, statement: Statement, pattern: str, denied: frozenset[str], limits: frozenset[str] | None
) -> dict[str, Any]:
    fits = _actions_of(statement) if statement.not_action else _matched(pattern)
    allows = statement.effect == "Allow"
    left = (fits & ESCALATIONS) - denied if allows else frozenset()
    levels = {level_of(action) for action in fits}
    return {
        "policy": policy.name, "statement": statement.index, "sid": statement.sid or None,
        "effect": statement.effect, "pattern": pattern, "actions": len(fits),
        "access_levels": "\n".join(level for level in LEVELS if level in levels) or None,
        "escalations": "\n".join(sorted(left if limits is None else left & limits)) or None,
        "any_resource": _any_resource(statement), "resources": _resources(statement),
        "conditions": _conditions(statement), "boundary": _share(fits, limits) if allows else None,
    }  # fmt: skip


def _share(fits: frozenset[str], limits: frozenset[str] | None) -> str | None:
    if limits is None or not fits:
        return None
    if fits <= limits:
        return "all"
    return "part" if fits & limits else "none"


def _plainly_denied(policies: Iterable[Policy]) -> frozenset[str]:
    """Give what statements deny without condition and for every resource."""
    found: set[str] = set()
    for policy in policies:
        for statement in policy.statements:
            if statement.effect == "Deny" and not statement.conditions and _any_resource(statement):
                found |= _actions_of(statement)
    return frozenset(found)


def _permitted(policies: tuple[Policy, ...]) -> frozenset[str]:
    """Give the actions that policies allow on any resource, under any condition, less those plainly denied."""
    allowed: set[str] = set()
    for policy in policies:
        for statement in policy.statements:
            if statement.effect == "Allow":
                allowed |= _actions_of(statement)
    return frozenset(allowed) - _plainly_denied(policies)


def _actions_of(statement: Statement) -> frozenset[str]:
    named = frozenset().union(*(_matched(pattern) for pattern in statement.actions))
    return _matched("*") - named if statement.not_action else named


@lru_cache(maxsize=4096)
def _matched(pattern: str) -> frozenset[str]:
    """Give the actions of the reference that a pattern fits, such as ``s3:GetObject``."""
    service, colon, name = pattern.partition(":")
    found: set[str] = set()
    for prefix in service_prefixes():
        if pattern != "*" and not action_matches(service, prefix):
            continue
        names = (spelled for spelled, _ in service_actions(prefix).values())
        found.update(f"{prefix}:{one}" for one in names if not colon or name == "*" or action_matches(name, one))
    return frozenset(found)


def _all_but(statement: Statement) -> str:
    return f"all but {', '.join(statement.actions)}"


def _any_resource(statement: Statement) -> bool:
    return statement.resources is not None and "*" in statement.resources and not statement.not_resource


def _resources(statement: Statement) -> str | None:
    if statement.resources is None:
        return None
    text = "\n".join(statement.resources)
    return f"all but\n{text}" if statement.not_resource else text


def _conditions(statement: Statement) -> str | None:
    lines = (f"{one.name} {one.key}: {', '.join(one.values)}" for one in statement.conditions)
    return "\n".join(lines) or None
