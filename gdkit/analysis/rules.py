"""The rules of attribution as one table: name, whose call it then is, and why, in the order in which they are asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gdkit.model import Party


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of attribution: its name, whose call it says it is, and why."""

    name: str
    party: Party
    meaning: str


RULES: tuple[Rule, ...] = (
    Rule("presigned", "unknown", "somebody followed a presigned URL: the key is the signer's, the rest the visitor's"),
    Rule("aws_service", "unknown", "an AWS service made the call for the session; the record does not say for whom"),
    Rule(
        "own_and_reported",
        "unknown",
        "the finding's remote address or account, but also the instance's own address, or the account's own endpoint",
    ),
    Rule(
        "shared_way_out",
        "unknown",
        "calls that look like the instance's own agents came from the finding's remote address or account before the "
        "reported use, and from nowhere else, so the instance itself may leave by it",
    ),
    Rule(
        "long_standing",
        "unknown",
        "all the session's software used the finding's remote address or account, over several keys, since long before "
        "the use that GuardDuty reported: it may be the instance's own way out",
    ),
    Rule(
        "neighbours_at_reported_address",
        "unknown",
        "other instances' agents used the finding's remote address before the reported use: it may be a shared way out",
    ),
    Rule(
        "agent_at_reported_address",
        "unknown",
        "an agent's kind of call from the finding's remote address or account: the instance's agent, or a thief posing "
        "as it",
    ),
    Rule(
        "remote_account", "thief", "the call came through a VPC endpoint of the remote account that the finding names"
    ),
    Rule("foreign_endpoint", "unknown", "the call came through a VPC endpoint of another account"),
    Rule("reported_address", "thief", "the call came from the finding's remote address"),
    Rule(
        "thief_client_at_own_address",
        "unknown",
        "from the instance's own address or way out, but with a client that only the thief was seen with: a thief may "
        "be on the instance",
    ),
    Rule(
        "own_address",
        "workload",
        "the call came from an address of the instance itself, as the finding or AWS lists them",
    ),
    Rule(
        "way_out",
        "workload",
        "the call came from the address by which the instance's own agents call, again and again and nowhere else; "
        "where other instances leave by it too, with a client that they use as well",
    ),
    Rule(
        "agent_like",
        "unknown",
        "an agent's kind of call, from an address that is not proven to be the instance's: anybody can make it",
    ),
    Rule(
        "neighbours_address",
        "unknown",
        "from an address by which other instances call: a shared way out, or another host of the account",
    ),
    Rule(
        "private_address",
        "unknown",
        "from a private address that is not known to be the instance's: another host in a network may have made it",
    ),
    Rule(
        "thief_client",
        "thief",
        "same key and same client as the thief's calls, after the first of them, a client that was not seen before nor "
        "with the workload, from an address that is not known to be anybody's",
    ),
    Rule(
        "other_system",
        "thief",
        "an AWS SDK on another operating system than the instance's own software runs on, from an address that is not "
        "known to be the instance's",
    ),
    Rule("undecided", "unknown", "nothing in what was searched proves whose call this is"),
)

PARTY = {rule.name: rule.party for rule in RULES}
MEANING = {rule.name: rule.meaning for rule in RULES}
