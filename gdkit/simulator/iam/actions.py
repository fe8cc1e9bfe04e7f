"""What IAM asks about a call: the action's name, and the ARNs of what it acts on.

An operation that is not listed acts on ``*``, so a policy that names resources does not allow it: the simulator then
refuses rather than admits.

Source: AWS Service Authorization Reference, "Actions, resources, and condition keys".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gdkit.simulator.wire.models import known_services, service_model

if TYPE_CHECKING:
    from collections.abc import Callable

    from gdkit.simulator.call import Call

_PREFIXES = {"cloudwatch": "cloudwatch", "elbv2": "elasticloadbalancing", "stepfunctions": "states",
             "resourcegroupstaggingapi": "tag"}  # fmt: skip
"""IAM's name of a service, where it is not the name that requests are signed with."""

_ACTIONS = {
    ("s3", "ListBuckets"): "s3:ListAllMyBuckets",
    ("s3", "ListObjects"): "s3:ListBucket",
    ("s3", "ListObjectsV2"): "s3:ListBucket",
    ("s3", "ListObjectVersions"): "s3:ListBucketVersions",
    ("s3", "HeadBucket"): "s3:ListBucket",
    ("s3", "HeadObject"): "s3:GetObject",
    ("s3", "CopyObject"): "s3:PutObject",
    ("s3", "DeleteObjects"): "s3:DeleteObject",
    ("s3", "GetBucketEncryption"): "s3:GetEncryptionConfiguration",
    ("s3", "GetBucketLifecycleConfiguration"): "s3:GetLifecycleConfiguration",
    ("s3", "GetPublicAccessBlock"): "s3:GetBucketPublicAccessBlock",
    ("lambda", "Invoke"): "lambda:InvokeFunction",
}
"""Actions whose name is not the operation's."""

_INSTANCE_PARAMETERS = ("InstanceId", "InstanceIds")
_EC2_READS = ("Describe", "Get")
_EC2_OTHERS = {
    "AuthorizeSecurityGroupIngress": ("security-group", "GroupId"),
    "RevokeSecurityGroupIngress": ("security-group", "GroupId"),
    "ModifySnapshotAttribute": ("snapshot", "SnapshotId"),
    "ModifyImageAttribute": ("image", "ImageId"),
}
"""Calls of EC2 on something else than an instance; ARNs of snapshots and images name no account."""

_EC2_KINDS = {"i": "instance", "vol": "volume", "snap": "snapshot", "sg": "security-group", "eni": "network-interface",
              "acl": "network-acl", "ami": "image"}  # fmt: skip
"""What an id of EC2 names, by what it begins with."""


def action_of(call: Call) -> str:
    """Give the IAM action that a call needs, for example ``s3:ListBucket``."""
    named = _ACTIONS.get((call.service, call.operation))
    return named or f"{prefix_of(call.service)}:{call.operation}"


def prefix_of(service: str) -> str:
    """Give IAM's and CloudTrail's name of a service, for example ``elasticloadbalancing`` for ``elbv2``."""
    if service not in known_services():
        return service
    return _PREFIXES.get(service) or str(service_model(service).signing_name)


def resources_of(call: Call) -> list[str]:
    """Give the ARNs that a call acts on; ``*`` where it acts on none, or on what is not listed here."""
    return _RESOURCES.get(call.service, lambda _: ["*"])(call) or ["*"]


def _s3(call: Call) -> list[str]:
    bucket, key = call.parameters.get("Bucket"), call.parameters.get("Key")
    if bucket is None:
        return []
    return [f"arn:aws:s3:::{bucket}" if key is None else f"arn:aws:s3:::{bucket}/{key}"]


def _iam(call: Call) -> list[str]:
    given = call.parameters
    if "PolicyArn" in given and not {"RoleName", "UserName", "GroupName"} & given.keys():
        return [str(given["PolicyArn"])]
    for name, kind in (("RoleName", "role"), ("UserName", "user"), ("GroupName", "group"),
                       ("InstanceProfileName", "instance-profile")):  # fmt: skip
        if name in given:
            return [_arn(call, "iam", f"{kind}/{given[name]}", region="")]
    if call.principal.kind == "IAMUser" and call.operation in ("GetUser", "CreateAccessKey", "ListAccessKeys"):
        return [call.principal.arn]
    return []


def _ec2(call: Call) -> list[str]:
    if call.operation.startswith(_EC2_READS):
        return []
    if call.operation == "RunInstances":
        return [_arn(call, "ec2", "instance/*")]
    if call.operation in _EC2_OTHERS:
        kind, name = _EC2_OTHERS[call.operation]
        own = call.account_id if kind == "security-group" else ""
        return [f"arn:aws:ec2:{call.region}:{own}:{kind}/{call.parameters[name]}"] if name in call.parameters else []
    if call.operation in ("CreateTags", "DeleteTags"):
        return [_tagged(call, str(one)) for one in call.parameters.get("Resources", ())]
    found = [call.parameters[name] for name in _INSTANCE_PARAMETERS if name in call.parameters]
    ids = [one for value in found for one in (value if isinstance(value, list) else [value])]
    return [_arn(call, "ec2", f"instance/{one}") for one in ids]


def _tagged(call: Call, identifier: str) -> str:
    """Give the ARN of something of EC2 by its id; what is of no known kind is everything."""
    kind = _EC2_KINDS.get(identifier.partition("-")[0])
    if kind is None:
        return "*"
    own = "" if kind in ("snapshot", "image") else call.account_id
    return f"arn:aws:ec2:{call.region}:{own}:{kind}/{identifier}"


def _events(call: Call) -> list[str]:
    """Give the rule that a call is about: with its bus, where that is not the default one."""
    given = call.parameters
    name, bus = given.get("Rule") or given.get("Name"), str(given.get("EventBusName") or "default")
    place = "" if bus == "default" else f"{bus.rpartition('/')[2]}/"
    return (
        [_arn(call, "events", f"rule/{place}{name}")] if name and call.operation.endswith(("Rule", "Targets")) else []
    )


def _sts(call: Call) -> list[str]:
    return [str(call.parameters["RoleArn"])] if "RoleArn" in call.parameters else []


def _guardduty(call: Call) -> list[str]:
    given = call.parameters
    if "DetectorId" not in given:
        return []
    name = given.get("FilterName") or (given.get("Name") if call.operation == "CreateFilter" else None)
    return [_arn(call, "guardduty", f"detector/{given['DetectorId']}" + (f"/filter/{name}" if name else ""))]


def _named(service: str, parameter: str, kind: str) -> Callable[[Call], list[str]]:
    """Give a function for services where one parameter names the resource, or is its ARN already."""

    def resources(call: Call) -> list[str]:
        value = call.parameters.get(parameter)
        if not isinstance(value, str):
            return []
        return [value if value.startswith("arn:") else _arn(call, service, kind + value.rsplit("/", 1)[-1])]

    return resources


def _arn(call: Call, service: str, resource: str, region: str | None = None) -> str:
    return f"arn:aws:{service}:{call.region if region is None else region}:{call.account_id}:{resource}"


_RESOURCES: dict[str, Any] = {
    "cloudtrail": _named("cloudtrail", "Name", "trail/"),
    "dynamodb": _named("dynamodb", "TableName", "table/"),
    "ec2": _ec2,
    "events": _events,
    "guardduty": _guardduty,
    "iam": _iam,
    "kms": _named("kms", "KeyId", "key/"),
    "lambda": _named("lambda", "FunctionName", "function:"),
    "s3": _s3,
    "secretsmanager": _named("secretsmanager", "SecretId", "secret:"),
    "sns": _named("sns", "TopicArn", ""),
    "sqs": _named("sqs", "QueueUrl", ""),
    "ssm": _named("ssm", "Name", "parameter/"),
    "sts": _sts,
}
