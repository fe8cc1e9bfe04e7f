"""What reading a file yields: records found, places not understood, and things to count."""

from __future__ import annotations

from typing import Any, Literal, NamedTuple, TypeAlias

NoteKind = Literal["time", "no_time", "account", "cells", "differs", "contradicts", "lookup", "bytes"]

NOT_CLOUDTRAIL = "JSON, but no CloudTrail record"


class Found(NamedTuple):
    """One CloudTrail record: its exact text, what it says, where it began and the form it came in.

    Attributes:
        row: the whole row that it was taken from, where that says more than the exact text.
    """

    raw: str
    record: dict[str, Any]
    line: int
    form: str
    row: str | None = None


class Problem(NamedTuple):
    """A place that could not be read, and why."""

    line: int | None
    reason: str


class Note(NamedTuple):
    """Something odd that is counted and told once."""

    line: int | None
    kind: NoteKind


class Digest(NamedTuple):
    """A CloudTrail digest: hashes of log files, no events."""

    line: int


Item: TypeAlias = Found | Problem | Note | Digest


def is_record(value: object) -> bool:
    """Tell whether a parsed value is a CloudTrail record.

    S3 and SQS notifications have fields of the same names; their source begins with ``aws:``.

    >>> is_record({"eventName": "GetObject", "eventSource": "s3.amazonaws.com"})
    True
    >>> is_record({"eventName": "ObjectCreated:Put", "eventSource": "aws:s3", "eventTime": "…"})
    False

    Source: CloudTrail User Guide, "CloudTrail record contents"; S3 User Guide, "Event message structure".
    """
    if not isinstance(value, dict):
        return False
    if "eventName" not in value:
        return "eventID" in value and "eventType" in value
    source = value.get("eventSource")
    if isinstance(source, str) and source.startswith("aws:"):
        return False
    return "eventSource" in value or "eventTime" in value or "@timestamp" in value


def without_lone_surrogates(text: str) -> str:
    r"""Replace halves of surrogate pairs, which JSON can hold and no file can.

    >>> without_lone_surrogates("a\ud800b")
    'a\ufffdb'
    """
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text
