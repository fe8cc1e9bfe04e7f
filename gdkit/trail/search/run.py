"""A search of many files for one session: in the order of delivery, by several threads, and again where needed."""

from __future__ import annotations

import os
import time
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from threading import Lock
from typing import TYPE_CHECKING

from gdkit.trail.load import Progress
from gdkit.trail.search.follow import Known
from gdkit.trail.search.look import Looked, look_at
from gdkit.trail.search.needles import in_order, sought_in, span_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from gdkit.model import Subject
    from gdkit.trail.search.look import Candidate
    from gdkit.trail.search.needles import Sought, Span
    from gdkit.trail.sources import LogFile

MOST_WORKERS = 16
_SECONDS_BETWEEN_REPORTS = 0.2


class Search:
    """A search under way.

    A file is searched for the identifiers that are known when it is taken up. Those that turn up later are searched
    for in the files before it that can hold them, in one more pass.

    Attributes:
        candidates: the records that name an identifier, by number of file and place in it.
        looked: what the first look at a file gave; None where it was not reached.
    """

    def __init__(self, files: Sequence[LogFile], subject: Subject, is_stopped: Callable[[], bool]) -> None:
        self.candidates: dict[tuple[int, int], Candidate] = {}
        self.looked: list[Looked | None] = [None] * len(files)
        self._files = files
        self._spans = [span_of(file) for file in files]
        self._known = Known(subject)
        self._searched_for = [0] * len(files)
        self._chosen: dict[tuple[int, int, Span | None], Sought] = {}
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
        count = workers or min(os.cpu_count() or 1, MOST_WORKERS)
        todo = ordered = in_order(self._spans)
        with ThreadPoolExecutor(count, "gdkit-search") as pool:
            while todo and not self._stopped:
                numbers = iter(todo)
                working = [pool.submit(self._work, numbers) for _ in range(min(count, len(todo)))]
                try:
                    self._watch(working, on_progress)
                except BaseException:
                    self._stopped = True
                    raise
                todo = [number for number in ordered if self._lacking(number)]
                self._bytes += sum(self._files[number].size_bytes for number in todo)

    def _watch(self, working: list, on_progress: Callable[[Progress], None] | None) -> None:  # type: ignore[type-arg]
        waiting = set(working)
        while waiting:
            done, waiting = wait(waiting, _SECONDS_BETWEEN_REPORTS, FIRST_EXCEPTION)
            for future in done:
                future.result()
            if on_progress:
                on_progress(self._progress())

    def _work(self, numbers: Iterator[int]) -> None:
        while True:
            with self._lock:
                self._stopped = self._stopped or self._is_stopped()
                number = None if self._stopped else next(numbers, None)
                if number is None:
                    return
                sought = self._lacking(number)
                self._searched_for[number] = len(self._known.needles)
                ask = not self._with_data
            again = self.looked[number] is not None
            looked = look_at(self._files[number], sought, again=again, ask_for_data=ask and not again)
            with self._lock:
                self._take(number, looked)

    def _lacking(self, number: int) -> Sought:
        """Give the identifiers that a file can hold and was not searched for; files of one hour have the same."""
        needles, span, start = self._known.needles, self._spans[number], self._searched_for[number]
        key = (start, len(needles), span)
        if key not in self._chosen:
            self._chosen = {key: sought_in(span, needles[start:])}
        return self._chosen[key]

    def _take(self, number: int, looked: Looked) -> None:
        found = {(number, one.place): one for one in looked.candidates}
        fresh = [one.values for key, one in found.items() if key not in self.candidates]
        self.candidates |= found
        if self.looked[number] is None:
            self.looked[number] = looked._replace(candidates=[])
            self._with_data |= looked.with_data
        if fresh:
            self._known.learn(fresh)
        self._files_done += 1
        self._bytes_done += self._files[number].size_bytes

    def _progress(self) -> Progress:
        spent = time.monotonic() - self._begun
        left = spent * (self._bytes - self._bytes_done) / self._bytes_done if self._bytes_done else None
        files = min(self._files_done, len(self._files))
        return Progress(files, len(self._files), self._bytes_done, self._bytes, len(self.candidates), left)
