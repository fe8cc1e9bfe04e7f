"""What calls left behind that can give a way back in, and which calls could have."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gdkit import tables
from gdkit.analysis.impact.persistence_table import PERSISTING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import pandas as pd

    from gdkit.analysis.impact.calls import Call
    from gdkit.analysis.impact.made import Made

_LONGEST_DETAIL = 400
_MOST_DETAILS = 6


def persistence_frame(calls: Iterable[Call]) -> pd.DataFrame:
    """Give ``tables.PERSISTENCE`` by time: a row for each thing that a successful call made or changed.

    Whether a thing still exists is left missing: that is asked of AWS. Where the log does not name the thing, its id
    is missing and the row stands all the same, since something was made.

    Args:
        calls: those whose operation stands in ``PERSISTING``, by time.
    """
    made = (row for call in calls if call.outcome == "succeeded" for row in _rows(call, PERSISTING[call.operation]))
    return tables.frame_of_rows(tables.PERSISTENCE, made)


def persistence_calls_frame(calls: Iterable[Call]) -> pd.DataFrame:
    """Give ``tables.PERSISTENCE_CALLS`` by time: every call that could leave a way back in, whatever came of it.

    Args:
        calls: those whose operation stands in ``PERSISTING``, by time.
    """
    tried = ({**row, "outcome": call.outcome} for call in calls for row in _rows(call, PERSISTING[call.operation]))
    return tables.frame_of_rows(tables.PERSISTENCE_CALLS, tried)


def _rows(call: Call, made: Made) -> Iterator[dict[str, Any]]:
    if not call.fits(made.only, made.value):
        return
    kind, names = _named(call, made)
    parents = call.found(*made.parent.split()) if made.parent else []
    detail = _detail(call, made)
    for name in names:
        yield {
            "kind": kind, "id": name, "parent_id": parents[0] if parents else None,
            "account_id": call.account_id, "region": call.region, "party": call.party, "event_id": call.event_id,
            "event_at": call.event_at, "event_name": call.event_name, "detail": detail,
        }  # fmt: skip


def _named(call: Call, made: Made) -> tuple[str, list[str] | list[None]]:
    names = call.found(*made.id.split())
    if not names and made.other_id:
        others = call.found(*made.other_id.split())
        if others:
            return made.other_kind, others
    return made.kind, names or [None]


def _detail(call: Call, made: Made) -> str:
    """Say what was done or tried, with the parameters that matter by their names; hostile text, shown as logged."""
    parts = []
    for path in made.detail.split():
        texts = call.found(path)
        if texts:
            more = ", …" if len(texts) > _MOST_DETAILS else ""
            parts.append(f"{path.rpartition('.')[2]}: {', '.join(texts[:_MOST_DETAILS])}{more}")
    told = "" if call.told else " (the log does not hold the whole request)"
    what = made.what if call.outcome == "succeeded" else f"tried in vain: {made.what}"
    text = "; ".join([what, *parts])
    return (text if len(text) <= _LONGEST_DETAIL else f"{text[:_LONGEST_DETAIL]}…") + told
