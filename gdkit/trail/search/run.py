"""A search of many files for one session: in the order of delivery, by several threads, and again where needed."""

from __future__ import annotations

import os
import time
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from datetime import timedelta
from threading import Lock
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from gdkit.trail.delivery import EARLY
from gdkit.trail.load import Progress
from gdkit.trail.search.follow import EVENT_AT
from gdkit.trail.search.look import NOTHING_ODD, Looked
from gdkit.trail.search.memory import reuse_memory
from gdkit.trail.search.needles import ByTime, Span, in_order, span_of
from gdkit.trail.search.rounds import Rounds

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from gdkit.trail.ledger_places import NamedPlace
    from gdkit.trail.search.follow import Known
    from gdkit.trail.search.look import Candidate
    from gdkit.trail.search.needles import Days, Needle, Sought

MOST_WORKERS = 64
_SECONDS_BETWEEN_REPORTS = 0.2
_AN_HOUR_AND_MORE = timedelta(hours=2)
"""So far before a time files can be of an hour that is searched for what was issued then; see ``needles.ByTime``."""


class Searchable(Protocol):
    """What can be searched: a file, or what is read as one."""

    @property
    def size_bytes(self) -> int:
        """Its size."""

    @property
    def place(self) -> NamedPlace | None:
        """Account, region and time that it is named for."""


class Look(Protocol):
    """Reads a file and searches it, as ``look.look_at`` does from disk."""

    def __call__(self, file: Any, sought: Sought, *, again: bool = False, ask_for_data: bool = False) -> Looked:
        """Look at a file; the arguments are those of ``look.look_in``."""


class _Chosen(NamedTuple):
    """The identifiers, from one number of them to another, that files of one span can hold."""

    span: Span | None
    start: int
    end: int
    sought: dict[Days, list[bytes]]


class Search:
    """A search under way.

    Args:
        files: what is searched.
        known: what is searched for; it grows.
        is_stopped: asked before each file.
        look: reads a file and searches it.

    A file is searched for the identifiers that are known when it is taken up. Files that were searched before and can
    hold what turns up later are searched for that, too: at once while they are few, and else when all were searched.

    Attributes:
        candidates: the records that name an identifier, by number of file and place in it.
        looked: what the first look at a file gave; None where it was not reached.
    """

    def __init__(self, files: Sequence[Searchable], known: Known, is_stopped: Callable[[], bool], look: Look) -> None:
        self.candidates: dict[tuple[int, int], Candidate] = {}
        self.looked: list[Looked | None] = [None] * len(files)
        self._files = files
        places = [file.place for file in files]
        self._spans = [span_of(place) for place in places]
        self._order = in_order(places)
        self._rounds = Rounds(len(files))
        self._in_hand: set[int] = set()
        self._misnamed: set[int] = set()
        self._empty: frozenset[int] = frozenset()
        self._earlier: frozenset[Needle] = frozenset()
        self._unknown: list[int] = []
        self._compared = 0
        self._known = known
        self._by_time = ByTime(known.needles)
        self._look = look
        self._searched_for = [0] * len(files)
        self._chosen = _Chosen(None, 0, 0, {})
        self._with_data: set[str | None] = set()
        self._is_stopped = is_stopped
        self._stopped = False
        self._lock = Lock()
        self._files_done = self._bytes_done = 0
        self._bytes = sum(file.size_bytes for file in files)
        self._begun = time.monotonic()

    def run(self, workers: int | None = None, on_progress: Callable[[Progress], None] | None = None) -> None:
        """Search until nothing new turns up, or it is stopped.

        Threads, because libdeflate lets go of the interpreter while it unpacks, and little else takes time.

        Args:
            workers: how many files are searched at once; one for each core if None.
            on_progress: called now and then, from the calling thread.
        """
        count = min(workers or os.cpu_count() or 1, MOST_WORKERS, max(1, len(self._files)))
        reuse_memory()
        with ThreadPoolExecutor(count, "gdkit-search") as pool:
            working = {pool.submit(self._work) for _ in range(count)}
            try:
                while working:
                    done, working = wait(working, _SECONDS_BETWEEN_REPORTS, FIRST_EXCEPTION)
                    for future in done:
                        future.result()
                    if on_progress:
                        on_progress(self._progress())
            except BaseException:
                self._stopped = True  # the other threads end after the files that they have in hand
                raise

    def take_up(self, done: Mapping[int, Sequence[Candidate]]) -> None:
        """Go on where an earlier search for the same identifiers was left.

        Args:
            done: the files that it was through with, by number, with the records in them that name an identifier.
        """
        found = {(number, -one.place - 1): one for number, held in done.items() for one in held}
        self.candidates |= found
        self._known.learn([one.values for one in found.values()])
        for number in done:
            self.looked[number] = NOTHING_ODD
            self._searched_for[number] = len(self._known.needles)
            self._bytes -= self._files[number].size_bytes

    def leave_out(self, numbers: Collection[int], needles: Collection[Needle]) -> None:
        """Leave out files in which an earlier search found nothing, but for identifiers that it did not know.

        Args:
            numbers: of those files.
            needles: the identifiers for which it searched all of them that can hold one.
        """
        self._empty, self._earlier = frozenset(numbers), frozenset(needles)
        for number in self._empty:
            self.looked[number] = NOTHING_ODD
            self._bytes -= self._files[number].size_bytes

    def follow(self, names: Iterable[str]) -> None:
        """Search for more keys and principals, in the files of an earlier search, too."""
        self._known.follow(names)
        for place, number in enumerate(self._order):
            if self.looked[number] is not None and self._lacking(number):
                self._put_back(place)

    def state(self) -> tuple[list[int], dict[int, list[Candidate]]]:
        """Give how far it is: the files that it is through with, by number, and the records of every file."""
        with self._lock:
            found: dict[int, list[Candidate]] = {}
            for (number, _), one in self.candidates.items():
                found.setdefault(number, []).append(one)
            looked = [number for number in self._order if self.looked[number] is not None]
            done = [number for number in looked if number not in self._in_hand and not self._lacking(number)]
            return done, found

    @property
    def unfinished(self) -> int:
        """Files that were not looked at, or lack a look for what turned up later; none unless it was stopped."""
        return sum(self.looked[number] is None or bool(self._lacking(number)) for number in self._order)

    def _work(self) -> None:
        while True:
            with self._lock:
                self._stopped = self._stopped or self._is_stopped()
                place = None if self._stopped else self._take_up()
                if place is None:
                    return
                number = self._order[place]
                sought = self._lacking(number)
                self._searched_for[number] = len(self._known.needles)
                self._in_hand.add(number)
                again = self.looked[number] is not None
                named = self._files[number].place
                ask = not again and (named.account_id if named else None) not in self._with_data
            looked = self._look(self._files[number], sought, again=again, ask_for_data=ask)
            with self._lock:
                self._in_hand.discard(number)
                self._take_in(place, looked)

    def _take_up(self) -> int | None:
        """Give the place of the next file that was not looked at, or lacks an identifier."""
        while (place := self._rounds.next()) is not None:
            number = self._order[place]
            if self.looked[number] is None or self._lacking(number):  # else it was done with in an earlier search
                return place
        return None

    def _lacking(self, number: int) -> Sought:
        """Give the identifiers that a file can hold and was not searched for; files of one hour have the same."""
        needles, span, start = self._known.needles, self._spans[number], self._searched_for[number]
        if start == len(needles):
            return {}
        if number in self._empty:
            return self._unknown_in(span, start)
        last = self._chosen
        if (last.span, last.start) != (span, start):
            last = _Chosen(span, start, start, {})
        if last.end < len(needles):
            sought = dict(last.sought)  # another thread may be reading it; that its lists grow does no harm
            for days, more in self._by_time.sought_in(span, last.end).items():
                sought.setdefault(days, []).extend(more)
            last = _Chosen(span, start, len(needles), sought)
        self._chosen = last
        return last.sought

    def _unknown_in(self, span: Span | None, start: int) -> Sought:
        """Give, of identifiers from a number on, those that a file can hold and an earlier search did not know."""
        needles = self._known.needles
        for number in range(self._compared, len(needles)):
            if needles[number] not in self._earlier:
                self._unknown.append(number)
        self._compared = len(needles)
        return ByTime([needles[number] for number in self._unknown if number >= start]).sought_in(span)

    def _take_in(self, place: int, looked: Looked) -> None:
        number = self._order[place]
        if self.looked[number] is None:
            told = looked._replace(candidates=[]) if looked.candidates else looked
            self.looked[number] = NOTHING_ODD if told == NOTHING_ODD else told  # one value for most of many files
            self._with_data |= looked.with_data
        known = len(self._known.needles)
        if looked.candidates:
            self._learn(place, looked.candidates)
        self._files_done += 1
        self._bytes_done += self._files[number].size_bytes
        if self._lacking(number):  # it, or another file meanwhile, told of one
            self._put_back(place)
        if new := self._known.needles[known:]:
            self._look_again_for(new)

    def _learn(self, place: int, candidates: Sequence[Candidate]) -> None:
        """Take in the records of a file that name an identifier, as far as they are new."""
        number = self._order[place]
        found = {(number, one.place): one for one in candidates}
        fresh = [one.values for key, one in found.items() if key not in self.candidates]
        self.candidates |= found
        if fresh:
            self._known.learn(fresh)
            self._see_name(place, fresh)

    def _see_name(self, place: int, fresh: Sequence[tuple[Any, ...]]) -> None:
        """Search a file for everything that holds a call of after its delivery: its name does not tell its times."""
        number = self._order[place]
        span = self._spans[number]
        if span is not None and any(one[EVENT_AT] and one[EVENT_AT] > span.last_at + EARLY for one in fresh):
            self._misnamed.add(place)
            self._spans[number], self._searched_for[number] = None, 0

    def _look_again_for(self, new: Sequence[Needle]) -> None:
        """Put back the files that were looked at already and can hold one of these; others need no search for them."""
        for place in self._misnamed:
            self._put_back(place)
        known = len(self._known.needles)
        since = None if any(needle.since is None for needle in new) else min(n.since for n in new if n.since)
        fits: dict[Span | None, bool] = {}
        for place in range(self._rounds.reached - 1, -1, -1):
            number = self._order[place]
            moment = self._moment(number)
            if since is not None and moment is not None and moment.last_at + _AN_HOUR_AND_MORE < since:
                return
            if moment not in fits:
                fits[moment] = any(needle.fits(moment) for needle in new)
            if not fits[moment]:
                if number not in self._in_hand and not self._rounds.is_waiting(place):  # so it lacks none of before
                    self._searched_for[number] = known
            elif self.looked[number] is not None and (number not in self._empty or self._lacking(number)):
                self._put_back(place)

    def _moment(self, number: int) -> Span | None:
        """Give the very minute of a file's delivery, as its name tells it."""
        place = self._files[number].place
        return Span(place.at, place.at) if self._spans[number] and place and place.at else None

    def _put_back(self, place: int) -> None:
        if self._rounds.put_back(place):
            self._bytes += self._files[self._order[place]].size_bytes

    def _progress(self) -> Progress:
        spent = time.monotonic() - self._begun
        left = spent * (self._bytes - self._bytes_done) / self._bytes_done if self._bytes_done else None
        files = min(self._files_done, len(self._files))
        return Progress(files, len(self._files), self._bytes_done, self._bytes, len(self.candidates), left)
