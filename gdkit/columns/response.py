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
