"""What the analyst may do that has another verb than reading has."""

PUTTING_A_SELECT = frozenset({
    "athena:StartQueryExecution", "athena:StopQueryExecution", "cloudtrail:StartQuery", "cloudtrail:CancelQuery",
})  # fmt: skip
"""Queries of tables and lakes. gdkit lets one SELECT through and nothing else (``gdkit.aws.select_only``)."""
