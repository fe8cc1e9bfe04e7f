"""Why gdkit answers a trusted address with a narrow suppression rule, and never with a trusted IP list."""

from __future__ import annotations

TRUSTED_LIST = (
    "A trusted IP list (or trusted entity list) is not the same as a suppression rule: GuardDuty makes no finding of "
    "any type for traffic from its addresses, and a trusted address wins over a threat list. A thief who works from "
    "there, or through there, is then seen by nobody, and there is no finding to look at later. So gdkit explains such "
    "lists, names those it finds, and never makes or changes one."
)
"""What a trusted IP list does. Source: GuardDuty User Guide, "Working with entity lists and IP address lists"."""

NETWORK_UNVERIFIED = (
    "whether AWS takes a network in Equals for its addresses is unverified: the User Guide speaks of an address or a "
    "CIDR range, the API Reference does not. Let the rule run as NOOP first, and see that it counts"
)
"""What is not known of a network in a rule. Source: GuardDuty User Guide, "Suppression rules"; API Reference,
Condition."""

HIDDEN_FROM = "Security Hub, EventBridge (so no alarm by it), the export to S3 and Detective"
"""Where suppressed findings do not go. Source: GuardDuty User Guide, "Suppression rules"."""
