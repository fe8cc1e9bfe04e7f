"""A synthetic trail, made by a seed: files as CloudTrail writes them, one session among many."""

from __future__ import annotations

import gzip
import json
import random
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

ACCOUNT = "111122223333"
ROLE, ROLE_ID, INSTANCE = "app-role", "AROABENCHAPPROLE00001", "i-0123456789abcdef0"
KEYS = tuple(f"ASIABENCHKEY0000000{number}" for number in range(1, 5))
THIEF = "198.51.100.7"
CALLS = (("s3", "GetObject"), ("ec2", "DescribeInstances"), ("ssm", "UpdateInstanceInformation"), ("kms", "Decrypt"))
BEGIN = datetime(2026, 11, 1, tzinfo=UTC)


def write_trail(folder: Path, *, events: int, per_file: int = 250, seed: int = 7, share: float = 0.02) -> int:
    """Write a trail.

    Args:
        folder: where to.
        events: how many records in all.
        per_file: records in one file.
        seed: the same seed writes the same records.
        share: the part of the records that belongs to the leaked session.

    Returns:
        Bytes of the records before compression.
    """
    chance = random.Random(seed)  # noqa: S311 - a benchmark, nothing is kept secret by it
    size = 0
    for first in range(0, events, per_file):
        records = [_record(chance, number, share) for number in range(first, min(first + per_file, events))]
        packed = json.dumps({"Records": records}, separators=(",", ":")).encode()
        size += len(packed)
        hour = BEGIN + timedelta(seconds=first)
        path = folder / "AWSLogs" / ACCOUNT / "CloudTrail" / "us-east-1" / hour.strftime("%Y/%m/%d")
        path.mkdir(parents=True, exist_ok=True)
        name = f"{ACCOUNT}_CloudTrail_us-east-1_{hour:%Y%m%dT%H%MZ}_{first:016d}.json.gz"
        (path / name).write_bytes(gzip.compress(packed, 6, mtime=0))
    return size


def _record(chance: random.Random, number: int, share: float) -> dict[str, Any]:
    leaked = chance.random() < share
    service, name = chance.choice(CALLS)
    role, role_id, session = (ROLE, ROLE_ID, INSTANCE) if leaked else _other(chance)
    key = chance.choice(KEYS) if leaked else f"ASIA{chance.randrange(10**16):016d}"
    address = THIEF if leaked and chance.random() < 0.1 else f"10.0.{chance.randrange(256)}.{chance.randrange(256)}"
    at = (BEGIN + timedelta(seconds=number)).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {
        "eventVersion": "1.11",
        "userIdentity": {
            "type": "AssumedRole",
            "principalId": f"{role_id}:{session}",
            "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/{role}/{session}",
            "accountId": ACCOUNT,
            "accessKeyId": key,
            "sessionContext": {
                "sessionIssuer": {
                    "type": "Role",
                    "principalId": role_id,
                    "arn": f"arn:aws:iam::{ACCOUNT}:role/{role}",
                    "accountId": ACCOUNT,
                    "userName": role,
                },
                "attributes": {"creationDate": "2026-11-01T00:00:00Z", "mfaAuthenticated": "false"},
                "ec2RoleDelivery": "2.0",
            },
        },
        "eventTime": at,
        "eventSource": f"{service}.amazonaws.com",
        "eventName": name,
        "awsRegion": "us-east-1",
        "sourceIPAddress": address,
        "userAgent": "Boto3/1.40.21 md/Botocore#1.40.21 ua/2.1 os/linux#6.1 lang/python#3.11",
        "requestParameters": {"bucketName": f"bucket-{chance.randrange(50)}", "key": f"k/{chance.randrange(10**9)}"},
        "responseElements": None,
        "requestID": f"{chance.getrandbits(64):016X}",
        "eventID": f"{chance.getrandbits(128):032x}",
        "readOnly": True,
        "eventType": "AwsApiCall",
        "managementEvent": service != "s3",
        "recipientAccountId": ACCOUNT,
        "eventCategory": "Data" if service == "s3" else "Management",
        "tlsDetails": {"tlsVersion": "TLSv1.3", "cipherSuite": "TLS_AES_128_GCM_SHA256"},
    }


def _other(chance: random.Random) -> tuple[str, str, str]:
    number = chance.randrange(200)
    return f"role-{number}", f"AROABENCHOTHERROLE{number:03d}", f"i-{number:017x}"
