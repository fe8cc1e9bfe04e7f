"""The code book of a case: which stand-in stands for which value. It stays in the case and leaves it with no report.

Numbers are given by chance, so that nothing of a value is in its stand-in, and are kept, so that a later report means
the same by ROLE-2. Without the book nobody can tell back.
"""

from __future__ import annotations

import ipaddress
from secrets import SystemRandom
from typing import TYPE_CHECKING

from gdkit.case.files import read_json, write_json
from gdkit.errors import CaseError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from gdkit.case.folder import CaseFolder

BOOK = "redaction.json"
"""Name of the file in the case folder."""


def stand_ins(case: CaseFolder, found: Mapping[str, str]) -> dict[str, str]:
    """Give the stand-in of each value, from the case's book; values that are new to it are added.

    Args:
        case: the case.
        found: kind by value, such as ROLE or ACCOUNT.

    Raises:
        CaseError: the book is damaged.
        CaseWriteError: it cannot be written.
    """
    path = case.path / BOOK
    rows = _read(path)
    known = {row["value"] for row in rows}
    taken, counts = {row["stand_in"] for row in rows} | set(found), _counts(rows)
    fresh = sorted(set(found) - known)
    SystemRandom().shuffle(fresh)
    for value in fresh:
        kind = found[value]
        counts[kind], stand_in = _next(kind, value, counts.get(kind, 0), taken)
        rows.append({"stand_in": stand_in, "kind": kind, "value": value})
    if fresh:
        write_json(path, sorted(rows, key=lambda row: (row["kind"], row["stand_in"])))
    return {row["value"]: row["stand_in"] for row in rows if row["value"] in found}


def _read(path: Path) -> list[dict[str, str]]:
    rows = read_json(path) if path.exists() else []
    if not isinstance(rows, list) or not all(
        isinstance(row, dict) and {"stand_in", "kind", "value"} <= row.keys() for row in rows
    ):
        raise CaseError("it is no code book of a redaction", where=str(path),
                        action="put back the file as it was; without it earlier redacted reports cannot be told "
                               "back")  # fmt: skip
    return rows


def _counts(rows: list[dict[str, str]]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for row in rows:
        counts[row["kind"]] = counts.get(row["kind"], 0) + 1
    return counts


def _next(kind: str, value: str, count: int, taken: set[str]) -> tuple[int, str]:
    """Give the next number of a kind whose stand-in is neither given yet nor somebody's own value."""
    while True:
        count += 1
        stand_in = _stand_in(kind, value, count)
        if stand_in not in taken:
            taken.add(stand_in)
            return count, stand_in


def _stand_in(kind: str, value: str, number: int) -> str:
    """Make a stand-in; those of identifiers keep the shape that rules and readers know them by."""
    if kind == "ACCOUNT":
        return f"{number:012d}"
    if kind in ("KEY", "ID"):
        return f"{value[:4]}REDACTED{kind}{number:05d}"
    if kind == "THING":
        head, _, tail = value.rpartition("-")
        return f"{head}-{number:0{len(tail)}d}"
    if kind == "ADDRESS":
        return f"100::{number:x}" if _is_ipv6(value) else f"0.0.{number >> 8}.{number & 255}"
    return f"{kind}-{number}"


def _is_ipv6(value: str) -> bool:
    """Tell of IPv6. Source: IANA special-purpose registries: 0.0.0.0/8 and 100::/64 are nobody's addresses."""
    return ipaddress.ip_address(value).version == 6
