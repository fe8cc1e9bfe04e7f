"""What the coverage view says of sources, quiet places, gaps and noise."""

from __future__ import annotations

from typing import Any

from gdkit.ui import coverage_words

AT, END = "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"


def test_coverage_words() -> None:
    """The ledger is said in full: what a source held, what was not searched, what could not be read and where."""
    row = {
        "files": 1, "records": 2, "events": 1, "duplicates": 1, "first_event_at": None, "last_event_at": None,
        "accounts": [], "regions": ["eu-west-1"], "event_categories": [],
    }  # fmt: skip
    told = coverage_words.searched_words(row)
    assert told.startswith("1 file, 2 records, 1 event, 1 duplicate\n— to —\n")
    assert "accounts —; regions eu-west-1; kinds not recorded" in told
    notes = coverage_words.coverage_notes(
        {
            "not_searched": [{"what": "us-east-1", "reason": "no logs"}],
            "unread": [
                {"file": "a.json", "line": 3, "reason": "cut short"},
                {"file": "b.gz", "line": None, "reason": "bad"},
            ],
            "warnings": ["late"],
            "passed_over": [{"what": "1 digest file", "reason": "no events"}],
        }
    )
    assert notes == [
        "Not searched: us-east-1: no logs",
        "Not read: a.json, line 3: cut short",
        "Not read: b.gz: bad",
        "late",
        "Passed over: 1 digest file: no events",
    ]


def test_kinds_add_up() -> None:
    """Records that do not say their kind are counted beside the kinds that others say."""
    row = {
        "files": 1, "records": 6, "events": 6, "duplicates": 0, "first_event_at": AT, "last_event_at": END,
        "accounts": [], "regions": [], "event_categories": ["Data"], "uncategorized_records": 5,
    }  # fmt: skip
    assert coverage_words.searched_words(row).endswith("kinds Data, not recorded (5)")


def _row(**changes: Any) -> dict[str, Any]:
    return {
        "source": "lookup", "state": "searched", "account_id": "111122223333", "region": "eu-west-3", "records": 0,
        "start_at": AT, "end_at": END, "how": "LookupEvents", **changes,
    }  # fmt: skip


def test_quiet_places() -> None:
    """Regions that were searched and held nothing are said with the span and by what; others are not among them."""
    ledger = {"ledger": [_row(), _row(region="eu-west-2"), _row(region="eu-west-1", records=3),
                         _row(region="eu-north-1", state="denied", records=None)]}  # fmt: skip
    told = f"account 111122223333, {AT} to {END}, by LookupEvents: eu-west-3, eu-west-2"
    assert coverage_words.quiet_places(ledger) == [("Searched, none seen", told)]
    assert coverage_words.quiet_places({"ledger": [_row(records=2)]}) == []
    assert coverage_words.quiet_places({}) == []


def test_quiet_in_every_question() -> None:
    """A region of several questions is told once with the span of all; one answer with an event ends its quiet."""
    later = "2026-01-03T00:00:00Z"
    both = {"ledger": [_row(), _row(start_at=END, end_at=later)]}
    ((_, told),) = coverage_words.quiet_places(both)
    assert told == f"account 111122223333, {AT} to {later}, by LookupEvents: eu-west-3"
    assert coverage_words.quiet_places({"ledger": [_row(), _row(records=1)]}) == []
    assert coverage_words.quiet_places({"ledger": [_row(), _row(records=None)]}) == [], "how many is not known"
