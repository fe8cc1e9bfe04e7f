"""The sample theft: a finding and a folder of CloudTrail logs, made up, for the demo and for a first look.

A web server's metadata service was left open to version 1. A thief reads the role's credential through a hole in the
site, looks around from two addresses, reads a bucket, and takes a role in a second account, while the server goes on
with its own work on the same role.
"""

from __future__ import annotations

import atexit
import gzip
import json
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any
from uuid import UUID

ACCOUNT, SECOND_ACCOUNT, REGION = "111122223333", "444455556666", "eu-west-1"
INSTANCE, ROLE, ROLE_ID = "i-0a1b2c3d4e5f60718", "shop-web", "AROASAMPLESHOPWEB0001"
WORKLOAD_KEY, STOLEN_KEY, CHAINED_KEY = "ASIASAMPLEWORKLOAD01", "ASIASAMPLESTOLENKEY1", "ASIASAMPLECHAINEDKEY"
THIEF, THIEF_2, SERVER, SERVER_PRIVATE, ADMIN = (
    "198.51.100.23",
    "203.0.113.77",
    "192.0.2.44",
    "10.0.1.15",
    "192.0.2.200",
)
THIEF_CLIENT = "aws-cli/2.31.4 md/awscrt#0.27.6 ua/2.1 os/linux#6.12.38-kali md/arch#x86_64 lang/python#3.13.7"
APP_CLIENT = "Boto3/1.40.21 md/Botocore#1.40.21 ua/2.1 os/linux#6.1.141-amzn2023 md/arch#x86_64 lang/python#3.11.13"
AGENT_CLIENT = "aws-sdk-go/1.55.5 (go1.23.8; linux; amd64) amazon-ssm-agent/3.3.2299.0"
BEGIN = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Sample:
    """Where the sample's files were written."""

    finding: Path
    trail: Path


def write_sample(folder: Path) -> Sample:
    """Write the sample's finding and logs; the same bytes every time.

    Raises:
        OSError: the folder cannot be written.
    """
    logs = folder / "logs"
    for (account, hour), records in _files().items():
        stamp = hour.strftime("%Y%m%dT%H%MZ")
        path = logs / "AWSLogs" / account / "CloudTrail" / REGION / hour.strftime("%Y/%m/%d")
        path.mkdir(parents=True, exist_ok=True)
        packed = gzip.compress(json.dumps({"Records": records}).encode(), mtime=0)
        (path / f"{account}_CloudTrail_{REGION}_{stamp}_{'SampleSample0000'}.json.gz").write_bytes(packed)
    finding = folder / "finding.json"
    finding.write_text(json.dumps(sample_finding(), indent=1) + "\n", encoding="utf-8")
    return Sample(finding, logs)


@cache
def sample_folder() -> Sample:
    """Give the sample's files in a temporary folder, written once a process and removed at its end."""
    folder = Path(mkdtemp(prefix="gdkit-sample-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return write_sample(folder)


def sample_finding() -> dict[str, Any]:
    """Give the finding as GuardDuty's API would, in the casing of its JSON."""
    organization = {"asn": "64500", "asnOrg": "EXAMPLE-HOSTING", "isp": "Example Hosting", "org": "Example Hosting"}
    country = {"countryName": "Netherlands", "countryCode": "NL"}
    return {
        "schemaVersion": "2.0", "accountId": ACCOUNT, "region": REGION, "partition": "aws",
        "id": "5ac0f1e2d3b4958677869504a3b2c1d0",
        "arn": f"arn:aws:guardduty:{REGION}:{ACCOUNT}:detector/12abc34d567e8fa901bc2d34e56789f0/finding/"
               "5ac0f1e2d3b4958677869504a3b2c1d0",
        "type": "UnauthorizedAccess:IAMUser/InstanceCredentialExfiltration.OutsideAWS",
        "severity": 8, "createdAt": "2026-11-02T10:21:40.511Z", "updatedAt": "2026-11-02T11:02:12.083Z",
        "title": f"Credentials for the EC2 instance role {ROLE} were used from an external IP address.",
        "description": f"Credentials created exclusively for an EC2 instance using instance role {ROLE} have been used "
                       f"from external IP address {THIEF}.",
        "resource": {
            "resourceType": "AccessKey",
            "accessKeyDetails": {"accessKeyId": STOLEN_KEY, "principalId": f"{ROLE_ID}:{INSTANCE}",
                                 "userType": "AssumedRole", "userName": ROLE},
            "instanceDetails": {
                "instanceId": INSTANCE, "launchTime": "2026-10-28T06:11:00Z", "imageId": "ami-0123456789abcdef0",
                "iamInstanceProfile": {"arn": f"arn:aws:iam::{ACCOUNT}:instance-profile/shop-web-profile",
                                       "id": "AIPASAMPLESHOPWEB0001"},
                "networkInterfaces": [{"privateIpAddress": SERVER_PRIVATE, "publicIp": SERVER,
                                       "vpcId": "vpc-0f00f00f00f00f00f", "subnetId": "subnet-0f00f00f00f00f00f"}],
            },
        },
        "service": {
            "serviceName": "guardduty", "detectorId": "12abc34d567e8fa901bc2d34e56789f0", "count": 9, "archived": False,
            "eventFirstSeen": "2026-11-02T10:14:05Z", "eventLastSeen": "2026-11-02T10:31:00Z", "resourceRole": "TARGET",
            "action": {"actionType": "AWS_API_CALL", "awsApiCallAction": {
                "api": "GetObject", "serviceName": "s3.amazonaws.com", "callerType": "Remote IP",
                "remoteIpDetails": {"ipAddressV4": THIEF, "organization": organization, "country": country,
                                    "city": {"cityName": "Amsterdam"}, "geoLocation": {"lat": 52.3, "lon": 4.9}}}},
        },
    }  # fmt: skip


def _files() -> dict[tuple[str, datetime], list[dict[str, Any]]]:
    """Put the events into files as a trail does: by account and hour of delivery, one event delivered twice."""
    files: dict[tuple[str, datetime], list[dict[str, Any]]] = {}
    events = _events()
    for event in [*events, events[-1]]:
        at = datetime.fromisoformat(event["eventTime"])
        hour = at.replace(minute=0, second=0) + timedelta(hours=1)
        files.setdefault((event["recipientAccountId"], hour), []).append(event)
    return files


def _events() -> list[dict[str, Any]]:
    made = [*_way_in(), *_issues(), *_workload(), *_theft(), *_second_account()]
    return [{**event, "eventID": str(UUID(int=0x6D5A_0000_0000_4000_8000_0000_0000_0000 + number))}
            for number, event in enumerate(made)]  # fmt: skip


def _event(minute: float, name: str, service: str, identity: dict[str, Any], source: str, client: str,
           **fields: Any) -> dict[str, Any]:  # fmt: skip
    at = BEGIN + timedelta(minutes=minute)
    return {
        "eventVersion": "1.11", "eventTime": at.strftime("%Y-%m-%dT%H:%M:%SZ"), "eventName": name,
        "eventSource": f"{service}.amazonaws.com", "awsRegion": REGION, "sourceIPAddress": source, "userAgent": client,
        "userIdentity": identity, "requestParameters": None, "responseElements": None,
        "readOnly": name.startswith(("Get", "List", "Describe", "Head")), "eventType": "AwsApiCall",
        "managementEvent": True, "eventCategory": "Management", "recipientAccountId": ACCOUNT, **fields,
    }  # fmt: skip


def _session(key: str, delivery: str, *, account: str = ACCOUNT, role: tuple[str, str] = (ROLE, ROLE_ID),
             name: str = INSTANCE, issued: str = "2026-11-02T07:58:12Z") -> dict[str, Any]:  # fmt: skip
    context: dict[str, Any] = {
        "sessionIssuer": {"type": "Role", "principalId": role[1], "arn": f"arn:aws:iam::{account}:role/{role[0]}",
                          "accountId": account, "userName": role[0]},
        "attributes": {"creationDate": issued, "mfaAuthenticated": "false"},
    }  # fmt: skip
    if delivery:
        context["ec2RoleDelivery"] = delivery
    return {
        "type": "AssumedRole", "principalId": f"{role[1]}:{name}", "accountId": account, "accessKeyId": key,
        "arn": f"arn:aws:sts::{account}:assumed-role/{role[0]}/{name}", "sessionContext": context,
    }  # fmt: skip


def _way_in() -> list[dict[str, Any]]:
    user = {"type": "IAMUser", "principalId": "AIDASAMPLEDEPLOYBOT01", "accountId": ACCOUNT, "userName": "deploy-bot",
            "arn": f"arn:aws:iam::{ACCOUNT}:user/deploy-bot", "accessKeyId": "AKIASAMPLEDEPLOYBOT1"}  # fmt: skip
    asked = {"ModifyInstanceMetadataOptionsRequest": {"InstanceId": INSTANCE, "HttpTokens": "optional"}}
    return [_event(3, "ModifyInstanceMetadataOptions", "ec2", user, ADMIN, "APN/1.0 HashiCorp/1.0 Terraform/1.13.3",
                   requestParameters=asked)]  # fmt: skip


def _issues() -> list[dict[str, Any]]:
    service = {"type": "AWSService", "invokedBy": "ec2.amazonaws.com"}
    asked = {"roleArn": f"arn:aws:iam::{ACCOUNT}:role/{ROLE}", "roleSessionName": INSTANCE}
    return [
        _event(-1.8, "AssumeRole", "sts", service, "ec2.amazonaws.com", "ec2.amazonaws.com", requestParameters=asked,
               responseElements={"credentials": {"accessKeyId": key, "expiration": "Nov 2, 2026, 2:12:31 PM"}})
        for key in (WORKLOAD_KEY, STOLEN_KEY)
    ]  # fmt: skip


def _workload() -> list[dict[str, Any]]:
    server, events = _session(WORKLOAD_KEY, "2.0"), []
    bucket = {"resources": [{"type": "AWS::S3::Bucket", "ARN": "arn:aws:s3:::shop-assets", "accountId": ACCOUNT}],
              "requestParameters": {"bucketName": "shop-assets", "key": "catalogue.json"}}  # fmt: skip
    for minute in range(0, 200, 5):
        events.append(_event(minute, "UpdateInstanceInformation", "ssm", server, SERVER, AGENT_CLIENT))
    for minute in range(2, 200, 8):
        events.append(_event(minute, "GetObject", "s3", server, SERVER_PRIVATE, APP_CLIENT, eventCategory="Data",
                             managementEvent=False, vpcEndpointId="vpce-0a0a0a0a0a0a0a0a0",
                             vpcEndpointAccountId=ACCOUNT, **bucket))  # fmt: skip
    encrypting = {**server, "invokedBy": "s3.amazonaws.com"}
    events.append(_event(42, "Decrypt", "kms", encrypting, "s3.amazonaws.com", "s3.amazonaws.com"))
    return events


def _theft() -> list[dict[str, Any]]:
    stolen, denied = _session(STOLEN_KEY, "1.0"), {"errorCode": "AccessDenied", "errorMessage": "not authorized"}
    taken = {"roleArn": f"arn:aws:iam::{SECOND_ACCOUNT}:role/reporting", "roleSessionName": "nightly"}
    customers = [{"type": "AWS::S3::Object", "ARN": "arn:aws:s3:::shop-customers/export-2026-10.csv"},
                 {"type": "AWS::S3::Bucket", "ARN": "arn:aws:s3:::shop-customers", "accountId": ACCOUNT}]  # fmt: skip
    asked = {"bucketName": "shop-customers", "key": "export-2026-10.csv"}
    given = {
        "credentials": {"accessKeyId": CHAINED_KEY, "expiration": "Nov 2, 2026, 11:24:00 AM"},
        "assumedRoleUser": {"assumedRoleId": "AROASAMPLEREPORTING01:nightly",
                            "arn": f"arn:aws:sts::{SECOND_ACCOUNT}:assumed-role/reporting/nightly"},
    }  # fmt: skip
    plan: list[tuple[float, str, str, str, dict[str, Any]]] = [
        (134.1, "GetCallerIdentity", "sts", THIEF, {}),
        (134.6, "ListBuckets", "s3", THIEF, {}),
        (135.2, "ListUsers", "iam", THIEF, denied),
        (136.0, "ListRoles", "iam", THIEF, denied),
        (137.5, "ListObjects", "s3", THIEF, {"requestParameters": {"bucketName": "shop-customers"}}),
        (138.2, "GetObject", "s3", THIEF, {"requestParameters": asked, "resources": customers,
                                            "eventCategory": "Data", "managementEvent": False,
                                            "additionalEventData": {"bytesTransferredOut": 48211973.0}}),
        (141.0, "CreateUser", "iam", THIEF_2, {**denied, "requestParameters": {"userName": "svc-backup"}}),
        (144.0, "AssumeRole", "sts", THIEF_2, {"requestParameters": taken, "responseElements": given,
                                                "sharedEventID": "0c0c0c0c-0000-4000-8000-000000000001"}),
        (151.0, "DescribeInstances", "ec2", THIEF, {}),
    ]  # fmt: skip
    return [_event(minute, name, service, stolen, source, THIEF_CLIENT, **more)
            for minute, name, service, source, more in plan]  # fmt: skip


def _second_account() -> list[dict[str, Any]]:
    chained = _session(CHAINED_KEY, "", account=SECOND_ACCOUNT, role=("reporting", "AROASAMPLEREPORTING01"),
                       name="nightly", issued="2026-11-02T10:24:00Z")  # fmt: skip
    return [
        _event(145, "GetCallerIdentity", "sts", chained, THIEF_2, THIEF_CLIENT, recipientAccountId=SECOND_ACCOUNT),
        _event(146, "ListSecrets", "secretsmanager", chained, THIEF_2, THIEF_CLIENT, recipientAccountId=SECOND_ACCOUNT),
        _event(147, "GetSecretValue", "secretsmanager", chained, THIEF_2, THIEF_CLIENT, errorCode="AccessDenied",
               requestParameters={"secretId": "reporting/warehouse"}, recipientAccountId=SECOND_ACCOUNT),
    ]  # fmt: skip
