"""The calls of a hop that made or changed something, each with what it was."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gdkit.analysis.lineage.issues import frame_of_grants
from gdkit.analysis.lineage.things import OPERATIONS, Call, Thing, operation_of, parsed, things_of
from gdkit.tables import rows_of

if TYPE_CHECKING:
    import pandas as pd

MAKERS_PARTIES = ("thief", "unknown")
"""Whose makings are followed; the workload's own are its business."""


def made_in(rows: pd.DataFrame) -> list[tuple[dict[str, Any], Thing]]:
    """Give each thing that a call made or changed, or would have, with the call's values."""
    pairs = rows["event_source"].fillna("") + " " + rows["event_name"].fillna("")
    named = {pair: operation_of(*pair.split(" ", 1)) for pair in pairs.unique()}
    operations = pairs.map(named)
    telling = rows[operations.isin(OPERATIONS) & rows["party"].isin(MAKERS_PARTIES) & ~rows["quiet"]]
    columns = ["event_id", "event_at", "event_name", "party", "error_code", "account_id", "identity_account_id",
               "request_parameters", "response_elements", "node", "hop"]  # fmt: skip
    found = []
    for operation, row in zip(operations[telling.index], rows_of(telling[columns]), strict=True):
        found += [(row, thing) for thing in things_of(_call(operation, row))]
    return found


def thing_grants(made: list[tuple[dict[str, Any], Thing]]) -> pd.DataFrame:
    """Give what leads to the calls of things that were made or changed by calls that succeeded.

    A thing that is recognised by a unique id is followed without asking the time; the others only after a time that
    is known.
    """
    rows = [
        {"by": handle.by, "value": handle.value, "only": handle.only, "detail": handle.detail,
         "strength": handle.strength, "certain": handle.certain, "since": row["event_at"], "until": None,
         "issue": row["event_id"], "asked_by": row["party"], "node": thing.node, "hop": row["hop"] + 1}
        for row, thing in made if row["error_code"] is None
        for handle in thing.handles if handle.certain or row["event_at"] is not None
    ]  # fmt: skip
    return frame_of_grants(rows)


def _call(operation: str, row: dict[str, Any]) -> Call:
    answer = row["response_elements"] or ""
    account_id = row["account_id"] or row["identity_account_id"] or ""
    return Call(operation, account_id, parsed(row["request_parameters"]), parsed(answer), answer)
