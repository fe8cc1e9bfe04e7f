"""Take an account, or everybody, out of those that a snapshot is shared with, and share it again."""

from __future__ import annotations

from gdkit.response.grown.sharing import Sharing, sharing_step
from gdkit.response.step import Explanation

STEP = sharing_step(
    Sharing("snapshot", "createVolumePermission", "CreateVolumePermissions", "InvalidSnapshot.NotFound",
            "DeleteSnapshot", "arn:{partition}:ec2:{region}::snapshot/{snapshot}"),
    Explanation(
        what="Takes one account, or the group all, out of the snapshot's create-volume permissions.",
        why="Whoever may create a volume from a snapshot has all the data that was on the disk.",
        breaks="The account's own use of the snapshot, if the sharing was wanted.",
        leaves_open="Copies and volumes that the account made already: nobody can call them back. The copy of a "
        "snapshot leaves no event in your account, so take the data as lost.",
        undo="Shares it again with the same account or group.",
        source="Amazon EC2 API Reference, ModifySnapshotAttribute; EBS User Guide, Share an Amazon EBS snapshot",
    ),
)  # fmt: skip
"""The step."""
