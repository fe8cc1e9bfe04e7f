"""An environment made up for the tests: one instance in a private subnet behind a NAT gateway, and its role."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from gdkit.environment.model import Document, keepable
from tests.aws.fakes import ACCOUNT, Called, Refusal
from tests.findings.samples import INSTANCE, ROLE_ID

if TYPE_CHECKING:
    from tests.aws.fakes import Answer

AT = datetime(2026, 11, 1, 3, 4, 5, tzinfo=UTC)
ROLE, VPC, SUBNET, NAT = "app", "vpc-1", "subnet-1", "nat-1"
PROFILE_ARN = f"arn:aws:iam::{ACCOUNT}:instance-profile/team/app-profile"
POLICY_ARN, BOUNDARY_ARN = "arn:aws:iam::aws:policy/ReadOnlyAccess", f"arn:aws:iam::{ACCOUNT}:policy/boundary"
TRAIL_ARN = f"arn:aws:cloudtrail:us-east-1:{ACCOUNT}:trail/org"
USER_DATA = b"#!/bin/sh\nexport DB_PASSWORD=hunter2\n"
DETECTOR = "d" * 32


def interface() -> dict[str, Any]:
    """Give the instance's network interface as DescribeInstances does."""
    return {
        "NetworkInterfaceId": "eni-1",
        "SubnetId": SUBNET,
        "VpcId": VPC,
        "PrivateIpAddress": "10.0.1.5",
        "PrivateIpAddresses": [
            {"PrivateIpAddress": "10.0.1.5", "Primary": True},
            {"PrivateIpAddress": "10.0.1.6", "Association": {"PublicIp": "203.0.113.6"}},
        ],
        "Ipv6Addresses": [{"Ipv6Address": "2001:DB8:0::5"}],
        "Groups": [{"GroupId": "sg-1", "GroupName": "app"}],
    }


def instance(**changes: Any) -> dict[str, Any]:
    """Give the instance as DescribeInstances does."""
    return {
        "InstanceId": INSTANCE,
        "VpcId": VPC,
        "SubnetId": SUBNET,
        "PrivateIpAddress": "10.0.1.5",
        "LaunchTime": AT,
        "IamInstanceProfile": {"Arn": PROFILE_ARN, "Id": "AIPA1"},
        "NetworkInterfaces": [interface()],
        "SecurityGroups": [{"GroupId": "sg-1", "GroupName": "app"}],
        "MetadataOptions": {"HttpTokens": "optional"},
        **changes,
    }


def route_tables() -> list[dict[str, Any]]:
    """Give a main table to the internet, and the private subnet's own one to the NAT gateway."""
    local = {"DestinationCidrBlock": "10.0.0.0/16", "GatewayId": "local", "State": "active"}
    internet = {"DestinationCidrBlock": "0.0.0.0/0", "GatewayId": "igw-1", "State": "active"}
    nat = {"DestinationCidrBlock": "0.0.0.0/0", "NatGatewayId": NAT, "State": "active"}
    return [
        {"RouteTableId": "rtb-main", "VpcId": VPC, "Associations": [{"Main": True}], "Routes": [local, internet]},
        {"RouteTableId": "rtb-1", "VpcId": VPC, "Associations": [{"SubnetId": SUBNET}], "Routes": [local, nat]},
    ]


def nat_gateways() -> list[dict[str, Any]]:
    """Give the NAT gateway that is used, with two addresses, and one that no route leads to."""
    addresses = [{"PublicIp": "198.51.100.1", "PrivateIp": "10.0.9.1"}, {"PublicIp": "198.51.100.2"}]
    return [
        {"NatGatewayId": NAT, "VpcId": VPC, "NatGatewayAddresses": addresses},
        {"NatGatewayId": "nat-2", "VpcId": VPC, "NatGatewayAddresses": [{"PublicIp": "198.51.100.9"}]},
    ]


def elastic() -> list[dict[str, Any]]:
    """Give the region's Elastic IPs, one of them the instance's."""
    return [{"PublicIp": "203.0.113.7", "InstanceId": INSTANCE}, {"PublicIp": "203.0.113.8", "InstanceId": "i-2"}]


def document(name: str, key: str, rows: list[dict[str, Any]]) -> Document:
    """Give one document as the collection makes it."""
    return Document(name, ACCOUNT, "eu-west-1", "ec2", "Describe", {}, AT, keepable({key: rows}))


def documents(**changes: list[dict[str, Any]] | None) -> dict[str, Document]:
    """Give the documents that addresses are read from; None leaves one out."""
    rows: dict[str, list[dict[str, Any]] | None] = {
        "instance": [{"Instances": [instance()]}],
        "network_interfaces": [interface()],
        "elastic_addresses": elastic(),
        "route_tables": route_tables(),
        "nat_gateways": nat_gateways(),
        "subnets": [{"SubnetId": SUBNET, "VpcId": VPC}],
        **changes,
    }
    keys = {"instance": "Reservations", "network_interfaces": "NetworkInterfaces", "elastic_addresses": "Addresses",
            "route_tables": "RouteTables", "nat_gateways": "NatGateways", "subnets": "Subnets",
            "vpn_connections": "VpnConnections", "customer_gateways": "CustomerGateways"}  # fmt: skip
    return {name: document(name, keys[name], found) for name, found in rows.items() if found is not None}


def answers(**changes: Answer) -> dict[tuple[str, str], Answer]:
    """Give AWS's answers about the environment, with changes by operation."""
    role = {"Path": "/", "RoleName": ROLE, "RoleId": ROLE_ID, "Arn": f"arn:aws:iam::{ACCOUNT}:role/{ROLE}",
            "CreateDate": AT, "AssumeRolePolicyDocument": "{}",
            "PermissionsBoundary": {"PermissionsBoundaryArn": BOUNDARY_ARN}}  # fmt: skip
    profile = {"Path": "/", "InstanceProfileName": "app-profile", "InstanceProfileId": "AIPA12345678901234",
               "Arn": PROFILE_ARN, "CreateDate": AT, "Roles": [role]}  # fmt: skip

    def attribute(call: Called) -> dict[str, Any]:
        if call.parameters["Attribute"] == "userData":
            return {"InstanceId": INSTANCE, "UserData": {"Value": base64.b64encode(USER_DATA).decode()}}
        return {"InstanceId": INSTANCE}

    def instances(call: Called) -> dict[str, Any]:
        sibling = {"Instances": [instance(InstanceId="i-0fffffffffffffff0")]}
        return {"Reservations": [{"Instances": [instance()]}, *([] if "InstanceIds" in call.parameters else [sibling])]}

    by_name: dict[str, dict[str, Answer]] = {
        "ec2": {
            "DescribeInstances": instances,
            "DescribeInstanceAttribute": attribute,
            "GetInstanceMetadataDefaults": {"AccountLevel": {}},
            "DescribeNetworkInterfaces": {"NetworkInterfaces": [interface()]},
            "DescribeSecurityGroups": {"SecurityGroups": []},
            "DescribeSubnets": {"Subnets": [{"SubnetId": SUBNET, "VpcId": VPC}]},
            "DescribeVpcs": {"Vpcs": []},
            "DescribeRouteTables": {"RouteTables": route_tables()},
            "DescribeNatGateways": {"NatGateways": nat_gateways()},
            "DescribeInternetGateways": {"InternetGateways": []},
            "DescribeVpcEndpoints": {"VpcEndpoints": []},
            "DescribeVpnGateways": {"VpnGateways": []},
            "DescribeVpnConnections": {
                "VpnConnections": [
                    {
                        "VpnConnectionId": "vpn-1",
                        "CustomerGatewayConfiguration": "<key>tunnel-secret</key>",
                        "Options": {"TunnelOptions": [{"PreSharedKey": "tunnel-secret"}]},
                    }
                ]
            },
            "DescribeCustomerGateways": {"CustomerGateways": []},
            "DescribeTransitGatewayAttachments": {"TransitGatewayAttachments": []},
            "DescribeAddresses": {"Addresses": elastic()},
        },
        "iam": {
            "GetInstanceProfile": {"InstanceProfile": profile},
            "GetRole": {"Role": role},
            "ListRolePolicies": {"PolicyNames": ["inline"]},
            "GetRolePolicy": {"RoleName": ROLE, "PolicyName": "inline", "PolicyDocument": "{}"},
            "ListAttachedRolePolicies": {"AttachedPolicies": [{"PolicyName": "r", "PolicyArn": POLICY_ARN}]},
            "ListInstanceProfilesForRole": {"InstanceProfiles": [profile]},
            "GetPolicy": {"Policy": {"DefaultVersionId": "v3"}},
            "GetPolicyVersion": {"PolicyVersion": {"Document": "{}", "VersionId": "v3"}},
        },
        "cloudwatch": {"GetMetricStatistics": {"Label": "MetadataNoToken", "Datapoints": []}},
        "cloudtrail": {
            "DescribeTrails": {"trailList": [{"TrailARN": TRAIL_ARN, "HomeRegion": "us-east-1"}]},
            "GetTrailStatus": {"IsLogging": True},
            "GetEventSelectors": {"TrailARN": TRAIL_ARN},
        },
        "guardduty": {
            "ListDetectors": {"DetectorIds": [DETECTOR]},
            "GetDetector": {"ServiceRole": "r", "Status": "ENABLED"},
            "GetAdministratorAccount": {},
            "ListFilters": {"FilterNames": ["quiet"]},
            "GetFilter": {"Name": "quiet", "Action": "ARCHIVE", "FindingCriteria": {"Criterion": {}}},
            "ListIPSets": {"IpSetIds": []},
            "GetIPSet": Refusal("BadRequestException"),
            "ListTrustedEntitySets": {"TrustedEntitySetIds": []},
        },
    }
    made = {(service, name): answer for service, some in by_name.items() for name, answer in some.items()}
    for service, name in list(made):
        if name in changes:
            made[service, name] = changes.pop(name)
    assert not changes, "no such operation is asked for"
    return made


NOT_FOUND = Refusal("InvalidInstanceID.NotFound", f"The instance ID '{INSTANCE}' does not exist")
