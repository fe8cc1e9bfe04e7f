"""Athena's API in the simulated account: queries are started, asked after, stopped, and give their rows by pages."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING, Any
from uuid import UUID

from gdkit.simulator.athena.answer import NOTHING, Answer
from gdkit.simulator.athena.failures import QueryCancelledError, QueryFailedError, no_permission, over_cutoff
from gdkit.simulator.call import ApiError

if TYPE_CHECKING:
    from datetime import datetime

    from gdkit.simulator.backend import Backend
    from gdkit.simulator.call import Call, Handlers, Result
    from gdkit.simulator.iam.authorize import Authorizer

MOST_ROWS = 1000
"""Rows of a page, the header's among them. Source: Athena API Reference, GetQueryResults, MaxResults."""


@dataclass(slots=True)
class _Execution:
    """One query.

    Attributes:
        polls_left: how often it is still said to be running.
        ends: the state in which it ends.
    """

    id: str
    text: str
    token: str
    workgroup: str
    database: str
    began_at: datetime
    polls_left: int
    ends: str = "SUCCEEDED"
    reason: str = ""
    kind: str = "DML"
    answer: Answer = field(default=NOTHING, repr=False)

    @property
    def state(self) -> str:
        """Its state now."""
        return "RUNNING" if self.polls_left else self.ends


class Athena:
    """Answers Athena's operations on queries; work groups are moto's.

    Args:
        backend: moto, with its Glue and S3.
        authorizer: decides whether the one who asks may read the table and its objects: Athena reads in their name.
        seed: makes the ids repeatable.

    Attributes:
        polls: how often a query that is started is said to be running before it is done.
        failing: the reason with which the next queries fail, one each; empty where they are run.
    """

    def __init__(self, backend: Backend, authorizer: Authorizer, seed: int = 0) -> None:
        self.polls = 1
        self.failing: list[str] = []
        self._backend, self._authorizer = backend, authorizer
        self._random = Random(f"athena {seed}")  # noqa: S311 - ids, not secrets
        self._executions: dict[str, _Execution] = {}
        self._lock = threading.RLock()

    def handlers(self) -> Handlers:
        """Give the operations."""
        operations = {
            "StartQueryExecution": self._start,
            "GetQueryExecution": self._describe,
            "StopQueryExecution": self._stop,
            "GetQueryResults": self._results,
            "GetWorkGroup": lambda call: {"WorkGroup": self._group(call, str(call.parameters["WorkGroup"]))},
        }
        return {("athena", name): handler for name, handler in operations.items()}

    def queries(self) -> tuple[str, ...]:
        """Give the text of every query that was started, in order."""
        return tuple(one.text for one in self._executions.values())

    @property
    def bytes_scanned(self) -> int:
        """Bytes that all queries scanned."""
        return sum(one.answer.bytes for one in self._executions.values())

    def _start(self, call: Call) -> Result:
        """Begin a query, once for each token of the client.

        Source: Athena API Reference, StartQueryExecution.
        """
        asked = call.parameters
        text, token = str(asked["QueryString"]), str(asked.get("ClientRequestToken", ""))
        workgroup = str(asked.get("WorkGroup", "primary"))
        settings = self._settings(call, workgroup)
        with self._lock:
            for one in self._executions.values():
                if token and one.token == token:
                    if one.text != text:
                        raise ApiError("InvalidRequestException", "Idempotent parameters do not match")
                    return {"QueryExecutionId": one.id}
            identifier = str(UUID(int=self._random.getrandbits(128), version=4))
            database = str(asked.get("QueryExecutionContext", {}).get("Database", "default"))
            begun = _Execution(identifier, text, token, workgroup, database, call.at, self.polls)
            self._executions[identifier] = begun
            self._run(call, begun, settings)
        return {"QueryExecutionId": begun.id}

    def _group(self, call: Call, workgroup: str) -> dict[str, Any]:
        """Give a work group; moto gives nothing for one that is not there."""
        athena = self._backend.client("athena", call.account_id, call.region)
        if workgroup not in [one["Name"] for one in athena.list_work_groups()["WorkGroups"]]:
            raise ApiError("InvalidRequestException", f"WorkGroup is not found: {workgroup}")
        found: dict[str, Any] = athena.get_work_group(WorkGroup=workgroup)["WorkGroup"]
        return found

    def _settings(self, call: Call, workgroup: str) -> dict[str, Any]:
        found = self._group(call, workgroup)
        if found["State"] == "DISABLED":
            raise ApiError("InvalidRequestException", f"WorkGroup {workgroup} is disabled.")
        settings: dict[str, Any] = found["Configuration"]
        managed = settings.get("ManagedQueryResultsConfiguration", {}).get("Enabled")
        told = call.parameters.get("ResultConfiguration", {}).get("OutputLocation")
        if not (managed or told or settings.get("ResultConfiguration", {}).get("OutputLocation")):
            raise ApiError("InvalidRequestException", "No output location provided. An output location is required "
                           "either through the Workgroup result configuration setting or as an API input.")  # fmt: skip
        return settings

    def _run(self, call: Call, begun: _Execution, settings: dict[str, Any]) -> None:
        from gdkit.simulator.athena.statement import Place, run_statement  # noqa: PLC0415 - DuckDB is slow to load

        glue, s3 = (self._backend.client(service, call.account_id, call.region) for service in ("glue", "s3"))

        def arn(database: str, name: str) -> str:
            return f"arn:aws:glue:{call.region}:{call.account_id}:table/{database}/{name}"

        def check(action: str, resource: str) -> None:
            if call.principal.kind != "Root" and self._authorizer.decision(call, action, resource).decision != "Allow":
                raise no_permission(call.principal.arn, action, resource)

        try:
            if self.failing:
                raise QueryFailedError(self.failing.pop(0))
            begun.kind, begun.answer = run_statement(begun.text, Place(glue, s3, begun.database, arn, check, call.at))
            if begun.answer.bytes > settings.get("BytesScannedCutoffPerQuery", begun.answer.bytes):
                raise over_cutoff()
        except QueryFailedError as error:
            begun.ends, begun.reason = "FAILED", str(error)
        except QueryCancelledError as error:
            begun.ends, begun.reason = "CANCELLED", str(error)

    def _find(self, call: Call) -> _Execution:
        identifier = str(call.parameters["QueryExecutionId"])
        found = self._executions.get(identifier)
        if found is None:
            raise ApiError("InvalidRequestException", f"QueryExecution {identifier} was not found")
        return found

    def _describe(self, call: Call) -> Result:
        one = self._find(call)
        state = one.state
        one.polls_left = max(0, one.polls_left - 1)
        status = {"State": state, "SubmissionDateTime": one.began_at}
        if state in ("FAILED", "CANCELLED"):
            status["StateChangeReason"] = one.reason
        return {"QueryExecution": {
            "QueryExecutionId": one.id, "Query": one.text, "StatementType": one.kind, "WorkGroup": one.workgroup,
            "QueryExecutionContext": {"Database": one.database}, "Status": status,
            "Statistics": {"DataScannedInBytes": 0 if state == "RUNNING" else one.answer.bytes,
                           "EngineExecutionTimeInMillis": 100},
        }}  # fmt: skip

    def _stop(self, call: Call) -> Result:
        one = self._find(call)
        if one.polls_left:
            one.polls_left, one.ends, one.reason = 0, "CANCELLED", "Query cancelled by user"
        return {}

    def _results(self, call: Call) -> Result:
        """Give a page of rows; the first row of a query's first page names its columns.

        Source: Athena API Reference, GetQueryResults.
        """
        one = self._find(call)
        if one.state != "SUCCEEDED":
            raise ApiError("InvalidRequestException", f"Query has not yet finished. Current state: {one.state}")
        rows: list[tuple[str | None, ...]] = [one.answer.names, *one.answer.rows] if one.answer.names else []
        begin = int(call.parameters.get("NextToken") or 0)
        end = begin + min(int(call.parameters.get("MaxResults") or MOST_ROWS), MOST_ROWS)
        page = [{"Data": [{} if value is None else {"VarCharValue": value} for value in row]}
                for row in rows[begin:end]]  # fmt: skip
        info = [{"Name": name, "Type": "varchar"} for name in one.answer.names]
        more = {"NextToken": str(end)} if end < len(rows) else {}
        return {"ResultSet": {"Rows": page, "ResultSetMetadata": {"ColumnInfo": info}}, "UpdateCount": 0, **more}
