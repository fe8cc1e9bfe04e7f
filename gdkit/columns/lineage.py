"""What grew from a leaked session, as a graph: things, and the events that led from one to the next."""

from __future__ import annotations

from gdkit.columns.declare import Column, Table

LINEAGE_NODES = Table(
    "lineage_nodes",
    "The leaked session and every credential, identity and carrier of a role that calls led to from it.",
    (
        Column("id", "text", "Its id, as the edges name it.", "accessKeyId, instanceId, or kind:account:name"),
        Column("kind", "text", "instance, session, access_key, console_session, user, login_profile, role and others.",
               "eventName"),
        Column("label", "text", "Its name for a reader.", "requestParameters, responseElements"),
        Column("party", "text", "The most serious party that made, changed or used it: thief, unknown, workload.",
               "(lineage)"),
        Column("account_id", "text", "Account that it is in.", "recipientAccountId, or its ARN"),
        Column("hop", "integer", "0 for the leaked session and its keys, then the number of steps from it.",
               "(lineage)"),
        Column("events", "integer", "Calls made through it.", "(count)", "calls"),
    ),
)  # fmt: skip

LINEAGE_EDGES = Table(
    "lineage_edges",
    "The events that led from one thing to the next; each row is one event.",
    (
        Column("from", "text", "Id of the thing that the call was made through.", "(lineage)"),
        Column("to", "text", "Id of what the call issued, made or changed, or would have.", "(lineage)"),
        Column("event_id", "text", "The event.", "eventID"),
        Column("event_at", "time", "When.", "eventTime"),
        Column("kind", "text", "The call; for a session's key whose issue was not seen, 'first use'.", "eventName"),
        Column("party", "text", "Who made the call; missing where AWS issued the session's own key.",
               "(attribution)"),
        Column("error_code", "text", "Why it failed; missing where it succeeded.", "errorCode"),
    ),
)  # fmt: skip
