"""What was searched, by place and kind, and the ledger of what was asked and what came of it."""

from __future__ import annotations

from gdkit.columns.declare import Column, Table

COVERAGE = Table(
    "coverage",
    "The events that were searched, by account, region and kind; what is in no row was not searched.",
    (
        Column("account_id", "text", "Account whose trail recorded them.", "recipientAccountId"),
        Column("region", "text", "Region of the calls.", "awsRegion"),
        Column("event_category", "text", "Management, Data, …; missing where records do not say.", "eventCategory"),
        Column("events", "integer", "Events of any principal.", "(count)", "events"),
        Column("session_events", "integer", "Of them, calls of the session and of what grew from it.", "(count)",
               "calls"),
        Column("first_event_at", "time", "The first.", "eventTime"),
        Column("last_event_at", "time", "The last.", "eventTime"),
    ),
)  # fmt: skip

COVERAGE_LEDGER = Table(
    "coverage_ledger",
    "What was asked of each source, account, region and span, and what came of it; what is in no row was not searched.",
    (
        Column("source", "text", "A source as it was given; lookup for the event history.", "(subject)"),
        Column("state", "text", "searched, not searched, throttled, denied, failed, unread, delayed, no data events, "
               "over 90 days, not enabled or redacted.", "(ledger)"),
        Column("account_id", "text", "Account; missing where the row holds for all, or none is told.",
               "recipientAccountId, the file's name, or as asked"),
        Column("region", "text", "Region; missing where the row holds for all, or none is told.",
               "awsRegion, the file's name, or as asked"),
        Column("event_category", "text", "Management, Data, …; missing where the row holds for all, or records do not "
               "say.", "eventCategory"),
        Column("start_at", "time", "Beginning of the span asked for; of log files, their first event.",
               "StartTime, or eventTime"),
        Column("end_at", "time", "End of the span asked for; of log files, their last event.", "EndTime, or eventTime"),
        Column("records", "integer", "Records found, copies among them; 0 where none was seen, missing if not known.",
               "(count)", "records"),
        Column("how", "text", "By what it was looked at.", "(ledger)"),
        Column("detail", "text", "What else limits the row, in words.", "(ledger)"),
    ),
)  # fmt: skip
