"""The instances that hold the same role."""

from __future__ import annotations

from gdkit.columns.declare import Column, Table

FLEET = Table(
    "fleet",
    "Every instance that has, or in the events had, the leaked session's role.",
    (
        Column("instance_id", "text", "The instance.", "DescribeInstances, or the session name in events"),
        Column("name", "text", "Its Name tag, which whoever may tag it can write; missing where AWS was not asked.",
               "Tags[Name]"),
        Column("leaked", "boolean", "Whether it is the one whose credentials leaked.", "(subject)"),
        Column("account_id", "text", "Its account.", "DescribeInstances, or the events"),
        Column("region", "text", "Its region; missing where only events of global services know it.",
               "DescribeInstances, or inScopeOf"),
        Column("state", "text", "running, stopped …; missing where AWS was not asked.", "State.Name"),
        Column("profile_arn", "text", "Its instance profile now.", "IamInstanceProfile.Arn"),
        Column("http_tokens", "text", "required is IMDSv2 alone, optional lets IMDSv1 in.",
               "MetadataOptions.HttpTokens"),
        Column("hop_limit", "integer", "How far the metadata answer may travel.",
               "MetadataOptions.HttpPutResponseHopLimit", "hops"),
        Column("http_endpoint", "text", "Whether the metadata service is on at all.", "MetadataOptions.HttpEndpoint"),
        Column("launched_at", "time", "When it was started.", "LaunchTime"),
        Column("events", "integer", "Its calls with the role, in what was searched.", "(count)", "calls"),
        Column("ec2_role_delivery", "text", "Metadata service versions that its calls show.", "ec2RoleDelivery"),
        Column("off_instance_events", "integer", "Its calls that look made elsewhere; missing where not judged.",
               "(hunt)", "calls"),
        Column("suspicion", "text", "Why they do, in words; missing where none was seen.", "(hunt)"),
    ),
)  # fmt: skip
