"""Values out of JSON of doubtful origin: text, numbers, flags, times, and words safe to show.

No function here raises on odd input; what cannot be read is ``None``.
"""

from __future__ import annotations

import json
import math
from datetime import UTC, datetime

JsonObject = dict[str, object]

_EPOCH_MS_FROM = 1e11
"""Numbers from here on are milliseconds: as seconds they would lie after the year 5100."""


def quoted(value: object, limit: int = 60) -> str:
    r"""Give text from a file in quotes, cut and with every unprintable character escaped.

    >>> quoted("a\x1b[31m" + "b" * 99, limit=8)
    "'a\\x1b[31mbb…'"
    """
    text = value if isinstance(value, str) else str(type(value).__name__)
    return repr(text if len(text) <= limit else text[:limit] + "…")


def plain(value: object, limit: int = 120) -> str:
    """Give text from a file without quotes, cut and with every unprintable character escaped."""
    return quoted(value, limit)[1:-1]


def child(node: object, *path: str) -> object:
    """Follow keys down nested objects; None where one is missing or is no object.

    >>> child({"a": {"b": 1}}, "a", "b"), child({"a": []}, "a", "b")
    (1, None)
    """
    for key in path:
        if not isinstance(node, dict):
            return None
        node = node.get(key)
    return node


def mapping(node: object, *path: str) -> JsonObject:
    """Give the object at a path; an empty one where there is none."""
    found = child(node, *path)
    return found if isinstance(found, dict) else {}


def items(node: object, *path: str) -> list[object]:
    """Give the list at a path; an empty one where there is none."""
    found = child(node, *path)
    return found if isinstance(found, list) else []


def put(tree: JsonObject, path: tuple[str, ...], value: object) -> None:
    """Set a value at a path of nested objects, unless it is missing or the place is already taken."""
    if value is None or value in ("", {}, []):
        return
    for key in path[:-1]:
        below = tree.get(key)
        if not isinstance(below, dict):
            below = {}
            tree[key] = below
        tree = below
    if tree.get(path[-1]) in (None, "", {}, []):
        tree[path[-1]] = value


def fill(tree: JsonObject, other: JsonObject, above: tuple[str, ...] = ()) -> None:
    """Set in a tree what another tree holds and this one misses."""
    for key, value in other.items():
        if isinstance(value, dict):
            fill(tree, value, (*above, key))
        else:
            put(tree, (*above, key), value)


def text(value: object) -> str | None:
    """Give text without surrounding space; a number as its digits; None for empty text and all else.

    Halves of surrogate pairs, which JSON can hold and no file can, become question marks.
    """
    if isinstance(value, bool):
        return None
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else (str(value) if math.isfinite(value) else None)
    if isinstance(value, int):
        return str(value) if abs(value) < 10**40 else None
    if not isinstance(value, str) or not value.strip():
        return None
    return value.strip().encode("utf-8", "replace").decode("utf-8")


def account(value: object) -> str | None:
    """Give an account id; one that was written as a number gets its leading zeros back."""
    found = text(value)
    return found.zfill(12) if found and not isinstance(value, str) else found


def number(value: object) -> float | None:
    """Give a finite number, also out of text."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        found = float(value)
    except (ValueError, OverflowError):
        return None
    return found if math.isfinite(found) else None


def whole(value: object) -> int | None:
    """Give a whole number, also out of text; None where it has a fraction or exceeds 64 bits."""
    found = number(value)
    return int(found) if found is not None and found.is_integer() and abs(found) < 2**63 else None


def flag(value: object) -> bool | None:
    """Give a truth value, also out of the words true and false."""
    if isinstance(value, bool):
        return value
    words = {"true": True, "false": False}
    return words.get(value.strip().lower()) if isinstance(value, str) else None


def asn(value: object) -> str | None:
    """Give an autonomous system number as digits; None for -1, which GuardDuty writes for unknown.

    >>> asn(64500), asn("AS64500"), asn(-1), asn("")
    ('64500', '64500', None, None)
    """
    found = text(value)
    if found is None or found == "-1":
        return None
    return found[2:] if found[:2].upper() == "AS" and found[2:].isdigit() else found


def instant(value: object) -> datetime | None:
    """Read a time: ISO 8601 with T or a space, or seconds or milliseconds since 1970; no zone means UTC.

    >>> instant("2025-02-25 20:40:06.721").isoformat(), instant(1740516006).year, instant("soon")
    ('2025-02-25T20:40:06.721000+00:00', 2025, None)
    """
    if isinstance(value, str):
        value = value.strip()
        if not (len(value) >= 9 and value.replace(".", "", 1).isdecimal()):
            return _iso(value)
    since = number(value)
    if since is None:
        return None
    try:
        return datetime.fromtimestamp(since / 1000 if abs(since) >= _EPOCH_MS_FROM else since, UTC)
    except (OverflowError, OSError, ValueError):
        return None


def _iso(value: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(value)
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def json_in(value: object) -> object:
    """Give the JSON value that a text holds; None where it holds none."""
    if not isinstance(value, str) or value.lstrip()[:1] not in ("{", "["):
        return None
    try:
        found: object = json.loads(value)
    except (ValueError, RecursionError):
        return None
    return found
