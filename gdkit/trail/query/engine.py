"""Those who run queries: Athena and CloudTrail Lake, asked in the same way."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Protocol, TypeAlias

from gdkit.aws.calls import ask, need
from gdkit.errors import AwsCall, AwsError

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE_ROWS = 1000
"""Rows of a page at most. Source: Athena API Reference and CloudTrail API Reference, GetQueryResults."""

Row: TypeAlias = tuple[str | None, ...]
State: TypeAlias = Literal["running", "done", "failed", "stopped"]

_STATES: dict[str, State] = {
    "QUEUED": "running", "RUNNING": "running", "SUCCEEDED": "done", "FINISHED": "done", "FAILED": "failed",
    "TIMED_OUT": "failed", "CANCELLED": "stopped",
}  # fmt: skip
"""What both services say of a query. Source: Athena API Reference, QueryExecutionStatus; CloudTrail, DescribeQuery."""


class QueryState(NamedTuple):
    """How far a query is.

    Attributes:
        state: ``running``, ``done``, ``failed``, or ``stopped`` by somebody or by a limit.
        bytes: bytes that it has scanned.
        reason: AWS's words where it did not end well.
    """

    state: State
    bytes: int = 0
    reason: str = ""


class Engine(Protocol):
    """Runs queries.

    Attributes:
        name: of the service, for those who read of it.
        requests: how many requests were sent.
    """

    name: str
    requests: int

    def start(self, statement: str, token: str) -> str:
        """Begin a query and give its id; the same token does not begin it twice, where the service has such."""

    def look(self, query_id: str) -> QueryState:
        """Say how far a query is."""

    def rows(self, query_id: str) -> Iterator[Row]:
        """Give the rows of a query that is done, each with its values in the order of the statement's columns."""

    def stop(self, query_id: str) -> None:
        """End a query."""

    @property
    def begun(self) -> AwsCall:
        """The call that begins a query, for errors that are about it."""


class AthenaEngine:
    """Athena, in one work group.

    Args:
        client: the reader's client of Athena.
        workgroup: the work group; its own settings say where results go, and how much a query may scan.
        database: the database that queries are about.
        account_id: the account, for errors.

    Source: Athena API Reference, StartQueryExecution, GetQueryExecution, GetQueryResults, StopQueryExecution.
    """

    name = "Athena"

    def __init__(self, client: Any, workgroup: str, database: str, account_id: str) -> None:
        self.requests = 0
        self._client, self._workgroup, self._database, self._account_id = client, workgroup, database, account_id

    def start(self, statement: str, token: str) -> str:
        """Begin a query and give its id.

        Raises:
            AwsError: Athena does not take it.
        """
        answer = self._ask("StartQueryExecution", QueryString=statement, ClientRequestToken=token,
                           WorkGroup=self._workgroup, QueryExecutionContext={"Database": self._database})  # fmt: skip
        return str(need(answer, "QueryExecutionId", self._call("StartQueryExecution")))

    def look(self, query_id: str) -> QueryState:
        """Say how far a query is.

        Raises:
            AwsError: it is not known any more, or cannot be asked after.
        """
        answer = self._ask("GetQueryExecution", QueryExecutionId=query_id)
        told = need(answer, "QueryExecution", self._call("GetQueryExecution"))
        status = told["Status"]
        scanned = int(told.get("Statistics", {}).get("DataScannedInBytes") or 0)
        reason = status.get("StateChangeReason") or status.get("AthenaError", {}).get("ErrorMessage") or ""
        return QueryState(_STATES[status["State"]], scanned, str(reason))

    def rows(self, query_id: str) -> Iterator[Row]:
        """Give the rows of a query; the first one of the first page names the columns, and is left out.

        Raises:
            AwsError: a page cannot be had.
        """
        following: dict[str, str] = {}
        first = 1
        while True:
            answer = self._ask("GetQueryResults", QueryExecutionId=query_id, MaxResults=PAGE_ROWS, **following)
            page = need(answer, "ResultSet", self._call("GetQueryResults"))["Rows"]
            for row in page[first:]:
                yield tuple(cell.get("VarCharValue") for cell in row["Data"])
            if not answer.get("NextToken"):
                return
            following, first = {"NextToken": answer["NextToken"]}, 0

    def stop(self, query_id: str) -> None:
        """End a query.

        Raises:
            AwsError: Athena does not take it.
        """
        self._ask("StopQueryExecution", QueryExecutionId=query_id)

    @property
    def begun(self) -> AwsCall:
        """The call that begins a query, for errors that are about it."""
        return self._call("StartQueryExecution")

    def _call(self, operation: str) -> AwsCall:
        return AwsCall("athena", operation, self._account_id, self._client.meta.region_name)

    def _ask(self, operation: str, **parameters: Any) -> dict[str, Any]:
        self.requests += 1
        return ask(self._client, operation, parameters, account_id=self._account_id)


class LakeEngine:
    """CloudTrail Lake, for one event data store.

    Args:
        client: the reader's client of CloudTrail.
        account_id: the account, for errors.

    Source: CloudTrail API Reference, StartQuery, DescribeQuery, GetQueryResults, CancelQuery.
    """

    name = "CloudTrail Lake"

    def __init__(self, client: Any, account_id: str) -> None:
        self.requests = 0
        self._client, self._account_id = client, account_id

    def start(self, statement: str, token: str) -> str:
        """Begin a query and give its id; Lake knows no tokens.

        Raises:
            AwsError: Lake does not take it.
        """
        return str(need(self._ask("StartQuery", QueryStatement=statement), "QueryId", self._call("StartQuery")))

    def look(self, query_id: str) -> QueryState:
        """Say how far a query is.

        Raises:
            AwsError: it is not known any more, or cannot be asked after.
        """
        answer = self._ask("DescribeQuery", QueryId=query_id)
        state = _STATES[need(answer, "QueryStatus", self._call("DescribeQuery"))]
        scanned = int(answer.get("QueryStatistics", {}).get("BytesScanned") or 0)
        timed_out = "it took too long" if answer["QueryStatus"] == "TIMED_OUT" else ""
        return QueryState(state, scanned, str(answer.get("ErrorMessage") or timed_out))

    def rows(self, query_id: str) -> Iterator[Row]:
        """Give the rows of a query.

        Raises:
            AwsError: a page cannot be had.
        """
        following: dict[str, str] = {}
        while True:
            answer = self._ask("GetQueryResults", QueryId=query_id, MaxQueryResults=PAGE_ROWS, **following)
            for row in need(answer, "QueryResultRows", self._call("GetQueryResults")):
                yield tuple(value for cell in row for value in cell.values())
            if not answer.get("NextToken"):
                return
            following = {"NextToken": answer["NextToken"]}

    def stop(self, query_id: str) -> None:
        """End a query.

        Raises:
            AwsError: Lake does not take it.
        """
        self._ask("CancelQuery", QueryId=query_id)

    @property
    def begun(self) -> AwsCall:
        """The call that begins a query, for errors that are about it."""
        return self._call("StartQuery")

    def _call(self, operation: str) -> AwsCall:
        return AwsCall("cloudtrail", operation, self._account_id, self._client.meta.region_name)

    def _ask(self, operation: str, **parameters: Any) -> dict[str, Any]:
        self.requests += 1
        return ask(self._client, operation, parameters, account_id=self._account_id)


_WAITED_FOR = frozenset({"MaxConcurrentQueriesException", "TooManyRequestsException"})
_GONE = re.compile(r"was not found|QueryIdNotFound", re.IGNORECASE)


def is_busy(error: AwsError) -> bool:
    """Tell whether a query may be taken in a moment: too many requests, or too many queries at once."""
    return error.kind == "throttled" or error.code in _WAITED_FOR


def is_gone(error: AwsError) -> bool:
    """Tell whether a query that was begun earlier is not known any more."""
    return error.code == "QueryIdNotFoundException" or (
        error.code == "InvalidRequestException" and bool(_GONE.search(error.problem))
    )
