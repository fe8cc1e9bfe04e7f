"""The case's evidence files, and findings."""

from __future__ import annotations

from gdkit.columns.declare import Column, Table

EVIDENCE = Table(
    "evidence",
    "Files of the case's evidence, each with its hash.",
    (
        Column("file", "text", "Name of the file in the evidence folder.", "(case)"),
        Column("sha256", "text", "SHA-256 of its bytes, in hex.", "(case)"),
        Column("bytes", "integer", "Its size.", "(case)", "B"),
        Column("source", "text", "What it was made from.", "(case)"),
        Column("at", "text", "When it was written, UTC.", "(case)"),
    ),
)

FINDINGS = Table(
    "findings",
    "GuardDuty InstanceCredentialExfiltration findings, one row a finding.",
    (
        Column("id", "text", "GuardDuty's id of the finding.", "id"),
        Column("type", "text", "The finding's type.", "type"),
        Column("severity", "number", "GuardDuty's severity, 1 to 10.", "severity"),
        Column("sample", "boolean", "A generated sample, not a real one.", "service.additionalInfo.sample"),
        Column("archived", "boolean", "Archived in GuardDuty.", "service.archived"),
        Column("account_id", "text", "Account of the finding.", "accountId"),
        Column("region", "text", "Region of the finding.", "region"),
        Column("first_seen_at", "time", "First use that GuardDuty saw.", "service.eventFirstSeen"),
        Column("last_seen_at", "time", "Last use that GuardDuty saw.", "service.eventLastSeen"),
        Column("count", "integer", "Uses that GuardDuty counted.", "service.count", "calls"),
        Column("principal_id", "text", "roleId:session-name.", "resource.accessKeyDetails.principalId"),
        Column("role_name", "text", "The role.", "resource.accessKeyDetails.userName"),
        Column("access_key_id", "text", "The key seen last.", "resource.accessKeyDetails.accessKeyId"),
        Column("instance_id", "text", "The instance.", "resource.instanceDetails.instanceId"),
        Column("remote_address", "text", "The address seen last.",
               "service.action.awsApiCallAction.remoteIpDetails.ipAddressV4 (or V6)"),
        Column("remote_account_id", "text", "The remote account (InsideAWS).",
               "service.action.awsApiCallAction.remoteAccountDetails.accountId"),
        Column("remote_country", "text", "Country that GuardDuty gives for the address.",
               "…remoteIpDetails.country.countryName"),
        Column("remote_asn", "text", "Autonomous system number of the address.",
               "…remoteIpDetails.organization.asn"),
        Column("api", "text", "The call seen last.", "service.action.awsApiCallAction.api"),
        Column("shape", "text", "The form that the finding came in.", "(the loader)"),
        Column("warnings", "text", "What is odd about it, one a line.", "(the loader)"),
    ),
)  # fmt: skip
