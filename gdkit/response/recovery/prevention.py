"""Policies that stop the next theft, written for one account and role: each says what it breaks and leaves open.

Nothing here is put in place by gdkit: they go through the owner's own way of changing policies, after ``replay`` has
tried them on the calls of the log.

Source: IAM User Guide, "AWS global condition context keys"; EC2 User Guide, "Example policies for working with instance
metadata"; AWS's data-perimeter policy examples (network_perimeter_ec2_scp, network_perimeter_sourcevpc_rcp).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gdkit.response.recovery.pattern import WHERE, Pattern

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gdkit.response.recovery.pattern import Ground, Place

IN_VPC = (
    "es:ES*", "dax:GetItem", "dax:BatchGetItem", "dax:Query", "dax:Scan", "dax:PutItem", "dax:UpdateItem",
    "dax:DeleteItem", "dax:BatchWriteItem", "dax:ConditionCheckItem", "neptune-db:*", "kafka-cluster:*",
    "elasticfilesystem:Client*", "rds-db:connect",
)  # fmt: skip
"""Actions that reach a service inside the VPC without an endpoint, so that no key tells the network.

Source: data-perimeter policy examples, service_specific_controls, "Network perimeter controls".
"""

RCP_ACTIONS = ("s3:*", "sqs:*", "kms:*", "secretsmanager:*", "sts:AssumeRole")
"""What a resource control policy can guard here. Source: AWS Organizations User Guide, "Resource control policies"."""

_INFRASTRUCTURE = "arn:{partition}:iam::*:role/aws:ec2-infrastructure"
_GUIDE = "IAM User Guide, AWS global condition context keys: {}"


def prevention_patterns(ground: Ground) -> tuple[Pattern, ...]:
    """Give the policies for an account and role: those on the role first, then those of the organisation.

    A policy that would need what nobody knows (a network that the workload calls from) is not among them; the ground's
    ``left_out`` says so.
    """
    found = [_own_place(ground, ())]
    if ground.egress:
        found.append(_own_place(ground, ground.egress))
    found += [_delivered_by_v2(ground, "role"), _required_v2(ground), _delivered_by_v2(ground, "SCP")]
    if ground.vpcs:
        found.append(_network_scp(ground))
        if ground.role_arn:
            found.append(_network_rcp(ground, ground.role_arn))
    return tuple(found)


def _own_place(ground: Ground, egress: Sequence[str]) -> Pattern:
    """Give the policy by which the credential works from its own VPC and address, and from the ways out if any."""
    ways = "the one address" if len(egress) == 1 else f"the {len(egress)} addresses"
    through = f", or from {ways} by which the workload leaves" if egress else ""
    needs = (
        "Services without a VPC endpoint in use are reached by those addresses alone."
        if egress
        else "Every call must go through a VPC endpoint of the instance's own VPC: calls through a NAT or internet "
        "gateway lack aws:SourceVpc and are denied, all of them."
    )
    whoever = (f"Whoever calls from these addresses passes too, such as other hosts behind the same NAT gateway: "
               f"{', '.join(egress)}.",) if egress else ()  # fmt: skip
    return Pattern(
        name="own-place-or-egress" if egress else "own-place",
        title=f"The credential works only on its own instance, through VPC endpoints{through}",
        place="role",
        where=_where(ground, "role"),
        document=_policy(
            _off_instance("GdkitOwnVpc", {"aws:Ec2InstanceSourceVpc": "${aws:SourceVpc}"}, egress),
            _off_instance("GdkitOwnAddress", {"aws:Ec2InstanceSourcePrivateIPv4": "${aws:VpcSourceIp}"}, egress),
        ),
        why="A stolen copy of the credential is refused wherever the thief takes it.",
        breaks=f"{needs} Endpoints in a shared VPC of the network team have another VPC's id and are denied. So are "
        "calls from a second interface or address of the instance, and from containers with an address of their own.",
        limits=(
            "Whoever is on the instance, or sends requests through it, passes.",
            f"Left open, for no key tells the network there: {', '.join(IN_VPC)}.",
            "Calls that an AWS service makes for the caller (aws:ViaAWSService) pass.",
            "Roles that the credential is let to take: their sessions are not an instance's, and pass elsewhere.",
            "GetCallerIdentity is never refused.",
            *whoever,
        ),
        source=_GUIDE.format("aws:Ec2InstanceSourceVpc, aws:Ec2InstanceSourcePrivateIPv4, aws:SourceVpc, "
                             "aws:VpcSourceIp, aws:SourceIp, aws:ViaAWSService, ec2:SourceInstanceArn"),
    )  # fmt: skip


def _off_instance(sid: str, unlike: Mapping[str, str], egress: Sequence[str]) -> dict[str, Any]:
    """Write the Deny for requests of an instance's credential from a place unlike its own."""
    outside = {"NotIpAddressIfExists": {"aws:SourceIp": list(egress)}} if egress else {}
    return {
        "Sid": sid, "Effect": "Deny", "NotAction": list(IN_VPC), "Resource": "*",
        "Condition": {"StringNotEquals": dict(unlike), "Null": {"ec2:SourceInstanceARN": "false"},
                      "BoolIfExists": {"aws:ViaAWSService": "false"}, **outside},
    }  # fmt: skip


def _delivered_by_v2(ground: Ground, place: Place) -> Pattern:
    """Give the policy by which credentials that IMDSv1 delivered do not work."""
    statement = {"Sid": "GdkitImdsV2Credentials", "Effect": "Deny", "Action": "*", "Resource": "*",
                 "Condition": {"NumericLessThan": {"ec2:RoleDelivery": "2.0"}}}  # fmt: skip
    whose = f"of the role {ground.role_name}" if place == "role" else "of every role's instances"
    return Pattern(
        name="imdsv2-credentials" if place == "role" else "imdsv2-credentials-account",
        title=f"Credentials {whose} work only if IMDSv2 delivered them",
        place=place,
        where=_where(ground, place),
        document=_policy(statement),
        why="A credential that a forged request (SSRF) fetched by IMDSv1 is of no use, even where an instance still "
        "answers IMDSv1.",
        breaks="Software that fetches its credential by IMDSv1: old SDKs, and those that fall back to IMDSv1 since the "
        "hop limit of 1 keeps a container from IMDSv2.",
        limits=("A thief who runs code on the instance uses IMDSv2 as the workload does.",
                "Sessions that are not an instance's lack ec2:RoleDelivery, and pass.",
                "GetCallerIdentity is never refused."),
        source=_GUIDE.format("ec2:RoleDelivery"),
    )  # fmt: skip


def _required_v2(ground: Ground) -> Pattern:
    """Give the policy by which nobody starts an instance that answers IMDSv1, or lets one answer it again."""
    instances = f"arn:{ground.partition}:ec2:*:*:instance/*"
    weaker = {
        "StringNotEquals": {"ec2:Attribute/HttpTokens": "required"},
        "Null": {"ec2:Attribute/HttpTokens": "false"},
    }
    return Pattern(
        name="require-imdsv2",
        title="No instance is started that answers IMDSv1, and none is let answer it again",
        place="SCP",
        where=_where(ground, "SCP"),
        document=_policy(
            {"Sid": "GdkitLaunchWithV2", "Effect": "Deny", "Action": "ec2:RunInstances", "Resource": instances,
             "Condition": {"StringNotEquals": {"ec2:MetadataHttpTokens": "required"}}},
            {"Sid": "GdkitKeepV2", "Effect": "Deny", "Action": "ec2:ModifyInstanceMetadataOptions",
             "Resource": instances, "Condition": weaker},
            {"Sid": "GdkitKeepV2Default", "Effect": "Deny", "Action": "ec2:ModifyInstanceMetadataDefaults",
             "Resource": "*", "Condition": weaker},
        ),
        why="Most credentials are stolen through IMDSv1; the door stays closed, whoever starts the next instance.",
        breaks="Launch templates, scaling groups and tools that do not ask for HttpTokens required: their next launch "
        "fails. Change the templates first.",
        limits=("Instances that run already are not changed: use the step require-imdsv2 on each.",
                "Whether a default of the region or the image satisfies the condition, where the launch says nothing, "
                "AWS's documents do not tell: ask for it in every launch template.",
                "Code that runs on an instance reads IMDSv2 as the workload does."),
        source="EC2 User Guide, Example policies for working with instance metadata; Service Authorization Reference, "
        "Amazon EC2: ec2:MetadataHttpTokens, ec2:Attribute/${AttributeName}",
    )  # fmt: skip


def _expected_network(ground: Ground) -> dict[str, Any]:
    """Write the conditions that hold outside the VPCs and the ways out of the workload."""
    outside = {"NotIpAddressIfExists": {"aws:SourceIp": list(ground.egress)}} if ground.egress else {}
    return {"BoolIfExists": {"aws:ViaAWSService": "false"}, **outside,
            "StringNotEqualsIfExists": {"aws:SourceVpc": list(ground.vpcs)}}  # fmt: skip


def _network_scp(ground: Ground) -> Pattern:
    infrastructure = _INFRASTRUCTURE.format(partition=ground.partition)
    condition = {**_expected_network(ground), "ArnNotLikeIfExists": {"aws:PrincipalArn": [infrastructure]},
                 "Null": {"ec2:SourceInstanceARN": "false"}}  # fmt: skip
    return Pattern(
        name="ec2-network-perimeter",
        title="Credentials of instances work only from the networks of this case's role",
        place="SCP",
        where=_where(ground, "SCP"),
        document=_policy({"Sid": "GdkitEc2NetworkPerimeter", "Effect": "Deny", "NotAction": list(IN_VPC),
                          "Resource": "*", "Condition": condition}),
        why="Credentials of every instance of the account are refused outside the networks named, and nobody in the "
        "account can take the policy away.",
        breaks=f"Every instance of the account that is in another VPC than {', '.join(ground.vpcs)}, or leaves by "
        f"another address than {', '.join(ground.egress) or '(none was seen)'}: add those first. gdkit knows the "
        "networks of this role alone.",
        limits=("Another host in these networks can use a stolen credential.",
                f"Left open, for no key tells the network there: {', '.join(IN_VPC)}.",
                "VPC ids are not unique for ever; AWS's example adds a statement for the region of each VPC."),
        source="data-perimeter policy examples, network_perimeter_ec2_scp; " + _GUIDE.format("aws:SourceVpc"),
    )  # fmt: skip


def _network_rcp(ground: Ground, role_arn: str) -> Pattern:
    network = _expected_network(ground)
    condition = {**network, "BoolIfExists": {**network["BoolIfExists"], "aws:PrincipalIsAWSService": "false"},
                 "ArnEquals": {"aws:PrincipalArn": role_arn}}  # fmt: skip
    return Pattern(
        name="data-network-perimeter",
        title="Data is given to the role only in the networks of this case",
        place="RCP",
        where=_where(ground, "RCP"),
        document=_policy({"Sid": "GdkitDataPerimeter", "Effect": "Deny", "Principal": "*",
                          "Action": list(RCP_ACTIONS), "Resource": "*", "Condition": condition}),
        why="The data itself refuses the role from elsewhere, even if the policies on the role are changed.",
        breaks=f"The role's calls to these services from another VPC than {', '.join(ground.vpcs)}, or by another "
        f"address than {', '.join(ground.egress) or '(none was seen)'}.",
        limits=(f"Only {', '.join(RCP_ACTIONS)}; other services do not ask resource control policies, or other ones.",
                "Only resources in accounts of the organisation.",
                "aws:Ec2InstanceSourceVpc is not used: AWS's documents name resource control policies not among the "
                "places where it can be used."),
        source="data-perimeter policy examples, network_perimeter_sourcevpc_rcp; AWS Organizations User Guide, "
        "Resource control policies",
    )  # fmt: skip


def _where(ground: Ground, place: Place) -> str:
    return WHERE[place].format(role_name=ground.role_name, account_id=ground.account_id)


def _policy(*statements: Mapping[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": [dict(one) for one in statements]}
