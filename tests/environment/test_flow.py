"""The environment over HTTP: real requests and answers, parsed by botocore, from moto on this machine."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import pytest
from moto.server import ThreadedMotoServer

from gdkit.aws import AwsAccess, ask, open_read_only, open_responder
from gdkit.check import check
from gdkit.environment import collect_environment
from gdkit.model import Subject
from tests.aws.fakes import simulate

if TYPE_CHECKING:
    from collections.abc import Iterator

REGION = "eu-west-1"
POLICY = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}'
STAGED_BY = frozenset(
    {"iam:CreateRole", "iam:PutRolePolicy", "iam:CreateInstanceProfile", "iam:AddRoleToInstanceProfile",
     "ec2:CreateVpc", "ec2:CreateSubnet", "ec2:AllocateAddress", "ec2:CreateNatGateway", "ec2:CreateRouteTable",
     "ec2:AssociateRouteTable", "ec2:CreateRoute", "ec2:RunInstances", "ec2:TerminateInstances"}
)  # fmt: skip
"""What the responder may do to put the instance there."""


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    """Serve moto on a free port of this machine."""
    logging.getLogger("werkzeug").setLevel(logging.CRITICAL)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def instance(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Any]]:
    """Start an instance with a role in a private subnet behind a NAT gateway, as the responder."""
    simulate(monkeypatch, endpoint)
    responder = open_responder(AwsAccess(region=REGION), STAGED_BY)
    iam, ec2 = responder.client("iam"), responder.client("ec2")
    role = ask(iam, "CreateRole", {"RoleName": "app", "AssumeRolePolicyDocument": POLICY})["Role"]
    ask(iam, "PutRolePolicy", {"RoleName": "app", "PolicyName": "inline", "PolicyDocument": POLICY})
    ask(iam, "CreateInstanceProfile", {"InstanceProfileName": "app-profile"})
    ask(iam, "AddRoleToInstanceProfile", {"InstanceProfileName": "app-profile", "RoleName": "app"})
    vpc = ask(ec2, "CreateVpc", {"CidrBlock": "10.9.0.0/16"})["Vpc"]["VpcId"]
    subnet = ask(ec2, "CreateSubnet", {"VpcId": vpc, "CidrBlock": "10.9.1.0/24"})["Subnet"]["SubnetId"]
    address = ask(ec2, "AllocateAddress", {"Domain": "vpc"})
    made = ask(ec2, "CreateNatGateway", {"SubnetId": subnet, "AllocationId": address["AllocationId"]})
    table = ask(ec2, "CreateRouteTable", {"VpcId": vpc})["RouteTable"]["RouteTableId"]
    ask(ec2, "AssociateRouteTable", {"RouteTableId": table, "SubnetId": subnet})
    route = {"DestinationCidrBlock": "0.0.0.0/0", "NatGatewayId": made["NatGateway"]["NatGatewayId"]}
    ask(ec2, "CreateRoute", {"RouteTableId": table, **route})
    wanted = {"ImageId": "ami-12c6146b", "MinCount": 1, "MaxCount": 1, "SubnetId": subnet,
              "UserData": "#!/bin/sh\nPASSWORD=hunter2\n", "IamInstanceProfile": {"Name": "app-profile"}}  # fmt: skip
    started = ask(ec2, "RunInstances", wanted)["Instances"][0]
    yield {"id": started["InstanceId"], "role_id": role["RoleId"], "way_out": address["PublicIp"],
           "private": started["PrivateIpAddress"]}  # fmt: skip
    ask(ec2, "TerminateInstances", {"InstanceIds": [started["InstanceId"]]})


def test_over_http(instance: dict[str, Any]) -> None:
    """The addresses, the role's policies and the user data's hash are read; nothing of them is lost in the parsing."""
    aws = open_read_only(AwsAccess(region=REGION))
    subject = Subject(instance_id=instance["id"], principal_id=f"{instance['role_id']}:{instance['id']}")
    found = collect_environment(aws, subject, account_id=aws.account_id, region=REGION)
    own = {address.address: address for address in found.own_addresses}
    assert own[instance["private"]].kind == "private"
    assert own[instance["way_out"]].shared
    assert found.role_name == "app"
    assert found.warnings == ()
    policy = found.documents["role.inline.inline"].answer["PolicyDocument"]
    assert policy["Statement"][0]["Action"] == "s3:*"
    assert found.documents["instance.userData"].answer["UserData"]["Bytes"] == 27
    assert "route_tables" in found.documents


def test_check_over_http(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The probes work over HTTP: what moto answers counts as allowed, what it lacks as not known."""
    simulate(monkeypatch, endpoint)
    monkeypatch.setattr("botocore.endpoint.time.sleep", lambda _: None)
    reach = check(AwsAccess(region=REGION, regions=(REGION,)))
    states = {row.permission.action: row.state for row in reach.tried}
    assert states["ec2:DescribeInstances"] == states["iam:GetRole"] == "allowed"
    assert "missing" not in states.values()
