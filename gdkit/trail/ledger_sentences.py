"""What a ledger says of odd things in log files that are counted: of one, and of several."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gdkit.trail.items import NoteKind

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
