"""Who was seen at an address in which minute: the session's calls by party, everybody else's as others."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from gdkit import tables
from gdkit.origin.history import seen_table

if TYPE_CHECKING:
    import pandas as pd

AT = datetime(2026, 11, 2, 10, 0, 5, tzinfo=UTC)


def _events(*rows: tuple[str, float | None]) -> pd.DataFrame:
    """Give calls, each from an address, some seconds after the beginning, or without a time."""
    return tables.frame(tables.EVENTS, {
        "source_address": [address for address, _ in rows],
        "event_at": [None if seconds is None else AT + timedelta(seconds=seconds) for _, seconds in rows],
        "record_number": list(range(len(rows))),
    })  # fmt: skip


def _judged(*rows: tuple[int, str]) -> pd.DataFrame:
    return tables.frame_of_rows(tables.SESSION_EVENTS, [{"record_number": number, "party": party}
                                                        for number, party in rows])  # fmt: skip


def test_seen() -> None:
    """Calls are counted by address, party and minute; an address in another spelling is the same; others are left."""
    events = _events(("2001:db8::1", 0), ("2001:DB8:0::1", 1), ("2001:db8::1", 2), ("2001:db8::1", 60), ("10.0.0.1", 0))
    seen = seen_table(events, _judged((0, "thief"), (1, "thief"), (3, "workload")), ["2001:db8::1"])
    minute = AT.replace(second=0)
    assert [tuple(row.values()) for row in tables.rows_of(seen)] == [
        ("2001:db8::1", "others", minute, 1),
        ("2001:db8::1", "thief", minute, 2),
        ("2001:db8::1", "workload", minute + timedelta(minutes=1), 1),
    ]
    assert seen.dtypes.astype(str).to_dict() == tables.dtypes(tables.ADDRESS_SEEN)


def test_nobody_seen() -> None:
    """Without calls, or with none that has a time, the table is empty and has its columns."""
    for events in (_events(), _events(("10.0.0.1", None))):
        seen = seen_table(events, _judged(), ["10.0.0.1"])
        assert list(seen) == list(tables.ADDRESS_SEEN.names)
        assert seen.empty
        assert seen.dtypes.astype(str).to_dict() == tables.dtypes(tables.ADDRESS_SEEN)


def test_nobody_of_the_session() -> None:
    """Where no call is the session's, every call at the address is of others."""
    seen = seen_table(_events(("203.0.113.1", 0)), _judged(), ["203.0.113.1"])
    assert list(seen["party"]) == ["others"]
