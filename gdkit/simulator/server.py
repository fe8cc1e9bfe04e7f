"""The simulated world as a web server on loopback, and how other processes find it."""

from __future__ import annotations

import json
import os
import socket
import threading
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, TypeAlias

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from gdkit.simulator.faults import rule_of
from gdkit.simulator.gateway import ConnectionCut, answer
from gdkit.simulator.wire.models import HttpRequest
from gdkit.simulator.wire.responses import HttpResponse

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from gdkit.simulator.accounts import Accounts
    from gdkit.simulator.iam.credentials import Issued

LOOPBACK = "127.0.0.1"
METADATA_PATH = "/_imds/"
"""An instance's software finds its metadata service at this path followed by the instance's id."""

CONTROL_PATH = "/_sim/"
"""The simulator's own switches stand behind this path."""

_POLL_SECONDS = 0.02
"""How often it is looked whether the simulator is to stop: it takes that long to end."""

_PROXIES = frozenset({"http_proxy", "https_proxy", "all_proxy"})


Switches: TypeAlias = Callable[["Accounts", str, HttpRequest], "HttpResponse | None"]
"""Answers a request to the simulator's own path, by the name behind it; None where there is no such switch."""


class Simulator:
    """A running simulator.

    Attributes:
        accounts: the simulated world.
        url: where it answers.
        switches: what other processes can set and read beside AWS's own calls: the faults, the counters and the truth,
            unless another function is put in its place.
    """

    def __init__(self, accounts: Accounts, port: int = 0) -> None:
        self.accounts = accounts
        self.switches: Switches = _own_switches
        self._server: BaseWSGIServer = make_server(LOOPBACK, port, self._application, threaded=True,
                                                   request_handler=_Quiet)  # fmt: skip
        self.url = f"http://{LOOPBACK}:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(_POLL_SECONDS,), name="simulator",
                                        daemon=True)  # fmt: skip
        self._thread.start()

    def stop(self) -> None:
        """Stop answering."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def metadata_url(self, instance_id: str) -> str:
        """Give the metadata endpoint of an instance."""
        return f"{self.url}{METADATA_PATH}{instance_id}"

    def environment(self, analyst: Issued, responder: Issued | None = None) -> dict[str, str]:
        """Give the environment variables by which gdkit, in this or another process, works on this world."""
        named = {"GDKIT_SIMULATOR": self.url, **_key_variables("GDKIT_SIMULATOR", analyst)}
        return named | (_key_variables("GDKIT_SIMULATOR_RESPONDER", responder) if responder else {})

    def _application(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        request = http_request(environ)
        try:
            response = self._answer(request, environ)
        except ConnectionCut:
            environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)  # close() alone leaves the client waiting
            raise
        headers = [(name, value) for name, value in response.headers if name.lower() != "content-length"]
        length = {name.lower(): value for name, value in response.headers}.get("content-length")
        if request.method != "HEAD" or length is None:
            length = str(len(response.body))
        start_response(f"{response.status} Simulated", [*headers, ("Content-Length", length)])
        return [response.body]

    def _answer(self, request: HttpRequest, environ: dict[str, Any]) -> HttpResponse:
        if request.path.startswith(METADATA_PATH):
            instance_id, _, path = request.path.removeprefix(METADATA_PATH).partition("/")
            told = self.accounts.metadata.answer(instance_id, f"/{path}", request)
            if told is None:
                raise ConnectionCut
            return told
        if request.path.startswith(CONTROL_PATH):
            name = request.path.removeprefix(CONTROL_PATH)
            told = self.switches(self.accounts, name, request)
            return told or json_response(404, {"error": "no such switch"})
        return answer(self.accounts, request, environ)


@contextmanager
def running(accounts: Accounts) -> Iterator[Simulator]:
    """Run a simulator as long as the block lasts; this process and those that it starts know no other AWS meanwhile."""
    with in_environment(_nothing_of_the_machine()):
        simulator = Simulator(accounts)
        try:
            yield simulator
        finally:
            simulator.stop()


@contextmanager
def in_environment(variables: Mapping[str, str | None]) -> Iterator[None]:
    """Set environment variables as long as the block lasts, for this process and those that it starts.

    Args:
        variables: value by name; None for one that is taken away.
    """
    before = {name: os.environ.get(name) for name in variables}
    _set_variables(variables)
    try:
        yield
    finally:
        _set_variables(before)


def _set_variables(variables: Mapping[str, str | None]) -> None:
    for name, value in variables.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value


def _nothing_of_the_machine() -> dict[str, str | None]:
    """Take away what would lead to the machine's own AWS settings, which moto reads too, or past this machine."""
    taken = {name: None for name in os.environ if name.startswith("AWS_") or name.lower() in _PROXIES}
    return {**taken, "AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}


def http_request(environ: Mapping[str, Any]) -> HttpRequest:
    """Read a request out of WSGI's environment; the body can be read again afterwards."""
    import io  # noqa: PLC0415

    length = int(environ.get("CONTENT_LENGTH") or 0)
    body = environ["wsgi.input"].read(length) if length else b""
    environ["wsgi.input"] = io.BytesIO(body)  # type: ignore[index]
    headers = {name[5:].replace("_", "-").lower(): str(value) for name, value in environ.items()
               if name.startswith("HTTP_")}  # fmt: skip
    if environ.get("CONTENT_TYPE"):
        headers["content-type"] = str(environ["CONTENT_TYPE"])
    path = str(environ.get("RAW_URI") or environ["PATH_INFO"]).partition("?")[0]
    return HttpRequest(
        str(environ["REQUEST_METHOD"]), path, str(environ.get("QUERY_STRING", "")), headers, body,
        str(environ.get("REMOTE_ADDR", "")),
    )  # fmt: skip


def _own_switches(accounts: Accounts, name: str, request: HttpRequest) -> HttpResponse | None:
    """Answer the simulator's usual switches: faults can be set, the counters and the truth be read."""
    if name == "faults" and request.method == "PUT":
        try:
            accounts.faults.set([rule_of(document) for document in json.loads(request.body)])
        except (TypeError, ValueError) as error:
            return json_response(400, {"error": str(error)})
        return json_response(200, {})
    if name == "state":
        return json_response(200, {"now": accounts.clock.now().isoformat(), "faults_fired": accounts.faults.fired(),
                                   "calls": len(accounts.truth.calls())})  # fmt: skip
    if name == "truth":
        return json_response(200, {"calls": [asdict(call) for call in accounts.truth.calls()]})
    return None


def json_response(status: int, document: Any) -> HttpResponse:
    """Give an answer of a switch."""
    return HttpResponse(status, (("Content-Type", "application/json"),), json.dumps(document).encode())


def _key_variables(prefix: str, issued: Issued) -> dict[str, str]:
    named = {"ACCESS_KEY_ID": issued.access_key_id, "SECRET_ACCESS_KEY": issued.secret_access_key,
             "SESSION_TOKEN": issued.session_token or ""}  # fmt: skip
    return {f"{prefix}_{name}": value for name, value in named.items()}


class _Quiet(WSGIRequestHandler):
    """A request handler that prints nothing."""

    def log(self, type: str, message: str, *args: Any) -> None:
        """Print nothing."""
