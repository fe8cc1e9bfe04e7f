"""A made-up engine in the place of Athena: it answers statements from records in its hands, as slowly as it is told."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sqlglot import exp, parse_one

from gdkit.aws.select_only import with_quoted_store
from gdkit.errors import AwsCall, AwsError
from gdkit.trail.query.engine import QueryState
from gdkit.trail.query.lake import lake_rendering

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from gdkit.trail.query.engine import Row

STORE = lake_rendering("0a1b2c3d-0a1b-4a1b-8a1b-0a1b2c3d4e5f")
"""A rendering whose rows are whole records."""


class MadeUpEngine:
    """Answers a statement with those of its records that hold one of the texts in the statement's quotes.

    Attributes:
        polls: how often a query is said to be running first.
        started: statements that were begun, in order.
        stopped: ids of queries that were ended.
        refuse: errors that the next starts meet, one each.
        ends: state and reason of the queries that contain a text; the others are done.
        known: whether AWS still knows the queries that were begun.
        bytes: what each query scans.
    """

    name = "Athena"

    def __init__(self, records: Sequence[Mapping[str, Any]] = (), polls: int = 1) -> None:
        self.requests = 0
        self.polls = polls
        self.started: list[str] = []
        self.stopped: list[str] = []
        self.refuse: list[AwsError] = []
        self.ends: dict[str, QueryState] = {}
        self.known = True
        self.bytes = 1_000_000
        self.on_look: Callable[[], None] = lambda: None
        self._records = records
        self._left: dict[str, int] = {}
        self._tokens: dict[str, str] = {}

    def start(self, statement: str, token: str) -> str:
        """Begin a query, once for each token."""
        if self.refuse:
            raise self.refuse.pop(0)
        if token in self._tokens:
            return self._tokens[token]
        self.started.append(statement)
        query_id = f"query-{len(self.started)}"
        self._left[query_id], self._tokens[token] = self.polls, query_id
        return query_id

    def look(self, query_id: str) -> QueryState:
        """Say how far a query is."""
        self.requests += 1
        self.on_look()
        if not self.known:
            raise error("QueryExecution was not found", code="InvalidRequestException")
        if self._left[query_id] > 0:
            self._left[query_id] -= 1
            return QueryState("running", self.bytes // 2)
        told = next((state for text, state in self.ends.items() if text in self.statement(query_id)), None)
        return told or QueryState("done", self.bytes)

    def rows(self, query_id: str) -> Iterator[Row]:
        """Give the records that name what the statement names."""
        *_, named = parse_one(with_quoted_store(self.statement(query_id)), dialect="trino").args["where"].this.flatten()
        texts = {one.name.strip("%:/") for one in named.find_all(exp.Literal)} - {"0", "$.roleSessionName"}
        for record in self._records:
            written = json.dumps(record)
            if any(text in written for text in texts):
                yield (written,)

    def stop(self, query_id: str) -> None:
        """End a query."""
        self.stopped.append(query_id)

    @property
    def begun(self) -> AwsCall:
        """The call that begins a query."""
        return AwsCall("athena", "StartQueryExecution", "111122223333", "eu-west-1")

    def statement(self, query_id: str) -> str:
        """Give the text of a query."""
        return self.started[int(query_id.rpartition("-")[2]) - 1]


def error(problem: str, **more: Any) -> AwsError:
    """Give an error of AWS."""
    return AwsError(problem, call=AwsCall("athena", "StartQueryExecution"), **more)
