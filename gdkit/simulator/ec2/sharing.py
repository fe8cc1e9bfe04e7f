"""Sharing of snapshots and images, where moto passes over what it is asked, or fails."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gdkit.simulator.call import ApiError
from gdkit.simulator.ec2.asking import asked_of_moto

if TYPE_CHECKING:
    from gdkit.simulator.backend import Backend
    from gdkit.simulator.call import Call, Handlers, Result


class Sharing:
    """Answers for the attributes by which snapshots and images are shared."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend

    def handlers(self) -> Handlers:
        """Give the operations."""
        return {
            ("ec2", "ModifySnapshotAttribute"): self.modify_snapshot_attribute,
            ("ec2", "DescribeImageAttribute"): self.describe_image_attribute,
        }

    def modify_snapshot_attribute(self, call: Call) -> Result:
        """Take both forms of the request: moto reads the one with ``OperationType`` alone.

        Source: EC2 API Reference, ModifySnapshotAttribute, CreateVolumePermission.
        """
        given = dict(call.parameters)
        changes = given.pop("CreateVolumePermission", None) or {}
        ec2 = self._backend.client("ec2", call.account_id, call.region)
        for change, verb in (("Add", "add"), ("Remove", "remove")):
            for who in changes.get(change, ()):
                whom: dict[str, Any] = {"GroupNames": [who["Group"]]} if who.get("Group") else {}
                whom |= {"UserIds": [who["UserId"]]} if who.get("UserId") else {}
                asked_of_moto(ec2.modify_snapshot_attribute, {**given, "OperationType": verb, **whom})
        if not changes:
            asked_of_moto(ec2.modify_snapshot_attribute, given)
        return {}

    def describe_image_attribute(self, call: Call) -> Result:
        """Give moto's answer; of an image that is not there AWS's, where moto breaks down."""
        ec2 = self._backend.client("ec2", call.account_id, call.region)
        image_id = str(call.parameters["ImageId"])
        owned = asked_of_moto(ec2.describe_images, {"Owners": ["self"]})["Images"]
        if image_id not in {one["ImageId"] for one in owned}:
            raise ApiError("InvalidAMIID.NotFound", f"The image id '[{image_id}]' does not exist")
        return asked_of_moto(ec2.describe_image_attribute, dict(call.parameters))
