"""Who holds the addresses, in words for a person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gdkit.ui.words import many, when

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime

    import pandas as pd

A_PERSON_DECIDES = "This is a proposal from a table of rules. A person decides."
OWNERSHIP = (
    "Ownership lowers suspicion and does not clear it: a taken-over laptop sits in the office's network too, and a "
    "thief in the same account leaves by the same gateway."
)
_FOR = {"for": "benign", "against": "malicious", "neutral": "neither"}


def origin_summary(origin: Mapping[str, Any]) -> str:
    """Give the proposal on the alert in a sentence."""
    return f"Proposed: {origin['proposed_verdict']}. {origin['why']}"


def deciding_facts(origin: Mapping[str, Any]) -> list[tuple[str, object]]:
    """Give the rows that decided, each with what it speaks for and its weight."""
    rows = origin["deciding"]
    return [(f"Decided {number}", deciding_words(row)) for number, row in enumerate(rows, start=1)]


def deciding_words(row: Mapping[str, Any]) -> str:
    """Give a row of evidence in one line: what it speaks for, its weight, what was found, and who says so."""
    dated = f", {when(row['as_of'])}" if row["as_of"] else ""
    return f"{_FOR[row['weight']]} {row['points']}: {row['statement']} [{row['source']}{dated}]"


def settle_notes(origin: Mapping[str, Any], most: int = 6) -> list[str]:
    """Give what would settle it, for the places that the alert is about first."""
    steps = dict.fromkeys(step for one in origin["addresses"] for step in one["settle"])
    return [f"To settle it: {step}." for step in list(steps)[:most]]


def causes_summary(origin: Mapping[str, Any]) -> str:
    """Count the tests of benign causes for the first place by how they ended."""
    if not origin["addresses"]:
        return "There is no place to test."
    first = origin["addresses"][0]
    outcomes = [test["outcome"] for test in first["benign_causes"]]
    passed = [test["cause"] for test in first["benign_causes"] if test["outcome"] == "passed"]
    named = f" ({', '.join(passed)})" if passed else ""
    return (f"{first['address']}: of {many(len(outcomes), 'benign cause')}, {len(passed)} passed{named}, "
            f"{outcomes.count('failed')} failed, {outcomes.count('could not test')} could not be tested.")  # fmt: skip


def history_summary(seen: pd.DataFrame, reported: Collection[str], reported_at: datetime | None, most: int = 3) -> str:
    """Say who was seen at the addresses that the finding names, before the reported use and since.

    Args:
        seen: ``tables.ADDRESS_SEEN``.
        reported: addresses that the finding names.
        reported_at: when the use that was reported began; None where nothing tells.
        most: addresses that are told each by itself.
    """
    said = [f"Callers seen at {many(seen['address'].nunique(), 'place')}, in what was searched."]
    for address in list(reported)[:most]:
        there = seen[seen["address"] == address]
        parties = there.groupby("party")["calls"].sum().sort_values(ascending=False)
        calls = ", ".join(f"{party} {calls:,}" for party, calls in parties.items()) or "nobody"
        told = f"{address}, in the finding: {calls}"
        if reported_at is not None and len(there):
            before = there.loc[there["minute_at"] < reported_at.replace(second=0, microsecond=0), "calls"].sum()
            told += f"; {before:,} of them before the reported use"
        said.append(f"{told}.")
    return " ".join(said)
