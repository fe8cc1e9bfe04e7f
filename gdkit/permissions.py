"""What an analyst's role must be allowed: one table, for ``gdkit check`` and for the documentation.

No action here changes anything in the account, and none hands out a secret. A query leaves its results where the work
group says.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from gdkit.permissions_queries import QUERIES

Probe: TypeAlias = Mapping[str, str | int | bool]

_NO_DETECTOR: Probe = {"DetectorId": "0" * 32}
_NO_ROLE: Probe = {"RoleName": "gdkit-permission-probe"}
_NO_POLICY: Probe = {"PolicyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}
_DRY: Probe = {"DryRun": True}
_NOBODY: Probe = {"UserName": "gdkit-permission-probe"}
_NO_GROUP: Probe = {"GroupName": "gdkit-permission-probe"}
_NO_FUNCTION: Probe = {"FunctionName": "gdkit-permission-probe"}
_NO_ID = "00000000-0000-0000-0000-000000000000"
_NAME = "gdkit-permission-probe"
_NAMED: Probe = {"Name": _NAME}

_AROUND = (
    "DescribeInstances", "DescribeNetworkInterfaces", "DescribeSecurityGroups", "DescribeSubnets", "DescribeVpcs",
    "DescribeRouteTables", "DescribeNatGateways", "DescribeInternetGateways", "DescribeVpcEndpoints",
    "DescribeVpnGateways", "DescribeVpnConnections", "DescribeCustomerGateways", "DescribeTransitGatewayAttachments",
    "DescribeTransitGatewayVpcAttachments", "DescribeVpcPeeringConnections", "DescribeAddresses",
    "GetInstanceMetadataDefaults",
)  # fmt: skip
"""What EC2 is asked of the instance and its network."""

_LEFT = (
    "DescribeKeyPairs", "DescribeSecurityGroupRules", "DescribeLaunchTemplates", "DescribeImages",
    "DescribeSnapshots", "DescribeSpotInstanceRequests",
)  # fmt: skip
"""What EC2 is asked of what was left behind."""


@dataclass(frozen=True, slots=True)
class Permission:
    """One IAM action, named as the API's operation is.

    Attributes:
        action: as an IAM policy writes it.
        needed_for: the step that asks for it; ``STEPS`` says what the step gives.
        probe: parameters of a harmless call that tells whether it is allowed: of something that does not exist, or a
            dry run.
        listed: parameters of the probe that the API wants as a list.
    """

    action: str
    needed_for: str
    probe: Probe
    listed: Mapping[str, tuple[object, ...]]

    @property
    def service(self) -> str:
        """The service, by botocore's name."""
        return self.action.partition(":")[0]

    @property
    def operation(self) -> str:
        """The operation, by the API's name."""
        return self.action.partition(":")[2]


STEPS: Mapping[str, str] = {
    "regions": "which regions to look in; without it, every region that the AWS library knows is tried",
    "findings": "findings from the GuardDuty API, and which accounts its detectors watch",
    "events": "CloudTrail's event history of the last 90 days",
    "queries": "events by Athena (log files, Security Lake) and CloudTrail Lake; not needed for other sources",
    "environment": "the instance, its role and its network: what is the workload's own, and what a Deny reaches",
    "organization": "which accounts are of one's own organisation; only its management account and delegated "
    "administrators may list them",
    "holdings": "every network and address that the accounts in reach hold: whose an address is",
    "persistence": "whether what the calls made or changed still exists; what may not be read here stays unknown",
    "watchers": "which trails record, and what keeps GuardDuty silent",
}


def _permission(step: str, action: str, probe: Probe, **listed: tuple[object, ...]) -> Permission:
    return Permission(action, step, probe, listed)


def _ec2(step: str, *operations: str) -> tuple[Permission, ...]:
    return tuple(_permission(step, f"ec2:{operation}", _DRY) for operation in operations)


def _iam(probe: Probe, *operations: str) -> tuple[Permission, ...]:
    return tuple(_permission("persistence", f"iam:{operation}", probe) for operation in operations)


PERMISSIONS: tuple[Permission, ...] = (
    _permission("regions", "ec2:DescribeRegions", _DRY),
    _permission("findings", "guardduty:ListDetectors", {}),
    _permission("findings", "guardduty:GetDetector", _NO_DETECTOR),
    _permission("findings", "guardduty:ListFindings", _NO_DETECTOR),
    _permission("findings", "guardduty:GetFindings", _NO_DETECTOR, FindingIds=("0" * 32,)),
    _permission("findings", "guardduty:ListMembers", _NO_DETECTOR),
    _permission("events", "cloudtrail:LookupEvents", {"MaxResults": 1}),
    *(_permission("queries", action, probe) for action, probe in QUERIES),
    *_ec2("environment", *_AROUND),
    _permission(
        "environment",
        "ec2:SearchTransitGatewayRoutes",
        {**_DRY, "TransitGatewayRouteTableId": "tgw-rtb-00000000000000000"},
        Filters=({"Name": "state", "Values": ["active"]},),
    ),
    _permission("environment", "ec2:GetManagedPrefixListEntries", {**_DRY, "PrefixListId": "pl-00000000000000000"}),
    _permission("environment", "ec2:DescribeInstanceAttribute",
                {**_DRY, "InstanceId": "i-00000000000000000", "Attribute": "userData"}),
    _permission("environment", "iam:GetInstanceProfile", {"InstanceProfileName": "gdkit-permission-probe"}),
    _permission("environment", "iam:GetRole", _NO_ROLE),
    _permission("environment", "iam:ListRolePolicies", _NO_ROLE),
    _permission("environment", "iam:GetRolePolicy", {**_NO_ROLE, "PolicyName": "gdkit-permission-probe"}),
    _permission("environment", "iam:ListAttachedRolePolicies", _NO_ROLE),
    _permission("environment", "iam:ListInstanceProfilesForRole", _NO_ROLE),
    _permission("environment", "iam:GetPolicy", _NO_POLICY),
    _permission("environment", "iam:GetPolicyVersion", {**_NO_POLICY, "VersionId": "v1"}),
    _permission(
        "environment",
        "cloudwatch:GetMetricStatistics",
        {
            "Namespace": "AWS/EC2",
            "MetricName": "MetadataNoToken",
            "StartTime": "2026-01-01T00:00:00Z",
            "EndTime": "2026-01-01T01:00:00Z",
            "Period": 3600,
        },
        Statistics=("Sum",),
    ),
    _permission("organization", "organizations:DescribeOrganization", {}),
    _permission("organization", "organizations:ListAccounts", {"MaxResults": 1}),
    *_ec2("holdings", "DescribeIpv6Pools", "DescribeManagedPrefixLists"),
    _permission("holdings", "ec2:DescribeByoipCidrs", {**_DRY, "MaxResults": 5}),
    _permission("holdings", "ec2:DescribePublicIpv4Pools", {"MaxResults": 1}),
    *_iam(
        _NOBODY,
        "GetUser",
        "GetLoginProfile",
        "ListAccessKeys",
        "ListMFADevices",
        "ListSSHPublicKeys",
        "ListSigningCertificates",
        "ListServiceSpecificCredentials",
        "ListAttachedUserPolicies",
        "ListGroupsForUser",
    ),
    *_iam({**_NOBODY, "PolicyName": "gdkit-permission-probe"}, "GetUserPolicy"),
    *_iam(_NO_GROUP, "GetGroup", "ListAttachedGroupPolicies"),
    *_iam({**_NO_GROUP, "PolicyName": "gdkit-permission-probe"}, "GetGroupPolicy"),
    *_iam({}, "ListSAMLProviders", "ListOpenIDConnectProviders", "ListVirtualMFADevices"),
    _permission("persistence", "rolesanywhere:GetTrustAnchor", {"trustAnchorId": _NO_ID}),
    _permission("persistence", "rolesanywhere:GetProfile", {"profileId": _NO_ID}),
    *_ec2("persistence", *_LEFT),
    _permission("persistence", "ec2:DescribeIamInstanceProfileAssociations", {}),
    _permission(
        "persistence",
        "ec2:DescribeImageAttribute",
        {**_DRY, "ImageId": "ami-00000000000000000", "Attribute": "launchPermission"},
    ),
    _permission(
        "persistence",
        "ec2:DescribeSnapshotAttribute",
        {**_DRY, "SnapshotId": "snap-00000000000000000", "Attribute": "createVolumePermission"},
    ),
    _permission("persistence", "lambda:GetFunctionConfiguration", _NO_FUNCTION),
    _permission("persistence", "lambda:GetFunctionUrlConfig", _NO_FUNCTION),
    _permission("persistence", "lambda:GetPolicy", _NO_FUNCTION),
    _permission("persistence", "lambda:GetEventSourceMapping", {"UUID": _NO_ID}),
    _permission("persistence", "ecs:DescribeTaskDefinition", {"taskDefinition": "gdkit-permission-probe"}),
    _permission("persistence", "ecs:DescribeServices", {}, services=("gdkit-permission-probe",)),
    _permission("persistence", "s3:GetBucketPolicy", {"Bucket": "gdkit-permission-probe"}),
    _permission("persistence", "ssm:DescribeDocument", _NAMED),
    _permission("persistence", "ssm:DescribeDocumentPermission", {**_NAMED, "PermissionType": "Share"}),
    _permission("persistence", "ssm:DescribeAssociation", {"AssociationId": _NO_ID}),
    _permission("persistence", "ssm:DescribeActivations", {}),
    _permission("persistence", "ssm:GetMaintenanceWindow", {"WindowId": "mw-00000000000000000"}),
    _permission("persistence", "events:DescribeRule", _NAMED),
    _permission("persistence", "events:ListTargetsByRule", {"Rule": "gdkit-permission-probe"}),
    _permission("persistence", "scheduler:GetSchedule", _NAMED),
    _permission("persistence", "cloudformation:DescribeStacks", {"StackName": "gdkit-permission-probe"}),
    _permission("persistence", "kms:ListGrants", {"KeyId": _NO_ID}),
    _permission("persistence", "ses:ListIdentities", {}),
    _permission("persistence", "identitystore:DescribeUser", {"IdentityStoreId": "d-0000000000", "UserId": _NO_ID}),
    _permission("persistence", "identitystore:DescribeGroupMembership",
                {"IdentityStoreId": "d-0000000000", "MembershipId": _NO_ID}),
    _permission("persistence", "glue:GetDevEndpoint", {"EndpointName": "gdkit-permission-probe"}),
    _permission("persistence", "glue:GetJob", {"JobName": "gdkit-permission-probe"}),
    _permission("persistence", "cognito-idp:ListUserPoolClients", {"UserPoolId": "us-east-1_000000000"}),
    _permission("persistence", "cognito-idp:ListIdentityProviders", {"UserPoolId": "us-east-1_000000000"}),
    _permission("persistence", "cognito-identity:DescribeIdentityPool", {"IdentityPoolId": f"us-east-1:{_NO_ID}"}),
    _permission("persistence", "organizations:DescribeHandshake", {"HandshakeId": "h-00000000"}),
    _permission(
        "persistence",
        "eks:DescribeAccessEntry",
        {
            "clusterName": "gdkit-permission-probe",
            "principalArn": "arn:aws:iam::111122223333:role/gdkit-permission-probe",
        },
    ),
    _permission("persistence", "lambda:ListLayerVersions", {"LayerName": "gdkit-permission-probe"}),
    _permission("persistence", "ecs:DescribeTasks", {}, tasks=(_NO_ID,)),
    _permission("persistence", "autoscaling:DescribeAutoScalingGroups", {}),
    _permission("persistence", "autoscaling:DescribeLaunchConfigurations", {}),
    _permission("persistence", "codebuild:BatchGetProjects", {}, names=("gdkit-permission-probe",)),
    _permission("persistence", "sagemaker:DescribeNotebookInstance", {"NotebookInstanceName": _NAME}),
    _permission("persistence", "sagemaker:DescribeNotebookInstanceLifecycleConfig",
                {"NotebookInstanceLifecycleConfigName": _NAME}),
    _permission("persistence", "s3:GetBucketAcl", {"Bucket": "gdkit-permission-probe"}),
    _permission("persistence", "events:DescribeEventBus", _NAMED),
    _permission("persistence", "cloudformation:DescribeStackSet", {"StackSetName": "gdkit-permission-probe"}),
    _permission("persistence", "kms:GetKeyPolicy", {"KeyId": _NO_ID}),
    _permission("persistence", "secretsmanager:GetResourcePolicy", {"SecretId": "gdkit-permission-probe"}),
    _permission("persistence", "ecr:GetRepositoryPolicy", {"repositoryName": "gdkit-permission-probe"}),
    _permission("persistence", "ecr:DescribeImages", {"repositoryName": "gdkit-permission-probe"}),
    _permission("persistence", "rds:DescribeDBSnapshotAttributes", {"DBSnapshotIdentifier": "gdkit-permission-probe"}),
    _permission(
        "persistence",
        "rds:DescribeDBClusterSnapshotAttributes",
        {"DBClusterSnapshotIdentifier": "gdkit-permission-probe"},
    ),
    _permission("persistence", "ram:GetResourceShares", {"resourceOwner": "SELF"}),
    _permission(
        "persistence",
        "transfer:DescribeUser",
        {"ServerId": "s-00000000000000000", "UserName": "gdkit-permission-probe"},
    ),
    _permission("persistence", "ses:ListIdentityPolicies", {"Identity": "gdkit-permission-probe.invalid"}),
    _permission("watchers", "cloudtrail:DescribeTrails", {}),
    _permission("watchers", "cloudtrail:GetTrailStatus", {"Name": "gdkit-permission-probe"}),
    _permission("watchers", "cloudtrail:GetEventSelectors", {"TrailName": "gdkit-permission-probe"}),
    _permission("watchers", "guardduty:GetAdministratorAccount", _NO_DETECTOR),
    _permission("watchers", "guardduty:ListFilters", _NO_DETECTOR),
    _permission("watchers", "guardduty:GetFilter", {**_NO_DETECTOR, "FilterName": "gdkit-permission-probe"}),
    _permission("watchers", "guardduty:ListIPSets", _NO_DETECTOR),
    _permission("watchers", "guardduty:GetIPSet", {**_NO_DETECTOR, "IpSetId": "0" * 32}),
    _permission("watchers", "guardduty:ListTrustedEntitySets", _NO_DETECTOR),
    _permission("watchers", "guardduty:GetTrustedEntitySet", {**_NO_DETECTOR, "TrustedEntitySetId": "0" * 32}),
)  # fmt: skip
"""Every action that gdkit uses as the reader, in the order of the steps.

``sts:AssumeRole`` on the roles that are named with ``--role-arn`` and ``--member-role`` comes on top;
``sts:GetCallerIdentity`` needs no permission. Source: Service Authorization Reference, the pages of each service.
"""


def policy_document() -> dict[str, object]:
    """Give the analyst's identity policy: every action that gdkit reads with, and no other."""
    statements = [{"Sid": f"Gdkit{step.capitalize()}", "Effect": "Allow", "Action": actions_of(step), "Resource": "*"}
                  for step in STEPS]  # fmt: skip
    return {"Version": "2012-10-17", "Statement": statements}


def actions_of(step: str) -> list[str]:
    """Give the actions that a step needs, sorted."""
    return sorted({permission.action for permission in PERMISSIONS if permission.needed_for == step})


_INTRODUCTION = """\
# What gdkit may read

This page is generated from `gdkit/permissions.py` (`make docs`). `gdkit check` tells which of these are missing.
Nothing here changes anything, and none hands out a secret. On top come `sts:AssumeRole` on the roles that you name with
`--role-arn` and `--member-role`. A role that is limited to certain ARNs can show an action as missing although the real
call would work: the check asks about things that do not exist.

Athena reads in the name of the role that asks. For `athena:` and `securitylake:` the role also needs `s3:GetObject` and
`s3:ListBucket` on the bucket that the table is over (and `kms:Decrypt` where it is encrypted), or a grant of SELECT in
Lake Formation with `lakeformation:GetDataAccess`; and, unless the work group manages its query results,
`s3:GetBucketLocation`, `s3:GetObject`, `s3:ListBucket` and `s3:PutObject` on the place where it puts them, and there
alone. gdkit itself sends no statement but a SELECT.

| step | what it gives | actions |
| --- | --- | --- |
"""


def permissions_page() -> str:
    """Write the page of the documentation; ``python -m gdkit.permissions`` prints it."""
    from gdkit.permissions_bucket import BUCKET_SECTION  # noqa: PLC0415 - for this page alone

    rows = [f"| {step} | {meaning} | {'<br>'.join(f'`{action}`' for action in actions_of(step))} |\n"
            for step, meaning in STEPS.items()]  # fmt: skip
    policy = json.dumps(policy_document(), indent=2)
    return f"{_INTRODUCTION}{''.join(rows)}\n## As an IAM policy\n\n```json\n{policy}\n```\n{BUCKET_SECTION}"


if __name__ == "__main__":
    sys.stdout.write(permissions_page())
