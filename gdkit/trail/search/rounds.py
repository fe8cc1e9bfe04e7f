"""The order in which files are searched: by their delivery, and in rounds for those that are searched again."""

from __future__ import annotations

import heapq

_SHARE = 8
"""Looks at new files for each look again that is not put off to the end."""


class Rounds:
    """Gives places in an order: each once, and those that were put back again.

    Those that were put back are given in ascending order, so that what is found in one is known to all behind it. While
    they are few that is done at once; many wait for the end, so that one round serves all that turned up until then.

    Args:
        count: how many places there are.

    Attributes:
        reached: how many of them were given a first time.
    """

    def __init__(self, count: int) -> None:
        self.reached = 0
        self._count = count
        self._at = -1  # of the round that is under way
        self._round: list[int] = []
        self._later: list[int] = []
        self._put_back: set[int] = set()
        self._again = 0

    def next(self) -> int | None:
        """Give the next place; None where there is none, until one is put back."""
        if not self._round and self._later and self._may_begin():
            self._round, self._later, self._at = sorted(self._later), [], -1
        if self._round:
            self._at = heapq.heappop(self._round)
            self._put_back.discard(self._at)
            self._again += 1
            return self._at
        if self.reached == self._count:
            return None
        self.reached += 1
        return self.reached - 1

    def put_back(self, place: int) -> bool:
        """Have a place given again; tell whether it was not waiting already."""
        if place in self._put_back:
            return False
        self._put_back.add(place)
        if self._round and place > self._at:
            heapq.heappush(self._round, place)
        else:
            self._later.append(place)
        return True

    def is_waiting(self, place: int) -> bool:
        """Tell whether a place was put back and not given again yet."""
        return place in self._put_back

    def _may_begin(self) -> bool:
        return self.reached == self._count or (self._again + len(self._later)) * _SHARE <= self.reached
