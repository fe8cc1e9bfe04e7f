"""Locks of snapshots, which moto lacks: locked in governance mode, listed, and kept from being deleted."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from gdkit.simulator.call import ApiError
from gdkit.simulator.ec2.asking import asked_of_moto

if TYPE_CHECKING:
    from datetime import datetime

    from gdkit.simulator.backend import Backend
    from gdkit.simulator.call import Call, Handlers, Result


class SnapshotLocks:
    """Answers for the locks of snapshots.

    Source: EC2 API Reference, LockSnapshot, DescribeLockedSnapshots, DeleteSnapshot.
    """

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._locks: dict[str, dict[str, Any]] = {}
        self._lock = threading.Lock()

    def handlers(self) -> Handlers:
        """Give the operations."""
        return {
            ("ec2", "LockSnapshot"): self.lock,
            ("ec2", "DescribeLockedSnapshots"): self.describe,
            ("ec2", "DeleteSnapshot"): self.delete,
        }

    def lock(self, call: Call) -> Result:
        """Lock a snapshot of the account for some days."""
        snapshot = str(call.parameters["SnapshotId"])
        ec2 = self._backend.client("ec2", call.account_id, call.region)
        asked_of_moto(ec2.describe_snapshots, {"SnapshotIds": [snapshot]})
        ends = call.at + timedelta(days=int(call.parameters["LockDuration"]))
        made = {"SnapshotId": snapshot, "LockState": call.parameters["LockMode"], "LockCreatedOn": call.at,
                "LockDuration": call.parameters["LockDuration"], "LockExpiresOn": ends}  # fmt: skip
        with self._lock:
            self._locks[snapshot] = {**made, "OwnerId": call.account_id}
        return made

    def describe(self, call: Call) -> Result:
        """Give the locks of the account's snapshots; only of some where their ids are given."""
        wanted = call.parameters.get("SnapshotIds")
        with self._lock:
            found = [one for one in self._locks.values() if one["OwnerId"] == call.account_id]
        return {"Snapshots": [_now(one, call.at) for one in found if not wanted or one["SnapshotId"] in wanted]}

    def delete(self, call: Call) -> Result:
        """Delete a snapshot, unless a lock holds it."""
        snapshot = str(call.parameters["SnapshotId"])
        with self._lock:
            held = self._locks.get(snapshot)
        if held and call.at < held["LockExpiresOn"]:
            raise ApiError("SnapshotLocked", f"The snapshot {snapshot} is locked")
        ec2 = self._backend.client("ec2", call.account_id, call.region)
        return asked_of_moto(ec2.delete_snapshot, dict(call.parameters))


def _now(lock: dict[str, Any], at: datetime) -> dict[str, Any]:
    return {**lock, "LockState": lock["LockState"] if at < lock["LockExpiresOn"] else "expired"}
