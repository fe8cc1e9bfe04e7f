"""What many addresses are, from what is on this machine alone."""

from __future__ import annotations

from gdkit.columns.declare import Column, Table

ADDRESS_ORIGINS = Table(
    "address_origins",
    "What each of many addresses is by published lists, AWS's own, MaxMind files and the team's networks, offline.",
    (
        Column("address", "text", "The address, or what the log has in its place, in one spelling.",
               "sourceIPAddress"),
        Column("kind", "text", "public, private, aws_service, aws_internal, redacted, unparseable or none.",
               "sourceIPAddress"),
        Column("listed_as", "text", "hosting, cdn, vpn, tor, private relay, bot or reserved; missing where no list "
               "holds it, which says nothing.", "iporigin; IANA special-purpose registries"),
        Column("provider", "text", "Who publishes the range that holds it.", "iporigin"),
        Column("aws_services", "text", "AWS's service subsets that hold it; AMAZON is all.", "ip-ranges.json service"),
        Column("aws_region", "text", "AWS's region of it, or GLOBAL.", "ip-ranges.json region"),
        Column("aws_border_group", "text", "Where AWS advertises it from.", "ip-ranges.json network_border_group"),
        Column("country", "text", "Two-letter code of the country where a file puts it.", "MaxMind DB country"),
        Column("asn", "text", "Number of the autonomous system, without AS.", "MaxMind DB autonomous_system_number"),
        Column("organisation", "text", "Who runs the autonomous system.", "MaxMind DB autonomous_system_organization"),
        Column("team_owner", "text", "Whose it is by the team's own file.", "networks.yaml"),
    ),
)  # fmt: skip
