"""Take the instance out of its Auto Scaling group's service, so that the group neither ends it nor sends it work."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gdkit.errors import ResponseError
from gdkit.response.instance.host import asked, called, instance_of
from gdkit.response.step import Action, Check, Explanation, Need, Option, SideEffect, State, Step, Target

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gdkit.aws import ReadOnlyAws

_GROUPS = "arn:{partition}:autoscaling:{region}:{account_id}:autoScalingGroup:*:autoScalingGroupName/*"
IN_SERVICE, STANDBY = "InService", "Standby"
"""Source: EC2 Auto Scaling User Guide, "Amazon EC2 Auto Scaling instance lifecycle"."""


def read(aws: ReadOnlyAws, target: Target) -> State:
    """Give the instance's Auto Scaling group, None for none, and its state there.

    Raises:
        ResponseError: the case names no instance, or it is gone.
        AwsError: it could not be read.
    """
    instance_of(aws, target)
    asks = {"InstanceIds": [target.instance_id]}
    found = asked(aws, target, "autoscaling", "DescribeAutoScalingInstances", asks)["AutoScalingInstances"]
    if not found:
        return {"group": None, "lifecycle": None}
    return {"group": str(found[0]["AutoScalingGroupName"]), "lifecycle": str(found[0]["LifecycleState"])}


def want(target: Target, now: State) -> State:
    """Give the instance in standby; one in no group stays as it is.

    Raises:
        ResponseError: it is in a state from which it cannot go there.
    """
    if now["group"] is None:
        return now
    if now["lifecycle"] not in (IN_SERVICE, STANDBY):
        raise ResponseError(f"{target.instance_id} is {now['lifecycle']} in its group, and only one that is "
                            f"{IN_SERVICE} can go into standby", where="step detach-from-group",
                            action="wait a minute and preview again")  # fmt: skip
    return {**now, "lifecycle": STANDBY}


def change(target: Target, now: State, wanted: State) -> Sequence[Action]:
    """Give the one call."""
    if now == wanted or now["group"] != wanted["group"]:
        return ()
    which = {"InstanceIds": [target.instance_id], "AutoScalingGroupName": now["group"]}
    if wanted["lifecycle"] == STANDBY:
        keeps = target.options["keep-capacity"] == "yes"
        does = f"Put {target.instance_id} into standby; the group {'starts another' if keeps else 'does without it'}"
        return (Action("autoscaling", "EnterStandby", {**which, "ShouldDecrementDesiredCapacity": not keeps}, does),)
    return (Action("autoscaling", "ExitStandby", which, f"Put {target.instance_id} back into service"),)


def effects(aws: ReadOnlyAws, target: Target, now: State, wanted: State) -> Sequence[SideEffect]:
    """Say what the group does, with its numbers.

    Raises:
        AwsError: the group could not be read.
    """
    if now == wanted:
        return ()
    name, group = called(instance_of(aws, target)), _group(aws, target, now["group"])
    hit = (str(target.instance_id), str(now["group"]))
    said = [f"the group {now['group']} no longer checks or ends {name}, and its load balancers send it nothing"]
    if target.options["keep-capacity"] == "yes":
        said.append(
            f"the group keeps its desired {group['DesiredCapacity']} instances and starts another one from the "
            "same template: it has the same role, and the same hole. After an undo the group has one more"
        )
    else:
        desired = int(group["DesiredCapacity"])
        said.append(f"the group's desired number goes from {desired} to {desired - 1}, so the others carry its load")
    return tuple(SideEffect(one, hit) for one in said)


def prove(aws: ReadOnlyAws, target: Target, now: State, wanted: State) -> Sequence[Check]:
    """Look at the group's numbers: one that would go below its smallest is refused here, as AWS does.

    Raises:
        ResponseError: the group would go below its smallest number.
        AwsError: the group could not be read.
    """
    if now["group"] is None:
        return (Check("the instance is in an Auto Scaling group", False, "it is in none, so there is nothing to do"),)
    if now == wanted:
        return ()
    group = _group(aws, target, now["group"])
    desired, least, most = (int(group[name]) for name in ("DesiredCapacity", "MinSize", "MaxSize"))
    if target.options["keep-capacity"] == "yes":
        fits = desired < most
        return (Check("an undo fits into the group", fits, f"desired {desired}, at most {most}" + (
            "" if fits else ": it must be let grow by one before the undo")),)  # fmt: skip
    if desired <= least:
        raise ResponseError(f"the group {now['group']} has desired {desired} and at least {least} instances, so AWS "
                            "refuses to make it smaller", where="option keep-capacity",
                            action="use keep-capacity=yes, or lower the group's smallest number")  # fmt: skip
    return (Check("the group may be made smaller", True, f"desired {desired}, at least {least}"),)


def _group(aws: ReadOnlyAws, target: Target, name: str) -> Mapping[str, Any]:
    asks = {"AutoScalingGroupNames": [name]}
    found = asked(aws, target, "autoscaling", "DescribeAutoScalingGroups", asks)["AutoScalingGroups"]
    if not found:
        raise ResponseError(f"the Auto Scaling group {name} does not exist any more", where="step detach-from-group",
                            action="preview again")  # fmt: skip
    first: Mapping[str, Any] = found[0]
    return first


STEP = Step(
    name="detach-from-group",
    title="Take the instance out of its Auto Scaling group's service (standby)",
    phase="evidence",
    explanation=Explanation(
        what="Puts the instance into standby in its Auto Scaling group. With keep-capacity the group starts another "
             "one in its place; without, it does with one less.",
        why="An isolated instance looks broken to its group, which would end it, and its memory and disks with it.",
        breaks="The instance gets no work from the group's load balancers.",
        leaves_open="The instance goes on running and still belongs to the group: whoever deletes the group ends it. "
                    "The one that is started in its place has the same image, role and hole.",
        undo="Puts it back into service. AWS then raises the group's desired number by one.",
        source="EC2 Auto Scaling User Guide, Temporarily remove instances from your Auto Scaling group; EC2 Auto "
               "Scaling API Reference, EnterStandby, ExitStandby",
    ),
    needs=(
        Need("ec2:DescribeInstances"),
        Need("autoscaling:DescribeAutoScalingInstances"),
        Need("autoscaling:DescribeAutoScalingGroups"),
        Need("autoscaling:EnterStandby", _GROUPS, writes=True),
        Need("autoscaling:ExitStandby", _GROUPS, writes=True),
    ),
    options=(Option("keep-capacity", "Whether the group starts another instance in its place.", "yes", ("yes", "no")),),
    read=read,
    want=want,
    change=change,
    effects=effects,
    prove=prove,
    settles_s=120.0,
)  # fmt: skip
"""The step."""
