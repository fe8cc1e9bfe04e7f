"""A server on this machine that records what reaches it and answers with a fixed reply."""

from __future__ import annotations

import re
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

IDENTITY = (
    '<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>'
    "<Arn>arn:aws:iam::111122223333:user/ann</Arn><UserId>AIDAEXAMPLE</UserId><Account>111122223333</Account>"
    "</GetCallerIdentityResult></GetCallerIdentityResponse>"
)


@dataclass
class Loopback:
    """What reached the server."""

    url: str = ""
    status: int = 200
    body: str = IDENTITY
    kind: str = "text/xml"
    paths: list[str] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    agents: list[str] = field(default_factory=list)


@contextmanager
def loopback(**reply: object) -> Iterator[Loopback]:
    """Serve on a free port of this machine until the block ends."""
    seen = Loopback(**reply)  # type: ignore[arg-type]

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            named = re.search(r"Credential=([^/]+)/", self.headers.get("Authorization", ""))
            seen.keys.append(named[1] if named else "none")
            seen.paths.append(self.path)
            seen.agents.append(self.headers.get("User-Agent", ""))
            self.send_response(seen.status)
            self.send_header("Content-Type", seen.kind)
            self.send_header("Content-Length", str(len(seen.body.encode())))
            self.end_headers()
            self.wfile.write(seen.body.encode())

        do_GET = do_PUT = do_POST

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    seen.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield seen
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
