"""What the events cover, and what of this theft they do not."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from gdkit.analysis.coverage import coverage_gaps, coverage_table
from gdkit.analysis.scope import scope_session
from tests.analysis.records import (
    ACCOUNT,
    APP_CLIENT,
    NAT,
    OTHER_ACCOUNT,
    THIEF,
    THIEF_CLIENT,
    assume_role,
    chained,
    events_of,
    record,
    subject,
)

if TYPE_CHECKING:
    from pathlib import Path

    from gdkit.model import Subject

THE_END = datetime(2026, 11, 2, tzinfo=UTC)
THEFT = record(8, THIEF, THIEF_CLIENT)
TO_OTHER = assume_role(9, THIEF, THIEF_CLIENT)


def gaps(folder: Path, records: list[dict[str, Any]], about: Subject | None = None) -> dict[str, str]:
    """Give what is named as not covered, and why."""
    about = about or subject()
    events = events_of(folder, records)
    scoped = scope_session(events, about)
    return {gap.what: gap.reason for gap in coverage_gaps(events, scoped.events, scoped.hops, scoped.session, about)}


def test_table(tmp_path: Path) -> None:
    """Events are counted by account, region and kind, and the session's apart."""
    data = record(20, NAT, APP_CLIENT, name="GetObject", service="s3", eventCategory="Data")
    stranger = record(30, NAT, "console", who={"type": "IAMUser", "userName": "kim"}, awsRegion="eu-west-1")
    events = events_of(tmp_path, [THEFT, data, stranger])
    table = coverage_table(events, scope_session(events, subject()).events)
    rows = list(table[["account_id", "region", "event_category", "events", "session_events"]].itertuples(index=False))
    assert [tuple(row) for row in rows] == [
        (ACCOUNT, "eu-west-1", "Management", 1, 0),
        (ACCOUNT, "us-east-1", "Data", 1, 1),
        (ACCOUNT, "us-east-1", "Management", 1, 1),
    ]


def test_table_without_events(tmp_path: Path) -> None:
    """No event gives an empty table and no gap."""
    events = events_of(tmp_path, [THEFT]).iloc[:0]
    assert coverage_table(events, scope_session(events, subject()).events).empty
    assert coverage_gaps(events, *_empty(events), subject()) == ()


def _empty(events: Any) -> tuple[Any, Any, Any]:
    scoped = scope_session(events, subject())
    return scoped.events, scoped.hops, replace(scoped.session, account_id=None)


def test_account_that_was_reached(tmp_path: Path) -> None:
    """An account in which a role was taken, and whose trail was not given, is named; one that was given is not."""
    assert f"account {OTHER_ACCOUNT}" in gaps(tmp_path, [THEFT, TO_OTHER])
    there = chained(10, THIEF, THIEF_CLIENT, recipientAccountId=OTHER_ACCOUNT)
    assert f"account {OTHER_ACCOUNT}" not in gaps(tmp_path, [THEFT, TO_OTHER, there])
    refused = {**TO_OTHER, "errorCode": "AccessDenied", "responseElements": None}
    assert f"account {OTHER_ACCOUNT}" not in gaps(tmp_path, [THEFT, refused])


@pytest.mark.parametrize(
    ("first_seen", "what"),
    [("2026-11-01T06:30:00Z", "before 2026-11-01T07:08:00Z"), ("2026-11-01T07:30:00Z", None)],
)
def test_use_before_the_first_event(first_seen: str, what: str | None, tmp_path: Path) -> None:
    """A use that GuardDuty saw before the first event is named as not covered."""
    found = gaps(tmp_path, [THEFT], subject(first_seen=first_seen))
    assert (what in found) if what else not any(one.startswith("before ") for one in found)


def test_use_after_the_last_event(tmp_path: Path) -> None:
    """So is one that GuardDuty saw after the last event."""
    about = subject()
    assert about.finding is not None
    later = replace(about, finding=replace(about.finding, last_seen_at=THE_END))
    assert "after 2026-11-01T07:08:00Z" in gaps(tmp_path, [THEFT], later)


def test_key_from_before(tmp_path: Path) -> None:
    """A key that was issued before the first event is named with the time that is missing."""
    assert "2026-11-01T06:00:00Z to 2026-11-01T07:08:00Z" in gaps(tmp_path, [THEFT])
    early = record(0, NAT, "console", who={"type": "IAMUser", "userName": "kim"}, eventTime="2026-11-01T05:00:00Z")
    assert not any(" to " in what for what in gaps(tmp_path, [THEFT, early]))


@pytest.mark.parametrize("address", ["REDACTED_SOURCE_IP", None, "999.1.1.1"])
def test_hidden_address(address: str | None, tmp_path: Path) -> None:
    """Calls whose address is hidden, missing or unreadable are counted as a gap."""
    found = gaps(tmp_path, [THEFT, record(9, address, APP_CLIENT)])
    assert "where 1 of 2 calls of the session came from" in found
