"""What stands in the accounts before a scenario begins: networks, roles, instances, trails, and those who investigate.

All of it is built past the gateway, so it leaves no record.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING, Any

from gdkit.simulator.world import Place

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gdkit.simulator.accounts import Accounts
    from gdkit.simulator.iam.credentials import Issued

REGIONS = ("eu-west-1", "eu-central-1", "us-west-2", "us-east-2", "ap-southeast-2")
"""Where a scenario may play. Not us-east-1, where the global services' events stand."""

ANALYST_ROLE, RESPONDER_ROLE = "gdkit-analyst", "gdkit-responder"
_AMAZON = ("16509", "AMAZON-02")


@dataclass(frozen=True, slots=True)
class Network:
    """A VPC and how it reaches the internet.

    Attributes:
        exit_address: public address by which the subnet leaves; empty where instances have public addresses.
        endpoint_id: the S3 endpoint.
    """

    account_id: str
    region: str
    vpc_id: str
    subnet_id: str
    route_table_id: str
    endpoint_id: str
    exit_address: str = ""


@dataclass(frozen=True, slots=True)
class Instance:
    """One instance.

    Attributes:
        public_address: its own public address; empty where it has none.
    """

    id: str
    private_address: str
    public_address: str
    network: Network

    @property
    def way_out(self) -> str:
        """The address by which the internet, and AWS's public endpoints, see it."""
        return self.public_address or self.network.exit_address


def draw_accounts(random: Random, number: int) -> list[str]:
    """Draw account ids."""
    return [f"{random.randrange(10**11, 10**12)}" for _ in range(number)]


def allow(actions: Sequence[str], resource: str | Sequence[str] = "*") -> str:
    """Write a policy that allows actions."""
    statement = {"Effect": "Allow", "Action": list(actions), "Resource": resource}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def trust(principal: dict[str, str]) -> str:
    """Write a trust policy."""
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


class Site:
    """Builds in one account."""

    def __init__(self, accounts: Accounts, account_id: str, region: str) -> None:
        self.accounts = accounts
        self.random = Random(account_id)  # noqa: S311 - a play, not a secret
        self.account_id = account_id
        self.region = region

    def api(self, service: str, region: str = "") -> Any:
        """Give a client past the gateway."""
        return self.accounts.backend.client(service, self.account_id, region or self.region)

    def role(self, name: str, trusted: dict[str, str], policy: str) -> str:
        """Make a role with one inline policy, and give its ARN."""
        iam = self.api("iam")
        arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust(trusted))["Role"]["Arn"]
        iam.put_role_policy(RoleName=name, PolicyName=f"{name}-permissions", PolicyDocument=policy)
        return str(arn)

    def user(self, name: str, policy: str) -> Issued:
        """Make a user with one inline policy and an access key."""
        iam = self.api("iam")
        iam.create_user(UserName=name)
        iam.put_user_policy(UserName=name, PolicyName=f"{name}-permissions", PolicyDocument=policy)
        return self.accounts.know_user_key(self.account_id, iam.create_access_key(UserName=name)["AccessKey"])

    def instance_role(self, name: str, profile: str, policy: str) -> None:
        """Make a role for instances, in an instance profile of another name."""
        self.role(name, {"Service": "ec2.amazonaws.com"}, policy)
        iam = self.api("iam")
        iam.create_instance_profile(InstanceProfileName=profile)
        iam.add_role_to_instance_profile(InstanceProfileName=profile, RoleName=name)

    def network(self, cidr: str, *, nat: bool) -> Network:
        """Make a VPC with one subnet, an S3 endpoint, and a NAT gateway or an internet gateway."""
        ec2 = self.api("ec2")
        vpc_id = ec2.create_vpc(CidrBlock=cidr)["Vpc"]["VpcId"]
        subnet_id = ec2.create_subnet(VpcId=vpc_id, CidrBlock=cidr)["Subnet"]["SubnetId"]
        table_id = ec2.create_route_table(VpcId=vpc_id)["RouteTable"]["RouteTableId"]
        ec2.associate_route_table(RouteTableId=table_id, SubnetId=subnet_id)
        gateway_id = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
        ec2.attach_internet_gateway(InternetGatewayId=gateway_id, VpcId=vpc_id)
        exit_address = self._nat(subnet_id, table_id) if nat else ""
        if not nat:
            ec2.create_route(RouteTableId=table_id, DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway_id)
        endpoint = ec2.create_vpc_endpoint(VpcId=vpc_id, ServiceName=f"com.amazonaws.{self.region}.s3",
                                           RouteTableIds=[table_id])  # fmt: skip
        endpoint_id = endpoint["VpcEndpoint"]["VpcEndpointId"]
        return Network(self.account_id, self.region, vpc_id, subnet_id, table_id, endpoint_id, exit_address)

    def instance(self, network: Network, *, profile: str, name: str, public: bool) -> Instance:
        """Start one instance with an instance profile; moto gives the profile to the first of several only."""
        interface = {"DeviceIndex": 0, "SubnetId": network.subnet_id, "AssociatePublicIpAddress": public}
        tags = [{"ResourceType": "instance", "Tags": [{"Key": "Name", "Value": name}]}]
        started = self.api("ec2").run_instances(
            ImageId="ami-0abcdef1234567890",
            MinCount=1,
            MaxCount=1,
            InstanceType="m7i.large",
            IamInstanceProfile={"Name": profile},
            NetworkInterfaces=[interface],
            TagSpecifications=tags,
        )["Instances"][0]
        launched_at = self.accounts.clock.now() - timedelta(days=self.random.randrange(2, 40))
        self.accounts.compute.know(started["InstanceId"], self.account_id, self.region, launched_at)
        address = str(started.get("PublicIpAddress") or "")
        if address:
            self.hold(f"{address}/32")
        return Instance(started["InstanceId"], started["PrivateIpAddress"], address, network)

    def hold(self, network: str) -> None:
        """Say that an address of AWS belongs to this account."""
        self.accounts.world.add(network, Place(*_AMAZON, "Ireland", "IE", "Dublin", 53.35, -6.26, self.account_id))

    def watch(self) -> str:
        """Turn GuardDuty on in the region, and give the detector's id."""
        return self.accounts.guardduty.enable(self.account_id, self.region)

    def _nat(self, subnet_id: str, table_id: str) -> str:
        ec2 = self.api("ec2")
        octets = (self.random.randrange(1, 255) for _ in range(3))
        wanted = "52." + ".".join(str(octet) for octet in octets)  # moto alone would draw a loopback address
        address = ec2.allocate_address(Domain="vpc", Address=wanted)
        gateway = ec2.create_nat_gateway(SubnetId=subnet_id, AllocationId=address["AllocationId"])["NatGateway"]
        ec2.create_route(RouteTableId=table_id, DestinationCidrBlock="0.0.0.0/0",
                         NatGatewayId=gateway["NatGatewayId"])  # fmt: skip
        self.hold(f"{address['PublicIp']}/32")
        return str(address["PublicIp"])
