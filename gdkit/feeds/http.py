"""One bounded question over HTTP; nothing outside this machine is asked while AWS is simulated."""

from __future__ import annotations

import time
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, NoReturn
from urllib.parse import urljoin, urlsplit

from gdkit.aws.simulation import in_simulation
from gdkit.errors import GdkitError

if TYPE_CHECKING:
    from collections.abc import Mapping

    import httpx

CONNECT_S, READ_S, TOTAL_S = 10.0, 20.0, 120.0
"""Patience in seconds: to connect, for each part of the answer, and for the whole of it."""

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_UNREACHABLE = "check the connection and the proxy settings (HTTPS_PROXY, NO_PROXY), and try again"


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """An answer.

    Attributes:
        host: who gave it in the end.
        status: HTTP status.
        headers: names in lower case.
        body: as sent, at most as large as was allowed.
    """

    host: str
    status: int
    headers: Mapping[str, str]
    body: bytes


def ask(url: str, *, limit_bytes: int, headers: Mapping[str, str] | None = None, redirects: int = 0) -> HttpAnswer:
    """Ask one question with GET.

    Proxies come from the environment (``HTTPS_PROXY``, ``NO_PROXY``), certificates are verified, and ``SSL_CERT_FILE``
    names others to trust. No part of the headers reaches an error.

    Args:
        url: what to ask.
        limit_bytes: the largest body that is taken.
        headers: sent beside gdkit's own; not to another host after a redirect.
        redirects: how many are followed, to HTTPS or the first scheme only; none if not said.

    Raises:
        GdkitError: no whole answer came, it was too large, it redirects further, or AWS is simulated.
    """
    import httpx  # noqa: PLC0415 - loaded only when somebody outside is asked

    host = _host(url)
    if in_simulation():
        raise GdkitError("AWS is simulated, so nobody outside this machine is asked", where=host)
    if not all(value.isascii() and value.isprintable() for value in (headers or {}).values()):
        raise GdkitError("a header holds what cannot be sent", where=host)  # the library would log it
    deadline = time.monotonic() + TOTAL_S
    own = {"User-Agent": "gdkit", "Accept-Encoding": "identity"}
    try:
        scheme = urlsplit(url).scheme
        with httpx.Client(timeout=httpx.Timeout(READ_S, connect=CONNECT_S), headers=own) as client:
            while True:
                answer = _get(client, url, {**(headers or {})}, limit_bytes, deadline)
                if answer.status not in _REDIRECTS:
                    return answer
                url = _next(answer, url, redirects, scheme)
                headers = headers if _host(url) == answer.host else None
                redirects -= 1
    except (httpx.HTTPError, httpx.InvalidURL, ImportError, ValueError) as error:
        _fail(error, _host(url))


def _get(client: httpx.Client, url: str, headers: Mapping[str, str], limit_bytes: int, deadline: float) -> HttpAnswer:
    host = _host(url)
    with client.stream("GET", url, headers=headers) as response:
        if response.headers.get("content-encoding", "identity") != "identity":
            raise GdkitError("the answer is compressed although that was not asked for", where=host)
        body = bytearray()
        for part in response.iter_raw():
            body += part
            if len(body) > limit_bytes:
                raise GdkitError(f"the answer is larger than {limit_bytes / 1e6:g} MB and was not taken", where=host)
            if time.monotonic() > deadline:
                raise GdkitError(f"the answer was not whole after {TOTAL_S:g} s", where=host, action=_UNREACHABLE)
        named = {name.lower(): value for name, value in response.headers.items()}
        return HttpAnswer(host, response.status_code, named, bytes(body))


def _next(answer: HttpAnswer, url: str, redirects: int, scheme: str) -> str:
    try:
        target = urljoin(url, answer.headers.get("location", ""))
    except ValueError:
        target = ""
    if redirects < 1 or urlsplit(target).scheme not in {"https", scheme} or not _host(target):
        raise GdkitError(f"it redirects to {_host(target) or 'nowhere'}, which was not followed", where=answer.host)
    return target


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _fail(error: Exception, host: str) -> NoReturn:
    """Say why no answer came, in own words: a library's text may quote a header or a proxy's password."""
    import httpx  # noqa: PLC0415

    problem, action = f"it cannot be reached ({type(error).__name__})", _UNREACHABLE
    if isinstance(error, httpx.TimeoutException):
        problem = "it did not answer in time"
    elif isinstance(error, httpx.ProxyError):
        problem = "the proxy did not let the question through"
    elif isinstance(error, httpx.RemoteProtocolError):
        problem = "the answer was cut off, or is not HTTP"
    elif isinstance(error, httpx.ConnectError) and "CERTIFICATE_VERIFY_FAILED" in str(error):
        problem = "its certificate is not trusted here"
        action = "if your network inspects TLS, set SSL_CERT_FILE to the file of its certificate authority"
    elif isinstance(error, ImportError):
        problem, action = "a SOCKS proxy is set, which needs the package socksio", "install it, or set another proxy"
    raise GdkitError(problem, where=host, action=action) from None


def status_text(status: int) -> str:
    """Name an HTTP status for a reader.

    >>> status_text(404), status_text(799)
    ('404 Not Found', '799')
    """
    known = status in HTTPStatus._value2member_map_
    return f"{status} {HTTPStatus(status).phrase}" if known else str(status)
