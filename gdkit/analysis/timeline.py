"""The moments that matter, from the way in to now, as one table.

Times in logs have whole seconds. Within one second the order is causal as far as it is known: ways in; then hop by hop,
in each what gave a credential before what was done with it, and the last use at its end; then what was done against
credentials, their ends, and now. What that leaves open is put in the order of event ids, so that it is always the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gdkit import tables
from gdkit.analysis.impact.calls import calls_of, outcome, suspect_events
from gdkit.analysis.impact.data_table import REACHES
from gdkit.model import utc_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    import pandas as pd

    from gdkit.analysis.scope import Scope

MOST_MOMENTS = 500
"""Moments of one kind that the table holds; the tables of each kind hold all."""

_GROUPS = {"way in": 0, "revoked": 2, "ends": 3, "now": 4}
"""What comes before and after the calls of the same second, which are 1."""

_RANKS = {"issue": 0, "hop": 0, "first use": 1, "data": 2, "left behind": 3, "tamper": 4, "last use": 5}
"""Order of moments of one second and hop; the hop of a ``hop`` is that of the credential which it gave."""

_NO_HOP = 1_000_000
_MOST_NAMES = 5


def timeline_table(scope: Scope, at: datetime | None) -> pd.DataFrame:
    """Put the moments of a theft in order.

    Args:
        scope: the analysed session.
        at: the instant that counts as now; None where none is known.

    Returns:
        ``tables.TIMELINE``. A moment without a time stands last.
    """
    rows = [*_issues(scope), *_ways_in(scope), *_uses(scope), *_hops(scope), *_left(scope), *_data(scope),
            *_revocations(scope), *_ends(scope), _now(at)]  # fmt: skip
    rows.sort(key=_order)
    return tables.frame_of_rows(tables.TIMELINE, rows)


def _order(row: Mapping[str, Any]) -> tuple[Any, ...]:
    hop = row.get("hop")
    at = row["at"].timestamp() if row["at"] is not None else float("inf")
    return (at, _GROUPS.get(row["kind"], 1), _NO_HOP if hop is None else hop, _RANKS.get(row["kind"], 0), row["kind"],
            row.get("event_id") or "", row["statement"])  # fmt: skip


def _now(at: datetime | None) -> dict[str, Any]:
    known = "the instant that this was judged by"
    return {"at": at, "kind": "now", "statement": known if at else f"{known} is not known: no event has a time"}


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
    """Give the first and the last call of the thief, and where it did not succeed, how it ended."""
    thief = scope.events[(scope.events["party"] == "thief") & scope.events["event_at"].notna()]
    thief = thief.sort_values(["event_at", "hop", "event_id"])
    succeeded = thief[thief["error_code"].isna()]
    for kind, row in zip(("first use", "last use"), tables.rows_of(thief.iloc[[0, -1]] if len(thief) else thief),
                         strict=False):  # fmt: skip
        done = f"{row['event_name']} from {row['source_address'] or 'no address'} with key {row['access_key_id']}"
        done += _ended(row["error_code"])
        if kind == "last use" and row["error_code"]:
            done += _last_success(succeeded)
        yield {"at": row["event_at"], "kind": kind, "party": "thief", "hop": row["hop"], "event_id": row["event_id"],
               "statement": done}  # fmt: skip


def _last_success(succeeded: pd.DataFrame) -> str:
    for row in tables.rows_of(succeeded.tail(1)):
        return f"; the last that succeeded was {row['event_name']} at {utc_text(row['event_at'])}"
    return "; none of the thief's calls is seen to have succeeded"


def _ended(error_code: str | None) -> str:
    """Say how a call ended that did not succeed."""
    if not error_code:
        return ""
    words = {"refused": "it was refused", "dry_run": "a dry run"}.get(outcome(error_code), "it failed")
    return f"; {words} ({error_code})"


def _hops(scope: Scope) -> Iterator[dict[str, Any]]:
    of_others = scope.hops[(scope.hops["hop"] > 0) & (scope.hops["party"] != "workload")]
    for row in tables.rows_of(of_others.head(MOST_MOMENTS)):
        target = row["to_principal"] or row["to_key"] or "a credential"
        yield {"at": row["event_at"], "kind": "hop", "party": row["party"], "hop": row["hop"],
               "event_id": row["event_id"],
               "statement": f"{row['event_name']}: {target}{_ended(row['error_code'])}"}  # fmt: skip


def _left(scope: Scope) -> Iterator[dict[str, Any]]:
    """Give what was left behind, and what watches was tampered with."""
    hop = _hop_by_event(scope)
    for row in tables.rows_of(scope.impact.persistence.head(MOST_MOMENTS)):
        gone = f"; gone, AWS said at {utc_text(row['checked_at'])}" if row["still_exists"] is False else ""
        done = f"{row['event_name']}: {row['detail'] or row['id']}{gone}"
        yield {"at": row["event_at"], "kind": "left behind", "party": row["party"], "hop": hop.get(row["event_id"]),
               "event_id": row["event_id"], "statement": done}  # fmt: skip
    for row in tables.rows_of(scope.impact.tamper.head(MOST_MOMENTS)):
        done = _done(row["outcome"], row["what"])
        yield {"at": row["event_at"], "kind": "tamper", "party": row["party"], "hop": hop.get(row["event_id"]),
               "event_id": row["event_id"],
               "statement": f"{row['event_name']} on {row['watcher']}: {done}"}  # fmt: skip


def _done(ended: str, what: str) -> str:
    """Say what was done; of a call that did not succeed, only how it ended."""
    return what if ended == "succeeded" else {"dry_run": "a dry run, nothing was changed"}.get(ended, ended)


def _data(scope: Scope) -> Iterator[dict[str, Any]]:
    """Give when data was first reached, with the event that reached it."""
    data = scope.impact.data
    shown = data[data["reached"].eq(True) & (data["access"] != "listed")].head(MOST_MOMENTS)
    firsts, hop = _first_reaches(scope.events, shown), _hop_by_event(scope)
    for row in tables.rows_of(shown):
        event_id = firsts.get(_reach_of(row))
        yield {"at": row["first_at"], "kind": "data", "party": row["party"], "hop": hop.get(event_id),
               "event_id": event_id,
               "statement": f"{row['access']}: {row['kind']} {row['id'] or '(not named)'}"}  # fmt: skip


def _reach_of(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(row[name] for name in ("kind", "id", "account_id", "access", "party", "first_at"))


def _first_reaches(events: pd.DataFrame, data: pd.DataFrame) -> dict[tuple[Any, ...], str | None]:
    """Give the event that first reached each thing; of several in its second, the one with the first id.

    Only the calls of those seconds are read again.
    """
    near = events[events["event_at"].isin(data["first_at"].dropna()) & events["error_code"].isna()]
    found: dict[tuple[Any, ...], str | None] = {}
    for call in calls_of(suspect_events(near.sort_values(["event_at", "event_id"])), REACHES):
        reach = REACHES[call.operation]
        if not call.fits(reach.only, reach.value):
            continue
        names: list[str | None] = [*(call.found(*reach.id.split()) if reach.id else [])]
        for name in names or [None]:
            reached = (reach.kind, name, call.account_id, reach.access, call.party, call.event_at)
            found.setdefault(reached, call.event_id)
    return found


def _hop_by_event(scope: Scope) -> dict[Any, int]:
    return dict(zip(scope.events["event_id"], scope.events["hop"].astype("object"), strict=True))


def _revocations(scope: Scope) -> Iterator[dict[str, Any]]:
    """Give what events show to have been done against credentials, each event once for all that it hit."""
    done = scope.credentials[scope.credentials["revoked_at"].notna()]
    hit: dict[tuple[Any, ...], list[str]] = {}
    for row in tables.rows_of(done):
        hit.setdefault((row["revoked_at"], row["revocation_event_id"], row["revocation"]), []).append(_name(row))
    for (at, event_id, words), names in list(hit.items())[:MOST_MOMENTS]:
        more = f" and {len(names) - _MOST_NAMES:,} more" if len(names) > _MOST_NAMES else ""
        yield {"at": at, "kind": "revoked", "event_id": event_id,
               "statement": f"{', '.join(names[:_MOST_NAMES])}{more}: {words}"}  # fmt: skip


def _ends(scope: Scope) -> Iterator[dict[str, Any]]:
    timed = scope.credentials[scope.credentials["alive_until"].notna()]
    for row in tables.rows_of(timed.head(MOST_MOMENTS)):
        yield {"at": row["alive_until"], "kind": "ends", "hop": row["hop"],
               "statement": f"credential {_name(row)} ends ({row['certainty']})"}  # fmt: skip


def _name(row: Mapping[str, Any]) -> str:
    return str(row["access_key_id"] or row["principal"])
