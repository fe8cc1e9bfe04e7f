"""Share the case's snapshots with a forensic account, copied first under a key that it may use where that is needed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from gdkit.errors import ResponseError
from gdkit.response.instance.host import case_filters, case_tags, listed_of
from gdkit.response.instance.keys import may_use, owner_of
from gdkit.response.instance.snapshots import COPY_TAG, SNAPSHOTS, copies_of_case, of_case
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

    Snapshot = Mapping[str, Any]

_ACCOUNT = re.compile(r"[0-9]{12}", re.ASCII)
_KEY = re.compile(r"arn:[a-z-]+:kms:([a-z0-9-]+):[0-9]{12}:key/(?:mrk-)?[0-9a-f-]{32,36}", re.ASCII)
"""ARN of a key, not of an alias, which can be turned to another key. Source: KMS Developer Guide, Key identifiers."""

_FOUND = "Snapshots.0.SnapshotId"


def read(aws: ReadOnlyAws, target: Target) -> State:
    """Tell of each snapshot of the case whether it is copied, and whether it, or its copy, is shared.

    Raises:
        ResponseError: what was told cannot be, or the case has no snapshot.
        AwsError: it could not be read.
    """
    account, key = _told(target)
    snapshots = {str(one["SnapshotId"]): one for one in of_case(aws, target)}
    if not snapshots:
        raise ResponseError(f"the case has no snapshot of {target.instance_id}", where="step copy-snapshots",
                            action="apply snapshot-volumes first")  # fmt: skip
    given = copies_of_case(aws, target) if key else snapshots
    shared = {name: name in given and _shared(aws, target, given[name], account) for name in snapshots}
    return {"copies": {name: name in given for name in snapshots} if key else {}, "shared": shared}


def want(target: Target, now: State) -> State:
    """Give the state in which what is there is shared; where copies are missing they are made, to be shared later.

    A copy takes minutes to hours, and what is not complete cannot be read by the other account; so one plan makes the
    copies, and the next one shares them.
    """
    if not all(now["copies"].values()):
        return {**now, "copies": dict.fromkeys(now["copies"], True)}
    return {**now, "shared": dict.fromkeys(now["shared"], True)}


def change(target: Target, now: State, wanted: State) -> Sequence[Action]:
    """Give a call for each snapshot that is copied, and for each that is shared or no longer so."""
    found: list[Action] = []
    for name, copied in wanted["copies"].items():
        if copied and not now["copies"].get(name):
            found.append(_copy(target, name))
    for name, shared in wanted["shared"].items():
        if now["shared"].get(name) != shared:
            found += _share(target, name, shared=shared, number=len(found))
    return tuple(found)


def _copy(target: Target, snapshot: str) -> Action:
    _, key = _told(target)
    tags = [*case_tags(target), {"Key": COPY_TAG, "Value": snapshot}]
    asked = {"SourceSnapshotId": snapshot, "SourceRegion": target.region, "Encrypted": True, "KmsKeyId": key,
             "Description": f"gdkit case {target.case_id}: copy of {snapshot}",
             "TagSpecifications": [{"ResourceType": "snapshot", "Tags": tags}]}  # fmt: skip
    return Action("ec2", "CopySnapshot", asked, f"Copy {snapshot} under the key {key}", results=("SnapshotId",))


def _share(target: Target, name: str, *, shared: bool, number: int) -> Iterator[Action]:
    """Give the calls that share a snapshot, or its copy, or end that; the copy is looked up by its tag."""
    account, key = _told(target)
    which: str | ResultOf = name
    called = name
    if key:
        filters = [*case_filters(target), {"Name": f"tag:{COPY_TAG}", "Values": [name]}]
        yield Action("ec2", "DescribeSnapshots", {"OwnerIds": ["self"], "Filters": filters},
                     f"Look up the copy of {name}", results=(_FOUND,))  # fmt: skip
        which, called = ResultOf(number, _FOUND), f"the copy of {name}"
    verb, does = (
        ("Add", f"Share {called} with {account}") if shared else ("Remove", f"Stop sharing {called} with {account}")
    )
    permission = {verb: [{"UserId": account}]}
    yield Action("ec2", "ModifySnapshotAttribute", {"SnapshotId": which, "Attribute": "createVolumePermission",
                                                    "CreateVolumePermission": permission}, does)  # fmt: skip


def effects(aws: ReadOnlyAws, target: Target, now: State, wanted: State) -> Sequence[SideEffect]:
    """Say what the other account gets, and what copies cost."""
    account, key = _told(target)
    sizes = {str(one["SnapshotId"]): int(one["VolumeSize"]) for one in of_case(aws, target)}
    new = [name for name, copied in wanted["copies"].items() if copied and not now["copies"][name]]
    given = [name for name, shared in wanted["shared"].items() if shared and not now["shared"][name]]
    said = []
    if new:
        said.append(SideEffect(f"{len(new)} copies of {sum(sizes[one] for one in new)} GiB together are made under "
                               f"{key}, and cost storage until somebody deletes them", tuple(new)))  # fmt: skip
    if given:
        said.append(SideEffect(f"whoever may act in the account {account} can read all data of {len(given)} disks, "
                               "and copy it there for good", (account,)))  # fmt: skip
    return tuple(said)


def prove(aws: ReadOnlyAws, target: Target, now: State, wanted: State) -> Sequence[Check]:
    """Check that the snapshots can be copied or shared, and that the other account can use their keys.

    Raises:
        ResponseError: one is not complete yet, or its key cannot be used by another account.
        AwsError: something could not be read.
    """
    account, key = _told(target)
    copying = now["copies"] != wanted["copies"]
    snapshots = of_case(aws, target) if copying or not key else list(copies_of_case(aws, target).values())
    _refuse_unfinished(snapshots)
    keys = {key} if key else {str(one["KmsKeyId"]) for one in snapshots if one.get("Encrypted")}
    checks = [_usable(aws, target, one, account) for one in sorted(keys)]
    if copying:
        checks.append(Check(f"the copies are shared with {account}", False, "this plan makes them; when they are "
                            "complete, preview copy-snapshots again, and that plan shares them"))  # fmt: skip
    return tuple(checks)


def _usable(aws: ReadOnlyAws, target: Target, key: str, account: str) -> Check:
    if owner_of(aws, target, key) == "AWS":
        raise ResponseError(f"a snapshot under {key}, AWS's own key for EBS, cannot be shared", where="option kms-key",
                            action=f"give the ARN of a key of yours that account {account} may use")  # fmt: skip
    holds, found = may_use(aws, target, key, account)
    return Check(f"the key's policy lets account {account} use it", holds, found)


def _refuse_unfinished(snapshots: Sequence[Snapshot]) -> None:
    waits = [f"{one['SnapshotId']} ({one['State']} {one.get('Progress', '')})" for one in snapshots
             if one["State"] != "completed"]  # fmt: skip
    if waits:
        raise ResponseError(f"not complete yet: {', '.join(waits)}", where="step copy-snapshots",
                            action="preview again when they are complete; it can take hours")  # fmt: skip


def revert(target: Target, before: State, after: State, now: State) -> Undone:
    """Stop the sharing that the step began; copies are evidence and stay."""
    mine = [name for name, shared in after["shared"].items() if shared and not before["shared"].get(name)]
    ended = {name: shared and name not in mine for name, shared in now["shared"].items()}
    made = [name for name, copied in after["copies"].items() if copied and not before["copies"].get(name)]
    left = (f"the copies of {', '.join(made)} are evidence and stay; gdkit deletes none",) if made else ()
    return Undone({**now, "shared": ended}, left)


def _shared(aws: ReadOnlyAws, target: Target, snapshot: Snapshot, account: str) -> bool:
    asks = {"SnapshotId": snapshot["SnapshotId"], "Attribute": "createVolumePermission"}
    found = listed_of(aws, target, "ec2", "DescribeSnapshotAttribute", "CreateVolumePermissions", asks)
    return any(one.get("UserId") == account for one in found)


def _told(target: Target) -> tuple[str, str]:
    """Give the account and the key that were told.

    Raises:
        ResponseError: they are none, or none that can be.
    """
    account, key = target.options["account"], target.options["kms-key"]
    if not _ACCOUNT.fullmatch(account) or account == target.account_id:
        raise ResponseError(f"{account[:20]!r} is no other account", where="option account",
                            action="give the 12 digits of the forensic account")  # fmt: skip
    found = _KEY.fullmatch(key)
    if key and (found is None or found[1] != target.region):
        raise ResponseError(f"{key[:90]!r} is no ARN of a KMS key in {target.region}", where="option kms-key",
                            action="give arn:aws:kms:REGION:ACCOUNT:key/ID, no alias")  # fmt: skip
    return account, key


_OF_CREATION = {"StringEquals": {"ec2:CreateAction": "CopySnapshot"}}
_BY_EC2 = {"StringLike": {"kms:ViaService": "ec2.*.amazonaws.com"}}

STEP = Step(
    name="copy-snapshots",
    title="Share the snapshots with a forensic account",
    phase="evidence",
    explanation=Explanation(
        what="Shares the case's snapshots with another account, so that it can copy them. With kms-key it copies them "
             "under that key first, and shares the copies by a second plan.",
        why="Evidence belongs where the thief's permissions do not reach.",
        breaks="Nothing.",
        leaves_open="A shared snapshot is still this account's: the other account must copy it (CopySnapshot) under a "
                    "key of its own, before it is sure to keep it. What is under AWS's own key for EBS cannot be "
                    "shared, so such snapshots need kms-key.",
        undo="Ends the sharing. Copies, here and in the other account, stay: they are evidence.",
        source="EBS User Guide, Share an Amazon EBS snapshot; EC2 API Reference, CopySnapshot, "
               "ModifySnapshotAttribute; KMS Developer Guide, Allowing users in other accounts to use a KMS key",
    ),
    needs=(
        Need("ec2:DescribeSnapshots"),
        Need("ec2:DescribeSnapshotAttribute"),
        Need("kms:DescribeKey"),
        Need("kms:GetKeyPolicy"),
        Need("ec2:DescribeSnapshots", writes=True),
        Need("ec2:CopySnapshot", SNAPSHOTS, writes=True),
        Need("ec2:CreateTags", SNAPSHOTS, writes=True, condition=_OF_CREATION),
        Need("ec2:ModifySnapshotAttribute", SNAPSHOTS, writes=True),
        *(Need(f"kms:{name}", "{kms-key}", writes=True, condition=_BY_EC2)
          for name in ("CreateGrant", "Decrypt", "DescribeKey", "GenerateDataKeyWithoutPlaintext", "ReEncryptFrom",
                       "ReEncryptTo")),
    ),
    options=(
        Option("account", "The forensic account, 12 digits.", required=True),
        Option("kms-key", "ARN of a KMS key of this region that the forensic account may use; the snapshots are copied "
                          "under it first. Empty shares them as they are."),
    ),
    read=read,
    want=want,
    change=change,
    effects=effects,
    prove=prove,
    revert=revert,
)  # fmt: skip
"""The step."""
