"""What was searched, by place and kind."""

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
