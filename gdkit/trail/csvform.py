"""CloudTrail events in CSV: the console's download, what Excel makes of it, and tables with dictionaries in cells."""

from __future__ import annotations

import ast
import csv
import json
import re
import warnings
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from gdkit.trail.items import Found, Item, Note, Problem, is_record, without_lone_surrogates
from gdkit.trail.wrappers import ATHENA, lookup_row

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gdkit.trail.window import TextWindow

_LONGEST_CELL = 50_000_000
_LONGEST_LITERAL = 1_000_000
_NOT_A_LETTER = re.compile(r"[^a-z0-9.@]")
_MISSING = frozenset({"", "nan", "NaN", "None", "null", "NaT", "<NA>", "-"})
_STRUCT = re.compile(r"\{\s*[A-Za-z]\w*\s*=")
_FIELDS = """
    additionalEventData apiVersion awsRegion edgeDeviceDetails errorCode errorMessage eventCategory eventID eventName
    eventSource eventTime eventType eventVersion managementEvent readOnly recipientAccountId requestID
    requestParameters resources responseElements serviceEventDetails sessionCredentialFromConsole sharedEventID
    sourceIPAddress tlsDetails userAgent userIdentity vpcEndpointAccountId vpcEndpointId
"""
_CANONICAL = {name.lower(): name for name in _FIELDS.split()} | {
    "username": "userIdentity.userName",
    "awsaccesskey": "userIdentity.accessKeyId",
    "accesskeyid": "userIdentity.accessKeyId",
    "region": "awsRegion",
    "sourceip": "sourceIPAddress",
    "@timestamp": "@timestamp",
}
_LOOKUP = {
    name.lower(): name
    for name in (
        "EventId",
        "EventName",
        "ReadOnly",
        "AccessKeyId",
        "EventTime",
        "EventSource",
        "Username",
        "Resources",
        "CloudTrailEvent",
    )
}
_OBJECTS = frozenset(
    {"userIdentity", "requestParameters", "responseElements", "additionalEventData", "resources", "tlsDetails"}
)


def separator_of(first_line: str) -> str | None:
    """Give the separator of a table of CloudTrail events, judged by its header; None where it is none.

    >>> separator_of("User name;AWS access key;Event time;Event source;Event name")
    ';'

    Source: CloudTrail User Guide, "Downloading events" from event history.
    """
    for separator in (",", ";", "\t", "|"):
        names = [_normal(cell) for cell in first_line.strip().split(separator)]
        if "eventname" in names and {"eventsource", "eventtime", "@timestamp", "eventid"} & set(names):
            return separator
    return None


def read_csv(window: TextWindow, separator: str) -> Iterator[Item]:
    """Give the record that each row of a table is, and the rows that are none."""
    csv.field_size_limit(max(csv.field_size_limit(), _LONGEST_CELL))
    rows = csv.reader(_lines(window), delimiter=separator)
    header = [cell.strip().lstrip("\ufeff") for cell in next(rows)]
    names = _names(header)
    line = rows.line_num + 1
    while True:
        try:
            cells = next(rows, None)
        except csv.Error as error:
            yield Problem(line, f"not CSV ({error}); nothing after it was read")
            return
        if cells is None:
            return
        if any(cell.strip() for cell in cells):
            yield from _row(header, names, cells, line)
        line = rows.line_num + 1


def found_again(row: str, line: int) -> Found:
    """Give the record that a row was taken for, from what ``Found.row`` says of it."""
    header, cells = json.loads(row)
    return next(item for item in _row(header, _names(header), cells, line) if isinstance(item, Found))


def _names(header: list[str]) -> list[str]:
    """Give the fields of records, or of look-up rows, that the columns of a table are."""
    if "cloudtrailevent" in {_normal(name) for name in header}:
        return [_LOOKUP.get(_normal(name), name) for name in header]
    return [_canonical(name) for name in header]


def _row(header: list[str], names: list[str], cells: list[str], line: int) -> Iterator[Item]:
    while len(cells) > len(header) and not cells[-1].strip():
        cells.pop()
    if len(cells) > len(header):
        yield Problem(line, f"a row of {len(cells)} cells under a header of {len(header)}")
        return
    raw = without_lone_surrogates(json.dumps(dict(zip(header, cells, strict=False)), ensure_ascii=False))
    filled = [(name, cell.strip()) for name, cell in zip(names, cells, strict=False) if cell.strip() not in _MISSING]
    if any(name == "userIdentity" and _STRUCT.match(cell) for name, cell in filled):
        yield Problem(line, ATHENA)
        return
    row = lookup_row(dict(filled), raw, line)
    if row is not None:
        yield Found(row.raw, row.record, line, "CSV of LookupEvents rows", json.dumps([header, cells]))
        if row.note:
            yield row.note
    else:
        record = _record(filled)
        if not is_record(record):
            yield Problem(line, "a row without an event name, or without event source and time")
            return
        yield Found(raw, record, line, "CSV", json.dumps([header, cells]))
    if len(cells) < len(header):
        yield Note(line, "cells")


def _record(filled: list[tuple[str, str]]) -> dict[str, Any]:
    record: dict[str, Any] = {}
    user: dict[str, Any] = {}
    for name, cell in filled:
        if name.startswith("userIdentity.") and name.count(".") == 1:
            user[name.partition(".")[2]] = cell
        elif name in _OBJECTS:
            record[name] = _parsed(cell)
        elif name == "recipientAccountId":
            record[name] = _account(cell)
        else:
            record.setdefault(name, cell)
    identity = record.get("userIdentity")
    if user and not isinstance(identity, str):
        record["userIdentity"] = user | (identity if isinstance(identity, dict) else {})
    return record


def _parsed(cell: str) -> Any:
    """Read a cell that holds JSON or the Python form of a dictionary or list; other text stays text."""
    if cell[:1] not in {"{", "["}:
        return cell
    with suppress(ValueError, RecursionError):  # no JSON: perhaps Python's form of it
        return json.loads(cell)
    if len(cell) > _LONGEST_LITERAL:
        return cell
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.literal_eval(cell)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return cell


def _account(cell: str) -> str:
    """Put back the zeros that a spreadsheet took from the front; a rounded number stays as it is, to be refused."""
    digits = cell.removesuffix(".0")
    return digits.zfill(12) if digits.isascii() and digits.isdigit() else cell


def _canonical(name: str) -> str:
    normal = _normal(name)
    if "." in normal:
        return name.replace(" ", "")
    return _CANONICAL.get(normal, name)


def _normal(name: str) -> str:
    return _NOT_A_LETTER.sub("", name.strip().lower())


def _lines(window: TextWindow) -> Iterator[str]:
    while True:
        end = window.text.find("\n", window.at)
        if end < 0 and window.more():
            continue
        line = window.text[window.at :] if end < 0 else window.text[window.at : end + 1]
        window.at += len(line)
        if not line:
            return
        yield line
