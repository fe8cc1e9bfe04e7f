"""Take the instance out of the load balancers' target groups, so that no customer's request reaches it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gdkit.response.instance.host import asked, called, instance_of, listed_of
from gdkit.response.step import Action, Check, Explanation, Need, SideEffect, State, Step, Target

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from gdkit.aws import ReadOnlyAws

_TARGET_GROUPS = "arn:{partition}:elasticloadbalancing:{region}:{account_id}:targetgroup/*"
_CLASSIC = "arn:{partition}:elasticloadbalancing:{region}:{account_id}:loadbalancer/*"
_KINDS = ("instance", "ip")
"""Target types under which an instance can stand. Source: ELB API Reference, CreateTargetGroup, TargetType."""

_GOING = ("draining",)
"""A target that was taken out and still ends its requests. Source: ELB API Reference, TargetHealth, State."""


def read(aws: ReadOnlyAws, target: Target) -> State:
    """Give the ports under which the instance stands in each target group, and the classic load balancers that have it.

    Raises:
        ResponseError: the case names no instance, or it is gone.
        AwsError: it could not be read.
    """
    instance = instance_of(aws, target)
    found = {arn: {_key(one["Target"]): True for one in mine} for arn, mine, _ in _targets(aws, target, instance)}
    classic = {name: True for name, _ in _classic(aws, target)}
    return {"target_groups": found, "classic_balancers": classic}


def want(target: Target, now: State) -> State:
    """Give the state without the instance."""
    return {"target_groups": {}, "classic_balancers": {}}


def change(target: Target, now: State, wanted: State) -> Sequence[Action]:
    """Give a call for each target group and classic load balancer."""
    found = []
    for arn in sorted({*now["target_groups"], *wanted["target_groups"]}):
        older, newer = now["target_groups"].get(arn, {}), wanted["target_groups"].get(arn, {})
        for operation, keys, does in (("DeregisterTargets", set(older) - set(newer), "Take {} out of {}"),
                                      ("RegisterTargets", set(newer) - set(older), "Put {} into {}")):  # fmt: skip
            if keys:
                asked_for = {"TargetGroupArn": arn, "Targets": [_target(key) for key in sorted(keys)]}
                found.append(Action("elbv2", operation, asked_for, does.format(target.instance_id, _name(arn))))
    for name in sorted(set(now["classic_balancers"]) ^ set(wanted["classic_balancers"])):
        leaves = name in now["classic_balancers"]
        operation = "DeregisterInstancesFromLoadBalancer" if leaves else "RegisterInstancesWithLoadBalancer"
        which = {"LoadBalancerName": name, "Instances": [{"InstanceId": target.instance_id}]}
        does = f"{'Take' if leaves else 'Put'} {target.instance_id} {'out of' if leaves else 'into'} {name}"
        found.append(Action("elb", operation, which, does))
    return tuple(found)


def effects(aws: ReadOnlyAws, target: Target, now: State, wanted: State) -> Sequence[SideEffect]:
    """Say how many healthy targets are left in each.

    Raises:
        AwsError: it could not be read.
    """
    if now == wanted:
        return ()
    instance = instance_of(aws, target)
    said = [SideEffect(f"{called(instance)} gets no more requests by {_name(arn)}; requests that it has begun may end "
                       "within the group's deregistration delay", (str(instance["InstanceId"]),))
            for arn, mine, _ in _targets(aws, target, instance) if mine]  # fmt: skip
    return (*said, *(SideEffect(f"{called(instance)} gets no more requests by the classic load balancer {name}",
                                (str(instance["InstanceId"]),)) for name in now["classic_balancers"]))  # fmt: skip


def prove(aws: ReadOnlyAws, target: Target, now: State, wanted: State) -> Sequence[Check]:
    """Check that each target group has a healthy target left.

    Raises:
        AwsError: it could not be read.
    """
    checks = []
    for arn, mine, others in _targets(aws, target, instance_of(aws, target)):
        if mine:
            healthy = sum(one["TargetHealth"]["State"] == "healthy" for one in others)
            checks.append(Check(f"{_name(arn)} has a healthy target left", healthy > 0,
                                f"{healthy} of {len(others)} others are healthy"))  # fmt: skip
    for name, number in _classic(aws, target):
        told = f"it has {number} others; their health was not read"
        checks.append(Check(f"{name} has an instance left", number > 0, told))
    return tuple(checks)


def _targets(
    aws: ReadOnlyAws, target: Target, instance: Mapping[str, Any]
) -> Iterator[tuple[str, list[Any], list[Any]]]:
    """Give each target group in which the instance stands: its targets, and those of others."""
    own = {str(instance["InstanceId"]), *_addresses(instance)}
    for group in listed_of(aws, target, "elbv2", "DescribeTargetGroups", "TargetGroups", {}):
        if group.get("TargetType") not in _KINDS or group.get("VpcId") not in (None, instance.get("VpcId")):
            continue
        arn = str(group["TargetGroupArn"])
        found = asked(aws, target, "elbv2", "DescribeTargetHealth", {"TargetGroupArn": arn})["TargetHealthDescriptions"]
        there = [one for one in found if one["TargetHealth"]["State"] not in _GOING]
        mine = [one for one in there if str(one["Target"]["Id"]) in own]
        if mine:
            yield arn, mine, [one for one in there if str(one["Target"]["Id"]) not in own]


def _classic(aws: ReadOnlyAws, target: Target) -> Iterator[tuple[str, int]]:
    """Give each classic load balancer that has the instance, and how many others it has."""
    for one in listed_of(aws, target, "elb", "DescribeLoadBalancers", "LoadBalancerDescriptions", {}):
        ids = {str(each["InstanceId"]) for each in one.get("Instances", ())}
        if target.instance_id in ids:
            yield str(one["LoadBalancerName"]), len(ids) - 1


def _addresses(instance: Mapping[str, Any]) -> Iterator[str]:
    for interface in instance.get("NetworkInterfaces", ()):
        yield from (str(one["PrivateIpAddress"]) for one in interface.get("PrivateIpAddresses", ()))
        yield from (str(one["Ipv6Address"]) for one in interface.get("Ipv6Addresses", ()))


def _key(found: Mapping[str, Any]) -> str:
    """Write a target as a key: id, port, and zone where it has one."""
    zone = found.get("AvailabilityZone")
    return f"{found['Id']} {found['Port']}" + (f" {zone}" if zone == "all" else "")


def _target(key: str) -> dict[str, Any]:
    """Give the target that a key names; a zone is told only for an address outside the VPC.

    Source: ELB API Reference, TargetDescription, AvailabilityZone.
    """
    name, port, *zone = key.split()
    return {"Id": name, "Port": int(port), **({"AvailabilityZone": zone[0]} if zone else {})}


def _name(arn: str) -> str:
    return arn.rsplit(":", 1)[-1]


STEP = Step(
    name="deregister-targets",
    title="Take the instance out of its load balancers",
    phase="evidence",
    explanation=Explanation(
        what="Takes the instance out of every target group, by its id and by its addresses, and out of classic load "
             "balancers.",
        why="Customers' requests go to healthy instances, and the thief cannot reach the host through a balancer.",
        breaks="Nothing, where healthy targets are left; the plan counts them.",
        leaves_open="Requests that have begun. What reaches the instance directly, by its own address. Other balancers "
                    "on other hosts. If its Auto Scaling group has the target group attached and the instance is in "
                    "service there, the group may put it back: apply detach-from-group first.",
        undo="Puts it back under the same ports.",
        source="ELB API Reference, DeregisterTargets, RegisterTargets, DeregisterInstancesFromLoadBalancer",
    ),
    needs=(
        Need("ec2:DescribeInstances"),
        Need("elasticloadbalancing:DescribeTargetGroups"),
        Need("elasticloadbalancing:DescribeTargetHealth"),
        Need("elasticloadbalancing:DescribeLoadBalancers"),
        Need("elasticloadbalancing:DeregisterTargets", _TARGET_GROUPS, writes=True),
        Need("elasticloadbalancing:RegisterTargets", _TARGET_GROUPS, writes=True),
        Need("elasticloadbalancing:DeregisterInstancesFromLoadBalancer", _CLASSIC, writes=True),
        Need("elasticloadbalancing:RegisterInstancesWithLoadBalancer", _CLASSIC, writes=True),
    ),
    read=read,
    want=want,
    change=change,
    effects=effects,
    prove=prove,
)  # fmt: skip
"""The step."""
