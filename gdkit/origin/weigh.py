"""Weighs the evidence about an address and proposes a verdict, with the rows that decided."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gdkit.origin.model import Weighed
from gdkit.origin.rules import (
    AGAINST_BENIGN,
    AHEAD,
    BENIGN_AT,
    BEYOND_LEAVE,
    BROUGHT_ALONG,
    ENOUGH_ALONE,
    FITS,
    MALICIOUS_AT,
    OWNERS,
    RULES_BY_NAME,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from gdkit.model import VerdictValue
    from gdkit.origin.model import Direction, Evidence

MOST_DECIDING = 3
"""Rows that a proposal names."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """What the evidence proposes.

    Attributes:
        value: the proposed verdict.
        why: one sentence.
        deciding: the rows that decided, strongest first.
    """

    value: VerdictValue
    why: str
    deciding: tuple[Weighed, ...]


def weighed(evidence: Iterable[Evidence], weights: Mapping[str, int] | None = None) -> tuple[Weighed, ...]:
    """Give each piece of evidence its weight, the strongest first.

    Args:
        evidence: what was found.
        weights: the team's own weights by the rule's name; the table's hold for the rest.
    """
    own = weights or {}
    rows = [Weighed(one, RULES_BY_NAME[one.rule].toward, own.get(one.rule, RULES_BY_NAME[one.rule].weight))
            for one in evidence]  # fmt: skip
    return tuple(sorted(rows, key=lambda row: (-row.weight, row.toward, row.evidence.rule, row.evidence.statement)))


def propose(rows: Sequence[Weighed]) -> Proposal:
    """Propose a verdict from weighed evidence.

    Several rows of one rule count once, with the strongest: two lists that name the same thing are one thing.

    Benign needs an owner that can be asked, a sign that the owner's address fits the instance, enough weight, and next
    to nothing against it; a leave to test explains what testers do. Malicious needs enough weight, or one row that is
    enough alone, and to outweigh clearly what speaks for benign. All else is undetermined.
    """
    benign, malicious = _strongest(rows, "benign"), _strongest(rows, "malicious")
    names = {row.evidence.rule for row in benign}
    if "authorised_test" in names:
        malicious = [row for row in malicious if row.evidence.rule in BEYOND_LEAVE]
    good, bad = (sum(row.weight for row in side) for side in (benign, malicious))
    alone = any(row.weight >= ENOUGH_ALONE for row in malicious)
    vouched = bool(names & OWNERS)
    fitting = bool(names & FITS)
    sums = f"{good} for benign, {bad} for malicious"
    ahead = AHEAD if names - BROUGHT_ALONG else 1
    if (bad >= MALICIOUS_AT or alone) and (good == 0 or bad >= good + ahead):
        return Proposal("malicious", f"What speaks for malicious outweighs the rest: {sums}.", _first(malicious))
    if good >= BENIGN_AT and bad <= AGAINST_BENIGN and vouched and fitting:
        return Proposal(
            "benign", f"The owner is known and the address fits the instance: {sums}.", _owner_first(benign)
        )
    both = _first(sorted((*benign[:2], *malicious[:2]), key=lambda row: -row.weight))
    return Proposal("undetermined", f"{_missing(good, bad, vouched=vouched, fitting=fitting)}: {sums}.", both)


def _strongest(rows: Sequence[Weighed], toward: Direction) -> list[Weighed]:
    """Give the strongest row of each rule that speaks for one side, the strongest first."""
    kept: dict[str, Weighed] = {}
    for row in sorted(rows, key=lambda row: -row.weight):
        if row.toward == toward and row.weight:
            kept.setdefault(row.evidence.rule, row)
    return list(kept.values())


def _first(rows: Sequence[Weighed]) -> tuple[Weighed, ...]:
    return tuple(rows[:MOST_DECIDING])


def _owner_first(benign: Sequence[Weighed]) -> tuple[Weighed, ...]:
    """Name the owner and the sign that the address fits, then what else is strong: without these it is not benign."""
    owner = next(row for row in benign if row.evidence.rule in OWNERS)
    fit = next(row for row in benign if row.evidence.rule in FITS)
    return _first(list(dict.fromkeys((owner, fit, *benign))))


def _missing(good: int, bad: int, *, vouched: bool, fitting: bool) -> str:
    """Say why the evidence decides nothing."""
    if good and bad > AGAINST_BENIGN:
        return "The evidence speaks both ways"
    if bad > AGAINST_BENIGN:
        return "Something speaks for malicious, and not enough"
    if not vouched:
        return "Nobody who can be asked is named as the owner" if good else "Nothing speaks for either side"
    return (
        "The owner is named, and too little shows that this instance leaves by it"
        if not fitting
        else ("Too little speaks for benign")
    )
