"""The calls of the isolation, from one state of interfaces and groups to another; both ways, and from half way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gdkit.response.instance.security_groups import (
    EVERYWHERE,
    OUT_TO_ALL,
    OUT_TO_ALL_V6,
    lookup,
    permission_of,
    request,
)
from gdkit.response.step import Action, ResultOf

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gdkit.response.step import State, Target

ISOLATION, OPEN = "isolation group", "open group"
"""Stand in a state for the two groups, whose ids AWS gives when they are made."""

_FOUND = "SecurityGroups.0.GroupId"
_WHY = {
    ISOLATION: "gdkit: isolation, evidence of a case. Add no rule.",
    OPEN: "gdkit: for a moment only, so that connections are not tracked.",
}


def names(target: Target) -> dict[str, str]:
    """Give the names of the two groups of this case and instance."""
    return {kind: f"gdkit-{kind.split()[0]}-{target.case_id}-{target.instance_id}" for kind in (ISOLATION, OPEN)}


def untracks(target: Target, now: State, wanted: State) -> bool:
    """Tell whether interfaces pass through the open group on the way: only into the isolation, and only if wanted."""
    return target.options["untrack"] == "yes" and bool(_entering(now, wanted))


def calls(target: Target, now: State, wanted: State) -> Sequence[Action]:
    """Give the calls that lead from a state to another.

    The isolation group is ready before an interface enters, and the open group is gone in every wanted state.
    """
    if now == wanted:
        return ()
    found: list[Action] = []
    ids: dict[str, str | ResultOf] = {}
    moving = [one for one, groups in wanted["interfaces"].items() if now["interfaces"].get(one) != groups]
    if wanted[ISOLATION] is not None:
        _ready(target, now, wanted, found, ids)
    if untracks(target, now, wanted):
        _pass_through_open(target, now, wanted, found, ids)
    for interface in moving:
        _move(interface, wanted["interfaces"][interface], found, ids)
    for kind in (OPEN, ISOLATION):
        if wanted[kind] is None and (now[kind] is not None or kind in ids):
            _delete(target, now, kind, found, ids)
    return tuple(found)


def _entering(now: State, wanted: State) -> list[str]:
    """Give the interfaces that go from groups of their own into the isolation."""
    return [one for one, groups in wanted["interfaces"].items()
            if groups == [ISOLATION] and now["interfaces"].get(one) not in ([ISOLATION], [OPEN])]  # fmt: skip


def _ready(target: Target, now: State, wanted: State, found: list[Action], ids: dict[str, str | ResultOf]) -> None:
    """Make the isolation group, or look it up, and bring its rules to what is wanted."""
    if now[ISOLATION] is None:
        _make(target, wanted, ISOLATION, found, ids)
        rules = [OUT_TO_ALL, *([OUT_TO_ALL_V6] if wanted["vpc_has_ipv6"] else ())]
    else:
        _look_up(target, now, ISOLATION, found, ids)
        rules = now[ISOLATION]
    for rule in (one for one in rules if one not in wanted[ISOLATION]):
        _rule("Revoke", rule, ids[ISOLATION], found)
    for rule in (one for one in wanted[ISOLATION] if one not in rules):
        _rule("Authorize", rule, ids[ISOLATION], found)


def _pass_through_open(
    target: Target, now: State, wanted: State, found: list[Action], ids: dict[str, str | ResultOf]
) -> None:
    """Let everything pass for a moment: such connections are not tracked, and end when the rules go.

    Source: EC2 User Guide, "Security group connection tracking", Untracked connections.
    """
    if now[OPEN] is None:
        _make(target, wanted, OPEN, found, ids)
    else:
        _look_up(target, now, OPEN, found, ids)
    there = set(now[OPEN] or ())
    for network in EVERYWHERE if wanted["vpc_has_ipv6"] else EVERYWHERE[:1]:
        if f"all from {network}" not in there:
            _rule("Authorize", f"all from {network}", ids[OPEN], found)
    for interface in _entering(now, wanted):
        _move(interface, [OPEN], found, ids)


def _make(target: Target, wanted: State, kind: str, found: list[Action], ids: dict[str, str | ResultOf]) -> None:
    name = names(target)[kind]
    ids[kind] = ResultOf(len(found), "GroupId")
    found.append(Action("ec2", "CreateSecurityGroup", request(target, name, wanted["vpc"], _WHY[kind]),
                        f"Make the security group {name}", results=("GroupId",)))  # fmt: skip


def _look_up(target: Target, now: State, kind: str, found: list[Action], ids: dict[str, str | ResultOf]) -> None:
    name = names(target)[kind]
    ids[kind] = ResultOf(len(found), _FOUND)
    found.append(Action("ec2", "DescribeSecurityGroups", lookup(name, now["vpc"]),
                        f"Look up the security group {name}", results=(_FOUND,)))  # fmt: skip


def _rule(verb: str, rule: str, group: Any, found: list[Action]) -> None:
    direction, permission = permission_of(rule)
    way = "Ingress" if direction == "from" else "Egress"
    does = f"{'Let' if verb == 'Authorize' else 'Do not let'} the group pass: {rule}"
    found.append(Action("ec2", f"{verb}SecurityGroup{way}", {"GroupId": group, "IpPermissions": [permission]}, does))


def _move(interface: str, groups: Sequence[str], found: list[Action], ids: dict[str, str | ResultOf]) -> None:
    given = [ids.get(one, one) for one in groups]
    found.append(Action("ec2", "ModifyNetworkInterfaceAttribute", {"NetworkInterfaceId": interface, "Groups": given},
                        f"Put {interface} into {', '.join(groups)}"))  # fmt: skip


def _delete(target: Target, now: State, kind: str, found: list[Action], ids: dict[str, str | ResultOf]) -> None:
    if kind not in ids:
        _look_up(target, now, kind, found, ids)
    found.append(Action("ec2", "DeleteSecurityGroup", {"GroupId": ids[kind]},
                        f"Delete gdkit's own security group {names(target)[kind]}"))  # fmt: skip
