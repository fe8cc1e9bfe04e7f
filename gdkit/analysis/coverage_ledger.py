"""The coverage ledger as a table, as a document and in a sentence: what was asked, what came of it, what is missing."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from gdkit import tables
from gdkit.model import NotSearched, utc_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import pandas as pd

    from gdkit.model import Coverage

HIDES_NO_EVENT = frozenset({"surroundings", "not enabled"})
"""Sorts of gap that are told and not counted: no event of this account can be behind them now.

Source: AWS Account Management Reference, "Enable or disable AWS Regions".
"""

_WORDS: Mapping[str, tuple[str, str]] = {
    "denied": ("1 denied", "{n:,} denied"),
    "throttled": ("1 throttled", "{n:,} throttled"),
    "failed": ("1 failed", "{n:,} failed"),
    "unread": ("1 file not read whole", "{n:,} files not read whole"),
    "delayed": ("the last minutes not delivered yet", "the last minutes not delivered yet"),
    "over 90 days": ("older than 90 days", "older than 90 days"),
    "no data events": ("data events", "data events"),
    "not searched": ("1 not searched", "{n:,} not searched"),
    "redacted": ("addresses hidden", "addresses hidden"),
}
"""How each sort is counted in words, the gravest first."""


def ledger_table(coverage: Coverage) -> pd.DataFrame:
    """Give the rows of the ledger: each source, account, region and span, with what came of it.

    Args:
        coverage: what was and was not searched.

    Returns:
        ``tables.COVERAGE_LEDGER``, in the order in which the sources were read.
    """
    return tables.frame_of_rows(tables.COVERAGE_LEDGER, [_filled(asdict(row)) for row in coverage.places])


def gap_counts(coverage: Coverage, more: Iterable[NotSearched] = ()) -> dict[str, int]:
    """Count the gaps by sort: a gap is what can hide events, or whose they are.

    A file that could not be read whole is one gap, however many places of it there are; so is the time that CloudTrail
    may not have delivered yet. What was passed over because it is no log is none, nor is a fact of the surroundings.

    Args:
        coverage: what was and was not searched.
        more: what an analysis found missing beside it.

    Returns:
        The number of each sort that there is, the gravest sort first.
    """
    missing = all_missing(coverage, more)
    counts = Counter(str(gap.kind) for gap in missing if gap.kind not in HIDES_NO_EVENT)
    counts["unread"] += len({one.file for one in coverage.unread})
    counts["delayed"] += any(row.state == "delayed" for row in coverage.places)
    if any(row.state == "redacted" for row in coverage.places):
        counts["redacted"] = max(1, counts["redacted"])
    return {kind: counts[kind] for kind in _WORDS if counts[kind]}


def gap_words(counts: Mapping[str, int]) -> str:
    """Say how many gaps there are, and of which sorts.

    >>> gap_words({"denied": 2, "no data events": 1})
    '3 known gaps (2 denied, data events)'
    """
    number = sum(counts.values())
    if not number:
        return "no known gap"
    kinds = ", ".join(_WORDS[kind][count > 1].format(n=count) for kind, count in counts.items())
    return f"{number:,} known gap{'' if number == 1 else 's'} ({kinds})"


def all_missing(coverage: Coverage, more: Iterable[NotSearched] = ()) -> tuple[NotSearched, ...]:
    """Give what was not searched, and what an analysis found missing beside it, each once."""
    return (*coverage.not_searched, *(gap for gap in more if gap not in coverage.not_searched))


def coverage_document(coverage: Coverage, more: Iterable[NotSearched] = ()) -> dict[str, Any]:
    """Give a coverage ledger as values that JSON can hold; times are ISO 8601 in UTC.

    Args:
        coverage: what was and was not searched.
        more: what an analysis found missing beside it.

    Returns:
        ``searched`` (a row a source), ``ledger`` (a row an account, region and span), ``not_searched``, ``unread``,
        ``warnings``, ``gaps`` (their number by sort) and ``passed_over`` (what is no log).
    """
    listed = tuple(more)
    document = {
        "searched": [asdict(row) for row in coverage.searched],
        "not_searched": [asdict(row) for row in all_missing(coverage, listed)],
        "unread": [asdict(row) for row in coverage.unread],
        "warnings": list(coverage.warnings),
        "ledger": list(tables.rows_of(ledger_table(coverage))),
        "gaps": gap_counts(coverage, listed),
        "passed_over": [{"what": row.what, "reason": row.reason} for row in coverage.passed_over],
    }
    return tables.json_values(document)  # type: ignore[no-any-return]


def coverage_statement(places: pd.DataFrame, coverage: Coverage, more: Sequence[NotSearched] = ()) -> str:
    """Say in one sentence what was searched: every conclusion holds for this, and for nothing else.

    Args:
        places: ``tables.COVERAGE``.
        coverage: what was and was not searched.
        more: what an analysis found missing beside it.
    """
    counts = gap_counts(coverage, more)
    gaps = f"; {gap_words(counts)}" if counts else ""
    events = int(places["events"].sum())
    if not events:
        return f"No event was found{_looked_in(coverage, ' in ')}{gaps}."
    accounts, regions = (places[name].dropna().nunique() for name in ("account_id", "region"))
    first, last = places["first_event_at"].min(), places["last_event_at"].max()
    span = f", {_text(first)} to {_text(last)}" if first == first else ""  # noqa: PLR0124 - a missing time is not itself
    asked = {row.region for row in coverage.places if row.state == "searched" and row.region}
    looked = _looked_in(coverage, "; looked in ") if len(asked) > regions else ""
    return (f"{events:,} event{'' if events == 1 else 's'} of {accounts:,} account{'' if accounts == 1 else 's'} and "
            f"{regions:,} region{'' if regions == 1 else 's'}{span}; {_kinds(places)}{looked}{gaps}.")  # fmt: skip


def _looked_in(coverage: Coverage, begin: str) -> str:
    asked = {row.region for row in coverage.places if row.state == "searched" and row.region}
    return f"{begin}{len(asked):,} region{'' if len(asked) == 1 else 's'}" if asked else ""


def _kinds(places: pd.DataFrame) -> str:
    """Say how many are data events, and of how many the kind is not recorded, so that the numbers add up."""
    data = int(places.loc[places["event_category"] == "Data", "events"].sum())
    untold = int(places.loc[places["event_category"].isna(), "events"].sum())
    kinds = f"{data:,} of them data events" if data else "no data events"
    return f"{kinds}, {untold:,} of a kind that is not recorded" if untold else kinds


def _filled(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value if value != "" else None for name, value in row.items()}


def _text(at: pd.Timestamp) -> str:
    return str(utc_text(at.to_pydatetime()))
