"""Which flows of an instance a change of its security group does not surely cut."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gdkit.response.instance.host import listed_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from gdkit.aws import ReadOnlyAws
    from gdkit.response.step import Target

_TRACKED = {
    "NatGatewayId": "a NAT gateway",
    "EgressOnlyInternetGatewayId": "an egress-only internet gateway",
    "TransitGatewayId": "a transit gateway",
    "VpcEndpointId": "a Gateway Load Balancer or firewall endpoint",
}
"""Ways out over which connections are tracked whatever the rules are, by the route's member that names them.

Source: EC2 User Guide, "Security group connection tracking", Automatically tracked connections.
"""

ALWAYS = (
    "DNS by the VPC's resolver, the metadata service and the time service pass every security group; use DNS Firewall "
    "where data may leave by DNS"
)
"""Source: EC2 User Guide, "Security group connection tracking"; VPC User Guide, "Security groups"."""


def flow_effects(aws: ReadOnlyAws, target: Target, instance: Mapping[str, Any]) -> Sequence[str]:
    """Say which flows can go on after the isolation.

    Raises:
        AwsError: the routes could not be read.
    """
    ways = sorted(set(_ways(aws, target, instance)))
    through = [f"connections through {', '.join(ways)} are always tracked and can go on until they end or are idle; so "
               "can those through a Network Load Balancer, PrivateLink or Global Accelerator"]  # fmt: skip
    none = ["connections through a Network Load Balancer, PrivateLink or Global Accelerator are always tracked and can "
            "go on until they end or are idle"]  # fmt: skip
    return (*(through if ways else none), ALWAYS)


def _ways(aws: ReadOnlyAws, target: Target, instance: Mapping[str, Any]) -> Iterator[str]:
    for table in _tables(aws, target, instance):
        for route in table.get("Routes", ()):
            for member, name in _TRACKED.items():
                way = route.get(member) or (route.get("GatewayId") if _is_endpoint(route, member) else None)
                if way:
                    yield f"{name} ({way})"


def _is_endpoint(route: Mapping[str, Any], member: str) -> bool:
    """Tell whether a route's gateway is an endpoint of a balancer or firewall; gateway endpoints have a prefix list."""
    gateway = str(route.get("GatewayId") or "")
    return member == "VpcEndpointId" and gateway.startswith("vpce-") and not route.get("DestinationPrefixListId")


def _tables(aws: ReadOnlyAws, target: Target, instance: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Give the route tables of the instance's subnets; a subnet without one of its own has its VPC's main table."""
    vpc = {"Filters": [{"Name": "vpc-id", "Values": [instance["VpcId"]]}]}
    tables = listed_of(aws, target, "ec2", "DescribeRouteTables", "RouteTables", vpc)
    subnets = {str(one["SubnetId"]) for one in instance.get("NetworkInterfaces", ())} or {str(instance["SubnetId"])}
    own = {str(link["SubnetId"]): one for one in tables for link in one.get("Associations", ()) if link.get("SubnetId")}
    main = [one for one in tables if any(link.get("Main") for link in one.get("Associations", ()))]
    found = [own[subnet] for subnet in subnets if subnet in own]
    return [*found, *(main if any(subnet not in own for subnet in subnets) else ())]
