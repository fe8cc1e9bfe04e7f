"""What a reader of a trail's bucket must be allowed, on that bucket and its key alone."""

from __future__ import annotations

import json
from typing import Any


def bucket_statements(bucket: str, prefix: str = "", partition: str = "aws") -> list[dict[str, Any]]:
    """Give the statements that let a reader list and read a trail's log files.

    Args:
        bucket: the bucket's name.
        prefix: what the keys begin with; empty for the whole bucket.
        partition: ``aws``, ``aws-cn`` or ``aws-us-gov``.

    Source: Service Authorization Reference, "Actions, resources, and condition keys for Amazon S3"; CloudTrail User
    Guide, "Granting decrypt permissions for trails" (the encryption context names the trail).
    """
    arn = f"arn:{partition}:s3:::{bucket}"
    listing: dict[str, Any] = {"Sid": "GdkitTrailList", "Effect": "Allow", "Action": ["s3:ListBucket"], "Resource": arn}
    if prefix:
        listing["Condition"] = {"StringLike": {"s3:prefix": [prefix, f"{prefix.rstrip('/')}/*"]}}
    return [
        listing,
        {"Sid": "GdkitTrailRead", "Effect": "Allow", "Action": ["s3:GetObject"], "Resource": f"{arn}/{prefix}*"},
        {
            "Sid": "GdkitTrailDecrypt",
            "Effect": "Allow",
            "Action": ["kms:Decrypt"],
            "Resource": "*",
            "Condition": {"Null": {"kms:EncryptionContext:aws:cloudtrail:arn": "false"}},
        },
    ]


def _section() -> str:
    policy = json.dumps({"Version": "2012-10-17", "Statement": bucket_statements("BUCKET", "PREFIX/")}, indent=2)
    return f"""
## A trail's bucket

To read `s3://BUCKET/PREFIX` the role needs this on top, on that bucket alone; `gdkit permissions analyst --trail
s3://BUCKET/PREFIX` prints it filled in. The last statement is needed only where the trail encrypts with KMS, and is
good for nothing but what CloudTrail encrypted. Where the bucket, or the key, belongs to another account, its own policy
must allow the role, too. `gdkit check` does not ask about a bucket.

```json
{policy}
```
"""


BUCKET_SECTION = _section()
"""The part of the documentation's page that tells of it."""
