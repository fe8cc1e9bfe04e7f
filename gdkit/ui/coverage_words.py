"""What the coverage view says: what a source held, what was looked at in vain, what was not looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gdkit.ui.words import many

if TYPE_CHECKING:
    from collections.abc import Mapping


def searched_words(row: Mapping[str, Any]) -> str:
    """Say what one source held, in three lines."""
    return (
        f"{many(row['files'], 'file')}, {many(row['records'], 'record')}, {many(row['events'], 'event')}, "
        f"{many(row['duplicates'], 'duplicate')}\n"
        f"{row['first_event_at'] or '—'} to {row['last_event_at'] or '—'}\n"
        f"accounts {', '.join(row['accounts']) or '—'}; regions {', '.join(row['regions']) or '—'}; "
        f"kinds {', '.join(_kinds(row)) or 'not recorded'}"
    )


def _kinds(row: Mapping[str, Any]) -> list[str]:
    untold = row.get("uncategorized_records", 0)
    return [*row["event_categories"], *([f"not recorded ({untold:,})"] if untold else [])]


def quiet_places(ledger: Mapping[str, Any]) -> list[tuple[str, object]]:
    """Give the places that were searched and in which nothing was seen, by account and span.

    A place that several questions were asked of is told once, with the span of all of them.
    """
    by_place: dict[tuple[str, str, str], list[Mapping[str, Any]]] = {}
    for row in ledger.get("ledger", ()):
        if row["state"] == "searched":
            place = (row["account_id"] or "—", row["region"] or "—", row["how"] or "—")
            by_place.setdefault(place, []).append(row)
    spans: dict[tuple[str, str, str, str], list[str]] = {}
    for (account_id, region, how), rows in by_place.items():
        if all(row["records"] == 0 for row in rows):
            start = min((row["start_at"] for row in rows if row["start_at"]), default="—")
            end = max((row["end_at"] for row in rows if row["end_at"]), default="—")
            spans.setdefault((account_id, start, end, how), []).append(region)
    listed = [f"account {account_id}, {start} to {end}, by {how}: {', '.join(regions)}"
              for (account_id, start, end, how), regions in spans.items()]  # fmt: skip
    return [("Searched, none seen", "\n".join(listed))] if listed else []


def coverage_notes(ledger: Mapping[str, Any]) -> list[str]:
    """Say what was not searched or not read, a sentence each."""
    left = [f"Not searched: {row['what']}: {row['reason']}" for row in ledger["not_searched"]]
    places = [f"{row['file']}, line {row['line']}" if row["line"] else row["file"] for row in ledger["unread"]]
    unread = [f"Not read: {place}: {row['reason']}" for place, row in zip(places, ledger["unread"], strict=True)]
    noise = [f"Passed over: {row['what']}: {row['reason']}" for row in ledger.get("passed_over", ())]
    return [*left, *unread, *ledger["warnings"], *noise]
