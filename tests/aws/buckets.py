"""A bucket on this machine, whose objects can also be refused; it knows STS's GetCallerIdentity, too."""

from __future__ import annotations

import hashlib
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape

from tests.aws.loopback import IDENTITY

if TYPE_CHECKING:
    from collections.abc import Iterator

NAME = "audit-logs"


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer in the place of an object.

    Attributes:
        times: how often it is given, before the object is.
        short_by: bytes that are promised and not sent.
    """

    status: int = 200
    code: str = ""
    message: str = ""
    times: int = 1_000_000
    short_by: int = 0

    @property
    def body(self) -> bytes:
        """The error as S3 writes it."""
        return f"<Error><Code>{self.code}</Code><Message>{escape(self.message)}</Message></Error>".encode()


@dataclass
class LocalBucket:
    """What is in it, how it answers, and what was asked.

    Attributes:
        answers: in the place of objects, by key; of a listing by ``""``.
        asked: targets of all GET requests.
        headers: of the last one.
    """

    objects: dict[str, bytes] = field(default_factory=dict)
    answers: dict[str, Answered] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    keys: set[str] = field(default_factory=set)
    url: str = ""
    page: int = 1000
    _given: dict[str, int] = field(default_factory=dict)

    @property
    def got(self) -> list[str]:
        """Keys of the objects that were asked for, in order."""
        return [unquote(one).removeprefix(f"/{NAME}/") for one in self.asked if "?" not in one]

    def answer(self, target: str) -> tuple[int, bytes, int]:
        """Give status, body and how many bytes of it are promised beside those that are sent."""
        parts = urlsplit(target)
        key = unquote(parts.path).removeprefix(f"/{NAME}").removeprefix("/")
        wanted = self.answers.get(key)
        if wanted is not None and self._given.get(key, 0) < wanted.times:
            self._given[key] = self._given.get(key, 0) + 1
            if not wanted.short_by:
                return wanted.status, wanted.body, 0
            return 200, self.objects[key], wanted.short_by
        if not key:
            return 200, self._listed({name: values[0] for name, values in parse_qs(parts.query).items()}), 0
        if key not in self.objects:
            return 404, Answered(404, "NoSuchKey").body, 0
        return 200, self.objects[key], 0

    def _listed(self, asked: dict[str, str]) -> bytes:
        prefix, delimiter = asked.get("prefix", ""), asked.get("delimiter", "")
        after = asked.get("continuation-token") or asked.get("start-after", "")
        keys = [key for key in sorted(self.objects) if key.startswith(prefix) and key > after]
        folders = sorted({prefix + key[len(prefix) :].partition(delimiter)[0] + delimiter for key in keys
                          if delimiter and delimiter in key[len(prefix) :]})  # fmt: skip
        keys = [key for key in keys if not (delimiter and delimiter in key[len(prefix) :])]
        most = min(int(asked.get("max-keys", self.page)), self.page)
        cut = len(keys) > most
        rows = "".join(
            f"<Contents><Key>{escape(key)}</Key><LastModified>2026-11-20T00:00:00.000Z</LastModified>"
            f"<ETag>&quot;{_tag(self.objects[key])}&quot;</ETag><Size>{len(self.objects[key])}</Size></Contents>"
            for key in keys[:most]
        )
        rows += "".join(f"<CommonPrefixes><Prefix>{escape(one)}</Prefix></CommonPrefixes>" for one in folders)
        token = f"<NextContinuationToken>{escape(keys[most - 1])}</NextContinuationToken>" if cut else ""
        return (f"<ListBucketResult><Name>{NAME}</Name><IsTruncated>{str(cut).lower()}</IsTruncated>{token}{rows}"
                f"</ListBucketResult>").encode()  # fmt: skip


def _tag(content: bytes) -> str:
    return hashlib.md5(content, usedforsecurity=False).hexdigest()


@contextmanager
def local_bucket(**given: object) -> Iterator[LocalBucket]:
    """Serve a bucket on a free port of this machine until the block ends."""
    bucket = LocalBucket(**given)  # type: ignore[arg-type]

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            self._send(200, IDENTITY.encode(), 0)

        def do_GET(self) -> None:
            bucket.asked.append(self.path)
            bucket.headers = {name.lower(): value for name, value in self.headers.items()}
            bucket.keys.add(bucket.headers.get("authorization", "none").partition("Credential=")[2].partition("/")[0])
            self._send(*bucket.answer(self.path))

        def _send(self, status: int, body: bytes, more: int) -> None:
            self.send_response(status)
            self.send_header("ETag", '"1"')
            self.send_header("Last-Modified", "Fri, 20 Nov 2026 00:00:00 GMT")
            self.send_header("Content-Length", str(len(body) + more))
            self.end_headers()
            self.wfile.write(body)
            self.close_connection = bool(more)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    bucket.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield bucket
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
