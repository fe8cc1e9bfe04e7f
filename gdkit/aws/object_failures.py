"""What obstore's errors mean: what boto3 would say of the same answer, and which keys obstore does not take."""

from __future__ import annotations

import re
from typing import Any
from xml.sax.saxutils import unescape

_STATUS = re.compile(r"status code: (\d{3})")
_CODE = re.compile(r"<Code>([^<]{1,100})</Code>")
_MESSAGE = re.compile(r"<Message>([^<]{0,1000})</Message>")
_ODD_KEY = re.compile(r"invalid path|Could not parse path")
_NO_CREDENTIALS = "External AWS credential provider"
"""How obstore's errors begin or what of AWS's answer they hold. Source: obstore 0.12; S3 API Reference, "REST error
responses"."""


def is_of_odd_key(error: Exception) -> bool:
    """Tell whether obstore refuses a key, which has an empty part, dots, or a character without a sign."""
    return _ODD_KEY.search(str(error)) is not None


def as_boto3_says(said: str, operation: str, name: str) -> Any:
    """Give the error that boto3 would raise, by what obstore's holds: AWS's answer as a whole, or no answer."""
    from botocore.exceptions import (  # noqa: PLC0415
        ClientError,
        CredentialRetrievalError,
        EndpointConnectionError,
        IncompleteReadError,
    )

    status, code, message = (_first(pattern, said) for pattern in (_STATUS, _CODE, _MESSAGE))
    if status or code:
        return ClientError({"Error": {"Code": code or status, "Message": unescape(message)}}, operation)
    if _NO_CREDENTIALS in said:
        return CredentialRetrievalError(provider="session", error_msg=said.partition(_NO_CREDENTIALS)[2].strip(": \n"))
    if "sending request" in said:
        return EndpointConnectionError(endpoint_url=name)
    return IncompleteReadError(actual_bytes=0, expected_bytes=0)


def _first(pattern: re.Pattern[str], text: str) -> str:
    match = pattern.search(text)
    return match[1] if match else ""
