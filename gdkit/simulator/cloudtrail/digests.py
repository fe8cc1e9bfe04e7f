"""CloudTrail's digest files: the hourly list of delivered logs with their hashes, chained and signed.

Source of everything here: CloudTrail User Guide, "CloudTrail digest file structure" and "Custom implementations of
CloudTrail log file integrity validation".
"""

from __future__ import annotations

import gzip
import hashlib
import json
import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

if TYPE_CHECKING:
    from collections.abc import Sequence

SIGNATURE_ALGORITHM = "SHA256withRSA"
HASH_ALGORITHM = "SHA-256"
_KEY_BITS = 2048


@dataclass(frozen=True, slots=True)
class DeliveredLog:
    """One log file that was delivered.

    Attributes:
        sha256: hex hash of the content before compression.
    """

    bucket: str
    key: str
    sha256: str
    delivered_at: datetime
    oldest_at: datetime
    newest_at: datetime


@dataclass(frozen=True, slots=True)
class DigestPlan:
    """What one digest is about: whose logs, of which hour, kept where."""

    account_id: str
    region: str
    start: datetime
    end: datetime
    bucket: str
    key: str


@dataclass(frozen=True, slots=True)
class Digest:
    """A digest file, ready to be put.

    Attributes:
        body: the compressed file.
        sha256: hex hash of the content before compression; the next digest names it.
        signature: hex.
    """

    bucket: str
    key: str
    body: bytes
    sha256: str
    signature: str

    @property
    def metadata(self) -> dict[str, str]:
        """Give the object's own metadata, named without S3's ``x-amz-meta-``."""
        return {"signature": self.signature, "signature-algorithm": SIGNATURE_ALGORITHM}


class SigningKeys:
    """CloudTrail's signing keys: a pair for each region and calendar year, made when first needed.

    AWS has its own pairs for each region and renews them at times that it does not tell.

    Source: CloudTrail API Reference, ListPublicKeys.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._keys: dict[tuple[str, int], rsa.RSAPrivateKey] = {}

    def fingerprint(self, region: str, at: datetime) -> str:
        """Give the fingerprint of the key of that time: 32 hex digits."""
        return _fingerprint(_public_value(self._key(region, at.year)))

    def sign(self, region: str, at: datetime, text: str) -> str:
        """Sign a text with the key of that region and time; the signature is given in hex."""
        key = self._key(region, at.year)
        return key.sign(text.encode(), padding.PKCS1v15(), hashes.SHA256()).hex()

    def public_keys(self, region: str, start: datetime, end: datetime) -> list[dict[str, Any]]:
        """Give the public keys that signed in a span of time, and the one in use at its end, as ListPublicKeys rows.

        The value is the key in PKCS#1, DER encoded.
        """
        self._key(region, end.year)
        with self._lock:
            years = sorted(year for name, year in self._keys if name == region and start.year <= year <= end.year)
        return [self._row(region, year) for year in years]

    def _row(self, region: str, year: int) -> dict[str, Any]:
        value = _public_value(self._key(region, year))
        return {
            "Value": value,
            "ValidityStartTime": datetime(year, 1, 1, tzinfo=UTC),
            "ValidityEndTime": datetime(year, 12, 31, 23, 59, 59, tzinfo=UTC),
            "Fingerprint": _fingerprint(value),
        }

    def _key(self, region: str, year: int) -> rsa.RSAPrivateKey:
        with self._lock:
            if (region, year) not in self._keys:
                self._keys[region, year] = rsa.generate_private_key(public_exponent=65537, key_size=_KEY_BITS)
            return self._keys[region, year]


def signed_digest(plan: DigestPlan, logs: Sequence[DeliveredLog], previous: Digest | None, keys: SigningKeys) -> Digest:
    """Make the digest of an hour.

    Args:
        plan: whose, when and where.
        logs: the log files that were delivered in that hour; none gives an empty digest, signed like any other.
        previous: the digest before; None for a starting digest.
        keys: what it is signed with.
    """
    content = json.dumps(
        _document(plan, logs, previous, keys.fingerprint(plan.region, plan.end)), separators=(",", ":")
    ).encode()
    sha256 = hashlib.sha256(content).hexdigest()
    lines = (
        instant(plan.end),
        f"{plan.bucket}/{plan.key}",
        sha256,
        previous.signature if previous else "null",
    )
    signature = keys.sign(plan.region, plan.end, "\n".join(lines))
    return Digest(plan.bucket, plan.key, gzip.compress(content, mtime=0), sha256, signature)


def instant(at: datetime) -> str:
    """Write a time as CloudTrail does, to the second.

    >>> instant(datetime(2026, 11, 1, 3, 4, 5, tzinfo=UTC))
    '2026-11-01T03:04:05Z'
    """
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _document(
    plan: DigestPlan, logs: Sequence[DeliveredLog], previous: Digest | None, fingerprint: str
) -> dict[str, Any]:
    return {
        "awsAccountId": plan.account_id,
        "digestStartTime": instant(plan.start),
        "digestEndTime": instant(plan.end),
        "digestS3Bucket": plan.bucket,
        "digestS3Object": plan.key,
        "digestPublicKeyFingerprint": fingerprint,
        "digestSignatureAlgorithm": SIGNATURE_ALGORITHM,
        "newestEventTime": instant(max(log.newest_at for log in logs)) if logs else None,
        "oldestEventTime": instant(min(log.oldest_at for log in logs)) if logs else None,
        "previousDigestS3Bucket": previous.bucket if previous else None,
        "previousDigestS3Object": previous.key if previous else None,
        "previousDigestHashValue": previous.sha256 if previous else None,
        "previousDigestHashAlgorithm": HASH_ALGORITHM if previous else None,
        "previousDigestSignature": previous.signature if previous else None,
        "logFiles": [
            {
                "s3Bucket": log.bucket,
                "s3Object": log.key,
                "hashValue": log.sha256,
                "hashAlgorithm": HASH_ALGORITHM,
                "newestEventTime": instant(log.newest_at),
                "oldestEventTime": instant(log.oldest_at),
            }
            for log in logs
        ],
    }


def _public_value(key: rsa.RSAPrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.DER, PublicFormat.PKCS1)


def _fingerprint(value: bytes) -> str:
    """Give a name of 32 hex digits to a key, as AWS's are; how AWS computes it is not documented."""
    return hashlib.md5(value, usedforsecurity=False).hexdigest()
