"""What happened, in order."""

from __future__ import annotations

from gdkit.columns.declare import Column, Table

TIMELINE = Table(
    "timeline",
    "The moments of the theft that matter, in order; each is an event, or a time that an event states. Within one "
    "second: ways in, then by hop, what gave a credential before its use, then denials, ends, and now.",
    (
        Column("at", "time", "When.", "eventTime, or a time in an event"),
        Column("kind", "text", "issue, way in, first use, last use, hop, left behind, tamper, data, revoked, ends or "
               "now.",
               "(timeline)"),
        Column("party", "text", "Who did it; missing where it is nobody's call.", "(attribution)"),
        Column("statement", "text", "What happened, in words.", "(timeline)"),
        Column("hop", "integer", "0 in the leaked session, 1 in one begun from it, and so on.", "(lineage)"),
        Column("event_id", "text", "The event; of data that was reached, the first that reached it.", "eventID"),
    ),
)  # fmt: skip
