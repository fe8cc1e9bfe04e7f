"""A bucket in memory behind a loopback port: just enough of S3 to measure clients on it, and as little work as can be.

It answers GetObject and ListObjectsV2 of one bucket, path style, and checks no signature. Answers are made before they
are asked for, so that what is measured is the client. ``python -m bench.object_server FOLDER BUCKET MS`` serves the
files below a folder under their relative paths, each so many milliseconds after it was asked for, prints the port, and
ends when its standard input is closed.
"""

from __future__ import annotations

import asyncio
import hashlib
import sys
from bisect import bisect_right
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape

if TYPE_CHECKING:
    from collections.abc import Mapping

_AT, _HTTP_AT = "2026-11-20T00:00:00.000Z", "Fri, 20 Nov 2026 00:00:00 GMT"
_MOST_KEYS = 1000
_END = b"\r\n\r\n"


class Bucket:
    """Objects by key, with the answers that they have."""

    def __init__(self, name: str, objects: Mapping[str, bytes]) -> None:
        self.name = name
        self.keys = sorted(objects)
        self._sizes = {key: len(content) for key, content in objects.items()}
        self._tags = {key: hashlib.md5(content, usedforsecurity=False).hexdigest() for key, content in objects.items()}
        self._answers = {
            f"/{name}/{key}".encode(): _answer(content, self._tags[key]) for key, content in objects.items()
        }

    def answer(self, target: bytes) -> bytes:
        """Give the answer to a GET of a target, as it stands in the request."""
        made = self._answers.get(target)
        if made is not None:
            return made
        parts = urlsplit(unquote(target.decode()))
        if parts.path.strip("/") == self.name:
            return self._listed({name: values[0] for name, values in parse_qs(urlsplit(target.decode()).query).items()})
        return self._answers.get(parts.path.encode()) or _xml(
            b"<Error><Code>NoSuchKey</Code></Error>", b"404 Not Found"
        )

    def _listed(self, asked: Mapping[str, str]) -> bytes:
        prefix, delimiter = asked.get("prefix", ""), asked.get("delimiter", "")
        after = asked.get("continuation-token") or asked.get("start-after", "")
        rows, seen, last = [], set(), ""
        place = bisect_right(self.keys, max(after, prefix and prefix[:-1] + chr(ord(prefix[-1]) - 1) + "\uffff"))
        while place < len(self.keys) and len(rows) < min(int(asked.get("max-keys", _MOST_KEYS)), _MOST_KEYS):
            key = self.keys[place]
            if not key.startswith(prefix):
                if key > prefix:
                    break
                place += 1
                continue
            cut = key.find(delimiter, len(prefix)) if delimiter else -1
            if cut >= 0:
                common = key[: cut + 1]
                last = common + "\uffff"
                if common not in seen:
                    seen.add(common)
                    rows.append(f"<CommonPrefixes><Prefix>{escape(common)}</Prefix></CommonPrefixes>")
                place = bisect_right(self.keys, last)
                continue
            last = key
            rows.append(
                f"<Contents><Key>{escape(key)}</Key><LastModified>{_AT}</LastModified><ETag>&quot;{self._tags[key]}"
                f"&quot;</ETag><Size>{self._sizes[key]}</Size><StorageClass>STANDARD</StorageClass></Contents>"
            )
            place += 1
        cut_off = place < len(self.keys) and self.keys[place].startswith(prefix)
        token = f"<NextContinuationToken>{escape(last)}</NextContinuationToken>" if cut_off else ""
        return _xml(
            f"<ListBucketResult><Name>{self.name}</Name><Prefix>{escape(prefix)}</Prefix><KeyCount>{len(rows)}</KeyCount>"
            f"<MaxKeys>{_MOST_KEYS}</MaxKeys><IsTruncated>{str(cut_off).lower()}</IsTruncated>{token}"
            f"{''.join(rows)}</ListBucketResult>".encode()
        )


def _answer(content: bytes, tag: str) -> bytes:
    head = (
        f'HTTP/1.1 200 OK\r\nx-amz-request-id: 1\r\nETag: "{tag}"\r\nLast-Modified: {_HTTP_AT}\r\n'
        f"Accept-Ranges: bytes\r\nContent-Type: application/x-gzip\r\nContent-Length: {len(content)}\r\n\r\n"
    )
    return head.encode() + content


def _xml(body: bytes, status: bytes = b"200 OK") -> bytes:
    body = b'<?xml version="1.0" encoding="UTF-8"?>' + body
    return b"HTTP/1.1 %b\r\nContent-Type: application/xml\r\nContent-Length: %d\r\n\r\n%b" % (status, len(body), body)


class _Connection(asyncio.Protocol):
    """One client's connection; requests have no body."""

    def __init__(self, bucket: Bucket, delay_s: float) -> None:
        self._bucket = bucket
        self._delay_s = delay_s
        self._rest = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the connection."""
        self._write = transport.write  # type: ignore[attr-defined]
        self._later = asyncio.get_running_loop().call_later

    def data_received(self, data: bytes) -> None:
        """Answer every request that is whole."""
        data = self._rest + data
        while (end := data.find(_END)) >= 0:
            method, target = data[: data.index(b" ", 5)].split(b" ")
            answer = self._bucket.answer(target)
            if method == b"HEAD":
                answer = answer[: answer.index(_END) + len(_END)]
            if self._delay_s:
                self._later(self._delay_s, self._write, answer)
            else:
                self._write(answer)
            data = data[end + len(_END) :]
        self._rest = data


async def _serve(bucket: Bucket, delay_s: float) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Connection(bucket, delay_s), "127.0.0.1", 0, backlog=512)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()


def main() -> None:
    """Serve the files below a folder until the standard input is closed."""
    folder = Path(sys.argv[1])
    objects = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    asyncio.run(_serve(Bucket(sys.argv[2], objects), float(sys.argv[3]) / 1000))


if __name__ == "__main__":
    main()
