"""OCSF findings of GuardDuty, as Security Hub and Security Lake write them, translated to GuardDuty's own JSON.

OCSF's severity is a class (1 to 5), not GuardDuty's number, and is kept only as a word.

Source: OCSF schema, class "Detection Finding" (2004), profiles cloud and datetime; Security Hub User Guide, "OCSF
findings in Security Hub".
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from gdkit.findings.family import guardduty_type
from gdkit.findings.fields import JsonObject, child, fill, items, json_in, mapping, put, text
from gdkit.identifiers import parse_arn

if TYPE_CHECKING:
    from collections.abc import Callable

_CALL = ("service", "action", "awsApiCallAction")
_KEY = ("resource", "accessKeyDetails")
_TIMES = (
    ("created_time", ("createdAt",)),
    ("modified_time", ("updatedAt",)),
    ("first_seen_time", ("service", "eventFirstSeen")),
    ("last_seen_time", ("service", "eventLastSeen")),
)
_SNAKE = re.compile(r"_([a-z0-9])")


def is_ocsf(lowered: JsonObject) -> bool:
    """Tell whether an object is an OCSF finding: any class of category 2 that tells of one."""
    return "class_uid" in lowered and any(isinstance(lowered.get(name), dict) for name in ("finding_info", "finding"))


def other_product(finding: JsonObject) -> str | None:
    """Name the product that the finding comes from where that is not GuardDuty; None where it is or none is named."""
    product = mapping(finding, "metadata", "product")
    uid, name = text(product.get("uid")) or "", text(product.get("name")) or ""
    if "guardduty" in uid.lower() or "guardduty" in name.replace(" ", "").lower():
        return None
    return name or uid or None


def translate(finding: JsonObject, camel: Callable[[object], object]) -> JsonObject:
    """Give the GuardDuty finding inside an OCSF finding.

    Args:
        finding: the OCSF object, keys as they are.
        camel: lowers the keys of a GuardDuty finding that the object may carry in ``unmapped`` or ``raw_data``.
    """
    body: JsonObject = {}
    _identity(finding, body)
    for entry in items(finding, "resources"):
        _resource(entry, body)
    for evidence in (*items(finding, "evidences"), finding):
        if isinstance(evidence, dict):
            _evidence(evidence, body)
    unmapped = finding.get("unmapped")
    for carried in (unmapped, child(unmapped, "raw_event"), json_in(finding.get("raw_data"))):
        tree = camel(_nested(carried))
        if isinstance(tree, dict):
            kept = ("resource", "service", "severity", "accountId", "region", "arn")
            fill(body, {name: tree[name] for name in kept if name in tree})
    return body


def _identity(finding: JsonObject, body: JsonObject) -> None:
    info = mapping(finding, "finding_info") or mapping(finding, "finding")
    uid = text(info.get("uid")) or ""
    arn = parse_arn(uid)
    put(body, ("id",), text(info.get("uid_alt")) or (uid.rpartition("/finding/")[2] if arn else uid))
    put(body, ("arn",), uid if arn else None)
    named = [*items(info, "types"), child(finding, "unmapped", "raw_event", "type")]
    put(body, ("type",), guardduty_type(named) or next((text(name) for name in named), None))
    put(body, ("accountId",), child(finding, "cloud", "account", "uid"))
    put(body, ("region",), child(finding, "cloud", "region"))
    put(body, ("partition",), arn.partition if arn else child(finding, "cloud", "cloud_partition"))
    put(body, ("title",), info.get("title"))
    put(body, ("description",), info.get("desc"))
    put(body, ("severityLabel",), finding.get("severity"))
    put(body, ("service", "count"), finding.get("count"))
    put(body, ("service", "archived"), True if finding.get("status") == "Archived" else None)
    for name, path in _TIMES:
        put(body, path, info.get(f"{name}_dt") or info.get(name))


def _evidence(evidence: JsonObject, body: JsonObject) -> None:
    """Read one of the ``evidences``, or the finding itself where a writer put the call at its top."""
    put(body, (*_CALL, "api"), child(evidence, "api", "operation"))
    put(body, (*_CALL, "serviceName"), child(evidence, "api", "service", "name"))
    put(body, (*_CALL, "errorCode"), child(evidence, "api", "response", "error"))
    put(body, (*_CALL, "userAgent"), child(evidence, "http_request", "user_agent"))
    _remote(mapping(evidence, "src_endpoint"), body)
    user = mapping(evidence, "actor", "user")
    put(body, (*_KEY, "principalId"), user.get("uid"))
    put(body, (*_KEY, "userName"), user.get("name"))
    put(body, (*_KEY, "userType"), user.get("type"))
    key = user.get("credential_uid") or child(evidence, "actor", "session", "credential_uid")
    put(body, (*_KEY, "accessKeyId"), key)
    data = _camel_of_snake(mapping(evidence, "data"))
    if isinstance(data, dict):
        put(body, (*_CALL, "remoteAccountDetails"), mapping(data, "remoteAccountDetails"))


def _remote(endpoint: JsonObject, body: JsonObject) -> None:
    at = (*_CALL, "remoteIpDetails")
    address = text(endpoint.get("ip")) or ""
    put(body, (*at, "ipAddressV6" if ":" in address else "ipAddressV4"), address)
    put(body, (*at, "city", "cityName"), child(endpoint, "location", "city"))
    country = text(child(endpoint, "location", "country")) or ""
    put(body, (*at, "country", "countryCode" if len(country) == 2 else "countryName"), country)
    put(body, (*at, "organization", "asn"), child(endpoint, "autonomous_system", "number"))
    put(body, (*at, "organization", "asnOrg"), child(endpoint, "autonomous_system", "name"))
    put(body, (*at, "organization", "isp"), child(endpoint, "location", "isp"))
    put(body, (*at, "organization", "org"), child(endpoint, "owner", "org", "name"))
    owner = child(endpoint, "owner", "account", "uid")
    put(body, (*_CALL, "remoteAccountDetails", "accountId"), owner)


def _resource(entry: object, body: JsonObject) -> None:
    kind = (text(child(entry, "type")) or "").replace("::", "").lower()
    data = _camel_of_snake(mapping(entry, "data"))
    details = data if isinstance(data, dict) else {}
    uid = text(child(entry, "uid")) or ""
    if kind == "awsiamaccesskey":
        put(body, ("resource", "resourceType"), "AccessKey")
        for name in ("accessKeyId", "principalId", "userType", "userName"):
            put(body, (*_KEY, name), details.get(name))
        put(body, (*_KEY, "accessKeyId"), uid.rpartition(":")[2])
        put(body, (*_KEY, "userName"), child(entry, "name"))
    elif kind == "awsec2instance":
        put(body, ("resource", "instanceDetails", "instanceId"), uid.rpartition("/")[2])
        fill(body, {"resource": {"instanceDetails": details}})
    elif kind == "awss3bucket":
        resource = body.setdefault("resource", {})
        if isinstance(resource, dict):
            resource["resourceType"] = "S3Bucket"
            buckets = resource.setdefault("s3BucketDetails", [])
            if isinstance(buckets, list):
                buckets.append({"name": text(child(entry, "name")) or uid.rpartition(":")[2]})


def _camel_of_snake(value: object) -> object:
    if isinstance(value, list):
        return [_camel_of_snake(member) for member in value]
    if isinstance(value, dict):
        return {_SNAKE.sub(lambda m: m[1].upper(), key): _camel_of_snake(member) for key, member in value.items()}
    return value


def _nested(value: object) -> object:
    """Rebuild the tree of an object whose keys are paths joined by dots or slashes."""
    if not isinstance(value, dict):
        return value
    tree: JsonObject = {}
    for key, member in sorted(value.items()):
        put(tree, tuple(re.split(r"[./]", key)), member)
    return tree
