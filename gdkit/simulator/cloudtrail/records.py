"""A call and its outcome, written down as CloudTrail writes it.

Source: AWS CloudTrail User Guide, "CloudTrail record contents" and "CloudTrail userIdentity element".
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from gdkit.model import utc_text
from gdkit.simulator.cloudtrail.names import lower_first, written_value
from gdkit.simulator.iam.actions import prefix_of, resources_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gdkit.simulator.call import ApiError, Call, Principal, Result

EVENT_VERSION = "1.11"
GLOBAL_SERVICES = frozenset({"cloudfront", "iam", "organizations", "route53"})
"""Services whose events stand in us-east-1. Source: CloudTrail User Guide, "Global service events"."""

DATA_EVENTS = frozenset(
    {("s3", name) for name in ("CopyObject", "DeleteObject", "DeleteObjects", "GetObject", "HeadObject",
                               "ListObjects", "ListObjectsV2", "ListObjectVersions", "PutObject")}
    | {("lambda", "Invoke"), ("sqs", "SendMessage"), ("sqs", "ReceiveMessage"), ("sqs", "DeleteMessage"),
       ("sns", "Publish"), ("dynamodb", "GetItem"), ("dynamodb", "PutItem"), ("dynamodb", "Query")}
)  # fmt: skip
"""Operations that are data events. Source: CloudTrail User Guide, "Logging data events"."""

_EVENT_NAMES = {("s3", "ListObjectsV2"): "ListObjects", ("lambda", "CreateFunction"): "CreateFunction20150331",
                ("lambda", "ListFunctions"): "ListFunctions20150331"}  # fmt: skip
_READ_PREFIXES = ("BatchGet", "Describe", "Get", "Head", "List", "Lookup", "Query", "Search", "Simulate")
_READS = frozenset({"AssumeRole", "Query", "Scan"})


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a call ended: with a result, or with an error.

    Attributes:
        result: what the caller got, in boto3's naming.
    """

    event_id: str
    request_id: str
    result: Result = field(default_factory=dict)
    error: ApiError | None = None


def is_read(operation: str) -> bool:
    """Tell whether CloudTrail calls an operation read-only."""
    return operation in _READS or operation.startswith(_READ_PREFIXES)


def is_data_event(call: Call) -> bool:
    """Tell whether a call is a data event, which the event history never holds."""
    return (call.service, call.operation) in DATA_EVENTS


def record_of(call: Call, outcome: Outcome) -> dict[str, Any]:
    """Write a call as a CloudTrail record of the account that made it."""
    data = is_data_event(call)
    region = "us-east-1" if call.service in GLOBAL_SERVICES else call.region
    record: dict[str, Any] = {
        "eventVersion": EVENT_VERSION,
        "userIdentity": identity_of(call.principal),
        "eventTime": utc_text(call.at.replace(microsecond=0)),
        "eventSource": f"{_prefix(call)}.amazonaws.com",
        "eventName": _EVENT_NAMES.get((call.service, call.operation), call.operation),
        "awsRegion": region,
        "sourceIPAddress": call.source.address,
        "userAgent": call.source.user_agent,
        **_error(call, outcome),
        "requestParameters": _request(call),
        "responseElements": _response(call, outcome),
        "requestID": outcome.request_id,
        "eventID": outcome.event_id,
        "readOnly": is_read(call.operation),
        **_resources(call),
        "eventType": "AwsApiCall",
        "managementEvent": not data,
        "recipientAccountId": call.account_id,
        **_endpoint(call),
        "eventCategory": "Data" if data else "Management",
    }
    if call.principal.kind != "AWSService":
        record["tlsDetails"] = {
            "tlsVersion": "TLSv1.3",
            "cipherSuite": "TLS_AES_128_GCM_SHA256",
            "clientProvidedHostHeader": _host(call, region),
        }
    return record


def identity_of(principal: Principal) -> dict[str, Any]:
    """Write who signed a call as ``userIdentity``."""
    if principal.kind == "AWSService":
        return {"type": "AWSService", "invokedBy": principal.name}
    identity: dict[str, Any] = {
        "type": principal.kind,
        "principalId": principal.principal_id,
        "arn": principal.arn,
        "accountId": principal.account_id,
        "accessKeyId": principal.access_key_id,
    }
    if principal.kind == "IAMUser":
        identity["userName"] = principal.name
    if principal.kind == "AssumedRole":
        identity |= _session_identity(principal)
    return identity


def shared_record(record: Mapping[str, Any], *, account_id: str, event_id: str, caller: Principal) -> dict[str, Any]:
    """Write the record that the other account gets of a call across accounts; both carry one ``sharedEventID``."""
    identity = {"type": "AWSAccount", "principalId": caller.principal_id, "accountId": caller.account_id}
    other = {**record, "userIdentity": identity, "recipientAccountId": account_id, "eventID": event_id}
    other.pop("tlsDetails", None)
    return other


def _session_identity(principal: Principal) -> dict[str, Any]:
    context: dict[str, Any] = {
        "sessionIssuer": {
            "type": "Role",
            "principalId": principal.principal_id.partition(":")[0],
            "arn": principal.issuer_arn,
            "accountId": principal.account_id,
            "userName": principal.name,
        },
        "attributes": {"creationDate": utc_text(principal.issued_at), "mfaAuthenticated": "false"},
    }
    delivery = principal.context.get("ec2:RoleDelivery")
    if delivery:
        context["ec2RoleDelivery"] = delivery
    instance = principal.context.get("ec2:SourceInstanceARN")
    scope = {"issuerType": "AWS::EC2::Instance", "credentialsIssuedTo": instance}
    return {"sessionContext": context, **({"inScopeOf": scope} if instance else {})}


def _error(call: Call, outcome: Outcome) -> dict[str, str]:
    if outcome.error is None:
        return {}
    code = f"Client.{outcome.error.code}" if call.service == "ec2" else outcome.error.code
    return {"errorCode": code.removesuffix("Exception") if code == "AccessDeniedException" else code,
            "errorMessage": outcome.error.message}  # fmt: skip


def _request(call: Call) -> dict[str, Any] | None:
    if not call.parameters:
        return None
    if call.service == "s3":
        named = {"bucketName" if name == "Bucket" else lower_first(name): written_value(value, lower_first(name))
                 for name, value in call.parameters.items()}  # fmt: skip
        return {**named, "Host": _host(call, call.region)}
    if call.service == "ec2" and "InstanceIds" in call.parameters:
        items = [{"instanceId": one} for one in call.parameters["InstanceIds"]]
        rest = {name: value for name, value in call.parameters.items() if name != "InstanceIds"}
        return {"instancesSet": {"items": items}, **_written(rest)}
    return _written(call.parameters)


def _written(values: Mapping[str, Any]) -> dict[str, Any]:
    return {lower_first(name): written_value(value, lower_first(name)) for name, value in values.items()}


_INSTANCES = dict.fromkeys(
    ("Instances", "StartingInstances", "StoppingInstances", "TerminatingInstances"), "instancesSet"
)
"""Lists of EC2's answers that CloudTrail writes as XML has them. Source: EC2 API Reference, RunInstances, example."""


def _response(call: Call, outcome: Outcome) -> Any:
    """Write the answer of a call that changed something, or that gave a credential; CloudTrail keeps no other."""
    if outcome.error is not None or not outcome.result:
        return None
    if is_read(call.operation) and not call.operation.startswith("Assume"):
        return None
    if call.service == "ec2":
        return _written({_INSTANCES.get(name, name): {"items": value} if name in _INSTANCES else value
                         for name, value in outcome.result.items()})  # fmt: skip
    return _written(outcome.result)


def _resources(call: Call) -> dict[str, Any]:
    found = []
    for arn in resources_of(call):
        kind = _resource_type(call, arn)
        if kind:
            found.append({"accountId": arn.split(":")[4] or call.account_id, "type": kind, "ARN": arn})
    if call.service == "s3" and found and found[0]["type"] == "AWS::S3::Object":
        bucket = f"arn:aws:s3:::{call.parameters['Bucket']}"
        found = [{"type": "AWS::S3::Object", "ARN": found[0]["ARN"]},
                 {"accountId": call.account_id, "type": "AWS::S3::Bucket", "ARN": bucket}]  # fmt: skip
    return {"resources": found} if found else {}


def _resource_type(call: Call, arn: str) -> str | None:
    if call.service == "s3" and arn != "*":
        return "AWS::S3::Object" if "Key" in call.parameters else "AWS::S3::Bucket"
    if call.operation == "AssumeRole":
        return "AWS::IAM::Role"
    return "AWS::KMS::Key" if call.service == "kms" and arn != "*" else None


def _endpoint(call: Call) -> dict[str, str]:
    if call.source.vpc_endpoint_id is None:
        return {}
    account_id = call.source.vpc_endpoint_account_id or call.account_id
    return {"vpcEndpointId": call.source.vpc_endpoint_id, "vpcEndpointAccountId": account_id}


def _prefix(call: Call) -> str:
    return "monitoring" if call.service == "cloudwatch" else prefix_of(call.service)


def _host(call: Call, region: str) -> str:
    prefix = _prefix(call)
    if call.service in GLOBAL_SERVICES:
        return f"{prefix}.amazonaws.com"
    bucket = call.parameters.get("Bucket") if call.service == "s3" else None
    return f"{bucket}.s3.{region}.amazonaws.com" if bucket else f"{prefix}.{region}.amazonaws.com"
