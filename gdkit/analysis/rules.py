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
        "forwarded",
        "unknown",
        "a GetCallerIdentity alone, by software that is none of AWS's: a server may have sent on a request that the "
        "instance signed for it, as with Vault or EKS",
    ),
    Rule(
        "instance_gone",
        "thief",
        "made more than an hour after the instance had been terminated, or while it was stopped",
    ),
    Rule(
        "own_egress",
        "workload",
        "from the way out that the routes of the instance's network prove, by an agent or with a client that was seen "
        "there before the reported use: explained by own egress",
    ),
    Rule(
        "moved",
        "workload",
        "the instance was started anew, or both addresses are Amazon's in one region; its agents went on at this one "
        "when all its software had ended at the earlier one, and the client is one of the earlier ones: it was given "
        "another address",
    ),
    Rule(
        "other_system",
        "thief",
        "an AWS SDK on another operating system than the instance's own software runs on, from an address that is not "
        "the instance's alone",
    ),
    Rule(
        "other_kernel",
        "thief",
        "an AWS SDK on a machine with another Linux kernel, while the instance's own kernel went on, from an address "
        "that is not the instance's",
    ),
    Rule(
        "perhaps_moved",
        "unknown",
        "the instance's agents went on at this address when all its software had ended at the earlier one, and the "
        "client is one of before: the way out may have been changed",
    ),
    Rule(
        "new_client_at_egress",
        "unknown",
        "from the way out of the instance's network, with a client that was not seen there before: the network is "
        "known, who called is not",
    ),
    Rule(
        "new_client_after_move",
        "unknown",
        "from the address that the instance seems to have been given, with a client that was not seen before",
    ),
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
        "the session's software, or this client, used the finding's remote address or account since long before the "
        "use that GuardDuty reported: it may be the instance's own way out",
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
        "thiefs_key_at_way_out",
        "unknown",
        "from the instance's way out, but a client that is new since the theft, with a key that only the thief was "
        "seen with: somebody behind the same way out may hold it",
    ),
    Rule(
        "other_machine_at_home",
        "unknown",
        "from the instance's own address or way out, but the client names another system or kernel than the "
        "instance's: a virtual machine on it, somebody behind the same way out, or a tunnel through it",
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
        "baseline",
        "workload",
        "from the only public address that the session used before the reported use, over several keys and longer than "
        "a credential lives, with a client that was there as long",
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
        "thiefs_key",
        "thief",
        "signed with a key that the thief used and the workload never, after the thief's first call, from an address "
        "and with a client that were not seen before, while the workload went on elsewhere",
    ),
    Rule("undecided", "unknown", "nothing in what was searched proves whose call this is"),
)

PARTY = {rule.name: rule.party for rule in RULES}
MEANING = {rule.name: rule.meaning for rule in RULES}

CONTRADICTIONS = frozenset({
    "own_and_reported", "shared_way_out", "long_standing", "neighbours_at_reported_address",
    "agent_at_reported_address", "foreign_endpoint", "thief_client_at_own_address", "other_machine_at_home",
    "new_client_at_egress", "new_client_after_move", "perhaps_moved", "forwarded", "thiefs_key_at_way_out",
})  # fmt: skip
"""Rules by which a call stays unknown because two signs speak against each other.

Without one of the two the other would decide. Every other unknown call stays unknown when it shows less itself, and
when the calls that are proven to be the thief's or the workload's are not there.
"""
