"""Whether queries may be begun: what they would scan, held against what is allowed, and the work group's own limit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gdkit.errors import CostError
from gdkit.sizes import size_text
from gdkit.trail.fetched.values import Cost
from gdkit.trail.query.run import MORE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gdkit.trail.fetched.question import Question
    from gdkit.trail.fetched.values import Terms, Watch
    from gdkit.trail.query.estimate import Measured
    from gdkit.trail.query.run import Runs
    from gdkit.trail.query.target import Target

DOLLARS_A_TERABYTE = 5.0
LEAST_BYTES = 10_000_000
"""Price of what a query scans, and the least that one is counted as.

Source: Athena pricing and CloudTrail Lake pricing, us-east-1, 2026-11: both 5 dollars a terabyte; Athena counts 10 MB a
query at least.
"""

PRICED = "list price of us-east-1, 2026-11, without what S3 takes for requests"
_SLACK = 1.25
"""How far a query may go beyond its estimate before it is ended."""


class Limits:
    """Lets the queries of one fetch begin, or not.

    Args:
        target: the table; it tells what a question's queries would scan.
        runs: who runs them, and knows what was scanned so far.
        terms: what is allowed.
        watch: leave to go above it.

    Attributes:
        objects: how many objects lie where the queries that were let begin read, as far as that was told.
    """

    def __init__(self, target: Target, runs: Runs, terms: Terms, watch: Watch) -> None:
        self.objects = 0
        self._target, self._runs, self._terms, self._watch = target, runs, terms, watch

    def allow(self, parts: Sequence[tuple[Question, Sequence[str]]]) -> int | None:
        """See that queries which are not answered yet are within the limits; what cannot be told is held to them later.

        Args:
            parts: questions, each with the statements that ask it.

        Returns:
            How many objects lie where they read; None where that is not told of all of them, or none is to be run.

        Raises:
            CostError: they are not, and nobody allows it.
        """
        waiting = [(one, sum(not self._runs.is_answered(text) for text in texts)) for one, texts in parts]
        measured = [(self._target.measure(one), queries) for one, queries in waiting if queries]
        told = [(one, queries) for one, queries in measured if one is not None]
        if told:
            self._allow_told(told)
        if len(told) < len(measured):
            self._allow_untold(sum(queries for one, queries in measured if one is None))
            return None
        return sum(one.objects for one, _ in told) if told else None

    def _allow_told(self, told: Sequence[tuple[Measured, int]]) -> None:
        """See that queries are within the limits: so many of each read what was measured.

        Raises:
            CostError: they are not, and nobody allows it.
        """
        cutoff, most = self._target.cutoff, max(one.bytes for one, _ in told)
        if cutoff is not None and most > cutoff:
            raise CostError(f"the query would scan about {size_text(most)}, and its work group ends "
                            f"queries after {size_text(cutoff)}", where=self._target.text,
                            action="ask for fewer days, accounts or regions, or use another work group")  # fmt: skip
        objects, queries = sum(one.objects for one, _ in told), sum(number for _, number in told)
        self.objects += objects
        size = self._runs.bytes_scanned + sum(one.bytes * number for one, number in told)
        note = "".join(f"{text}; " for text in dict.fromkeys(one.note for one, _ in told) if text)
        estimate = Cost(objects=objects, requests=queries, bytes=size, dollars=dollars_of(size, queries),
                        priced=f"{note}{PRICED}")  # fmt: skip
        self._watch.check(self._target.text, estimate, self._terms)
        self._runs.most_bytes = max(self._terms.max_bytes, round(size * _SLACK))

    def _allow_untold(self, queries: int) -> None:
        """See that queries of which nobody can tell what they scan are begun only while the limit is not reached.

        Raises:
            CostError: those before have scanned more than is allowed, and nobody allows more.
        """
        size, most = self._runs.bytes_scanned, self._runs.most_bytes
        if size <= most:
            return
        estimate = Cost(requests=queries, bytes=size, dollars=dollars_of(size, self._runs.done),
                        priced=f"scanned so far; how much more cannot be told before; {PRICED}")  # fmt: skip
        if self._watch.allow is None or not self._watch.allow(self._target.text, estimate):
            raise CostError(f"the queries before have scanned {size_text(size)}, which is more than "
                            f"{size_text(most)}, so that this one was not begun", where=self._target.text,
                            action=f"allow more: --max-bytes {size * MORE}")  # fmt: skip
        self._runs.most_bytes = size * MORE


def dollars_of(size: int, queries: int) -> float:
    """Give the price of so many queries that scan so many bytes together, in dollars."""
    return round(max(size, LEAST_BYTES * queries) / 1e12 * DOLLARS_A_TERABYTE, 4)
