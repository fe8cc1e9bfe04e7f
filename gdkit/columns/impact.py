"""What a thief's calls reached, changed and left behind."""

from __future__ import annotations

from gdkit.columns.declare import Column, Table

PERSISTENCE = Table(
    "persistence",
    "What calls made or changed that can give a way back in: each row is one call that succeeded.",
    (
        Column("kind", "text", "What it is: user, access_key, login_profile, role, trust_policy …", "eventName"),
        Column("id", "text", "Its name or id, as the API that reads it takes it.", "requestParameters"),
        Column("parent_id", "text", "What it belongs to, such as the user of a key; missing where nothing.",
               "requestParameters"),
        Column("account_id", "text", "Account that it is in.", "recipientAccountId"),
        Column("region", "text", "Region of the call.", "awsRegion"),
        Column("party", "text", "Who made the call: thief or unknown.", "(attribution)"),
        Column("event_id", "text", "The event.", "eventID"),
        Column("event_at", "time", "When.", "eventTime"),
        Column("event_name", "text", "The call.", "eventName"),
        Column("detail", "text", "What was made or changed, in words.", "requestParameters, responseElements"),
        Column("still_exists", "boolean", "Whether it exists now; missing where that was not checked.", "(AWS)"),
        Column("checked_at", "time", "When that was asked.", "(AWS)"),
        Column("check", "text", "What was asked and answered, or why nothing was.", "(AWS)"),
    ),
)  # fmt: skip
