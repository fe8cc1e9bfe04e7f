"""What was searched, hour by hour or day by day, as lanes of cells: the values behind the picture of the coverage."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from gdkit import tables
from gdkit.analysis.coverage_ledger import HIDES_NO_EVENT
from gdkit.ui.text import visible
from gdkit.ui.words import many

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

SEEN, NONE_SEEN, NOT_READ, LATE, NOT_SEARCHED, OFF = "seen", "none seen", "not read", "late", "not searched", "off"

WORDS: Mapping[str, str] = {
    SEEN: "calls of the session seen",
    NONE_SEEN: "searched, none seen",
    NOT_READ: "could not be read, or not whole",
    LATE: "may not have been delivered yet",
    NOT_SEARCHED: "not searched",
    OFF: "region not enabled: nothing can be called there",
}
"""What each state of a cell means."""

SIGNS: Mapping[str, str] = {SEEN: "n", NONE_SEEN: "0", NOT_READ: "✕", LATE: "…", NOT_SEARCHED: "-", OFF: "/"}
"""What stands in a cell, for those who see no colours; n is a number."""

_STATE_OF: Mapping[str, str] = {
    "unread": NOT_READ, "denied": NOT_READ, "failed": NOT_READ, "throttled": NOT_READ, "redacted": NOT_READ,
    "delayed": LATE, "not searched": NOT_SEARCHED, "no data events": NOT_SEARCHED, "over 90 days": NOT_SEARCHED,
    "not enabled": OFF,
}  # fmt: skip
"""State of a cell by the state of a row of the ledger that is not ``searched``."""

_NO_PLACE = HIDES_NO_EVENT - set(_STATE_OF)
"""States that can hide no event, and are of no place: they are told in words."""

_GRAVEST = (NOT_READ, LATE, SEEN, NONE_SEEN, NOT_SEARCHED, OFF)
"""Where several rows of the ledger speak of one cell, the first of these is shown."""

SPANS = {"1h": "an hour", "3h": "3 hours", "6h": "6 hours", "12h": "12 hours", "1D": "a day", "7D": "a week",
         "28D": "4 weeks", "364D": "52 weeks"}  # fmt: skip
"""Lengths of a cell, from fine to coarse, each with its words."""

HISTORY = "event history"
"""How CloudTrail's event history is named among the sources."""

MOST_CELLS, MOST_LANES = 30, 24
"""Cells of a lane, and lanes of a picture; of more lanes the alike are put together, and the rest is counted."""


@dataclass(frozen=True, slots=True)
class Cell:
    """What became of one lane in one span: its state, and the session's calls that are known from there."""

    state: str
    calls: int = 0


@dataclass(frozen=True, slots=True)
class Lane:
    """One source, account, region and kind of event, or several that are alike.

    Attributes:
        source: as it was given, short.
        account_id: the account; "all accounts" where it holds for all.
        region: the region; several are named or counted.
        kind: what kind of events where it is not the usual one; empty for the usual.
        cells: one a span.
    """

    source: str
    account_id: str
    region: str
    kind: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class CoverageMap:
    """The lanes, their spans, and what is not drawn.

    Attributes:
        begin: the first instant that the ledger speaks of, aware.
        end: the last.
        begins: the beginning of each span.
        span: its length, one of ``SPANS``.
        lanes: what is drawn.
        left_out: lanes that are not.
    """

    begin: datetime
    end: datetime
    begins: tuple[pd.Timestamp, ...]
    span: str
    lanes: tuple[Lane, ...]
    left_out: int


def coverage_map(ledger: pd.DataFrame, events: pd.DataFrame) -> CoverageMap | None:
    """Lay out what was searched.

    Args:
        ledger: ``tables.COVERAGE_LEDGER``.
        events: ``tables.SESSION_EVENTS``: a call counts in each lane of its account, region and kind that was searched
            at its time, whichever source it was kept from.

    Returns:
        The map; None where no row of the ledger has a time.
    """
    times = pd.concat([ledger["start_at"], ledger["end_at"]]).dropna()
    if times.empty:
        return None
    begin, end = times.min(), times.max()
    begins, span = _spans(begin, end)
    calls = _counted(events, begins, span)
    rows: dict[tuple[str, str, str, str], list[dict[str, Any]]] = {}
    for row in tables.rows_of(ledger[~ledger["state"].isin(_NO_PLACE)]):
        rows.setdefault(_place(row), []).append(row)
    lanes = [Lane(*place, _cells(begins, span, here, _calls_of(here[0], calls, len(begins))))
             for place, here in rows.items()]  # fmt: skip
    merged = sorted(_alike(lanes), key=_order)
    return CoverageMap(begin.to_pydatetime(), end.to_pydatetime(), begins, span, tuple(merged[:MOST_LANES]),
                       max(0, len(merged) - MOST_LANES))  # fmt: skip


def _spans(begin: pd.Timestamp, end: pd.Timestamp) -> tuple[tuple[pd.Timestamp, ...], str]:
    """Cut a time into at most so many spans; of a time too long for that the last ones are given."""
    for span in SPANS:
        made = tuple(pd.date_range(begin.floor("1h" if span.endswith("h") else "1D"), end, freq=span))
        if len(made) <= MOST_CELLS:
            break
    return made[-MOST_CELLS:], span


def _counted(events: pd.DataFrame, begins: Sequence[pd.Timestamp], span: str) -> pd.DataFrame:
    """Count the session's calls by account, region, kind and number of the span."""
    timed = events[events["event_at"].notna()]
    number = (timed["event_at"] - begins[0]) // pd.Timedelta(span)
    names = ["account_id", "region", "event_category"]
    return timed[names].assign(number=number, calls=1).groupby([*names, "number"], dropna=False, as_index=False).sum()


def _place(row: Mapping[str, Any]) -> tuple[str, str, str, str]:
    data = row["state"] == "no data events" or row["event_category"] not in (None, "Management")
    kind = visible(row["event_category"] or "data", 20).lower() + " events" if data else ""
    return (_source(row["source"]), visible(row["account_id"] or "all accounts", 20),
            visible(row["region"] or "all regions", 20), kind)  # fmt: skip


def _source(source: str) -> str:
    return HISTORY if source == "lookup" else visible(source[-24:], 40)


def _calls_of(row: Mapping[str, Any], calls: pd.DataFrame, spans: int) -> list[int]:
    """Give the session's calls of one account, region and kind in each span."""
    here = calls
    for column in ("account_id", "region", "event_category"):
        if row[column] is not None:
            here = here[(here[column] == row[column]) | here[column].isna()]
    counted = Counter[int]()
    for number, count in zip(here["number"], here["calls"], strict=True):
        counted[number] += count
    return [counted[number] for number in range(spans)]


def _cells(
    begins: Sequence[pd.Timestamp], span: str, rows: Sequence[Mapping[str, Any]], calls: Sequence[int]
) -> tuple[Cell, ...]:
    found = any(row["state"] == "searched" and row["records"] != 0 for row in rows)
    length = pd.Timedelta(span)
    made = []
    for begin, seen in zip(begins, calls, strict=True):
        about = [row for row in rows if (row["start_at"] is None or row["start_at"] < begin + length)
                 and (row["end_at"] is None or row["end_at"] >= begin)]  # fmt: skip
        number = seen if found else 0
        states = {_state(row["state"], number) for row in about}
        state = next((one for one in _GRAVEST if one in states), NOT_SEARCHED)
        made.append(Cell(state, number if state in (SEEN, NOT_READ, LATE) else 0))
    return tuple(made)


def _state(state: str, calls: int) -> str:
    return (SEEN if calls else NONE_SEEN) if state == "searched" else _STATE_OF[state]


def _alike(lanes: Iterable[Lane]) -> Iterator[Lane]:
    """Put together regions that are alike in an account, and then accounts that are alike, where no call was seen."""
    by_region: dict[tuple[Any, ...], list[Lane]] = {}
    for lane in lanes:
        by_region.setdefault(_key(lane, lane.account_id, lane.region), []).append(lane)
    regions = [replace(same[0], region=_names([one.region for one in same], "region")) for same in by_region.values()]
    by_account: dict[tuple[Any, ...], list[Lane]] = {}
    for lane in regions:
        by_account.setdefault(_key(lane, lane.region, lane.account_id), []).append(lane)
    for same in by_account.values():
        yield replace(same[0], account_id=_names([one.account_id for one in same], "account"))


def _key(lane: Lane, fixed: str, free: str) -> tuple[Any, ...]:
    """Give what lanes have in common that are put together: one with calls stays by itself."""
    own = free if any(cell.calls for cell in lane.cells) else ""
    return (lane.source, fixed, lane.kind, lane.cells, own)


def _names(names: Sequence[str], noun: str) -> str:
    return ", ".join(names) if len(names) <= 2 else many(len(names), noun)


def _order(lane: Lane) -> tuple[Any, ...]:
    """Put lanes with calls first, then those with gaps; what is off stands last."""
    calls = sum(cell.calls for cell in lane.cells)
    grave = min(_GRAVEST.index(cell.state) for cell in lane.cells)
    return (not calls, lane.cells[0].state == OFF, grave, lane.source, lane.account_id, lane.kind, -calls, lane.region)
