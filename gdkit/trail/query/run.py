"""Queries run one after the other, each once: what became of each is kept, so that a later run goes on there."""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import uuid4

from gdkit.errors import AwsError, CostError
from gdkit.sizes import size_text
from gdkit.trail.fetched.store import write_records
from gdkit.trail.load import Progress
from gdkit.trail.query.engine import QueryState, is_busy, is_gone
from gdkit.trail.query.failures import clearer, failure_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from gdkit.trail.fetched.values import Watch
    from gdkit.trail.query.engine import Engine
    from gdkit.trail.query.rendering import Rendering

_Answer = TypeVar("_Answer")

RECORDS_A_FILE = 10_000
_FIRST_PAUSE_S, _LONGEST_PAUSE_S, _STEP_S = 0.1, 5.0, 0.1
_MOST_TRIES = 6
MORE = 4
"""So many times what was scanned is proposed as a limit, where nobody can tell how much there is."""

_ALREADY_OVER = "InactiveQueryException"


class StoppedHereError(Exception):
    """A person wanted it to stop; the query that was running is ended, and what is done is kept."""


@dataclass(frozen=True, slots=True)
class Kept:
    """Where a fetch keeps what it did.

    Attributes:
        folder: of the fetch.
        state: what the plan file holds beside the question; this changes it.
        save: writes the plan file.
    """

    folder: Path
    state: dict[str, Any]
    save: Callable[[], None]


class Runs:
    """Runs the queries of one fetch.

    Args:
        engine: who runs them.
        rendering: makes records of rows.
        kept: where what became of them is kept.
        watch: progress, and stopping.
        most_bytes: once the queries of the fetch have scanned more, the one that runs is ended.

    Attributes:
        most_bytes: as it was given; it may be raised for a query that a person allows.
        warnings: what a person must know or do.
    """

    def __init__(self, engine: Engine, rendering: Rendering, kept: Kept, watch: Watch, *, most_bytes: int) -> None:
        self.most_bytes = most_bytes
        self.warnings: list[str] = []
        self._engine, self._rendering, self._kept, self._watch = engine, rendering, kept, watch
        self._queries: dict[str, dict[str, Any]] = kept.state.setdefault("queries", {})
        kept.state.setdefault("nonce", uuid4().hex)

    @property
    def bytes_scanned(self) -> int:
        """Bytes that all queries scanned, those of earlier runs among them."""
        return sum(one.get("bytes", 0) for one in self._queries.values())

    @property
    def records(self) -> int:
        """Records that all queries gave."""
        return sum(one.get("records", 0) for one in self._queries.values())

    @property
    def done(self) -> int:
        """Queries that are answered."""
        return sum("records" in one for one in self._queries.values())

    def above_limit(self) -> Iterator[str]:
        """Say of answers that took more than the limit how much that was: a query may be done before it is seen."""
        for one in self._queries.values():
            if "limit" in one:
                yield (f"A query of {self._engine.name} was done before it was seen that it was above the limit: with "
                       f"those before, {size_text(one['scanned'])} were scanned, and {size_text(one['limit'])} "
                       "were allowed. Its answer is whole.")  # fmt: skip

    def is_answered(self, statement: str) -> bool:
        """Tell whether an earlier run had the whole answer, and it is still there."""
        mark = _mark(statement)
        return "records" in self._queries.get(mark, {}) and next(self._files(mark), None) is not None

    def answer(self, statement: str) -> int:
        """Have a query answered, and give how many records its answer is; one that was answered is not run again.

        Raises:
            AwsError: it failed.
            StoppedHereError: a person wanted it to stop.
            CostError: it scanned more than it may.
            CaseWriteError: the answer cannot be written.
        """
        mark = _mark(statement)
        if not self.is_answered(statement):
            earlier = self._taken_up(mark)
            try:
                self._run(mark, earlier or self._begin(mark, statement))
            except AwsError:
                if earlier is None:
                    raise
                self._run(mark, self._begin(mark, statement))  # the answer of the earlier run cannot be had any more
        return int(self._queries[mark]["records"])

    def _run(self, mark: str, query_id: str) -> None:
        """Wait for a query, and keep its answer."""
        try:
            state = self._wait(mark, query_id)
        except (StoppedHereError, CostError, KeyboardInterrupt):
            self._end(mark, query_id)
            raise
        if state.state != "done":
            self._forget(mark)  # what failed is begun anew by the next run; what it scanned was paid for
            raise failure_of(state, self._engine.begun)
        if self.bytes_scanned > self.most_bytes:
            self._queries[mark] |= {"scanned": self.bytes_scanned, "limit": self.most_bytes}
        self._queries[mark]["records"] = self._fetch(mark, query_id)
        self._kept.save()
        self._tell()

    def _end(self, mark: str, query_id: str) -> None:
        """End a query at AWS, too: it would go on, and be paid for."""
        self._forget(mark)
        try:
            self._engine.stop(query_id)
        except AwsError as error:
            if error.code != _ALREADY_OVER:
                self.warnings.append(f"The query {query_id} could not be ended ({error.problem}); end it in the "
                                     f"console of {self._engine.name}.")  # fmt: skip

    def _taken_up(self, mark: str) -> str | None:
        """Give the id of a query that an earlier run began; None where there is none that AWS still knows."""
        query_id = self._queries.get(mark, {}).get("id")
        if query_id is None:
            return None
        try:
            state = self._engine.look(query_id)
        except AwsError as error:
            if not is_gone(error):
                raise
            return None
        return None if state.state in ("failed", "stopped") else str(query_id)

    def _begin(self, mark: str, statement: str) -> str:
        """Begin a query; its token is in the case before, so that a run that is killed here begins it once."""
        paid = self._queries.get(mark, {}).get("bytes", 0)
        self._queries[mark] = {"statement": statement, "bytes": paid, "paid": paid}
        self._kept.save()
        token = hashlib.sha256(f"{self._kept.state['nonce']}{statement}".encode()).hexdigest()
        query_id = self._patiently(lambda: self._engine.start(statement, token))
        self._queries[mark]["id"] = query_id
        self._kept.save()
        return query_id

    def _forget(self, mark: str) -> None:
        self._queries[mark].pop("id", None)
        self._kept.state["nonce"] = uuid4().hex  # with the old token the query that was ended would be given again
        self._kept.save()

    def _patiently(self, ask: Callable[[], _Answer]) -> _Answer:
        pause_s = 1.0
        for tried in range(1, _MOST_TRIES + 1):
            try:
                return ask()
            except AwsError as error:
                if not is_busy(error) or tried == _MOST_TRIES:
                    raise clearer(error) from None
            self._rest(pause_s)
            pause_s *= 2
        raise AssertionError("unreachable")

    def _wait(self, mark: str, query_id: str) -> QueryState:
        """Wait until a query is over; what it has scanned is paid for, however it ends."""
        pause_s, one = _FIRST_PAUSE_S, self._queries[mark]
        while True:
            state = self._patiently(lambda: self._engine.look(query_id))
            one["bytes"] = one.get("paid", 0) + state.bytes
            if state.state != "running":
                return state
            self._tell()
            self._check()
            self._rest(pause_s)
            pause_s = min(_LONGEST_PAUSE_S, pause_s * 1.5)

    def _check(self) -> None:
        """Leave off where more is scanned than may be: how much a query would scan cannot always be told before."""
        scanned = self.bytes_scanned
        if scanned > self.most_bytes:
            raise CostError(
                f"the queries had scanned {size_text(scanned)}, which is more than {size_text(self.most_bytes)}, "
                "and the one that ran was ended",
                where=self._engine.name,
                action=f"ask for fewer days, accounts or regions, or allow more: --max-bytes {scanned * MORE}",
            )

    def _rest(self, seconds: float) -> None:
        """Wait, and leave off where a person wants that."""
        left_s = seconds
        while not self._watch.is_stopped():
            if left_s <= 0:
                return
            time.sleep(min(_STEP_S, left_s))
            left_s -= _STEP_S
        raise StoppedHereError

    def _fetch(self, mark: str, query_id: str) -> int:
        """Write the answer as log files; give how many records there are."""
        for path in self._files(mark):
            path.unlink()
        count, number, waiting = 0, 1, list[str]()
        for row in self._engine.rows(query_id):
            waiting.append(self._rendering.written(row))
            count += 1
            if len(waiting) == RECORDS_A_FILE:
                write_records(self._path(mark, number), waiting)
                number, waiting = number + 1, []
                if self._watch.is_stopped():
                    raise StoppedHereError
        if waiting or not count:
            write_records(self._path(mark, number), waiting)
        return count

    def _files(self, mark: str) -> Iterator[Path]:
        return self._kept.folder.glob(f"query-{mark}-*.json.gz")

    def _path(self, mark: str, number: int) -> Path:
        return self._kept.folder / f"query-{mark}-{number:05d}.json.gz"

    def _tell(self) -> None:
        if self._watch.on_progress:
            size = self.bytes_scanned
            self._watch.on_progress(
                Progress(self.done, len(self._queries), size, size, self.records, what="queries answered")
            )


def _mark(statement: str) -> str:
    return hashlib.sha256(statement.encode()).hexdigest()[:16]
