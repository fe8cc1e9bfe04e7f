"""What a ledger says of odd things in log files, which it counts, and where there was nothing to read at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gdkit.errors import TrailError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gdkit.model import Unread
    from gdkit.trail.items import NoteKind
    from gdkit.trail.sources import SourceFiles

SENTENCES: dict[NoteKind, tuple[str, str]] = {
    "time": ("1 event has a time that cannot be read", "{n} events have a time that cannot be read"),
    "no_time": ("1 event has no time", "{n} events have no time"),
    "account": (
        "1 event has an account id that a spreadsheet rounded, so it is left out",
        "{n} events have an account id that a spreadsheet rounded, so it is left out",
    ),
    "differs": (
        "1 event id stands on records that differ in name or time; all of them are kept",
        "{n} event ids stand on records that differ in name or time; all of them are kept",
    ),
    "contradicts": (
        "1 event has copies that differ in who called, from where, or where it was recorded; the fullest is shown",
        "{n} events have copies that differ in who called, from where, or where it was recorded; the fullest are shown",
    ),
    "cells": ("1 row has fewer cells than its header", "{n} rows have fewer cells than their header"),
    "lookup": (
        "1 look-up row has no readable CloudTrailEvent, so only the row's own fields are known",
        "{n} look-up rows have no readable CloudTrailEvent, so only the rows' own fields are known",
    ),
    "bytes": (
        "1 file holds bytes that are no text in its encoding; they are shown as \ufffd",
        "{n} files hold bytes that are no text in their encoding; they are shown as \ufffd",
    ),
}
"""Of one, and of several."""


def nothing_there(sources: Sequence[SourceFiles]) -> TrailError:
    """Say that sources hold no log file."""
    where = ", ".join(source.source for source in sources)
    if all(source.archived for source in sources):
        return TrailError("the archive holds no log file yet", where=where,
                          action="take them in: 'gdkit archive DIR' goes on where it was stopped")  # fmt: skip
    return TrailError("no file with CloudTrail events was found", where=where,
                      action="name the folder that holds the .json.gz, .json, .jsonl or .csv files.")  # fmt: skip


def nothing_read(unread: Sequence[Unread]) -> TrailError:
    """Say that none of what sources hold could be read, and why."""
    first: dict[tuple[str, str], int | None] = {}
    for one in unread:
        first.setdefault((one.file, one.reason), one.line)
    named = [f"{file}{'' if line is None else f':{line}'}: {why}" for (file, why), line in list(first.items())[:3]]
    more = f"; and {len(unread) - len(named)} more places" if len(unread) > len(named) else ""
    return TrailError(
        f"no CloudTrail event could be read ({'; '.join(named)}{more})",
        action="check that these are the trail's log files, whole and readable by you, and load them again.",
    )
