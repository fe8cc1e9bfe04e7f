"""CloudTrail Lake in the simulated account: event data stores, and queries whose very text is run over their events.

Source: CloudTrail API Reference, the operations of the same names; CloudTrail User Guide, "Supported SQL schemas for
event data stores" and "CloudTrail Lake SQL constraints".
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING, Any
from uuid import UUID

from gdkit.simulator.athena.answer import NOTHING, Answer
from gdkit.simulator.athena.failures import QueryFailedError
from gdkit.simulator.call import ApiError
from gdkit.simulator.cloudtrail.delivered import records_in
from gdkit.simulator.cloudtrail.selectors import selected

if TYPE_CHECKING:
    from datetime import datetime

    from gdkit.simulator.backend import Backend
    from gdkit.simulator.call import Call, Handlers, Result

LONGEST_STATEMENT = 10_000
MOST_ROWS = 1000
_MANAGEMENT = [{"Name": "management", "FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}]}]


@dataclass(slots=True)
class _Store:
    """One event data store."""

    id: str
    arn: str
    name: str
    account_id: str
    region: str
    made_at: datetime
    selectors: list[dict[str, Any]]
    multi_region: bool = True
    of_organization: bool = False
    records: list[dict[str, Any]] = field(default_factory=list, repr=False)

    def settings(self) -> Result:
        """Give what GetEventDataStore answers."""
        return {"EventDataStoreArn": self.arn, "Name": self.name, "Status": "ENABLED", "RetentionPeriod": 366,
                "AdvancedEventSelectors": self.selectors, "MultiRegionEnabled": self.multi_region,
                "OrganizationEnabled": self.of_organization, "CreatedTimestamp": self.made_at}  # fmt: skip


@dataclass(slots=True)
class _Query:
    """One query; ``polls_left`` is how often it is still said to be running."""

    id: str
    text: str
    polls_left: int
    ends: str = "FINISHED"
    reason: str = ""
    answer: Answer = field(default=NOTHING, repr=False)

    @property
    def state(self) -> str:
        """Its state now."""
        return "RUNNING" if self.polls_left else self.ends


class EventDataStores:
    """Answers CloudTrail Lake's operations.

    Args:
        backend: moto, from whose S3 a trail's files are imported.
        seed: makes the ids repeatable.

    Attributes:
        polls: how often a query that is started is said to be running before it is done.
    """

    def __init__(self, backend: Backend, seed: int = 0) -> None:
        self.polls = 1
        self._backend = backend
        self._random = Random(f"lake {seed}")  # noqa: S311 - ids, not secrets
        self._stores: dict[str, _Store] = {}
        self._queries: dict[str, _Query] = {}
        self._lock = threading.RLock()

    def handlers(self) -> Handlers:
        """Give the operations."""
        operations = {
            "CreateEventDataStore": self._create,
            "GetEventDataStore": lambda call: self._store(call, str(call.parameters["EventDataStore"])).settings(),
            "StartImport": self._import,
            "StartQuery": self._start,
            "DescribeQuery": self._describe,
            "GetQueryResults": self._results,
            "CancelQuery": self._cancel,
        }
        return {("cloudtrail", name): handler for name, handler in operations.items()}

    def queries(self) -> tuple[str, ...]:
        """Give the text of every query that was started, in order."""
        return tuple(one.text for one in self._queries.values())

    def _create(self, call: Call) -> Result:
        asked = call.parameters
        identifier = self._new_id()
        arn = f"arn:aws:cloudtrail:{call.region}:{call.account_id}:eventdatastore/{identifier}"
        selectors = asked.get("AdvancedEventSelectors") or _MANAGEMENT
        made = _Store(identifier, arn, asked["Name"], call.account_id, call.region, call.at, selectors,
                      asked.get("MultiRegionEnabled", True), asked.get("OrganizationEnabled", False))  # fmt: skip
        self._stores[identifier] = made
        return made.settings()

    def _import(self, call: Call) -> Result:
        """Copy a trail's events into a store, those that its selectors take.

        Source: CloudTrail User Guide, "Copy trail events to CloudTrail Lake".
        """
        store = self._store(call, str(call.parameters["Destinations"][0]))
        place = str(call.parameters["ImportSource"]["S3"]["S3LocationUri"]).removeprefix("s3://")
        s3 = self._backend.client("s3", call.account_id, call.region)
        for record in records_in(s3, place.partition("/")[0]):
            here = store.multi_region or record["awsRegion"] == store.region
            if here and selected(record, {"AdvancedEventSelectors": store.selectors}):
                store.records.append(record)
        return {"ImportId": self._new_id(), "ImportStatus": "COMPLETED"}

    def _store(self, call: Call, named: str) -> _Store:
        found = self._stores.get(named.rpartition("/")[2])
        if found is None or found.account_id != call.account_id or found.region != call.region:
            raise ApiError("EventDataStoreNotFoundException", f"The event data store {named} was not found.")
        return found

    def _start(self, call: Call) -> Result:
        from gdkit.simulator.cloudtrail.lake_query import run_lake_query  # noqa: PLC0415 - DuckDB is slow to load

        text = str(call.parameters["QueryStatement"])
        if len(text) > LONGEST_STATEMENT:
            raise ApiError("InvalidParameterException", f"A statement has at most {LONGEST_STATEMENT} characters.")
        begun = _Query(self._new_id(), text, self.polls)
        try:
            begun.answer = run_lake_query(text, lambda store: self._store(call, store).records)
        except QueryFailedError as error:
            begun.ends, begun.reason = "FAILED", str(error)
        self._queries[begun.id] = begun
        return {"QueryId": begun.id}

    def _find(self, call: Call) -> _Query:
        found = self._queries.get(str(call.parameters.get("QueryId")))
        if found is None:
            raise ApiError("QueryIdNotFoundException", "The query ID does not exist or does not map to a query.")
        return found

    def _describe(self, call: Call) -> Result:
        one = self._find(call)
        state = one.state
        one.polls_left = max(0, one.polls_left - 1)
        told = {"ErrorMessage": one.reason} if state == "FAILED" else {}
        return {"QueryId": one.id, "QueryString": one.text, "QueryStatus": state, **told,
                "QueryStatistics": {"BytesScanned": one.answer.bytes if state == "FINISHED" else 0}}  # fmt: skip

    def _cancel(self, call: Call) -> Result:
        one = self._find(call)
        if not one.polls_left:
            raise ApiError("InactiveQueryException", "The specified query cannot be canceled because it is finished.")
        one.polls_left, one.ends = 0, "CANCELLED"
        return {"QueryId": one.id, "QueryStatus": "CANCELLED"}

    def _results(self, call: Call) -> Result:
        one = self._find(call)
        if one.state != "FINISHED":
            return {"QueryStatus": one.state, "QueryResultRows": []}
        begin = int(call.parameters.get("NextToken") or 0)
        end = begin + int(call.parameters.get("MaxQueryResults") or MOST_ROWS)
        rows = [[{name: value} for name, value in zip(one.answer.names, row, strict=True) if value is not None]
                for row in one.answer.rows[begin:end]]  # fmt: skip
        more = {"NextToken": f"{end:08d}"} if end < len(one.answer.rows) else {}
        return {"QueryStatus": "FINISHED", "QueryResultRows": rows, **more}

    def _new_id(self) -> str:
        with self._lock:
            return str(UUID(int=self._random.getrandbits(128), version=4))
