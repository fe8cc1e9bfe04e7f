"""When the instance was not there to make a call: after it was terminated, and while it was stopped."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Iterator

LIFECYCLE_CALLS = frozenset({"TerminateInstances", "StopInstances", "StartInstances", "RunInstances"})

INSTANCE_IDS = r"\bi-(?:[0-9a-f]{17}|[0-9a-f]{8})\b"
"""Instance ids inside the lower-cased text of a request or an answer."""

SHUTTING_DOWN = timedelta(hours=1)
"""More than enough for an instance to end after the call; until then its own software may still call.

Source: EC2 User Guide, "Amazon EC2 instance state changes".
"""


def lifecycle_calls(events: pd.DataFrame) -> pd.DataFrame:
    """Give the calls that ended or began instances, those that succeeded, with ``instance``: one row an instance.

    Args:
        events: ``tables.EVENTS``, the whole trail.

    Returns:
        Columns ``event_at``, ``event_name`` and ``instance`` (in lower case), indexed as the events are.
    """
    calls = events[
        (events["event_source"] == "ec2.amazonaws.com")
        & events["event_name"].isin(LIFECYCLE_CALLS)
        & events["error_code"].isna()
        & events["event_at"].notna()
    ]
    text = calls["request_parameters"].where(calls["event_name"] != "RunInstances", calls["response_elements"])
    named = text.str.lower().str.findall(INSTANCE_IDS).explode().rename("instance")
    return calls[["event_at", "event_name"]].join(named).dropna()


def away(calls: pd.DataFrame, lifecycle: pd.DataFrame, agents: pd.DataFrame) -> pd.Series:
    """Tell which calls were made while the instance was not there.

    A termination is for good. A stop counts until the next start, which must be in the logs, and not at all where the
    instance's agents went on or a key was issued since: then it was started by a call that the logs do not hold.

    Args:
        calls: the session's calls.
        lifecycle: ``lifecycle_calls`` of this instance.
        agents: calls of its agents.
    """
    gone = pd.Series(False, index=calls.index)
    ended = lifecycle.loc[lifecycle["event_name"] == "TerminateInstances", "event_at"]
    if len(ended):
        gone |= calls["event_at"] > ended.min() + SHUTTING_DOWN
    for begin, end in _stops(lifecycle):
        during = (calls["event_at"] > begin) & (calls["event_at"] < end)
        agents_went_on = ((agents["event_at"] > begin) & (agents["event_at"] < end)).any()
        if not agents_went_on and not _issued_since(calls, during, begin - SHUTTING_DOWN):
            gone |= during
    return gone


def _issued_since(calls: pd.DataFrame, during: pd.Series, stopped: pd.Timestamp) -> bool:
    """Tell whether a key used in that time was issued after the stop: then the instance ran."""
    later = calls[during]
    before = set(calls.loc[calls["event_at"] <= stopped, "access_key_id"].dropna())
    told = later["credential_issued_at"]
    new = (told > stopped) | (told.isna() & ~later["access_key_id"].isin(before))
    return bool(new.any())


def _stops(lifecycle: pd.DataFrame) -> Iterator[tuple[pd.Timestamp, pd.Timestamp]]:
    """Give the times in which the instance was stopped, each from an hour after the call to the next start.

    A stop without a start proves nothing: the start may be in a log that was not given.
    """
    begun = lifecycle.loc[lifecycle["event_name"].isin(["StartInstances", "RunInstances"]), "event_at"]
    for stopped in lifecycle.loc[lifecycle["event_name"] == "StopInstances", "event_at"]:
        later = begun[begun > stopped]
        if len(later):
            yield stopped + SHUTTING_DOWN, later.min()
