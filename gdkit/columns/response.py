"""What was done in response, and where the whole of it stands."""

from __future__ import annotations

from gdkit.columns.declare import Column, Table

RESPONSE = Table(
    "response",
    "Every step that was applied or undone in the case, by the journal, oldest first.",
    (
        Column("at", "time", "When it was begun.", "(journal)"),
        Column("actor", "text", "Who did it.", "(journal)"),
        Column("step", "text", "Name of the step.", "(plan)"),
        Column("phase", "text", "Part of the handling that the step belongs to.", "(step)"),
        Column("did", "text", "applied or undone.", "(plan)"),
        Column("told", "text", "Options that the step was told.", "(plan)"),
        Column("status", "text", "done, failed, open, not done or partly.", "(journal)"),
        Column("in_force", "boolean", "Whether it was applied, ended well and was not undone since.", "(journal)"),
        Column("read_back", "text", "What reading back showed, right after.", "(journal)"),
        Column("calls", "integer", "Changing calls that AWS answered.", "(journal)", "calls"),
        Column("request_ids", "text", "AWS's ids of these calls, one a line.", "x-amzn-RequestId"),
        Column("plan_hash", "text", "Hash of the plan that was reviewed.", "(plan)"),
        Column("error", "text", "Why it did not end well; missing where it did.", "(journal)"),
    ),
)  # fmt: skip

RESPONSE_ORDER = Table(
    "response_order",
    "The order of the response that fits the verdict, and where each part stands.",
    (
        Column("number", "integer", "Place in the order.", "(playbook)"),
        Column("part", "text", "Step of gdkit, or task of a person.", "(playbook)"),
        Column("state", "text", "done, next, open, optional, skipped, undone or in doubt.", "(journal)"),
        Column("what", "text", "What is done there, where it is no step alone.", "(playbook)"),
        Column("why", "text", "Why it stands there.", "(playbook)"),
        Column("detail", "text", "Since when and by whom, or why it is left out.", "(journal)"),
        Column("command", "text", "The command that previews it; missing for a person's task.", "(playbook)"),
    ),
)  # fmt: skip

CHOICES = Table(
    "choices",
    "The ways to contain the credential, side by side, for this case.",
    (
        Column("step", "text", "Name of the step.", "(step)"),
        Column("told", "text", "Options of this variant, NAME=VALUE.", "(step)"),
        Column("stops_stolen", "text", "Whether the stolen keys stop working: yes, no, in part.", "(step)"),
        Column("stops_reminting", "text", "Whether a thief on the host is kept from new keys that work.", "(step)"),
        Column("breaks", "text", "What stops working, and for whom, by name.", "(step, fleet)"),
        Column("undo", "text", "How it is taken back.", "(step)"),
        Column("takes_effect", "text", "After how long it works.", "(step)"),
        Column("standing", "text", "Where it stands in this case.", "(journal)"),
    ),
)  # fmt: skip

GROWN = Table(
    "grown",
    "What grew from the leaked session, and what is proposed about each, in the order of the work.",
    (
        Column("item", "integer", "Number by which a preview is asked for.", "(order)"),
        Column("stage", "text", "Part of the work.", "(rule)"),
        Column("kind", "text", "What it is.", "(event)"),
        Column("thing", "text", "Its name or id; missing where the log does not tell it.", "(event)"),
        Column("within", "text", "What it belongs to.", "(event)"),
        Column("account_id", "text", "The account that it is in.", "(event)"),
        Column("region", "text", "Its region; missing for what is in none.", "(event)"),
        Column("known", "text", "exists, may be alive, not checked or ended.", "(AWS, clock)"),
        Column("party", "text", "Who made or changed it: thief, unknown or workload.", "(attribution)"),
        Column("decision", "text", "What a person must decide first; missing where it is the thief's.", "(rule)"),
        Column("step", "text", "The step that contains it; missing where there is none.", "(rule)"),
        Column("told", "text", "Options of the step, one a line.", "(event)"),
        Column("to_tell", "text", "Options that a person must add.", "(rule)"),
        Column("manual", "text", "What a person does beside the step, or instead of it.", "(rule)"),
        Column("why", "text", "What is known of it.", "(event)"),
        Column("undo", "text", "What undoing the step brings back.", "(step)"),
        Column("standing", "text", "Where the step stands for this thing.", "(journal)"),
        Column("event_ids", "text", "The events that it rests on, one a line.", "eventID"),
    ),
)  # fmt: skip

RECHECK = Table(
    "recheck",
    "What each session did since the Deny, by CloudTrail.",
    (
        Column("principal_id", "text", "The session.", "userIdentity.principalId"),
        Column("expected", "text", "denied, goes on, or not reached by this Deny.", "(Deny)"),
        Column("holds", "boolean", "Whether it is so; missing where no row tells.", "(rule)"),
        Column("refused", "integer", "Calls refused for want of permission, once the change had settled.", "errorCode",
               "calls"),
        Column("passed", "integer", "Calls that got past IAM.", "errorCode", "calls"),
        Column("settling", "integer", "Calls in the first minutes, which prove nothing.", "eventTime", "calls"),
        Column("found", "text", "The same in a sentence.", "(count)"),
    ),
)  # fmt: skip

IMDS = Table(
    "imds",
    "Every instance of the account that still answers IMDSv1.",
    (
        Column("instance_id", "text", "The instance.", "InstanceId"),
        Column("name", "text", "Its Name tag, which whoever may tag it can write.", "Tags[Name]"),
        Column("account_id", "text", "Its account.", "(asked)"),
        Column("region", "text", "Its region.", "(asked)"),
        Column("state", "text", "Running, stopped or on the way there.", "State.Name"),
        Column("http_tokens", "text", "optional lets IMDSv1 in.", "MetadataOptions.HttpTokens"),
        Column("hop_limit", "integer", "How far the metadata answer may travel.",
               "MetadataOptions.HttpPutResponseHopLimit", "hops"),
        Column("profile_arn", "text", "Its instance profile; missing where it has none.", "IamInstanceProfile.Arn"),
        Column("same_role", "boolean", "Whether its profile is one of the leaked role's instances.", "(case)"),
    ),
)  # fmt: skip

RECOVERY = Table(
    "recovery",
    "The recovery checklist: what must be true before the Deny is lifted.",
    (
        Column("name", "text", "Short name; a person's word about the question is noted under it.", "(rule)"),
        Column("question", "text", "The question.", "(rule)"),
        Column("standing", "text", "done, not yet or unknown.", "(AWS, journal, clock)"),
        Column("seen", "text", "What was seen.", "(AWS, journal, clock)"),
        Column("next", "text", "What to do; missing where nothing is left.", "(rule)"),
        Column("source", "text", "What the answer rests on.", "(rule)"),
    ),
)  # fmt: skip

PREVENTION = Table(
    "prevention",
    "Policies against the next theft, written for this account and role, each tried on the calls of the log.",
    (
        Column("name", "text", "Short name.", "(rule)"),
        Column("title", "text", "What it does.", "(rule)"),
        Column("place", "text", "role, SCP or RCP: what sort of policy it is.", "(rule)"),
        Column("where", "text", "Where it goes.", "(case)"),
        Column("stops_thief", "boolean", "Whether every call of the thief would be refused; missing where that is not "
               "decided.", "(gdkit.policy)"),
        Column("locks_out", "text", "Calls of others that passed and would be refused, one sort a line; missing for "
               "none seen.", "(gdkit.policy)"),
        Column("undecided", "integer", "Calls of which the log does not hold what the policy asks.", "(gdkit.policy)",
               "calls"),
        Column("tried", "text", "What the trial showed.", "(gdkit.policy)"),
        Column("why", "text", "What it is good for.", "(rule)"),
        Column("breaks", "text", "What stops working.", "(rule)"),
        Column("limits", "text", "What it does not reach, one a line.", "(rule)"),
        Column("keys", "text", "Its condition keys, and when a request holds them.", "(rule)"),
        Column("policy", "text", "The policy, as JSON.", "(case)"),
        Column("characters", "integer", "Its length without white space.", "(policy)", "characters"),
        Column("most", "integer", "Length that fits there.", "(quota)", "characters"),
        Column("source", "text", "The AWS documents that it rests on.", "(rule)"),
    ),
)  # fmt: skip

RULES = Table(
    "rules",
    "What hides findings in the detector: rules and trusted lists, and signs that the thief changed them.",
    (
        Column("kind", "text", "suppression rule, filter, trusted list or change.", "(GuardDuty, CloudTrail)"),
        Column("name", "text", "Its name.", "Name"),
        Column("action", "text", "ARCHIVE or NOOP; of a list its status.", "Action, Status"),
        Column("standing", "text", "suspicious, too broad, expired, no last day or sound.", "(rule)"),
        Column("account_id", "text", "Account of the detector.", "(asked)"),
        Column("region", "text", "Region of the detector.", "(asked)"),
        Column("owner", "text", "Who answers for it.", "Tags"),
        Column("reason", "text", "Why it is there.", "Tags"),
        Column("expires", "text", "Its last day, YYYY-MM-DD.", "Tags"),
        Column("created_at", "text", "When it was made.", "CreatedAt"),
        Column("updated_at", "text", "When it was changed last.", "UpdatedAt"),
        Column("says", "text", "What it does, and every reason for its standing.", "(rule)"),
    ),
)  # fmt: skip
