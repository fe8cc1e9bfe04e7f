"""The moments that matter, from the way in to now, as one table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gdkit import tables

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    import pandas as pd

    from gdkit.analysis.scope import Scope

MOST_MOMENTS = 500
"""Moments of one kind that the table holds; the tables of each kind hold all."""


def timeline_table(scope: Scope, at: datetime) -> pd.DataFrame:
    """Put the moments of a theft in order.

    Args:
        scope: the analysed session.
        at: the instant that counts as now.

    Returns:
        ``tables.TIMELINE``. A moment without a time stands last.
    """
    rows = [*_issues(scope), *_ways_in(scope), *_uses(scope), *_hops(scope), *_left(scope), *_ends(scope)]
    rows.append({"at": at, "kind": "now", "statement": "the instant that this was judged by"})
    table = tables.frame_of_rows(tables.TIMELINE, rows)
    return table.sort_values(["at", "kind", "event_id", "statement"], na_position="last", ignore_index=True)


def _issues(scope: Scope) -> Iterator[dict[str, Any]]:
    """Give when the keys that the thief used had been issued to the instance."""
    for key in scope.session.keys:
        if key.thief_events and key.issued_at is not None:
            version = {"1.0": " by IMDSv1", "2.0": " by IMDSv2"}.get(key.ec2_role_delivery or "", "")
            yield {"at": key.issued_at, "kind": "issue", "hop": 0,
                   "statement": f"key {key.access_key_id} was issued to the instance's session{version}"}  # fmt: skip


def _ways_in(scope: Scope) -> Iterator[dict[str, Any]]:
    for lead in scope.leads[:MOST_MOMENTS]:
        yield {"at": lead.event_at, "kind": "way in", "statement": lead.statement, "event_id": lead.event_id}


def _uses(scope: Scope) -> Iterator[dict[str, Any]]:
    """Give the first and the last call of the thief."""
    thief = scope.events[(scope.events["party"] == "thief") & scope.events["event_at"].notna()]
    for kind, row in zip(("first use", "last use"), tables.rows_of(thief.iloc[[0, -1]] if len(thief) else thief),
                         strict=False):  # fmt: skip
        place = row["source_address"] or "no address"
        yield {"at": row["event_at"], "kind": kind, "party": "thief", "hop": row["hop"], "event_id": row["event_id"],
               "statement": f"{row['event_name']} from {place} with key {row['access_key_id']}"}  # fmt: skip


def _hops(scope: Scope) -> Iterator[dict[str, Any]]:
    of_others = scope.hops[(scope.hops["hop"] > 0) & (scope.hops["party"] != "workload")]
    for row in tables.rows_of(of_others.head(MOST_MOMENTS)):
        ended = f"; it failed with {row['error_code']}" if row["error_code"] else ""
        target = row["to_principal"] or row["to_key"] or "a credential"
        yield {"at": row["event_at"], "kind": "hop", "party": row["party"], "hop": row["hop"],
               "event_id": row["event_id"], "statement": f"{row['event_name']}: {target}{ended}"}  # fmt: skip


def _left(scope: Scope) -> Iterator[dict[str, Any]]:
    """Give what was left behind, what watches was tampered with, and when data was first read."""
    hop = dict(zip(scope.events["event_id"], scope.events["hop"], strict=True))
    for row in tables.rows_of(scope.impact.persistence.head(MOST_MOMENTS)):
        done = f"{row['event_name']}: {row['detail'] or row['id']}"
        yield {"at": row["event_at"], "kind": "left behind", "party": row["party"], "hop": hop.get(row["event_id"]),
               "event_id": row["event_id"], "statement": done}  # fmt: skip
    for row in tables.rows_of(scope.impact.tamper.head(MOST_MOMENTS)):
        done = _done(row["outcome"], row["what"])
        yield {"at": row["event_at"], "kind": "tamper", "party": row["party"], "hop": hop.get(row["event_id"]),
               "event_id": row["event_id"],
               "statement": f"{row['event_name']} on {row['watcher']}: {done}"}  # fmt: skip
    data = scope.impact.data
    for row in tables.rows_of(data[data["reached"].eq(True) & (data["access"] != "listed")].head(MOST_MOMENTS)):
        yield {"at": row["first_at"], "kind": "data", "party": row["party"],
               "statement": f"{row['access']}: {row['kind']} {row['id'] or '(not named)'}"}  # fmt: skip


def _done(outcome: str, what: str) -> str:
    """Say what was done; of a call that did not succeed, only how it ended."""
    return what if outcome == "succeeded" else {"dry_run": "a dry run, nothing was changed"}.get(outcome, outcome)


def _ends(scope: Scope) -> Iterator[dict[str, Any]]:
    timed = scope.credentials[scope.credentials["alive_until"].notna()]
    for row in tables.rows_of(timed.head(MOST_MOMENTS)):
        name = row["access_key_id"] or row["principal"]
        yield {"at": row["alive_until"], "kind": "ends", "hop": row["hop"],
               "statement": f"credential {name} ends ({row['certainty']})"}  # fmt: skip
