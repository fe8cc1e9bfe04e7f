"""Every text that is in a file, however it is packed: for tests of what must not be in it."""

from __future__ import annotations

import base64
import binascii
import html
import re
import zlib
from typing import TYPE_CHECKING

from pypdf import PdfReader

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_BASE64 = re.compile(r"[A-Za-z0-9+/]{24,}={0,2}")
_STREAM = re.compile(rb"stream\r?\n(.*?)\r?\nendstream", re.DOTALL)


def texts_in(path: Path) -> Iterator[str]:
    """Give a file's name, its bytes as text, what its escapes stand for, what it holds in base64, and a PDF's words."""
    content = path.read_bytes()
    yield str(path)
    if path.suffix == ".pdf":
        yield from _of_pdf(path, content)
    yield from _unfolded(content.decode("utf-8", "replace"), 4)


def _unfolded(text: str, depth: int) -> Iterator[str]:
    yield text
    if not depth:
        return
    for packed in _BASE64.findall(text):
        inside = _unpacked(packed)
        if inside:
            yield from _unfolded(inside, depth - 1)
    for other in (html.unescape(text), _unescaped(text), text.replace("%3A", ":").replace("%2F", "/")):
        if other != text:
            yield from _unfolded(other, depth - 1)


def _unescaped(text: str) -> str:
    plain = re.sub(r"\\u([0-9a-fA-F]{4})", lambda found: chr(int(found[1], 16)), text)
    return plain.replace('\\"', '"').replace("\\n", "\n").replace("\\/", "/")


def _unpacked(packed: str) -> str:
    try:
        return base64.b64decode(packed + "=" * (-len(packed) % 4)).decode()
    except (binascii.Error, ValueError):
        return ""


def _of_pdf(path: Path, content: bytes) -> Iterator[str]:
    reader = PdfReader(path)
    yield str(reader.metadata)
    words = [page.extract_text() for page in reader.pages]
    yield "\n".join(words)
    yield re.sub(r"\s+", "", "".join(words))  # a word that a narrow column broke is whole again
    yield str([entry.title for entry in reader.outline if not isinstance(entry, list)])
    for stream in _STREAM.findall(content):
        try:
            yield zlib.decompress(stream).decode("latin-1")
        except zlib.error:
            yield stream.decode("latin-1")
