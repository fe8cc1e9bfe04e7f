"""Who was seen at each address, what speaks for and against it, and which benign causes were tested."""

from __future__ import annotations

from gdkit.columns.declare import Column, Table

ADDRESS_HISTORY = Table(
    "address_history",
    "Who was seen at each address in what was searched: each row is one address and one circle of callers.",
    (
        Column("address", "text", "The address, in its normal spelling.", "sourceIPAddress"),
        Column("circle", "text", "this instance, other instances of this role, others of this account, or anybody "
               "else; each call is in one of them.", "userIdentity"),
        Column("calls", "integer", "Calls from there.", "(count)", "calls"),
        Column("calls_before_report", "integer", "Those before the use that was reported; missing where it is not "
               "known when that was.", "eventTime", "calls"),
        Column("first_at", "time", "First of them.", "eventTime"),
        Column("last_at", "time", "Last of them.", "eventTime"),
        Column("keys", "integer", "Access keys that signed them.", "userIdentity.accessKeyId", "keys"),
        Column("principals", "integer", "Different callers.", "userIdentity.principalId", "principals"),
        Column("names", "text", "ARNs of the callers, the busiest first, one a line, at most five.",
               "userIdentity.arn"),
        Column("clients", "text", "User agents, the commonest first, one a line, at most five.", "userAgent"),
    ),
)  # fmt: skip

ADDRESS_SEEN = Table(
    "address_seen",
    "Who was seen at each address when, in what was searched: each row is one address, party and minute.",
    (
        Column("address", "text", "The address, in its normal spelling.", "sourceIPAddress"),
        Column("party", "text", "thief, workload or unknown for calls of the session and of what grew from it; others "
               "for calls of anybody else.", "(attribution)"),
        Column("minute_at", "time", "The minute, by its beginning.", "eventTime"),
        Column("calls", "integer", "Calls in it.", "(count)", "calls"),
    ),
)  # fmt: skip

ADDRESS_EVIDENCE = Table(
    "address_evidence",
    "Evidence that the logs give on each address: each row is one statement.",
    (
        Column("address", "text", "The address, in its normal spelling.", "sourceIPAddress"),
        Column("rule", "text", "The rule of the weighing.", "(gdkit)"),
        Column("statement", "text", "What was found, in words.", "(gdkit)"),
        Column("source", "text", "Where it comes from.", "(gdkit)"),
        Column("as_of", "time", "When the source said so; for logs, where they begin, or the last call.", "(gdkit)"),
    ),
)

WEIGHED_EVIDENCE = Table(
    "weighed_evidence",
    "All evidence on each address with its weight: each row is one statement.",
    (
        Column("address", "text", "The address, in its normal spelling.", "sourceIPAddress"),
        Column("toward", "text", "What it speaks for: benign, malicious or neither.", "(weighing)"),
        Column("weight", "integer", "How strongly, 0 to 9; 0 is a fact that decides nothing.", "(weighing)"),
        Column("rule", "text", "The rule of the weighing.", "(gdkit)"),
        Column("statement", "text", "What was found, in words.", "(gdkit)"),
        Column("source", "text", "Where it comes from.", "(gdkit)"),
        Column("as_of", "time", "When the source said so; for logs, where they begin, or the last call.", "(gdkit)"),
        Column("decides", "boolean", "Whether the proposal names it among the rows that decided.", "(weighing)"),
    ),
)

BENIGN_CAUSES = Table(
    "benign_causes",
    "Each benign cause that AWS's guidance names, tested for each address.",
    (
        Column("address", "text", "The address, in its normal spelling.", "sourceIPAddress"),
        Column("cause", "text", "Name of the cause.", "(gdkit)"),
        Column("question", "text", "What was asked.", "(gdkit)"),
        Column("outcome", "text", "passed: it explains the address; failed: it does not; could not test.", "(gdkit)"),
        Column("reason", "text", "Why it ended so.", "(gdkit)"),
        Column("settle", "text", "What would make it testable, or settle it; missing where nothing is needed.",
               "(gdkit)"),
    ),
)  # fmt: skip

ORGANIZATION = Table(
    "organization",
    "Accounts that belong to the own organisation, as far as AWS told.",
    (
        Column("account_id", "text", "The account.", "Organizations ListAccounts, GuardDuty ListMembers"),
        Column("name", "text", "Its name; empty where the source has none.", "Name"),
        Column("status", "text", "ACTIVE, SUSPENDED … of Organizations; Enabled … of GuardDuty.", "Status"),
        Column("source", "text", "organizations or guardduty.", "(environment)"),
        Column("whole", "boolean", "Whether the list holds every account of the organisation.", "(environment)"),
    ),
)
