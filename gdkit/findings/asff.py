"""Security Hub's finding format (ASFF) translated to GuardDuty's own JSON.

What ASFF does not hold stays missing: its normalised severity (0 to 100) is not GuardDuty's number and is not used.

Source: Security Hub User Guide, "AWS Security Finding Format (ASFF)"; the members that GuardDuty fills.
"""

from __future__ import annotations

from gdkit.findings.family import guardduty_type
from gdkit.findings.fields import JsonObject, child, flag, items, mapping, number, put, text
from gdkit.identifiers import address_kind, parse_arn

SCHEMA_VERSION = "2018-10-08"
"""The only ``SchemaVersion`` of ASFF. Source: Security Hub API Reference, AwsSecurityFinding."""

_PREFIX = "aws/guardduty/"
_TIMES = (
    ("createdAt", ("createdAt",)),
    ("updatedAt", ("updatedAt",)),
    ("firstObservedAt", ("service", "eventFirstSeen")),
    ("lastObservedAt", ("service", "eventLastSeen")),
)


def is_asff(lowered: JsonObject) -> bool:
    """Tell whether an object, its keys lowered, is a Security Hub finding."""
    if lowered.get("schemaVersion") == SCHEMA_VERSION:
        return True
    return isinstance(lowered.get("types"), list) and ("productArn" in lowered or "awsAccountId" in lowered)


def other_product(lowered: JsonObject) -> str | None:
    """Name the product that the finding comes from where that is not GuardDuty; None where it is."""
    arn = text(lowered.get("productArn")) or ""
    if arn:
        return None if arn.endswith("product/aws/guardduty") else arn.rpartition("product/")[2] or arn
    name = text(lowered.get("productName"))
    if name is None:
        fields = mapping(lowered, "productFields")
        name = text(fields.get("aws/securityhub/ProductName"))
    return None if name is None or name.replace(" ", "").lower().endswith("guardduty") else name


def translate(finding: JsonObject) -> JsonObject:
    """Give the GuardDuty finding inside a Security Hub finding whose keys are lowered."""
    body: JsonObject = {}
    service, resource = _product_fields(mapping(finding, "productFields"))
    put(body, ("service",), service)
    put(body, ("resource",), resource)
    _identity(finding, body)
    for name, path in _TIMES:
        put(body, path, finding.get(name))
    _action(mapping(finding, "action", "awsApiCallAction"), body)
    if flag(finding.get("sample")):
        put(body, ("service", "additionalInfo", "sample"), True)
    put(body, ("service", "archived"), True if finding.get("recordState") == "ARCHIVED" else None)
    for entry in items(finding, "resources"):
        _resource(entry, body)
    return body


def _identity(finding: JsonObject, body: JsonObject) -> None:
    identifier = text(finding.get("id")) or ""
    arn = parse_arn(identifier)
    put(body, ("id",), identifier.rpartition("/finding/")[2] if arn else identifier)
    put(body, ("arn",), identifier if arn else None)
    named = [*items(finding, "types"), *items(finding, "findingProviderFields", "types")]
    put(body, ("type",), guardduty_type(named) or next((text(name) for name in named), None))
    put(body, ("accountId",), finding.get("awsAccountId"))
    put(body, ("region",), finding.get("region") or (arn.region if arn else None))
    put(body, ("partition",), arn.partition if arn else None)
    put(body, ("title",), finding.get("title"))
    put(body, ("description",), finding.get("description"))
    severity = mapping(finding, "severity")
    put(body, ("severity",), _first_number(severity.get("product"), severity.get("original")))
    put(body, ("severityLabel",), severity.get("label"))


def _first_number(*values: object) -> float | None:
    found = (number(value) for value in values)
    return next((value for value in found if value is not None and value > 0), None)


def _product_fields(flat: JsonObject) -> tuple[JsonObject, JsonObject]:
    """Build ``service`` and ``resource`` from ProductFields, whose keys are their paths joined by slashes.

    Both spellings are read: ``action/awsApiCallAction/…`` and ``aws/guardduty/service/action/awsApiCallAction/…``.
    """
    tree: JsonObject = {}
    for key, value in sorted(flat.items()):
        if key.startswith("aws/securityhub/"):
            continue
        path = tuple(key.removeprefix(_PREFIX).split("/"))
        if path[0] not in ("service", "resource"):
            path = ("service", *path)
        put(tree, path, value)
    return mapping(tree, "service"), mapping(tree, "resource")


def _action(action: JsonObject, body: JsonObject) -> None:
    """Fill what ProductFields left open from the ``Action`` object."""
    at = ("service", "action", "awsApiCallAction")
    for name in ("api", "serviceName", "callerType", "userAgent", "errorCode"):
        put(body, (*at, name), action.get(name))
    for name, value in mapping(action, "remoteIpDetails").items():
        if not isinstance(value, dict):
            put(body, (*at, "remoteIpDetails", name), value)
            continue
        for inner, leaf in value.items():
            put(body, (*at, "remoteIpDetails", name, inner), leaf)
    for name, value in mapping(action, "remoteAccountDetails").items():
        put(body, (*at, "remoteAccountDetails", name), value)


def _resource(entry: object, body: JsonObject) -> None:
    kind, identifier = text(child(entry, "type")), text(child(entry, "id")) or ""
    if kind == "AwsIamAccessKey":
        put(body, ("resource", "resourceType"), "AccessKey")
        _access_key(identifier, mapping(entry, "details", "awsIamAccessKey"), body)
    elif kind == "AwsEc2Instance":
        put(body, ("resource", "instanceDetails", "instanceId"), identifier.rpartition("/")[2])
        _instance(mapping(entry, "details", "awsEc2Instance"), body)
    elif kind == "AwsS3Bucket":
        resource = body.setdefault("resource", {})
        if isinstance(resource, dict):
            resource["resourceType"] = "S3Bucket"
            buckets = resource.setdefault("s3BucketDetails", [])
            if isinstance(buckets, list):
                buckets.append({"name": identifier.rpartition(":")[2]})


def _access_key(identifier: str, details: JsonObject, body: JsonObject) -> None:
    at = ("resource", "accessKeyDetails")
    issuer = mapping(details, "sessionContext", "sessionIssuer")
    in_id = identifier.rpartition(":")[2]
    put(body, (*at, "accessKeyId"), details.get("accessKeyId") or (in_id if in_id != "null" else None))
    put(body, (*at, "principalId"), details.get("principalId"))
    put(body, (*at, "userType"), details.get("principalType"))
    put(body, (*at, "userName"), details.get("principalName") or details.get("userName") or issuer.get("userName"))


def _instance(details: JsonObject, body: JsonObject) -> None:
    at = ("resource", "instanceDetails")
    put(body, (*at, "imageId"), details.get("imageId"))
    put(body, (*at, "iamInstanceProfile", "arn"), details.get("iamInstanceProfileArn"))
    put(body, (*at, "launchTime"), details.get("launchedAt"))
    interfaces: list[object] = [{"vpcId": details.get("vpcId")}] if details.get("vpcId") else []
    for address in items(details, "ipV4Addresses"):
        public = address_kind(address) == "public"
        interfaces.append({"publicIp" if public else "privateIpAddress": address})
    if items(details, "ipV6Addresses"):
        interfaces.append({"ipv6Addresses": items(details, "ipV6Addresses")})
    put(body, (*at, "networkInterfaces"), interfaces)
