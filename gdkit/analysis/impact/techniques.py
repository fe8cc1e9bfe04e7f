"""The ATT&CK techniques that the thief's calls can serve."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

from gdkit import tables
from gdkit.analysis.impact.technique_table import ATTACK_VERSION, TECHNIQUES, Technique

if TYPE_CHECKING:
    import pandas as pd


def techniques_of(operation: str) -> tuple[Technique, ...]:
    """Give the techniques that a call can serve, in the table's order.

    Args:
        operation: as ``names.operation`` spells it.

    >>> [technique.id for technique in techniques_of("cloudtrail:StopLogging")]
    ['T1685.002']
    """
    return tuple(technique for technique, pattern in _patterns() if pattern.fullmatch(operation))


def techniques_frame(suspects: pd.DataFrame) -> pd.DataFrame:
    """Give ``tables.TECHNIQUES``, by id: what the thief's calls can serve, those that succeeded told from the rest.

    Args:
        suspects: what ``suspect_events`` gave; only the thief's are counted.
    """
    thief = suspects[suspects["party"] == "thief"]
    by_operation = {str(name): rows for name, rows in thief.groupby("operation", sort=False)}
    members: dict[Technique, list[str]] = {}
    for name in by_operation:
        for technique in techniques_of(name):
            members.setdefault(technique, []).append(name)
    ordered = sorted(members, key=lambda technique: technique.id)
    return tables.frame_of_rows(
        tables.TECHNIQUES, [_row(one, [by_operation[name] for name in members[one]]) for one in ordered]
    )


def _row(technique: Technique, parts: list[pd.DataFrame]) -> dict[str, Any]:
    done, other = [], []
    for part in parts:
        succeeded = part["outcome"] == "succeeded"
        done += part.loc[succeeded, "event_id"].tolist()
        other += part.loc[~succeeded, "event_id"].tolist()
    times = [time for part in parts for time in (part["event_at"].min(), part["event_at"].max()) if time == time]  # noqa: PLR0124 - NaT is not itself
    return {
        "id": technique.id, "name": technique.name, "attack_version": ATTACK_VERSION,
        "calls": len(done) + len(other), "succeeded": len(done), "not_succeeded": len(other),
        "event_names": _lines({name for part in parts for name in part["event_name"].dropna().unique()}),
        "event_ids": _lines(done), "other_event_ids": _lines(other),
        "first_at": min(times, default=None), "last_at": max(times, default=None),
    }  # fmt: skip


def _lines(values: list[Any] | set[Any]) -> str | None:
    texts = [value for value in values if isinstance(value, str)]
    return "\n".join(sorted(texts)) or None


@cache
def _patterns() -> tuple[tuple[Technique, re.Pattern[str]], ...]:
    return tuple((technique, _pattern(technique.calls)) for technique in TECHNIQUES)


def _pattern(calls: str) -> re.Pattern[str]:
    return re.compile("|".join(re.escape(call).replace(r"\*", ".*") for call in calls.split()))
