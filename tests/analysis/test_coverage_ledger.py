"""The ledger as a table, a document and a sentence, and what counts as a gap."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from gdkit import tables
from gdkit.analysis.coverage_ledger import (
    coverage_document,
    coverage_statement,
    gap_counts,
    gap_words,
    ledger_table,
)
from gdkit.ledger_row import LedgerRow
from gdkit.model import Coverage, NotSearched, Searched, Unread

if TYPE_CHECKING:
    import pandas as pd

    from gdkit.ledger_row import GapKind

AT, END = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC)
ACCOUNT = "111122223333"
QUIET = LedgerRow(
    "lookup", "searched", ACCOUNT, "eu-west-3", "Management", AT, END, 0, "LookupEvents", "by Username i-1"
)
DELAYED = LedgerRow("lookup", "delayed", ACCOUNT)


def places(*categories: str | None) -> pd.DataFrame:
    """Give a coverage table with two events of each kind, all in one place."""
    return tables.frame_of_rows(tables.COVERAGE, [
        {"account_id": ACCOUNT, "region": "eu-west-1", "event_category": category, "events": 2, "session_events": 1,
         "first_event_at": AT, "last_event_at": END} for category in categories
    ])  # fmt: skip


def test_table_of_the_ledger() -> None:
    """A quiet region is a row with its window and 0 records; words that are not there are missing, not empty."""
    rows = list(tables.rows_of(ledger_table(Coverage(places=(QUIET, DELAYED)))))
    assert rows[0] == {
        "source": "lookup", "state": "searched", "account_id": ACCOUNT, "region": "eu-west-3",
        "event_category": "Management", "start_at": AT, "end_at": END, "records": 0, "how": "LookupEvents",
        "detail": "by Username i-1",
    }  # fmt: skip
    assert (rows[1]["detail"], rows[1]["records"]) == (None, None)


def test_empty_ledger() -> None:
    """Without rows the table is empty and has its columns."""
    made = ledger_table(Coverage())
    assert (len(made), tuple(made.columns)) == (0, tables.COVERAGE_LEDGER.names)


def test_a_gap_can_hide_events() -> None:
    """What can hide events is counted, each broken file once; what was passed over and the surroundings are not."""
    coverage = Coverage(
        not_searched=(
            NotSearched("a", "b", failed=True, kind="denied"),
            NotSearched("data events", "none", kind="no data events"),
            NotSearched("environment: x", "no", failed=True, kind="surroundings"),
            NotSearched("regions me-south-1", "not enabled", kind="not enabled"),
        ),
        unread=(Unread("x.json", 1, "bad"), Unread("x.json", 2, "bad"), Unread("y.json", None, "bad")),
        places=(QUIET, DELAYED, DELAYED),
        passed_over=(NotSearched("1 digest file", "no events"),),
    )
    counts = gap_counts(coverage)
    assert counts == {"denied": 1, "unread": 2, "delayed": 1, "no data events": 1}
    assert gap_words(counts) == (
        "5 known gaps (1 denied, 2 files not read whole, the last minutes not delivered yet, data events)"
    )
    assert gap_counts(Coverage(passed_over=coverage.passed_over)) == {}


def test_a_gap_is_counted_once() -> None:
    """What the analysis and the load both name is one gap; hidden addresses in several rows are one too."""
    gap = NotSearched("a", "b")
    assert gap_counts(Coverage(not_searched=(gap,)), (gap, NotSearched("c", "d"))) == {"not searched": 2}
    hidden = LedgerRow("x", "redacted", ACCOUNT)
    told = NotSearched("where 1 of 2 calls came from", "hidden", kind="redacted")
    assert gap_counts(Coverage(places=(hidden, hidden)), (told,)) == {"redacted": 1}
    assert gap_counts(Coverage(places=(hidden,))) == {"redacted": 1}


@pytest.mark.parametrize(
    "kind", ["denied", "throttled", "failed", "unread", "over 90 days", "not searched", "redacted"]
)
def test_every_sort_has_words(kind: GapKind) -> None:
    """One of a sort and several of it are said in words that agree with their number."""
    one, two = (gap_words(gap_counts(Coverage(not_searched=(NotSearched("a", "b", kind=kind),) * count)))
                for count in (1, 2))  # fmt: skip
    assert one.startswith("1 known gap (")
    assert two.startswith("2 known gaps (")


def test_no_gap() -> None:
    """Without a gap the words say that none is known, never that there is none."""
    assert gap_words({}) == "no known gap"


def test_statement() -> None:
    """The sentence says how much was searched, in how many regions was looked, and the gaps by sort."""
    coverage = Coverage(places=(QUIET, replace(QUIET, region="eu-west-1")), not_searched=(NotSearched("a", "b"),))
    assert coverage_statement(places("Management", "Data"), coverage, (NotSearched("c", "d", kind="denied"),)) == (
        "4 events of 1 account and 1 region, 2026-01-01T00:00:00Z to 2026-01-02T00:00:00Z; 2 of them data events; "
        "looked in 2 regions; 2 known gaps (1 denied, 1 not searched)."
    )


def test_statement_counts_untold_kinds() -> None:
    """Events of a kind that is not recorded are counted apart, so that nobody reads them as no data events."""
    told = coverage_statement(places("Management", None), Coverage())
    assert "no data events, 2 of a kind that is not recorded." in told
    assert "not recorded" not in coverage_statement(places("Management"), Coverage())


def test_statement_without_events() -> None:
    """Where no event was found, it is said in how many regions was looked, and what is missing."""
    none = tables.frame(tables.COVERAGE, {})
    assert coverage_statement(none, Coverage()) == "No event was found."
    asked = Coverage(places=(QUIET,), not_searched=(NotSearched("a", "b"),))
    assert coverage_statement(none, asked) == "No event was found in 1 region; 1 known gap (1 not searched)."


def test_document() -> None:
    """The document holds all of it as JSON, times in UTC with Z, noise apart from gaps."""
    searched = Searched("logs", "files", 1, 2, 3, 3, 0, (ACCOUNT,), ("eu-west-1",), (), AT, None, 3)
    coverage = Coverage(
        (searched,), (), (Unread("x", 1, "bad"),), ("late",), (QUIET,), (NotSearched("README", "no log"),)
    )
    document = json.loads(json.dumps(coverage_document(coverage, (NotSearched("c", "d", kind="redacted"),))))
    assert document["searched"][0]["first_event_at"] == "2026-01-01T00:00:00Z"
    assert document["searched"][0]["uncategorized_records"] == 3
    assert document["ledger"][0]["end_at"] == "2026-01-02T00:00:00Z"
    assert document["not_searched"] == [{"what": "c", "reason": "d", "failed": False, "kind": "redacted"}]
    assert document["gaps"] == {"unread": 1, "redacted": 1}
    assert document["passed_over"] == [{"what": "README", "reason": "no log"}]
    assert document["warnings"] == ["late"]
