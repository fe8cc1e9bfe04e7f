"""Calls of others from the finding's address: kept as long as they are few, for an address can be a crowd's way out."""

from __future__ import annotations

import threading
from collections import Counter
from typing import TYPE_CHECKING

from gdkit.columns import EVENTS
from gdkit.model import NotSearched

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gdkit.trail.search.follow import Known
    from gdkit.trail.search.look import Candidate, Looked

MOST_OF_OTHERS = 20_000
"""So many calls that name nothing but an address are kept: enough to see who else is behind it."""

_ADDRESS = EVENTS.names.index("source_address")


class Crowd:
    """Thins out what was found by an address alone; safe to use from several threads.

    Args:
        addresses: the addresses that are asked for.
        known: what else is searched for.
    """

    def __init__(self, addresses: Sequence[str], known: Known) -> None:
        self._addresses = frozenset(addresses)
        self._known = known
        self._kept = 0
        self._left_out: Counter[str] = Counter()
        self._lock = threading.Lock()

    def thinned(self, looked: Looked) -> Looked:
        """Leave out calls of others from an address once there are too many of them."""
        if not self._addresses or not looked.candidates:
            return looked
        kept = [one for one in looked.candidates if not self._is_too_many(one)]
        return looked if len(kept) == len(looked.candidates) else looked._replace(candidates=kept)

    def gaps(self) -> Iterator[NotSearched]:
        """Name the calls that were left out."""
        for address, count in sorted(self._left_out.items()):
            yield NotSearched(
                f"{count:,} calls of others from {address}",
                f"more than {MOST_OF_OTHERS:,} were found, so it is a way out of many; the first of them were kept, "
                "and every call of the session",
            )

    def _is_too_many(self, one: Candidate) -> bool:
        address = one.values[_ADDRESS]
        if address not in self._addresses or self._names_the_session(one.raw):
            return False
        with self._lock:
            self._kept += 1
            if self._kept <= MOST_OF_OTHERS:
                return False
            self._left_out[str(address)] += 1
            return True

    def _names_the_session(self, raw: str) -> bool:
        own = (needle.text for needle in tuple(self._known.needles) if needle.text.lstrip('"') not in self._addresses)
        return any(text in raw for text in own)
