"""The gateway: every HTTP request to the simulated world passes here.

It is understood, a fault may happen to it, IAM decides on it, an own handler or moto answers it, and it is
written down.
"""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from gdkit.simulator.call import ApiError, Call, Source
from gdkit.simulator.cloudtrail.records import Outcome
from gdkit.simulator.faults import FaultRule, error_of
from gdkit.simulator.wire.models import Asked, HttpRequest, asked_for
from gdkit.simulator.wire.requests import parameters_of
from gdkit.simulator.wire.responses import HttpResponse, error_response, response_of, result_of

if TYPE_CHECKING:
    from gdkit.simulator.accounts import Accounts
    from gdkit.simulator.iam.credentials import Issued

ADDRESS, VPC, ENDPOINT, ENDPOINT_ACCOUNT, ACTOR = (
    "x-sim-source-ip",
    "x-sim-source-vpc",
    "x-sim-source-vpce",
    "x-sim-source-vpce-account",
    "x-sim-actor",
)
"""Headers by which an actor says from where it calls and, for the truth alone, who it is. They are not signed."""

ANALYST_ADDRESS = "192.0.2.250"
"""From where a caller that names no address seems to call: whoever works with the kit."""

_JUST_NOW = timedelta(minutes=1)
_NOT_AWS = ApiError("MissingAuthenticationToken", "Request is missing Authentication Token", 403)


class ConnectionCut(ConnectionError):
    """The connection ends here without an answer; the web server takes it as such, and prints nothing."""


def answer(accounts: Accounts, request: HttpRequest, environ: dict[str, Any]) -> HttpResponse:
    """Answer one API request.

    Args:
        accounts: the simulated world.
        request: the request.
        environ: the same as WSGI has it, for moto.

    Raises:
        ConnectionCut: a fault says that the wire is cut.
    """
    asked = asked_for(request)
    if asked is None:
        return error_response("rest-xml", _NOT_AWS, accounts.new_id())
    request_id, protocol = accounts.new_id(), _protocol(asked)
    try:
        issued = accounts.credentials.check(asked.access_key_id, asked.token, accounts.clock.now(), asked.service)
    except ApiError as error:
        return error_response(protocol, error, request_id)
    account_id = issued.principal.account_id
    fault = accounts.faults.pick(asked.service, asked.operation, asked.region, account_id)
    if fault is not None:
        _suffer(fault)
        made = error_of(fault, asked.service, asked.operation)
        if made is not None:
            return error_response(protocol, made, request_id)
    response = _recorded(accounts, asked, request, environ, issued, request_id)
    return _truncated(response) if fault is not None and fault.kind == "truncate" else response


def _recorded(accounts: Accounts, asked: Asked, request: HttpRequest, environ: dict[str, Any], issued: Issued,
              request_id: str) -> HttpResponse:  # fmt: skip
    """Answer a request and write down that it was made, and how it ended."""
    call = Call(asked.service, asked.operation, {}, issued.principal.account_id, asked.region, accounts.clock.now(),
                issued.principal, source_of(request, issued.principal.account_id))  # fmt: skip
    event_id = accounts.new_id()
    try:
        call = replace(call, parameters=parameters_of(asked, request))
        response, result = _performed(accounts, asked, call, environ, request_id)
        outcome = Outcome(event_id, request_id, result, _error_in(response, result))
    except ApiError as error:
        response = error_response(_protocol(asked), error, request_id)
        outcome = Outcome(event_id, request_id, error=error)
    if outcome.error is None or outcome.error.code != "ThrottlingException":
        accounts.write_down(call, outcome, request.headers.get(ACTOR))
    return response


def _performed(accounts: Accounts, asked: Asked, call: Call, environ: dict[str, Any],
               request_id: str) -> tuple[HttpResponse, dict[str, Any]]:  # fmt: skip
    """Ask IAM, then an own handler or moto; give the answer in bytes and as values."""
    accounts.authorizer.check(call)
    handler = accounts.handlers.get((call.service, call.operation))
    if handler is not None:
        result = handler(call)
        return response_of(asked.model, result, request_id), result
    response = accounts.backend.send(environ, call.account_id, f"{call.service}:{call.operation}")
    result = result_of(asked.model, response) if asked.model is not None else {}
    if response.status < 300:
        accounts.learn(call, result)
    return response, _by_the_clock(result, call.at)


def _by_the_clock(value: Any, at: datetime) -> Any:
    """Put the simulated instant where moto wrote the machine's: what a call makes is made when it is called."""
    if isinstance(value, dict):
        return {name: _by_the_clock(inner, at) for name, inner in value.items()}
    if isinstance(value, list):
        return [_by_the_clock(inner, at) for inner in value]
    is_now = isinstance(value, datetime) and abs(datetime.now(UTC) - value) < _JUST_NOW
    return at if is_now else value


def _error_in(response: HttpResponse, result: dict[str, Any]) -> ApiError | None:
    """Give the error that moto answered with; None where the call succeeded."""
    if response.status < 300:
        return None
    told = result.get("Error", {})
    return ApiError(str(told.get("Code", response.status)), str(told.get("Message", "")), response.status)


def source_of(request: HttpRequest, account_id: str) -> Source:
    """Read from where a request says that it comes."""
    headers = request.headers
    endpoint = headers.get(ENDPOINT)
    owner = headers.get(ENDPOINT_ACCOUNT, account_id) if endpoint else None
    agent = headers.get("user-agent", "")
    return Source(headers.get(ADDRESS, ANALYST_ADDRESS), agent, headers.get(VPC), endpoint, owner)


def _protocol(asked: Asked) -> str:
    return str(asked.model.service_model.resolved_protocol) if asked.model is not None else "json"


def _suffer(fault: FaultRule) -> None:
    if fault.delay_s:
        time.sleep(fault.delay_s)
    if fault.kind == "reset":
        raise ConnectionCut


def _truncated(response: HttpResponse) -> HttpResponse:
    """Give the first half of an answer, as if it were whole."""
    return replace(response, body=response.body[: len(response.body) // 2])
