"""Calls of others from the finding's address: kept as long as they are few, for an address can be a crowd's way out."""

from __future__ import annotations

import threading
from collections import Counter
from typing import TYPE_CHECKING

from gdkit.columns import EVENTS
from gdkit.model import NotSearched
from gdkit.trail.search.needles import ESCAPED_TEXT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

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
        left_out: calls that an earlier run left out, by object and address.

    Attributes:
        left_out: those of all runs.
    """

    def __init__(self, addresses: Sequence[str], known: Known, left_out: Mapping[str, Mapping[str, int]]) -> None:
        self.left_out = {key: Counter(counts) for key, counts in left_out.items()}
        self._addresses = frozenset(addresses)
        self._known = known
        self._kept = 0
        self._lock = threading.Lock()

    def take_up(self, candidates: Iterable[Candidate]) -> None:
        """Count what an earlier run kept."""
        self._kept += sum(one.values[_ADDRESS] in self._addresses and not self._names_the_session(one.raw)
                          for one in candidates)  # fmt: skip

    def thinned(self, key: str, looked: Looked, *, again: bool) -> Looked:
        """Leave out calls of others from an address once there are too many of them, and those from elsewhere.

        Args:
            key: of the object.
            looked: what a look at it gave.
            again: it was looked at before.
        """
        if not again:
            self.left_out.pop(key, None)
        if not self._addresses or not looked.candidates:
            return looked
        kept = [one for one in looked.candidates if self._is_kept(key, one)]
        return looked if len(kept) == len(looked.candidates) else looked._replace(candidates=kept)

    def gaps(self) -> Iterator[NotSearched]:
        """Name the calls that were left out."""
        for address, count in sorted(sum(self.left_out.values(), Counter[str]()).items()):
            yield NotSearched(
                f"{count:,} calls of others from {address}",
                f"more than {MOST_OF_OTHERS:,} were found, so it is a way out of many; the first of them were kept, "
                "and every call of the session",
            )

    def _is_kept(self, key: str, one: Candidate) -> bool:
        if self._names_the_session(one.raw):
            return True
        address = one.values[_ADDRESS]
        if address not in self._addresses:
            return not self._only_mentions(one.raw)
        with self._lock:
            self._kept += 1
            if self._kept <= MOST_OF_OTHERS:
                return True
            self.left_out.setdefault(key, Counter())[str(address)] += 1
            return False

    def _only_mentions(self, raw: str) -> bool:
        """Tell whether a call from elsewhere was found because such an address, or a longer one, stands in it."""
        return any(f'"{address}' in raw for address in self._addresses) and not ESCAPED_TEXT.search(raw)

    def _names_the_session(self, raw: str) -> bool:
        own = (needle.text for needle in tuple(self._known.needles) if needle.text.lstrip('"') not in self._addresses)
        return any(text in raw for text in own)
