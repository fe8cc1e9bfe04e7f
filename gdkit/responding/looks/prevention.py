"""Policies against the next theft as a look, each tried on the calls of the last 30 days."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from gdkit import tables
from gdkit.case.evidence import load_records, load_table, manifest
from gdkit.case.results import load_result
from gdkit.errors import TrailError
from gdkit.responding.looks.look import Look
from gdkit.response.recovery.ground import ground_of
from gdkit.response.recovery.homes import homes_of
from gdkit.response.recovery.prevention import prevention_patterns
from gdkit.response.recovery.replay import all_rows, replay
from gdkit.response.recovery.seen import Homes
from gdkit.response.recovery.words import pattern_rows, replay_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from gdkit.case.folder import CaseFolder
    from gdkit.responding.looks import Asked
    from gdkit.response.recovery.replay import Replay

_SHOWN = ("name", "title", "place", "stops_thief", "locks_out", "tried", "breaks", "limits", "where", "policy")
_MOST_NAMES = 8
_OWN_WAY = (
    "gdkit puts none of them in place: take them through your own way of changing policies, first where a mistake "
    "hurts nobody."
)


def look(asked: Asked) -> Look:
    """Write policies for the case's account and role, and try each on the workload's and the thief's own calls.

    Calls of the session are the case's. Calls of everybody else come from the log files that are given, if any.

    Raises:
        CaseError: the case has no result yet.
        TrailError: the log files hold no events.
    """
    case, result = asked.case, load_result(asked.case)
    mine = list(tables.rows_of(load_table(case, "session_events")))
    rows, homes = list(all_rows(mine, _others(asked.sources))), _homes(case)
    ground = ground_of(result, mine, own_addresses=_own_addresses(case), vpcs=_vpcs(result, homes))
    until = _until(rows)
    tried = [replay(one, rows, ground, until=until, homes=homes) for one in prevention_patterns(ground)]
    found = zip(pattern_rows(one.pattern for one in tried), tried, strict=True)
    frame = tables.frame_of_rows(tables.PREVENTION, [_row(told, one) for told, one in found])
    return Look("Against the next theft", _summary(tried), frame, _SHOWN, _notes(asked, ground.left_out))


def _row(told: Mapping[str, Any], tried: Replay) -> dict[str, Any]:
    return {**told, "stops_thief": tried.stops_thief, "locks_out": _names(tried),
            "undecided": tried.count("undecided"), "tried": replay_words(tried)}  # fmt: skip


def _names(tried: Replay) -> str | None:
    """Name who would be locked out by mistake; None where nobody was seen."""
    names = [f"{one.who}: {one.call} from {one.source} ({one.calls})" for one in tried.locked_out]
    more = len(names) - _MOST_NAMES
    return "\n".join([*names[:_MOST_NAMES], *([f"and {more} more sorts of calls"] if more > 0 else ())]) or None


def _summary(tried: Sequence[Replay]) -> str:
    good = [one.pattern.name for one in tried if one.stops_thief and not one.locked_out and not one.unclear]
    if good:
        return (f"{', '.join(good)} would have refused every call of the thief that was seen, and no other call of the "
                "last 30 days that was seen.")  # fmt: skip
    return "No policy is shown to stop the thief's calls and to lock out nobody: read the rows."


def _notes(asked: Asked, left_out: Sequence[str]) -> list[str]:
    whose = (f"Tried on the session's calls and on those of {len(asked.sources)} log sources." if asked.sources else
             "Tried on the session's own calls alone: the role's other instances are in it only with log files of the "
             "account (--trail).")  # fmt: skip
    return [whose, _OWN_WAY, *(f"{one[:1].upper()}{one[1:]}." for one in left_out)]


def _others(sources: Sequence[str]) -> Iterator[Mapping[str, Any]]:
    """Give the events of log files."""
    if not sources:
        return
    from gdkit.trail import load_trail  # noqa: PLC0415 - pandas and parsers only where files are read

    trail = load_trail(sources)
    if trail.events.empty:
        raise TrailError("the log files hold no events", where=", ".join(sources)[:200],
                         action="give CloudTrail logs of the last 30 days")  # fmt: skip
    yield from tables.rows_of(trail.events)


def _until(rows: Sequence[Mapping[str, Any]]) -> datetime:
    """Give the end of the span: the last call that is known, for old logs are no emptier than new ones."""
    times = [row["event_at"] for row in rows if row["event_at"] is not None]
    return max(times, default=datetime.now(UTC))


def _homes(case: CaseFolder) -> Homes:
    if not any(row["file"] == "environment.jsonl.gz" for row in manifest(case)):
        return Homes()
    from gdkit.environment import documents_of  # noqa: PLC0415 - only where AWS was asked

    return homes_of(documents_of(load_records(case, "environment")).values())


def _own_addresses(case: CaseFolder) -> list[Mapping[str, Any]]:
    if not any(row["file"] == "own_addresses.parquet" for row in manifest(case)):
        return []
    return list(tables.rows_of(load_table(case, "own_addresses")))


def _vpcs(result: Mapping[str, Any], homes: Homes) -> list[str]:
    """Give the VPCs of the role's instances that AWS described."""
    return [homes.vpcs[row["instance_id"]] for row in result["fleet"] if row["instance_id"] in homes.vpcs]
