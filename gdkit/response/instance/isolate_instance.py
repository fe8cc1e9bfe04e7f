"""Put every network interface of the instance into a security group that lets nothing pass."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, Any

from gdkit.errors import ResponseError
from gdkit.response.instance import isolation
from gdkit.response.instance.flows import flow_effects
from gdkit.response.instance.host import asked, called, instance_of, interfaces_of, listed_of
from gdkit.response.instance.isolation import ISOLATION, OPEN, names
from gdkit.response.instance.security_groups import GROUPS, OUT_TO_ALL, OUT_TO_ALL_V6, group_named, rules_of
from gdkit.response.step import Action, Check, Explanation, Need, Option, SideEffect, State, Step, Target, Undone

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gdkit.aws import ReadOnlyAws


def read(aws: ReadOnlyAws, target: Target) -> State:
    """Give the groups of each interface, and what the step's two groups let pass; None where a group is not there.

    Raises:
        ResponseError: the case names no instance, it is gone, or its interfaces are in more than one VPC.
        AwsError: it could not be read.
    """
    instance_of(aws, target)
    interfaces = interfaces_of(aws, target)
    vpc = _vpc(target, interfaces)
    groups = {kind: group_named(aws, target, name, vpc) for kind, name in names(target).items()}
    symbols = {str(group["GroupId"]): kind for kind, group in groups.items() if group}
    return {
        "vpc": vpc,
        "vpc_has_ipv6": _has_ipv6(aws, target, vpc),
        "interfaces": {str(one["NetworkInterfaceId"]): sorted(symbols.get(str(each["GroupId"]), str(each["GroupId"]))
                                                              for each in one["Groups"]) for one in interfaces},
        **{kind: rules_of(group) if group else None for kind, group in groups.items()},
        "others": _others(aws, target, groups[ISOLATION]),
    }  # fmt: skip


def want(target: Target, now: State) -> State:
    """Give every interface in the isolation group alone, and the open group gone.

    Raises:
        ResponseError: an address that was told is none, or others changed the isolation group.
    """
    allowed = _allowed(target)
    default = sorted((OUT_TO_ALL, OUT_TO_ALL_V6)) if now["vpc_has_ipv6"] else [OUT_TO_ALL]
    strange = sorted(set(now[ISOLATION] or ()) - set(default) - set(allowed))
    if strange:
        raise ResponseError(
            f"the group {names(target)[ISOLATION]} lets pass what gdkit did not: {', '.join(strange)}",
            where="step isolate-instance",
            action="see who changed it, and take the rules out",
        )
    return {**now, "interfaces": {one: [ISOLATION] for one in now["interfaces"]}, ISOLATION: allowed, OPEN: None}


def change(target: Target, now: State, wanted: State) -> Sequence[Action]:
    """Give the calls: make the groups, pass the interfaces through the open one, and leave nothing behind."""
    return isolation.calls(target, now, wanted)


def effects(aws: ReadOnlyAws, target: Target, now: State, wanted: State) -> Sequence[SideEffect]:
    """Say what is cut, what goes on, and what is open for a moment."""
    if now == wanted:
        return ()
    instance = instance_of(aws, target)
    hit = (str(instance["InstanceId"]),)
    name, number = called(instance), len(now["interfaces"])
    allowed = f", but for {', '.join(wanted[ISOLATION])}" if wanted[ISOLATION] else ""
    said = [f"nobody reaches {name} any more and it reaches nobody, on {number} network interfaces{allowed}: its work "
            "stops, and so does the Systems Manager agent (capture memory first)"]  # fmt: skip
    if isolation.untracks(target, now, wanted):
        said.append(f"for the moment between two calls {name} is open to every address that its network's routes and "
                    "ACLs let through; with untrack=no it is not, and connections that exist go on")  # fmt: skip
    return tuple(SideEffect(one, hit) for one in (*said, *flow_effects(aws, target, instance)))


def prove(aws: ReadOnlyAws, target: Target, now: State, wanted: State) -> Sequence[Check]:
    """Say what no security group can promise."""
    return (Check("every connection is cut at once", None,
                  "AWS promises it for none: look at the VPC's flow logs after, and use block-subnet where traffic "
                  "goes on"),)  # fmt: skip


def revert(target: Target, before: State, after: State, now: State) -> Undone:
    """Give each interface its groups back, and take the step's groups away where nobody else uses or changed them."""
    left = []
    interfaces = dict(now["interfaces"])
    for name, groups in now["interfaces"].items():
        older = before["interfaces"].get(name)
        if older is None or older == groups:
            continue
        if groups not in ([ISOLATION], [OPEN]):
            left.append(f"{name} was given other groups by somebody else since, and keeps them")
        elif OPEN in older:
            left.append(f"{name} was half way in the open group before, which is nothing to go back to")
        else:
            interfaces[name] = older
    used = any(ISOLATION in groups for groups in interfaces.values())
    keeps = _keeps_group(before, after, now, used=used)
    if keeps and before[ISOLATION] is None:
        left.append(f"the group {names(target)[ISOLATION]} stays: {keeps}")
    return Undone({**now, "interfaces": interfaces, ISOLATION: now[ISOLATION] if keeps else None, OPEN: None},
                  tuple(left))  # fmt: skip


def _keeps_group(before: State, after: State, now: State, *, used: bool) -> str:
    """Say why the isolation group is not deleted; empty where it is."""
    if now[ISOLATION] is None:
        return ""
    if before[ISOLATION] is not None:
        return "it was there before"
    if used or now["others"]:
        return "interfaces are in it"
    changed = set(now[ISOLATION]) - set(after[ISOLATION] or ()) - {OUT_TO_ALL, OUT_TO_ALL_V6}
    return "somebody else changed its rules" if changed else ""


def _vpc(target: Target, interfaces: Sequence[Mapping[str, Any]]) -> str:
    vpcs = sorted({str(one["VpcId"]) for one in interfaces})
    if len(vpcs) != 1:
        raise ResponseError(f"the network interfaces of {target.instance_id} are in {len(vpcs)} VPCs: "
                            f"{', '.join(vpcs) or 'it has none'}", where="step isolate-instance",
                            action="isolate them by hand: a security group is of one VPC")  # fmt: skip
    return vpcs[0]


def _has_ipv6(aws: ReadOnlyAws, target: Target, vpc: str) -> bool:
    found = asked(aws, target, "ec2", "DescribeVpcs", {"VpcIds": [vpc]})["Vpcs"]
    return any(one.get("Ipv6CidrBlockState", {}).get("State") == "associated"
               for each in found for one in each.get("Ipv6CidrBlockAssociationSet") or ())  # fmt: skip


def _others(aws: ReadOnlyAws, target: Target, group: Mapping[str, Any] | None) -> list[str]:
    """Give the interfaces in the group that are not the instance's."""
    if group is None:
        return []
    asks = {"Filters": [{"Name": "group-id", "Values": [group["GroupId"]]}]}
    found = listed_of(aws, target, "ec2", "DescribeNetworkInterfaces", "NetworkInterfaces", asks)
    return sorted(str(one["NetworkInterfaceId"]) for one in found
                  if one.get("Attachment", {}).get("InstanceId") != target.instance_id)  # fmt: skip


def _allowed(target: Target) -> list[str]:
    """Give the rules of what was told to stay open.

    Raises:
        ResponseError: what was told is no network, or all of them.
    """
    into = [f"all from {_network(text, 'allow-from')}" for text in _told(target, "allow-from")]
    out = [f"tcp 443 to {_network(text, 'allow-to')}" for text in _told(target, "allow-to")]
    return sorted((*into, *out))


def _told(target: Target, option: str) -> list[str]:
    return [text.strip() for text in target.options[option].split(",") if text.strip()]


def _network(text: str, option: str) -> str:
    try:
        network = ipaddress.ip_network(text)
    except ValueError as error:
        raise ResponseError(f"{text[:60]!r} is no network", where=f"option {option}",
                            action="give it as 192.0.2.10/32; several with commas") from error  # fmt: skip
    if network.prefixlen == 0:
        raise ResponseError(f"{network} is everybody, which is no isolation", where=f"option {option}")
    return str(network)


STEP = Step(
    name="isolate-instance",
    title="Cut the instance off by a security group that lets nothing pass",
    phase="containment",
    explanation=Explanation(
        what="Makes a security group without any rule and puts every network interface of the instance into it alone. "
             "Before, it puts them into a group that lets everything pass for a moment (untrack): connections are not "
             "tracked then, so that they end when the rules go.",
        why="The thief may still be on the host, or reach it.",
        breaks="Everything that the instance does over the network, the Systems Manager agent too.",
        leaves_open="Flows that AWS always tracks can go on (the plan names them). DNS by the VPC's resolver, which "
                    "can carry data out, and the metadata service pass every security group. What else runs in the "
                    "subnet is not touched. Look at the flow logs after.",
        undo="Gives each interface its groups back and deletes the group, if nobody else uses or changed it. "
             "Interfaces that others changed since stay as they are.",
        source="EC2 User Guide, Security group connection tracking; AWS Security Incident Response Guide; EC2 API "
               "Reference, ModifyNetworkInterfaceAttribute",
    ),
    needs=(
        *(Need(f"ec2:{name}") for name in ("DescribeInstances", "DescribeNetworkInterfaces", "DescribeSecurityGroups",
                                           "DescribeVpcs", "DescribeRouteTables")),
        Need("ec2:DescribeSecurityGroups", writes=True),
        Need("ec2:CreateSecurityGroup", GROUPS, writes=True),
        Need("ec2:CreateSecurityGroup", "arn:{partition}:ec2:{region}:{account_id}:vpc/*", writes=True),
        Need("ec2:CreateTags", GROUPS, writes=True,
             condition={"StringEquals": {"ec2:CreateAction": "CreateSecurityGroup"}}),
        *(Need(f"ec2:{name}", GROUPS, writes=True, condition={"StringEquals": {
            "aws:ResourceTag/gdkit:instance": "{instance_id}"}})
          for name in ("AuthorizeSecurityGroupIngress", "AuthorizeSecurityGroupEgress", "RevokeSecurityGroupEgress",
                       "DeleteSecurityGroup")),
        Need("ec2:ModifyNetworkInterfaceAttribute",
             "arn:{partition}:ec2:{region}:{account_id}:network-interface/*", writes=True),
        Need("ec2:ModifyNetworkInterfaceAttribute", GROUPS, writes=True),
    ),
    options=(
        Option("allow-from", "Networks that may still reach the instance, such as the forensic workstation's "
                             "192.0.2.10/32; several with commas."),
        Option("allow-to", "Networks that the instance may still reach over HTTPS, such as the subnet of Systems "
                           "Manager's endpoints; several with commas."),
        Option("untrack", "Whether the interfaces pass through an open group first, so that connections end.", "yes",
               ("yes", "no")),
    ),
    read=read,
    want=want,
    change=change,
    effects=effects,
    prove=prove,
    revert=revert,
)  # fmt: skip
"""The step."""
