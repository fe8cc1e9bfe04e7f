"""Calls that were refused, and the dry runs that would have gone through."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gdkit import tables
from gdkit.analysis.impact.access import access_of

if TYPE_CHECKING:
    import pandas as pd

MEANINGS = {
    "refused": "refused for want of permission; it shows what was wanted",
    "dry_run": "a dry run: nothing was done, but it would have succeeded, so the permission is there",
}
"""What an outcome means. Source: EC2 API Reference, "Error codes", DryRunOperation."""


def denied_frame(suspects: pd.DataFrame) -> pd.DataFrame:
    """Give ``tables.DENIED_CALLS``, the thief's first, the most frequent first.

    Args:
        suspects: what ``suspect_events`` gave.
    """
    keys = ["event_source", "event_name", "error_code", "outcome", "party"]
    rows = suspects[suspects["outcome"].isin(list(MEANINGS))]
    counted = rows.groupby(keys, dropna=False, observed=True, sort=False)["event_at"].agg(["size", "min", "max"])
    made = []
    for found in tables.rows_of(counted.reset_index()):
        access = access_of(found["event_source"], found["event_name"])
        made.append(
            {
                **{name: found[name] for name in keys},
                "action": access.action, "access_level": access.level, "meaning": MEANINGS[found["outcome"]],
                "calls": found["size"], "first_at": found["min"], "last_at": found["max"],
            }
        )  # fmt: skip
    made.sort(key=lambda row: (row["party"], -row["calls"], str(row["event_name"])))
    return tables.frame_of_rows(tables.DENIED_CALLS, made)
