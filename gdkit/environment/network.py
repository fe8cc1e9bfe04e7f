"""Questions about the instance's network: every way by which it can leave."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gdkit.environment.collector import Collector, Question
from gdkit.environment.onward import ask_onward

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_OF_VPC = (
    # name, words, operation, list in the answer, filter
    ("vpcs", "the VPC", "DescribeVpcs", "Vpcs", "vpc-id"),
    ("subnets", "the VPC's subnets", "DescribeSubnets", "Subnets", "vpc-id"),
    ("route_tables", "the VPC's route tables", "DescribeRouteTables", "RouteTables", "vpc-id"),
    ("nat_gateways", "the VPC's NAT gateways", "DescribeNatGateways", "NatGateways", "vpc-id"),
    ("internet_gateways", "the VPC's internet gateway", "DescribeInternetGateways", "InternetGateways",
     "attachment.vpc-id"),
    ("vpc_endpoints", "the VPC's endpoints", "DescribeVpcEndpoints", "VpcEndpoints", "vpc-id"),
    ("vpn_gateways", "the VPC's VPN gateways", "DescribeVpnGateways", "VpnGateways", "attachment.vpc-id"),
    ("transit_gateway_attachments", "the VPC's transit gateways", "DescribeTransitGatewayAttachments",
     "TransitGatewayAttachments", "resource-id"),
)  # fmt: skip
_OF_REGION = (
    ("elastic_addresses", "the region's Elastic IPs", "DescribeAddresses", "Addresses"),
    ("vpn_connections", "the region's VPN connections", "DescribeVpnConnections", "VpnConnections"),
    ("customer_gateways", "the region's customer gateways", "DescribeCustomerGateways", "CustomerGateways"),
)


def ask_network(books: Collector, instance: Mapping[str, Any], reported_vpcs: Sequence[str]) -> None:
    """Ask about the network of the instance.

    Args:
        books: where the answers go.
        instance: as DescribeInstances gives it; empty where it is gone.
        reported_vpcs: the VPCs that the finding names, used where the instance is gone.
    """
    for name, words, operation, key in _OF_REGION:
        books.ask(Question(name, words, "ec2", operation, key))
    if instance:
        _ask_interfaces(books, instance)
    interfaces = instance.get("NetworkInterfaces", [])
    vpcs = [instance.get("VpcId"), *(interface.get("VpcId") for interface in interfaces)]
    found = sorted({str(vpc) for vpc in vpcs if vpc} or set(reported_vpcs))
    if not found:
        books.missed("the instance's network", "neither the instance nor the finding names a VPC")
        return
    for name, words, operation, key, filter_name in _OF_VPC:
        filters = [{"Name": filter_name, "Values": found}]
        parameters = {"Filter" if operation == "DescribeNatGateways" else "Filters": filters}
        books.ask(Question(name, words, "ec2", operation, key, parameters))
    ask_onward(books)


def _ask_interfaces(books: Collector, instance: Mapping[str, Any]) -> None:
    attached = {"Filters": [{"Name": "attachment.instance-id", "Values": [instance["InstanceId"]]}]}
    listed = books.list(
        Question(
            "network_interfaces",
            "the instance's network interfaces",
            "ec2",
            "DescribeNetworkInterfaces",
            "NetworkInterfaces",
            attached,
        )
    )
    groups = {str(group["GroupId"]) for holder in (instance, *listed) for group in holder.get("SecurityGroups", [])}
    groups |= {str(group["GroupId"]) for interface in listed for group in interface.get("Groups", [])}
    if groups:
        named = {"GroupIds": sorted(groups)}
        words = "the instance's security groups"
        books.ask(Question("security_groups", words, "ec2", "DescribeSecurityGroups", "SecurityGroups", named))
