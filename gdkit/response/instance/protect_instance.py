"""Protect the instance and its volumes from being ended, stopped or taken for ordinary ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gdkit.response.instance.host import CASE_TAG, INSTANCE, asked, called, instance_of, tags_of, volumes_of
from gdkit.response.step import Action, Check, Explanation, Need, SideEffect, State, Step, Target

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from gdkit.aws import ReadOnlyAws

_SWITCHES = {"termination": "disableApiTermination", "stop": "disableApiStop"}
"""What is protected, and the attribute that protects it. Source: EC2 API Reference, ModifyInstanceAttribute."""


def read(aws: ReadOnlyAws, target: Target) -> State:
    """Give the protections of the instance, what becomes of each volume with it, and the case's tag.

    ``unprotectable`` names what EC2 does not let be protected here.

    Raises:
        ResponseError: the case names no instance, or it is gone.
        AwsError: it could not be read.
    """
    instance = instance_of(aws, target)
    on = {name: bool(_attribute(aws, target, attribute).get("Value", False)) for name, attribute in _SWITCHES.items()}
    shutdown = _attribute(aws, target, "instanceInitiatedShutdownBehavior").get("Value", "stop")
    kept = {str(one["DeviceName"]): not one["Ebs"].get("DeleteOnTermination", False)
            for one in instance.get("BlockDeviceMappings", ()) if "Ebs" in one}  # fmt: skip
    return {**on, "shutdown": str(shutdown), "volumes_kept": kept, "case_tag": tags_of(instance).get(CASE_TAG),
            "unprotectable": list(_unprotectable(instance))}  # fmt: skip


def want(target: Target, now: State) -> State:
    """Give everything protected that can be."""
    can = {name: True for name in _SWITCHES if name not in now["unprotectable"]}
    shutdown = "stop" if "stop" not in now["unprotectable"] else now["shutdown"]
    kept = dict.fromkeys(now["volumes_kept"], True)
    return {**now, **can, "shutdown": shutdown, "volumes_kept": kept, "case_tag": target.case_id}


def change(target: Target, now: State, wanted: State) -> Sequence[Action]:
    """Give a call for each thing that differs."""
    return tuple(_calls(target, now, wanted))


def effects(aws: ReadOnlyAws, target: Target, now: State, wanted: State) -> Sequence[SideEffect]:
    """Say what cannot be done any more, and what the volumes cost."""
    instance = instance_of(aws, target)
    number = len(volumes_of(instance))
    hit = (str(instance["InstanceId"]),)
    said = [f"{called(instance)} can no longer be stopped or ended by the API until this is undone, not by its owners "
            "either", f"its {number} EBS volume{'s' * (number != 1)} stay, and cost, when it is ended"]  # fmt: skip
    return tuple(SideEffect(one, hit) for one in said)


def prove(aws: ReadOnlyAws, target: Target, now: State, wanted: State) -> Sequence[Check]:
    """Say what the protection does not hold against here."""
    instance = instance_of(aws, target)
    group = tags_of(instance).get("aws:autoscaling:groupName")
    held = [Check("no Auto Scaling group ends it", not group,
                  "its group ends it all the same: use detach-from-group" if group else "it is in none")]  # fmt: skip
    for name in now["unprotectable"]:
        held.append(Check(f"{name} protection can be set", False, "EC2 does not offer it for such an instance"))
    return tuple(held)


def _calls(target: Target, now: State, wanted: State) -> Iterator[Action]:
    host = str(target.instance_id)
    for name, attribute in _SWITCHES.items():
        if now[name] != wanted[name]:
            verb = "on" if wanted[name] else "off"
            parameter = attribute[:1].upper() + attribute[1:]
            yield _modify(host, {parameter: {"Value": wanted[name]}}, f"Switch {name} protection of {host} {verb}")
    if now["shutdown"] != wanted["shutdown"]:
        yield _modify(host, {"InstanceInitiatedShutdownBehavior": {"Value": wanted["shutdown"]}},
                      f"Let {host} {wanted['shutdown']} when its system shuts down")  # fmt: skip
    for device, kept in wanted["volumes_kept"].items():
        if now["volumes_kept"].get(device) != kept and device in now["volumes_kept"]:
            mapping = {"DeviceName": device, "Ebs": {"DeleteOnTermination": not kept}}
            verb = "Keep" if kept else "Do not keep"
            yield _modify(host, {"BlockDeviceMappings": [mapping]}, f"{verb} the volume {device} when {host} is ended")
    if now["case_tag"] != wanted["case_tag"]:
        yield _tag(host, now["case_tag"], wanted["case_tag"])


def _modify(host: str, what: Mapping[str, Any], does: str) -> Action:
    return Action("ec2", "ModifyInstanceAttribute", {"InstanceId": host, **what}, does)


def _tag(host: str, now: str | None, wanted: str | None) -> Action:
    if wanted is None:
        tag = {"Key": CASE_TAG, "Value": now}
        return Action("ec2", "DeleteTags", {"Resources": [host], "Tags": [tag]}, f"Take the case's tag off {host}")
    tag = {"Key": CASE_TAG, "Value": wanted}
    return Action("ec2", "CreateTags", {"Resources": [host], "Tags": [tag]}, f"Tag {host} with the case")


def _attribute(aws: ReadOnlyAws, target: Target, name: str) -> Mapping[str, Any]:
    asks = {"InstanceId": target.instance_id, "Attribute": name}
    answer = asked(aws, target, "ec2", "DescribeInstanceAttribute", asks)
    found: Mapping[str, Any] = answer.get(name[:1].upper() + name[1:]) or {}
    return found


def _unprotectable(instance: Mapping[str, Any]) -> Iterator[str]:
    """Name what EC2 does not offer.

    Source: EC2 User Guide, "Change instance termination protection" (not for Spot Instances) and "Enable stop
    protection" (not for Spot Instances, nor with an instance store as root).
    """
    spot = instance.get("InstanceLifecycle") == "spot"
    if spot:
        yield "termination"
    if spot or instance.get("RootDeviceType") == "instance-store":
        yield "stop"


STEP = Step(
    name="protect-instance",
    title="Protect the instance and its volumes from being ended",
    phase="evidence",
    explanation=Explanation(
        what="Switches termination and stop protection on, keeps every EBS volume when the instance is ended, lets its "
             "system's shutdown stop it instead of ending it, and tags it with the case.",
        why="An instance that is ended or stopped takes its memory with it, and mostly its volumes.",
        breaks="Nobody can stop or end it by the API until this is undone.",
        leaves_open="An Auto Scaling group ends its instances all the same (detach-from-group). AWS may interrupt a "
                    "Spot Instance. Whoever is on the host can shut its system down: it then stops, and its memory "
                    "is lost. Whoever may change its attributes can take the protection off.",
        undo="Brings back what was there before; what others changed since stays.",
        source="EC2 User Guide, Change instance termination protection, Enable stop protection, Preserve data when an "
               "instance is terminated",
    ),
    needs=(
        Need("ec2:DescribeInstances"),
        Need("ec2:DescribeInstanceAttribute"),
        Need("ec2:ModifyInstanceAttribute", INSTANCE, writes=True),
        Need("ec2:CreateTags", INSTANCE, writes=True),
        Need("ec2:DeleteTags", INSTANCE, writes=True),
    ),
    read=read,
    want=want,
    change=change,
    effects=effects,
    prove=prove,
)  # fmt: skip
"""The step."""
