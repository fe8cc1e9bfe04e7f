"""All questions to one account and region: several runs of pages at once under one pace."""

from __future__ import annotations

import math
import threading
import time
from collections import deque
from contextlib import ExitStack
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from gdkit.errors import GdkitError
from gdkit.trail.lookup.failures import NO_EVENTS, SAME_TOKEN, Failure, failure_of
from gdkit.trail.lookup.gaps import Chain
from gdkit.trail.lookup.halt import HaltedError
from gdkit.trail.lookup.hooks import Meter, paced
from gdkit.trail.lookup.pace import Pacer
from gdkit.trail.lookup.plan import Query, Site, Window
from gdkit.trail.lookup.question import Flight, Question, fetch_page
from gdkit.trail.lookup.store import Page, read_chains, with_page, write_page

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from gdkit.trail.lookup.halt import Halt

_MOST_AT_ONCE = 10  # botocore's own pool keeps as many connections
_MOST_FAILURES = 6  # one after the other, for one page
_MOST_MISSES = 6  # one after the other, of all questions to the site; each is botocore's own attempts, all in vain
_MOST_LOST_TOKENS = 3  # one after the other, without a page that went further
_FIRST_WAIT_S = 0.5
_LONGEST_WAIT_S = 20.0
_WORTH_A_SPLIT = 4  # pages left
_SPARE = 1.5  # answers may take that many times their mean


class SiteSweep:
    """Asks one account and region all that is to be asked there.

    Threads take the run that waited longest, fetch its next page, put it on the disk, and put the run back. Where
    answers take so long that the runs at hand cannot fill the limit, the longest one is split: its older half becomes a
    run of its own.

    Attributes:
        meter: counts the requests.
        questions: all that was asked.
        closed: why nothing is answered there; None while something may be.
    """

    def __init__(self, site: Site, folder: Path, make_client: Callable[[], Any], halt: Halt) -> None:
        self.site = site
        self.meter = Meter()
        self.questions: list[Question] = []
        self.closed: Failure | None = None
        self._folder = folder
        self._make_client = make_client
        self._client: Any = None
        self._hooks = ExitStack()
        self._halt = halt
        self._pacer = Pacer()
        self._changed = threading.Condition()
        self._ready: deque[Flight] = deque()
        self._flying: list[Flight] = []
        self._threads: list[threading.Thread] = []
        self._asked_at: datetime | None = None
        self._misses = 0

    def ask(self, query: Query, wanted: Window, asked_at: datetime) -> None:
        """Add a question; what the disk holds of its answer is taken from there."""
        question = Question(query, wanted, {chain.number: chain for chain in read_chains(self._folder, query)})
        with self._changed:
            self._asked_at = asked_at
            self.questions.append(question)
            self._open_gaps(question)

    def start(self) -> None:
        """Begin to work in the background, where there is work."""
        with self._changed:
            if self._ready and not self.closed:
                self._add_thread()

    @property
    def busy(self) -> bool:
        """Whether a thread is at work."""
        return any(thread.is_alive() for thread in self._threads)

    def end(self) -> None:
        """Wait for the threads and leave the client as it was."""
        for thread in list(self._threads):
            thread.join()
        self._hooks.close()

    def counts(self) -> tuple[int, int, int]:
        """Give pages on the disk, rows in them, and questions still open."""
        with self._changed:
            chains = [chain for question in self.questions for chain in question.chains.values()]
            is_open = 0 if self.closed else sum(1 for question in self.questions if question.open)
            return sum(chain.pages for chain in chains), sum(chain.events for chain in chains), is_open

    def seconds_left(self) -> float | None:
        """Estimate how long the work still takes; None while some run gives no ground for it."""
        with self._changed:
            work = () if self.closed else (*self._ready, *self._flying)
            left = [flight.pages_left() for flight in work]
        if any(pages is None for pages in left):
            return None
        return sum(math.ceil(pages) for pages in left if pages is not None) / self._pacer.rate_per_s()

    def _add_thread(self) -> None:
        name = f"lookup-{self.site.account_id}-{self.site.region}-{len(self._threads)}"
        thread = threading.Thread(target=self._work, name=name, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _work(self) -> None:
        try:
            self._connect()
            while flight := self._take():
                self._land(flight, fetch_page(self._client, flight))
        except HaltedError:
            self._halt.give()  # the others leave off too; pages that are there are kept, the rest is in the coverage
        except BaseException as error:  # raised again in the thread that waits for all
            self._halt.give(error)
        finally:
            with self._changed:
                self._changed.notify_all()

    def _connect(self) -> None:
        if self._client is not None:
            return
        try:
            self._client = self._make_client()
        except GdkitError as error:
            with self._changed:
                self.closed = failure_of(error)
            return
        self._hooks.enter_context(paced(self._client, self._pacer, self.meter, self._halt))

    def _take(self) -> Flight | None:
        """Give the run to go on with; None where no work is left."""
        with self._changed:
            while not self.closed and (self._ready or self._flying):
                self._halt.check()
                now_s = time.monotonic()
                flight = next((one for one in self._ready if one.not_before_s <= now_s), None)
                if flight is None and not self._ready:
                    flight = self._split()
                if flight is not None:
                    if flight in self._ready:
                        self._ready.remove(flight)
                    self._flying.append(flight)
                    self._grow()
                    return flight
                self._changed.wait(0.1)
        return None

    def _grow(self) -> None:
        """Add a thread where those at work cannot fill the limit."""
        alive = sum(thread.is_alive() for thread in self._threads)
        work = bool(self._ready) or self._longest() is not None
        if work and alive < min(_MOST_AT_ONCE, self._needed() + 1):
            self._add_thread()

    def _needed(self) -> int:
        """Give how many requests must be under way at once to fill the limit."""
        return math.ceil(_SPARE * (self.meter.answer_s or 0.0) * self._pacer.rate_per_s() + 0.1)

    def _longest(self) -> Flight | None:
        """Give the run under way with the most pages left, where it is worth a split."""
        if len(self._flying) >= self._needed():
            return None
        left = [(pages, flight) for flight in self._flying if (pages := flight.pages_left()) is not None]
        pages, flight = max(left, key=lambda one: one[0], default=(0.0, None))
        return flight if pages >= _WORTH_A_SPLIT else None

    def _split(self) -> Flight | None:
        flight = self._longest()
        if flight is None:
            return None
        span = flight.chain.position_at - flight.down_to
        middle_at = (flight.down_to + span / 2).replace(microsecond=0)
        lower = self._new_flight(flight.question, Window(flight.down_to, middle_at))
        flight.down_to = middle_at
        return lower

    def _new_flight(self, question: Question, window: Window) -> Flight:
        assert self._asked_at is not None  # noqa: S101 - set with the first question
        chain = Chain(max(question.chains, default=0) + 1, window, self._asked_at, question.wanted.end_at)
        question.chains[chain.number] = chain
        question.open += 1
        return Flight(question, chain, window.start_at)

    def _open_gaps(self, question: Question) -> None:
        for gap in question.gaps():
            if gap.chain is None:
                self._ready.append(self._new_flight(question, Window(gap.down_to, gap.from_at)))
            else:
                question.open += 1
                self._ready.append(Flight(question, gap.chain, gap.down_to))

    def _land(self, flight: Flight, outcome: Page | Failure) -> None:
        """Keep the page, or see what follows from not having it."""
        question, chain = flight.question, flight.chain
        if isinstance(outcome, Page):
            chain = with_page(chain, outcome)
            write_page(self._folder, question.query, chain, outcome)
        with self._changed:
            self._flying.remove(flight)
            if isinstance(outcome, Page):
                self._go_on(flight, chain)
            else:
                self._failed(flight, outcome)
            self._changed.notify_all()

    def _go_on(self, flight: Flight, chain: Chain) -> None:
        question = flight.question
        self._misses = 0
        if chain.ended or chain.position_at < flight.chain.position_at:
            question.lost_tokens = 0
        flight.chain = question.chains[chain.number] = chain
        flight.failures = 0
        if chain.token is not None:
            flight.seen.add(chain.token)
        if flight.landed:
            self._finished(question)
        else:
            self._ready.append(flight)

    def _finished(self, question: Question) -> None:
        question.open -= 1
        if question.open == 0 and question.failed is None:
            self._open_gaps(question)

    def _failed(self, flight: Flight, failure: Failure) -> None:
        question = flight.question
        flight.failures += 1
        self._misses += failure.kind == "again" and failure not in {NO_EVENTS, SAME_TOKEN}
        if failure.kind == "token" and question.lost_tokens < _MOST_LOST_TOKENS:
            question.lost_tokens += 1
            flight.chain = question.chains[flight.chain.number] = replace(flight.chain, usable=False)
            self._finished(question)
        elif failure.kind == "again" and flight.failures < _MOST_FAILURES and self._misses < _MOST_MISSES:
            wait_s = min(_LONGEST_WAIT_S, _FIRST_WAIT_S * 2 ** (flight.failures - 1))
            flight.not_before_s = time.monotonic() + wait_s
            self._ready.append(flight)
        elif failure.kind == "site" or (failure.kind == "again" and failure not in {NO_EVENTS, SAME_TOKEN}):
            self.closed = failure
            question.open -= 1
        else:
            question.failed = failure
            question.open -= 1
