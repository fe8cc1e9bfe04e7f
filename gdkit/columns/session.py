"""The keys, hops and places of a leaked session."""

from __future__ import annotations

from gdkit.columns.declare import Column, Table

KEYS = Table(
    "keys",
    "Access keys of the leaked session and of what was chained from it.",
    (
        Column("access_key_id", "text", "The key.", "userIdentity.accessKeyId"),
        Column("hop", "integer", "0 for the leaked session's own keys.", "(lineage)"),
        Column("issued_at", "time", "When it was issued.", "AssumeRole event, or creationDate"),
        Column("expires_at", "time", "When it expires; missing where no event says.", "AssumeRole event"),
        Column("ec2_role_delivery", "text", "Metadata service version that delivered it.", "ec2RoleDelivery"),
        Column("first_seen_at", "time", "First call with it.", "eventTime"),
        Column("last_seen_at", "time", "Last call with it.", "eventTime"),
        Column("events", "integer", "Calls with it.", "(count)", "calls"),
        Column("thief_events", "integer", "Calls of the thief.", "(attribution)", "calls"),
        Column("workload_events", "integer", "Calls of the instance's own software.", "(attribution)", "calls"),
        Column("unknown_events", "integer", "Calls that could be either's.", "(attribution)", "calls"),
    ),
)

HOPS = Table(
    "hops",
    "Credentials that were issued to the session, and through it: each row is one event.",
    (
        Column("event_id", "text", "The event that issued the credential.", "eventID"),
        Column("event_at", "time", "When.", "eventTime"),
        Column("event_name", "text", "The call.", "eventName"),
        Column("hop", "integer", "0 issues a key of the leaked session itself.", "(lineage)"),
        Column("party", "text", "Who made the call.", "(attribution)"),
        Column("from_key", "text", "Key that signed the call; missing where AWS made it.", "accessKeyId"),
        Column("to_key", "text", "Key that it issued.", "responseElements.credentials.accessKeyId"),
        Column("to_principal", "text", "Principal of the new session.", "responseElements.assumedRoleUser"),
        Column("expires_at", "time", "When the new key expires.", "responseElements.credentials.expiration"),
        Column("account_id", "text", "Account whose trail recorded it.", "recipientAccountId"),
        Column("error_code", "text", "Why it failed; missing where it succeeded.", "errorCode"),
    ),
)

ADDRESSES = Table(
    "addresses",
    "Every place that the session's credentials were used from.",
    (
        Column("source_address", "text", "The address, as logged.", "sourceIPAddress"),
        Column("address_kind", "text", "Kind of it.", "sourceIPAddress"),
        Column("in_finding", "boolean", "Whether the finding names it as the remote address.", "(finding)"),
        Column("events", "integer", "Calls from it.", "(count)", "calls"),
        Column("thief_events", "integer", "Calls of the thief.", "(attribution)", "calls"),
        Column("workload_events", "integer", "Calls of the instance's own software.", "(attribution)", "calls"),
        Column("unknown_events", "integer", "Calls that could be either's.", "(attribution)", "calls"),
        Column("first_seen_at", "time", "First call from it.", "eventTime"),
        Column("last_seen_at", "time", "Last call from it.", "eventTime"),
        Column("access_key_ids", "text", "Keys used from it, one a line.", "accessKeyId"),
        Column("user_agents", "text", "Clients seen there, one a line, at most ten.", "userAgent"),
    ),
)

OWN_ADDRESSES = Table(
    "own_addresses",
    "Addresses of the instance and its ways out, as AWS says now.",
    (
        Column("address", "text", "The address.", "(environment)"),
        Column("kind", "text", "public or private.", "(environment)"),
        Column("shared", "boolean", "Whether other hosts leave by it too.", "(environment)"),
        Column("reason", "text", "Why it is the instance's.", "(environment)"),
        Column(
            "proven_from",
            "time",
            "From when on it is surely the instance's alone; missing where AWS does not tell.",
            "LaunchTime, AttachTime",
        ),
    ),
)
