"""What one trail writes for one account and region: log files, and the digests that name them.

Source of paths and times: CloudTrail User Guide, "Finding your CloudTrail log files" and "CloudTrail digest file
structure". AWS names no exact times: it delivers "about every five minutes".
"""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, TypeAlias

from gdkit.simulator.call import ApiError
from gdkit.simulator.cloudtrail.digests import DeliveredLog, Digest, DigestPlan, SigningKeys, signed_digest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gdkit.simulator.cloudtrail.trails import Trail

PutObject: TypeAlias = Callable[[str, str, str, bytes, dict[str, str]], None]
"""Puts an object: account id, bucket, key, body, and metadata named as boto3 names it (without ``x-amz-meta-``).

It raises ``ApiError`` where S3 would refuse.
"""

LOG_EVERY = timedelta(minutes=5)
DIGEST_EVERY = timedelta(hours=1)
_LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def last_delivery(at: datetime) -> datetime:
    """Give the delivery at or before a time.

    >>> last_delivery(datetime(2026, 11, 1, 3, 9, 59, tzinfo=UTC)).isoformat()
    '2026-11-01T03:05:00+00:00'
    """
    every_s = LOG_EVERY.total_seconds()
    return datetime.fromtimestamp(at.timestamp() // every_s * every_s, UTC)


def next_delivery(at: datetime) -> datetime:
    """Give the delivery after a time."""
    return last_delivery(at) + LOG_EVERY


@dataclass(slots=True)
class Stream:
    """What one trail delivers for one account and region.

    Attributes:
        waiting: time and text of the records not yet delivered.
        written_until: the last delivery that is over; what comes late goes into the next.
        logs: files that the next digest is to name.
        digest_from: when the running digest hour began; None while no digests are made.
        chain_ends: the first digest that ends then or later is the last of its chain; None while the chain goes on.
        previous: the digest before; None at the start of a chain.
        files: log files so far.
    """

    trail: Trail
    account_id: str
    region: str
    written_until: datetime
    digest_from: datetime | None = None
    chain_ends: datetime | None = None
    previous: Digest | None = None
    files: int = 0
    waiting: list[tuple[datetime, str]] = field(default_factory=list)
    logs: list[DeliveredLog] = field(default_factory=list)

    @property
    def is_over(self) -> bool:
        """Whether nothing is left to write."""
        return not self.waiting and self.digest_from is None

    def folder(self, kind: str, at: datetime) -> str:
        """Give the beginning of an object's key; ``kind`` is ``CloudTrail`` or ``CloudTrail-Digest``."""
        trail = self.trail
        parts = [trail.prefix] if trail.prefix else []
        parts += ["AWSLogs", *([trail.organization.organization_id] if trail.organization else [])]
        parts += [self.account_id, kind, self.region, f"{at:%Y/%m/%d}", f"{self.account_id}_{kind}_{self.region}_"]
        return "/".join(parts)


class StreamWriter:
    """Writes what is due of a stream.

    Args:
        put_object: writes one object.
        seed: makes the random-looking part of file names.
        keys: what digests are signed with.
    """

    def __init__(self, put_object: PutObject, seed: int, keys: SigningKeys) -> None:
        self._put_object, self._seed, self._keys = put_object, seed, keys

    def write(self, stream: Stream, until: datetime) -> None:
        """Write the log files, and then the digests, that are due by a time; each is written once.

        A file that could not be put is shown in the trail's status, and its records go into a later file.
        """
        self._write_logs(stream, until)
        self._write_digests(stream, until)

    def _write_logs(self, stream: Stream, until: datetime) -> None:
        late = next_delivery(stream.written_until)
        due: dict[datetime, list[tuple[datetime, str]]] = {}
        for event_at, text in stream.waiting:
            due.setdefault(max(next_delivery(event_at), late), []).append((event_at, text))
        for at in sorted(at for at in due if at <= until):
            if self._put_log(stream, at, due[at]):
                del due[at]
        stream.waiting = [one for ones in due.values() for one in ones]
        stream.written_until = max(stream.written_until, last_delivery(until))

    def _put_log(self, stream: Stream, at: datetime, records: Sequence[tuple[datetime, str]]) -> bool:
        trail = stream.trail
        content = ('{"Records":[' + ",".join(text for _, text in records) + "]}").encode()
        key = f"{stream.folder('CloudTrail', at)}{at:%Y%m%dT%H%MZ}_{self._unique(stream)}.json.gz"
        trail.delivery_error = self._put(trail, key, gzip.compress(content, mtime=0), {})
        if trail.delivery_error:
            return False
        trail.delivered_at, stream.files = at, stream.files + 1
        if stream.digest_from is not None and (stream.chain_ends is None or at <= stream.chain_ends):
            times = [event_at for event_at, _ in records]
            sha256 = hashlib.sha256(content).hexdigest()
            stream.logs.append(DeliveredLog(trail.bucket, key, sha256, at, min(times), max(times)))
        return True

    def _write_digests(self, stream: Stream, until: datetime) -> None:
        """Write the digests that are due; a stopped trail's last one holds its last logs and ends the chain.

        Source: CloudTrail User Guide, "Validating CloudTrail log file integrity"; CloudTrail API Reference,
        UpdateTrail, ``EnableLogFileValidation``: "the chain of digest files is broken after one hour".
        """
        trail = stream.trail
        while stream.digest_from is not None and (end := stream.digest_from + DIGEST_EVERY) <= until:
            name = f"{trail.name}_{trail.home_region}_{end:%Y%m%dT%H%M%SZ}.json.gz"
            key = stream.folder("CloudTrail-Digest", end) + name
            plan = DigestPlan(stream.account_id, stream.region, stream.digest_from, end, trail.bucket, key)
            named = [log for log in stream.logs if log.delivered_at <= end]
            digest = signed_digest(plan, named, stream.previous, self._keys)
            trail.digest_error = self._put(trail, key, digest.body, digest.metadata)
            if trail.digest_error:
                return
            trail.digest_at = end
            stream.logs = stream.logs[len(named) :]
            is_last = stream.chain_ends is not None and end >= stream.chain_ends
            stream.previous, stream.digest_from = (None, None) if is_last else (digest, end)

    def _put(self, trail: Trail, key: str, body: bytes, metadata: dict[str, str]) -> str:
        try:
            self._put_object(trail.account_id, trail.bucket, key, body, metadata)
        except ApiError as error:
            return error.code
        return ""

    def _unique(self, stream: Stream) -> str:
        """Give the 16 characters that keep a file's name apart from others."""
        trail = stream.trail
        named = (self._seed, trail.arn, trail.started_at, stream.account_id, stream.region, stream.files)
        number = int.from_bytes(hashlib.sha256(repr(named).encode()).digest())
        return "".join(_LETTERS[number // len(_LETTERS) ** place % len(_LETTERS)] for place in range(16))
