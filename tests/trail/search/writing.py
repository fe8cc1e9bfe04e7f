"""Log files in every form and state of damage."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


def _one_line(records: list[dict[str, Any]], between: str = ",") -> str:
    return '{"Records":[' + between.join(json.dumps(one, separators=(",", ":")) for one in records) + "]}"


def _lookup(records: list[dict[str, Any]]) -> str:
    rows = [{"EventId": one["eventID"], "CloudTrailEvent": json.dumps(one)} for one in records]
    return json.dumps({"Events": rows})


FORMS: dict[str, Callable[[list[dict[str, Any]]], str]] = {
    "one line": _one_line,
    "a line a record": lambda records: _one_line(records, ",\n") + "\n",
    "spaces": lambda records: json.dumps({"Records": records}),
    "pretty": lambda records: json.dumps({"Records": records}, indent=2),
    "sorted names": lambda records: json.dumps({"Records": records}, sort_keys=True, separators=(",", ":")),
    "other names before": lambda records: json.dumps({"a": [{"b": 1}], "Records": records}, separators=(",", ":")),
    "other names behind": lambda records: json.dumps({"Records": records, "Other": records}, separators=(",", ":")),
    "no separators": lambda records: _one_line(records, ""),
    "JSON lines": lambda records: "\n".join(json.dumps(one) for one in records),
    "two documents": lambda records: _one_line(records[:1]) + _one_line(records[1:]),
    "look-up": _lookup,
}
"""A text of records, by the name of its form."""

PACKINGS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "none": bytes,
    "two members": lambda data: gzip.compress(data[:700]) + gzip.compress(data[700:]),
    "the same member twice": lambda data: gzip.compress(data) * 2,
    "zeros behind": lambda data: gzip.compress(data) + b"\0" * 13,
    "other bytes behind": lambda data: gzip.compress(data) + b"<html>",
    "gzip in gzip": lambda data: gzip.compress(gzip.compress(data)),
    "cut short": lambda data: (packed := gzip.compress(data))[: len(packed) * 3 // 4],
    "a wrong size": lambda data: gzip.compress(data)[:-4] + b"\1\0\0\0",
    "a wrong sum": lambda data: gzip.compress(data)[:-8] + b"\1\0\0\0" + gzip.compress(data)[-4:],
    "damaged": lambda data: (
        (packed := gzip.compress(data))[: len(packed) // 2] + b"\xff" * 9 + packed[len(packed) // 2 :]
    ),
    "stored": lambda data: gzip.compress(data, 0),
    "cut off, then packed": lambda data: gzip.compress(data[: len(data) * 3 // 4]),
    "lost a block, then packed": lambda data: gzip.compress(
        data[: len(data) // 3] + b"\0" * 512 + data[len(data) // 3 + 512 :]
    ),
}
"""What a file's bytes are made of its text, by the name of the state."""


def escaped(text: str, identifier: str, every: int) -> str:
    """Write some letters of an identifier as JSON escapes; the text says the same."""
    letters = [f"\\u{ord(letter):04x}" if number % every == 0 else letter for number, letter in enumerate(identifier)]
    return text.replace(identifier, "".join(letters))
