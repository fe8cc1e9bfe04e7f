"""A check of digests and logs that shares nothing with their writer: hand-made, after AWS's description.

Source: CloudTrail User Guide, "Custom implementations of CloudTrail log file integrity validation". Even the RSA
signature (RFC 8017, RSASSA-PKCS1-v1_5) and the key's DER (RFC 8017, appendix A.1.1) are read here by hand.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tests.simulator.cloudtrail.samples import Buckets

_SHA256_INFO = bytes.fromhex("3031300d060960864801650304020105000420")


class Trouble(NamedTuple):
    """Something that is not as it should be, and the object that it is about."""

    what: str
    key: str


def troubles(
    buckets: Buckets, bucket: str, digest_keys: Sequence[str], public_keys: Sequence[Mapping[str, Any]]
) -> list[Trouble]:
    """Walk the digests of one trail and region from the newest to the oldest, and say what is wrong.

    Args:
        buckets: where everything is.
        bucket: where the newest digest is.
        digest_keys: the keys of the digests that are there.
        public_keys: the rows of ListPublicKeys.
    """
    found: list[Trouble] = []
    left = sorted(digest_keys)
    expected: Mapping[str, Any] | None = None
    place = (bucket, left.pop()) if left else None
    while place is not None:
        stored = buckets.objects.get(place)
        if stored is None:
            found.append(Trouble("digest missing", place[1]))
            expected, place = None, _next_older(bucket, left, place[1])
            continue
        wrong = _digest_trouble(place, stored, public_keys, expected)
        if wrong:
            found.append(Trouble(wrong, place[1]))
            expected, place = None, _next_older(bucket, left, place[1])
            continue
        digest = json.loads(gzip.decompress(stored[0]))
        found += _log_troubles(buckets, digest)
        if digest["previousDigestS3Object"] is None:
            older = _next_older(bucket, left, place[1])
            found += [Trouble("chain begins anew", place[1])] if older else []
            expected, place = None, older
        else:
            expected, place = digest, (digest["previousDigestS3Bucket"], digest["previousDigestS3Object"])
    return found


def _next_older(bucket: str, left: list[str], key: str) -> tuple[str, str] | None:
    older = [one for one in left if one < key]
    return (bucket, older[-1]) if older else None


def _digest_trouble(
    place: tuple[str, str],
    stored: tuple[bytes, Mapping[str, str]],
    public_keys: Sequence[Mapping[str, Any]],
    newer: Mapping[str, Any] | None,
) -> str:
    body, metadata = stored
    content = gzip.decompress(body)
    digest = json.loads(content)
    if (digest["digestS3Bucket"], digest["digestS3Object"]) != place:
        return "digest moved"
    if {metadata.get("signature-algorithm"), digest["digestSignatureAlgorithm"]} != {"SHA256withRSA"}:
        return "signature algorithm unknown"
    key = next((row for row in public_keys if row["Fingerprint"] == digest["digestPublicKeyFingerprint"]), None)
    if key is None:
        return "public key unknown"
    signed = "\n".join(
        (
            digest["digestEndTime"],
            f"{place[0]}/{place[1]}",
            hashlib.sha256(content).hexdigest(),
            digest["previousDigestSignature"] or "null",
        )
    )
    if not signature_holds(key["Value"], bytes.fromhex(metadata["signature"]), signed.encode()):
        return "digest changed"
    if newer is not None:
        named = (
            newer["previousDigestHashValue"],
            newer["previousDigestSignature"],
            newer["previousDigestHashAlgorithm"],
        )
        if named != (hashlib.sha256(content).hexdigest(), metadata["signature"], "SHA-256"):
            return "digest replaced"
    return ""


def _log_troubles(buckets: Buckets, digest: Mapping[str, Any]) -> list[Trouble]:
    found = []
    for log in digest["logFiles"]:
        stored = buckets.objects.get((log["s3Bucket"], log["s3Object"]))
        if stored is None:
            found.append(Trouble("log missing", log["s3Object"]))
        elif (
            log["hashAlgorithm"] != "SHA-256"
            or hashlib.sha256(gzip.decompress(stored[0])).hexdigest() != log["hashValue"]
        ):
            found.append(Trouble("log changed", log["s3Object"]))
    return found


def signature_holds(public_key: bytes, signature: bytes, text: bytes) -> bool:
    """Check an RSASSA-PKCS1-v1_5 signature with SHA-256, by arithmetic."""
    modulus, exponent = _integers(public_key)
    size = (modulus.bit_length() + 7) // 8
    if len(signature) != size:
        return False
    opened = pow(int.from_bytes(signature), exponent, modulus).to_bytes(size)
    proof = _SHA256_INFO + hashlib.sha256(text).digest()
    return opened == b"\x00\x01" + b"\xff" * (size - len(proof) - 3) + b"\x00" + proof


def _integers(der: bytes) -> tuple[int, int]:
    """Read modulus and exponent of an RSAPublicKey: SEQUENCE { INTEGER, INTEGER } and nothing more."""
    inner, rest = _element(der, 0x30)
    assert not rest
    modulus, rest = _element(inner, 0x02)
    exponent, rest = _element(rest, 0x02)
    assert not rest
    return int.from_bytes(modulus), int.from_bytes(exponent)


def _element(der: bytes, tag: int) -> tuple[bytes, bytes]:
    assert der[0] == tag
    size, start = der[1], 2
    if size & 0x80:
        start += size & 0x7F
        size = int.from_bytes(der[2:start])
    return der[start : start + size], der[start + size :]
