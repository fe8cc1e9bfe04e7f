"""The credentials that a thief holds, or could hold, and until when they work."""

from __future__ import annotations

from gdkit.columns.declare import Column, Table

CREDENTIALS = Table(
    "credentials",
    "Credentials that the thief or somebody unknown used, had issued, or could hold, judged at one instant.",
    (
        Column("kind", "text", "instance_role, chained_role, federation, session_token, access_key, login_profile, "
               "user, service_credential, console_session, instance or other.", "(lineage), eventName"),
        Column("access_key_id", "text", "The key, or the credential's own id; missing where it has none.",
               "userIdentity.accessKeyId, responseElements"),
        Column("principal", "text", "Who it acts as: principal id, role, user or instance.",
               "userIdentity.principalId"),
        Column("owner", "text", "The user or role that it belongs to, by name; missing where no record tells.",
               "userIdentity, requestParameters"),
        Column("account_id", "text", "The account of that user or role.", "userIdentity.accountId, roleArn"),
        Column("hop", "integer", "0 for the leaked session's own, 1 for one begun from it, and so on.", "(lineage)"),
        Column("holder", "text", "Who was seen with it, or had it issued.", "(attribution)"),
        Column("issued_at", "time", "When it was issued, or first seen where no event says.",
               "eventTime, or creationDate"),
        Column("alive_until", "time", "When it ends; missing where it has no end or none is known.",
               "responseElements.credentials.expiration, or a rule"),
        Column("ends", "text", "at_time, not_by_itself or unknown: what a missing end means.", "(rule)"),
        Column("certainty", "text", "Whether the end is known, assumed or unknown.", "(rule)"),
        Column("state", "text", "may be alive, revoked, expired or unknown, at the instant asked for; revoked too "
               "where AWS says that it does not exist or is switched off.", "(rule, AWS)"),
        Column("revocation", "text", "What an event did against it; missing where none was seen.", "eventName"),
        Column("revoked_at", "time", "When that was.", "eventTime"),
        Column("revocation_event_id", "text", "That event.", "eventID"),
        Column("issue_event_id", "text", "The event that issued it; missing where none was found.", "eventID"),
        Column("last_seen_at", "time", "Last call with it.", "eventTime"),
        Column("thief_events", "integer", "Calls of the thief with it.", "(attribution)", "calls"),
        Column("workload_events", "integer", "Calls of the instance's own software with it.", "(attribution)", "calls"),
        Column("unknown_events", "integer", "Calls with it that could be either's.", "(attribution)", "calls"),
        Column("why", "text", "What end and state rest on, in words.", "(rule, AWS)"),
        Column("checked_at", "time", "When AWS was asked whether it, or the role or user behind it, still exists; "
               "missing where it was not.", "(AWS)"),
        Column("check", "text", "What was asked and answered, or why nothing was; missing where it was not tried.",
               "(AWS)"),
    ),
)  # fmt: skip
