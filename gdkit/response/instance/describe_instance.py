"""Keep what AWS says of the instance now, before anything is changed: it cannot be seen later."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from gdkit.errors import AwsError
from gdkit.response.instance.host import asked, instance_of, volumes_of
from gdkit.response.step import Check, Evidence, Explanation, Need, State, Step, Target

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gdkit.aws import ReadOnlyAws
    from gdkit.response.step import Action

_ATTRIBUTES = ("instanceType", "kernel", "ramdisk", "disableApiTermination", "disableApiStop",
               "instanceInitiatedShutdownBehavior", "rootDeviceName", "sourceDestCheck", "ebsOptimized",
               "enclaveOptions")  # fmt: skip
"""Attributes that DescribeInstances does not tell. Source: EC2 API Reference, DescribeInstanceAttribute."""

Instance = Mapping[str, Any]


def read(aws: ReadOnlyAws, target: Target) -> State:
    """See that the instance is there; nothing of it is changed, so no state counts.

    Raises:
        ResponseError: the case names none, or it is gone.
        AwsError: it could not be read.
    """
    instance_of(aws, target)
    return {}


def want(target: Target, now: State) -> State:
    """Give the state as it is."""
    return now


def change(target: Target, now: State, wanted: State) -> Sequence[Action]:
    """Give no call: nothing is changed."""
    return ()


def collects(target: Target, now: State) -> Sequence[str]:
    """Name the documents."""
    return tuple(_name(target, piece) for piece in PIECES)


def collect(aws: ReadOnlyAws, target: Target) -> Sequence[Evidence]:
    """Read every piece; one that is refused is kept as the reason, and the others are kept all the same.

    Raises:
        ResponseError: the instance is gone.
        AwsError: the instance itself could not be read.
    """
    instance = instance_of(aws, target)
    return tuple(_evidence(aws, target, instance, piece) for piece in PIECES)


def prove(aws: ReadOnlyAws, target: Target, now: State, wanted: State) -> Sequence[Check]:
    """Say of each piece whether it can be read now."""
    instance = instance_of(aws, target)
    return tuple(_readable(aws, target, instance, piece) for piece in PIECES if piece != "instance")


def _readable(aws: ReadOnlyAws, target: Target, instance: Instance, piece: str) -> Check:
    try:
        PIECES[piece](aws, target, instance)
    except AwsError as error:
        return Check(f"the {piece} can be read", False, f"{error.problem}; the rest is kept without it")
    return Check(f"the {piece} can be read", True, "it can")


def _evidence(aws: ReadOnlyAws, target: Target, instance: Instance, piece: str) -> Evidence:
    try:
        found = PIECES[piece](aws, target, instance)
    except AwsError as error:
        found = {"not_collected": error.problem, "code": error.code}
    content = json.dumps(found, indent=1, sort_keys=True, default=str, ensure_ascii=False).encode()
    return Evidence(_name(target, piece), content, f"EC2, {piece} of {target.instance_id}")


def _name(target: Target, piece: str) -> str:
    return f"{target.instance_id}-{piece.replace(' ', '-')}.json"


def _attributes(aws: ReadOnlyAws, target: Target, instance: Instance) -> Any:
    """Give the attributes; of the user data its hash and length alone, for it may hold secrets."""
    found: dict[str, Any] = {}
    for name in _ATTRIBUTES:
        try:
            answer = _ask_one(aws, target, "DescribeInstanceAttribute", Attribute=name)
        except AwsError as error:
            if error.kind in ("denied", "login"):
                raise
            found[name] = {"not_collected": error.problem}
            continue
        found |= {key: value for key, value in answer.items() if key not in ("InstanceId", "ResponseMetadata")}
    text = _ask_one(aws, target, "DescribeInstanceAttribute", Attribute="userData").get("UserData", {}).get("Value", "")
    content = base64.b64decode(text)
    return found | {"UserData": {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}}


def _ask_one(aws: ReadOnlyAws, target: Target, operation: str, **more: Any) -> Any:
    return asked(aws, target, "ec2", operation, {"InstanceId": target.instance_id, **more})


def _of(operation: str, key: str, **how: Callable[[Instance], list[str]]) -> Callable[..., Any]:
    """Give a function that reads things by ids which the instance names."""

    def look(aws: ReadOnlyAws, target: Target, instance: Instance) -> Any:
        (name, ids_of), = how.items()  # fmt: skip
        ids = ids_of(instance)
        return asked(aws, target, "ec2", operation, {name: ids})[key] if ids else []

    return look


def _filtered(operation: str, key: str, name: str, ids_of: Callable[[Instance], list[str]]) -> Callable[..., Any]:
    def look(aws: ReadOnlyAws, target: Target, instance: Instance) -> Any:
        return asked(aws, target, "ec2", operation, {"Filters": [{"Name": name, "Values": ids_of(instance)}]})[key]

    return look


def _id(instance: Instance) -> list[str]:
    return [str(instance["InstanceId"])]


def _subnets(instance: Instance) -> list[str]:
    return sorted({str(one["SubnetId"]) for one in instance.get("NetworkInterfaces", ())})


def _groups(instance: Instance) -> list[str]:
    faces = [instance, *instance.get("NetworkInterfaces", ())]
    return sorted({str(one["GroupId"]) for face in faces
                   for one in (*face.get("SecurityGroups", ()), *face.get("Groups", ()))})  # fmt: skip


def _console(aws: ReadOnlyAws, target: Target, instance: Instance) -> Any:
    """Give what the system wrote on its console; whoever is on the host can write there, so it is hostile text."""
    answer = _ask_one(aws, target, "GetConsoleOutput")
    return {name: answer.get(name) for name in ("Output", "Timestamp")}


def _profile(aws: ReadOnlyAws, target: Target, instance: Instance) -> Any:
    asks = {"Filters": [{"Name": "instance-id", "Values": _id(instance)}]}
    return asked(aws, target, "ec2", "DescribeIamInstanceProfileAssociations", asks)["IamInstanceProfileAssociations"]


def _status(aws: ReadOnlyAws, target: Target, instance: Instance) -> Any:
    asks = {"InstanceIds": _id(instance), "IncludeAllInstances": True}
    return asked(aws, target, "ec2", "DescribeInstanceStatus", asks)["InstanceStatuses"]


PIECES: Mapping[str, Callable[..., Any]] = {
    "instance": lambda aws, target, instance: instance,
    "attributes": _attributes,
    "status": _status,
    "profile association": _profile,
    "volumes": _of("DescribeVolumes", "Volumes", VolumeIds=lambda one: list(volumes_of(one).values())),
    "interfaces": _filtered("DescribeNetworkInterfaces", "NetworkInterfaces", "attachment.instance-id", _id),
    "security groups": _of("DescribeSecurityGroups", "SecurityGroups", GroupIds=_groups),
    "network ACLs": _filtered("DescribeNetworkAcls", "NetworkAcls", "association.subnet-id", _subnets),
    "route tables": _filtered("DescribeRouteTables", "RouteTables", "association.subnet-id", _subnets),
    "console output": _console,
}
"""What is kept, and how each is read."""

STEP = Step(
    name="describe-instance",
    title="Keep what AWS says of the instance now",
    phase="evidence",
    explanation=Explanation(
        what="Reads the instance, its attributes, status, profile, volumes, interfaces, security groups, network ACLs, "
             "routes and console output, and keeps them among the case's evidence with their hashes.",
        why="Isolation, protection and a new profile change all of this; what it was before is seen only now.",
        breaks="Nothing: it only reads.",
        leaves_open="Memory, disks and the processes on the host: AWS's API does not show them. Of the user data only "
                    "length and SHA-256 are kept, for it often holds secrets. The console output can be written by "
                    "whoever is on the host.",
        undo="Nothing is to be undone.",
        source="AWS Security Incident Response Guide; EC2 API Reference, DescribeInstanceAttribute, "
               "GetConsoleOutput",
    ),
    needs=tuple(Need(f"ec2:{name}") for name in (
        "DescribeInstances", "DescribeInstanceAttribute", "DescribeInstanceStatus", "DescribeVolumes",
        "DescribeIamInstanceProfileAssociations", "DescribeNetworkInterfaces", "DescribeSecurityGroups",
        "DescribeNetworkAcls", "DescribeRouteTables", "GetConsoleOutput")),
    read=read,
    want=want,
    change=change,
    prove=prove,
    collects=collects,
    collect=collect,
)  # fmt: skip
"""The step."""
