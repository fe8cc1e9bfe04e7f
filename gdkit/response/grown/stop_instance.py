"""Stop an instance that the thief launched, without ending it, and start it again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gdkit.aws import need
from gdkit.errors import AwsCall, AwsError, ResponseError
from gdkit.model import utc_text
from gdkit.response.credential.told import plain
from gdkit.response.grown.place import ACCOUNT, REGION, account_of, action, asked, gone, region_of, told
from gdkit.response.step import Action, Check, Explanation, Need, Option, SideEffect, State, Step, Target

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gdkit.aws import ReadOnlyAws

NAME = "stop-instance"
_ON = {"pending": "running"}
"""States that are on their way to another. One that is stopping is not stopped yet, and is waited for."""


def read(aws: ReadOnlyAws, target: Target) -> State:
    """Give whether the instance runs.

    Raises:
        ResponseError: it is gone, or AWS does not stop such an instance.
        AwsError: it could not be read.
    """
    one = _instance(aws, target)
    state = str(one["State"]["Name"])
    if state in ("shutting-down", "terminated"):
        raise gone(f"the instance {told(target, 'instance')} (it is {state})", NAME, "TerminateInstances")
    _refuse_unstoppable(aws, target, one)
    return {"state": _ON.get(state, state)}


def want(target: Target, now: State) -> State:
    """Give it stopped.

    Raises:
        ResponseError: it is on its way there, so that nothing that is planned now could be undone.
    """
    if now["state"] == "stopping":
        raise ResponseError(f"the instance {told(target, 'instance')} is stopping now", where=f"step {NAME}",
                            action="wait until it has stopped, then preview again")  # fmt: skip
    return {"state": "stopped"}


def change(target: Target, now: State, wanted: State) -> Sequence[Action]:
    """Give the call that stops or starts."""
    if now == wanted:
        return ()
    instance = told(target, "instance")
    verb = "Stop" if wanted["state"] == "stopped" else "Start"
    return (action(target, "ec2", f"{verb}Instances", {"InstanceIds": [instance]}, f"{verb} the instance {instance}"),)


def effects(aws: ReadOnlyAws, target: Target, now: State, wanted: State) -> Sequence[SideEffect]:
    """Say what a stop loses."""
    if now == wanted:
        return ()
    one, instance = _instance(aws, target), told(target, "instance")
    lost = [SideEffect(f"{_called(one)} stops", (instance,)),
            SideEffect(f"The memory of {instance} is lost, and what lies on instance store disks; EBS disks stay",
                       (instance,))]  # fmt: skip
    group = _tags(one).get("aws:autoscaling:groupName")
    if group:
        lost.append(SideEffect(f"{instance} belongs to the Auto Scaling group {plain(group)}, which will end it as "
                               "unhealthy and launch another: use detach-from-group first, or suspend the group",
                               (instance,)))  # fmt: skip
    if one.get("PublicIpAddress") and not _elastic(one):
        lost.append(SideEffect(f"{instance} loses its public address {one['PublicIpAddress']} for good", (instance,)))
    return tuple(lost)


def prove(aws: ReadOnlyAws, target: Target, now: State, wanted: State) -> Sequence[Check]:
    """See whether stop protection would refuse it, and remind of the evidence."""
    asks = {"InstanceId": told(target, "instance"), "Attribute": "disableApiStop"}
    answer = asked(aws, target, "ec2", "DescribeInstanceAttribute", asks)
    on = bool(answer.get("DisableApiStop", {}).get("Value", False))
    found = "it is on: EC2 will refuse the stop until somebody switches it off" if on else "it is off"
    return (Check("stop protection is off", not on, found),
            Check("its evidence is kept", None, "before you go on: describe it, snapshot its volumes, and capture its "
                  "memory if it matters"))  # fmt: skip


def _called(one: Mapping[str, Any]) -> str:
    """Say which instance it is, so that a slip in its id shows: name, age and profile."""
    name, launched = _tags(one).get("Name"), one.get("LaunchTime")
    profile = (one.get("IamInstanceProfile") or {}).get("Arn")
    parts = (f"{plain(name)} ({one['InstanceId']})" if name else str(one["InstanceId"]),
             f"launched {utc_text(launched)}" if launched else "",
             f"with the profile {profile}" if profile else "")  # fmt: skip
    return ", ".join(part for part in parts if part)


def _instance(aws: ReadOnlyAws, target: Target) -> Mapping[str, Any]:
    instance = told(target, "instance")
    try:
        answer = asked(aws, target, "ec2", "DescribeInstances", {"InstanceIds": [instance]})
    except AwsError as error:
        if error.code != "InvalidInstanceID.NotFound":
            raise
        raise gone(f"the instance {instance}", NAME, "TerminateInstances") from error
    groups = need(answer, "Reservations", AwsCall("ec2", "DescribeInstances", account_of(target), region_of(target)))
    found: list[Mapping[str, Any]] = [one for group in groups for one in group["Instances"]]
    if not found:
        raise gone(f"the instance {instance}", NAME, "TerminateInstances")
    return found[0]


def _refuse_unstoppable(aws: ReadOnlyAws, target: Target, one: Mapping[str, Any]) -> None:
    """See that EC2 can stop it.

    Source: EC2 API Reference, StopInstances (instance store-backed instances cannot be stopped); EC2 User Guide,
    "Manage your Spot Instances" (only those of a persistent request can be stopped).
    """
    why = ""
    if one.get("RootDeviceType") == "instance-store":
        why = "its root disk is an instance store, and such an instance can only be ended"
    elif one.get("InstanceLifecycle") == "spot" and _request_type(aws, target, one) != "persistent":
        why = "it is a Spot Instance of a one-time request, and AWS stops only those of a persistent one"
    if why:
        raise ResponseError(f"the instance {told(target, 'instance')} cannot be stopped: {why}", where=f"step {NAME}",
                            action="keep its evidence, isolate it with a security group that lets nothing through, and "
                            "let a person decide to end it")  # fmt: skip


def _request_type(aws: ReadOnlyAws, target: Target, one: Mapping[str, Any]) -> str:
    request = one.get("SpotInstanceRequestId")
    if not request:
        return ""
    answer = asked(aws, target, "ec2", "DescribeSpotInstanceRequests", {"SpotInstanceRequestIds": [request]})
    call = AwsCall("ec2", "DescribeSpotInstanceRequests", account_of(target), region_of(target))
    found = need(answer, "SpotInstanceRequests", call)
    return str(found[0].get("Type", "")) if found else ""


def _tags(one: Mapping[str, Any]) -> dict[str, str]:
    return {str(tag["Key"]): str(tag["Value"]) for tag in one.get("Tags", ())}


def _elastic(one: Mapping[str, Any]) -> bool:
    """Tell whether the instance's public address stays with it: an address of AWS's own pool has the owner amazon."""
    owners = [face.get("Association", {}).get("IpOwnerId") for face in one.get("NetworkInterfaces", ())]
    return any(owner not in (None, "amazon") for owner in owners)


STEP = Step(
    name=NAME,
    title="Stop an instance that the thief launched",
    phase="containment",
    explanation=Explanation(
        what="Stops one instance. It is not terminated, and its EBS disks stay as evidence.",
        why="An instance that the thief launched runs his code, and costs money, whatever becomes of the credentials.",
        breaks="Whatever runs on it. Its memory is lost: capture it first if it matters. The system is shut down in "
        "order, so the thief's code may run once more and clear its traces: snapshot the volumes first.",
        leaves_open="Its role's credentials that were read from it live until they end (deny-chained-session with "
        "the instance id as session). Whoever may start it can start it again. Its disks go on costing.",
        undo="Starts it again: another public address, and an empty memory.",
        source="Amazon EC2 API Reference, StopInstances; EC2 User Guide, Stop and start your instance, Manage your "
        "Spot Instances",
    ),
    needs=(
        Need("ec2:DescribeInstances"),
        Need("ec2:DescribeInstanceAttribute"),
        Need("ec2:DescribeSpotInstanceRequests"),
        Need("ec2:StopInstances", "arn:{partition}:ec2:{region}:{account_id}:instance/{instance}", writes=True),
        Need("ec2:StartInstances", "arn:{partition}:ec2:{region}:{account_id}:instance/{instance}", writes=True),
    ),
    options=(Option("instance", "Id of the instance.", required=True), ACCOUNT, REGION),
    read=read,
    want=want,
    change=change,
    effects=effects,
    prove=prove,
    settles_s=300.0,
)  # fmt: skip
"""The step."""
