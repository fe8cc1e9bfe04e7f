"""Every table's columns: declared once, each with its type, unit, meaning and the field it comes from.

The frames, the documentation and the exports all follow these declarations.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

Kind = Literal["text", "time", "integer", "number", "boolean"]

DTYPES: Mapping[Kind, str] = {
    "text": "str", "time": "datetime64[us, UTC]", "integer": "Int64", "number": "float64", "boolean": "boolean",
}  # fmt: skip
"""The pandas dtype of each kind of column. Missing is NaN, NaT or NA; never an empty string or a zero."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table.

    Attributes:
        name: snake_cased name in the field's own words.
        kind: what it holds; ``DTYPES`` gives the dtype.
        meaning: one sentence for the reader of the documentation.
        source: the field it comes from, in the source's own spelling.
        unit: unit of a quantity; empty for text and for times, which are UTC.
    """

    name: str
    kind: Kind
    meaning: str
    source: str
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A table's name, meaning and columns, in order."""

    name: str
    meaning: str
    columns: tuple[Column, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The column names, in order."""
        return tuple(column.name for column in self.columns)


EVENTS = Table(
    "events",
    "CloudTrail events, one row an event, from whatever source.",
    (
        Column("event_id", "text", "CloudTrail's id of the event.", "eventID"),
        Column("event_at", "time", "When the call was made.", "eventTime (or @timestamp, EventTime)"),
        Column("event_name", "text", "The API operation.", "eventName"),
        Column("event_source", "text", "The service that was called.", "eventSource"),
        Column("region", "text", "The region the call was made to.", "awsRegion"),
        Column("account_id", "text", "The account whose trail recorded it.", "recipientAccountId"),
        Column("event_category", "text", "Management, Data, Insight or NetworkActivity.", "eventCategory"),
        Column("event_type", "text", "What made the event, mostly AwsApiCall.", "eventType"),
        Column("read_only", "boolean", "Whether CloudTrail calls it a read.", "readOnly"),
        Column("error_code", "text", "Why the call failed; missing where it succeeded.", "errorCode"),
        Column("error_message", "text", "AWS's words for the failure.", "errorMessage"),
        Column("source_address", "text", "Where the call came from, as logged.", "sourceIPAddress"),
        Column("address_kind", "text", "public, private, aws_service, aws_internal, redacted, unparseable or none.",
               "sourceIPAddress"),
        Column("user_agent", "text", "The client's own words about itself.", "userAgent"),
        Column("identity_type", "text", "Kind of caller.", "userIdentity.type"),
        Column("principal_id", "text", "The caller's unique id, and its session name after a colon.",
               "userIdentity.principalId"),
        Column("identity_arn", "text", "The caller's ARN.", "userIdentity.arn"),
        Column("identity_account_id", "text", "The caller's account.", "userIdentity.accountId"),
        Column("access_key_id", "text", "The key that signed the call.", "userIdentity.accessKeyId"),
        Column("user_name", "text", "Name of an IAM user, or of the session in a look-up row.",
               "userIdentity.userName"),
        Column("invoked_by", "text", "The AWS service that made the call for the caller.",
               "userIdentity.invokedBy"),
        Column("role_name", "text", "Role of an assumed-role session.",
               "userIdentity.sessionContext.sessionIssuer.userName, or userIdentity.arn"),
        Column("role_id", "text", "Unique id of that role.",
               "userIdentity.sessionContext.sessionIssuer.principalId, or userIdentity.principalId"),
        Column("role_arn", "text", "ARN of that role.", "userIdentity.sessionContext.sessionIssuer.arn"),
        Column("session_name", "text", "Name of the session; for an instance its instance id.",
               "userIdentity.principalId or userIdentity.arn"),
        Column("credential_issued_at", "time", "When the session's credential was issued.",
               "userIdentity.sessionContext.attributes.creationDate"),
        Column("ec2_role_delivery", "text", "Metadata service version that delivered the credential, 1.0 or 2.0.",
               "userIdentity.sessionContext.ec2RoleDelivery"),
        Column("source_identity", "text", "Source identity set on the session.",
               "userIdentity.sessionContext.sourceIdentity"),
        Column("issued_to_arn", "text", "ARN of the instance that the credential was made for.",
               "userIdentity.inScopeOf.credentialsIssuedTo"),
        Column("vpc_endpoint_id", "text", "VPC endpoint that the call came through.", "vpcEndpointId"),
        Column("vpc_endpoint_account_id", "text", "Account that owns that endpoint.", "vpcEndpointAccountId"),
        Column("tls_version", "text", "TLS version of the client's connection.", "tlsDetails.tlsVersion"),
        Column("tls_cipher_suite", "text", "TLS cipher suite of it.", "tlsDetails.cipherSuite"),
        Column("shared_event_id", "text", "Joins the halves of one call in two accounts.", "sharedEventID"),
        Column("new_access_key_id", "text", "A key that this call issued.",
               "responseElements.credentials.accessKeyId (or responseElements.accessKey.accessKeyId)"),
        Column("new_key_expires_at", "time", "When that key expires.", "responseElements.credentials.expiration"),
        Column("new_principal_id", "text", "Principal id of the session that this call began.",
               "responseElements.assumedRoleUser.assumedRoleId"),
        Column("requested_role_arn", "text", "Role that the call asked for.", "requestParameters.roleArn"),
        Column("requested_session_name", "text", "Session name that the call asked for.",
               "requestParameters.roleSessionName"),
        Column("request_parameters", "text", "The parameters as JSON text, secrets masked.", "requestParameters"),
        Column("resources", "text", "ARNs that the event names, one a line.", "resources[].ARN"),
        Column("bytes_out", "integer", "Bytes sent to the caller.", "additionalEventData.bytesTransferredOut", "B"),
        Column("authentication_method", "text", "How the call was signed; QueryString is a presigned URL.",
               "additionalEventData.AuthenticationMethod"),
        Column("event_version", "text", "Version of the record's format.", "eventVersion"),
        Column("form", "text", "The form the record was read from.", "(the loader)"),
        Column("source_file", "text", "File that the record was read from.", "(the loader)"),
        Column("source_line", "integer", "Line of it where the record begins, from 1.", "(the loader)"),
        Column("record_number", "integer", "Number of the raw record in the trail's list, from 0.", "(the loader)"),
    ),
)  # fmt: skip

SESSION_EVENTS = Table(
    "session_events",
    "The events of the leaked session and of what was chained from it, with who made each call.",
    (
        *EVENTS.columns,
        Column("party", "text", "thief, workload or unknown.", "(attribution)"),
        Column("rule", "text", "Name of the rule that decided.", "(attribution)"),
        Column("evidence", "text", "What the rule rests on, in words.", "(attribution)"),
        Column("hop", "integer", "0 in the leaked session, 1 in one begun from it, and so on.", "(lineage)"),
    ),
)

KEYS = Table(
    "keys",
    "Access keys of the leaked session and of what was chained from it.",
    (
        Column("access_key_id", "text", "The key.", "userIdentity.accessKeyId"),
        Column("hop", "integer", "0 for the leaked session's own keys.", "(lineage)"),
        Column("issued_at", "time", "When it was issued.", "AssumeRole event, or creationDate"),
        Column("expires_at", "time", "When it expires; missing where no event says.", "AssumeRole event"),
        Column("ec2_role_delivery", "text", "Metadata service version that delivered it.", "ec2RoleDelivery"),
        Column("first_seen_at", "time", "First call with it.", "eventTime"),
        Column("last_seen_at", "time", "Last call with it.", "eventTime"),
        Column("events", "integer", "Calls with it.", "(count)", "calls"),
        Column("thief_events", "integer", "Calls of the thief.", "(attribution)", "calls"),
        Column("workload_events", "integer", "Calls of the instance's own software.", "(attribution)", "calls"),
        Column("unknown_events", "integer", "Calls that could be either's.", "(attribution)", "calls"),
    ),
)

HOPS = Table(
    "hops",
    "Credentials that were issued to the session, and through it: each row is one event.",
    (
        Column("event_id", "text", "The event that issued the credential.", "eventID"),
        Column("event_at", "time", "When.", "eventTime"),
        Column("event_name", "text", "The call.", "eventName"),
        Column("hop", "integer", "0 issues a key of the leaked session itself.", "(lineage)"),
        Column("party", "text", "Who made the call.", "(attribution)"),
        Column("from_key", "text", "Key that signed the call; missing where AWS made it.", "accessKeyId"),
        Column("to_key", "text", "Key that it issued.", "responseElements.credentials.accessKeyId"),
        Column("to_principal", "text", "Principal of the new session.", "responseElements.assumedRoleUser"),
        Column("expires_at", "time", "When the new key expires.", "responseElements.credentials.expiration"),
        Column("account_id", "text", "Account whose trail recorded it.", "recipientAccountId"),
        Column("error_code", "text", "Why it failed; missing where it succeeded.", "errorCode"),
    ),
)

ADDRESSES = Table(
    "addresses",
    "Every place that the session's credentials were used from.",
    (
        Column("source_address", "text", "The address, as logged.", "sourceIPAddress"),
        Column("address_kind", "text", "Kind of it.", "sourceIPAddress"),
        Column("in_finding", "boolean", "Whether the finding names it as the remote address.", "(finding)"),
        Column("events", "integer", "Calls from it.", "(count)", "calls"),
        Column("thief_events", "integer", "Calls of the thief.", "(attribution)", "calls"),
        Column("workload_events", "integer", "Calls of the instance's own software.", "(attribution)", "calls"),
        Column("unknown_events", "integer", "Calls that could be either's.", "(attribution)", "calls"),
        Column("first_seen_at", "time", "First call from it.", "eventTime"),
        Column("last_seen_at", "time", "Last call from it.", "eventTime"),
        Column("access_key_ids", "text", "Keys used from it, one a line.", "accessKeyId"),
        Column("user_agents", "text", "Clients seen there, one a line, at most ten.", "userAgent"),
    ),
)

OWN_ADDRESSES = Table(
    "own_addresses",
    "Addresses of the instance and its ways out, as AWS says now.",
    (
        Column("address", "text", "The address.", "(environment)"),
        Column("kind", "text", "public or private.", "(environment)"),
        Column("shared", "boolean", "Whether other hosts leave by it too.", "(environment)"),
        Column("reason", "text", "Why it is the instance's.", "(environment)"),
        Column(
            "proven_from",
            "time",
            "From when on it is surely the instance's alone; missing where AWS does not tell.",
            "LaunchTime, AttachTime",
        ),
    ),
)

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
