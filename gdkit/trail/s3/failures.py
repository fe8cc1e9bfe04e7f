"""What S3's refusals mean for somebody who reads a trail's bucket, and what to do about each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gdkit.errors import AwsError

if TYPE_CHECKING:
    from collections.abc import Mapping

_ACTIONS: Mapping[str, str] = {
    "NoSuchBucket": "see the trail's settings for the bucket's name: aws cloudtrail describe-trails",
    "PermanentRedirect": "name the bucket's region first, with --region",
    "AuthorizationHeaderMalformed": "name the bucket's region first, with --region",
    "NoSuchKey": "nothing: it was deleted after it was listed, perhaps by a lifecycle rule",
    "InvalidObjectState": "restore it from the archive first: aws s3api restore-object",
    "KMS.DisabledException": "have the key's owner enable the KMS key",
    "KMS.KMSInvalidStateException": "have the key's owner cancel the deletion of the KMS key, or enable it",
    "KMS.NotFoundException": "nothing, if the KMS key was deleted: what it encrypted is lost",
}
"""Source: S3 API Reference, "Error responses"; KMS API Reference, Decrypt, "Errors"."""

_DECRYPT = (
    "let the role or user that gdkit runs as do kms:Decrypt on the key that the trail's settings name; in another "
    "account the key's own policy must allow it, too"
)
_PAYS = "; where the bucket's owner lets readers pay, add --requester-pays"
_BUCKET = "; in another account the bucket's own policy must allow it, too"


def explained(error: AwsError, *, requester_pays: bool) -> AwsError:
    """Give an error with what to do about it here.

    Args:
        error: from reading or listing a bucket.
        requester_pays: whether the reader agreed to pay already.

    Source: S3 User Guide, "Using Requester Pays buckets" (a request that does not agree to pay is refused with 403);
    CloudTrail User Guide, "Granting decrypt permissions".
    """
    action = _ACTIONS.get(error.code, error.action)
    if error.kind == "denied":
        action = _DECRYPT if error.permission == "kms:Decrypt" else f"{error.action}{_BUCKET}"
        action += "" if requester_pays or error.permission == "kms:Decrypt" else _PAYS
    if action == error.action:
        return error
    return AwsError(error.problem, call=error.call, kind=error.kind, code=error.code, permission=error.permission,
                    action=action)  # fmt: skip
