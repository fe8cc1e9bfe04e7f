"""Findings made up for the tests: one theft, in every shape that a finding comes in."""

from __future__ import annotations

import copy
import json
from typing import Any

FAMILY = "UnauthorizedAccess:IAMUser/InstanceCredentialExfiltration"
OUTSIDE, INSIDE = f"{FAMILY}.OutsideAWS", f"{FAMILY}.InsideAWS"
ACCOUNT, OTHER_ACCOUNT, REGION = "111122223333", "444455556666", "eu-west-1"
INSTANCE = "i-0abc123def4567890"
ROLE_ID = "AROAEXAMPLE0123456789"
PRINCIPAL = f"{ROLE_ID}:{INSTANCE}"
KEY = "ASIAEXAMPLE012345678"
ADDRESS = "198.51.100.24"
DETECTOR = "1234567890abcdef1234567890abcdef"
ID = "abcdef0123456789abcdef0123456789"
ARN = f"arn:aws:guardduty:{REGION}:{ACCOUNT}:detector/{DETECTOR}/finding/{ID}"
PROFILE = f"arn:aws:iam::{ACCOUNT}:instance-profile/app"
DESCRIPTION = (
    "Credentials created exclusively for an EC2 instance using instance role app have been used from "
    f"external IP address {ADDRESS}."
)
TITLE = "Credentials for the EC2 instance role app were used from an external IP address."


def finding(**changes: Any) -> dict[str, Any]:
    """Give the finding as EventBridge writes it, with changes at paths such as ``service__count=3``; ... removes."""
    body: dict[str, Any] = {
        "schemaVersion": "2.0",
        "accountId": ACCOUNT,
        "region": REGION,
        "partition": "aws",
        "id": ID,
        "arn": ARN,
        "type": OUTSIDE,
        "severity": 8.0,
        "title": TITLE,
        "description": DESCRIPTION,
        "createdAt": "2026-11-01T03:10:51.123Z",
        "updatedAt": "2026-11-01T04:10:51.123Z",
        "resource": _resource(),
        "service": _service(),
    }
    for path, value in changes.items():
        *above, last = path.split("__")
        node = body
        for key in above:
            node = node[key]
        if value is ...:
            del node[last]
        else:
            node[last] = value
    return copy.deepcopy(body)


def _resource() -> dict[str, Any]:
    return {
        "resourceType": "AccessKey",
        "accessKeyDetails": {
            "accessKeyId": KEY,
            "principalId": PRINCIPAL,
            "userType": "AssumedRole",
            "userName": "app",
        },
        "instanceDetails": {
            "instanceId": INSTANCE,
            "imageId": "ami-0123456789abcdef0",
            "launchTime": "2026-10-01T00:00:00Z",
            "iamInstanceProfile": {"arn": PROFILE, "id": "AIPAEXAMPLE0123456789"},
            "networkInterfaces": [
                {
                    "privateIpAddress": "10.0.1.5",
                    "privateIpAddresses": [{"privateIpAddress": "10.0.1.5"}],
                    "publicIp": "203.0.113.9",
                    "ipv6Addresses": [],
                    "vpcId": "vpc-0123456789abcdef0",
                }
            ],
            "tags": [{"key": "Name", "value": "App"}],
        },
    }


def _service() -> dict[str, Any]:
    return {
        "serviceName": "guardduty",
        "detectorId": DETECTOR,
        "resourceRole": "TARGET",
        "count": 4,
        "archived": False,
        "eventFirstSeen": "2026-11-01T03:04:05Z",
        "eventLastSeen": "2026-11-01T04:04:05Z",
        "additionalInfo": {"value": "{}", "type": "default"},
        "action": {
            "actionType": "AWS_API_CALL",
            "awsApiCallAction": {
                "api": "ListBuckets",
                "serviceName": "s3.amazonaws.com",
                "callerType": "Remote IP",
                "userAgent": "aws-cli/2.0",
                "errorCode": "AccessDenied",
                "affectedResources": {"AWS::S3::Bucket": "backup"},
                "remoteIpDetails": {
                    "ipAddressV4": ADDRESS,
                    "organization": {"asn": "64500", "asnOrg": "Example", "isp": "Example ISP", "org": "Example Org"},
                    "country": {"countryName": "Example Land"},
                    "city": {"cityName": "Exampleton"},
                    "geoLocation": {"lat": 1.0, "lon": 2.0},
                },
            },
        },
    }


def inside(**changes: Any) -> dict[str, Any]:
    """Give an InsideAWS finding: a remote account and no address."""
    body = finding(type=INSIDE)
    call = body["service"]["action"]["awsApiCallAction"]
    del call["remoteIpDetails"]
    call["remoteAccountDetails"] = {"accountId": OTHER_ACCOUNT, "affiliated": False, "awsServiceName": "s3", **changes}
    return body


def pascal(value: Any, *, keep: bool = False) -> Any:
    """Write the keys as boto3 does, map keys apart."""
    if isinstance(value, list):
        return [pascal(member) for member in value]
    if not isinstance(value, dict):
        return value
    return {
        key if keep else key[0].upper() + key[1:]: pascal(member, keep=key == "affectedResources")
        for key, member in value.items()
    }


def event(detail: Any, account: str = ACCOUNT, source: str = "aws.guardduty") -> dict[str, Any]:
    """Put a finding into an EventBridge event."""
    return {
        "version": "0",
        "detail-type": "GuardDuty Finding",
        "source": source,
        "account": account,
        "resources": [],
        "detail": detail,
    }


def asff(*, newer: bool = True, action: bool = True) -> dict[str, Any]:
    """Give the finding as Security Hub writes it, ProductFields in the newer or older spelling."""
    body = finding()
    made: dict[str, Any] = {
        "SchemaVersion": "2018-10-08",
        "Id": ARN,
        "ProductArn": f"arn:aws:securityhub:{REGION}::product/aws/guardduty",
        "ProductName": "GuardDuty",
        "AwsAccountId": ACCOUNT,
        "Region": REGION,
        "Types": ["Effects/Data Exfiltration/UnauthorizedAccess:IAMUser-InstanceCredentialExfiltration.OutsideAWS"],
        "FirstObservedAt": "2026-11-01T03:04:05Z",
        "LastObservedAt": "2026-11-01T04:04:05Z",
        "CreatedAt": body["createdAt"],
        "UpdatedAt": body["updatedAt"],
        "Severity": {"Product": 8.0, "Label": "HIGH", "Normalized": 80},
        "Title": TITLE,
        "Description": DESCRIPTION,
        "RecordState": "ACTIVE",
        "ProductFields": _product_fields(body["service"], "aws/guardduty/service/" if newer else ""),
        "Resources": _asff_resources(),
    }
    if action:
        made["Action"] = pascal(body["service"]["action"])
        organization = made["Action"]["AwsApiCallAction"]["RemoteIpDetails"]["Organization"]
        organization["Asn"] = 64500
    return made


def _product_fields(service: dict[str, Any], prefix: str) -> dict[str, str]:
    fields = {"aws/securityhub/ProductName": "GuardDuty", f"{prefix}action/awsApiCallAction/affectedResources": ""}

    def walk(node: dict[str, Any], path: str) -> None:
        for key, value in node.items():
            if isinstance(value, dict):
                walk(value, f"{path}{key}/")
            else:
                fields[f"{path}{key}"] = str(value).lower() if isinstance(value, bool) else str(value)

    walk(service, prefix)
    return fields


def _asff_resources() -> list[dict[str, Any]]:
    return [
        {
            "Type": "AwsIamAccessKey",
            "Id": f"AWS::IAM::AccessKey:{KEY}",
            "Details": {
                "AwsIamAccessKey": {
                    "PrincipalId": PRINCIPAL,
                    "PrincipalType": "AssumedRole",
                    "PrincipalName": "app",
                }
            },
        },
        {
            "Type": "AwsEc2Instance",
            "Id": f"arn:aws:ec2:{REGION}:{ACCOUNT}:instance/{INSTANCE}",
            "Details": {
                "AwsEc2Instance": {
                    "ImageId": "ami-0123456789abcdef0",
                    "IpV4Addresses": ["203.0.113.9", "10.0.1.5"],
                    "VpcId": "vpc-0123456789abcdef0",
                    "IamInstanceProfileArn": PROFILE,
                    "LaunchedAt": "2026-10-01T00:00:00Z",
                }
            },
        },
    ]


def ocsf() -> dict[str, Any]:
    """Give the finding as Security Hub writes it in OCSF."""
    return {
        "class_uid": 2004,
        "cloud": {"account": {"uid": ACCOUNT}, "cloud_partition": "aws", "provider": "AWS", "region": REGION},
        "count": 4,
        "severity": "High",
        "metadata": {
            "product": {
                "name": "GuardDuty",
                "uid": f"arn:aws:securityhub:{REGION}::productv2/aws/guardduty",
            },
            "version": "1.5.0",
        },
        "finding_info": {
            "uid": ARN,
            "uid_alt": ID,
            "title": TITLE,
            "desc": DESCRIPTION,
            "types": ["Threats", OUTSIDE],
            "created_time_dt": "2026-11-01T03:10:51.123Z",
            "modified_time_dt": "2026-11-01T04:10:51.123Z",
            "first_seen_time": 1793502245000,
            "last_seen_time": 1793505845000,
        },
        "evidences": [_ocsf_evidence()],
        "resources": _ocsf_resources(),
    }


def _ocsf_evidence() -> dict[str, Any]:
    return {
        "api": {
            "operation": "ListBuckets",
            "service": {"name": "s3.amazonaws.com"},
            "response": {"error": "AccessDenied"},
        },
        "http_request": {"user_agent": "aws-cli/2.0"},
        "actor": {"user": {"uid": PRINCIPAL, "name": "app", "type": "AssumedRole", "credential_uid": KEY}},
        "src_endpoint": {
            "ip": ADDRESS,
            "location": {"city": "Exampleton", "country": "Example Land", "isp": "Example ISP"},
            "autonomous_system": {"number": 64500, "name": "Example"},
            "owner": {"org": {"name": "Example Org"}},
        },
        "data": {"resource_role": "TARGET"},
    }


def _ocsf_resources() -> list[dict[str, Any]]:
    return [
        {
            "type": "AWS::IAM::AccessKey",
            "uid": KEY,
            "name": "app",
            "data": {"access_key_id": KEY, "principal_id": PRINCIPAL, "user_name": "app", "user_type": "AssumedRole"},
        },
        {
            "type": "AWS::EC2::Instance",
            "uid": f"arn:aws:ec2:{REGION}:{ACCOUNT}:instance/{INSTANCE}",
            "data": {
                "image_id": "ami-0123456789abcdef0",
                "launch_time": "2026-10-01T00:00:00Z",
                "iam_instance_profile": {"arn": PROFILE},
                "network_interfaces": [
                    {
                        "private_ip_address": "10.0.1.5",
                        "public_ip": "203.0.113.9",
                        "vpc_id": "vpc-0123456789abcdef0",
                    }
                ],
            },
        },
    ]


def lines(*documents: Any) -> bytes:
    """Write JSON lines, as the S3 export does."""
    return "".join(json.dumps(document) + "\n" for document in documents).encode()
