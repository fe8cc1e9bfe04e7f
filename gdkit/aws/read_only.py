"""What the reader may ask: a name that only reads, and nothing that hands out a secret.

It is a second lock. The first is the analyst's IAM policy; this one holds where that policy is too wide.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from gdkit.errors import AwsCall, AwsError

if TYPE_CHECKING:
    from collections.abc import Mapping

READING = ("BatchGet", "Describe", "Get", "Head", "List", "Lookup", "Search", "Simulate")
"""First words of operations that only read."""

_SECRET = re.compile(
    r"(?:Batch)?Get\w*(?:Credential|Password|SecretValue|Token|A[Pp][Ii]Key|AccessDetails|DataAccess|InstanceAccess"
    r"|ComputeAccess|EmbedUrl|KeyPairs?$|RawMessageContent)"
)
"""Names of operations whose answer is, or holds, a credential."""

_HARMLESS = frozenset({("iam", "GetAccountPasswordPolicy"), ("iam", "GetCredentialReport")})
"""Operations named like secrets that hold none.

Source: IAM API Reference: the policy for passwords; the dates of credentials, not their values.
"""

_NOT_READING = frozenset(
    {
        ("appsync", "ListApiKeys"),  # the keys themselves
        ("cognito-identity", "GetId"),  # makes an identity
        ("storagegateway", "DescribeChapCredentials"),  # the secrets themselves
    }
)
"""Operations whose name reads, and which write or hand out a secret. Source: the API reference of each."""

_QUERIES = {("athena", "StartQueryExecution"): "QueryString", ("cloudtrail", "StartQuery"): "QueryStatement"}
"""Operations that run a query, and the parameter with its text: one SELECT only reads. Where its results go is for the
work group to say. Source: Athena API Reference; CloudTrail API Reference."""

_ENDINGS = frozenset({("athena", "StopQueryExecution"), ("cloudtrail", "CancelQuery")})
"""Operations that end a query, and change nothing else."""

_ELSEWHERE = ("ResultConfiguration", "DeliveryS3Uri", "QueryAlias")
"""Parameters by which results would go to a place of the caller's choice, or another statement would be run."""


def refusal(service: str, operation: str, parameters: Mapping[str, Any], *, presigned: bool = False) -> str:
    """Say why the reader does not make a call; an empty text where he may.

    Args:
        service: botocore's name of the service.
        operation: the API's name of the operation.
        parameters: as boto3's caller gives them.
        presigned: a URL is signed for somebody to use later, and no call is made.

    >>> refusal("ec2", "DescribeInstances", {}), refusal("iam", "PutRolePolicy", {})
    ('', 'its name is not one of reading')
    """
    if presigned:
        return "a presigned URL is a credential for whoever holds it"
    if (service, operation) in _QUERIES:
        return _refused_query(str(parameters.get(_QUERIES[service, operation]) or ""), parameters)
    if (service, operation) not in _ENDINGS and not operation.startswith(READING):
        return "its name is not one of reading"
    if (service, operation) in _NOT_READING:
        return "in spite of its name it writes, or hands out secrets"
    if (service, operation) not in _HARMLESS and _SECRET.match(operation):
        return "its answer is a secret"
    in_clear = parameters.get("WithDecryption") or parameters.get("includeValue") or parameters.get("includeValues")
    return "it was told to give secret values in clear text" if in_clear else ""


def _refused_query(text: str, parameters: Mapping[str, Any]) -> str:
    from gdkit.aws.select_only import is_one_select  # noqa: PLC0415 - the parser of SQL is loaded only for queries

    if any(name in parameters for name in _ELSEWHERE):
        return "its results would go elsewhere than its work group says, or it names no statement"
    return "" if is_one_select(text) else "its statement is not one SELECT"


def hold_back(client: Any) -> None:
    """Make a client refuse everything but reading, before anything is built, signed or sent."""
    service = client.meta.service_model.service_name

    def guard(params: Mapping[str, Any], model: Any, context: Mapping[str, Any], **_: Any) -> None:
        presigned = bool(context.get("is_presign_request"))
        reason = refusal(service, model.name, params, presigned=presigned)
        if reason:
            raise AwsError(
                f"the read-only access does not make this call: {reason}",
                call=AwsCall(service, model.name, region=client.meta.region_name),
                kind="refused_here",
                action="what changes something goes through a response step, with the responder's credentials",
            )

    client.meta.events.register_first("provide-client-params", guard)
    client.meta.events.register_last("before-parameter-build", guard)  # whatever other hooks made of the parameters
