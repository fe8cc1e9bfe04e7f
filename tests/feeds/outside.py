"""A stand-in for whoever is asked over HTTP: it answers what a test says, and notes what reached it."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pytest


@dataclass
class Reply:
    """What the server answers: ``cut`` is how many bytes of the body it keeps back after promising them."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    cut: int = 0


@dataclass
class Outside:
    """The server: its address, what it answers by path, and the requests that reached it."""

    url: str = ""
    reply: Reply = field(default_factory=Reply)
    replies: dict[str, Reply] = field(default_factory=dict)
    paths: list[str] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)


@contextmanager
def outside(reply: Reply | None = None) -> Iterator[Outside]:
    """Serve on a free port of this machine until the block ends."""
    seen = Outside(reply=reply or Reply())

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            seen.paths.append(self.path)
            seen.headers.append({name.lower(): value for name, value in self.headers.items()})
            answer = seen.replies.get(self.path, seen.reply)
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            self.wfile.write(answer.body[: len(answer.body) - answer.cut])

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    seen.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield seen
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def without_surroundings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take away what this machine's environment would change: proxies, keys, a simulated account."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT_FILE"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    for name in ("ABUSEIPDB_API_KEY", "GREYNOISE_API_KEY", "GDKIT_SIMULATOR", "GDKIT_IP_RANGES"):
        monkeypatch.delenv(name, raising=False)
