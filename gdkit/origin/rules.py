"""The weighing as one table: what each kind of evidence speaks for, how strongly, and why.

Weights are whole numbers from 0 to 9. A weight of 0 is a fact that decides nothing. They are no probabilities: they
say which evidence outweighs which, so that a reader can follow the proposal row by row. A team can set other weights
in its ``networks.yaml``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gdkit.origin.model import Direction


@dataclass(frozen=True, slots=True)
class OriginRule:
    """One kind of evidence.

    Attributes:
        name: what evidence and the team's file call it by.
        toward: what it speaks for.
        weight: how strongly, 0 to 9.
        meaning: what it is, and why it weighs so.
        source: where the rule is taken from.
    """

    name: str
    toward: Direction
    weight: int
    meaning: str
    source: str


_GUIDE = "GuardDuty User Guide, InstanceCredentialExfiltration.OutsideAWS and .InsideAWS"
_OWN = "gdkit: attribution and hunt"
_CRAFT = "NIST SP 800-61: what an analyst weighs; the weight is gdkit's"

ORIGIN_RULES: tuple[OriginRule, ...] = (
    OriginRule("authorised_test", "benign", 8,
               "The team's file names who was allowed to use credentials from there at that time.", _GUIDE),
    OriginRule("instances_own", "benign", 6,
               "The finding or AWS lists the address as the instance's own; a thief may still sit on the instance.",
               "EC2 User Guide, Amazon EC2 instance IP addressing"),
    OriginRule("team_network", "benign", 4,
               "The team's file lists the network as ours, with a person to ask. A taken-over laptop sits there too.",
               _GUIDE),
    OriginRule("own_organisation", "benign", 4,
               "The remote account is of the own organisation: a shared way out or endpoint may explain it.", _GUIDE),
    OriginRule("route_proven", "benign", 4,
               "The routes of the instance's own network lead out by this address.",
               "VPC User Guide, Route tables"),
    OriginRule("known_vendor", "benign", 3,
               "The team's file lists the address or the account as a vendor's, with a person to ask.", _CRAFT),
    OriginRule("own_resource", "benign", 3,
               "An account in reach holds the address. Every other host behind it has it too.",
               "EC2 API Reference, DescribeAddresses, DescribeNetworkInterfaces"),
    OriginRule("same_client", "benign", 3,
               "All software seen there is what the session used before, or uses elsewhere. A client can be forged.",
               _OWN),
    OriginRule("long_seen", "benign", 3,
               "The role was used from there before the report, over several keys and longer than a credential lives.",
               _OWN),
    OriginRule("shared_by_fleet", "benign", 2,
               "Agents of several other instances call from there: a shared way out.", _OWN),
    OriginRule("agents_there", "benign", 2,
               "The instance's own agents called from there before the report. An agent can be forged.", _OWN),
    OriginRule("seen_before", "benign", 1,
               "The role was used from there more than an hour before the use that was reported.", _OWN),
    OriginRule("another_machine", "malicious", 6,
               "Calls from there were made by another machine than the instance: proven without the finding.", _OWN),
    OriginRule("attack_tool", "malicious", 5,
               "A client there names a tool or a system that is made for attacks.",
               "GuardDuty User Guide, PenTest:IAMUser findings; the tools' own sources"),
    OriginRule("listed_as_threat", "malicious", 5,
               "A threat list names the address.", "GuardDuty API Reference, ThreatIntelligenceDetail; the list asked"),
    OriginRule("stranger_account", "malicious", 4,
               "The remote account is of nobody that is known: not of the organisation, no vendor.", _GUIDE),
    OriginRule("tor", "malicious", 5,
               "The address is a way out of Tor, by which no instance leaves that does its work.",
               "the published lists of the library iporigin; GuardDuty User Guide, TorIPCaller findings"),
    OriginRule("hides_itself", "malicious", 4,
               "The address is a way out of a VPN service or a relay, by which instances hardly leave.",
               "the published lists of the library iporigin"),
    OriginRule("unlike_an_instance", "malicious", 5,
               "A client there names a machine that hardly any instance is.", _OWN),
    OriginRule("left_way_in", "malicious", 4,
               "Calls from there made or changed what gives a way back in, and no call from elsewhere did.",
               "MITRE ATT&CK, Persistence"),
    OriginRule("blinded_watchers", "malicious", 4,
               "Calls from there turned off or changed what watches.", "MITRE ATT&CK, Defense Impairment"),
    OriginRule("into_console", "malicious", 4,
               "The session was taken into AWS's console from there: software on an instance has no use for that.",
               "IAM User Guide, custom identity broker access to the console"),
    OriginRule("controlled_from_there", "malicious", 3,
               "The same software at this address controlled the instance with somebody else's credentials.", _OWN),
    OriginRule("other_provider", "malicious", 2,
               "The address is a hosting provider's other than Amazon, and nothing shows it as ours.",
               "the published lists of the library iporigin"),
    OriginRule("second_place", "malicious", 2,
               "Other software used the session from there while the instance went on elsewhere.", _OWN),
    OriginRule("new_client", "malicious", 2,
               "Software of a kind that the session was never seen with came from there since the report.", _OWN),
    OriginRule("outside_aws", "malicious", 1,
               "The instance leaves by an address of Amazon's, and this one is none of Amazon's.", _OWN),
    OriginRule("delivery", "malicious", 2,
               "The credential used there was read by IMDSv1, and the instance's own software uses IMDSv2.", _OWN),
    OriginRule("looking_around", "malicious", 2,
               "The first call there asks who one is or what there is, as people do with a key that is new to them.",
               "gdkit: hunt; MITRE ATT&CK, Discovery"),
    OriginRule("refused", "malicious", 2,
               "Calls there were refused for want of permission, and none elsewhere: somebody tries what the role may.",
               _OWN),
    OriginRule("new_calls", "malicious", 1,
               "Kinds of call came from there that the session makes nowhere else.", _OWN),
    OriginRule("held_key", "malicious", 1, "The key used there was not seen where the instance is.", _OWN),
    OriginRule("another_instance", "malicious", 1,
               "Another instance of the account calls from there: another host, or a shared way out.", _OWN),
    OriginRule("guardduty_names_it", "neither", 0,
               "The finding names it: that is the question, and no answer.", _GUIDE),
    OriginRule("new_for_role", "neither", 0,
               "Never seen with this role before. New is a fact and no verdict.", _CRAFT),
    OriginRule("place", "neither", 0,
               "Country, network and owner as a source names them. They prove neither guilt nor innocence.", _CRAFT),
    OriginRule("amazons", "neither", 0,
               "It is in Amazon's ranges: many strangers rent there; it proves no account.", "AWS IP address ranges"),
    OriginRule("expired_entry", "neither", 0,
               "An entry of the team's file once held it, and has expired: it counts no more.", _CRAFT),
    OriginRule("not_listed", "neither", 0,
               "What was asked knows nothing of it. Unknown is not innocent.", _CRAFT),
    OriginRule("not_shared", "neither", 0,
               "Agents of other instances were seen, and not from there. An instance may have a way out of its own.",
               _OWN),
    OriginRule("partial_leave", "neither", 0,
               "The team's file gives leave for a part only of the time: the rest is not explained.", _GUIDE),
    OriginRule("same_address", "neither", 0,
               "What else came from the same address. An address alone drags in nobody.", _CRAFT),
    OriginRule("not_an_address", "neither", 0,
               "The log names no address: nobody can hold it, and it proves nothing.",
               "CloudTrail User Guide, sourceIPAddress"),
)  # fmt: skip

RULES_BY_NAME = {rule.name: rule for rule in ORIGIN_RULES}

BENIGN_AT = 8
"""Weight for benign that a benign proposal needs, with an owner and with a sign that it fits this instance."""

MALICIOUS_AT = 6
"""Weight for malicious that a malicious proposal needs, where no single row is enough by itself."""

ENOUGH_ALONE = 5
"""Weight of a single row that is enough for a malicious proposal where nothing speaks for benign."""

AGAINST_BENIGN = 1
"""Weight for malicious that a benign proposal bears: more, and the evidence speaks both ways."""

AHEAD = 6
"""By how much malicious must outweigh benign where something of the address itself speaks for benign."""

BROUGHT_ALONG = frozenset({"same_client", "seen_before"})
"""Evidence for benign that a thief can bring himself, by his choice of software or by having begun early.

It says nothing of the address itself, and malicious need only outweigh it.
"""

OWNERS = frozenset({"authorised_test", "instances_own", "team_network", "own_organisation", "known_vendor"})
"""Evidence of an owner that somebody can be asked about. A benign proposal needs one: no technical sign stands in."""

BEYOND_LEAVE = frozenset({"left_way_in", "blinded_watchers", "listed_as_threat", "tor", "hides_itself",
                          "stranger_account"})  # fmt: skip
"""What a leave to test does not explain by itself. Whatever else speaks for malicious is what testers do."""

FITS = frozenset({"authorised_test", "instances_own", "route_proven", "same_client", "long_seen"})
"""Evidence that the owner's address fits this instance. A benign proposal needs one besides the owner."""
