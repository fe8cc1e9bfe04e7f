"""Security groups that gdkit makes for an instance: how they are named, found, and what their rules let pass."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gdkit.response.instance.host import case_tags, listed_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from gdkit.aws import ReadOnlyAws
    from gdkit.response.step import Target

GROUPS = "arn:{partition}:ec2:{region}:{account_id}:security-group/*"
"""Every security group, as a policy names it."""

EVERYWHERE = ("0.0.0.0/0", "::/0")
"""Every IPv4 address, and every IPv6 address."""

OUT_TO_ALL = "all to 0.0.0.0/0"
OUT_TO_ALL_V6 = "all to ::/0"
"""What a new group lets out, the second one only in a VPC with IPv6.

Source: VPC User Guide, "Default security groups for your VPCs" and "Security group rules".
"""


def lookup(name: str, vpc: str) -> dict[str, Any]:
    """Give the parameters of DescribeSecurityGroups for a group by its name."""
    return {"Filters": [{"Name": "group-name", "Values": [name]}, {"Name": "vpc-id", "Values": [vpc]}]}


def group_named(aws: ReadOnlyAws, target: Target, name: str, vpc: str) -> Mapping[str, Any] | None:
    """Give a group of a VPC by its name; None where there is none.

    Raises:
        AwsError: it could not be read.
    """
    found = listed_of(aws, target, "ec2", "DescribeSecurityGroups", "SecurityGroups", lookup(name, vpc))
    return found[0] if found else None


def rules_of(group: Mapping[str, Any]) -> list[str]:
    """Give what a group lets pass, each as one text such as ``tcp 443 to 10.0.0.0/16``, sorted."""
    into = [text for one in group.get("IpPermissions", ()) for text in _texts(one, "from")]
    out = [text for one in group.get("IpPermissionsEgress", ()) for text in _texts(one, "to")]
    return sorted((*into, *out))


def permission_of(rule: str) -> tuple[str, dict[str, Any]]:
    """Give the direction of a rule's text, ``from`` or ``to``, and the rule as EC2 takes it.

    >>> permission_of("tcp 443 to 10.0.0.0/16")[1]["IpRanges"]
    [{'CidrIp': '10.0.0.0/16'}]
    """
    what, direction, network = rule.rsplit(" ", 2)
    version = {"Ipv6Ranges": [{"CidrIpv6": network}]} if ":" in network else {"IpRanges": [{"CidrIp": network}]}
    if what == "all":
        return direction, {"IpProtocol": "-1", **version}
    protocol, port = what.split(" ")
    return direction, {"IpProtocol": protocol, "FromPort": int(port), "ToPort": int(port), **version}


def request(target: Target, name: str, vpc: str, description: str) -> dict[str, Any]:
    """Give the parameters of CreateSecurityGroup."""
    tags = [{"ResourceType": "security-group", "Tags": case_tags(target)}]
    return {"GroupName": name, "Description": description, "VpcId": vpc, "TagSpecifications": tags}


def _texts(permission: Mapping[str, Any], direction: str) -> Iterator[str]:
    low, high = permission.get("FromPort"), permission.get("ToPort")
    protocol = str(permission["IpProtocol"])
    ports = "" if low is None else f" {low}" if low == high else f" {low}-{high}"
    what = "all" if protocol == "-1" else f"{protocol}{ports}"
    yield from (f"{what} {direction} {one}" for one in _peers(permission))


def _peers(permission: Mapping[str, Any]) -> Sequence[str]:
    named = (("IpRanges", "CidrIp"), ("Ipv6Ranges", "CidrIpv6"), ("UserIdGroupPairs", "GroupId"),
             ("PrefixListIds", "PrefixListId"))  # fmt: skip
    return [str(one[key]) for members, key in named for one in permission.get(members) or ()]
