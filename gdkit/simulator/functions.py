"""Lambda as far as invoking goes: nothing is run, but a function that may not run is throttled as AWS throttles it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gdkit.simulator.call import ApiError
from gdkit.simulator.ec2.asking import asked_of_moto

if TYPE_CHECKING:
    from gdkit.simulator.backend import Backend
    from gdkit.simulator.call import Call, Handlers, Result


class Functions:
    """Answers Invoke, for which moto would need containers."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend

    def handlers(self) -> Handlers:
        """Give the operations."""
        return {("lambda", "Invoke"): self.invoke}

    def invoke(self, call: Call) -> Result:
        """Answer ``null``, as a function that returns nothing.

        Raises:
            ApiError: there is no such function, or 0 runs at once are reserved for it.

        Source: Lambda Developer Guide, "Configuring reserved concurrency"; API Reference, Invoke.
        """
        api = self._backend.client("lambda", call.account_id, call.region)
        asked = {"FunctionName": str(call.parameters["FunctionName"])}
        found = asked_of_moto(api.get_function_concurrency, asked)
        if found.get("ReservedConcurrentExecutions") == 0:
            raise ApiError("TooManyRequestsException", "Rate Exceeded.", 429)
        return {"StatusCode": 200, "ExecutedVersion": "$LATEST", "Payload": b"null"}
