"""What a trail delivered, read back from its bucket."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator


def records_in(s3: Any, bucket: str) -> Iterator[dict[str, Any]]:
    """Give every record of the log files in a trail's bucket."""
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket):
        for entry in page.get("Contents", ()):
            if "/CloudTrail/" in entry["Key"]:
                body = s3.get_object(Bucket=bucket, Key=entry["Key"])["Body"].read()
                yield from json.loads(gzip.decompress(body))["Records"]
