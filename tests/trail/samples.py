"""CloudTrail records and files for the tests, all of them invented."""

from __future__ import annotations

import csv
import gzip
import io
import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

ACCOUNT = "111122223333"
INSTANCE = "i-0123456789abcdef0"
ROLE_ID = "AROAEXAMPLEROLE000001"
KEY = "ASIAEXAMPLEKEY000001"
TOKEN = "FwoGZXIvYXdzEXAMPLE" + "A1b2" * 40

CONSOLE_HEADER = (
    "User name", "AWS access key", "Event time", "Event source", "Event name", "AWS region", "Source IP address",
    "User agent", "Error code", "Resources", "Request ID", "Event ID", "Read-only", "Event type",
    "Recipient Account Id", "Event category",
)  # fmt: skip


def identity(**changes: Any) -> dict[str, Any]:
    """Give the userIdentity of an instance's role session."""
    return {
        "type": "AssumedRole",
        "principalId": f"{ROLE_ID}:{INSTANCE}",
        "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/web-role/{INSTANCE}",
        "accountId": ACCOUNT,
        "accessKeyId": KEY,
        "sessionContext": {
            "sessionIssuer": {
                "type": "Role",
                "principalId": ROLE_ID,
                "arn": f"arn:aws:iam::{ACCOUNT}:role/web-role",
                "accountId": ACCOUNT,
                "userName": "web-role",
            },
            "attributes": {"creationDate": "2026-11-01T02:00:00Z", "mfaAuthenticated": "false"},
            "ec2RoleDelivery": "1.0",
        },
    } | changes


def event(number: int = 0, **changes: Any) -> dict[str, Any]:
    """Give one record; a change to ``...`` leaves the field out."""
    record = {
        "eventVersion": "1.11",
        "userIdentity": identity(),
        "eventTime": f"2026-11-01T03:{number // 60 % 60:02d}:{number % 60:02d}Z",
        "eventSource": "ec2.amazonaws.com",
        "eventName": "DescribeInstances",
        "awsRegion": "eu-west-1",
        "sourceIPAddress": "198.51.100.7",
        "userAgent": "aws-cli/2.15",
        "requestParameters": {"maxResults": 5},
        "responseElements": None,
        "requestID": f"r-{number}",
        "eventID": f"00000000-0000-4000-8000-{number:012d}",
        "readOnly": True,
        "eventType": "AwsApiCall",
        "recipientAccountId": ACCOUNT,
        "eventCategory": "Management",
        "tlsDetails": {"tlsVersion": "TLSv1.3", "cipherSuite": "TLS_AES_128_GCM_SHA256"},
    } | changes
    return {name: value for name, value in record.items() if value is not ...}


def events(count: int) -> list[dict[str, Any]]:
    """Give several records."""
    return [event(number) for number in range(count)]


def compact(value: Any) -> str:
    """Write JSON without white space, as CloudTrail does."""
    return json.dumps(value, separators=(",", ":"))


def records_text(count: int) -> str:
    """Give the text of a log file as CloudTrail writes it."""
    return compact({"Records": events(count)})


def lookup_row(number: int = 0, **changes: Any) -> dict[str, Any]:
    """Give a row of LookupEvents."""
    row = {
        "EventId": event(number)["eventID"],
        "EventName": "DescribeInstances",
        "ReadOnly": "true",
        "AccessKeyId": KEY,
        "EventTime": f"2026-11-01 14:00:{number:02d}+11:00",
        "EventSource": "ec2.amazonaws.com",
        "Username": INSTANCE,
        "Resources": [{"ResourceType": "AWS::EC2::Instance", "ResourceName": INSTANCE}],
        "CloudTrailEvent": compact(event(number)),
    } | changes
    return {name: value for name, value in row.items() if value is not ...}


def console_cells(number: int = 0, **changes: str) -> list[str]:
    """Give a row of the console's CSV; names are the header's with underscores for spaces."""
    cells = {
        "User name": INSTANCE, "AWS access key": KEY, "Event time": f"2026-11-01T03:00:{number:02d}Z",
        "Event source": "ec2.amazonaws.com", "Event name": "DescribeInstances", "AWS region": "eu-west-1",
        "Source IP address": "198.51.100.7", "User agent": "aws-cli/2.15", "Error code": "",
        "Resources": compact([{"resourceType": "AWS::EC2::Instance", "resourceName": INSTANCE}]),
        "Request ID": f"r-{number}", "Event ID": event(number)["eventID"], "Read-only": "true",
        "Event type": "AwsApiCall", "Recipient Account Id": ACCOUNT, "Event category": "Management",
    }  # fmt: skip
    return list((cells | {name.replace("_", " "): value for name, value in changes.items()}).values())


def csv_text(header: Iterable[str], rows: Iterable[Iterable[str]], separator: str = ",") -> str:
    """Write a table."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=separator)
    writer.writerow(header)
    writer.writerows(rows)
    return out.getvalue()


def write(path: Path, content: str | bytes) -> Path:
    """Write a file, gzipped where its name says so and the content is text."""
    path.parent.mkdir(parents=True, exist_ok=True)
    data = content.encode() if isinstance(content, str) else content
    if isinstance(content, str) and path.suffix == ".gz":
        data = gzip.compress(data)
    path.write_bytes(data)
    return path
