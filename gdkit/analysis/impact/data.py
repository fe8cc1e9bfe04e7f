"""Data that calls reached: what, how, and how much of it where the log says."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from gdkit import tables
from gdkit.analysis.impact.data_table import REACHES, Reach

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    import pandas as pd

    from gdkit.analysis.impact.calls import Call

DATA_NOTE = (
    "Reading and writing of S3 objects, Lambda invocations, DynamoDB items, EBS blocks and SQS messages are data "
    "events: they are seen only where a trail logged them. That none is listed proves nothing."
)
"""What every reader of the table must know. Source: CloudTrail User Guide, "Logging data events"."""
SIZE_NOTE = "Bytes are those that records tell of; a missing number means unknown, not none."

_MOST_NAMES = 3
_MOST_DETAILS = 20
_LONGEST_NAME = 200


@dataclass(slots=True)
class _Thing:
    """One row while it is counted."""

    calls: int = 0
    refused: int = 0
    failed: int = 0
    bytes_out: int = 0
    bytes_calls: int = 0
    objects: dict[str, None] = field(default_factory=dict)
    tried: dict[str, None] = field(default_factory=dict)
    done_at: list[datetime] = field(default_factory=list)
    tried_at: list[datetime] = field(default_factory=list)
    how: dict[str, None] = field(default_factory=dict)
    details: dict[str, None] = field(default_factory=dict)


def data_frame(calls: Iterable[Call]) -> pd.DataFrame:
    """Give ``tables.DATA_REACHED``: content that was reached first, then what was only listed or tried.

    A call that names several things counts once for each; its bytes count where it names one thing alone, since no
    record says how they are shared out.

    Args:
        calls: those whose operation stands in ``REACHES``, by time.
    """
    things: dict[tuple[str, str | None, str | None, str, str], _Thing] = {}
    for call in calls:
        reach = REACHES[call.operation]
        if not call.fits(reach.only, reach.value):
            continue
        names: list[str | None] = [*(call.found(*reach.id.split()) if reach.id else [])]
        for name in names or [None]:
            key = (reach.kind, name, call.account_id, reach.access, call.party)
            _count(things.setdefault(key, _Thing()), call, reach, alone=len(names) <= 1)
    rows = [_row(key, thing) for key, thing in things.items()]
    rows.sort(key=lambda row: (not row["reached"], row["access"] == "listed", -row["calls"], row["kind"]))
    return tables.frame_of_rows(tables.DATA_REACHED, rows)


def _count(thing: _Thing, call: Call, reach: Reach, *, alone: bool) -> None:
    if call.event_at is not None:
        (thing.done_at if call.outcome == "succeeded" else thing.tried_at).append(call.event_at)
    thing.how[call.event_name] = None
    names = call.found(reach.object) if reach.object else []
    objects = dict.fromkeys(f"{reach.numbered} {name}" if reach.numbered else name for name in names)
    if call.outcome != "succeeded":
        thing.refused += call.outcome == "refused"
        thing.failed += call.outcome != "refused"
        thing.tried |= objects
        return
    thing.calls += 1
    if call.bytes_out is not None and alone:
        thing.bytes_out += call.bytes_out
        thing.bytes_calls += 1
    thing.objects |= objects
    for path in reach.detail.split():
        thing.details.update(dict.fromkeys(call.found(path)))


def _row(key: tuple[str, str | None, str | None, str, str], thing: _Thing) -> dict[str, Any]:
    kind, name, account_id, access, party = key
    times = thing.done_at or thing.tried_at
    return {
        "kind": kind, "id": name, "account_id": account_id, "access": access, "party": party,
        "reached": thing.calls > 0, "calls": thing.calls, "refused": thing.refused, "failed": thing.failed,
        "objects": len(thing.objects) if thing.objects else None,
        "bytes_out": thing.bytes_out if thing.bytes_calls else None, "bytes_calls": thing.bytes_calls,
        "first_at": min(times, default=None), "last_at": max(times, default=None),
        "how": "\n".join(thing.how), "detail": _detail(thing),
    }  # fmt: skip


def _detail(thing: _Thing) -> str | None:
    """Say which objects were reached, or else tried, the first by time, and what else is worth telling."""
    names = _few(thing.objects, _MOST_NAMES) if thing.calls else _few(thing.tried, _MOST_NAMES, "tried in vain: ")
    return "\n".join([*names, *_few(thing.details, _MOST_DETAILS)]) or None


def _few(texts: Iterable[str], most: int, before: str = "") -> list[str]:
    """Give the first texts, each on one line of its own and not too long, and how many more there are."""
    told = list(texts)
    more = [f"and {len(told) - most:,} more"] if len(told) > most else []
    return [*(f"{before}{_one_line(text)}" for text in told[:most]), *more]


def _one_line(text: str) -> str:
    r"""Give a name on one line: a line break in it, which a key may hold, is written as ``\n``."""
    line = text.replace("\r", "\\r").replace("\n", "\\n")
    return line if len(line) <= _LONGEST_NAME else f"{line[:_LONGEST_NAME]}…"
