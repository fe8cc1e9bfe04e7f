"""Every failure of a call becomes one ``AwsError``: what is wrong and what to do, without anything secret.

AWS's own message is shown only where nothing better is known, and never for a failed signature: such messages can hold
the session token.
"""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from gdkit.aws.failures import BY_CODE, CLOCK, Meaning, local_meaning
from gdkit.errors import AwsError, GdkitError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gdkit.errors import AwsCall

_ACTION = re.compile(r"perform:? (?:the )?(?:action )?([a-z0-9-]{2,40}:[A-Za-z0-9]{2,80})")
_DENIERS = (
    ("an explicit deny in a service control policy", "a service control policy of the organisation denies it"),
    ("an explicit deny in a resource control policy", "a resource control policy of the organisation denies it"),
    ("an explicit deny in a permissions boundary", "the permissions boundary denies it"),
    ("an explicit deny in a session policy", "the session's policy denies it"),
    ("an explicit deny in a VPC endpoint policy", "the VPC endpoint's policy denies it"),
    ("an explicit deny in an identity-based policy", "a policy of your role or user denies it"),
    ("an explicit deny in a resource-based policy", "the resource's own policy denies it"),
    ("no service control policy allows", "no service control policy allows it"),
    ("no permissions boundary allows", "the permissions boundary does not allow it"),
    ("no session policy allows", "the session's policy does not allow it"),
    ("no VPC endpoint policy allows", "the VPC endpoint's policy does not allow it"),
    ("no identity-based policy allows", "no policy of your role or user allows it"),
    ("no resource-based policy allows", "the resource's own policy does not allow it"),
)
"""Source: IAM User Guide, "Troubleshoot access denied error messages"."""

_IAM_PREFIX = {"cloudwatch": "cloudwatch", "monitoring": "cloudwatch", "email": "ses", "elb": "elasticloadbalancing",
               "elbv2": "elasticloadbalancing"}  # fmt: skip
_IAM_ACTION = {
    ("s3", "ListBuckets"): "s3:ListAllMyBuckets",
    ("s3", "HeadBucket"): "s3:ListBucket",
    ("s3", "ListObjects"): "s3:ListBucket",
    ("s3", "ListObjectsV2"): "s3:ListBucket",
    ("s3", "HeadObject"): "s3:GetObject",
}
"""Source: Service Authorization Reference, "Actions, resources, and condition keys for Amazon S3"."""

_SECRET_RUN = re.compile(r"[A-Za-z0-9+/=_-]{40,}")
_CLOCK_WORDS = ("Signature expired", "Signature not yet current", "time is too skewed")


@contextmanager
def translating(call: AwsCall, *, permission: str = "") -> Iterator[None]:
    """Turn whatever boto3 raises inside into an ``AwsError`` about this call.

    Args:
        call: the call that is made.
        permission: the IAM action it needs, where AWS's message may not name it.

    Raises:
        AwsError: something failed.
    """
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415
    from botocore.parsers import ResponseParserError  # noqa: PLC0415

    try:
        yield
    except GdkitError:
        raise
    except ClientError as error:
        raise _refused(error, call, permission) from None
    except (BotoCoreError, ResponseParserError) as error:
        raise _failed_here(error, call) from None


def iam_action(service: str, operation: str) -> str:
    """Give the IAM action that an operation needs, where the two names agree or the difference is known.

    Args:
        service: the prefix that the service signs with.
        operation: the API's name.

    >>> iam_action("ec2", "DescribeInstances"), iam_action("s3", "ListObjectsV2")
    ('ec2:DescribeInstances', 's3:ListBucket')
    """
    return _IAM_ACTION.get((service, operation), f"{_IAM_PREFIX.get(service, service)}:{operation}")


def _refused(error: Any, call: AwsCall, permission: str) -> AwsError:
    """Read an answer in which AWS refuses."""
    said = error.response.get("Error", {})
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode")
    code, message = _word(said.get("Code") or status), str(said.get("Message") or "")
    meaning = BY_CODE.get(code.removeprefix("Client."))
    if meaning is not None and any(words in message for words in _CLOCK_WORDS):
        meaning = CLOCK
    if meaning is None:
        return AwsError(f"AWS refused it ({code}): {_safe(message)}", call=call, code=code)
    if meaning.kind != "denied":
        return _about(meaning, call, code=code)
    named = _ACTION.search(message)
    missing = named[1] if named else permission or iam_action(call.service, call.operation)
    why = next((words for sign, words in _DENIERS if sign in message), "")
    by_organisation = "control policy" in why
    return AwsError(
        f"no permission for {missing}{f': {why}' if why else ''}",
        call=call,
        kind="denied",
        code=code,
        permission=missing,
        action=(
            "ask the organisation's administrators"
            if by_organisation
            else f"let the role or user that gdkit runs as do {missing}"
        ),
    )


def _failed_here(error: Any, call: AwsCall) -> AwsError:
    """Read an error that botocore raised by itself: no answer, no credentials, or an answer that cannot be read."""
    name, meaning = local_meaning(error)
    if meaning is not None:
        return _about(meaning, call)
    return AwsError(f"the call failed ({name}): {_safe(str(error))}", call=call)


def _about(meaning: Meaning, call: AwsCall, code: str = "") -> AwsError:
    said = f" ({code})" if code else ""
    return AwsError(f"{meaning.problem}{said}", call=call, kind=meaning.kind, code=code, action=meaning.action)


def _word(code: object) -> str:
    """Give an error code, which is a word or two; whatever else stands there is cut."""
    return re.sub(r"[^A-Za-z0-9._-]", "", str(code or "unknown"))[:80]


def _safe(message: str) -> str:
    """Give AWS's words short, on one line, and without any run of characters that may be a credential."""
    plain = "".join(character if character.isprintable() else " " for character in message)
    return _SECRET_RUN.sub("…", plain)[:300]
