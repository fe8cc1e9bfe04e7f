"""A CloudTrail record as Security Lake writes it: an event of OCSF 1.0.0-rc.2 (version 1) or 1.1.0 (version 2).

Source: the OCSF project's mappings of CloudTrail (API Activity, Authentication, Account Change); Security Lake User
Guide, "Example Security Lake queries for CloudTrail data" of both versions.
"""

from __future__ import annotations

import json
from datetime import datetime
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Version = Literal[1, 2]

_ACCOUNT_CHANGES = frozenset({"CreateUser", "CreateLoginProfile", "DeleteUser", "AttachUserPolicy", "CreateRole"})
_SIGN_INS = frozenset({"ConsoleLogin", "AssumeRole", "AssumeRoleWithSAML", "AssumeRoleWithWebIdentity",
                       "GetFederationToken", "GetSessionToken"})  # fmt: skip
_MAPPED = (
    "eventID", "eventTime", "eventName", "eventSource", "awsRegion", "eventVersion", "requestID", "apiVersion",
    "errorCode", "errorMessage", "userAgent", "sourceIPAddress", "vpcEndpointId", "resources", "eventCategory",
    "userIdentity.type", "userIdentity.principalId", "userIdentity.arn", "userIdentity.accountId",
    "userIdentity.accessKeyId", "userIdentity.userName", "userIdentity.invokedBy", "userIdentity.identityProvider",
    "userIdentity.sessionContext.sessionIssuer.arn", "userIdentity.sessionContext.attributes.creationDate",
    "userIdentity.sessionContext.attributes.mfaAuthenticated", "additionalEventData.LoginTo",
)  # fmt: skip
"""Fields that the mappings name for both versions; the others stand in ``unmapped``."""

_MAPPED_IN_SECOND = ("eventType", "requestParameters", "responseElements")


def class_of(record: Mapping[str, Any]) -> tuple[int, str]:
    """Give the class of OCSF that a call is of, by its name."""
    if record["eventName"] in _SIGN_INS:
        return 3002, "Authentication"
    return (3001, "Account Change") if record["eventName"] in _ACCOUNT_CHANGES else (6003, "API Activity")


def ocsf_event(record: Mapping[str, Any], version: Version) -> dict[str, Any]:
    """Give the event that a record becomes."""
    kind, name = class_of(record)
    at = datetime.fromisoformat(record["eventTime"])
    api = {
        "operation": record["eventName"],
        "version": record.get("apiVersion"),
        "service": {"name": record["eventSource"]},
        "request": {"uid": record.get("requestID")},
        "response": {"error": record.get("errorCode"), "message": record.get("errorMessage")},
    }
    feature = record.get("eventCategory") if version == 2 else "Management, Data, and Insights"
    event: dict[str, Any] = {
        "metadata": {"uid": record["eventID"], "version": "1.1.0" if version == 2 else "1.0.0-rc.2",
                     "product": {"name": "CloudTrail", "vendor_name": "AWS", "version": record["eventVersion"],
                                 "feature": {"name": feature}}},
        "time": int(at.timestamp() * 1000),
        "class_uid": kind, "class_name": name,
        "status": "Failure" if record.get("errorCode") else "Success",
        "cloud": {"provider": "AWS", "region": record["awsRegion"]},
        "api": api,
        "actor": _actor(record, version),
        "http_request": {"user_agent": record.get("userAgent")},
        "src_endpoint": _source(record),
        "dst_endpoint": {"svc_name": (record.get("additionalEventData") or {}).get("LoginTo")},
        "resources": [_resource(one, version) for one in record.get("resources") or ()] or None,
        "unmapped": list(_unmapped(record, version)),
        "accountid": record["recipientAccountId"], "region": record["awsRegion"],
    }  # fmt: skip
    if version == 2:
        event["time_dt"] = at.replace(tzinfo=None)
        event["metadata"]["event_code"] = record.get("eventType")
        api["request"]["data"] = _text(record.get("requestParameters"))
        api["response"]["data"] = _text(record.get("responseElements"))
    else:
        event["eventday"] = f"{at:%Y%m%d}"
    return event


def _actor(record: Mapping[str, Any], version: Version) -> dict[str, Any]:
    identity = record.get("userIdentity") or {}
    context = identity.get("sessionContext") or {}
    attributes, issuer = context.get("attributes") or {}, context.get("sessionIssuer") or {}
    user = {"type": identity.get("type"), "name": identity.get("userName"),
            "credential_uid": identity.get("accessKeyId")}  # fmt: skip
    made_at = attributes.get("creationDate")
    at = datetime.fromisoformat(made_at) if made_at else None
    mfa = {"true": True, "false": False}.get(attributes.get("mfaAuthenticated", ""))
    if version == 2:
        user |= {"uid": identity.get("arn"), "uid_alt": identity.get("principalId"),
                 "account": {"uid": identity.get("accountId")}}  # fmt: skip
        session = {"created_time_dt": at and at.replace(tzinfo=None), "is_mfa": mfa, "issuer": issuer.get("arn")}
    else:
        user |= {"uid": identity.get("principalId"), "uuid": identity.get("arn"),
                 "account_uid": identity.get("accountId")}  # fmt: skip
        session = {"created_time": at and int(at.timestamp() * 1000), "mfa": mfa, "issuer": issuer.get("arn")}
    return {"user": user, "session": session, "invoked_by": identity.get("invokedBy"),
            "idp": {"name": identity.get("identityProvider")}}  # fmt: skip


def _source(record: Mapping[str, Any]) -> dict[str, Any]:
    """Give an address as an address, and a service's name as a domain."""
    address = record.get("sourceIPAddress")
    try:
        ip_address(str(address))
    except ValueError:
        return {"ip": None, "domain": address, "uid": record.get("vpcEndpointId")}
    return {"ip": address, "domain": None, "uid": record.get("vpcEndpointId")}


def _resource(resource: Mapping[str, Any], version: Version) -> dict[str, Any]:
    named = {"uid": resource.get("ARN"), "type": resource.get("type")}
    account = resource.get("accountId")
    return named | ({"account": {"uid": account}} if version == 2 else {"account_uid": account})


def _unmapped(record: Mapping[str, Any], version: Version) -> Iterator[tuple[str, str]]:
    """Give what the mapping does not name, each by its path; version 1 has requests and answers as whole texts."""
    mapped = {*_MAPPED, *(_MAPPED_IN_SECOND if version == 2 else ())}
    for path, value in _leaves(record, ""):
        if path not in mapped and not path.startswith(("requestParameters.", "responseElements.")):
            yield path, value
    for name in () if version == 2 else ("requestParameters", "responseElements"):
        if record.get(name) is not None:
            yield name, str(_text(record[name]))


def _leaves(value: Mapping[str, Any], path: str) -> Iterator[tuple[str, str]]:
    for name, inner in value.items():
        here = f"{path}{name}"
        if isinstance(inner, dict):
            yield from _leaves(inner, f"{here}.")
        elif inner is not None:
            yield here, inner if isinstance(inner, str) else json.dumps(inner)


def _text(value: Any) -> str | None:
    return None if value is None else json.dumps(value, separators=(",", ":"))
