"""Take an account, or everybody, out of those that an image is shared with, and share it again."""

from __future__ import annotations

from gdkit.response.grown.sharing import Sharing, sharing_step
from gdkit.response.step import Explanation

STEP = sharing_step(
    Sharing("image", "launchPermission", "LaunchPermissions", "InvalidAMIID.NotFound", "DeregisterImage",
            "arn:{partition}:ec2:{region}::image/{image}"),
    Explanation(
        what="Takes one account, or the group all, out of the image's launch permissions.",
        why="Whoever may launch an image has all the data that was on its disks.",
        breaks="The account's own launches of the image, if the sharing was wanted.",
        leaves_open="Instances that the account launched and copies that it made already. The image's snapshots may "
        "be shared by themselves (unshare-snapshot). Shares with an organisation or a part of one.",
        undo="Shares it again with the same account or group.",
        source="Amazon EC2 API Reference, ModifyImageAttribute; EC2 User Guide, Share an AMI with specific accounts",
    ),
)  # fmt: skip
"""The step."""
