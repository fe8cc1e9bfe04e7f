"""Deny an address in the network ACLs of the instance's subnets: stateless, at once, and for every instance in them."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, Any, TypeAlias

from gdkit.errors import ResponseError
from gdkit.response.instance.host import called, instance_of, interfaces_of, listed_of
from gdkit.response.step import Action, Check, Explanation, Need, Option, SideEffect, State, Step, Target

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from gdkit.aws import ReadOnlyAws

Network: TypeAlias = "ipaddress.IPv4Network | ipaddress.IPv6Network"

HIGHEST = 32_766
"""Highest number of an entry that can be written. Source: EC2 API Reference, CreateNetworkAclEntry."""

MOST_ENTRIES = 20
"""Entries of an ACL in one direction, unless AWS raised it. Source: VPC User Guide, Amazon VPC quotas."""

WAYS = ("ingress", "egress")
_ACLS = "arn:{partition}:ec2:{region}:{account_id}:network-acl/*"


def read(aws: ReadOnlyAws, target: Target) -> State:
    """Give every entry of the ACLs of the instance's subnets, by ACL, direction and number.

    Raises:
        ResponseError: the case names no instance, it is gone, or has no network interface.
        AwsError: it could not be read.
    """
    instance_of(aws, target)
    found = {str(acl["NetworkAclId"]): dict(sorted(_entries(acl))) for acl in _acls(aws, target)}
    if not found:
        raise ResponseError(f"{target.instance_id} is in no subnet", where="step block-subnet")
    return {"acls": found}


def want(target: Target, now: State) -> State:
    """Give each ACL with an entry in front, both ways, that denies each address; one that denies it already stays.

    Raises:
        ResponseError: what was told is no address, or there is no room in front or in the ACL.
    """
    networks = _told(target)
    return {"acls": {acl: _with_denies(acl, entries, networks) for acl, entries in now["acls"].items()}}


def _with_denies(acl: str, entries: Mapping[str, str], networks: Sequence[Network]) -> State:
    found = dict(entries)
    for way in WAYS:
        for network in networks:
            if _denied_first(found, way, network):
                continue
            numbers = _numbers(found, way)
            number = min(numbers, default=100) - 1
            if number < 1:
                raise ResponseError(
                    f"{acl} has an {way} entry with number 1, so none can stand before it",
                    where="step block-subnet",
                    action="renumber its entries",
                )
            if len(numbers) >= MOST_ENTRIES - 1:
                raise ResponseError(
                    f"{acl} has {len(numbers)} {way} entries and takes {MOST_ENTRIES}",
                    where="step block-subnet",
                    action="take entries out, or ask AWS for more",
                )
            found[_key(way, number)] = f"deny all {network}"
    return dict(sorted(found.items()))


def change(target: Target, now: State, wanted: State) -> Sequence[Action]:
    """Give a call for each entry that comes or goes."""
    found = []
    for acl, entries in wanted["acls"].items():
        older = now["acls"].get(acl, {})
        found += [_remove(acl, key) for key in older if key not in entries]
        found += [_add(acl, key, text) for key, text in entries.items() if key not in older]
    return tuple(found)


def effects(aws: ReadOnlyAws, target: Target, now: State, wanted: State) -> Sequence[SideEffect]:
    """Name every other instance that loses the same addresses."""
    if now == wanted:
        return ()
    subnets = sorted({str(link["SubnetId"]) for acl in _acls(aws, target) for link in acl.get("Associations", ())})
    asks = {"Filters": [{"Name": "subnet-id", "Values": subnets}]}
    groups = listed_of(aws, target, "ec2", "DescribeInstances", "Reservations", asks)
    others = [one for group in groups for one in group["Instances"]
              if one["InstanceId"] != target.instance_id and one["State"]["Name"] != "terminated"]  # fmt: skip
    networks = ", ".join(map(str, _told(target)))
    names = ", ".join(sorted(map(called, others))) or "no other instance"
    return (
        SideEffect(f"in the subnets {', '.join(subnets)} nothing is sent to or taken from {networks} any more; beside "
                   f"{target.instance_id} this hits {names}, and whatever else is there: databases, functions, load "
                   "balancers", tuple(sorted(str(one["InstanceId"]) for one in others))),
    )  # fmt: skip


def prove(aws: ReadOnlyAws, target: Target, now: State, wanted: State) -> Sequence[Check]:
    """Say which of the addresses an ACL does not reach.

    Raises:
        AwsError: the subnets could not be read.
    """
    interfaces = interfaces_of(aws, target)
    subnets = sorted({str(one["SubnetId"]) for one in interfaces})
    found = listed_of(aws, target, "ec2", "DescribeSubnets", "Subnets", {"SubnetIds": subnets})
    local = [ipaddress.ip_network(str(one["CidrBlock"])) for one in found]
    inside = [str(one) for one in _told(target) if any(one.version == each.version and one.overlaps(each)
                                                       and one.prefixlen for each in local)]  # fmt: skip
    told = f"{', '.join(inside)} is in the instance's own subnet: an ACL does not see what stays in it"
    return (Check("the ACLs see traffic with the addresses", not inside, told if inside else "they do"),)


def _told(target: Target) -> list[Network]:
    """Give the networks that were told.

    Raises:
        ResponseError: there is none, or one is no network.
    """
    found = []
    for text in filter(None, (one.strip() for one in target.options["address"].split(","))):
        try:
            found.append(ipaddress.ip_network(text))
        except ValueError as error:
            raise ResponseError(
                f"{text[:60]!r} is no address or network",
                where="option address",
                action="give the thief's address, as 198.51.100.7 or 198.51.100.0/24",
            ) from error
    if not found:
        raise ResponseError("no address was told", where="option address", action="give the thief's address")
    return found


def _acls(aws: ReadOnlyAws, target: Target) -> list[Mapping[str, Any]]:
    subnets = sorted({str(one["SubnetId"]) for one in interfaces_of(aws, target)})
    if not subnets:
        return []
    asks = {"Filters": [{"Name": "association.subnet-id", "Values": subnets}]}
    found = listed_of(aws, target, "ec2", "DescribeNetworkAcls", "NetworkAcls", asks)
    return sorted(found, key=lambda one: str(one["NetworkAclId"]))


def _entries(acl: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Give each entry that somebody wrote: key of direction and number, and what it does."""
    for one in acl.get("Entries", ()):
        number = int(one["RuleNumber"])
        if number <= HIGHEST:
            way = "egress" if one["Egress"] else "ingress"
            yield _key(way, number), _text(one)


def _text(entry: Mapping[str, Any]) -> str:
    protocol, ports = str(entry["Protocol"]), entry.get("PortRange") or {}
    what = "all" if protocol == "-1" else f"protocol {protocol}"
    what += f" ports {ports.get('From')}-{ports.get('To')}" if ports else ""
    return f"{entry['RuleAction']} {what} {entry.get('CidrBlock') or entry.get('Ipv6CidrBlock')}"


def _key(way: str, number: int) -> str:
    return f"{way} {number:05}"


def _numbers(entries: Mapping[str, str], way: str) -> list[int]:
    return [int(key.split()[1]) for key in entries if key.startswith(f"{way} ")]


def _denied_first(entries: Mapping[str, str], way: str, network: Network) -> bool:
    """Tell whether an ACL denies a network before it allows anything."""
    for key, text in sorted(entries.items()):
        if key.startswith(f"{way} "):
            if text == f"deny all {network}":
                return True
            if text.startswith("allow"):
                return False
    return False


def _entry(acl: str, key: str) -> dict[str, Any]:
    way, number = key.split()
    return {"NetworkAclId": acl, "RuleNumber": int(number), "Egress": way == "egress"}


def _add(acl: str, key: str, text: str) -> Action:
    network = text.removeprefix("deny all ")
    block = {"Ipv6CidrBlock" if ":" in network else "CidrBlock": network}
    asked = {**_entry(acl, key), "Protocol": "-1", "RuleAction": "deny", **block}
    return Action("ec2", "CreateNetworkAclEntry", asked, f"Deny {network} in {acl}, {key.split(maxsplit=1)[0]}")


def _remove(acl: str, key: str) -> Action:
    return Action("ec2", "DeleteNetworkAclEntry", _entry(acl, key), f"Take the entry {key} out of {acl}")


STEP = Step(
    name="block-subnet",
    title="Deny the thief's address in the network ACLs of the instance's subnets",
    phase="containment",
    explanation=Explanation(
        what="Puts an entry in front of all others, both ways, that denies the address.",
        why="Network ACLs are stateless: connections that the isolation left going end at once.",
        breaks="Every instance and service in the same subnets loses the address too; with 0.0.0.0/0 the subnets are "
               "cut off from everything.",
        leaves_open="Other addresses of the thief. Traffic within a subnet, DNS by the VPC's resolver, the metadata "
                    "service. Traffic through a load balancer or NAT gateway in another subnet shows that "
                    "one's address.",
        undo="Takes the entries out again; entries that others wrote stay.",
        source="VPC User Guide, Control subnet traffic with network access control lists; EC2 User Guide, Security "
               "group connection tracking",
    ),
    needs=(
        *(Need(f"ec2:{name}") for name in ("DescribeInstances", "DescribeNetworkInterfaces", "DescribeNetworkAcls",
                                           "DescribeSubnets")),
        Need("ec2:CreateNetworkAclEntry", _ACLS, writes=True),
        Need("ec2:DeleteNetworkAclEntry", _ACLS, writes=True),
    ),
    options=(Option("address", "What is denied: the thief's address or network, as 198.51.100.7 or 198.51.100.0/24; "
                               "several with commas; 0.0.0.0/0 for everything.", required=True),),
    read=read,
    want=want,
    change=change,
    effects=effects,
    prove=prove,
)  # fmt: skip
"""The step."""
