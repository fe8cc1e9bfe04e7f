"""What really happened in a staged scenario, read from its calls: what a trainee is to name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gdkit.training.model import Thing, Truth
from gdkit.training.naming import name_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from gdkit.simulator.call import Call
    from gdkit.simulator.scenarios.catalogue import Scenario
    from gdkit.simulator.scenarios.staged import Staged
    from gdkit.training.model import Situation

_ALWAYS_ANSWERED = frozenset({"GetCallerIdentity"})
"""Calls that no policy refuses. Source: STS API Reference, GetCallerIdentity."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One call of the scenario: as it was asked, as CloudTrail wrote it, and who really made it.

    Attributes:
        actor: ``thief``, ``workload``, ``admin`` or ``aws``.
    """

    call: Call
    record: Mapping[str, Any]
    actor: str

    @property
    def succeeded(self) -> bool:
        """Whether AWS answered it."""
        return "errorCode" not in self.record

    @property
    def repeatable(self) -> bool:
        """Whether it can be made again to see if it is still allowed, without changing anything."""
        return self.succeeded and bool(self.record["readOnly"]) and self.call.operation not in _ALWAYS_ANSWERED


def truth_of(scenario: Scenario, staged: Staged, seen: Sequence[Seen], *, reported: bool) -> Truth:
    """Say what is to be named.

    Args:
        scenario: the scenario.
        staged: what was staged.
        seen: its calls.
        reported: whether GuardDuty has a finding about the session.
    """
    thief = [one for one in seen if one.actor == "thief"]
    workload = {one.record["sourceIPAddress"] for one in seen if one.actor == "workload"}
    used = {one.record["sourceIPAddress"] for one in thief}
    role_id = staged.principal_id.partition(":")[0]
    expected = {
        "instance": (_thing(f"instance {staged.instance_id}", staged.instance_id),),
        "role": (_thing(f"role {staged.role_name}", staged.role_name, role_id),),
        "addresses": tuple(_thing(address, address) for address in sorted(used - workload)),
        "grown": tuple(_grown(thief)),
        "metadata_version": tuple(_thing(f"version {one}", one) for one in sorted(_delivered(staged, thief))),
        "opened_by": tuple(_thing(name, name) for name in sorted(_opened(staged, seen, thief))),
        "contain": (_thing("this session", "this session"),) if thief else (),
    }
    accepted = {"addresses": tuple(sorted(used & workload)), "grown": tuple(_made_beside(thief))}
    return Truth(scenario.name, scenario.what, _situation(thief, reported=reported), expected, accepted)


def _situation(thief: Sequence[Seen], *, reported: bool) -> Situation:
    if thief:
        return "malicious"
    return "benign" if reported else "quiet"


def _grown(thief: Iterable[Seen]) -> Iterator[Thing]:
    """Give what the thief made and took: users, keys, roles, instances."""
    for one in thief:
        told, asked = one.record.get("responseElements") or {}, one.call.parameters
        if not one.succeeded:
            continue
        if one.call.operation == "CreateUser":
            yield _thing(f"user {asked['UserName']}", asked["UserName"], told["user"]["userId"])
        elif one.call.operation == "CreateAccessKey":
            yield _thing(f"access key {told['accessKey']['accessKeyId']}", told["accessKey"]["accessKeyId"])
        elif one.call.operation == "AssumeRole":
            role = str(asked["RoleArn"]).rpartition("/")[2]
            session, key = told["assumedRoleUser"]["assumedRoleId"], told["credentials"]["accessKeyId"]
            yield _thing(f"role {role}", role, session, session.partition(":")[0], key)
        elif one.call.operation == "RunInstances":
            for instance in told["instancesSet"]["items"]:
                yield _thing(f"instance {instance['instanceId']}", instance["instanceId"])


def _made_beside(thief: Iterable[Seen]) -> Iterator[str]:
    """Give names of what else the thief made, which no question asks for."""
    for one in thief:
        if one.succeeded and not one.record["readOnly"]:
            asked = one.call.parameters
            yield from (name_of(str(asked[name])) for name in ("Name", "PolicyName") if name in asked)


def _delivered(staged: Staged, thief: Iterable[Seen]) -> set[str]:
    """Give the metadata versions that delivered the stolen keys."""
    contexts = (one.call.principal.context for one in thief if one.call.principal.principal_id == staged.principal_id)
    return {str(context["ec2:RoleDelivery"]) for context in contexts}


def _opened(staged: Staged, seen: Iterable[Seen], thief: Sequence[Seen]) -> set[str]:
    """Give who opened the leaked instance's metadata service before the thief's first call."""
    if not thief:
        return set()
    return {one.call.principal.name for one in seen
            if one.call.operation == "ModifyInstanceMetadataOptions" and one.succeeded
            and one.call.parameters.get("HttpTokens") == "optional" and one.call.at < thief[0].call.at
            and one.call.parameters["InstanceId"] == staged.instance_id}  # fmt: skip


def _thing(what: str, *names: str) -> Thing:
    return Thing(what, tuple(dict.fromkeys(name_of(name) for name in names)))
