"""What an export wraps around a record, taken off; and the names of what holds no record."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from gdkit.trail.items import NOT_CLOUDTRAIL, Digest, Note, Problem, is_record, without_lone_surrogates
from gdkit.trail.window import member_text

if TYPE_CHECKING:
    from collections.abc import Mapping

CONTAINERS = frozenset({"Records", "records", "Events", "events", "hits", "logEvents", "results"})
"""Names whose list holds records, or rows with a record in them."""

LOOKUP_ROW = "LookupEvents row"

_MESSAGES = ("message", "@message", "Message", "_raw")
_ROW_FIELDS = {
    "EventId": "eventID",
    "EventName": "eventName",
    "EventTime": "eventTime",
    "EventSource": "eventSource",
    "ReadOnly": "readOnly",
}
ATHENA = (
    "rows of an Athena table or a CloudTrail Lake query (names in lower case), a form not read yet; use the log files"
)
OCSF = "OCSF events (Security Lake), a form not read yet; use the trail's own log files"


class Inner(NamedTuple):
    """JSON text that stood inside a wrapper, and the wrapper's name."""

    raw: str
    form: str


class Row(NamedTuple):
    """The record that a LookupEvents row carries."""

    raw: str
    record: dict[str, Any]
    note: Note | None


def taken_off(value: Mapping[str, Any], raw: str) -> Inner | None:
    """Give what stands inside the wrapper that ``value`` is; None where it is no known wrapper.

    Source: EventBridge User Guide, "AWS service events delivered via CloudTrail" (``detail``); CloudWatch Logs API,
    FilterLogEvents (``message``); Elasticsearch search API (``_source``); Splunk REST API, search export (``result``).
    """
    if isinstance(value.get("result"), dict):
        value, raw = value["result"], member_text(raw, "result") or ""
    if isinstance(value.get("_source"), dict):
        return Inner(member_text(raw, "_source") or "", "Elasticsearch hit")
    if isinstance(value.get("detail"), dict) and is_record(value["detail"]):
        return Inner(member_text(raw, "detail") or "", "EventBridge")
    for name in _MESSAGES:
        message = value.get(name)
        if isinstance(message, str) and message.lstrip()[:1] in {"{", "["}:
            return Inner(without_lone_surrogates(message), "Splunk" if name == "_raw" else "CloudWatch Logs")
        if isinstance(message, dict) and is_record(message):
            return Inner(member_text(raw, name) or "", "CloudWatch Logs")
    return None


def message_of(value: object) -> str | None:
    """Give the JSON text that a list holds as a row of Logs Insights, or that a list of CloudTrailEvent holds.

    Source: CloudWatch Logs API, GetQueryResults (``results``); AWS CLI, ``lookup-events --query``.
    """
    if isinstance(value, list):
        cells = (cell for cell in value if isinstance(cell, dict) and cell.get("field") == "@message")
        value = next((cell.get("value") for cell in cells), None)
    return without_lone_surrogates(value) if isinstance(value, str) and value.lstrip()[:1] == "{" else None


def lookup_row(row: Mapping[str, Any], raw: str, line: int) -> Row | None:
    """Read a LookupEvents row: its CloudTrailEvent is the event, the row itself only fills what that lacks.

    Source: CloudTrail API, LookupEvents, type Event.
    """
    if "CloudTrailEvent" not in row:
        return None
    text = row["CloudTrailEvent"]
    record: Any = text if isinstance(text, dict) else None
    if isinstance(text, str):
        try:
            record = json.loads(text)
        except (ValueError, RecursionError):
            record = None
    note = None
    if not is_record(record):
        record, note = {}, Note(line, "lookup")
    else:
        raw = without_lone_surrogates(text) if isinstance(text, str) else member_text(raw, "CloudTrailEvent") or raw
    _fill(record, row)
    return Row(raw, record, note) if is_record(record) else None


def _fill(record: dict[str, Any], row: Mapping[str, Any]) -> None:
    for theirs, ours in _ROW_FIELDS.items():
        if row.get(theirs) not in (None, "") and record.get(ours) in (None, ""):
            record[ours] = row[theirs]
    identity = record.get("userIdentity")
    if identity is None or isinstance(identity, dict):
        filled = dict(identity or {})
        for theirs, ours in (("AccessKeyId", "accessKeyId"), ("Username", "userName")):
            if row.get(theirs) and not filled.get(ours):
                filled[ours] = row[theirs]
        record["userIdentity"] = filled
    named = row.get("Resources")
    if isinstance(named, list) and named:
        own = record.get("resources")
        record["resources"] = [*(own if isinstance(own, list) else []), *named]


def named(value: object, line: int) -> Problem | Digest:
    """Say what a JSON value without a record is."""
    if not isinstance(value, dict):
        return Problem(line, NOT_CLOUDTRAIL)
    if "digestStartTime" in value and "logFiles" in value:
        return Digest(line)
    if "class_uid" in value:
        return Problem(line, OCSF)
    if "eventname" in value and ("eventsource" in value or "eventtime" in value):
        return Problem(line, ATHENA)
    if str(value.get("eventSource", "")).startswith("aws:"):
        return Problem(line, "a notification of S3 or SQS, no CloudTrail record")
    return Problem(line, NOT_CLOUDTRAIL)
