"""A bucket in memory in the place of AWS, and trails as CloudTrail lays them out in it."""

from __future__ import annotations

import gzip
import hashlib
import json
import threading
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from gdkit.aws.objects import Stored
from gdkit.errors import AwsCall, AwsError
from gdkit.model import Subject
from gdkit.trail.fetched import Question, question_of
from gdkit.trail.named import S3Trail
from tests.trail import samples
from tests.trail.search import calls

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


SOURCE = S3Trail("s3://audit-logs", "audit-logs", "")
SUBJECT = Subject(principal_id=calls.PRINCIPAL, instance_id=calls.INSTANCE)
REGION = "eu-west-1"
SINCE, UNTIL = datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 11, 1, 12, tzinfo=UTC)
_PAGE = 3


def denied(permission: str = "s3:GetObject", kind: Any = "denied") -> AwsError:
    """Give a refusal as the reader gets it."""
    missing = permission if kind == "denied" else ""
    return AwsError(f"no permission for {permission}", call=AwsCall("s3", "GetObject"), kind=kind, code="AccessDenied",
                    permission=missing, action="let it")  # fmt: skip


@dataclass
class MemoryBucket:
    """Objects by key, and what was asked of them; it is the AWS that opens it, too.

    Attributes:
        refused: errors in the place of objects' contents, by key; of folders, by prefix with ``?`` before it.
        read: keys of the contents that were asked for.
        listed: prefixes of the listings that were asked for.
    """

    objects_held: dict[str, bytes] = field(default_factory=dict)
    refused: dict[str, AwsError] = field(default_factory=dict)
    read: list[str] = field(default_factory=list)
    listed: list[tuple[str, str]] = field(default_factory=list)
    opened: list[tuple[str, str, bool]] = field(default_factory=list)
    name: str = "audit-logs"
    region: str = REGION
    _lock: Any = field(default_factory=threading.Lock)

    def bucket(self, name: str, prefix: str = "", *, requester_pays: bool = False) -> MemoryBucket:
        """Open it."""
        self.opened.append((name, prefix, requester_pays))
        return self

    def folders(self, prefix: str) -> list[str]:
        """Give the folders right below a prefix."""
        if f"?{prefix}" in self.refused:
            raise self.refused[f"?{prefix}"]
        below = (key[len(prefix) :] for key in self.objects_held if key.startswith(prefix))
        return sorted({f"{prefix}{rest.partition('/')[0]}/" for rest in below if "/" in rest})

    def objects(self, prefix: str, after: str = "") -> Iterator[list[Stored]]:
        """Give the objects below a prefix, three at a time."""
        with self._lock:
            self.listed.append((prefix, after))
        if f"?{prefix}" in self.refused:
            raise self.refused[f"?{prefix}"]
        keys = [key for key in sorted(self.objects_held) if key.startswith(prefix) and key > after]
        for begin in range(0, len(keys), _PAGE):
            yield [self._stored(key) for key in keys[begin : begin + _PAGE]]

    def content(self, key: str) -> bytes:
        """Give an object's content."""
        with self._lock:
            self.read.append(key)
        if key in self.refused:
            raise self.refused[key]
        return self.objects_held[key]

    def _stored(self, key: str) -> Stored:
        content = self.objects_held[key]
        return Stored(key, len(content), hashlib.md5(content, usedforsecurity=False).hexdigest())

    def put(self, key: str, records: list[dict[str, Any]]) -> str:
        """Put a log file of these records."""
        self.objects_held[key] = gzip.compress(samples.compact(records).encode(), mtime=0)
        return key

    def copied(self, folder: Path) -> Path:
        """Copy everything to disk, as ``aws s3 sync`` does."""
        for key, content in self.objects_held.items():
            path = folder / key
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        return folder


def key_of(
    at: str, number: int = 0, *, account: str = samples.ACCOUNT, region: str = REGION, top: str = "AWSLogs/"
) -> str:
    """Give the key of a log file delivered at a time such as ``20261101T0305``."""
    day = f"{at[:4]}/{at[4:6]}/{at[6:8]}"
    return f"{top}{account}/CloudTrail/{region}/{day}/{account}_CloudTrail_{region}_{at}Z_{number:016d}.json.gz"


def theft() -> MemoryBucket:
    """Give a bucket with a session, two hops from it, calls of others, and digests."""
    bucket = MemoryBucket()
    bucket.put(key_of("20261101T0305"), [calls.call(1, 0), calls.call(2, -1), calls.assume_role(3, 0)])
    bucket.put(key_of("20261101T0310"), [calls.call(601, 1), calls.assume_role(602, 1)])
    bucket.put(key_of("20261101T0310", region="us-east-1"), [calls.call(603, -1)])
    bucket.put(key_of("20261101T0315", account=calls.OTHER_ACCOUNT), [calls.call(901, 2)])
    bucket.put(key_of("20261101T0320"), [calls.call(1201, -1), calls.told_of(1202, 0)])
    digest = key_of("20261101T0400").replace("CloudTrail", "CloudTrail-Digest")
    bucket.objects_held[digest] = gzip.compress(json.dumps({"digestS3Object": "x"}).encode())
    return bucket


def question(subject: Subject | None = None, **changes: Any) -> Question:
    """Give the question about the session."""
    return replace(question_of(subject or SUBJECT, SINCE, UNTIL), **changes)
