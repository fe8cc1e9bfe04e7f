"""moto behind the simulator: asked over WSGI only, by its public API, so that its insides may change.

What moto lacks is answered by a clean error that names it; moto's own signs of it are a page of HTML or an exception.
"""

from __future__ import annotations

import io
import os
import threading
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from gdkit.simulator.call import ApiError
from gdkit.simulator.iam.unique_ids import with_unique_ids
from gdkit.simulator.sessions import isolated_session
from gdkit.simulator.wire.responses import HttpResponse

if TYPE_CHECKING:
    from collections.abc import Mapping

_SETTINGS = {"MOTO_IAM_LOAD_MANAGED_POLICIES": "false", "MOTO_EC2_LOAD_DEFAULT_AMIS": "false"}
"""Data that moto would load at its first call and that no scenario needs."""

_KEY = "AKIASIMULATORBACKEND"


class Backend:
    """One moto, with clients that reach it inside the process and are recorded nowhere.

    moto keeps one state a process: a new backend forgets what an older one held.

    Args:
        seed: makes the names that moto draws repeatable.
    """

    def __init__(self, seed: int = 0) -> None:
        self._seed = seed
        self._moto: Any = None
        self._clients: dict[tuple[str, str, str], Any] = {}
        self._lock = threading.RLock()

    def client(self, service: str, account_id: str, region: str) -> Any:
        """Give a boto3 client of one account that asks moto inside the process: no HTTP, no IAM, no record."""
        with self._lock:
            key = (service, account_id, region)
            if key not in self._clients:
                self._clients[key] = self._new_client(service, account_id, region)
            return self._clients[key]

    def send(self, environ: dict[str, Any], account_id: str, operation: str = "") -> HttpResponse:
        """Answer one WSGI request in the name of an account.

        Args:
            environ: the request.
            account_id: the account.
            operation: what it asks for, for the message where moto does not have it.

        Raises:
            ApiError: moto does not have the operation (``NotImplemented``, HTTP 501).
        """
        if account_id:
            environ["HTTP_X_MOTO_ACCOUNT_ID"] = account_id
        head: list[Any] = []
        try:
            body = self._app()(environ, lambda status, headers, _=None: head.extend((status, headers)))
            content = b"".join(body)
        except NotImplementedError as error:
            raise _missing(operation, environ, str(error)) from error
        except AttributeError as error:
            if "NoneType" not in str(error):  # moto asks its backend of that name, and there is none
                raise
            raise _missing(operation, environ, "the service is not simulated") from error
        getattr(body, "close", lambda: None)()
        status, headers = int(head[0].split()[0]), tuple(head[1])
        if status in (404, 500) and content[:15].lower().startswith(b"<!doctype html>"):
            raise _missing(operation, environ, "moto has no such operation")
        return HttpResponse(status, headers, with_unique_ids(content))

    def _app(self) -> Any:
        """Give moto's WSGI application; its import is slow, so it is put off until something asks for it."""
        with self._lock:
            if self._moto is None:
                for name, value in _SETTINGS.items():
                    os.environ.setdefault(name, value)
                from moto.server import DomainDispatcherApplication, create_backend_app  # noqa: PLC0415

                self._moto = DomainDispatcherApplication(create_backend_app)
                for what in ("reset", f"seed?a={self._seed}"):
                    self.send(_environ("POST", f"http://localhost/moto-api/{what}", {}, b""), "")
            return self._moto

    def _new_client(self, service: str, account_id: str, region: str) -> Any:
        from botocore.config import Config  # noqa: PLC0415

        session = isolated_session(_KEY, "simulated")
        config = Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"})
        made = session.create_client(service, region, endpoint_url="http://localhost", config=config)
        made.meta.events.register_first("before-send", lambda request, **_: self._answer(request, account_id))
        return made

    def _answer(self, request: Any, account_id: str) -> Any:
        from botocore.awsrequest import AWSResponse  # noqa: PLC0415 - comes with moto's import

        body = request.body or b""
        if hasattr(body, "read"):
            body = body.read()
        headers = {name: _text(value) for name, value in request.headers.items()}
        content = body.encode() if isinstance(body, str) else bytes(body)
        answered = self.send(_environ(request.method, request.url, headers, content), account_id)
        return AWSResponse(request.url, answered.status, dict(answered.headers), _Raw(answered.body))


class _Raw(io.BytesIO):
    """A body as botocore expects it from the network."""

    def stream(self, **_: Any) -> Any:
        yield self.read()


def _missing(operation: str, environ: Mapping[str, Any], why: str) -> ApiError:
    what = operation or f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}"
    return ApiError("NotImplemented", f"not simulated: {what}: {why}", 501)


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


def _environ(method: str, url: str, headers: Mapping[str, str], body: bytes) -> dict[str, Any]:
    from werkzeug.test import create_environ  # noqa: PLC0415 - comes with moto

    parts = urlsplit(url)
    made: dict[str, Any] = create_environ(
        path=parts.path or "/",
        query_string=parts.query,
        base_url=f"{parts.scheme}://{parts.netloc}",
        method=method,
        headers=[item for item in headers.items() if item[0].lower() != "content-length"],
        data=body,
    )
    return made
