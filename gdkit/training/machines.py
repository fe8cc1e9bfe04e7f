"""Instances of a simulated account: how they stood when it was staged, and what became of them since."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gdkit.simulator.call import ApiError
from gdkit.training.model import Machine

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from gdkit.simulator.accounts import Accounts
    from gdkit.simulator.scenarios.staged import Staged
    from gdkit.training.model import Side
    from gdkit.training.truth import Seen


class Machines:
    """The instances that a thief launched, and those of whoever did nothing.

    Args:
        accounts: the simulated world.
        staged: what was staged in it.
        seen: every call of the scenario.
    """

    def __init__(self, accounts: Accounts, staged: Staged, seen: Sequence[Seen]) -> None:
        self._accounts = accounts
        self._sides = dict(_sides(staged, seen))
        self._before = {one: self._look(one) for one in self._sides}

    def standing(self) -> tuple[Machine, ...]:
        """Say what became of each."""
        return tuple(Machine(_name(one, self._before[one]), side, self._became(one))
                     for one, side in self._sides.items())  # fmt: skip

    def _became(self, instance_id: str) -> str:
        before, now = self._before[instance_id], self._look(instance_id)
        if now is None:
            return "terminated"
        state = str(now["State"]["Name"])
        if state != "running":
            return state
        return "" if before is None or _groups(before) == _groups(now) else "put into other security groups"

    def _look(self, instance_id: str) -> Any:
        """Describe an instance past the gateway; None where it is gone."""
        launched = self._accounts.compute.launched(instance_id)
        if launched is None:
            return None
        try:
            told = self._accounts.perform(*launched[:2], "ec2", "DescribeInstances", InstanceIds=[instance_id])
        except ApiError:
            return None
        found = told["Reservations"]
        return found[0]["Instances"][0] if found else None


def _sides(staged: Staged, seen: Sequence[Seen]) -> Iterable[tuple[str, Side]]:
    stolen = any(one.actor == "thief" for one in seen)
    for one in seen:
        instance_id = one.call.principal.principal_id.partition(":")[2]
        is_own = instance_id == staged.instance_id
        if one.actor == "workload" and instance_id.startswith("i-") and not (is_own and stolen):
            yield instance_id, "bystander"
        if one.actor == "thief" and one.succeeded and one.call.operation == "RunInstances":
            for instance in one.record["responseElements"]["instancesSet"]["items"]:
                yield instance["instanceId"], "grown"


def _groups(instance: Mapping[str, Any]) -> list[list[str]]:
    return [sorted(group["GroupId"] for group in one["Groups"]) for one in instance.get("NetworkInterfaces", ())]


def _name(instance_id: str, instance: Mapping[str, Any] | None) -> str:
    tags = {tag["Key"]: tag["Value"] for tag in (instance or {}).get("Tags", ())}
    return f"{tags.get('Name', 'instance')} ({instance_id})"
