"""What a case knows of the places that its role is used from: what the policies are written for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gdkit.identifiers import address_kind, normal_address, parse_arn
from gdkit.response.credential.told import plain
from gdkit.response.recovery.pattern import Ground

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

MOST_ADDRESSES = 60
"""How many ways out a policy names: with more of them it is no perimeter, and it would not fit."""


def ground_of(
    result: Mapping[str, Any],
    rows: Iterable[Mapping[str, Any]],
    *,
    own_addresses: Iterable[Mapping[str, Any]] = (),
    vpcs: Sequence[str] = (),
) -> Ground:
    """Give the ground of a case.

    An address is a way out only where the workload's own calls prove it or AWS gives it to the instance; one that the
    thief or somebody unknown used as well is left out, for the policy would let him in.

    Args:
        result: ``result.json``.
        rows: of ``tables.SESSION_EVENTS``.
        own_addresses: rows of ``tables.OWN_ADDRESSES``.
        vpcs: ids of the VPCs in which instances of the role are, as AWS describes them.
    """
    session = result["session"]
    arn = parse_arn(session["role_arn"])
    ours, theirs = _addresses(rows)
    ours |= {str(normal_address(row["address"])): None for row in own_addresses if row["kind"] == "public"}
    theirs |= {str(row["address"]) for row in result["origin"]["addresses"] if row["thief_events"]}
    both = [address for address in ours if address in theirs]
    egress = [address for address in ours if address not in theirs]
    left_out = [f"{address} is no way out in the policies: others than the workload called from it" for address in both]
    if not egress:
        left_out.append("no public address is proven to be the workload's own way out")
    if len(egress) > MOST_ADDRESSES:
        left_out.append(f"{len(egress) - MOST_ADDRESSES} more ways out were seen than a policy can name")
    if not vpcs:
        left_out.append("the VPC of the role's instances is not known, so no policy names it: collect the environment")
    if not session["role_arn"]:
        left_out.append("the role's ARN is not known, so no policy names it")
    return Ground(
        partition=arn.partition if arn else "aws",
        account_id=session["account_id"] or "",
        role_name=plain(session["role_name"] or "", 64),
        role_arn=session["role_arn"],
        egress=tuple(egress[:MOST_ADDRESSES]),
        vpcs=tuple(dict.fromkeys(vpcs)),
        left_out=tuple(left_out),
    )


def _addresses(rows: Iterable[Mapping[str, Any]]) -> tuple[dict[str, None], set[str]]:
    """Give the public addresses of the workload's calls, in their order, and those of everybody else's."""
    ours: dict[str, None] = {}
    theirs: set[str] = set()
    for row in rows:
        address = normal_address(row["source_address"])
        if address is None or address_kind(address) != "public" or row["vpc_endpoint_id"]:
            continue
        if row["party"] == "workload" and not row["hop"]:
            ours[address] = None
        elif row["party"] != "workload":
            theirs.add(address)
    return ours, theirs
