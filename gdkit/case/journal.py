"""The journal of a case: append-only JSON lines, each carrying the hash of the one before."""

from __future__ import annotations

import hashlib
import json
import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from gdkit.case.files import write_error
from gdkit.errors import CaseError
from gdkit.model import utc_text

if TYPE_CHECKING:
    from pathlib import Path

FIRST = "0" * 64
"""What the first entry names as the hash before it."""


def append_entry(path: Path, *, actor: str, act: str, detail: dict[str, Any]) -> dict[str, Any]:
    """Add one entry and put it on the disk before returning.

    Args:
        path: ``journal.jsonl`` of the case.
        actor: who did it.
        act: what was done, one or two words.
        detail: what belongs to it; never a credential.

    Returns:
        The entry as written: ``seq``, ``at``, ``actor``, ``act``, ``detail``, ``previous``, ``hash``.

    Raises:
        CaseWriteError: it cannot be written.
        CaseError: the last line of the journal is damaged.
    """
    last = _last_entry(path)
    entry = {
        "seq": last["seq"] + 1 if last else 1,
        "at": utc_text(datetime.now(UTC).replace(microsecond=0)),
        "actor": actor,
        "act": act,
        "detail": detail,
        "previous": last["hash"] if last else FIRST,
    }
    entry["hash"] = entry_hash(entry)
    try:
        path.touch(mode=0o600)
        with path.open("a", encoding="utf-8", errors="backslashreplace") as handle:
            handle.write(json.dumps(entry, ensure_ascii=False) + "\n")
            handle.flush()
            os.fsync(handle.fileno())
    except OSError as error:
        raise write_error(path, error) from error
    return entry


def read_entries(path: Path) -> list[dict[str, Any]]:
    """Give all entries in order; an empty list where nothing was written yet.

    Raises:
        CaseError: a line is damaged; the message names it.
    """
    if not path.exists():
        return []
    entries = []
    for number, line in enumerate(_lines(path), start=1):
        try:
            entry = json.loads(line)
        except ValueError:
            entry = None
        if not isinstance(entry, dict) or not entry.keys() >= {"seq", "hash"}:
            raise CaseError(
                f"line {number} is damaged", where=str(path), action="keep the file as it is and compare with a copy"
            )
        entries.append(entry)
    return entries


def broken_entry(entries: list[dict[str, Any]]) -> int | None:
    """Give the sequence number of the first entry that does not fit the chain; None where all fit."""
    previous = FIRST
    for number, entry in enumerate(entries, start=1):
        if entry.get("previous") != previous or entry.get("seq") != number or entry.get("hash") != entry_hash(entry):
            return number
        previous = entry["hash"]
    return None


def entry_hash(entry: dict[str, Any]) -> str:
    """Give the hex SHA-256 of an entry's content, its own hash left out."""
    content = {name: value for name, value in entry.items() if name != "hash"}
    text = json.dumps(content, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest()


def _lines(path: Path) -> list[bytes]:
    """Give the journal's lines; only a line feed ends one, for texts in it may hold other line separators."""
    try:
        return path.read_bytes().removesuffix(b"\n").split(b"\n")
    except OSError as error:
        raise CaseError(f"it cannot be read ({error.strerror})", where=str(path)) from error


def _last_entry(path: Path) -> dict[str, Any] | None:
    entries = read_entries(path)
    return entries[-1] if entries else None
