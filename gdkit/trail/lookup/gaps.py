"""Which spans of time are still to be asked for, worked out from the pages that are there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime, timedelta

    from gdkit.trail.lookup.plan import Window


@dataclass(frozen=True, slots=True)
class Chain:
    """A run of pages of one question, each following the one before by its token, newest events first.

    Attributes:
        number: 1 for the question's first run.
        window: what was asked for; every request of a run must ask for the same.
        asked_at: the present when the run began: what was delivered later is not in it.
        sweep_end_at: where the window of the whole sweep ended that it belongs to.
        pages: how many pages are there.
        events: rows in them.
        reached_at: time of the oldest row so far; None before the first row.
        token: leads to the next page; None where there is none.
        usable: whether AWS still takes the token.
    """

    number: int
    window: Window
    asked_at: datetime
    sweep_end_at: datetime
    pages: int = 0
    events: int = 0
    reached_at: datetime | None = None
    token: str | None = None
    usable: bool = True

    @property
    def ended(self) -> bool:
        """Whether AWS said that no page follows."""
        return self.pages > 0 and self.token is None

    @property
    def position_at(self) -> datetime:
        """How far down the run has come: all later events of its window are there."""
        if self.ended:
            return self.window.start_at
        return self.reached_at or self.window.end_at


@dataclass(frozen=True, slots=True)
class Gap:
    """A span still to be asked for.

    Attributes:
        down_to: where it may stop.
        from_at: its newest end.
        chain: the run that can be followed from there by its token; None where a new run must begin.
    """

    down_to: datetime
    from_at: datetime
    chain: Chain | None


def gaps(chains: Iterable[Chain], wanted: Window, *, late_by: timedelta) -> list[Gap]:
    """Give the spans of the wanted window that no run covers, newest first.

    Of a run of an earlier sweep, the minutes that were young when it asked count as not covered: their events may
    have been delivered after it. Runs of the wanted sweep itself are not asked twice; a refresh is for that.

    Args:
        chains: the question's runs.
        wanted: the whole window.
        late_by: how late an event may be delivered.
    """
    at, above, found = wanted.end_at, None, []
    for top_at, chain in _tops(chains, wanted, late_by):
        if top_at < at:
            found.append(Gap(top_at, at, _to_follow(above)))
        if chain.position_at < at or (above is None and chain.position_at == at) or chain.ended:
            at, above = min(at, chain.position_at), _lower(above, chain)
    if at > wanted.start_at or (at == wanted.start_at and not (above and above.ended)):
        found.append(Gap(wanted.start_at, at, _to_follow(above)))
    return found


def _tops(chains: Iterable[Chain], wanted: Window, late_by: timedelta) -> Sequence[tuple[datetime, Chain]]:
    """Give each run with the newest instant that it surely covers, newest first."""
    tops = []
    for chain in chains:
        whole = chain.sweep_end_at >= wanted.end_at
        top_at = chain.window.end_at if whole else min(chain.window.end_at, chain.asked_at - late_by)
        if chain.pages and top_at >= chain.position_at:
            tops.append((min(top_at, wanted.end_at), chain))
    return sorted(tops, key=lambda one: (one[0], -one[1].number), reverse=True)


def _lower(above: Chain | None, chain: Chain) -> Chain:
    """Of two runs give the one that reaches further down; of two that reach as far, one that ended."""
    if above is None or chain.position_at < above.position_at:
        return chain
    return chain if chain.position_at == above.position_at and chain.ended else above


def _to_follow(above: Chain | None) -> Chain | None:
    return above if above is not None and above.token is not None and above.usable else None
