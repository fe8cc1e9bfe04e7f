"""Snapshot every volume of the instance at one instant, and lock the snapshots where that is wanted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gdkit.errors import ResponseError
from gdkit.response.instance.host import INSTANCE, asked, called, case_tags, instance_of, listed_of, volumes_of
from gdkit.response.instance.snapshots import SNAPSHOTS, of_case
from gdkit.response.step import (
    Action,
    Check,
    Explanation,
    Need,
    Option,
    ResultOf,
    SideEffect,
    State,
    Step,
    Target,
    Undone,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from gdkit.aws import ReadOnlyAws

MOST_LOCK_DAYS = 36_500
"""Source: EC2 API Reference, LockSnapshot, LockDuration."""

_FOUND = "Snapshots.{}.SnapshotId"


def read(aws: ReadOnlyAws, target: Target) -> State:
    """Tell of each volume whether the case has a snapshot of it, and which snapshots no lock holds.

    Raises:
        ResponseError: the case names no instance, or it is gone.
        AwsError: it could not be read.
    """
    volumes = volumes_of(instance_of(aws, target)).values()
    snapshots = [one for one in of_case(aws, target) if one["State"] != "error"]
    state: State = {"snapshots": {volume: any(one["VolumeId"] == volume for one in snapshots) for volume in volumes}}
    if not target.options["lock-days"]:
        return state
    return {**state, "unlocked": _unlocked(aws, target, [str(one["SnapshotId"]) for one in snapshots])}


def want(target: Target, now: State) -> State:
    """Give the state in which the case has a snapshot of every volume, all of them locked if that was told.

    Raises:
        ResponseError: the instance has no EBS volume, or no such lock can be.
    """
    if not now["snapshots"]:
        raise ResponseError(
            f"{target.instance_id} has no EBS volume",
            where="step snapshot-volumes",
            action="its disks are instance storage: copy them from within, before it stops",
        )
    if "unlocked" in now:
        _lock_days(target)
    none_unlocked: State = {"unlocked": []} if "unlocked" in now else {}
    return {"snapshots": dict.fromkeys(now["snapshots"], True), **none_unlocked}


def change(target: Target, now: State, wanted: State) -> Sequence[Action]:
    """Give one call for all volumes, so that they are of one instant, and one for each lock."""
    return tuple(_calls(target, now, wanted))


def _calls(target: Target, now: State, wanted: State) -> Iterator[Action]:
    volumes = list(wanted["snapshots"])
    if now["snapshots"] != wanted["snapshots"]:
        made = tuple(_FOUND.format(number) for number in range(len(volumes)))
        yield Action(
            "ec2",
            "CreateSnapshots",
            _request(target),
            f"Snapshot the {len(volumes)} volumes of {target.instance_id} at one instant",
            results=made,
        )
        if "unlocked" in wanted:
            for number, path in enumerate(made, start=1):
                yield _lock(target, ResultOf(0, path), f"snapshot {number} of {len(made)}")
    for snapshot in now.get("unlocked", ()) if wanted.get("unlocked") == [] else ():
        yield _lock(target, snapshot, snapshot)


def _request(target: Target) -> dict[str, Any]:
    return {
        "InstanceSpecification": {"InstanceId": target.instance_id, "ExcludeBootVolume": False},
        "Description": f"gdkit case {target.case_id}: evidence of {target.instance_id}",
        "TagSpecifications": [{"ResourceType": "snapshot", "Tags": case_tags(target)}],
    }


def _lock(target: Target, snapshot: str | ResultOf, name: str) -> Action:
    days = _lock_days(target)
    asked = {"SnapshotId": snapshot, "LockMode": "governance", "LockDuration": days}
    return Action("ec2", "LockSnapshot", asked, f"Lock {name} for {days} days: whoever may not unlock cannot delete it")


def effects(aws: ReadOnlyAws, target: Target, now: State, wanted: State) -> Sequence[SideEffect]:
    """Say what is copied, and what is not."""
    if now["snapshots"] == wanted["snapshots"]:
        return ()
    instance = instance_of(aws, target)
    sizes = _sizes(aws, target, instance)
    hit = (str(instance["InstanceId"]),)
    said = [
        f"{len(sizes)} volumes with {sum(sizes.values())} GiB of {called(instance)} are copied and cost storage "
        "until somebody deletes the snapshots; the instance goes on, and reading may be a little slower"
    ]
    if _instance_storage(aws, target, str(instance["InstanceType"])):
        said.append(f"{instance['InstanceType']} has instance storage, which no snapshot holds and a stop wipes")
    return tuple(SideEffect(one, hit) for one in said)


def revert(target: Target, before: State, after: State, now: State) -> Undone:
    """Leave everything: it is evidence."""
    kept = "the snapshots and their locks are evidence and stay; gdkit deletes and unlocks none"
    return Undone(now, (kept,) if now != before else ())


def confirm(aws: ReadOnlyAws, target: Target, before: State, after: State) -> Sequence[Check]:
    """Tell how far each snapshot is."""
    found = of_case(aws, target)
    told = ", ".join(f"{one['SnapshotId']} of {one['VolumeId']} {one['State']} {one.get('Progress', '')}".rstrip()
                     for one in found)  # fmt: skip
    failed = [one["SnapshotId"] for one in found if one["State"] == "error"]
    ended = all(one["State"] == "completed" for one in found)
    after_all = "all are complete" if ended else "one that is pending holds the instant at which it was begun already"
    return (Check("no snapshot failed", not failed, f"{told}; {after_all}"),)


def _lock_days(target: Target) -> int:
    text = target.options["lock-days"]
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= MOST_LOCK_DAYS):
        raise ResponseError(f"{text[:20]!r} is no number of days from 1 to {MOST_LOCK_DAYS}", where="option lock-days")
    return int(text)


def _unlocked(aws: ReadOnlyAws, target: Target, snapshots: Sequence[str]) -> list[str]:
    """Give the snapshots that no lock holds.

    Source: EC2 API Reference, DescribeLockedSnapshots, LockState: ``expired`` holds nothing.
    """
    if not snapshots:
        return []
    asks = {"SnapshotIds": sorted(snapshots)}
    found = asked(aws, target, "ec2", "DescribeLockedSnapshots", asks).get("Snapshots", ())
    held = {str(one["SnapshotId"]) for one in found if one["LockState"] != "expired"}
    return sorted(set(snapshots) - held)


def _sizes(aws: ReadOnlyAws, target: Target, instance: Mapping[str, Any]) -> dict[str, int]:
    volumes = list(volumes_of(instance).values())
    found = listed_of(aws, target, "ec2", "DescribeVolumes", "Volumes", {"VolumeIds": volumes})
    return {str(one["VolumeId"]): int(one["Size"]) for one in found}


def _instance_storage(aws: ReadOnlyAws, target: Target, kind: str) -> bool:
    asks = {"InstanceTypes": [kind]}
    return any(one.get("InstanceStorageSupported")
               for one in asked(aws, target, "ec2", "DescribeInstanceTypes", asks)["InstanceTypes"])  # fmt: skip


_OF_CREATION = {"StringEquals": {"ec2:CreateAction": "CreateSnapshots"}}

STEP = Step(
    name="snapshot-volumes",
    title="Snapshot all volumes of the instance at one instant",
    phase="evidence",
    explanation=Explanation(
        what="Makes a snapshot of every EBS volume by one call, tagged with the case, and locks them for some days if "
             "that is told.",
        why="The disks are evidence, and the thief or the instance's end can change them. One call makes all snapshots "
            "of one instant, so that what is spread over volumes fits together.",
        breaks="Nothing; reading from a volume may be a little slower for a while.",
        leaves_open="Memory, and instance storage. The snapshots are crash-consistent: what the system had not "
                    "written to disk is not in them. Until they are locked or copied to another account, whoever may "
                    "delete snapshots here can delete them.",
        undo="Nothing: snapshots and locks are evidence and stay. Delete them yourself when the case is closed.",
        source="EC2 API Reference, CreateSnapshots, LockSnapshot, DescribeLockedSnapshots; EBS User Guide, Amazon EBS "
               "snapshot lock",
    ),
    needs=(
        *(Need(f"ec2:{name}") for name in ("DescribeInstances", "DescribeSnapshots", "DescribeLockedSnapshots",
                                           "DescribeVolumes", "DescribeInstanceTypes")),
        Need("ec2:CreateSnapshots", INSTANCE, writes=True),
        Need("ec2:CreateSnapshots", "arn:{partition}:ec2:{region}:{account_id}:volume/*", writes=True),
        Need("ec2:CreateSnapshots", SNAPSHOTS, writes=True),
        Need("ec2:CreateTags", SNAPSHOTS, writes=True, condition=_OF_CREATION),
        Need("ec2:LockSnapshot", SNAPSHOTS, writes=True),
    ),
    options=(Option("lock-days", "For how many days each snapshot is locked against deletion, in governance mode; "
                                 "empty for no lock."),),
    read=read,
    want=want,
    change=change,
    effects=effects,
    revert=revert,
    confirm=confirm,
)  # fmt: skip
"""The step."""
