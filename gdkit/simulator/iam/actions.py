"""What IAM asks about a call: the action's name, and the ARNs of what it acts on.

An operation that is not listed acts on ``*``, so a policy that names resources does not allow it: the simulator then
refuses rather than admits.

Source: AWS Service Authorization Reference, "Actions, resources, and condition keys".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gdkit.simulator.wire.models import known_services, service_model

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

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
    "AuthorizeSecurityGroupEgress": ("security-group", "GroupId"),
    "RevokeSecurityGroupEgress": ("security-group", "GroupId"),
    "DeleteSecurityGroup": ("security-group", "GroupId"),
    "CreateNetworkAclEntry": ("network-acl", "NetworkAclId"),
    "DeleteNetworkAclEntry": ("network-acl", "NetworkAclId"),
    "LockSnapshot": ("snapshot", "SnapshotId"),
}
"""Calls of EC2 on something else than an instance; ARNs of snapshots and images name no account."""

_EC2_NEW = {
    "RunInstances": ("instance",),
    "CreateSnapshots": ("volume", "snapshot"),
    "CopySnapshot": ("snapshot",),
    "CreateSecurityGroup": ("security-group",),
}
"""Calls that make something whose id is not known before, and what."""

_NO_ACCOUNT = ("snapshot", "image")
"""Kinds whose ARNs name no account."""

_EC2_KINDS = {"i": "instance", "vol": "volume", "snap": "snapshot", "sg": "security-group", "eni": "network-interface",
              "acl": "network-acl", "ami": "image", "vpc": "vpc"}  # fmt: skip
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
    given = call.parameters
    if call.operation in _EC2_NEW:
        new = [_of_ec2(call, kind, "*") for kind in _EC2_NEW[call.operation]]
        return [*new, *(_tagged(call, one) for one in _used(given))]
    if call.operation in _EC2_OTHERS:
        kind, name = _EC2_OTHERS[call.operation]
        return [_of_ec2(call, kind, given[name])] if name in given else []
    if call.operation in ("CreateTags", "DeleteTags"):
        return [_tagged(call, str(one)) for one in given.get("Resources", ())]
    if call.operation == "ModifyNetworkInterfaceAttribute":
        return [_tagged(call, str(one)) for one in (given["NetworkInterfaceId"], *given.get("Groups", ()))]
    found = [given[name] for name in _INSTANCE_PARAMETERS if name in given]
    ids = [one for value in found for one in (value if isinstance(value, list) else [value])]
    return [_arn(call, "ec2", f"instance/{one}") for one in ids]


def _used(given: Mapping[str, Any]) -> list[str]:
    """Give the ids of what a new thing is made from, or in."""
    host = given.get("InstanceSpecification", {}).get("InstanceId")
    return [str(one) for one in (host, given.get("VpcId")) if one]


def _tagged(call: Call, identifier: str) -> str:
    """Give the ARN of something of EC2 by its id; what is of no known kind is everything."""
    kind = _EC2_KINDS.get(identifier.partition("-")[0])
    return "*" if kind is None else _of_ec2(call, kind, identifier)


def _of_ec2(call: Call, kind: str, identifier: object) -> str:
    own = "" if kind in _NO_ACCOUNT else call.account_id
    return f"arn:aws:ec2:{call.region}:{own}:{kind}/{identifier}"


def _autoscaling(call: Call) -> list[str]:
    """Give the group that a call changes; its ARN has an id that no call names."""
    name = call.parameters.get("AutoScalingGroupName")
    if call.operation.startswith("Describe") or not name:
        return []
    return [_arn(call, "autoscaling", f"autoScalingGroup:0:autoScalingGroupName/{name}")]


def _balancers(call: Call) -> list[str]:
    given = call.parameters
    if call.operation.startswith("Describe"):
        return []
    if "TargetGroupArn" in given:
        return [str(given["TargetGroupArn"])]
    name = given.get("LoadBalancerName")
    return [_arn(call, "elasticloadbalancing", f"loadbalancer/{name}")] if name else []


def _ssm(call: Call) -> list[str]:
    """Give a parameter; of a command its document and the instances that it runs on.

    Source: Service Authorization Reference, "AWS Systems Manager", SendCommand.
    """
    given = call.parameters
    if call.operation != "SendCommand":
        return _named("ssm", "Name", "parameter/")(call)
    document = str(given["DocumentName"])
    arn = document if document.startswith("arn:") else _arn(call, "ssm", f"document/{document}")
    return [arn, *(_of_ec2(call, "instance", one) for one in given.get("InstanceIds", ()))]


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
    "autoscaling": _autoscaling,
    "cloudtrail": _named("cloudtrail", "Name", "trail/"),
    "dynamodb": _named("dynamodb", "TableName", "table/"),
    "ec2": _ec2,
    "elb": _balancers,
    "elbv2": _balancers,
    "events": _events,
    "guardduty": _guardduty,
    "iam": _iam,
    "kms": _named("kms", "KeyId", "key/"),
    "lambda": _named("lambda", "FunctionName", "function:"),
    "s3": _s3,
    "secretsmanager": _named("secretsmanager", "SecretId", "secret:"),
    "sns": _named("sns", "TopicArn", ""),
    "sqs": _named("sqs", "QueueUrl", ""),
    "ssm": _ssm,
    "sts": _sts,
}
