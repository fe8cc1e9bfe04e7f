"""What was left behind, thing by thing: whether it still exists, and where that is not known, why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from gdkit import tables
from gdkit.analysis.impact.persistence_kinds import KINDS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

State = Literal["exists", "gone", "not checked"]
"""Whether a thing exists now. ``gone`` is only what AWS itself said is not there."""

STATES: tuple[State, ...] = ("exists", "not checked", "gone")
"""By what a responder must look at first."""

NO_ACCOUNT = "no account in reach"
NOT_CHECKABLE = "kind not checkable"
NOT_NAMED = "not named well enough in the event"
REFUSED = "refused"
FAILED = "the call failed"
TOO_MANY = "too many to ask"
UNSETTLED = "AWS's answer does not settle it"
"""Why a thing was not checked, in short; ``check`` and ``why`` say it in full."""

NO_WAY = "AWS was not asked: the case was worked on without a way to it."
"""What is said of a thing that nobody asked for."""

_CHANGES: Mapping[str, str] = {
    "trust_policy": "role",
    "lambda_code": "lambda_function",
    "lambda_configuration": "lambda_function",
    "instance_user_data": "instance",
}
"""Kinds that are a change of a thing that may itself have been left behind; then they count with it."""

_EVERYWHERE = ("iam", "organizations")
"""Services whose things are in no region. Source: AWS General Reference, "Service endpoints"."""

_MOST_DETAILS = 6

_Key = tuple[str | None, ...]


def still_exists_frame(persistence: pd.DataFrame) -> pd.DataFrame:
    """Give ``tables.STILL_EXISTS``: what still exists first, then what was not checked, then what is gone; by time.

    What the log does not name cannot be told apart from other such things: each call's is a row of its own.

    Args:
        persistence: ``tables.PERSISTENCE``, by time, with what was asked of AWS or without it.
    """
    rows = list(tables.rows_of(persistence))
    made = {_key(row) for row in rows}
    things: dict[_Key, list[dict[str, Any]]] = {}
    for number, row in enumerate(rows):
        whole = _key({**row, "kind": _CHANGES.get(row["kind"], ""), "parent_id": None})
        named = whole if whole in made else _key(row)
        things.setdefault(named if row["id"] is not None else (str(number),), []).append(row)
    listed = [_row(group) for group in things.values()]
    listed.sort(key=lambda row: STATES.index(row["state"]))
    return tables.frame_of_rows(tables.STILL_EXISTS, listed)


def _key(row: Mapping[str, Any]) -> _Key:
    return (row["kind"], row["id"], row["parent_id"], row["account_id"], _region(row))


def _region(row: Mapping[str, Any]) -> str | None:
    known = KINDS.get(row["kind"])
    everywhere = known is not None and known.read.partition(".")[0] in _EVERYWHERE
    return None if everywhere else row["region"]


def _row(calls: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Give the row of one thing from the rows of its calls, by time; the thing itself is asked for, not its change."""
    thing = next((row for row in reversed(calls) if row["kind"] not in _CHANGES), calls[-1])
    last = calls[-1]
    state = _state(thing["still_exists"])
    return {
        "state": state, "kind": thing["kind"], "id": thing["id"], "within": thing["parent_id"],
        "account_id": thing["account_id"], "region": _region(thing),
        "party": "thief" if any(row["party"] == "thief" for row in calls) else thing["party"],
        "reason": (thing["unchecked"] or NO_ACCOUNT) if state == "not checked" else None,
        "why": thing["check"] or NO_WAY, "checked_at": thing["checked_at"], "calls": len(calls),
        "last_change": last["event_name"], "last_change_at": last["event_at"],
        "detail": _lines([row["detail"] for row in calls], _MOST_DETAILS),
        "event_ids": _lines([row["event_id"] for row in calls], len(calls)),
    }  # fmt: skip


def _state(exists: bool | None) -> State:
    return "not checked" if exists is None else "exists" if exists else "gone"


def _lines(texts: Sequence[str | None], most: int) -> str | None:
    """Give texts one a line, each once, the last ones where there are too many."""
    told = list(dict.fromkeys(text for text in texts if text))
    left_out = [f"{len(told) - most:,} more, earlier"] if len(told) > most else []
    return "\n".join([*left_out, *told[-most:]]) or None
