"""A role as IAM holds it now: read-only calls."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from gdkit.aws import ask, need, rows
from gdkit.errors import AwsCall
from gdkit.response.step import Need

if TYPE_CHECKING:
    from gdkit.aws import ReadOnlyAws

_ROLE = "arn:{partition}:iam::{account_id}:role/{role_name}"

READS = (
    Need("iam:GetRole", _ROLE),
    Need("iam:ListRolePolicies", _ROLE),
    Need("iam:GetRolePolicy", _ROLE),
    Need("iam:ListAttachedRolePolicies", _ROLE),
    Need("iam:GetPolicy"),
    Need("cloudtrail:LookupEvents"),
    Need("ec2:DescribeInstances"),
)
"""What the checklist's own reading needs. Things that grew are read as the environment's probes declare it."""


@dataclass(frozen=True, slots=True)
class RoleNow:
    """A role.

    Attributes:
        id: its unique id, another one for each role that is made.
        trust: its trust policy.
        boundary: ARN of its permissions boundary; None where it has none.
        inline: its inline policies, by name.
        attached: the version in force of each attached policy, by ARN; None where that could not be told.
    """

    id: str
    arn: str
    trust: Mapping[str, Any]
    boundary: str | None = None
    inline: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    attached: Mapping[str, str | None] = field(default_factory=dict)


def read_role(aws: ReadOnlyAws, account_id: str, name: str) -> RoleNow:
    """Give a role with all its policies.

    Raises:
        AwsError: it could not be read; the code is ``NoSuchEntity`` where there is no such role.
    """
    client, asked = aws.client("iam", account_id=account_id), {"RoleName": name}
    role = need(ask(client, "GetRole", asked, account_id=account_id), "Role", AwsCall("iam", "GetRole", account_id))
    names = list(rows(client, "ListRolePolicies", "PolicyNames", asked, account_id=account_id))
    attached = list(rows(client, "ListAttachedRolePolicies", "AttachedPolicies", asked, account_id=account_id))
    inline = {}
    for policy in names:
        answer = ask(client, "GetRolePolicy", {**asked, "PolicyName": policy}, account_id=account_id)
        document = need(answer, "PolicyDocument", AwsCall("iam", "GetRolePolicy", account_id))
        inline[str(policy)] = document if isinstance(document, Mapping) else {"not JSON": str(document)}
    return RoleNow(
        id=str(role["RoleId"]),
        arn=str(role["Arn"]),
        trust=role["AssumeRolePolicyDocument"],
        boundary=(role.get("PermissionsBoundary") or {}).get("PermissionsBoundaryArn"),
        inline=inline,
        attached={str(one["PolicyArn"]): _version(client, str(one["PolicyArn"]), account_id) for one in attached},
    )


def _version(client: Any, policy_arn: str, account_id: str) -> str | None:
    """Give the version in force of a policy of the account's own; AWS alone changes its managed ones."""
    if ":iam::aws:" in policy_arn:
        return None
    answer = ask(client, "GetPolicy", {"PolicyArn": policy_arn}, account_id=account_id)
    return str(need(answer, "Policy", AwsCall("iam", "GetPolicy", account_id))["DefaultVersionId"])
