"""How CloudTrail names a call and how IAM names the action of it: the regular differences, as rules.

Source: Service Authorization Reference (service prefixes and actions); botocore's service models (endpoint prefixes,
which CloudTrail's eventSource follows); S3 User Guide, "Required permissions for Amazon S3 API operations"; Lambda
Developer Guide, "Logging Lambda API calls using CloudTrail" (names with a date); Bedrock User Guide, on Converse.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

PREFIXES = {
    "agreement-marketplace": "aws-marketplace", "amazonmq": "mq", "appconfigdata": "appconfig",
    "application-insights": "applicationinsights", "appstream2": "appstream", "bedrock-agent": "bedrock",
    "bedrock-agent-runtime": "bedrock", "bedrock-agentcore-control": "bedrock-agentcore", "bedrock-runtime": "bedrock",
    "cloudcontrolapi": "cloudformation", "cloudhsmv2": "cloudhsm", "contact-lens": "connect",
    "discovery-marketplace": "aws-marketplace", "email": "ses", "forecastquery": "forecast",
    "identity-chime": "chime", "iot-jobs-data": "iotjobsdata", "iotdata": "iot", "ivsrealtime": "ivs",
    "macie": "macie2", "mail-manager": "ses", "marketplace": "aws-marketplace", "meetings-chime": "chime",
    "memory-db": "memorydb", "messaging-chime": "chime", "metering-marketplace": "aws-marketplace",
    "models-v2-lex": "lex", "monitoring": "cloudwatch", "mturk-requester": "mechanicalturk", "oidc": "sso-oauth",
    "personalize-events": "personalize", "personalize-runtime": "personalize", "pinpoint": "mobiletargeting",
    "rdsdata": "rds-data", "runtime-v2-lex": "lex", "s3-control": "s3",
    "servicecatalog-appregistry": "servicecatalog", "streams.dynamodb": "dynamodb", "tagging": "tag",
    "voice-chime": "chime",
}  # fmt: skip
"""IAM's prefix where it is not the part of eventSource before ``.amazonaws.com``."""

_DATED = re.compile(r"(?<=\D)(?:20\d{6}(?:v\d+)?|20\d\d_\d\d_\d\d)$")
_S3_CALLS = {
    "ListBuckets": "ListAllMyBuckets", "HeadBucket": "ListBucket", "ListObjects": "ListBucket",
    "ListObjectsV2": "ListBucket", "ListObjectVersions": "ListBucketVersions", "HeadObject": "GetObject",
    "SelectObjectContent": "GetObject", "CopyObject": "PutObject", "CreateMultipartUpload": "PutObject",
    "UploadPart": "PutObject", "UploadPartCopy": "PutObject", "CompleteMultipartUpload": "PutObject",
    "PostObject": "PutObject", "ListParts": "ListMultipartUploadParts", "DeleteObjects": "DeleteObject",
    "ListMultipartUploads": "ListBucketMultipartUploads",
}  # fmt: skip
_S3_SETTING = re.compile(r"(Get|Put|Delete)(?:Bucket)?(\w+?)(?:Configuration)?")
_HTTP_VERBS = {
    "Get": "GET", "Create": "POST", "Import": "POST", "Put": "PUT", "Reimport": "PUT", "Tag": "PUT",
    "Update": "PATCH", "Delete": "DELETE", "Untag": "DELETE", "Flush": "DELETE", "Generate": "POST",
}  # fmt: skip
_OTHER_CALLS = {
    ("bedrock", "Converse"): "InvokeModel",
    ("bedrock", "ConverseStream"): "InvokeModelWithResponseStream",
    ("kms", "ReEncrypt"): "ReEncryptFrom",
    ("lambda", "Invoke"): "InvokeFunction",
    ("lambda", "InvokeAsync"): "InvokeFunction",
}


@lru_cache(maxsize=65_536)
def operation(event_source: str | None, event_name: str | None) -> str:
    """Name a call in one way, for look-ups: IAM's service prefix and the API's name without a version.

    >>> operation("lambda.amazonaws.com", "AddPermission20150331v2")
    'lambda:AddPermission'
    >>> operation("monitoring.amazonaws.com", "DeleteAlarms")
    'cloudwatch:DeleteAlarms'
    >>> operation(None, None)
    ':'
    """
    return f"{next(prefixes(event_source))}:{_DATED.sub('', event_name or '')}"


def operations_of(events: pd.DataFrame) -> pd.Series[str]:
    """Give the operation of each event; each distinct pair of source and name is worked out once."""
    import pandas as pd  # noqa: PLC0415 - loaded on first use, so that importing gdkit stays light

    sources, names = (events[name].fillna("").tolist() for name in ("event_source", "event_name"))
    made = [operation(source, name) for source, name in zip(sources, names, strict=True)]
    return pd.Series(made, index=events.index, dtype="str")


def prefixes(event_source: str | None) -> Iterator[str]:
    """Give the service prefixes that an eventSource may mean, the likeliest first.

    Of ``models.lex.amazonaws.com`` that is the whole of ``models.lex``, then each part of it.
    """
    own = (event_source or "").lower().removesuffix(".amazonaws.com").removesuffix(".amazonaws.com.cn")
    yield PREFIXES.get(own, own)
    if own == "sso":
        yield "sso-oauth"  # IAM Identity Center logs its OIDC calls under its own name
    parts = own.split(".")
    if len(parts) > 1:
        for part in reversed(parts):
            yield PREFIXES.get(part, part)


def action_names(prefix: str, event_name: str) -> Iterator[str]:
    """Give the action names that a call may have in IAM, the likeliest first."""
    name = _DATED.sub("", event_name)
    yield name
    if prefix == "s3":
        yield from _s3_names(name)
    if prefix == "apigateway":
        yield from (verb for word, verb in _HTTP_VERBS.items() if name.startswith(word))
    if (prefix, name) in _OTHER_CALLS:
        yield _OTHER_CALLS[(prefix, name)]


def _s3_names(name: str) -> Iterator[str]:
    """S3's actions for settings say Configuration where the call says Bucket, and deleting one is Put to IAM."""
    if name in _S3_CALLS:
        yield _S3_CALLS[name]
    setting = _S3_SETTING.fullmatch(name)
    if not setting:
        return
    verb, what = setting.groups()
    for way in (verb, "Put") if verb == "Delete" else (verb,):
        yield from (
            f"{way}{what}Configuration", f"{way}Bucket{what}", f"{way}Bucket{what}Configuration", f"{way}{what}",
        )  # fmt: skip
